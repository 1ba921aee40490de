import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thriftwatch.errors import TableError
from thriftwatch.files import read_batches, read_table, write_batches, write_table


def test_a_table_comes_back_as_it_was_written(tmp_path):
    table = pa.table({"judul": ["'=1", None], "foto": [["a"], []], "harga": [1, None]})
    write_table(table, tmp_path / "a.parquet")
    read = read_table(tmp_path / "a.parquet")
    assert read.table.equals(table)
    assert read.line_numbers.tolist() == [1, 2]


def test_batches_count_their_rows_on(tmp_path):
    write_table(pa.table({"a": list(range(5))}), tmp_path / "a.parquet")
    batches = list(read_batches(tmp_path / "a.parquet", rows=2))
    assert [batch.line_numbers.tolist() for batch in batches] == [[1, 2], [3, 4], [5]]


def test_a_table_without_rows_keeps_its_columns(tmp_path):
    write_table(pa.table({"a": pa.array([], pa.string())}), tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").table.column_names == ["a"]


def test_a_file_that_is_not_parquet_is_an_error(tmp_path):
    (tmp_path / "a.parquet").write_text("a,b\n1,2\n")
    with pytest.raises(TableError, match="cannot be read as Parquet"):
        read_table(tmp_path / "a.parquet")


def test_doubled_columns_get_names_of_their_own(tmp_path):
    pq.write_table(pa.table([pa.array([1])] * 2, names=["a", "a"]), tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").table.column_names == ["a", "a (2)"]


@pytest.mark.parametrize(("value", "text"), [({}, "{}"), ([{}], "[{}]"), ({"a": {}}, '{"a": {}}')])
def test_records_without_fields_which_parquet_has_not_are_written_as_text(tmp_path, value, text):
    table = pa.table({"judul": ["Kaos"], "x": [value]})
    write_batches([table, table], tmp_path / "a.parquet")
    assert (
        read_table(tmp_path / "a.parquet").table.to_pylist() == [{"judul": "Kaos", "x": text}] * 2
    )


def test_a_column_that_is_empty_at_first_may_hold_anything_later(tmp_path):
    tables = [pa.table({"a": pa.nulls(1)}), pa.table({"a": [5]})]
    write_batches(tables, tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").table["a"].to_pylist() == [None, "5"]


def test_a_column_that_changes_its_type_is_an_error_and_the_old_file_stays(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"old")
    tables = [pa.table({"a": [5]}), pa.table({"a": ["5rb"]})]
    with pytest.raises(TableError, match=r'a\.parquet, column "a": it begins as int64'):
        write_batches(tables, path)
    assert path.read_bytes() == b"old"


def test_bytes_that_are_not_utf_8_become_replacement_characters(tmp_path):
    titles = pa.array([b"kaos \xff bal", None, "ʇɟᴉɹɥʇ ".encode() + b"\xe9"], pa.binary())
    pq.write_table(pa.table({"title": titles.view(pa.string())}), tmp_path / "a.parquet")
    read = read_table(tmp_path / "a.parquet").table["title"]
    assert read.to_pylist() == ["kaos \ufffd bal", None, "ʇɟᴉɹɥʇ \ufffd"]
