"""One listing, one link: however it was copied, shared, tracked or wrapped."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thriftwatch.files.links import PLATFORM_NAMES, canonical_link, names_listing, platform_of

SHOPEE = "https://shopee.co.id/product/123/456"
TOKOPEDIA = "https://www.tokopedia.com/rumahkaos/kaos-polos-17319100"
TIKTOK = "https://shop.tiktok.com/view/product/1729384756"
LAZADA = "https://www.lazada.co.id/products/pdp-i789.html"
BUKALAPAK = "https://www.bukalapak.com/p/fashion-pria/kaos/4cujd9p-jual-kaos-polos"
BLIBLI = "https://www.blibli.com/p/kaos-polos/ps--RAO-12841-00666"
FACEBOOK = "https://www.facebook.com/marketplace/item/555"
GROUP = "https://www.facebook.com/groups/77/posts/88"
STORY = "https://www.facebook.com/permalink.php?story_fbid=9&id=10"
INSTAGRAM = "https://www.instagram.com/p/C_aB-9"
CAROUSELL = "https://id.carousell.com/p/1426350335"
OLX = "https://www.olx.co.id/item/iid-922022342"

FORMS = {
    SHOPEE: [
        "https://shopee.co.id/Hoodie-Bekas-Import-i.123.456",
        "https://shopee.co.id/Hoodie-i.123.456?sp_atk=abc&xptdk=abc",
        "http://m.shopee.co.id/product/123/456/",
        "shopee.co.id/universal-link/product/123/456?deep_and_web=1&utm_source=an_1&smtt=9",
        "https://shopee.co.id/toko.kita/123/456",
        "Cek Hoodie di Shopee! https://shopee.co.id/Hoodie-i.123.456 sebelum habis",
        "https://shopee.co.id/Hoodie-i.123.456 sebelum habis",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fshopee.co.id%2FHoodie-i.123.456&h=AT0",
        "https://www.google.com/url?q=https://shopee.co.id/product/123/456&sa=U",
        "  HTTPS://SHOPEE.CO.ID/product/123/456#ulasan \n",
    ],
    TOKOPEDIA: [
        "https://www.tokopedia.com/rumahkaos/kaos-polos-17319100?extParam=ivf%3Dfalse&src=topads",
        "m.tokopedia.com/rumahkaos/kaos-polos-17319100",
        "https://tokopedia.com:443/rumahkaos/kaos-polos-17319100/",
        "https://ta.tokopedia.com/promo/v1/clicks/x?r=https%3A%2F%2Fwww.tokopedia.com%2Frumahkaos%2Fkaos-polos-17319100%3Fsrc%3Dtopads",
    ],
    TIKTOK: [
        "https://www.tiktok.com/view/product/1729384756?region=ID",
        "https://shop-id.tokopedia.com/view/product/1729384756?_svg=1",
        "https://shop.tiktok.com/id/pdp/kaos-polos/1729384756",
        "https://www.tiktok.com/shop/pdp/1729384756",
    ],
    LAZADA: [
        "https://www.lazada.co.id/products/kaos-polos-i789-s1011.html?spm=a2o4j&search=1",
        "http://lazada.co.id/products/pdp-i789-s1011.html?pvid=d7&scm=1007",
        "https://m.lazada.co.id/products/i789.html",
        "https://c.lazada.co.id/t/c.abc?url=https%3A%2F%2Fwww.lazada.co.id%2Fproducts%2Fi789-s1.html&sub_aff_id=1",
    ],
    BUKALAPAK: [
        "https://m.bukalapak.com/p/fashion-pria/kaos/4cujd9p-jual-kaos-polos?from=list&dtm_source=x"
    ],
    BLIBLI: [
        "https://www.blibli.com/p/kaos-polos/ps--RAO-12841-00666?ds=RAO-1&source=SEARCH&sid=9",
        "blibli.com/p/kaos-polos/ps--RAO-12841-00666?pickupPointCode=PP-1",
    ],
    FACEBOOK: [
        "https://m.facebook.com/marketplace/item/555/?ref=search&referral_code=null",
        "https://web.facebook.com/commerce/listing/555?mibextid=dXMIcH",
        "https://id-id.facebook.com/marketplace/item/555",
    ],
    GROUP: [
        "https://mbasic.facebook.com/groups/77/permalink/88/?rdid=1",
        "https://www.facebook.com/groups/77/?multi_permalinks=88&hoisted_section_header_type=x",
    ],
    STORY: [
        "https://m.facebook.com/story.php?id=10&story_fbid=9&__tn__=-R",
        "https://www.facebook.com/permalink.php?story_fbid=9&id=10&__xts__[0]=68",
    ],
    INSTAGRAM: [
        "https://www.instagram.com/p/C_aB-9/?igsh=MzRlODBi",
        "https://instagram.com/reel/C_aB-9/?utm_source=ig_web_copy_link",
        "https://www.instagram.com/bdg.second/p/C_aB-9/",
        "instagr.am/p/C_aB-9",
    ],
    CAROUSELL: [
        "https://id.carousell.com/p/jaket-kulit-1426350335/?t-id=abc&t-referrer_page_type=search",
        "https://www.carousell.co.id/p/jaket-kulit-1426350335",
    ],
    OLX: [
        "https://www.olx.co.id/item/jaket-kulit-iid-922022342?isSearchCall=true",
        "https://m.olx.co.id/item/922022342",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("link", "forms"), FORMS.items())
def test_all_forms_of_a_link_are_one(link, forms):
    assert {canonical_link(form) for form in [link, *forms]} == {link}
    assert all(map(names_listing, [link, *forms]))
    assert {platform_of(form) for form in [link, *forms]} == {platform_of(link)}


def test_every_platform_is_known_by_its_links():
    assert {platform_of(link) for link in FORMS} == set(PLATFORM_NAMES)


@pytest.mark.parametrize(
    ("short", "platform"),
    [
        ("https://s.shopee.co.id/4VQabC", "shopee"),
        ("https://id.shp.ee/4VQabC", "shopee"),
        ("https://tk.tokopedia.com/ZSPYC59RQ", "tokopedia"),
        ("https://vt.tiktok.com/ZS8abC", "tiktok"),
        ("https://s.lazada.co.id/s.abC12", "lazada"),
        ("https://s.blibli.com/GNtk/0qrtsw3f", "blibli"),
        ("https://www.facebook.com/share/p/1aBcD", "facebook"),
        ("https://www.facebook.com/share/1aBcD", "facebook"),
    ],
)
def test_of_a_short_link_the_code_is_all_that_can_be_told(short, platform):
    assert canonical_link(f"{short}/?utm_source=wa&mibextid=x") == short
    assert canonical_link(short.lower()) != short
    assert (names_listing(short), platform_of(short)) == (True, platform)


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ("https://shopee.co.id/toko.kita?utm_source=x", "https://shopee.co.id/toko.kita"),
        ("https://www.tokopedia.com/rumahkaos/", "https://www.tokopedia.com/rumahkaos"),
        ("https://www.instagram.com/bdg.second/", "https://www.instagram.com/bdg.second"),
        (
            "https://www.tokopedia.com/search?q=kaos&st=product&src=x",
            "https://www.tokopedia.com/search?q=kaos&st=product",
        ),
        ("https://toko.example/produk?pid=7&fbclid=I", "https://toko.example/produk?pid=7"),
    ],
)
def test_a_shop_a_search_and_an_unknown_page_name_no_listing(link, canonical):
    assert canonical_link(link) == canonical
    assert not names_listing(link)


def test_a_name_with_blanks_stays_whole():
    link = canonical_link("https://www.tokopedia.com/Kak Ida/h0281?src=abc")
    assert link == "https://www.tokopedia.com/Kak%20Ida/h0281"


@pytest.mark.parametrize(
    "text",
    ["", "-", "kaos second", "kaos.baru murah", "javascript:alert(1)", "tel:0812", "http://", "https://[::1",
     "https://[::1]/x", "https://shopee.co.id:x/", "file:///etc", "http://%00/"],
)  # fmt: skip
def test_what_is_no_link_stays_as_it_is(text):
    assert canonical_link(f" {text}\n") == text
    assert (platform_of(text), names_listing(text)) == ("", False)


@pytest.mark.parametrize(
    "link",
    [
        "https://shopee.co.id.example.com/product/1/2",
        "https://shopee.co.id@example.com/product/1/2",
        "https://example.com/https://shopee.co.id/product/1/2",
        "https://notshopee.co.id/product/1/2",
    ],
)
def test_a_host_that_only_looks_like_a_platform_is_none(link):
    assert (platform_of(link), names_listing(link)) == ("", False)
    assert not canonical_link(link).startswith("https://shopee.co.id/")


WORDS = st.text("abcxyzABC019-._~%+ é", max_size=12)
HOSTS = st.sampled_from(
    ["shopee.co.id", "m.tokopedia.com", "www.lazada.co.id", "facebook.com", "l.facebook.com", "www.instagram.com",
     "id.carousell.com", "www.olx.co.id", "vt.tiktok.com", "toko.example", "www.bukalapak.com", "blibli.com"]
)  # fmt: skip


@st.composite
def links(draw):
    path = "/".join(draw(st.lists(WORDS, max_size=4)))
    query = "&".join(f"{k}={v}" for k, v in draw(st.lists(st.tuples(WORDS, WORDS), max_size=3)))
    return f"https://{draw(HOSTS)}/{path}{'?' * bool(query)}{query}".strip()


@given(
    st.one_of(st.text(), links(), st.sampled_from([f for forms in FORMS.values() for f in forms]))
)
@example("https://l.facebook.com/l.php?u=https://l.facebook.com/l.php?u=x")
def test_a_canonical_link_is_its_own(text):
    once = canonical_link(text)
    assert canonical_link(once) == once
    assert platform_of(once) == platform_of(text)
    assert names_listing(once) == names_listing(text)


TRACKING = ["utm_source=x", "fbclid=IwAR0", "gclid=", "igsh=MzR", "af_siteid=an_1", "mibextid=dX"]


@given(
    st.one_of(links(), st.sampled_from(list(FORMS))),
    st.lists(st.sampled_from(TRACKING), min_size=1, max_size=4),
    st.booleans(),
)
def test_tracking_parameters_never_matter(link, tracking, first):
    bare, _, query = link.partition("?")
    pieces = [*tracking, query] if first else [query, *tracking]
    tracked = f"{bare}?{'&'.join(filter(None, pieces))}"
    assert canonical_link(tracked) == canonical_link(link)


@given(
    st.text(st.characters(), max_size=200),
    st.sampled_from(["", "https://", "https://shopee.co.id/"]),
)
def test_nothing_raises_and_a_link_has_no_blanks_and_no_quotes(text, start):
    found = canonical_link(start + text)
    if found.startswith("https://") and names_listing(found):
        assert not re.search(r"[\s\"<>\x00-\x1f]", found)


@pytest.mark.parametrize(
    "hostile",
    ["https://shopee.co.id/" + "-i.1" * 900, "https://www.bukalapak.com/p/" + "a" * 4000, "/" * 10**6, "a." * 10**6,
     "https://l.facebook.com/l.php?u=" * 130, "https://x.example/?" + "a&" * 10**6, "\n" * 10**6],
)  # fmt: skip
def test_hostile_links_are_read_to_a_bound(hostile):
    assert len(canonical_link(hostile)) <= len(hostile) + 10
