import csv
import io
import sys
import threading

import pytest

from thriftwatch.errors import InputError, TableError
from thriftwatch.files import csv_source, lines, read_batches, read_table


@pytest.fixture
def write(tmp_path):
    def write(content, name="a.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows(read):
    return [tuple(row.values()) for row in read.table.to_pylist()]


def rejects(read):
    return [(row.line, row.reason) for row in read.rejected]


def test_cells_stay_exactly_as_they_are(write):
    cells = ["007", " spaces ", "1e5", "NULL", "nan", "", "2024-01-01", "true", "1.10"]
    read = read_table(write("c\n" + "\n".join(f'"{cell}"' for cell in cells) + "\n"))
    assert read.table["c"].to_pylist() == cells


def test_each_row_has_the_line_it_starts_at(write):
    read = read_table(write('a,b\r\n1,"two\r\nlines"\r\n\r\n2,x\r\n'))
    assert rows(read) == [("1", "two\r\nlines"), ("2", "x")]
    assert read.line_numbers.tolist() == [2, 5]
    assert read.line_numbers.dtype == "int64"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_all_line_endings_are_read(write, newline):
    read = read_table(write(newline.join(["a,b", "1,2", "3,4"])))
    assert rows(read) == [("1", "2"), ("3", "4")]


def test_a_header_alone_is_a_table_without_rows(write):
    read = read_table(write("judul,harga\n"))
    assert read.table.column_names == ["judul", "harga"]
    assert read.table.num_rows == 0
    assert read.line_numbers.tolist() == []


def test_batches_are_the_table_in_pieces(write):
    path = write("a\n" + "".join(f"{i}\n" for i in range(10)))
    batches = list(read_batches(path, rows=4))
    assert [batch.table.num_rows for batch in batches] == [4, 4, 2]
    assert [n for batch in batches for n in batch.line_numbers] == list(range(2, 12))


def test_no_empty_batch_follows_a_full_one(write):
    assert len(list(read_batches(write("a\n1\n2\n"), rows=2))) == 1


def test_long_rows_make_shorter_batches(write, monkeypatch):
    monkeypatch.setattr(csv_source, "_MAX_BATCH", 10)
    path = write("a\n12345678\n12345678\n1\n")
    batches = read_batches(path, encoding="latin-1")  # read line by line
    assert [b.table.num_rows for b in batches] == [2, 1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(write, delimiter):
    read = read_table(write(f"judul{delimiter}harga\nKaos{delimiter}1\n"))
    assert read.table.to_pylist() == [{"judul": "Kaos", "harga": "1"}]


def test_the_delimiter_is_not_sought_inside_quotes(write):
    read = read_table(write('"a;b;c","d"\n1,2\n'))
    assert read.table.column_names == ["a;b;c", "d"]


def test_the_delimiter_can_be_given(write):
    assert rows(read_table(write("a,b;c\n1,2;3\n"), delimiter=";")) == [("1,2", "3")]


def test_a_tsv_is_always_split_at_tabs(write):
    assert rows(read_table(write("a;b\tc\n1;2\t3\n", "a.tsv"))) == [("1;2", "3")]


def test_the_hint_that_excel_writes_is_understood(write):
    read = read_table(write("sep=;\na;b\n1;2\n"))
    assert rows(read) == [("1", "2")]
    assert read.line_numbers.tolist() == [3]


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_a_delimiter_that_cannot_be_one_is_refused(write, delimiter):
    with pytest.raises(InputError, match="delimiter must be one character"):
        read_table(write("a\n1\n"), delimiter=delimiter)


def test_rows_of_the_wrong_length_are_set_aside(write):
    read = read_table(write("a,b\n1,2\n3\n4,5,6\n7,8\n"))
    assert rows(read) == [("1", "2"), ("7", "8")]
    assert rejects(read) == [
        (3, "it has 1 field, the header has 2"),
        (4, "it has 3 fields, the header has 2"),
    ]
    assert read.rejected[1].raw == "4,5,6"
    assert read.rejected[1].file.endswith("a.csv")


def test_a_row_is_not_passed_over_for_a_nul(write):
    with pytest.warns(UserWarning, match=r"NUL characters were taken out \(number of lines: 1\)"):
        read = read_table(write("a,b\n1,2\n3,\x004\n5,6\n"))
    assert rows(read) == [("1", "2"), ("3", "4"), ("5", "6")]
    assert read.rejected == ()


def test_a_field_that_is_too_long_is_set_aside(write):
    long = "x" * (csv_source.MAX_FIELD + 1)
    read = read_table(write(f"a,b\n1,2\n3,{long}\n5,6\n"))
    assert rows(read) == [("1", "2"), ("5", "6")]
    assert rejects(read) == [(3, "a field is longer than 1,048,576 characters")]
    assert len(read.rejected[0].raw) == 200


def test_a_field_of_the_greatest_length_is_kept(write):
    long = "x" * csv_source.MAX_FIELD
    assert rows(read_table(write(f"a,b\n1,{long}\n"))) == [("1", long)]


def test_a_line_that_is_too_long_is_set_aside_and_not_kept(write, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 50)
    path = write("a,b\n1,2\n3," + "x" * 200 + "\n5,6\n")
    read = read_table(path, encoding="latin-1")  # read line by line
    assert rows(read) == [("1", "2"), ("5", "6")]
    assert rejects(read) == [(3, "the line is longer than 50 characters")]


def test_a_quote_that_is_never_closed_costs_only_its_own_line(write):
    read = read_table(write('a,b\n1,2\n3,"open\n5,6\n7,8\n'))
    assert rows(read) == [("1", "2"), ("5", "6"), ("7", "8")]
    assert rejects(read) == [(3, "a quote is opened and never closed")]
    assert read.rejected[0].raw == '3,"open'
    assert read.line_numbers.tolist() == [2, 4, 5]


def test_a_quote_that_is_closed_by_a_later_row_costs_only_its_own_line(write):
    read = read_table(write('a,b\n1,"open\n"3","4"\n5,6\n'))
    assert rows(read) == [("3", "4"), ("5", "6")]
    assert [row.line for row in read.rejected] == [2]


def test_an_open_quote_in_a_long_file_costs_only_its_own_line(write, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 100)
    good = [f"{i},x" for i in range(100)]
    read = read_table(write("\n".join(["a,b", '0,"open', *good])))
    assert read.table["a"].to_pylist() == [str(i) for i in range(100)]
    assert [row.line for row in read.rejected] == [2]


def test_going_back_has_an_end(write, monkeypatch):
    monkeypatch.setattr(csv_source, "_MAX_REREAD", 15)
    read = read_table(write("a,b\n" + '1,"x\n' * 6))
    assert [row.line for row in read.rejected] == [2, 3, 4, 6]


def test_unescaped_quotes_are_set_aside_and_not_guessed_at(write):
    read = read_table(write('a,b\n"Kaos "Nike" asli",2\n3,4\n'))
    assert rows(read) == [("3", "4")]
    assert rejects(read) == [
        (2, 'text follows a closing quote; a quote inside quotes is written ""')
    ]


def test_a_quote_inside_an_unquoted_cell_is_a_character(write):
    assert rows(read_table(write('a,b\nlebar 5" pas,2\n'))) == [('lebar 5" pas', "2")]


def test_no_row_is_lost_between_the_good_and_the_rejected(write):
    body = ["1,2", '"', "3", ",", '"a\nb",c', '"a"b,c', "4,5,6", "", "7,8"]
    read = read_table(write("a,b\n" + "\n".join(body) + "\n"))
    assert read.table.num_rows + len(read.rejected) == 8
    assert rows(read) == [("1", "2"), ("", ""), ("a\nb", "c"), ("7", "8")]


def test_guards_are_taken_off(write):
    read = read_table(write("'=a,b\n'-50% kaos,'90s\n"))
    assert read.table.column_names == ["=a", "b"]
    assert rows(read) == [("-50% kaos", "'90s")]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ('a,"b\n', r"line 1: the header cannot be read: a quote is opened and never closed"),
    ],
)
def test_a_header_that_cannot_be_used_is_an_error(write, header, message):
    with pytest.raises(TableError, match=message):
        read_table(write(header))


def test_the_limit_of_the_standard_parser_is_put_back(write):
    before = csv.field_size_limit()
    batches = read_batches(write("a\n1\n2\n3\n"), rows=1)
    next(batches)
    assert csv.field_size_limit() == before
    list(batches)
    assert csv.field_size_limit() == before


def test_the_limit_is_put_back_after_threads_that_read_at_once(write):
    before = csv.field_size_limit()
    path = write("a\n" + "1\n" * 2000)
    threads = [threading.Thread(target=lambda: list(read_batches(path, rows=10))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert csv.field_size_limit() == before


def test_standard_input_is_read_as_csv(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n3\n"))
    monkeypatch.setattr(sys, "stdin", stream)
    read = read_table("-")
    assert rows(read) == [("1", "2")]
    assert read.rejected[0].file == "standard input"
    assert not stream.buffer.closed


def test_standard_input_without_bytes_is_an_error(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\n1\n"))
    with pytest.raises(TableError, match="name a file"):
        read_table("-")


def test_rows_must_be_at_least_one(write):
    with pytest.raises(InputError, match="rows must be 1 or more"):
        read_batches(write("a\n"), rows=0)
