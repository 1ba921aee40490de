"""The workbook as whoever opens, prints or forwards it meets it."""

import csv
import zipfile
from datetime import datetime

import openpyxl
import pytest
from handed import BALE, HOODIE, PAN, SHOP, UNSOURCED, shopee, table, text_of

from thriftwatch.files.evidence import verify_evidence
from thriftwatch.handover.workbook import _MAX_LINKS, check_xlsxwriter


@pytest.fixture
def made(four, hand_over):
    return hand_over(*four)[0]


def test_a_listing_stands_once_whatever_the_number_of_files(made):
    rows = table(made)
    links = [row["Tautan"] for row in rows if row["Tautan"]]
    assert len(links) == len(set(links))
    assert links.count(shopee(1)) == 1
    hoodie = next(row for row in rows if row["Tautan"] == shopee(1))
    assert (hoodie["Jumlah baris"], hoodie["Judul"], hoodie["Toko"]) == (3, HOODIE, SHOP)
    assert hoodie["Harga"] == 78_000
    assert hoodie["Tanggal"] == datetime(2026, 3, 12)
    assert "ex bal" in hoodie["Alasan, dengan kata penjual"]


def test_what_one_file_lacks_another_one_fills_in(made):
    bale = next(row for row in table(made) if "tokopedia" in row["Tautan"])
    assert (bale["Toko"], bale["Jumlah baris"]) == ("Raja Bal", 2)


def test_listings_are_ranked_platform_by_platform(made):
    rows = table(made)
    assert [row["Platform"] for row in rows] == ["Shopee", "Tokopedia", "Facebook", "Instagram"]
    assert [row["No."] for row in rows] == [1, 1, 1, 1]
    assert {row["Tingkat"] for row in rows} == {"kemungkinan besar", "perlu ditinjau"}
    assert PAN not in {row["Judul"] for row in rows}
    assert [row["Judul"] for row in rows if row["Tingkat"] == "perlu ditinjau"] == [UNSOURCED]


def test_the_sheets_are_set_up_to_be_read_and_printed(made):
    book = openpyxl.load_workbook(made)
    assert book.sheetnames == ["Ringkasan", "Daftar", "Toko", "Tidak terbaca"]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
    for sheet in book.worksheets:
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.oddFooter.right.text == "&P / &N"
        assert "bukan temuan tentang penjual" in sheet.oddFooter.left.text
    listed = book["Daftar"]
    assert [brk.id for brk in listed.row_breaks.brk] == [2, 3, 4]
    assert listed.print_area == "'Daftar'!$A$1:$P$5"
    assert listed.data_validations.dataValidation[0].sqref == "P2:P5"


def test_links_are_real_and_only_lead_to_web_pages(made):
    sheet = openpyxl.load_workbook(made)["Daftar"]
    targets = {cell.hyperlink.target for row in sheet for cell in row if cell.hyperlink}
    assert targets == {row["Tautan"] for row in table(made) if row["Tautan"]}
    assert all(target.startswith("https://") for target in targets)


def test_no_cell_runs_as_a_formula_and_text_stays_text_when_it_is_edited(made):
    with zipfile.ZipFile(made) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    shops = {row["Toko"] for row in table(made)}
    assert "=1+1" in shops
    with made.with_suffix(".daftar.csv").open(newline="") as file:
        assert "'=1+1" in {row["Toko"] for row in csv.DictReader(file)}


def test_contacts_are_hidden_unless_they_are_to_be_kept(four, hand_over, made):
    for path, kept in (
        (made, False),
        (hand_over(*four, "--keep-contacts", name="b.xlsx")[0], True),
    ):
        titles = " ".join(row["Judul"] for row in table(path))
        evidence = path.with_suffix(".bukti.jsonl").read_text(encoding="utf-8")
        listed = path.with_suffix(".daftar.csv").read_text(encoding="utf-8")
        assert all(("812-3456-7890" in text) is kept for text in (titles, evidence, listed))


def test_the_summary_prints_the_head_of_the_evidence(made, four):
    evidence = made.with_suffix(".bukti.jsonl")
    found = verify_evidence(evidence)
    assert (found.whole, found.listings) == (True, 4)
    said = text_of(made)
    assert found.head in said
    assert f"thriftwatch verify {evidence.name} --head {found.head}" in said
    assert all(path.name in said for path in four)
    assert "9 baris dibaca" in said
    assert "bukan dasar penurunan otomatis" in said


def test_rows_that_could_not_be_read_are_listed(made):
    (row,) = table(made, "Tidak terbaca")
    assert row["Berkas"].endswith("kementerian.csv")
    assert (row["Baris"], row["Isi (awal)"]) == (5, "rusak")


def test_shops_of_what_is_listed_are_estimated(made):
    rows = {row["Toko"]: row for row in table(made, "Toko")}
    assert set(rows) == {SHOP, "Raja Bal", "kios 88", "=1+1"}
    assert rows["kios 88"]["Peluang berdagang"] <= 0.5
    assert rows[SHOP]["Pertama terlihat"] == datetime(2026, 3, 12)


def test_the_csv_has_what_the_sheet_has(made):
    with made.with_suffix(".daftar.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    sheet = table(made)
    assert [row["Tautan"] for row in rows] == [row["Tautan"] or "" for row in sheet]
    assert [float(row["Skor"]) for row in rows] == [row["Skor"] for row in sheet]
    with made.with_suffix(".toko.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 4


def test_it_can_be_english_and_likely_only(four, run, tmp_path):
    path = tmp_path / "e.xlsx"
    status, _, err = run("handover", *four, "-o", path, "--lang", "en", "--tier", "likely")
    assert status == 0
    assert "handed over" in err
    rows = table(path)
    assert {row["Tier"] for row in rows} == {"likely"}
    assert "speaks against is marked" in text_of(path)
    assert not any("menyebut" in row["Reasons, in the seller's words"] for row in rows)


def test_nothing_to_hand_over_is_a_workbook_that_says_so(write_csv, hand_over):
    path, err = hand_over(write_csv("a.csv", ["judul"], [PAN]))
    assert "0 listing dari 0 toko" in err
    assert text_of(path, "Daftar").endswith("Tidak ada.")
    assert text_of(path, "Tidak terbaca").endswith("Tidak ada.")
    assert verify_evidence(path.with_suffix(".bukti.jsonl")).whole


def test_links_of_a_shop_do_not_make_its_listings_one(write_csv, hand_over):
    link = "https://shopee.co.id/rajabal"
    rows = [[f"{BALE} nomor {number}", link] for number in range(3)]
    path, _ = hand_over(write_csv("a.csv", ["judul", "link"], *rows, rows[0]))
    assert [row["Jumlah baris"] for row in table(path)] == [2, 1, 1]


def test_the_same_hand_over_gives_the_same_bytes(four, model, tmp_path):
    from datetime import UTC

    from thriftwatch.handover import gather, write_handover
    from thriftwatch.language import Texts

    moment = datetime(2026, 3, 31, 20, 15, tzinfo=UTC)
    found = gather(four, model, moment=moment)
    written = [write_handover(found, tmp_path / f"{name}.xlsx", Texts("id")) for name in "ab"]
    sheets = []
    for one in written:
        with zipfile.ZipFile(one.workbook) as archive:
            sheets.append(
                {name: archive.read(name) for name in archive.namelist() if "sheet2" in name}
            )
    assert sheets[0] == sheets[1]
    assert written[0].head == written[1].head


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.csv", "-o", "b.csv"], "a hand-over is a workbook"),
        (["-o", "b.xlsx"], "nothing to hand over"),
        (["a.csv", "-o", "b.xlsx", "--tier", "clear"], 'tier must be one of "likely", "review"'),
        (["b.xlsx", "-o", "b.xlsx"], "would be overwritten"),
        (["a.toko.csv", "-o", "a.xlsx"], "would be overwritten"),
        (["a.csv", "-o", "b.xlsx", "--lang", "jv"], "language must be"),
        (["no.csv", "-o", "b.xlsx"], "no such file"),
        (["a.csv", "-o", "b.xlsx", "--since", "no.xlsx"], "no such file"),
        (["a.csv", "-o", "b.xlsx", "--since", "a.csv"], "cannot be read as an Excel workbook"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    arguments, message, run, write_csv, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    write_csv("a.csv", ["judul"], [HOODIE])
    (tmp_path / "b.xlsx").write_bytes(b"old")
    status, _, err = run("handover", *arguments)
    assert status == 2
    assert message in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.xlsx"]


def test_a_missing_package_is_named(monkeypatch):
    import builtins

    real = builtins.__import__

    def refuse(name, *arguments, **options):
        if name == "xlsxwriter":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(Exception, match=r'pip install "thriftwatch\[xlsx\]"'):
        check_xlsxwriter()


def test_beyond_what_excel_takes_links_stay_as_text(write_csv, hand_over, monkeypatch):
    monkeypatch.setattr("thriftwatch.handover.workbook._MAX_LINKS", 1)
    rows = [[HOODIE, shopee(item)] for item in range(3)]
    path, _ = hand_over(write_csv("a.csv", ["judul", "link"], *rows))
    sheet = openpyxl.load_workbook(path)["Daftar"]
    assert sum(cell.hyperlink is not None for row in sheet for cell in row) == 1
    assert [row["Tautan"] for row in table(path)] == [shopee(item) for item in range(3)]
    assert _MAX_LINKS == 65_530


def test_more_rows_than_a_sheet_holds_are_refused_in_words(write_csv, run, tmp_path, monkeypatch):
    monkeypatch.setattr("thriftwatch.handover.workbook.MAX_ROWS", 3)
    rows = [[HOODIE, shopee(item)] for item in range(3)]
    path = write_csv("a.csv", ["judul", "link"], *rows)
    status, _, err = run("handover", path, "-o", tmp_path / "b.xlsx")
    assert status == 2
    assert "only the tier likely" in err
    assert not (tmp_path / "b.xlsx").exists()
