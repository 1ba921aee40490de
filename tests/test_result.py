"""The objects that carry a score: plain values out, and a safe view in a notebook."""

import copy
import json
import pickle
import re
from dataclasses import FrozenInstanceError, fields, replace
from html import unescape

import numpy as np
import pytest

from thriftwatch import score_listing, score_listings
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN, ListingScore, Reason

WORDS = Reason(
    "title", 14, 27, "second import", "foreign", 2.4, "Kata ini menunjuk.", "These words point."
)
DENIAL = Reason("description", 0, 4, "baru", "worn", -1.3, "Kata ini membantah.", "This denies.")
FOUND = ListingScore(
    score=0.97,
    tier="likely",
    facts={"goods": 0.99, "worn": 0.98, "foreign": 0.96},
    reasons=(WORDS, DENIAL),
    model="thriftwatch-id 1.0.0 (sha256:ab12)",
    policy="imported",
)


def test_a_score_is_a_number():
    assert float(FOUND) == 0.97


@pytest.mark.parametrize("value", [WORDS, FOUND])
def test_results_cannot_be_changed_and_can_be_copied_and_sent(value):
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, "other")
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value
    assert len({value, copy.deepcopy(value)}) == 1


def test_a_reason_says_whether_it_speaks_for_or_against():
    assert WORDS.supports
    assert not DENIAL.supports


def test_the_dictionary_survives_json_whatever_the_numbers_were():
    found = replace(
        FOUND,
        score=np.float64(0.5),
        facts={"goods": np.float32(0.5)},
        reasons=(replace(WORDS, start=np.int64(14), weight=np.float32(2.5)),),
    )
    sent = found.to_dict()
    assert json.loads(json.dumps(sent)) == sent
    assert sent["reasons"][0]["start"] == 14
    assert list(sent) == ["score", "tier", "facts", "reasons", "model", "policy"]


def test_the_notebook_view_shows_everything_and_what_it_is_not():
    html = FOUND._repr_html_()
    for part in ("0.97", "likely", "kemungkinan besar", "0.98", "second import", DISCLAIMER):
        assert part in html
    assert DISCLAIMER_EN in html
    assert WORDS.note in html
    assert WORDS.note_en in html


def test_the_notebook_view_never_says_for_and_against_by_colour_alone():
    html = FOUND._repr_html_()
    assert "<strong>+</strong> <q>second import</q>" in html
    assert "<strong>−</strong> <q>baru</q>" in html


TITLE, DESCRIPTION = "Hoodie Uniqlo second import", "baru\n2 kali pakai"
SHOWN = replace(FOUND, title=TITLE, description=DESCRIPTION)


def test_the_notebook_view_marks_the_words_with_fact_and_direction():
    html = SHOWN._repr_html_()
    (speaking_for, against) = re.findall("<mark(.*?)>(.*?)<small.*?>(.*?)</small>", html)
    assert speaking_for[1:] == ("second import", "&nbsp;+asal luar")
    assert against[1:] == ("baru", "&nbsp;−bekas")
    assert "solid" in speaking_for[0]
    assert "dashed" in against[0]


def test_the_notebook_view_is_drawn_in_the_colour_of_the_text():
    html = SHOWN._repr_html_()
    colours = re.findall(r"(?<![-\w])color:([^;\"]+)", html)
    assert set(colours) == {"inherit"}
    # Tints let light and dark through.
    assert all(0 < float(alpha) <= 0.25 for alpha in re.findall(r"rgb\([\d ]+/ ([\d.]+)\)", html))
    assert "#" not in html


def test_the_notebook_view_shows_the_whole_listing():
    shown = unescape(re.sub("<small.*?</small>|<.*?>", "", SHOWN._repr_html_()))
    assert TITLE in shown
    assert DESCRIPTION in shown


def test_the_texts_of_a_listing_are_for_the_view_alone():
    assert SHOWN == FOUND
    assert hash(SHOWN) == hash(FOUND)
    assert SHOWN.to_dict() == FOUND.to_dict()
    assert repr(SHOWN) == repr(FOUND)


def test_a_score_with_reasons_brings_the_texts_they_lie_in():
    for found in (
        score_listing(TITLE, DESCRIPTION),
        *score_listings([(TITLE, DESCRIPTION)], reasons=3),
    ):
        assert (found.title, found.description) == (TITLE, DESCRIPTION)


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "</script><script>", '"><b>'])
def test_the_notebook_view_shows_markup_as_text(text):
    found = score_listing(f"{text} second import", f"bekas {text}")
    shown = unescape(
        re.sub("<small.*?</small>|</?(?:mark|bdi|div|strong)[^>]*>", "", found._repr_html_())
    )
    assert f"{text} second import" in shown
    assert not re.search("<(img|script|b)[ >]", found._repr_html_())


def test_the_notebook_view_escapes_what_sellers_write():
    bad = replace(WORDS, text="<script>alert(1)</script>", note="<b>&", note_en='"<i>')
    html = replace(FOUND, reasons=(bad,), model="<m>", tier="<t>", policy="<p>")._repr_html_()
    for raw in ("<script>", "<b>", "<i>", "<m>", "<t>", "<p>"):
        assert raw not in html


def test_the_notebook_view_does_without_reasons():
    assert "<ul" not in replace(FOUND, reasons=())._repr_html_()
