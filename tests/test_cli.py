"""The command line, as people and scripts meet it."""

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import thriftwatch
from thriftwatch import load_model, score_listing
from thriftwatch.compiled import is_compiled
from thriftwatch.files import RejectedRow, read_batches
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN

LISTINGS = """\
judul,deskripsi,toko,harga
Panci presto baru garansi resmi,,Dapur Kita,250000
-50% hoodie second import,"ex bal Jepang,
kondisi 9/10",bdg.secondbrand,50000
Kemeja batik pria baru,,,99000
"""
ADDED = ["score", "tier", "goods", "worn", "foreign", "reasons", "model"]
HEADER = ["judul", "deskripsi", "toko", "harga", *ADDED]


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch):
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def listings(tmp_path):
    path = tmp_path / "listings.csv"
    path.write_text(LISTINGS)
    return path


@pytest.fixture
def fails(run):
    """Run the program, expect it to refuse, and return its one line."""

    def fails(*arguments):
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert err.startswith("Error: ")
        assert err.count("\n") == 1
        return err

    return fails


def rows_of(path):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def environment(**extra):
    paths = [str(Path(thriftwatch.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **extra}


def program(*arguments, **options):
    command = [sys.executable, "-W", "error", "-m", "thriftwatch", *map(str, arguments)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen(command, env=environment(), **options)


# score


def test_score_writes_every_row_ranked_with_all_columns(run, listings, tmp_path):
    out = tmp_path / "scored.csv"
    status, stdout, stderr = run("score", listings, "-o", out)
    assert (status, stdout) == (0, "")
    rows = rows_of(out)
    assert list(rows[0]) == HEADER
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert sorted(row["harga"] for row in rows) == ["250000", "50000", "99000"]
    found = score_listing(
        "-50% hoodie second import", "ex bal Jepang,\nkondisi 9/10", shop="bdg.secondbrand"
    )
    assert rows[0]["judul"] == "'-50% hoodie second import"  # guarded against spreadsheets
    assert rows[0]["deskripsi"] == "ex bal Jepang,\nkondisi 9/10"
    assert scores[0] == pytest.approx(found.score, abs=1e-6)
    assert float(rows[0]["worn"]) == pytest.approx(found.facts["worn"], abs=1e-6)
    assert (rows[0]["tier"], rows[0]["model"]) == (found.tier, found.model)
    assert rows[0]["reasons"].startswith(found.reasons[0].note)
    assert rows[-1]["tier"] == "clear"
    assert rows[-1]["reasons"] == ""
    assert f'{listings}: title is "judul", description is "deskripsi", shop is "toko"' in stderr
    assert f"{listings}: no column for link" in stderr
    assert "3 rows scored in " in stderr
    for part in ("likely ", "review ", "clear ", "rows/s", "0.5 or more", "0 rejected"):
        assert part in stderr
    assert not (tmp_path / "scored.rejected.csv").exists()


def test_no_guard_writes_cells_as_they_are(run, listings, tmp_path):
    run("score", listings, "-o", tmp_path / "scored.csv", "--no-guard")
    assert rows_of(tmp_path / "scored.csv")[0]["judul"] == "-50% hoodie second import"


def test_top_prints_a_table_that_says_what_the_score_is_not(run, listings):
    status, stdout, stderr = run("score", listings, "--top", "2")
    lines = [line.rstrip() for line in stdout.splitlines()]
    assert status == 0
    assert lines[0].split() == [*ADDED[:5], "reason", "title"]
    assert lines[1].endswith("-50% hoodie second import")
    assert len(lines) == 5
    assert lines[-2:] == [DISCLAIMER, DISCLAIMER_EN]
    assert "\x1b" not in stdout + stderr


def test_top_shows_the_strongest_reason_in_the_words_of_the_seller(run, listings):
    found = score_listing(
        "-50% hoodie second import",
        "ex bal Jepang,\nkondisi 9/10",
        shop="bdg.secondbrand",
        reasons=10,
    )
    telling = [reason for reason in found.reasons if reason.supports and reason.fact != "goods"]
    assert f'"{telling[0].text}"' in run("score", listings, "--top", "1")[1]


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_the_numbers_stay_whole_however_narrow_the_terminal(run, listings, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    for line in run("score", listings, "--top", "3")[1].splitlines()[1:4]:
        score, tier, *facts = line.split()[:5]
        assert tier in {"likely", "review", "clear"}
        assert all(0 <= float(value) <= 1 for value in (score, *facts))


def test_without_output_the_highest_twenty_are_shown(run, tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("title\n" + "Kaos second\n" * 30)
    assert run("score", path)[1].count("Kaos second") == 20


def test_output_and_table_together(run, listings, tmp_path):
    out = tmp_path / "scored.jsonl"
    stdout = run("score", listings, "-o", out, "--top", "1")[1]
    assert DISCLAIMER in stdout
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [list(row) for row in rows] == [HEADER] * 3


def test_standard_streams(run, listings, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LISTINGS.encode())))
    status, stdout, stderr = run("score", "-", "-o", "-", "--top", "1")
    assert status == 0
    assert next(csv.DictReader(io.StringIO(stdout)))["harga"] == "50000"
    assert DISCLAIMER in stderr  # the table makes way for the rows


def test_several_files_are_joined_and_say_where_rows_are_from(run, listings, tmp_path):
    other = tmp_path / "more.jsonl"
    other.write_text(
        '{"title": "2 bal baju bekas import Korea", "kota": "Batam"}\n{"title": 501}\n'
    )
    out = tmp_path / "scored.parquet"
    assert run("score", listings, other, "-o", out)[0] == 0
    table = pq.read_table(out)
    names = ["judul", "deskripsi", "toko", "harga", "title", "kota", "source_file", *ADDED]
    assert table.column_names == names
    assert table.num_rows == 5
    by_title = {row["title"]: row for row in table.to_pylist()}
    assert by_title["2 bal baju bekas import Korea"]["source_file"] == str(other)
    assert by_title["2 bal baju bekas import Korea"]["harga"] is None
    assert by_title["501"]["kota"] is None


def test_rows_of_equal_score_stay_in_order(run, tmp_path):
    path = tmp_path / "same.csv"
    path.write_text("title,n\n" + "".join(f"Kaos second,{n}\n" for n in range(50)))
    run("score", path, "-o", tmp_path / "out.csv")
    assert [int(row["n"]) for row in rows_of(tmp_path / "out.csv")] == list(range(50))


def test_columns_named_like_the_results_are_kept_under_another_name(run, tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text("title,worn,model,score,score_input\nKaos second,1,V-neck,7,8\n")
    stderr = run("score", path, "-o", tmp_path / "out.csv")[2]
    row = rows_of(tmp_path / "out.csv")[0]
    assert (row["worn_input"], row["model_input"]) == ("1", "V-neck")
    assert (row["score_input2"], row["score_input"]) == ("7", "8")
    assert "The column worn of the input is now worn_input." in stderr


def test_columns_can_be_named(run, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\nHoodie second import,dari bal,toko\n")
    columns = ["--title-column", "a", "--description-column", "b", "--shop-column", "c"]
    run("score", path, "-o", tmp_path / "out.csv", *columns)
    found = score_listing("Hoodie second import", "dari bal", shop="toko")
    assert float(rows_of(tmp_path / "out.csv")[0]["score"]) == pytest.approx(found.score, abs=1e-6)


def test_unreadable_rows_are_told_and_written_beside_the_output(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title,n\nKaos second,1\n" + "=broken\n" * 7)
    out = tmp_path / "scored.csv.gz"
    status, _, stderr = run("score", path, "-o", out)
    assert status == 0
    assert "7 rows set aside:" in stderr
    assert f"{path}:3: it has 1 field, the header has 2" in stderr
    assert f"{path}:8" not in stderr
    assert f"and 2 more; all are in {tmp_path / 'scored.rejected.csv'}" in stderr
    assert "7 rejected" in stderr
    rejected = rows_of(tmp_path / "scored.rejected.csv")
    assert rejected[6] == {
        "file": str(path),
        "line": "9",
        "reason": "it has 1 field, the header has 2",
        "raw": "'=broken",
    }
    with gzip.open(out, "rt") as file:
        assert len(list(csv.DictReader(file))) == 1
    path.write_text("title,n\nKaos second,1\n")
    run("score", path, "-o", out)
    assert rows_of(tmp_path / "scored.rejected.csv") == []  # not those of an earlier run


@pytest.mark.parametrize("levels", [33, 500, 900])
def test_a_row_that_is_nested_too_deep_is_set_aside_and_the_others_are_scored(
    run, tmp_path, levels
):
    deep = '{"judul": "Kaos", "x": ' + '{"a": ' * levels + "1" + "}" * levels + "}"
    path = tmp_path / "listings.jsonl"
    path.write_text(f'{{"judul": "Jaket second import"}}\n{deep}\n')
    status, _, stderr = run("score", path, "-o", tmp_path / "scored.csv")
    assert status == 0
    assert "1 rejected" in stderr
    assert [row["judul"] for row in rows_of(tmp_path / "scored.csv")] == ["Jaket second import"]
    (rejected,) = rows_of(tmp_path / "scored.rejected.csv")
    assert rejected["line"] == "2"
    assert "nested too deep" in rejected["reason"]


def test_later_lines_may_have_columns_that_earlier_ones_lack(run, tmp_path, monkeypatch):
    path = tmp_path / "a.jsonl"
    rows = [
        {"title": "Kaos second"},
        {"title": "Hoodie", "desc": "bekas import dari bal"},
        {"x": 1},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    read = read_batches
    monkeypatch.setattr("thriftwatch.ranking.read_batches", lambda p, **o: read(p, 1, **o))
    assert run("score", path, "-o", tmp_path / "out.jsonl")[0] == 0
    scored = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    by_title = {row["title"]: row["score"] for row in scored}
    assert by_title["Hoodie"] == pytest.approx(
        score_listing("Hoodie", "bekas import dari bal").score, abs=1e-6
    )
    assert by_title[None] == pytest.approx(score_listing("").score, abs=1e-6)


def test_a_table_without_rows_gives_a_table_without_rows(run, tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("title\n")
    assert run("score", path, "-o", tmp_path / "out.csv")[0] == 0
    assert (tmp_path / "out.csv").read_text() == f"title,{','.join(ADDED)}\n"


def test_the_output_is_the_same_whatever_the_number_of_processes(run, tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    titles = ["Kaos second import", "Panci", "2 bal baju bekas", "Sepatu baru", ""]
    path.write_text("title,n\n" + "".join(f"{titles[n % 5]} {n},{n}\n" for n in range(40)))
    monkeypatch.setattr("thriftwatch.ranking._BLOCK", 8)
    monkeypatch.setattr("thriftwatch.ranking._WORTH_A_PROCESS", 1)
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    for jobs in (1, 2):
        assert run("score", path, "-o", tmp_path / f"{jobs}.csv", "--jobs", jobs)[0] == 0
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_titles_cannot_drive_the_terminal(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title\n\x1b[31mKaos\u202e [bold]second[/bold] import\n")
    stdout = run("score", path)[1]
    assert "\x1b" not in stdout
    assert "\u202e" not in stdout
    assert "[bold]second[/bold]" in stdout


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("listing.csv", None, 'there is no such file; did you mean "listings.csv"?'),
        ("empty.csv", b"", "there is nothing in it"),
        ("x.csv", b"jdul,harga\na,1\n", 'columns there: "jdul", "harga". Did you mean "jdul"?'),
        ("x.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "this is not text"),
        ("x.csv", b"Tautan\nhttps://shopee.co.id/a-i.1.2\n", "holds links"),
        ("x.doc", b"title\n", "is not a table format; accepted: .csv"),
        ("x.parquet", b"PAR1xx", "x.parquet"),
    ],
)
@pytest.mark.usefixtures("listings")
def test_a_file_that_is_not_what_it_says_is_one_clear_line(fails, tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    line = fails("score", tmp_path / name, "-o", tmp_path / "out.csv")
    assert message in line
    assert str(tmp_path / name) in line
    assert not (tmp_path / "out.csv").exists()


def test_wrong_arguments_are_one_clear_line(fails, listings, tmp_path):
    out = tmp_path / "out.csv"
    assert 'Did you mean "imported"?' in fails("score", listings, "--policy", "importd")
    assert "no such column" in fails("score", listings, "--title-column", "jdul")
    assert "does not exist" in fails("score", listings, "-o", tmp_path / "no" / "out.csv")
    assert "is not a table format" in fails("score", listings, "-o", tmp_path / "out.doc")
    assert ".txt is read but not written" in fails("score", listings, "-o", tmp_path / "out.txt")
    assert "would be overwritten" in fails("score", listings, "-o", listings)
    assert "no-model" in fails("score", listings, "-o", out, "--model", tmp_path / "no-model")
    assert "See thriftwatch score --help" in fails("score")
    assert "Invalid value for '--top'" in fails("score", listings, "--top", "0")
    assert "No such command" in fails("scor")
    assert not out.exists()


def test_latin_1_can_be_read_by_saying_so(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"title\nkaf\xe9\n")
    run("score", path, "-o", tmp_path / "out.csv", "--encoding", "latin-1")
    assert rows_of(tmp_path / "out.csv")[0]["title"] == "kafé"


# words that are added to the lexicon

WORDS = "term,variants,class,family,strength\nzorblat,zorblatan,import,monza,5\n"


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text(WORDS)
    return path


def test_added_words_count_and_the_model_names_them(run, words, tmp_path):
    path, out, evidence = (tmp_path / name for name in ("a.csv", "out.csv", "evidence.jsonl"))
    path.write_text("title\nKaos zorblat\n")
    options = ["-o", out, "--evidence", evidence]
    assert run("score", path, *options)[0] == 0
    (before,) = rows_of(out)
    assert run("score", path, *options, "--lexicon", words)[0] == 0
    (after,) = rows_of(out)
    assert before["tier"] == "clear"
    assert float(after["score"]) > float(before["score"]) + 0.5
    assert '"zorblat"' in after["reasons"]
    assert after["model"].startswith(f"{before['model'].split(' (')[0]} (")
    assert after["model"] == load_model().with_lexicon(words).id != before["model"]
    assert "+ 2 words (" in after["model"]
    assert json.dumps(after["model"]) in evidence.read_text()


def test_added_words_go_to_every_process(run, words, tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("title,n\n" + "".join(f"Kaos z0rblat {n},{n}\n" for n in range(24)))
    monkeypatch.setattr("thriftwatch.ranking._BLOCK", 8)
    monkeypatch.setattr("thriftwatch.ranking._WORTH_A_PROCESS", 1)
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    for jobs in (1, 2):
        options = ["-o", tmp_path / f"{jobs}.csv", "--jobs", jobs, "--lexicon", words]
        assert run("score", path, *options)[0] == 0
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert all(float(row["score"]) > 0.5 for row in rows_of(tmp_path / "2.csv"))


def test_added_words_are_explained_and_reviewed(run, words, tmp_path):
    found = run("explain", "Kaos zorblat", "--lexicon", words)[1]
    assert "zorblat]" in found
    assert "+ 2 words (" in found
    path, scored, page = (tmp_path / name for name in ("a.csv", "scored.csv", "review.html"))
    path.write_text("title\nKaos zorblat\n")
    run("score", path, "-o", scored, "--lexicon", words)
    assert "+ 2 words (" in run("review", scored, "-o", page)[2]  # it names another model
    assert "words (" not in run("review", scored, "-o", page, "--lexicon", words)[2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("word,class\nzorblat,import\n", "there is no column"),
        ("term,class\nzorblat,imports\n", 'Did you mean "import"?'),
        ("term,class\nZorblat!,import\n", "is no folded text"),
        ("term,class\nzorblat,import\nzorblat,used\n", "take it out of one of them"),
    ],
)
def test_a_lexicon_that_is_none_is_one_clear_line(
    fails, listings, tmp_path, monkeypatch, content, message
):
    monkeypatch.setattr("thriftwatch.training.labelled.read_labelled", pytest.fail)
    path, out = tmp_path / "words.csv", tmp_path / "out"
    if content is not None:
        path.write_text(content)
    commands = (
        ["score", listings, "-o", f"{out}.csv"],
        ["explain", "Kaos"],
        ["train", listings, "-o", out],
    )
    for command in commands:
        line = fails(*command, "--lexicon", path)
        assert message in line
        assert str(path) in line
    assert not list(tmp_path.glob("out*"))


def test_a_lexicon_is_never_overwritten(fails, listings, words, tmp_path):
    scored = ["score", listings, "--lexicon", words, "-o"]
    assert "would be overwritten" in fails(*scored, words)
    trained = ["train", listings, "-o", tmp_path / "model", "--lexicon", words, "--issues"]
    assert "would be overwritten" in fails(*trained, words)
    assert words.read_text() == WORDS


def test_info_tells_how_many_words_were_added(run, model, words, tmp_path):
    added = model.with_lexicon(words)
    added.save(tmp_path / "model")
    stdout = run("info", tmp_path / "model")[1]
    assert stdout.startswith(f"{added.id}\n2 words were added to the lexicon after training ")
    assert "were added" not in run("info")[1]


# explain


def test_explain_marks_the_words_and_gives_sentences_in_both_languages(run):
    title, description = "Hoodie second import", "ex bal Jepang, bukan barang baru"
    status, stdout, _ = run("explain", title, description, "--shop", "thrift.bdg")
    found = score_listing(title, description, shop="thrift.bdg", reasons=8)
    assert status == 0
    assert "[+foreign: second import]" in stdout
    for reason in found.reasons:
        assert reason.note in stdout
        assert reason.note_en in stdout
    unmarked = re.sub(r"\[[+-]\w+: |\]", "", stdout)
    for text in (title, description, "thrift.bdg", DISCLAIMER, DISCLAIMER_EN, found.model):
        assert text in unmarked
    for name, value in found.facts.items():
        assert f"{name:<8} {value:.2f}" in stdout
    assert "\x1b" not in stdout


def test_colour_only_repeats_what_the_marks_say(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = run("explain", "Hoodie second import")[1]
    colour = "\x1b\\[[0-9;]*3[0-7]m"
    assert re.search(colour, coloured)
    assert "[+" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    plain = run("explain", "Hoodie second import")[1]
    assert "[+" in plain
    assert not re.search(colour, plain)


def test_explain_needs_no_description(run):
    assert "tidak ada indikasi / clear" in run("explain", "Panci presto baru garansi resmi")[1]


# train


class Trained:
    """What training gives, without the work."""

    def __init__(self):
        self.model = self.rows = self
        self.id = "thriftwatch-id 9.9.9"
        self.notes = ['labels were read so: "ya" as 1']
        self.rejected = [RejectedRow("a.csv", n, "no label", "") for n in range(2, 9)]

    def save(self, folder):
        folder.mkdir()

    def summary(self):
        return "average precision 0.97"


def test_train_passes_on_what_it_was_given_and_saves_the_model(run, tmp_path, monkeypatch):
    given = {}

    def training(labelled, **options):
        given.update(options, labelled=[read.file for read in labelled])
        options["progress"](1, 2, "fitting")
        return Trained()

    monkeypatch.setattr("thriftwatch.training.train", training)
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("title,label\nKaos,0\n")
    out = tmp_path / "model"
    arguments = [
        "a.csv",
        "b.csv",
        "-o",
        out,
        "--exclude",
        "held.csv",
        "--seed",
        7,
        "--lexicon",
        "w.csv",
        "--positive",
        "ya",
        "--label-column",
        "kelas",
    ]
    status, stdout, stderr = run("train", *arguments)
    assert (status, stdout) == (0, "average precision 0.97\n")
    lines = stderr.splitlines()
    assert lines[0] == "7 rows set aside:"
    assert lines[1:8] == [f"  a.csv:{line}: no label" for line in range(2, 9)]
    note = 'Note: labels were read so: "ya" as 1'
    assert lines[8:] == [note, f"thriftwatch-id 9.9.9 is in {out}"]
    assert out.is_dir()
    assert given["labelled"] == ["a.csv", "b.csv"]
    assert given["name"] == "model"  # that of the folder
    assert list(given["positive"]) == ["ya"]
    assert given["columns"] == {"label": "kelas"}
    assert (given["exclude"], given["seed"], given["lexicon"]) == ("held.csv", 7, "w.csv")


def test_train_refuses_an_impossible_folder_before_the_work(fails, tmp_path, monkeypatch):
    monkeypatch.setattr("thriftwatch.training.train", lambda *a, **o: pytest.fail("it trained"))
    assert "does not exist" in fails("train", "a.csv", "-o", tmp_path / "no" / "model")
    assert "Missing option '-o'" in fails("train", "a.csv")


# info and the program itself


def test_info_shows_the_model(run, model):
    status, stdout, _ = run("info")
    assert status == 0
    assert stdout.startswith(f"{model.id}\n")
    assert "sha256" in stdout
    way = "listings are read compiled" if is_compiled() else "listings are read as plain Python"
    assert way in stdout


def test_info_on_something_else(fails, tmp_path):
    assert str(tmp_path) in fails("info", tmp_path)


def test_version_and_help(run):
    assert run("--version")[:2] == (0, f"thriftwatch, version {thriftwatch.__version__}\n")
    for arguments in ((), ("--help",), ("-h",)):
        status, stdout, _ = run(*arguments)
        assert status == 0
        for command in ("score", "explain", "train", "info"):
            assert f"  {command} " in stdout


def test_ctrl_c_is_a_short_line_and_leaves_nothing(run, listings, tmp_path, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("thriftwatch.ranking.rank_listings", interrupted)
    status, stdout, stderr = run("score", listings, "-o", tmp_path / "out.csv")
    assert (status, stdout, stderr.splitlines()[-1]) == (130, "", "stopped")
    assert list(tmp_path.iterdir()) == [listings]


def test_a_full_disk_is_one_clear_line(run, listings, tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device", "out.csv")

    monkeypatch.setattr("thriftwatch.files.write_table", full)
    status, stdout, stderr = run("score", listings, "-o", tmp_path / "out.csv")
    assert (status, stdout) == (2, "")
    assert stderr.splitlines()[-1] == "Error: out.csv: No space left on device"


# In a process of its own


def test_the_program_runs_from_another_folder(listings, tmp_path):
    with program("score", listings.name, "-o", "scored.csv", cwd=tmp_path) as process:
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (0, "")
    assert stderr.splitlines()[-1].startswith("3 rows scored")
    assert len(rows_of(tmp_path / "scored.csv")) == 3


def test_a_refusal_is_one_line_and_status_2(tmp_path):
    with program("score", "no.csv", cwd=tmp_path) as process:
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (2, "")
    assert stderr == "Error: no.csv: there is no such file; check the path\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("title,pad\n" + f"Panci baru,{'x' * 200}\n" * 5_000)
    with program("score", path, "-o", "-", text=False) as process:
        assert process.stdout.readline().startswith(b"title,pad,score")
        process.stdout.close()
        stderr = process.stderr.read()
        process.wait(timeout=60)
    assert b"Traceback" not in stderr
    assert b"Error" not in stderr


def test_an_encoding_without_the_letters_is_no_error(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title\n𝓽𝓱𝓻𝓲𝓯𝓽 kaos\n", encoding="utf-8")
    command = [sys.executable, "-m", "thriftwatch", "score", str(path)]
    done = subprocess.run(
        command, env=environment(PYTHONIOENCODING="ascii"), capture_output=True, check=True
    )
    assert b"\\U0001d4fd" in done.stdout
