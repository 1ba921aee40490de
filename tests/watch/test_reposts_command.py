"""``thriftwatch reposts``, as an analyst runs it."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

KNOWN = """\
id,judul,deskripsi,toko,platform,tanggal
a1,Hoodie Uniqlo second import abu,"ex bal Jepang, kondisi 9/10, kantong kiri bolong kecil, ambil di Cimol",bdg.second,shopee,2026-03-01
a2,Kemeja flanel bekas Korea merah,"buka karung minggu ini, kancing hilang satu, cod Gedebage",toko.karung,tokopedia,2026-03-02
"""
NEW = """\
judul,deskripsi,toko,platform,tanggal
Panci presto baru,"garansi resmi setahun, stok 20",dapur,shopee,2026-04-01
H00die Uniqlo s.e.c.o.n.d imp0rt warna abu,"Ready kak! ex b4l Jepang kondisi 9/10, kantong kiri ada bolong kecil, COD Cimol",second.bdg,tiktok,2026-04-02
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.csv").write_text(KNOWN)
    (tmp_path / "new.csv").write_text(NEW)
    return tmp_path


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_matches_have_the_columns_that_were_promised(run, files):
    status, _, told = run("reposts", "known.csv", "new.csv", "-o", "matches.csv", "--lang", "id")
    (row,) = rows_of(files / "matches.csv")
    assert status == 0
    assert list(row) == [
        "new_row",
        "known_row",
        "known_id",
        "similarity",
        "phrases",
        "seller_new",
        "seller_known",
    ]
    assert (row["new_row"], row["known_row"], row["known_id"]) == ("1", "0", "a1")
    assert (row["seller_new"], row["seller_known"]) == ("second.bdg", "bdg.second")
    assert float(row["similarity"]) > 0.5
    texts = {"title": "H00die Uniqlo s.e.c.o.n.d imp0rt warna abu"}
    for phrase in json.loads(row["phrases"]):
        place = phrase["new"]
        if place["field"] in texts:
            assert texts[place["field"]][place["start"] : place["end"]] == place["text"]
    assert "1 dari 2 iklan baru" in told
    assert "petunjuk" in told


def test_english_is_spoken_where_it_is_asked_for(run, files):
    _, _, told = run("reposts", "known.csv", "new.csv", "-o", "matches.csv", "--lang", "en")
    assert "1 of 2 new listings is like one that was taken down" in told


@pytest.mark.parametrize("name", ["m.jsonl", "m.parquet", "m.xlsx", "-"])
def test_matches_are_written_in_every_format(run, files, name):
    status, out, _ = run("reposts", "known.csv", "new.csv", "-o", name)
    assert status == 0
    if name == "-":
        assert next(csv.DictReader(io.StringIO(out)))["known_id"] == "a1"
    elif name.endswith("parquet"):
        assert (
            pq.read_table(name).column("phrases").to_pylist()[0][0]["known"]["field"]
            == "description"
        )
    else:
        assert (files / name).stat().st_size > 0


def test_an_index_is_kept_and_asked_again(run, files):
    run("reposts", "known.csv", "new.csv", "-o", "one.csv", "--save-index", "index")
    status, _, _ = run("reposts", "index", "new.csv", "-o", "two.csv")
    assert status == 0
    assert (files / "one.csv").read_bytes() == (files / "two.csv").read_bytes()


def test_families_tell_who_reposts_whom(run, files):
    run("reposts", "known.csv", "new.csv", "-o", "m.csv", "--families", "f.csv")
    rows = rows_of(files / "f.csv")
    assert [(row["file"], row["row"]) for row in rows] in (
        [("known", "0"), ("new", "1")], [("new", "1"), ("known", "0")],
    )  # fmt: skip
    assert {row["family"] for row in rows} == {"1"}
    assert (rows[0]["first_seen"], rows[0]["last_seen"]) == ("2026-03-01", "2026-04-02")
    assert rows[0]["sellers"] == "bdg.second; second.bdg"


def test_no_match_gives_a_table_without_rows(run, files):
    status, _, told = run(
        "reposts", "known.csv", "new.csv", "-o", "m.csv", "--threshold", "1", "--lang", "en"
    )
    assert status == 0
    assert (files / "m.csv").read_text().startswith("new_row,known_row,known_id,similarity")
    assert "0 of 2" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["known.csv", "new.csv", "-o", "known.csv"], "would be overwritten"),
        (["known.csv", "new.csv", "-o", "m.csv", "--threshold", "7"], "--threshold must be"),
        (["nowhere.csv", "new.csv", "-o", "m.csv"], "no such file"),
        (["known.csv", "new.csv", "-o", "m.docx"], "not a table format"),
        ([".", "new.csv", "-o", "m.csv"], "not an index"),
        (["known.csv", "new.csv", "-o", "m.csv", "--families", "m.csv"], "named twice"),
        (["twice.csv", "new.csv", "-o", "m.csv"], "come more than once"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, files, arguments, told):
    (files / "twice.csv").write_text("id,judul\na,Kaos\na,Rok\n")
    status, _, error = run("reposts", *arguments)
    assert status == 2
    assert told in error
    assert error.count("\n") == 1
    assert not (files / "m.csv").exists()
