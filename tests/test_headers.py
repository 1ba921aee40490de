"""Headers as marketplaces, crawlers and people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.headers import (
    is_link,
    is_meaningless,
    looks_like_links,
    looks_like_text,
    may_be_title,
    read_header,
)

FIELDS = {
    "title": ["Nama Produk*", "Judul Iklan", "product_name", "NAMA BARANG", "et_title_product_name"],
    "description": ["Deskripsi Produk", "Isi Iklan", "caption", "Product Descriptions", "isi_postingan"],
    "shop": ["Nama Penjual", "seller name", "SHOP_NAME", "Akun", "Nama Lapak", "shop.name"],
    "url": ["Tautan Produk", "Product URLs", "product-href", "Link", "URLProduk", "Alamat URL"],
    "price": ["Harga (Rp)*", "ps_price", "Harga [IDR]"],
    "region": ["Kota", "Lokasi Toko", "Kab/Kota"],
    "date": ["Tanggal Posting", "created_at", "Waktu Unggah", "Timestamp"],
    "platform": ["Platform", "Nama Marketplace"],
}  # fmt: skip
CASES = [(field, header) for field, headers in FIELDS.items() for header in headers]


@pytest.mark.parametrize(("field", "header"), CASES)
def test_headers_of_exports_are_known(field, header):
    found = read_header(header)
    assert found is not None
    assert (found.field, found.sure) == (field, True)


@pytest.mark.parametrize(("field", "header"), CASES)
@pytest.mark.parametrize(
    "written",
    [
        str.upper,
        lambda h: f"\ufeff{h}\xa0",
        lambda h: h.replace(" ", "_"),
        lambda h: f"{h} (wajib)",
    ],
)
def test_case_marks_blanks_and_remarks_make_no_difference(field, header, written):
    assert read_header(written(header)).field == field


@pytest.mark.parametrize(
    "header", ["namaproduk", "NAMAPRODUK", "namaProduk", "Nama\nProduk", "[Judul]"]
)
def test_words_are_found_however_they_are_joined(header):
    assert read_header(header).field == "title"


@pytest.mark.parametrize(
    "header",
    ["Link Gambar", "Link Toko", "ID Produk", "Rating Toko", "Deskripsi Toko", "Nama Pembeli",
     "Nama Lengkap", "Catatan", "Alamat Toko", "Kategori", "Status Toko", "", "12", "Foto Produk 1"],
)  # fmt: skip
def test_other_columns_are_none_of_the_fields(header):
    assert read_header(header) is None


def test_a_word_that_is_not_known_makes_it_unsure():
    assert not read_header("Judul Berita").sure


def test_of_several_columns_the_plainer_header_is_better():
    assert read_header("Deskripsi Produk").rank < read_header("Keterangan").rank
    assert read_header("product_name").rank < read_header("name").rank


@given(st.text(max_size=300))
def test_any_text_may_stand_in_a_header(text):
    read_header(text)
    is_meaningless(text)


def test_content_is_told_apart():
    links = ["https://shopee.co.id/a-i.1.2", "tokopedia.com/x/y", ""]
    texts = ["Hoodie second import, minus noda", "Kemeja batik lengan panjang"]
    numbers = ["Rp 50.000", "12", "1,5jt"]
    assert looks_like_links(links)
    assert not any(map(looks_like_links, (texts, numbers, [], [""])))
    assert looks_like_text(texts)
    assert not any(map(looks_like_text, (links, numbers, [], [""])))
    assert may_be_title(texts)
    assert not any(map(may_be_title, (links, numbers)))
    assert not is_link("lihat www.toko.com ya")
