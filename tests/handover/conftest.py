"""Files as ministries, associations and crawlers have them, and the workbook made of them."""

import csv
import json

import openpyxl
import pytest
from handed import BALE, HOODIE, PAN, SHOP, UNSOURCED


@pytest.fixture
def write_csv(tmp_path):
    def write_csv(name, *rows, delimiter=","):
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
        return path

    return write_csv


@pytest.fixture
def four(tmp_path, write_csv):
    """Four files of different shape, in which one listing stands three times."""
    header = ["Judul", "Deskripsi", "Toko", "Tautan", "Harga", "Kota", "Tanggal"]
    ministry = write_csv(
        "kementerian.csv",
        header,
        [HOODIE, "ex bal Jepang, kondisi 9/10", SHOP, "https://shopee.co.id/Hoodie-i.77.1?sp_atk=x", "Rp78.000", "Bandung", "12/03/2026"],
        [PAN, "", "Dapur Kita", "https://shopee.co.id/Panci-i.78.2", "250000", "Medan", "13/03/2026"],
        ["-50% " + BALE, "", "", "m.tokopedia.com/rajabal/bal-hoodie?src=topads", "", "", ""],
        ["rusak"],
    )  # fmt: skip
    association = write_csv(
        "asosiasi.csv",
        ["nama_produk", "nama_toko", "link", "platform"],
        [HOODIE, SHOP, "http://m.shopee.co.id/product/77/1", "Shopee"],
        [BALE, "Raja Bal", "https://www.tokopedia.com/rajabal/bal-hoodie", "Tokopedia"],
        [UNSOURCED, "kios 88", "", "FB Marketplace"],
        delimiter=";",
    )
    book = openpyxl.Workbook()
    book.active.append(["judul", "url", "harga"])
    book.active.append([HOODIE, "https://shopee.co.id/universal-link/product/77/1", "45rb"])
    book.active.append(['=HYPERLINK("http://x.test","klik")', "javascript:alert(1)", "1"])
    book.active["A3"].data_type = "s"
    platform = tmp_path / "platform.xlsx"
    book.save(platform)
    crawler = tmp_path / "crawler.jsonl"
    crawled = {
        "title": "+62 812-3456-7890 kaos second import Korea",
        "seller": "=1+1",
        "url": "https://www.instagram.com/reel/C_a1/?igsh=x",
        "created_at": "2026-03-14T08:00:00Z",
    }
    crawler.write_text(json.dumps(crawled))
    return [ministry, association, platform, crawler]


@pytest.fixture
def hand_over(run, tmp_path):
    """Run the command, expect it to work, and return the workbook's path and what was said."""

    def hand_over(*arguments, name="serah.xlsx"):
        path = tmp_path / name
        status, out, err = run("handover", *arguments, "-o", path, "--lang", "id")
        assert (status, out) == (0, ""), err
        return path, err

    return hand_over
