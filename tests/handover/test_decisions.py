"""What moderators decided decides what is handed over."""

import json

import pytest
from handed import BALE, HOODIE, PAN, UNSOURCED, shopee, table, text_of

from thriftwatch.files.evidence import verify_evidence

HEADER = ["id", "title", "description", "shop", "label", "url", "platform", "reviewer", "decided"]
MOMENT = "2026-03-31T20:15:00.000Z"


@pytest.fixture
def reviewed(write_csv):
    """What a review page exports."""
    return write_csv(
        "reviewed.csv",
        HEADER,
        ["", UNSOURCED, "", "kios 88", "1", "http://m.shopee.co.id/product/77/1", "", "Rina", MOMENT],
        ["", BALE, "", "Raja Bal", "0", shopee(2), "", "Rina", MOMENT],
        ["", PAN, "", "", "1", "", "", "", ""],
    )  # fmt: skip


def test_only_recommended_takedowns_are_handed_over(reviewed, write_csv, hand_over):
    source = write_csv(
        "a.csv",
        ["judul", "toko", "link", "harga"],
        [UNSOURCED, "kios 88", shopee(1), "30rb"],
        [BALE, "Raja Bal", shopee(2), "5jt"],
        [HOODIE, "bdg", shopee(3), "78000"],
    )
    path, _ = hand_over(source, "--from", reviewed)
    rows = {row["Judul"]: row for row in table(path)}
    assert set(rows) == {UNSOURCED, PAN}
    assert (rows[UNSOURCED]["Peninjau"], rows[UNSOURCED]["Harga"]) == ("Rina", 30_000)
    assert str(rows[UNSOURCED]["Diputuskan"]) == "2026-04-01 00:00:00"  # in Jakarta
    said = text_of(path)
    assert "Listing yang diusulkan peninjau untuk diturunkan" in said
    assert "usul diturunkan 2" in said
    assert "dipertahankan 1" in said
    assert "belum diputuskan 1" in said


def test_decisions_alone_are_enough_and_stand_in_the_evidence(reviewed, hand_over):
    path, _ = hand_over("--from", reviewed)
    evidence = path.with_suffix(".bukti.jsonl")
    assert verify_evidence(evidence).whole
    records = [json.loads(line) for line in evidence.read_text(encoding="utf-8").splitlines()[1:-1]]
    decided = {record["title"]: (record["decision"], record["reviewer"]) for record in records}
    assert decided == {UNSOURCED: ("recommend takedown", "Rina"), PAN: ("recommend takedown", None)}
    moment = {"utc": "2026-03-31T20:15:00Z", "wib": "2026-04-01T03:15:00+07:00"}
    assert moment in [record["decided"] for record in records]


def test_reviewers_who_differ_decide_nothing(write_csv, hand_over):
    other = write_csv(
        "reviewed.csv",
        HEADER,
        ["", HOODIE, "", "", "1", shopee(1), "", "Rina", MOMENT],
        ["", HOODIE, "", "", "0", shopee(1), "", "Budi", MOMENT],
    )
    path, _ = hand_over("--from", other)
    assert text_of(path, "Daftar").endswith("Tidak ada.")
    assert "ragu, atau keputusan berbeda 1" in text_of(path)


def test_the_list_of_takedowns_is_read_too(write_csv, hand_over):
    listed = write_csv(
        "takedown.csv",
        ["url", "title", "shop", "platform", "reasons", "score", "reviewer", "decided", "notice"],
        [shopee(1), HOODIE, "bdg", "", "", "0.9", "Rina", MOMENT, "Usulan"],
    )
    path, _ = hand_over("--from", listed)
    assert [row["Tautan"] for row in table(path)] == [shopee(1)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["judul"], [HOODIE]], "it tells no decisions"),
        ([["judul", "label"], [HOODIE, "mungkin"]], '"mungkin" is no decision'),
    ],
)
def test_a_file_without_decisions_is_refused(rows, message, write_csv, run, tmp_path):
    source = write_csv("a.csv", *rows)
    status, _, err = run("handover", "--from", source, "-o", tmp_path / "b.xlsx")
    assert status == 2
    assert message in err
