"""The page under what sellers, screens and catalogues do to it, in a real browser."""

import hashlib
import json

import pytest
import rfc8785
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from listings import any_text
from reviewer import PHONE, WIDE, listings, resize
from selenium.webdriver import Keys

from thriftwatch.files import guard_cell
from thriftwatch.listing import well_formed
from thriftwatch.review.page import template

HOSTILE = [
    '<img src=x onerror="document.title=1"> hoodie second import',
    "</script><script>document.title=1</script> kaos thrift",
    "<!-- <script> jaket bekas ex Jepang {{SCRIPT}} {{DATA}}",
    "kemeja second \u2028 import & <b>murah</b> &lt;i&gt;",
    '=HYPERLINK("http://evil.test";"x") celana bekas impor',
    '\' "quoted", \\u003c sweater seken korea',
    "__proto__ hoodie 🇯🇵 second 𝓲𝓶𝓹𝓸𝓻𝓽",
]
LINKS = [
    "javascript:document.title=1",
    "data:text/html,<script>1</script>",
    "  JaVaScRiPt:alert(1)",
    "https://shop.test/1?a=<b>&c='\"",
    "ftp://shop.test/",
    "shop.test/1",
    "",
]


@pytest.fixture
def hostile(open_page):
    return open_page(
        [
            {
                "judul": title,
                "deskripsi": title,
                "toko": title,
                "platform": title,
                title: title,
                "url": url,
            }
            | {name: "" for name in HOSTILE if name != title}
            for title, url in zip(HOSTILE, LINKS, strict=True)
        ]
    )


def run(browser, *scripts):
    """Run functions of the page by themselves."""
    return browser.execute_script("".join(scripts))


def test_hostile_listings_are_shown_as_text(hostile):
    seen = set()
    for _ in HOSTILE:
        seen.add(hostile.title)
        assert hostile.find_all("main img, main script, main b, main iframe") == []
        hostile.press("n")
    assert seen == set(HOSTILE)
    assert hostile.browser.title == "Tinjauan listing · thriftwatch"
    assert len(hostile.find_all("script")) == 2


def test_only_web_addresses_become_links_and_tell_nobody_where_they_were_clicked(hostile):
    links = set()
    for _ in LINKS:
        links |= {link.get_attribute("href") for link in hostile.find_all("main a")}
        for link in hostile.find_all("main a"):
            assert link.get_attribute("rel") == "noopener noreferrer"
            assert link.get_attribute("target") == "_blank"
        hostile.press("n")
    assert links == {"https://shop.test/1?a=%3Cb%3E&c=%27%22"}


def test_letters_that_turn_the_writing_around_are_made_visible(open_page):
    page = open_page([{"judul": "\u202emoc.live\u202c kemeja second"}])
    assert page.title == "\ufffdmoc.live\ufffd kemeja second"


def test_the_policy_of_the_page_stops_what_does_not_belong_to_it(three_pages, browser):
    three_pages(1)
    script = "const s = document.createElement('script'); s.text = 'window.ran = 1';"
    blocked = browser.execute_script(
        f"try {{ {script} document.body.append(s) }} catch {{}} return window.ran"
    )
    assert blocked is None
    asked = browser.execute_async_script(
        "fetch('https://example.test/').then(() => arguments[0]('sent'), () => arguments[0]('refused'))"
    )
    assert asked == "refused"
    assert len(browser.get_log("browser")) >= 1  # the browser says that it refused
    browser.get_log("performance")


@pytest.fixture
def three_pages(open_page):
    def three_pages(count):
        titles = ["Hoodie second import", "Kaos thrift Korea", "Panci baru"]
        return open_page([{"judul": titles[n % 3]} for n in range(count)])

    return three_pages


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_no_accessibility_rule_is_broken(
    open_page, sample_rows, axe, browser, size, dark, language
):
    page = open_page(listings(sample_rows[:60]))
    resize(browser, *size, dark=dark)
    if language == "en":
        page.press("l")
    page.press("1", "2", "3")
    for opened in ("", "queue", "help", "export"):
        if opened == "queue":
            page.press("f", Keys.ESCAPE)
        elif opened:
            page.click(f"#{opened}-open")
        found = accessibility(browser, axe)
        assert found == [], opened
        if opened in {"help", "export"}:
            page.close_dialog()


def accessibility(browser, axe):
    """Return the rules of WCAG 2.2 AA and the best practices that the page breaks."""
    browser.execute_script(f"if (!window.axe) {{ {axe} }}")
    found = browser.execute_async_script(
        "axe.run({resultTypes: ['violations']}).then(arguments[0], (error) => arguments[0](String(error)))"
    )
    assert isinstance(found, dict), found
    return [
        (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"]])
        for one in found["violations"]
    ]


@pytest.mark.parametrize("size", [WIDE, PHONE, (320, 640)], ids=["wide", "phone", "narrow"])
def test_nothing_stands_out_of_the_screen(open_page, sample_rows, browser, size):
    long = {"title": "second import " * 3 + "x" * 300, "description": "y" * 400, "shop": "z" * 200}
    page = open_page(listings([{**sample_rows[0], **long}, *sample_rows[:5]]))
    resize(browser, *size)
    for _ in range(6):
        page.press("n")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
        assert page.find("#decide").is_displayed()


def test_five_thousand_listings_are_in_the_page_a_screenful_at_a_time(three_pages):
    page = three_pages(5000)
    assert page.text("#found") == "5.000 listing"
    assert len(page.find_all("[role=option]")) < 40
    page.find("#list").send_keys(Keys.END)
    assert "5.000 dari 5.000" in page.text(".top")
    last = page.find("[role=option][aria-selected=true]")
    assert last.get_attribute("aria-posinset") == last.get_attribute("aria-setsize") == "5000"
    assert page.find("#list").get_attribute("aria-activedescendant") == last.get_attribute("id")
    assert len(page.find_all("[role=option]")) < 40
    page.press(Keys.HOME, Keys.PAGE_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP, "1")
    assert page.progress == "1 dari 5.000 ditinjau"


def test_an_empty_file_gives_a_page_that_says_so(browser, model, tmp_path):
    from thriftwatch.review import read_review, write_page

    (tmp_path / "none.csv").write_text("judul\n")
    write_page(read_review(tmp_path / "none.csv", model), tmp_path / "none.html")
    browser.get((tmp_path / "none.html").as_uri())
    assert "Tidak ada listing di berkas ini." in browser.page_source
    browser.execute_script(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}))"
    )


# --- what is written twice, in Python and for the browser -----------------------------------------

calm = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@calm
@given(st.lists(any_text.map(well_formed), min_size=1, max_size=20))
@example(["", "a", "a" * 55, "a" * 56, "a" * 63, "a" * 64, "é" * 1000, "a" * 100_000])
def test_the_page_hashes_as_the_library_does(browser, texts):
    hashes = browser.execute_script(
        f"{template('sha256.js')}; return arguments[0].map(sha256)", texts
    )
    assert hashes == [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def scripts():
    """The functions of the page without the page."""
    return "const document = {getElementById: () => ({textContent: '{\"items\": []}'})};" + "".join(
        template(name) for name in ("words.js", "sha256.js", "state.js", "exports.js")
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | any_text.map(well_formed)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text.map(well_formed), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@calm
@given(json_values)
@example({"b": 1.0, "a": [1e-7, 1e21, 0.1, -0.0, 123456.789012], "\u20ac": '\u2028\u007f"\\'})
def test_the_page_writes_canonical_json_as_the_library_does(browser, value):
    text = json.dumps(value)
    found = browser.execute_script(f"{scripts()}; return canonical(JSON.parse(arguments[0]))", text)
    assert found == rfc8785.dumps(value).decode()


@calm
@given(
    st.lists(
        any_text | st.text("'=+-@＝ \t\r\n\0\u3000\ufeffx", max_size=5), min_size=1, max_size=40
    )
)
def test_the_page_guards_cells_as_the_library_does(browser, texts):
    texts = [well_formed(text) for text in texts]
    found = browser.execute_script(f"{scripts()}; return arguments[0].map(guard)", texts)
    assert found == [guard_cell(text) for text in texts]
