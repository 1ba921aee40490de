"""thriftwatch review, thriftwatch verify and score --evidence, as people meet them."""

import json

import pytest

from thriftwatch.files.evidence import verify_evidence

LISTINGS = """\
judul,deskripsi,link
Panci presto baru,garansi,https://a.test/1
Hoodie second import,"ex bal, WA 0812-3456-7890",https://a.test/2
"""


@pytest.fixture
def listings(tmp_path):
    path = tmp_path / "listings.csv"
    path.write_text(LISTINGS)
    return path


@pytest.fixture
def evidence(run, listings, tmp_path):
    path = tmp_path / "evidence.jsonl"
    status, _, err = run("score", listings, "-o", tmp_path / "scored.csv", "--evidence", path)
    assert status == 0
    assert verify_evidence(path).head in err
    return path


def test_a_page_is_made_of_what_score_wrote(run, listings, tmp_path):
    scored, page = tmp_path / "scored.csv", tmp_path / "review.html"
    run("score", listings, "-o", scored)
    status, out, err = run("review", scored, "-o", page)
    assert (status, out) == (0, "")
    said = f"2 of 2 listings (likely 1, review 0, clear 1) are in {page}"
    assert err.splitlines()[-1] == said
    assert "Hoodie" in page.read_text(encoding="utf-8")


def test_another_policy_than_that_of_the_file_is_noted(run, tmp_path):
    listings, scored = tmp_path / "listings.csv", tmp_path / "scored.csv"
    listings.write_text("judul\nKaos bekas pakai sendiri kondisi 8/10\n")
    run("score", listings, "-o", scored, "--policy", "all-used")
    _, _, err = run("review", scored, "-o", tmp_path / "review.html")
    assert "Note: 1 of 1 scores differ from those in the file: another --policy" in err
    _, _, err = run("review", scored, "-o", tmp_path / "review.html", "--policy", "all-used")
    assert "Note" not in err


def test_the_page_never_replaces_the_listings(run, listings):
    status, _, err = run("review", listings, "-o", listings)
    assert status == 2
    assert "would be overwritten" in err
    assert listings.read_text() == LISTINGS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["review", "none.csv", "-o", "{}/r.html"], "there is no such file"),
        (["review", "-", "-o", "{}/r.html"], "needs a file"),
        (["review", "{}/listings.csv", "-o", "{}/no/r.html"], "does not exist"),
        (["review", "{}/listings.csv", "-o", "{}/r.html", "--url-column", "x"], '"x"'),
        (["review", "{}/listings.csv", "-o", "-"], "must name a file"),
        (["verify", "{}/listings.csv"], "no evidence file"),
        (["verify", "none.jsonl"], "does not exist"),
        (["score", "{}/listings.csv", "--evidence", "-"], "must name a file"),
        (["score", "{}/listings.csv", "--evidence", "{}/listings.csv"], "would be overwritten"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(run, listings, tmp_path, arguments, message):
    status, _, err = run(*(argument.format(tmp_path) for argument in arguments))
    assert status == 2
    assert err.startswith("Error: ")
    assert message in err
    assert err.count("\n") == 1
    assert listings.read_text() == LISTINGS


def test_an_evidence_record_is_not_taken_for_listings(run, evidence, tmp_path):
    status, _, err = run("review", evidence, "-o", tmp_path / "r.html")
    assert status == 2
    assert "this is an evidence record" in err
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("head", ["", "abc", "g" * 64, "0" * 65])
def test_a_head_that_is_no_hash_is_refused_rather_than_called_another(run, evidence, head):
    status, out, err = run("verify", evidence, "--head", head)
    assert (status, out) == (2, "")
    assert "64 characters" in err


def test_a_whole_record_is_said_to_be_whole(run, evidence):
    status, out, _ = run("verify", evidence)
    assert status == 0
    assert "whole and unchanged" in out
    head = verify_evidence(evidence).head
    assert head in out
    assert run("verify", evidence, "--head", head)[0] == 0


def test_a_changed_record_gives_status_1_and_the_line(run, evidence):
    evidence.write_bytes(evidence.read_bytes().replace(b"Hoodie", b"Jaket!"))
    status, out, _ = run("verify", evidence)
    assert status == 1
    assert "line 2: it was changed" in out


def test_another_head_gives_status_1(run, evidence):
    status, out, _ = run("verify", evidence, "--head", "0" * 64)
    assert status == 1
    assert "the head is" in out


@pytest.mark.parametrize("keep", [False, True])
def test_contacts_are_kept_if_asked_for(run, listings, tmp_path, keep):
    path = tmp_path / "evidence.jsonl"
    run("score", listings, "--evidence", path, *["--keep-contacts"] * keep)
    header, listing, end = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert header["contacts"] == ("kept" if keep else "hidden")
    assert ("0812-3456-7890" in listing["description"]) is keep
    assert end["listings"] == 1
