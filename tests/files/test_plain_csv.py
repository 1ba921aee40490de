"""A plain file is read by Arrow, any other by the careful reader: nobody can tell from what is read."""

from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thriftwatch.errors import TableError
from thriftwatch.files import csv_source, read_batches, read_table, write_table
from thriftwatch.files.plain_csv import read_plain
from thriftwatch.notes import hearing

# What matters to a parser, in bytes, more often than any letter.
PIECES = [b'"', b'""', b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"a", b" ", b"'=1", b"\0", b"7"]
PIECES += ["é😀".encode(), b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc2\x85", b"\xe2\x80\xa8"]


def told(path, **options):
    """Everything that reading tells of a file."""
    try:
        read = read_table(path, **options)
    except TableError as error:
        return str(error)
    return read.table, read.line_numbers.tolist(), read.rejected


def told_carefully(path, **options):
    with patch.object(csv_source, "read_plain", lambda *_, **__: None):
        return told(path, **options)


def is_plain(path, columns=2, line=2):
    return read_plain(path, encoding="utf-8", delimiter=",", columns=columns, line=line) is not None


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([b"", b"a,b\n", b"x\n"]))
@example([b'"', b"a", b'"', b"a", b",", b"7"], b"a,b\n")
@example([b"a", b'"', b",", b'"', b"\n"], b"a,b\n")
@example([b'""', b"\n", b"\n", b"7"], b"x\n")
@example([b'"', b"\n", b"\n", b'"', b",", b"7", b"\r\n", b"\r\n"], b"a,b\n")
@example([b" ", b"\n"], b"x\n")
def test_both_readers_tell_the_same_of_any_file(tmp_path_factory, pieces, header):
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    path.write_bytes(header + b"".join(pieces))
    with hearing(lambda note: None):
        assert told(path) == told_carefully(path)


CELLS = st.text(st.sampled_from("ab é😀,;\"\n\r\t'=-"), max_size=8)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=20),
    feed=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_both_readers_tell_the_same_of_a_table(tmp_path_factory, rows, feed, last):
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=feed)
    writer.writerows([("judul", "toko", "harga"), *rows])
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    path.write_bytes(text.getvalue().encode()[: None if last else -len(feed)])
    assert told(path) == told_carefully(path)


def test_a_table_that_this_package_wrote_is_plain(tmp_path):
    import pyarrow as pa

    path = tmp_path / "scored.csv"
    table = pa.table({"judul": ['hoodie "L"', "-50%\nkaos", ""], "skor": ["0.5", "1", ""]})
    write_table(table, path)
    assert is_plain(path)
    assert read_table(path).table == table


@pytest.mark.parametrize(
    "rows",
    [
        b'5" pipa,1\n',
        b'"a"b,1\n',
        b'"a" ,1\n',
        b' "a",1\n',
        b'"a,1\n',
        b'a"",1\n',
        b"a,1\rb,2\n",
        b"a,1\r",
        b"a\0,1\n",
        b"a\xff,1\n",
        b"a\n",
        b"a,1,2\n",
        b"a" * (2**20 + 1) + b",1\n",
    ],
)
def test_what_parsers_may_disagree_on_is_left_to_the_careful_one(tmp_path, rows):
    path = tmp_path / "other.csv"
    path.write_bytes(b"judul,n\n" + rows)
    assert not is_plain(path)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_other_encodings_are_left_to_the_careful_one(tmp_path, encoding):
    path = tmp_path / "other.csv"
    path.write_bytes("judul,n\nkaos,1\n".encode(encoding))
    found = read_plain(path, encoding=encoding, delimiter=",", columns=2, line=2)
    assert found is None
    assert told(path, encoding=encoding) == told_carefully(path, encoding=encoding)


def test_batches_of_a_plain_file_are_as_long_as_they_should_be(tmp_path):
    path = tmp_path / "five.csv"
    path.write_bytes(b'judul,n\n"a\nb",1\n\nc,2\nd,3\ne,4\nf,5\n')
    assert is_plain(path)
    reads = list(read_batches(path, rows=2))
    assert [read.line_numbers.tolist() for read in reads] == [[2, 5], [6, 7], [8]]
    assert [read.table.num_rows for read in reads] == [2, 2, 1]


@pytest.mark.parametrize("text", [b"judul,n", b"judul,n\n", b"judul,n\r\n\r\n", b'"a\nb",n\n'])
def test_a_plain_file_without_rows_has_its_columns(tmp_path, text):
    path = tmp_path / "empty.csv"
    path.write_bytes(text)
    assert is_plain(path, line=2 + text.startswith(b'"'))
    assert told(path) == told_carefully(path)
    assert read_table(path).table.num_columns == 2
