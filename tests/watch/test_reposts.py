"""Listings that come back: what is found, what is left alone, and where the evidence stands."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thriftwatch import Listing, RepostIndex
from thriftwatch.errors import InputError

HOODIE = (
    "Hoodie Uniqlo second import abu",
    "ex bal Jepang, kondisi 9/10, kantong kiri bolong kecil, lebar dada 58 panjang 70, ambil di Cimol",
)
COME_BACK = (
    "H00die Uniqlo s.e.c.o.n.d imp0rt warna abu",
    "Ready kak! ex b4l Jepang kondisi 9/10, kantong kiri ada bolong kecil, "
    "lebar dada 58 panjang 70, COD Cimol. Beri bintang lima ya",
)
OTHERS = [
    (
        "Kemeja flanel bekas Korea merah",
        "buka karung minggu ini, kancing hilang satu, cod Gedebage",
    ),
    (
        "Panci presto 8 liter baru",
        "garansi resmi setahun, kardus lengkap, stok 20, kirim dari Depok",
    ),
    ("Rok lipit sekolah SMP", "jahitan sendiri di Soreang, ukuran S sampai XXL, warna biru tua"),
]
TEMPLATE = (
    " Pesanan sebelum jam 15 dikirim hari itu juga, Minggu libur. Komplain wajib video buka paket. "
    "Resi diperbarui otomatis paling lambat jam 9 malam. Alamat harus lengkap dengan kode pos."
)


@pytest.fixture
def index(model):
    made = RepostIndex(model)
    made.add([HOODIE, *OTHERS])
    return made


def found(index, *listings, **options):
    return [(match.new_row, match.known_row) for match in index.query(listings, **options)]


def test_a_disguised_padded_and_edited_copy_is_found(index):
    assert found(index, COME_BACK) == [(0, 0)]


def test_a_shortened_copy_is_found(index):
    title, text = HOODIE
    assert found(index, (title, text.partition(", lebar")[0])) == [(0, 0)]


def test_a_listing_of_other_goods_is_left_alone(index):
    assert (
        found(index, ("Sandal jepit karet", "grosir satu lusin, warna campur, kirim dari Tegal"))
        == []
    )


def test_the_same_wording_for_another_garment_is_another_listing(index):
    title, text = HOODIE
    assert found(index, (title.replace("Hoodie", "Celana"), text)) == []


def test_the_template_of_a_shop_does_not_make_two_listings_one(model):
    index = RepostIndex(model)
    index.add([(title, text + TEMPLATE) for title, text in [HOODIE, *OTHERS]])
    new = (
        "Jaket parasut biru tua",
        "baru dari pabrik, ukuran L, furing jala, saku tiga" + TEMPLATE,
    )
    assert found(index, new) == []


def test_a_title_of_common_words_matches_nothing(model):
    index = RepostIndex(model)
    index.add([("Kaos polos pria murah", ""), *OTHERS])
    assert found(index, ("Kaos polos wanita murah", "")) == []


def test_phrases_are_where_they_are_said_to_be(index):
    (match,) = index.query([COME_BACK])
    assert match.phrases
    for phrase in match.phrases:
        for place, (title, text) in ((phrase.new, COME_BACK), (phrase.known, HOODIE)):
            assert {"title": title, "description": text}[place.field][
                place.start : place.end
            ] == place.text
    assert match.phrases[0].weight == max(phrase.weight for phrase in match.phrases)


def test_phrases_are_found_behind_letters_that_are_no_ascii(index):
    title, text = HOODIE
    (match,) = index.query(
        [(f"🔥🔥 {title}", f"½ harga ✨ {text.replace('bal', '𝓫𝓪𝓵')}")], phrases=1
    )
    assert match.phrases[0].new.text.startswith("ex 𝓫𝓪𝓵 Jepang")


def test_no_phrases_where_none_are_asked_for(index):
    assert index.query([COME_BACK], phrases=0)[0].phrases == ()


def test_the_best_match_comes_first_and_the_threshold_holds(index):
    matches = index.query([OTHERS[0], COME_BACK], threshold=0.01)
    assert matches == sorted(matches, key=lambda match: -match.similarity)
    assert all(0 <= match.similarity <= 1 for match in matches)
    highest = matches[0].similarity
    assert all(match.similarity >= highest for match in index.query([COME_BACK], threshold=highest))


def test_sellers_and_ids_are_told(model):
    index = RepostIndex(model)
    index.add([{"id": "x9", "judul": HOODIE[0], "deskripsi": HOODIE[1], "toko": "bdg.second"}])
    (match,) = index.query([Listing(*COME_BACK, shop="second.bdg")])
    assert (match.known_id, match.seller_known, match.seller_new) == (
        "x9",
        "bdg.second",
        "second.bdg",
    )


def test_tables_are_taken_as_they_come(index):
    import pandas as pd
    import polars as pl

    columns = {"judul": [COME_BACK[0]], "deskripsi": [COME_BACK[1]]}
    for table in (pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns)):
        assert [match.known_row for match in index.query(table)] == [0]


def test_nothing_is_found_in_nothing(model):
    index = RepostIndex(model)
    assert index.query([COME_BACK]) == []
    assert index.families() == []
    index.add([])
    assert (len(index), index.query([])) == (0, [])


def test_empty_listings_match_nothing(index):
    index.add([("", ""), ("", "")])
    assert found(index, ("", ""), ("!!!", "🙏")) == []


# --- an index that lives ---------------------------------------------------------------------------


def test_what_is_removed_is_not_found_and_can_be_added_again(index):
    index.remove(["0"])
    assert (len(index), found(index, COME_BACK)) == (3, [])
    index.add([HOODIE])
    assert found(index, COME_BACK) == [(0, 4)]


def test_all_can_be_removed(index):
    index.remove([str(row) for row in range(4)])
    assert (len(index), found(index, COME_BACK)) == (0, [])


def test_asking_changes_nothing(index):
    before = index.query([COME_BACK])
    index.query([("kata yang belum pernah ada qwxyz", "zzxxyy")])
    assert index.query([COME_BACK]) == before


WORDS = [
    "hoodie",
    "kaos",
    "kemeja",
    "bal",
    "jepang",
    "korea",
    "bekas",
    "baru",
    "merah",
    "biru",
    "abu",
    "cimol",
    "noda",
    "bolong",
    "kancing",
]
texts = st.lists(st.sampled_from(WORDS), min_size=3, max_size=14).map(" ".join)
listings = st.lists(st.tuples(texts, texts), min_size=1, max_size=7)


@settings(max_examples=40)
@given(listings, listings, st.data())
def test_what_came_piece_by_piece_is_as_if_it_came_at_once(model, first, second, data):
    pieces, at_once = RepostIndex(model), RepostIndex(model)
    gone = data.draw(st.sets(st.integers(0, len(first) - 1)))
    pieces.add(first)
    pieces.remove(map(str, gone))
    for listing in second:
        pieces.add([listing])
    kept = [row for row in range(len(first)) if row not in gone]
    at_once.add([first[row] for row in kept] + second)
    rows = [*kept, *range(len(first), len(first) + len(second))]
    pairs = {}
    for name, index, number in (
        ("pieces", pieces, lambda row: row),
        ("once", at_once, rows.__getitem__),
    ):
        matches = index.query(second, threshold=1e-9, most=20, phrases=0)
        pairs[name] = {(m.new_row, number(m.known_row)): round(m.similarity, 9) for m in matches}
    # Of more than eight equally good candidates either may keep others.
    if len(rows) <= 8:
        assert pairs["pieces"] == pairs["once"]


@settings(max_examples=40)
@given(listings)
def test_a_listing_is_never_less_like_itself_than_like_another(model, known):
    index = RepostIndex(model)
    index.add(known)
    best = {}
    for match in index.query(known, threshold=1e-9, most=8, phrases=0):
        best.setdefault(match.new_row, match.similarity)
        if match.new_row == match.known_row:
            assert match.similarity == pytest.approx(best[match.new_row], abs=1e-6)


# --- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"id": "a", "judul": "Kaos"}, {"id": "a", "judul": "Rok"}], '"a"'),
        ([{"id": "a", "judul": "Kaos"}, {"id": "", "judul": "Rok"}], "listing 1 has no id"),
        ([("Kaos", 5)], r"listings\[0\]: description must be text"),
        ([5], r"listings\[0\] must be a Listing"),
        (5, "listings cannot be a int"),
    ],
)
def test_bad_listings_are_refused_and_nothing_is_added(index, rows, told):
    with pytest.raises(InputError, match=told):
        index.add(rows)
    assert len(index) == 4


def test_an_id_that_is_there_is_refused(index):
    with pytest.raises(InputError, match='in the index already: "2"'):
        index.add([{"id": "9", "judul": "Kaos"}, {"id": "2", "judul": "Rok"}])
    assert len(index) == 4


def test_an_unknown_id_is_not_removed(index):
    with pytest.raises(InputError, match='not in the index: "77"'):
        index.remove(["1", "77"])
    assert len(index) == 4


@pytest.mark.parametrize(
    "options", [{"threshold": 0}, {"threshold": 2}, {"most": 0}, {"phrases": -1}]
)
def test_arguments_out_of_range_are_refused(index, options):
    with pytest.raises(InputError, match=next(iter(options))):
        index.query([COME_BACK], **options)


def test_a_listing_as_long_as_a_book_costs_no_more_than_its_beginning(index):
    book = " ".join(f"kata{number}" for number in range(50_000))
    assert found(index, (COME_BACK[0], f"{COME_BACK[1]} {book}")) == [(0, 0)]
