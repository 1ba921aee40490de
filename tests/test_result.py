"""The objects that carry a score: plain values out, and a safe view in a notebook."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

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
    assert "#" not in html  # no colours of its own: light and dark both work


def test_the_notebook_view_escapes_what_sellers_write():
    bad = replace(WORDS, text="<script>alert(1)</script>", note="<b>&", note_en='"<i>')
    html = replace(FOUND, reasons=(bad,), model="<m>", tier="<t>", policy="<p>")._repr_html_()
    for raw in ("<script>", "<b>", "<i>", "<m>", "<t>", "<p>"):
        assert raw not in html


def test_the_notebook_view_does_without_reasons():
    assert "<ul" not in replace(FOUND, reasons=())._repr_html_()
