"""Scored files become listings to review: ranked, explained, and honest about what they are."""

import json

import pyarrow as pa
import pytest

from thriftwatch.cli import main
from thriftwatch.errors import ColumnError, InputError
from thriftwatch.files import read_table, write_table
from thriftwatch.review import read_review

LISTINGS = {
    "judul": ["Panci presto baru", "Hoodie second import", "-50% kaos thrift"],
    "deskripsi": [None, "ex bal Jepang, WA 0812-3456-7890", ""],
    "tautan": ["https://a.test/1", "https://a.test/2", ""],
    "harga": [250000, 50000, None],
}


@pytest.fixture(scope="module", params=["csv", "tsv", "jsonl", "parquet", "xlsx"])
def scored(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scored")
    write_table(pa.table(LISTINGS), folder / "listings.parquet")
    out = folder / f"scored.{request.param}"
    with pytest.raises(SystemExit) as stopped:
        main(["score", str(folder / "listings.parquet"), "-o", str(out)])
    assert stopped.value.code == 0
    return out


@pytest.fixture
def csv_file(tmp_path):
    def csv_file(**columns):
        path = tmp_path / "scored.csv"
        write_table(pa.table({"judul": LISTINGS["judul"], **columns}), path)
        return path

    return csv_file


def text_of(item, field):
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in item["texts"][field])


def test_what_score_writes_is_read_whatever_its_format(scored, model):
    review = read_review(scored, model)
    links = dict(zip(LISTINGS["judul"], LISTINGS["tautan"], strict=True))
    assert {text_of(item, "title"): item["evidence"]["link"] for item in review.items} == links
    written = read_table(scored).table["score"].to_pylist()
    shown = [item["evidence"]["score"] for item in review.items]
    assert shown == pytest.approx([float(score) for score in written], abs=2e-6)
    assert shown == sorted(shown, reverse=True)
    other = {text_of(item, "title"): item["other"] for item in review.items}
    assert other["Hoodie second import"] == [["harga", "50000"]]
    assert other["-50% kaos thrift"] == []
    assert review.warnings == ()
    json.dumps(review.items, allow_nan=False)


def test_words_of_reasons_are_cut_out_where_they_stand(scored, model):
    for item in read_review(scored, model).items:
        reasons = item["evidence"]["reasons"]
        pieces = [piece for field in item["texts"].values() for piece in field]
        cut = [piece for piece in pieces if isinstance(piece, list)]
        assert len(cut) == len(reasons)
        for text, place in cut:
            assert text == reasons[place]["text"]
        for field in item["texts"]:
            full = text_of(item, field)
            of_field = [reason for reason in reasons if reason["field"] == field]
            assert all(full[r["start"] : r["end"]] == r["text"] for r in of_field)


def test_contacts_stand_hidden_beside_the_text(scored, model):
    items = read_review(scored, model).items
    hidden = {text_of(item, "title"): item["hidden"] for item in items}
    assert hidden["Hoodie second import"]["description"].endswith("WA ••••-••••-••••")
    assert hidden["Panci presto baru"] == hidden["-50% kaos thrift"] == {}


def test_another_model_is_said_in_both_languages(csv_file, model):
    path = csv_file(model=["old 1.0", "", "old 1.0"], score=[0.1, 0.2, 0.3])
    (warning,) = read_review(path, model).warnings
    assert '"old 1.0"' in warning.text
    assert "dihitung ulang" in warning.text
    assert model.id in str(warning)


def test_other_scores_of_the_same_model_are_said(csv_file, model):
    right = [read_review(csv_file(), model).items[place] for place in range(3)]
    scores = {item["row"]: item["evidence"]["score"] for item in right}
    path = csv_file(model=[model.id] * 3, score=[scores[0], 0.5, scores[2]])
    (warning,) = read_review(path, model).warnings
    assert str(warning).startswith("1 of 3 scores differ")
    path = csv_file(model=[model.id] * 3, score=[scores[row] for row in range(3)])
    assert read_review(path, model).warnings == ()


def test_the_highest_scores_are_taken_and_the_page_says_so(csv_file, model):
    review = read_review(csv_file(), model, top=2)
    assert {item["row"] for item in review.items} == {1, 2}
    assert review.rows == 3
    assert "2" in review.warnings[0].text
    assert review.summary().startswith("2 of 3 listings")


def test_labels_of_the_file_do_not_tell_the_reviewer_what_to_decide(csv_file, model):
    path = csv_file(label=["1"] * 3, certainty=["sure"] * 3, warna=["merah"] * 3)
    assert {name for item in read_review(path, model).items for name, _ in item["other"]} == {
        "warna"
    }


def test_columns_can_be_named(csv_file, model):
    path = csv_file(alamat=["https://a.test"] * 3, pasar=["shopee"] * 3)
    items = read_review(path, model, columns={"url": "alamat", "platform": "pasar"}).items
    assert {(item["evidence"]["link"], item["platform"]) for item in items} == {
        ("https://a.test", "shopee")
    }
    with pytest.raises(ColumnError, match=r'column "alamt".* no such column'):
        read_review(path, model, columns={"url": "alamt"})


def test_standard_input_is_refused(model):
    with pytest.raises(InputError, match="needs a file"):
        read_review("-", model)
