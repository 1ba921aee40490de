import builtins
import datetime
import zipfile

import openpyxl
import pyarrow as pa
import pytest

from thriftwatch.errors import InputError, TableError
from thriftwatch.files import read_batches, read_table, workbook, write_batches, write_table


@pytest.fixture
def save(tmp_path):
    def save(*rows, name="a.xlsx"):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return save


def test_cells_keep_their_types(save):
    day = datetime.datetime(2026, 1, 1, 12, 30)
    read = read_table(save(["judul", "harga", "waktu"], ["007", 5, day], ["Kaos", None, None]))
    assert read.table.to_pylist() == [
        {"judul": "007", "harga": 5, "waktu": day},
        {"judul": "Kaos", "harga": None, "waktu": None},
    ]


def test_a_title_that_is_a_number_can_be_had_as_text(save):
    read = read_table(save(["id", "judul"], ["1", 501], ["2", None]))
    assert read.text("judul").to_pylist() == ["501", ""]


def test_values_of_several_types_stay_what_they_are(save):
    read = read_table(save(["a"], [501], ["Kaos"], [2.5], [True]))
    assert read.table["a"].to_pylist() == [501, "Kaos", 2.5, True]


def test_rows_have_the_numbers_that_excel_shows_and_empty_ones_are_none(save):
    read = read_table(save([], ["a", "b", None], ["1", None], [], ["2", "3"]))
    assert read.table.to_pylist() == [{"a": "1", "b": None}, {"a": "2", "b": "3"}]
    assert read.line_numbers.tolist() == [3, 5]


def test_a_cell_to_the_right_of_the_header_costs_no_row(save):
    read = read_table(save(["a"], ["1"], ["2", "stray"], ["3"]))
    assert read.table.to_pylist() == [
        {"a": "1", "column 2": None},
        {"a": "2", "column 2": "stray"},
        {"a": "3", "column 2": None},
    ]


def test_a_header_alone_is_a_table_without_rows(save):
    assert read_table(save(["a", "b"])).table.column_names == ["a", "b"]


def test_batches_are_the_sheet_in_pieces(save):
    path = save(["a"], *([str(i)] for i in range(5)))
    assert [batch.table.num_rows for batch in read_batches(path, rows=2)] == [2, 2, 1]


def test_an_empty_sheet_is_an_error(save):
    with pytest.raises(TableError, match="there is nothing in it"):
        read_table(save())


def test_a_doubled_column_gets_a_name_of_its_own(save):
    assert read_table(save(["a", "a"], ["1", "2"])).table.to_pylist() == [{"a": "1", "a (2)": "2"}]


def test_hidden_sheets_are_passed_over(tmp_path):
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    book.create_sheet("seen").append(["a"])
    book.save(tmp_path / "a.xlsx")
    assert read_table(tmp_path / "a.xlsx").table.column_names == ["a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n", "cannot be read as an Excel workbook"),
        (b"PK\x03\x04 cut off", "cannot be read as an Excel workbook"),
        (b"\xd0\xcf\x11\xe0 old", r"an old Excel file \(rename it to .xls\) or has a password"),
    ],
)
def test_a_file_that_is_no_workbook_is_an_error(tmp_path, content, message):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(TableError, match=message):
        read_table(path)


def test_a_zip_that_is_no_workbook_is_an_error(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "hello")
    with pytest.raises(TableError, match="cannot be read as an Excel workbook"):
        read_table(path)


def test_a_damaged_sheet_is_an_error(save, tmp_path):
    good = save(["a"], ["1"])
    with (
        zipfile.ZipFile(good) as source,
        zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-40] if name.endswith("sheet1.xml") else content)
    with pytest.raises(TableError, match="cannot be read as an Excel workbook"):
        read_table(tmp_path / "bad.xlsx")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300 * 2**20)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it is being unpacked"))
    with pytest.raises(TableError, match="would unpack to 300 MiB"):
        read_table(path)


def test_without_openpyxl_the_message_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    real_import = builtins.__import__

    def no_openpyxl(name, *args, **kwargs):
        if name.startswith("openpyxl"):
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_openpyxl)
    for use in (read_table, lambda path: write_table(pa.table({"a": ["1"]}), path)):
        with pytest.raises(InputError, match=r'pip install "thriftwatch\[xlsx\]"'):
            use(tmp_path / "a.xlsx")


# Without a guard '=1+1 could not be told from a guarded =1+1.
@pytest.mark.parametrize(
    ("text", "guard"),
    [("'=1+1", True)]
    + [
        (text, guard)
        for text in ("=1+1", "-50%", "#N/A", "=", " x ", "007", "two\nlines")
        for guard in (True, False)
    ],
)
def test_text_comes_back_as_it_was_written(tmp_path, text, guard):
    path = tmp_path / "a.xlsx"
    write_table(pa.table({"a": [text]}), path, guard=guard)
    assert read_table(path).table["a"].to_pylist() == [text]
    cell = openpyxl.load_workbook(path).active["A2"]
    assert cell.data_type in {"s", "inlineStr"}


def test_numbers_stay_numbers(tmp_path):
    path = tmp_path / "a.xlsx"
    table = pa.table({"score": [-0.25, None], "n": [7, None], "yes": [True, None]})
    write_table(table, path)
    assert read_table(path).table.to_pylist() == [{"score": -0.25, "n": 7, "yes": True}]


def test_what_a_cell_cannot_hold_is_made_to_fit_visibly(tmp_path):
    path = tmp_path / "a.xlsx"
    long = "😀" * 20_000
    table = pa.table(
        {"long": [long], "control": ["a\x01b\uffff\r\nc"], "id": [10**17], "nan": [float("nan")]}
    )
    write_table(table, path)
    row = read_table(path).table.to_pylist()[0]
    assert row["long"].endswith("😀 … [cut]")
    assert len(row["long"].encode("utf-16-le")) // 2 <= workbook.MAX_CELL
    assert row["control"] == "a\ufffdb\ufffd\nc"
    assert row["id"] == "100000000000000000"
    assert row["nan"] is None


def test_too_many_rows_are_refused_and_the_old_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    with pytest.raises(TableError, match=r"a\.xlsx: an Excel sheet holds 2 rows"):
        write_batches([pa.table({"a": ["1", "2"]})] * 2, path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]
