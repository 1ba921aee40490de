"""radar, queue and compare-models, as people and scripts meet them."""

import csv
import json

import pytest
from market import market, plant, tables

from thriftwatch.files import read_table, write_table


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("market")
    before, after = market()
    plant(after, "zorbek", 1, 12)
    plant(after, "lebaran", 0, 40)
    plant(after, "lebaran", 1, 14)
    for name, table in zip(("before", "after"), tables(before, after), strict=True):
        write_table(table, folder / f"{name}.csv")
    return folder / "before.csv", folder / "after.csv"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_radar_writes_terms_that_are_a_lexicon(run, files, tmp_path):
    terms, plot = tmp_path / "terms.csv", tmp_path / "terms.svg"
    status, out, err = run("radar", *files, "-o", terms, "--plot", plot, "--lang", "en")
    assert status == 0
    assert [row["term"] for row in rows_of(terms)] == ["zorbek"]
    assert "zorbek" in out
    assert "240 before, 60 after" in err
    assert "lawful sellers use them, too" in err
    assert "lebaran" in err
    assert "1 new term, at a false-discovery rate of 0.1" in err
    assert plot.read_text().startswith("<?xml")
    moved = tmp_path / "moved.csv"
    status, out, _ = run(
        "compare-models", "bundled", "bundled", files[1], "--lexicon", terms, "-o", moved
    )
    assert status == 0
    assert all("zorbek" in row["title"] for row in rows_of(moved))


def test_radar_speaks_indonesian(run, files, tmp_path):
    _, out, err = run("radar", *files, "-o", tmp_path / "t.csv", "--lang", "id")
    assert "penjual" in out
    assert "laju temuan keliru paling banyak 0,1" in err


def test_queue_writes_rows_to_label_and_tasks(run, files, tmp_path):
    rows, tasks = tmp_path / "queue.csv", tmp_path / "tasks.json"
    unlabelled = tmp_path / "pool.csv"
    write_table(read_table(files[1]).table.drop_columns("label"), unlabelled)
    arguments = ("queue", unlabelled, "-n", 20, "-o", rows, "--label-studio", tasks)
    status, _, err = run(*arguments, "--lang", "en")
    assert status == 0
    assert "20 listings chosen from 210: 4 at random" in err
    assert {row["label"] for row in rows_of(rows)} == {""}
    assert len(json.loads(tasks.read_text())) == 20
    before = rows.read_bytes()
    run(*arguments)
    assert rows.read_bytes() == before
    status, _, err = run("train", rows, "-o", tmp_path / "model")
    assert status == 2
    assert err.splitlines()[-1] == (
        f"Error: {rows}: no usable labelled row; a row needs a title and 0 or 1"
    )
    status, out, _ = run("queue", unlabelled, "-n", 3)
    assert out.startswith("date,title,description,shop,label")


def test_compare_models_shows_reasons_in_either_language(run, files, tmp_path):
    words = tmp_path / "words.csv"
    words.write_text("term,class,family\nzorbek,wholesale,balpres\nlebaran,used,bekas\n")
    arguments = ("compare-models", "bundled", "bundled", files[1], "--lexicon", words)
    _, indonesian, _ = run(*arguments, "--lang", "id")
    _, english, _ = run(*arguments, "--lang", "en", "--top", 0)
    assert "listing pindah tingkat" in indonesian
    assert "sebelum 0," in indonesian
    assert "listings change tier" in english
    assert "before 0" not in english


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("radar", "none.csv", "none.csv", "-o", "t.csv"), "none.csv"),
        (("radar", "B", "A", "-o", "t.doc"), "t.doc"),
        (("radar", "B", "A", "-o", "A"), "would be overwritten while it is an input"),
        (("radar", "B", "A", "-o", "t.csv", "--rate", 3), "rate must be between 0 and 1"),
        (("radar", "B", "A", "-o", "t.csv", "--tier", "high"), "tier must be one of"),
        (("radar", "B", "A", "-o", "t.csv", "--lang", "jv"), "language must be id or en"),
        (("queue", "A", "-n", 5), "only 0 listings are there"),
        (("queue", "B", "-n", 0), "n must be a positive whole number"),
        (("queue", "B", "-n", "many"), "many"),
        (("queue", "B", "-n", 5, "--label-studio", "-"), "must name a file"),
        (("compare-models", "bundled", "bundled", "A"), "both models are"),
        (("compare-models", "bundled", "nowhere", "A"), "nowhere"),
    ],
)
def test_wrong_input_is_one_line(run, files, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    named = {"B": files[0], "A": files[1]}
    status, out, err = run(*(named.get(one, one) for one in arguments))
    assert (status, out) == (2, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert message in err
