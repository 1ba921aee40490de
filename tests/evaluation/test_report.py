"""The report: one page, no network, hostile listings shown as text."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from thriftwatch import evaluate
from thriftwatch.errors import InputError
from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.learning import LearningCurve, LearningPoint
from thriftwatch.evaluation.report import render_report

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}} &amp; second import bal'
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and whether they are closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def hostile(sample):
    """The sample with labels turned round, so that hostile titles are among the mistakes."""
    frame = sample.to_pandas()
    frame["label"] = ["0" if label == "1" else "1" for label in frame["label"]]
    frame.loc[frame["label"] == "0", "title"] = HOSTILE
    frame.loc[frame["label"] == "1", "platform"] = "<b>shopee</b> $\\frac$ \x1b[2J \U0001f6cd"
    catalogue = pa.table({"title": [HOSTILE, *["panci"] * 50], "source": ["<i>a</i>"] * 51})
    found = evaluate(pa.Table.from_pandas(frame), stream=catalogue, samples=10)
    return replace(found, name="<u>model</u>")


@pytest.fixture(scope="module")
def page(hostile):
    return render_report(hostile)


def test_hostile_text_is_text(page):
    read = Page(page)
    assert read.open == []
    assert not read.all("script")
    assert not [tag for tag, _ in read.tags if tag in {"b", "i", "u"}]
    assert all(image["src"].startswith("data:image/svg+xml;base64,") for image in read.all("img"))
    shown = read.text.replace("+", "")
    assert "<script>alert(1)</script>" in shown
    assert "{{7*7}}" in shown


def test_nothing_is_fetched_and_nothing_runs(page):
    (policy,) = (m["content"] for m in Page(page).all("meta") if "http-equiv" in m)
    assert "default-src 'none'" in policy
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    fetched = [a[name] for _, a in Page(page).tags for name in ("src", "href") if name in a]
    assert fetched
    assert all(address.startswith(("data:image/svg+xml;", "#")) for address in fetched)
    assert "url(" not in style
    for image in Page(page).all("img"):
        svg = base64.b64decode(image["src"].partition(",")[2]).decode()
        assert "<script" not in svg
    assert not any(
        name.startswith("on") or name == "style" for _, a in Page(page).tags for name in a
    )


def test_the_page_can_be_read_without_seeing_it(page):
    read = Page(page)
    assert read.all("html")[0]["lang"] == "id"
    assert all(len(image["alt"]) > 20 for image in read.all("img"))
    assert all("scope" in cell for cell in read.all("th"))
    ids = {a["id"] for _, a in read.tags if "id" in a}
    assert {link["href"].removeprefix("#") for link in read.all("a")} <= ids
    assert len(read.all("h1")) == 1
    scrolled = [a for _, a in read.tags if a.get("class") == "scroll"]
    assert scrolled
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in scrolled)


def test_reasons_are_marked_by_more_than_colour(page):
    marks = re.findall(
        r'<mark class="(for|against)" title="[^"]+"><span class="sign">(.)</span>', page
    )
    assert {("for", "+")} <= set(marks) <= {("for", "+"), ("against", "−")}


def test_all_that_was_measured_is_on_it(page, hostile):
    read = Page(page)
    for word in ("Ringkasan", "Angka utama", "Katalog", "Kesalahan", "Perilaku", "Kartu model"):
        assert word in read.text
    assert f"{hostile['average_precision'].value:.3f}" in read.text
    assert "bukan temuan tentang penjual" in read.text


def test_given_scores_make_a_report_too(tmp_path):
    table = pa.table({"label": [0, 1] * 20})
    found = evaluate(table, scores=[0.2, 0.8] * 20, samples=10)
    found.to_html(tmp_path / "report.html")
    read = Page((tmp_path / "report.html").read_text())
    assert "skor yang diberikan" in read.text
    assert "Perilaku" not in read.text


def test_a_folder_that_is_not_there_is_said_before_the_work(evaluation):
    with pytest.raises(InputError, match='folder "no-such-folder" does not exist'):
        evaluation.to_html("no-such-folder/report.html")


def test_a_learning_curve_is_shown_where_there_is_one(evaluation, tmp_path):
    points = (
        LearningPoint(100, Interval(0.6, 0.5, 0.7, 0.95, 10)),
        LearningPoint(1000, Interval(0.8, 0.7, 0.9, 0.95, 10)),
    )
    curve = LearningCurve(points, tested=50, level=0.95)
    evaluation.to_html(tmp_path / "report.html", behaviour=False, learning=curve)
    read = Page((tmp_path / "report.html").read_text())
    assert "Would more labels help?" in read.text
    assert any("1,000 rows 0.800 [0.700, 0.900]" in image["alt"] for image in read.all("img"))
