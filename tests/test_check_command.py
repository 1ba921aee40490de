"""``thriftwatch check``: what would be read, and what would not."""

import io

import pytest

from thriftwatch.checking import LinkCount, check_file
from thriftwatch.files import write_table

LISTINGS = (
    "LAPORAN\n"
    "Nama Produk;Catatan Tim;Tautan;Berat\n"
    "Hoodie second import;perlu dicek lagi oleh tim;https://shopee.co.id/a-i.1.1;1,5\n"
    "Kaos baru;;https://shopee.co.id/a-i.1.1;\n"
    "rusak\n"
)


@pytest.fixture
def listings(tmp_path):
    path = tmp_path / "daftar.csv"
    path.write_text(LISTINGS)
    return path


def test_it_shows_what_would_be_read_and_scores_nothing(run, listings, monkeypatch):
    monkeypatch.setattr(
        "thriftwatch.model.model.Model.score_batch", lambda *_: pytest.fail("scored")
    )
    status, out, err = run("check", listings, "--lang", "en")
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    for line in (
        "format CSV",
        "encoding utf-8",
        "separator semicolon",
        "decimals comma",
        "Nama Produk title 100%",
        "Catatan Tim (text, not used) 50%",
        "Tautan link 100%",
        "it has 1 field, the header has 4 1 5",
        "https://shopee.co.id/product/1/1 2",
    ):
        assert line.split() in lines
    assert "2 rows, column names in row 2" in out
    assert "1 row would be set aside:" in out
    assert "1 link is a repetition" in out
    assert "Hoodie second import" in out
    assert "Warning: " in out
    assert out.splitlines()[-1] == "2 rows would be scored, 1 set aside, 0 not read"


def test_it_speaks_indonesian_first(run, listings, monkeypatch):
    monkeypatch.delenv("LC_ALL")
    monkeypatch.delenv("LANG", raising=False)
    _, out, _ = run("check", listings)
    for part in ("pemisah", "titik koma", "2 baris, nama kolom di baris 2", "(teks, tidak dipakai)",
                 "baris ini berisi 1 sel, sedangkan nama kolom ada 4", "1 tautan berulang"):  # fmt: skip
        assert part in out
    assert "2 baris akan dinilai, 1 disisihkan, 0 tidak dibaca" in out


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.xlsx", "a.csv.gz"])
def test_every_format_is_shown(run, tmp_path, name):
    import pyarrow as pa

    write_table(pa.table({"judul": ["Kaos"], "harga": [5]}), tmp_path / name)
    status, out, _ = run("check", tmp_path / name)
    assert status == 0
    assert "1 row would be scored, 0 set aside, 0 not read" in out


def test_standard_input_is_shown(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LISTINGS.encode())))
    status, out, _ = run("check", "-")
    assert status == 0
    assert out.startswith("standard input\n")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "there is nothing in it"),
        ("a.csv", b"harga\n5\n", "there is no column for the title"),
        ("a.csv", b"Tautan\nhttps://a.id/1\n", "holds links"),
        ("a.csv", b"Nama,Nama\nKaos,Hoodie\n", "say which one is the title"),
        ("a.xlsx", b"PK", "cannot be read as an Excel workbook"),
        ("a.parquet", b"PAR1", "cannot be read as Parquet"),
        ("a.doc", b"x", "is not a table format"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "cannot be read as a workbook"),
        ("no.csv", None, "there is no such file"),
    ],
)
def test_what_would_not_be_scored_is_said_and_the_other_files_are_shown(
    run, listings, tmp_path, name, content, said
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    status, out, err = run("check", tmp_path / name, listings)
    assert (status, err) == (2, "")
    assert said in out
    assert "2 rows would be scored" in out


def test_columns_sheet_and_header_can_be_named(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("judul,harga\nbenda,isi\nHoodie,ex bal\n")
    _, out, _ = run("check", path, "--header-row", "2", "--title-column", "benda")
    assert "1 row would be scored" in out
    assert "column names in row 2" in out


def test_a_file_cannot_drive_the_terminal(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("judul,\x1b[31m\nKaos\u202e [bold]x[/bold],\x1b[2J\n")
    _, out, _ = run("check", path)
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_batches_make_one_table(tmp_path, monkeypatch):
    from thriftwatch import checking

    read = checking.read_batches
    monkeypatch.setattr(checking, "read_batches", lambda p, **o: read(p, 1, **o))
    path = tmp_path / "a.jsonl"
    path.write_text('{"judul": "Kaos"}\n{"judul": "Hoodie", "deskripsi": "bal"}\n')
    found = check_file(path, LinkCount())
    (table,) = found.tables
    assert table.rows == 2
    assert [(c.name, c.field, c.filled) for c in table.columns.values()] == [
        ("judul", "title", 2),
        ("deskripsi", "description", 1),
    ]
