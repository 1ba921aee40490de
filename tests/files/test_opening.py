"""What happens before the first row: names, encodings and files that are something else."""

import gzip
import zipfile

import pytest

from thriftwatch.errors import InputError, TableError
from thriftwatch.files import lines, read_batches, read_table


@pytest.fixture
def write(tmp_path):
    def write(content, name="a.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def message_of(path, **options):
    with pytest.raises(TableError) as caught:
        read_table(path, **options)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def test_a_missing_file_is_reported_with_the_nearest_name(write, tmp_path):
    write(b"a\n", "listings.csv")
    message = message_of(tmp_path / "listing.csv")
    assert 'there is no such file; did you mean "listings.csv"?' in message


def test_a_missing_folder_is_reported(tmp_path):
    assert "does not exist either" in message_of(tmp_path / "no" / "a.csv")


def test_a_missing_file_is_reported_before_the_first_batch(tmp_path):
    with pytest.raises(TableError, match="no such file"):
        read_batches(tmp_path / "a.csv")


def test_a_folder_is_reported_with_the_tables_in_it(write, tmp_path):
    write(b"a\n", "x.csv")
    folder = tmp_path.rename(tmp_path.with_name("folder.csv"))
    assert 'a file is needed; it holds "x.csv"' in message_of(folder)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\r\n\n"])
def test_an_empty_file_is_an_error(write, content):
    assert "there is nothing in it" in message_of(write(content))


@pytest.mark.parametrize("name", ["a.doc", "a", "a.csv.zip", "a.parquet.gz"])
def test_an_unknown_extension_is_answered_with_the_known_ones(write, name):
    message = message_of(write(b"a\n1\n", name))
    assert "is not a table format; accepted: .csv, .tsv, .jsonl" in message


def test_a_damaged_old_workbook_is_answered_with_what_to_do(write):
    assert "Save it again as .xlsx" in message_of(write(b"\xd0\xcf\x11\xe0", "a.xls"))


@pytest.mark.parametrize("name", ["A.CSV", "a.csv", "b.2024.csv"])
def test_extensions_may_be_written_in_any_case(write, name):
    assert read_table(write(b"a\n1\n", name)).table.num_rows == 1


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PK\x03\x04....[Content_Types].xml", "an Excel workbook; rename it to .xlsx"),
        (b"PK\x03\x04....photo.jpg", "a ZIP file; unpack it"),
        (b"PAR1....", "a Parquet file; rename it to .parquet"),
        (b"\x89PNG\r\n", "a PNG picture"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x1f\x8b\x08", "a gzip file; add .gz to its name"),
        (b"\xd0\xcf\x11\xe0", "an old Excel file or one with a password; rename it to .xls"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"\x01\x00\x00\x07\x02\x00\x00" * 9, "a binary file"),
    ],
)
def test_a_file_that_is_not_text_is_told_for_what_it_is(write, head, kind):
    assert f"it seems to be {kind}" in message_of(write(head))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_byte_order_marks_are_understood(write, encoding):
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    read = read_table(write(f"{mark}judul\nKaos ✓\n".encode(encoding)))
    assert read.table.to_pylist() == [{"judul": "Kaos ✓"}]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read_and_said(write, encoding):
    content = "judul,harga\nKaos ✓,1\n".encode(encoding)
    with pytest.warns(UserWarning, match=f"read as {encoding}, which is a guess"):
        read = read_table(write(content))
    assert read.table.to_pylist() == [{"judul": "Kaos ✓", "harga": "1"}]
    assert "pass --encoding" in message_of(write(content), encoding="utf-8")


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("before", [0, 10, 100_000])
def test_bytes_that_are_not_utf_8_are_reported_where_it_was_asked_for(write, before, newline):
    rows = [b"judul"] + [b"kaos polos" + b"." * (i % 90) for i in range(before)]
    path = write(newline.join([*rows, b"caf\xe9", b"kaos"]))
    message = message_of(path, encoding="utf-8")
    assert f"line {before + 2}: byte 0xe9 is not UTF-8" in message
    assert "--encoding latin-1 (or cp1252)" in message
    assert read_table(path, encoding="latin-1").table["judul"].to_pylist()[before] == "café"


def test_bytes_that_are_not_in_the_given_encoding_are_reported(write):
    assert "pass another --encoding" in message_of(write(b"a\n\xe9\n"), encoding="ascii")


@pytest.mark.parametrize("encoding", ["utf-99", "rot13"])
def test_an_encoding_that_is_none_is_refused(write, encoding):
    with pytest.raises(InputError, match="there is no text encoding"):
        read_table(write(b"a\n1\n"), encoding=encoding)


def test_compressed_files_are_read(write):
    read = read_table(write(gzip.compress(b"a,b\n1,2\n"), "a.csv.gz"))
    assert read.table.to_pylist() == [{"a": "1", "b": "2"}]


def test_a_compressed_file_that_unpacks_to_too_much_is_refused(write, monkeypatch):
    monkeypatch.setattr(lines, "unpacked_limit", lambda _size: 10_000)
    path = write(gzip.compress(b"a\n" + b"x\n" * 100_000), "a.csv.gz")
    assert "far more than its size on disk explains" in message_of(path)


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", gzip.compress(b"a\n" * 9999)[:30]])
def test_a_compressed_file_that_is_damaged_is_reported(write, content):
    assert "it is damaged or cut off" in message_of(write(content, "a.csv.gz"))


def test_a_zip_archive_is_not_unpacked(tmp_path):
    path = tmp_path / "a.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inside.csv", "a\n1\n")
    assert "a ZIP file" in message_of(path)
