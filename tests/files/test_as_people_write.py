"""Files as people have them: every kind that once was refused, or read by halves."""

import datetime
import html
import json
import sys
import warnings
from pathlib import Path

import openpyxl
import pytest

from thriftwatch.errors import InputError, TableError
from thriftwatch.files import EXCEL, read_table, read_tables, write_table
from thriftwatch.notes import hearing
from thriftwatch.ranking import read_listings

OLD = Path(__file__).parents[1] / "data" / "files"
HEADER = ["No", "Tautan Produk", "Nama Produk", "Deskripsi Produk", "Nama Toko", "Harga"]
ROWS = [
    ["1", "https://shopee.co.id/a-i.1.1", "Hoodie second import", "ex bal Jepang, 9/10", "bdg", "Rp50.000"],
    ["2", "https://shopee.co.id/a-i.1.2", "Kemeja batik baru", "katun, garansi toko", "ana", "Rp99.000"],
]  # fmt: skip
TEXTS = [{"title": row[2], "description": row[3], "shop": row[4]} for row in ROWS]
LINKS = [row[1] for row in ROWS]


def delimited(rows, delimiter=","):
    return "".join(
        delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) + "\r\n"
        for row in rows
    )


@pytest.fixture
def heard():
    notes = []
    with hearing(notes.append):
        yield notes


@pytest.fixture
def write(tmp_path):
    def write(name, content, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def book(tmp_path):
    """Save sheets, given as lists of rows by name, and do more to them."""

    def save(sheets, then=lambda book: None, name="a.xlsx"):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            sheet = made.create_sheet(title)
            for row in rows:
                sheet.append(row)
        then(made)
        made.save(tmp_path / name)
        return tmp_path / name

    return save


def is_read_whole(path):
    read = read_listings([path])
    assert read.texts.to_pylist() == TEXTS
    assert read.served["url"].to_pylist() == LINKS
    assert read.rejected == ()
    return read


@pytest.mark.parametrize(
    ("name", "delimiter", "encoding"),
    [("a.csv", ",", "utf-8"), ("a.csv", ";", "utf-8-sig"), ("a.csv", "|", "utf-8"), ("a.txt", "\t", "utf-16"),
     ("a.tsv", "\t", "utf-8"), ("a.xls", "\t", "utf-8"), ("a.txt", ";", "utf-16-le")],
)  # fmt: skip
@pytest.mark.usefixtures("heard")
def test_a_delimited_export_is_read_whole(write, name, delimiter, encoding):
    is_read_whole(write(name, delimited([HEADER, *ROWS], delimiter), encoding))


@pytest.mark.parametrize(
    "above",
    [
        [["LAPORAN TAUTAN"]],
        [["LAPORAN TAUTAN", "", "", "", "", ""], ["", "", "", "", "", ""]],
        [["Laporan, November"], ["Sumber: patroli"], [""]],
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_title_rows_above_the_header_are_no_data_and_it_is_said(write, heard, above, delimiter):
    read = is_read_whole(write("a.csv", delimited([*above, HEADER, *ROWS], delimiter)))
    titles = sum(any(row) for row in above)
    said = f"were found in row {len(above) + 1}; rows above it that are no data: {titles}"
    assert any(said in note for note in heard)
    assert read.table.column_names == HEADER


def test_the_row_of_the_header_can_be_given(write):
    path = write("a.csv", "judul,harga\nNama Barang,Isi\nHoodie,ex bal\n")
    assert read_table(path, header_row=2).table.to_pylist() == [
        {"Nama Barang": "Hoodie", "Isi": "ex bal"}
    ]
    with pytest.raises(TableError, match="ends above this line"):
        read_table(path, header_row=99)


def test_data_is_not_taken_for_a_header(write):
    path = write("a.csv", "a,b\nJudul,Harga\nnama,x\n")
    assert read_table(path).table.num_rows in {1, 2}
    assert read_table(write("b.csv", "nama,isi\njudul,x\n")).table.num_rows == 1


def test_a_column_of_its_own_may_have_any_comma(write):
    read = read_table(write("a.txt", "judul\nHoodie, second\nKaos, baru, murah\n"))
    assert read.table["judul"].to_pylist() == ["Hoodie, second", "Kaos, baru, murah"]


def test_doubled_and_empty_names_are_made_distinct(write, heard):
    path = write("a.csv", "Judul,Harga,Harga,,,\nHoodie,1,2,x,,\n")
    read = read_table(path)
    assert read.table.to_pylist() == [
        {"Judul": "Hoodie", "Harga": "1", "Harga (2)": "2", "column 4": "x"}
    ]
    assert any('"Harga (2)"' in note for note in heard)


def test_delimiters_behind_the_last_cell_are_no_cells(write):
    read = read_table(write("a.csv", "Judul,Harga\nHoodie,1,,\nKaos,2,x\n"))
    assert read.table.num_rows == 1
    assert [row.line for row in read.rejected] == [3]


@pytest.mark.parametrize("text", ["café “asli” – 50€", "kaos ½ harga", "naïve"])
def test_windows_1252_is_read_and_the_guess_is_said(write, heard, text):
    read = read_table(write("a.csv", f"judul\nKaos polos\n{text}\n", "cp1252"))
    assert read.table["judul"].to_pylist() == ["Kaos polos", text]
    (note,) = heard
    assert "read as cp1252, which is a guess" in note
    assert note.warns


def test_another_encoding_is_guessed_from_what_is_readable(write, heard):
    text = "古着 セカンド パーカー 日本 から 直輸入"
    read = read_table(write("a.csv", f"judul\n{text}\n", "shift_jis"))
    assert read.table["judul"].to_pylist() == [text]
    assert "shift_jis" in heard[0]


def test_a_few_damaged_bytes_do_not_garble_all_emoji(write, heard):
    content = "judul\nKaos 👕 ✓ ★ ✨ “asli”\n".encode() + b"hoodie \xf0\x9f second\n"
    read = read_table(write("a.csv", content))
    assert read.table["judul"].to_pylist() == ["Kaos 👕 ✓ ★ ✨ “asli”", "hoodie \ufffd second"]
    assert "damaged UTF-8" in heard[0]


def test_all_sheets_with_titles_are_read_and_the_others_counted(book, heard):
    path = book(
        {
            "Petunjuk": [["Keterangan"], ["Berkas ini berisi tautan"]],
            "Shopee": [HEADER, ROWS[0]],
            "Tokopedia": [["Judul", "Isi Iklan", "Penjual", "URL"], [*ROWS[1][2:5], ROWS[1][1]]],
            "Rahasia": [HEADER, ROWS[0]],
        },
        lambda made: setattr(made["Rahasia"], "sheet_state", "hidden"),
    )
    read = is_read_whole(path)
    assert read.table["sheet"].to_pylist() == ["Shopee", "Tokopedia"]
    passed_over = [note for note in heard if "was not read" in note]
    assert len(passed_over) == 2
    assert all(note.warns and "(2 filled rows)" in note for note in passed_over)


@pytest.mark.parametrize("sheet", ["Tokopedia", "tokopedia", "2"])
def test_one_sheet_can_be_asked_for(book, sheet):
    path = book({"Shopee": [HEADER, ROWS[0]], "Tokopedia": [HEADER, ROWS[1]]})
    read = read_table(path, sheet=sheet)
    assert read.table["No"].to_pylist() == ["2"]
    assert "sheet" not in read.table.column_names


def test_a_sheet_that_is_not_there_is_answered_with_those_that_are(book, write):
    path = book({"Shopee": [HEADER, ROWS[0]]})
    with pytest.raises(TableError, match=r'sheets there: "Shopee"\. Did you mean "Shopee"'):
        read_table(path, sheet="Shope")
    with pytest.raises(TableError, match="it has no sheets"):
        read_table(write("a.csv", "judul\nKaos\n"), sheet="Shopee")


def test_sheets_with_other_headers_are_tables_of_their_own(book):
    path = book({"A": [["Nama Produk"], ["Hoodie"]], "B": [["Judul"], ["Kaos"]]})
    assert [read.table.column_names for read in read_tables(path)] == [
        ["Nama Produk", "sheet"],
        ["Judul", "sheet"],
    ]


def test_merged_headings_and_merged_shops(book, heard):
    def merge(made):
        made["S"].merge_cells("A1:F1")
        made["S"].merge_cells("E3:E4")

    rows = [HEADER, ROWS[0], [*ROWS[1][:4], None, ROWS[1][5]]]
    read = read_listings([book({"S": [["DAFTAR TAUTAN"], *rows]}, merge)])
    assert read.texts["shop"].to_pylist() == ["bdg", "bdg"]
    assert any("found in row 2" in note for note in heard)


def test_links_of_cells_are_kept_and_used(book):
    def link(made):
        sheet = made["S"]
        sheet["B2"].hyperlink = "https://shopee.co.id/a?x=1&y=2"
        sheet["B3"] = '=HYPERLINK("https://shopee.co.id/b", "lihat")'
        sheet["A2"].hyperlink = "https://shopee.co.id/judul"

    rows = [["Judul", "Tautan"], ["Hoodie", "lihat"], ["Kaos", "lihat"]]
    read = read_listings([book({"S": rows}, link)])
    assert read.texts["title"].to_pylist() == ["Hoodie", "Kaos"]  # and not where it leads to
    assert read.table["tautan Judul"].to_pylist() == ["https://shopee.co.id/judul", None]
    assert read.served["url"].to_pylist()[0] == "https://shopee.co.id/a?x=1&y=2"


def test_a_cell_that_shows_its_link_gets_no_other_column(book):
    def link(made):
        made["S"]["B2"].hyperlink = "https://shopee.co.id/a/"

    path = book({"S": [["Judul", "Tautan"], ["Hoodie", "https://shopee.co.id/a"]]}, link)
    assert read_table(path).table.column_names == ["Judul", "Tautan"]


def test_escapes_booleans_numbers_and_days_of_a_workbook(book, tmp_path):
    day = datetime.datetime(2026, 11, 3)
    rows = [["Judul", "Harga", "Ada", "Tanggal"], ["Kaos_x000D_\nbaru", 3, True, day]]
    rows += [["_x005F_x0041_", 2.5, False, day], ["A_x0041_", 100000.0, True, day]]
    read = read_table(book({"S": rows}))
    assert read.table["Judul"].to_pylist() == ["Kaos\nbaru", "_x0041_", "AA"]
    assert read.table["Harga"].to_pylist() == [3, 2.5, 100000]
    assert read.table["Ada"].to_pylist() == [True, False, True]
    assert read.table["Tanggal"].to_pylist() == [datetime.date(2026, 11, 3)] * 3
    write_table(read.table, tmp_path / "b.xlsx")
    again = read_table(tmp_path / "b.xlsx").table
    assert again["Judul"].to_pylist() == read.table["Judul"].to_pylist()
    write_table(read.table, tmp_path / "b.csv")
    assert "2.5,false,2026-11-03" in (tmp_path / "b.csv").read_text()


def test_an_html_page_that_is_called_xls(write, heard):
    def cell(text):
        link = f'<a href="{text}">Lihat</a>' if text.startswith("http") else html.escape(text)
        return f"<td>{link}</td>"

    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in ROWS)
    head = "".join(f"<th>{name}</th>" for name in HEADER)
    page = f"<html><body><table><tr><td colspan=6>DAFTAR</td></tr><tr>{head}</tr>{body}</table>"
    is_read_whole(write("a.xls", page))
    assert any("found in row 2" in note for note in heard)


def test_an_html_page_breaks_lines_and_repeats_what_spans_rows(write):
    page = "<table><tr><th>Toko</th><th>Judul</th></tr><tr><td rowspan='2'>A</td>"
    page += (
        "<td>Kaos &amp; celana<br>baru</td></tr><tr><td> Hoodie <b>second</b> </td></tr></table>"
    )
    assert read_table(write("a.html", page)).table.to_pylist() == [
        {"Toko": "A", "Judul": "Kaos & celana\nbaru"},
        {"Toko": "A", "Judul": "Hoodie second"},
    ]
    with pytest.raises(TableError, match="no table in this HTML page"):
        read_table(write("b.html", "<p>kosong</p>"))


@pytest.mark.parametrize("span", ["999999999999", "0", "-1", "x"])
def test_a_hostile_span_fills_no_memory(write, span):
    page = f"<table><tr><th>Judul</th></tr><tr><td colspan='{span}' rowspan='{span}'>Kaos</td></tr></table>"
    assert read_table(write("a.html", page)).table["Judul"].to_pylist() == ["Kaos"]


def test_records_within_rows_are_reached(write):
    rows = [
        {"productName": row[2], "desc": row[3], "shop": {"name": row[4]}, "url": row[1]}
        for row in ROWS
    ]
    is_read_whole(write("a.jsonl", "\n".join(map(json.dumps, rows))))


def test_output_is_in_the_dialect_of_the_input(write, tmp_path):
    read = read_listings([write("a.csv", delimited([HEADER, *ROWS], ";"), "utf-8-sig")])
    assert (read.dialect.delimiter, read.dialect.mark, read.dialect.decimal_comma) == (
        ";",
        True,
        True,
    )
    table = read.table.select(["Nama Produk"]).append_column("score", [[0.5, 0.25]])
    write_table(table, tmp_path / "out.csv", dialect=read.dialect)
    written = (tmp_path / "out.csv").read_bytes()
    assert (
        written
        == b"\xef\xbb\xbfNama Produk;score\nHoodie second import;0,5\nKemeja batik baru;0,25\n"
    )


@pytest.mark.parametrize(("cells", "comma"), [(["12,5"], True), (["12.5"], False), ([], True)])
def test_decimals_tell_whether_they_have_a_comma(write, cells, comma):
    rows = "".join(f"Kaos;{cell}\n" for cell in cells or ["x"])
    assert read_table(write("a.csv", f"judul;berat\n{rows}")).layout.decimal_comma == comma


def test_excel_is_written_for(tmp_path):
    import pyarrow as pa

    write_table(pa.table({"a": [0.5], "b": ["x;y"]}), tmp_path / "a.csv", dialect=EXCEL)
    assert (tmp_path / "a.csv").read_bytes() == b'\xef\xbb\xbfa;b\r\n0,5;"x;y"\r\n'
    assert read_table(tmp_path / "a.csv").table.to_pylist() == [{"a": "0,5", "b": "x;y"}]


def test_a_workbook_can_be_worked_in(tmp_path):
    import pyarrow as pa

    path = tmp_path / "a.xlsx"
    write_table(pa.table({"score": [0.5], "link": LINKS[:1], "long": ["x" * 500]}), path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C2"
    assert sheet["B2"].hyperlink.target == LINKS[0]
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths == [8, len(LINKS[0]) + 2, 60]
    assert sheet["A1"].font.bold


def test_nothing_is_said_of_a_plain_file(write):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_table(write("a.csv", "judul,deskripsi,toko,link\nKaos,baru,a,https://a.id/1\n"))


@pytest.mark.parametrize("name", ["lama.xls", "lama.ods"])
def test_old_workbooks_and_open_ones_are_read_whole(name, heard):
    read = is_read_whole(OLD / name)
    assert read.table["sheet"].to_pylist() == ["Shopee", "Tokopedia"]
    assert read.table["No"].to_pylist() == [1, 2]
    assert read.served["price"].to_pylist() == ["50000", "99000.5"]
    assert read.served["date"].to_pylist() == ["2026-11-03", "2026-11-04"]
    assert any("found in row 3" in note for note in heard)
    assert any('"Petunjuk" was not read (2 filled rows)' in note for note in heard)


def test_an_old_name_is_not_believed(write, book, tmp_path):
    path = book({"S": [HEADER, *ROWS]})
    is_read_whole(path.rename(tmp_path / "a.xls"))


def test_what_reads_old_workbooks_is_named_where_it_is_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError, match=r'pip install "thriftwatch\[xls\]"'):
        read_table(OLD / "lama.xls")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_what_is_wider_than_any_spreadsheet_is_refused(write, name):
    names = [f"kolom {number}" for number in range(16_385)]
    content = ",".join(names) if name == "a.csv" else json.dumps(dict.fromkeys(names, 1))
    with pytest.raises(TableError, match="it has 16,385 columns, and at most 16,384 are read"):
        read_table(write(name, content))
