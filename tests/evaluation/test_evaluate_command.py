"""``thriftwatch evaluate``."""

import json

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from thriftwatch.cli import main
from thriftwatch.files import write_table


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, status=0):
        done = CliRunner().invoke(main, ["evaluate", *arguments])
        assert done.exit_code == status, done.output
        return done

    return run


@pytest.fixture
def labelled(sample, tmp_path):
    write_table(sample, tmp_path / "labelled.csv")
    return "labelled.csv"


def test_it_shows_figures_slices_mistakes_and_what_they_are_worth(run, labelled):
    shown = run(labelled, "--samples", "10").stdout
    for words in ("average precision", "keyword list", "weakest slices", "bukan temuan"):
        assert words in shown
    assert "--cross-validate" in shown


def test_it_writes_a_report_or_all_figures(run, labelled, tmp_path):
    catalogue = pa.table({"judul": [f"panci {n}" for n in range(60)]})
    write_table(catalogue, tmp_path / "catalogue.csv")
    with_stream = ("--samples", "10", "--stream", "catalogue.csv")
    done = run(labelled, *with_stream, "-o", "report.html")
    assert "thought to be lawful" in done.stdout
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    run(labelled, *with_stream, "-o", "figures.json")
    assert json.loads((tmp_path / "figures.json").read_text())["stream"]["whole"]["rows"] == 60


def test_scores_in_a_column_are_judged(run, tmp_path):
    table = pa.table({"label": ["0", "1"] * 20, "model_a": ["0.1", "0.7"] * 20})
    write_table(table, tmp_path / "scored.csv")
    assert "given scores" in run("scored.csv", "--scores", "model_a", "--samples", "10").stdout


def test_splits_are_told_in_order_with_what_they_answer(run, labelled, monkeypatch):
    def judge(split, rows, **_):
        return np.repeat(0.1 + 0.8 * rows.label[:, None], 6, axis=1)

    monkeypatch.setattr("thriftwatch.evaluation.evaluate.out_of_split", judge)
    shown = run(labelled, "--split", "random", "--split", "group", "--samples", "10").stdout
    assert shown.index("group: re-posts and pairs") < shown.index("random: optimistic in general")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "report.pdf"], "is a .html or a .json file"),
        (["-o", "no-folder/report.html"], "does not exist"),
        (["--split", "sellers"], 'Did you mean "seller"'),
        (["--policy", "used"], "policy must be one of"),
        (["--slice", "colour"], "no column for the colour"),
        (["--stream", "none.csv"], "none.csv"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run, labelled, arguments, message):
    from thriftwatch.errors import ThriftwatchError

    done = CliRunner().invoke(main, ["evaluate", labelled, *arguments], standalone_mode=False)
    assert isinstance(done.exception, ThriftwatchError)
    assert message in str(done.exception)
    assert "\n" not in str(done.exception)


def test_a_catalogue_is_told_where_it_belongs(tmp_path, run):
    write_table(pa.table({"judul": ["panci"]}), tmp_path / "catalogue.csv")
    done = CliRunner().invoke(main, ["evaluate", "catalogue.csv"], standalone_mode=False)
    assert "--stream CATALOGUE" in str(done.exception)


def test_what_a_table_says_does_not_steer_the_terminal(run, tmp_path):
    titles = [f"hoodie \x1b[2J [red]second {n}" for n in range(80)]
    rows = {"title": titles, "label": ["0", "1"] * 40, "platform": ["\x1b[31ma", "[b]b"] * 40}
    write_table(pa.table(rows), tmp_path / "hostile.csv")
    shown = run("hostile.csv", "--samples", "5").stdout
    assert "\x1b" not in shown
    assert "[red]second" in shown
