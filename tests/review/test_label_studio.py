"""Tasks for Label Studio: valid, with offsets into the original text, and read back as they were."""

import json
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listings import seller_text

from thriftwatch import load_model
from thriftwatch.domain import AGAINST
from thriftwatch.files import write_table
from thriftwatch.files.cells import string_column
from thriftwatch.review import labelling_interface, read_review, review_tasks
from thriftwatch.training.labelled import read_labelled

ROWS = (
    "judul,deskripsi,toko\n"
    '"Hoodie 😀 second import","ex bal Jepang\nminus noda",bdg.second\n'
    "Kemeja batik baru,bukan bekas,\n"
    "Hoodie thr1ft,,monza thrift\n"
)


@pytest.fixture
def review(tmp_path):
    path = tmp_path / "listings.csv"
    path.write_text(ROWS)
    return read_review(path, load_model())


def results(task):
    (prediction,) = task["predictions"]
    return prediction["result"]


def controls():
    """The controls of the interface: what each is for and what it accepts."""
    root = ElementTree.fromstring(labelling_interface())
    texts = {text.get("name"): text.get("value") for text in root.iter("Text")}
    found = {
        (control.get("name"), control.get("toName")): {value.get("value") for value in control}
        for kind in ("Labels", "Choices")
        for control in root.iter(kind)
    }
    return texts, found


def test_every_prediction_is_for_a_control_of_the_interface(review):
    texts, accepted = controls()
    for task in review_tasks(review):
        assert {value.removeprefix("$") for value in texts.values()} <= task["data"].keys()
        for result in results(task):
            values = result["value"].get("choices") or result["value"]["labels"]
            assert set(values) <= accepted[result["from_name"], result["to_name"]]
            assert result["to_name"] in texts


def test_the_label_is_preselected_only_where_the_model_is_sure(review):
    for task in review_tasks(review):
        chosen = [r["value"]["choices"] for r in results(task) if r["type"] == "choices"]
        expected = {"likely": [["ya"]], "review": [], "clear": [["tidak"]]}
        assert chosen == expected[task["data"]["tier"]]
        assert 0 <= task["predictions"][0]["score"] == task["data"]["score"] <= 1
    tiers = [task["data"]["tier"] for task in review_tasks(review)]
    assert sorted(tiers) == ["clear", "likely", "review"]


def test_another_policy_does_not_answer_the_question_of_the_law(tmp_path):
    path = tmp_path / "listings.csv"
    path.write_text(ROWS)
    tasks = review_tasks(read_review(path, load_model(), policy="all-used"))
    assert not [r for task in tasks for r in results(task) if r["type"] == "choices"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(seller_text, seller_text), min_size=1, max_size=3))
def test_marks_are_where_their_words_stand(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("review") / "listings.jsonl"
    titles, descriptions = (string_column(column) for column in zip(*rows, strict=True))
    write_table(pa.table({"judul": titles, "deskripsi": descriptions}), path)
    for task in review_tasks(read_review(path, load_model())):
        for result in results(task):
            if result["type"] == "labels":
                value = result["value"]
                text = task["data"][result["to_name"]]
                assert text[value["start"] : value["end"]] == value["text"]


def test_what_was_suggested_comes_back_when_it_is_accepted(review, tmp_path):
    tasks = review_tasks(review)
    for number, task in enumerate(tasks, 1):
        suggested = task.pop("predictions")[0]["result"]
        if not any(result["type"] == "choices" for result in suggested):
            value = {"choices": ["tidak"]}
            suggested.append({"from_name": "label", "type": "choices", "value": value})
        task["id"] = number
        task["annotations"] = [{"id": number, "completed_by": 1, "result": suggested}]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks))
    rows = read_labelled(path)
    assert len(rows) == len(tasks)
    for row, task in enumerate(tasks):
        result = task["annotations"][0]["result"]
        (chosen,) = next(r["value"]["choices"] for r in result if r["type"] == "choices")
        assert rows.label[row] == (chosen == "ya")
        assert rows.title[row] == task["data"]["title"]
        assert rows.description[row] == task["data"]["description"]
        assert set(filter(None, rows.spans[row].split(" || "))) == {
            r["value"]["text"]
            for r in result
            if r["type"] == "labels" and r["to_name"] != "shop"
            if r["value"]["labels"] != [AGAINST]
        }


def test_the_command_writes_tasks_and_the_interface(run, tmp_path):
    (tmp_path / "listings.csv").write_text(ROWS)
    status, _, stderr = run("review", tmp_path / "listings.csv", "-o", tmp_path / "tasks.json")
    assert status == 0
    assert len(json.loads((tmp_path / "tasks.json").read_text())) == 3
    assert (tmp_path / "tasks.xml").read_text() == labelling_interface()
    assert "Labeling Interface" in stderr
