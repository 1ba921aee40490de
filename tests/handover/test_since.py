"""A second hand-over: what is new, seen before, gone and back again."""

import openpyxl
import pytest
from handed import BALE, HOODIE, PAN, shopee, table, text_of

from thriftwatch.handover.earlier import BELOW, DOWN, GONE, Earlier, History

HEADER = ["judul", "link", "toko"]
STATUS = "Status"


@pytest.fixture
def listings(write_csv):
    def listings(name, *pairs):
        return write_csv(name, HEADER, *([title, link, "bdg"] for title, link in pairs))

    return listings


def statuses(path):
    return {row["Tautan"]: row[STATUS] for row in table(path)}


def test_three_hand_overs_tell_what_came_and_went(listings, hand_over):
    first, _ = hand_over(listings("a.csv", (HOODIE, shopee(1)), (BALE, shopee(2))), name="1.xlsx")
    second, err = hand_over(
        listings("b.csv", (BALE, shopee(2)), ("Kemeja second import Korea", shopee(3))),
        "--since", first, name="2.xlsx",
    )  # fmt: skip
    assert statuses(second) == {shopee(2): "sudah pernah", shopee(3): "baru"}
    (gone,) = table(second, "Sebelumnya")
    assert (gone[STATUS], gone["Tautan"]) == ("tidak tampak lagi", shopee(1))
    assert "baru 1" in err
    third, _ = hand_over(
        listings("c.csv", (HOODIE, shopee(1)), (BALE, shopee(2))), "--since", second, name="3.xlsx"
    )
    assert statuses(third) == {shopee(1): "kembali", shopee(2): "sudah pernah"}
    (left,) = table(third, "Sebelumnya")
    assert (left[STATUS], left["Tautan"]) == ("tidak tampak lagi", shopee(3))
    first_days = {row["Pertama diserahkan"] for row in table(third)}
    assert first_days == {row["Pertama diserahkan"] for row in table(first)}


def test_the_same_text_under_another_link_is_back(listings, hand_over):
    first, _ = hand_over(listings("a.csv", (HOODIE + " M 45rb", shopee(1))), name="1.xlsx")
    second, _ = hand_over(listings("b.csv", (PAN, shopee(9))), "--since", first, name="2.xlsx")
    third, _ = hand_over(
        listings("c.csv", (HOODIE.upper() + " XL 50rb", shopee(5)), (BALE, shopee(6))),
        "--since", second, name="3.xlsx",
    )  # fmt: skip
    rows = {row["Tautan"]: row for row in table(third)}
    assert (rows[shopee(5)][STATUS], rows[shopee(5)]["Tautan sebelumnya"]) == ("kembali", shopee(1))
    assert (rows[shopee(6)][STATUS], rows[shopee(6)]["Tautan sebelumnya"]) == ("baru", None)


def test_what_the_platform_says_it_took_down_is_known_when_it_comes_back(listings, hand_over):
    source = listings("a.csv", (HOODIE, shopee(1)), (BALE, shopee(2)))
    first, _ = hand_over(source, name="1.xlsx")
    book = openpyxl.load_workbook(first)
    sheet = book["Daftar"]
    heading = [cell.value for cell in sheet[1]]
    place = heading.index("Tindak lanjut (diisi platform)") + 1
    links = [row[heading.index("Tautan")].value for row in sheet.iter_rows(min_row=2)]
    sheet.cell(links.index(shopee(1)) + 2, place, "Diturunkan ")
    book.save(first)
    second, _ = hand_over(source, "--since", first, name="2.xlsx")
    assert statuses(second) == {shopee(1): "kembali", shopee(2): "sudah pernah"}
    third, _ = hand_over(listings("c.csv", (BALE, shopee(2))), "--since", first, name="3.xlsx")
    (down,) = table(third, "Sebelumnya")
    assert (down[STATUS], down["Tautan"]) == ("diturunkan", shopee(1))


def test_what_is_there_and_no_longer_listed_is_said(listings, hand_over):
    first, _ = hand_over(listings("a.csv", (HOODIE, shopee(1))), name="1.xlsx")
    second, _ = hand_over(listings("b.csv", (PAN, shopee(1))), "--since", first, name="2.xlsx")
    (left,) = table(second, "Sebelumnya")
    assert left[STATUS] == "masih ada, tidak lagi didaftar"
    assert "masih ada, tidak lagi didaftar 1" in text_of(second)


def test_an_english_workbook_is_read_by_an_indonesian_one(listings, hand_over, run, tmp_path):
    source = listings("a.csv", (HOODIE, shopee(1)))
    first = tmp_path / "1.xlsx"
    assert run("handover", source, "-o", first, "--lang", "en")[0] == 0
    second, _ = hand_over(source, "--since", first, name="2.xlsx")
    assert statuses(second) == {shopee(1): "sudah pernah"}


@pytest.mark.parametrize("sheet", ["Data", "Daftar"])
def test_another_workbook_is_no_hand_over(sheet, listings, run, tmp_path):
    other = tmp_path / "other.xlsx"
    book = openpyxl.Workbook()
    book.active.title = sheet
    book.active.append(["judul", "link"])
    book.save(other)
    source = listings("a.csv", (HOODIE, shopee(1)))
    status, _, err = run("handover", source, "-o", tmp_path / "a.xlsx", "--since", other)
    assert status == 2
    assert "hand-over" in err
    assert not (tmp_path / "a.xlsx").exists()


def test_what_became_of_each_is_one_of_three():
    def earlier(item, *, follow_up=False):
        return Earlier(
            shopee(item), "Shopee", "bdg", "Hoodie", f"c{item}", None, follow_up, follow_up
        )

    history = History([earlier(1), earlier(2), earlier(3, follow_up=True), earlier(4)])
    left = history.left(listed={shopee(1)}, present={shopee(1), shopee(2)})
    assert [(one.link, state) for one, state in left] == [
        (shopee(2), BELOW), (shopee(3), DOWN), (shopee(4), GONE)
    ]  # fmt: skip
