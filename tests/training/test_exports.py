"""Exports of annotation tools become labelled rows: labels, words that decided, annotators.

``tests/data/exports/label_studio*`` are what the converter of label-studio-sdk 2.1.2 made of tasks
that ``thriftwatch review -o tasks.json`` wrote, annotated as they were suggested.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.errors import InputError, TableError
from thriftwatch.training.labelled import read_labelled

EXPORTS = Path(__file__).parents[1] / "data" / "exports"
FROM_LABEL_STUDIO = ["label_studio.json", "label_studio_min.json", "label_studio.csv"]

TITLE = "Hoodie second import 😀 ex bal"
DESCRIPTION = "minus noda dikit\nCOD Bandung"
TEXT = f"{TITLE}\n{DESCRIPTION}"


@pytest.fixture
def export(tmp_path):
    def write(*rows, name="all.jsonl"):
        path = tmp_path / name
        if name.endswith(".json"):
            path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        else:
            text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
            path.write_text(text, encoding="utf-8")
        return path

    return write


def place(words, text=TEXT):
    start = text.index(words)
    return start, start + len(words)


def only(rows):
    assert len(rows) == 1
    return {
        name: getattr(rows, name)[0]
        for name in ("title", "description", "label", "spans", "votes", "certainty")
    }


# --- Label Studio -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FROM_LABEL_STUDIO)
def test_an_export_of_label_studio_has_its_labels_and_the_words_that_decided(name):
    rows = read_labelled(EXPORTS / name)
    found = {row: only(rows.take([row])) for row in range(len(rows))}
    assert [row["label"] for row in found.values()] == [0, 1, 0, 0]
    assert [row["certainty"] for row in found.values()] == ["uncertain", "", "", ""]
    assert found[0]["spans"] == "Hoodie || thr1ft || second"
    assert found[1]["spans"].split(" || ") == [
        "Hoodie",
        "second import",
        "bal Jepang",
        "ex bal Jepang",
        "kondisi 9/10",
        "minus  noda dikit",
    ]
    assert found[2]["spans"] == "Hoodie"  # what speaks against, and the shop's name, are left out
    assert {row["votes"][0][0] for row in found.values()} == {"rina@example.test"}
    assert rows.rejected == ()


def task(*annotations, **data):
    return {"id": 1, "data": {"title": TITLE, **data}, "annotations": list(annotations)}


def annotation(*result, who=1, **more):
    return {"completed_by": who, "result": list(result), "was_cancelled": False, **more}


def choice(name, *values):
    return {"from_name": name, "to_name": "t", "type": "choices", "value": {"choices": [*values]}}


def mark(words, label, within=TITLE, to_name="title", **value):
    start, end = place(words, within)
    value = {"start": start, "end": end, "text": words, "labels": [label]} | value
    return {"from_name": "ner", "to_name": to_name, "type": "labels", "value": value}


def test_each_annotator_has_a_vote_and_a_skipped_task_has_none(export):
    path = export(
        task(
            annotation(choice("label", "ya"), mark("second", "bekas")),
            annotation(choice("label", "tidak"), who={"email": "budi@example.test"}),
            annotation(choice("label", "tidak"), was_cancelled=True),
        ),
        {"id": 2, "data": {"title": "Kaos"}, "annotations": []},
        name="tasks.json",
    )
    rows = read_labelled(path)
    assert only(rows)["votes"] == (("1", 1), ("budi@example.test", 0))
    assert only(rows)["certainty"] == "uncertain"
    assert [(row.line, row.reason) for row in rows.rejected] == [(2, "no label")]


def test_what_is_neither_choice_nor_mark_is_passed_over(export):
    relation = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}
    note = {"from_name": "catatan", "to_name": "t", "type": "textarea", "value": {"text": ["ya?"]}}
    path = export(task(annotation(relation, note, choice("label", "ya"))), name="tasks.json")
    assert only(read_labelled(path))["label"] == 1


def test_the_only_choice_is_the_label_whatever_it_is_called(export):
    path = export(task(annotation(choice("kelas", "illegal"))), name="tasks.json")
    assert only(read_labelled(path))["label"] == 1
    two = export(
        task(annotation(choice("kelas", "illegal"), choice("yakin", "tidak"))), name="two.json"
    )
    with pytest.raises(InputError, match="--label-column"):
        read_labelled(two)
    assert only(read_labelled(two, columns={"label": "kelas"}))["label"] == 1


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ({}, "ex bal"),
        ({"start": 24, "end": 30, "text": "ex bal"}, "ex bal"),  # counted in UTF-16
        ({"start": 24, "end": 30, "text": None}, "x bal"),  # nothing says so: code points
        ({"start": 0, "end": 3, "text": "ex bal"}, "ex bal"),  # the quotation decides
    ],
)
def test_marks_are_code_points_unless_the_quotation_says_otherwise(export, place, found):
    given_task = task(annotation(choice("label", "ya"), mark("ex bal", "bekas", **place)))
    assert only(read_labelled(export(given_task, name="t.json")))["spans"] == found


def test_a_mark_over_two_lines_is_found_though_a_browser_quotes_it_otherwise(export):
    text = "ex bal\n  Jepang"
    quoted = "ex bal\\n Jepang"
    result = mark(text, "bekas", within=text, to_name="description", text=quoted)
    path = export(task(annotation(choice("label", "1"), result), description=text), name="t.json")
    assert only(read_labelled(path))["spans"] == text


def test_a_mark_outside_of_the_text_sets_the_row_aside(export):
    wrong = mark("second", "bekas", start=500, end=510, text=None)
    path = export(task(annotation(choice("label", "ya"), wrong)), name="t.json")
    with pytest.raises(TableError, match=r"line 1: no row .* a mark from 500 to 510 lies in none"):
        read_labelled(path)
    good = task(annotation(choice("label", "ya")))
    both = export(task(annotation(choice("label", "ya"), wrong)), good, name="t.json")
    rows = read_labelled(both)
    assert len(rows) == 1
    assert [(row.line, row.reason[:6]) for row in rows.rejected] == [(1, "a mark")]


def test_tasks_that_nobody_annotated_are_set_aside(export):
    path = export({"data": {"title": "Kaos"}, "predictions": []}, name="tasks.json")
    with pytest.raises(InputError, match="no usable labelled row"):
        read_labelled(path)


@pytest.mark.parametrize("text", ["{}", "[]", "[1]", "[", '"a"', "[" * 100_000])
def test_a_json_file_of_something_else_is_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(TableError, match=r"other\.json: (this is not JSON|an array of objects)"):
        read_labelled(path)


# --- doccano ------------------------------------------------------------------------------------


def test_doccano_classification(export):
    rows = [
        {"id": 1, "text": TEXT, "label": ["illegal"], "Comments": []},
        {"id": 2, "text": "Kaos baru", "label": ["legal"], "Comments": []},
        {"id": 3, "text": "Topi", "label": [], "Comments": []},
    ]
    for name in ("all.jsonl", "all.json"):
        found = read_labelled(export(*rows, name=name))
        assert found.title.tolist() == [TITLE, "Kaos baru"]
        assert found.description.tolist() == [DESCRIPTION, ""]
        assert found.label.tolist() == [1, 0]
        assert [row.reason for row in found.rejected] == ["no label"]


def test_doccano_csv_joins_labels_with_a_hash(tmp_path):
    path = tmp_path / "all.csv"
    path.write_text("id,text,label,Comments\n1,Hoodie,illegal#bal,\n2,Kaos,legal,\n")
    found = read_labelled(path, positive="illegal")
    assert found.title.tolist() == ["Hoodie", "Kaos"]
    assert found.label.tolist() == [1, 0]


def test_doccano_with_labels_and_marks(export):
    start, end = place("second import")
    across = [*place(f"bal\n{DESCRIPTION[:5]}"), "bekas"]
    entities = [[start, end, "bekas"], across]
    for row in (
        {"text": TEXT, "cats": ["ya"], "entities": entities},
        {"text": TEXT, "label": ["ya"], "entities": [
            {"id": 5, "label": label, "start_offset": first, "end_offset": last}
            for first, last, label in entities], "relations": [], "Comments": []},
    ):  # fmt: skip
        found = only(read_labelled(export({"id": 1, **row})))
        assert (found["title"], found["description"]) == (TITLE, DESCRIPTION)
        assert (found["label"], found["spans"]) == (1, "second import || bal || minus")


def test_doccano_marks_alone_are_no_labels(export):
    path = export({"id": 1, "text": TEXT, "label": [[*place("second"), "bekas"]], "Comments": []})
    with pytest.raises(InputError, match="no usable labelled row"):
        read_labelled(path)


# --- Prodigy ------------------------------------------------------------------------------------


def example(**values):
    return {"text": TEXT, "_input_hash": 1, "_task_hash": 2, "_annotator_id": "set-rina"} | values


@pytest.mark.parametrize(("answer", "label"), [("accept", 1), ("reject", 0), ("ignore", None)])
def test_prodigy_asks_whether_a_label_holds(export, answer, label):
    path = export(
        example(label="ILLEGAL", answer=answer), example(text="x", label="LEGAL", answer="accept")
    )
    rows = read_labelled(path)
    assert rows.label.tolist() == [*([] if label is None else [label]), 0]
    assert rows.votes[0][0][0] == "set-rina"
    assert [row.reason for row in rows.rejected] == ["no label"] * (label is None)


def test_prodigy_offers_options_and_marks(export):
    options = [{"id": "ya", "text": "Ya"}, {"id": "tidak", "text": "Tidak"}]
    start, end = place("second")
    spans = [{"start": start, "end": end, "label": "bekas", "token_start": 1, "token_end": 1}]
    chosen = example(options=options, accept=["ya"], answer="accept", spans=spans)
    found = only(read_labelled(export(chosen)))
    assert (found["label"], found["spans"]) == (1, "second")


def test_prodigy_with_a_label_of_its_own_wants_it_named(export):
    path = export(
        example(label="THRIFT", answer="accept"),
        example(text="Kaos", label="THRIFT", answer="reject"),
    )
    with pytest.raises(TableError, match=r'"THRIFT" is not accepted; .*\(--positive\)'):
        read_labelled(path)
    assert sorted(read_labelled(path, positive="thrift").label.tolist()) == [0, 1]


# --- nothing else -------------------------------------------------------------------------------


def test_a_table_with_a_title_is_not_taken_for_an_export(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("judul,text,label\n[1],Kaos,ya\n")
    rows = read_labelled(path)
    assert rows.title.tolist() == ["[1]"]


@given(
    words=st.text(min_size=1, max_size=6).filter(str.strip),
    before=st.text(max_size=6),
    after=st.text(max_size=6),
)
def test_any_marked_words_are_found(tmp_path_factory, words, before, after):
    text = f"{before}{words}{after}"
    if not text.strip() or any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    value = {"start": len(before), "end": len(before) + len(words), "text": words, "labels": ["x"]}
    result = {"from_name": "n", "to_name": "title", "type": "labels", "value": value}
    given_task = {"data": {"title": text}, "annotations": [
        {"completed_by": 1, "result": [choice("label", "ya"), result]}]}  # fmt: skip
    path = tmp_path_factory.mktemp("export") / "t.json"
    path.write_text(json.dumps([given_task]))
    assert only(read_labelled(path))["spans"] == words.strip()
