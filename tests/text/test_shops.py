import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from listings import listing

from thriftwatch.text.shops import shop_hint, trade_word_span


@pytest.mark.parametrize(
    "name",
    [
        "Thrift Kita",
        "kaosthrifting.jkt",
        "GottaThrift",
        "bekasimport.jkt",
        "import_bekas",
        "imported second gudang",
        "2nd.import",
        "monzamedan",
        "awul-awul jogja",
        "bal segel",
        "openbal.id",
        "Cakar Makassar",
        "cakar_bongkar",
        "Toko_Bal",
        "bal88.id",
        "ballpress.bdg",
        "second korea import",
        "import branded second",
        "kimono thrift",
        "𝓽𝓱𝓻𝓲𝓯𝓽 corner",
        "ʇɟᴉɹɥʇ store",
        "bɐl segel",
        "\u202etfirht\u202c store",
    ],
)
def test_names_of_the_trade_tell(name):
    assert shop_hint(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Toko Berkah Jaya",
        # Whoever sells her own wardrobe, or new clothes of an older style.
        "Preloved Mama",
        "2ndstore",
        "gudang second",
        "bekas.id",
        "used_jacket",
        "vintagestuff",
        "secondbrand",
        # Who says that it is none.
        "nothrift",
        "antithrift.id",
        "bukanthrift",
        "thriftless",
        "no thrift",
        "non-thrift",
        "tanpa.thrift",
        "bukan thrift",
        # Look-alikes.
        "Konveksi Bekasi",
        "bekasitimur.store",
        "3Second Official Store",
        "threesecond",
        "thriller wear",
        "thrive.id",
        "balijeans",
        "Bal Balan Jersey",
        "toko bal karet",
        "Kawula Muda",
        "monjali.store",
        "Monza Sparepart",
        "BekasiImport",
        "bekasi import",
        "second importance",
        "Karungan Beras",
        "Cakar Langit",
        "spendthrift",
        "nutriftea",
        "cakar ayam",
        "Monzana",
        "import.export.hijab",
        "global fashion",
    ],
)
def test_other_names_do_not(name):
    assert not shop_hint(name)


@given(listing.map(" ".join) | st.text())
@example("Lulu \U0001d4e3hrift Store")
@example("\U0001f1f9\U0001f1ed\U0001f1f7\U0001f1ee\U0001f1eb\U0001f1f9 x")
@example("thri\u0301ft")
@example("a" * 300 + "thrift" + "b" * 300)
def test_the_telling_part_is_a_part_of_the_name_wherever_there_is_a_hint(name):
    part = trade_word_span(name.encode("utf-8", "replace").decode())
    assert (part is not None) == shop_hint(name)
    if part is not None:
        start, end = part
        assert 0 <= start < end <= len(name)
        from_right = "\u202e" * ("\u202e" in name[:start])  # a mark before it turns it around
        assert shop_hint(from_right + name[start:end])
