import csv
import datetime
import io
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thriftwatch.errors import ColumnError, InputError, TableError
from thriftwatch.files import check_output, read_table, write_batches, write_table

TEXT_FORMATS = [".csv", ".tsv", ".csv.gz", ".tsv.gz", ".jsonl", ".ndjson.gz"]

# NUL is the one character that CSV cannot carry: see test_nul_becomes_...
cells = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.from_regex(
    r"\A[=+\-@\t\r\n'\",;| ]{1,6}\Z"
)


@settings(deadline=None)  # the disk decides
@given(
    rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=5),
    suffix=st.sampled_from(TEXT_FORMATS),
)
@example(rows=[("", "")], suffix=".csv")
@example(rows=[("\r", "'=1"), ("a\r\nb", '"')], suffix=".csv")
def test_any_text_comes_back_as_it_was_written(rows, suffix):
    table = pa.table(
        {"judul": [a for a, _ in rows], "isi": [b for _, b in rows]},
        schema=pa.schema({"judul": pa.string(), "isi": pa.string()}),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a{suffix}")
        write_table(table, path)
        read = read_table(path)
    assert read.rejected == ()
    assert read.table.to_pylist() == table.to_pylist()


@settings(deadline=None)  # the disk decides
@given(texts=st.lists(cells, min_size=1, max_size=4))
@example(texts=["", ""])
def test_a_single_column_loses_no_row(texts):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        write_table(pa.table({"a": texts}), path)
        assert read_table(path).table["a"].to_pylist() == texts


def is_seen(name):
    """A column without a visible name is given one."""
    return name.replace("\0", "").strip() != "" and "\ufeff" not in name


@settings(deadline=None)  # the disk decides
@given(names=st.lists(cells.filter(is_seen), min_size=1, max_size=4, unique=True))
@example(names=["a;b;c"])
@example(names=["sep=;"])
@example(names=['"a;\nb|', "c"])
def test_any_column_names_come_back_as_they_were_written(names):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        write_table(pa.table([["x"]] * len(names), names=names), path)
        assert read_table(path).table.column_names == names


def test_csv_in_and_csv_out_is_the_same_file(tmp_path):
    content = 'id,judul,harga\n007, spasi ,1e5\nnan,"a ""b"", c",NULL\n,,\n'
    (tmp_path / "in.csv").write_text(content)
    write_table(read_table(tmp_path / "in.csv").table, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == content


def test_nul_becomes_the_replacement_character(tmp_path):
    write_table(pa.table({"a": ["x\0y"]}), tmp_path / "a.csv")
    assert read_table(tmp_path / "a.csv").table["a"].to_pylist() == ["x\ufffdy"]


def test_values_that_are_not_text_are_written_as_one_would_expect(tmp_path):
    table = pa.table(
        {
            "score": [-0.25, 1.0],
            "yes": [True, None],
            "day": [datetime.date(2026, 1, 1), None],
            "reasons": [[{"text": "ex bal"}], None],
            "shop": pa.array(["-x", "y"]).dictionary_encode(),
            "price": [Decimal("-1.50"), None],
        }
    )
    write_table(table, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().splitlines() == [
        "score,yes,day,reasons,shop,price",
        '-0.25,true,2026-01-01,"[{""text"": ""ex bal""}]",\'-x,-1.50',
        "1,,,,y,",
    ]


def test_json_has_no_nan_and_dates_are_text(tmp_path):
    table = pa.table({"a": [float("nan")], "b": [datetime.date(2026, 1, 1)], "c": [[1.5, None]]})
    write_table(table, tmp_path / "a.jsonl")
    line = '{"a": null, "b": "2026-01-01", "c": [1.5, null]}\n'
    assert (tmp_path / "a.jsonl").read_text() == line


def test_the_guard_can_be_left_off(tmp_path):
    write_table(pa.table({"=a": ["=1"]}), tmp_path / "a.csv", guard=False)
    assert (tmp_path / "a.csv").read_text() == '"=a"\n=1\n'


def test_the_same_table_gives_the_same_compressed_bytes(tmp_path):
    for name in ("a.csv.gz", "b.csv.gz"):
        write_table(pa.table({"a": ["1"]}), tmp_path / name)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_standard_output_is_csv(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", stream)
    write_table(pa.table({"a": ["é\n"]}), "-")
    assert stream.buffer.getvalue().decode() == 'a\n"é\n"\n'


def test_batches_are_written_below_one_another(tmp_path):
    tables = (pa.table({"a": [str(i)]}) for i in range(3))
    write_batches(tables, tmp_path / "a.csv")
    assert read_table(tmp_path / "a.csv").table["a"].to_pylist() == ["0", "1", "2"]


def test_a_later_table_may_lack_a_column_or_have_them_in_another_order(tmp_path):
    tables = [
        pa.table({"a": ["1"], "b": ["2"]}),
        pa.table({"b": ["4"], "a": ["3"]}),
        pa.table({"b": ["6"]}),
    ]
    write_batches(tables, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().split() == ["a,b", "1,2", "3,4", ",6"]


def test_a_later_table_with_a_new_column_is_an_error_and_nothing_is_left(tmp_path):
    tables = [pa.table({"a": ["1"]}), pa.table({"a": ["2"], "b": ["3"]})]
    with pytest.raises(TableError, match=r'a\.csv, column "b": this column is not in the first'):
        write_batches(tables, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
    write_batches(tables, tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").read_text() == '{"a": "1"}\n{"a": "2", "b": "3"}\n'


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.parquet", "a.xlsx"])
def test_an_interrupted_run_leaves_the_old_file_and_nothing_else(tmp_path, name, error):
    def interrupted():
        yield pa.table({"a": ["1"]})
        raise error

    path = tmp_path / name
    path.write_bytes(b"old")
    with pytest.raises(error):
        write_batches(interrupted(), path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_doubled_columns_are_refused(tmp_path):
    table = pa.table([pa.array(["1"])] * 2, names=["a", "a"])
    with pytest.raises(TableError, match="have the same name"):
        write_table(table, tmp_path / "a.jsonl")


def test_a_table_without_columns_is_refused(tmp_path):
    with pytest.raises(TableError, match="without columns"):
        write_table(pa.table({}), tmp_path / "a.csv")


def test_no_table_at_all_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no table to write"):
        write_batches([], tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.doc", "not a table format"),
        ("no/a.csv", "does not exist"),
        ("a.xls", r"read but not written; accepted: \.csv"),
        ("a.txt", r"read but not written; accepted: \.csv"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_the_work(tmp_path, name, message):
    with pytest.raises(InputError, match=message):
        check_output(tmp_path / name)

    def work():
        pytest.fail("the work has begun")
        yield

    with pytest.raises(InputError, match=message):
        write_batches(work(), tmp_path / name)


def test_a_column_can_be_had_as_text_or_says_why_not(tmp_path):
    table = pa.table({"n": [501, None], "list": [["a"], []], "raw": [b"a", b"b"]})
    write_table(table, tmp_path / "a.parquet")
    read = read_table(tmp_path / "a.parquet")
    assert read.text("n").to_pylist() == ["501", ""]
    for column in ("list", "raw"):
        with pytest.raises(TableError, match="text is needed, this column holds"):
            read.text(column)
    with pytest.raises(ColumnError, match=r'Did you mean "list"\?'):
        read.text("lst")


@settings(deadline=None)  # the disk decides
@given(rows=st.lists(st.tuples(cells, st.none() | cells), min_size=1, max_size=8))
@example(rows=[('"', ","), ("\n", "a\tb"), ("\r", None), (" a ", "\r\n")])
def test_the_bytes_are_those_of_the_standard_writer(rows):
    expected = io.StringIO(newline="")
    # With "\r" among the line ends it is quoted, as it is from Python 3.13 on in any case.
    csv.writer(expected, lineterminator="\r\n").writerows([("judul", "isi"), *rows])
    outside_quotes = expected.getvalue().split('"')[::2]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        write_table(pa.table(columns, names=["judul", "isi"]), path, guard=False)
        written = path.read_bytes().decode()
    assert written.split('"')[1::2] == expected.getvalue().split('"')[1::2]
    assert written.split('"')[::2] == [text.replace("\r\n", "\n") for text in outside_quotes]
