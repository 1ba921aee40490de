"""Which column serves as what, by its header and, where that is not sure, by what it holds."""

import pytest

from thriftwatch.columns import choose_columns
from thriftwatch.errors import ColumnError, TableError

TITLES = ["Hoodie second import", "Kemeja batik baru"]
TEXTS = ["ex bal Jepang, kondisi 9/10, minus noda dikit di lengan kiri, cek foto ya kak"] * 2
LINKS = ["https://shopee.co.id/a-i.1.1", "https://shopee.co.id/a-i.1.2"]


def choose(table, explicit=None, **options):
    return choose_columns(list(table), table.__getitem__, explicit, where="a.csv", **options)


def test_an_export_is_used_whole():
    use = choose({"No": ["1", "2"], "Tautan Produk": LINKS, "Nama Produk": TITLES,
                  "Deskripsi Produk": TEXTS, "Nama Toko": ["a", "b"]})  # fmt: skip
    assert dict(use.columns) == {"title": "Nama Produk", "description": "Deskripsi Produk",
                                 "shop": "Nama Toko", "url": "Tautan Produk"}  # fmt: skip
    assert use.missing() == use.left_out == use.by_content == ()


def test_text_that_is_left_out_is_a_warning_where_there_is_no_description():
    use = choose({"Judul": TITLES, "Analisis": TEXTS})
    assert use.left_out == ("Analisis",)
    (warning,) = [note for note in use.notes() if note.warns]
    assert '"Analisis" is not used' in warning


def test_beside_a_description_it_is_a_note():
    use = choose({"Judul": TITLES, "Deskripsi": TEXTS, "Analisis": TEXTS})
    assert use.left_out == ("Analisis",)
    assert not any(note.warns for note in use.notes())


def test_links_are_found_by_content_but_not_those_of_pictures():
    use = choose({"Judul": TITLES, "Foto": LINKS, "Lihat": LINKS})
    assert use.columns["url"] == "Lihat"
    assert use.by_content == ("url",)


def test_long_text_under_a_header_that_says_nothing_is_the_description():
    assert choose({"Judul": TITLES, "Field_3": TEXTS}).columns["description"] == "Field_3"


def test_an_unsure_header_has_to_agree_with_what_it_holds():
    assert choose({"Judul Berita": TITLES}).by_content == ("title",)
    with pytest.raises(ColumnError, match="there is no column for the title"):
        choose({"Judul Berita": ["12", "13"]})


def test_where_a_cell_shows_one_thing_and_leads_elsewhere_the_link_is_used():
    use = choose({"Judul": TITLES, "Tautan": ["lihat", "lihat"], "tautan Tautan": LINKS})
    assert use.columns["url"] == "tautan Tautan"


def test_posts_without_titles_are_read_by_their_text():
    use = choose({"Message": TEXTS, "Page Name": ["a", "b"]})
    assert use.columns["title"] == "Message"
    assert "description" in use.missing()


@pytest.mark.parametrize("explicit", [{}, {"title": "Tautan"}])
def test_links_are_never_scored_as_text(explicit):
    with pytest.raises(TableError, match='column "Tautan": this column holds links'):
        choose({"Tautan": LINKS, "No": ["1", "2"]}, explicit)


def test_a_doubled_title_is_a_question():
    table = {"Nama": TITLES, "Nama (2)": TEXTS}
    doubled = {"Nama (2)": "Nama"}
    with pytest.raises(ColumnError, match='--title-column "Nama"'):
        choose(table, doubled=doubled)
    assert choose(table, {"title": "Nama (2)"}, doubled=doubled).columns["title"] == "Nama (2)"
    assert choose({"Nama": TITLES, "Nama (2)": TITLES}, doubled=doubled).columns["title"] == "Nama"


def test_a_column_that_was_named_is_taken():
    use = choose({"a": TITLES, "b": TEXTS}, {"title": "a", "description": "b"})
    assert dict(use.columns) == {"title": "a", "description": "b"}
    with pytest.raises(ColumnError, match="no such column"):
        choose({"a": TITLES}, {"title": "a", "shop": "z"})


def test_results_of_an_earlier_run_are_no_text_that_is_left_out():
    assert choose({"Judul": TITLES, "reasons": TEXTS, "model": TEXTS}).left_out == ()
