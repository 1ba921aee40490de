"""The page is one file that allows its own script and style, and nothing else."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from listings import any_text

from thriftwatch.listing import well_formed
from thriftwatch.review import read_review, review_page, write_page
from thriftwatch.review.page import embedded_json, template

HOSTILE = "</script><script>alert(1)</script><!-- {{SCRIPT}} {{DATA}} \u2028"


class Page(HTMLParser):
    """The tags of a page, and the text of its scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.blocks = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in {"script", "style"}:
            self.blocks.append([tag, dict(attributes), ""])

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] in {"script", "style"}:
            self.blocks[-1][2] += data

    def handle_endtag(self, tag):
        self.tags.append((f"/{tag}", {}))


@pytest.fixture(scope="module")
def text(tmp_path_factory, model):
    path = tmp_path_factory.mktemp("page") / "scored.csv"
    path.write_text(f'judul,url\n"{HOSTILE} hoodie second import",javascript:alert(1)\n')
    return review_page(read_review(path, model))


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_there_are_one_style_the_data_and_one_script(page):
    assert [(tag, attributes.get("type")) for tag, attributes, _ in page.blocks] == [
        ("style", None),
        ("script", "application/json"),
        ("script", None),
    ]


def test_the_policy_allows_these_by_their_hashes_and_nothing_else(page):
    (policy,) = [
        attributes["content"]
        for tag, attributes in page.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    hashes = {
        tag: base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        for tag, attributes, content in page.blocks
        if "type" not in attributes
    }
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{hashes['script']}'",
        f"style-src 'sha256-{hashes['style']}'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]


def test_the_policy_stands_before_whatever_it_rules(page):
    names = [tag for tag, _ in page.tags]
    assert names.index("meta") < names.index("style") < names.index("script")
    assert names[: names.index("style")].count("meta") >= 2


def test_nothing_is_loaded_from_elsewhere(page, text):
    for tag, attributes in page.tags:
        assert not {"src", "srcset", "style", "action", "onclick"} & set(attributes), tag
        assert attributes.get("href", "#").startswith("#")
    assert "@import" not in text
    assert "url(" not in template("page.css")


def test_text_of_listings_stands_in_the_data_only(page, text):
    data = json.loads(page.blocks[1][2])
    pieces = data["items"][0]["texts"]["title"]
    title = "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)
    assert title == f"{HOSTILE} hoodie second import"
    assert text.count("alert(1)") == json.dumps(data).count("alert(1)")
    assert not re.search(r"\{\{[A-Z]+\}\}", text.replace("{{SCRIPT}} {{DATA}}", ""))


@given(any_text.map(well_formed))
def test_embedded_json_is_the_value_and_never_ends_the_script(value):
    written = embedded_json({"title": value})
    assert json.loads(written) == {"title": value}
    assert not set("<>&\u2028\u2029") & set(written)


def test_every_word_is_there_in_both_languages():
    words = template("words.js")
    indonesian, english = words.split("\n  en: {\n")
    key = re.compile(r"^    (?:'([\w ]+)'|(\w+)): ", re.M)
    assert key.findall(indonesian) == key.findall(english)
    used = set(re.findall(r'data-(?:words|label)="([\w ]+)"', template("page.html")))
    assert used <= {one or other for one, other in key.findall(english)}


def test_no_script_writes_markup():
    for name in ("words.js", "sha256.js", "state.js", "exports.js", "view.js", "main.js"):
        script = template(name)
        for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert sink not in script


def test_the_words_accuse_nobody():
    said = (template("words.js") + template("page.html")).lower()
    for word in (
        "illegal",
        "ilegal",
        "pelaku",
        "bersalah",
        "guilty",
        "criminal",
        "offender",
        "melanggar",
    ):
        assert word not in said


def test_a_page_is_written_whole_or_not_at_all(tmp_path, model):
    source = tmp_path / "scored.csv"
    source.write_text("judul\nKaos\n")
    write_page(read_review(source, model), tmp_path / "review.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["review.html", "scored.csv"]
