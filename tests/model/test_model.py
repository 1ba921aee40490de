"""What a model remembers of the words it has met never changes a result."""

from copy import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from listings import FLAGGED

from thriftwatch import load_model
from thriftwatch.files import read_table

SAMPLE = read_table(Path(__file__).parents[2] / "data" / "sample" / "labelled.csv").table
words = st.sampled_from([*FLAGGED, "uniqlo", "bandung", "kilau", "s", "3jt", "b3k4s"]) | st.text(
    "aeiklnrstu0123 ", min_size=1, max_size=40
)
texts = st.lists(words, max_size=12).map(" ".join)


@given(texts, st.lists(texts, max_size=30))
@example("kaos kilau", ["kilau"])
@example("kaos kilau", ["kilau", "kilau kilang kilas kilat kilir kilus"])
@example("uniqlo bandung", ["x", "uniqlo y z bandung a b c d e"])
def test_what_was_scored_before_changes_nothing(text, earlier):
    fresh, experienced = copy(load_model()), copy(load_model())
    if earlier:
        nothing = [""] * len(earlier)
        experienced.score_batch(earlier, nothing, nothing)
    one = (text, "", "")
    assert fresh.score_one(*one, policy="imported") == experienced.score_one(
        *one, policy="imported"
    )


def test_every_listing_of_the_sample_scores_alone_as_in_a_batch():
    model = copy(load_model())
    columns = [
        [row[name] for row in SAMPLE.to_pylist()] for name in ("title", "description", "shop")
    ]
    batch = model.score_batch(*columns)
    alone = [model.score_one(*row, policy="imported") for row in zip(*columns, strict=True)]
    for name in ("score", "facts"):
        np.testing.assert_allclose(
            [getattr(one, name) for one in alone], getattr(batch, name), rtol=0, atol=1e-6
        )


@pytest.mark.parametrize("most", [0, 7, 500])
def test_forgetting_now_and_then_changes_nothing(most, monkeypatch):
    rows = list(zip(*(SAMPLE[name].to_pylist()[:300] for name in ("title", "shop")), strict=True))
    remembering, forgetful = copy(load_model()), copy(load_model())
    expected = [remembering.score_one(title, "", shop, policy="imported") for title, shop in rows]
    monkeypatch.setattr("thriftwatch.text.scan.MOST_WORDS", most)
    found = [forgetful.score_one(title, "", shop, policy="imported") for title, shop in rows]
    for one, same in zip(found, expected, strict=True):
        np.testing.assert_allclose(
            (one.score, *one.facts, one.tier), (same.score, *same.facts, same.tier), 0, 1e-6
        )


def test_an_interruption_while_forgetting_counts_no_word_twice(monkeypatch):
    model = copy(load_model())
    model.score_one("kaos 2017 second", "", "", policy="imported")

    def interrupted(*_):
        raise KeyboardInterrupt

    memory = model._memory()
    monkeypatch.setattr(type(memory), "forget", interrupted)
    with pytest.raises(KeyboardInterrupt):
        memory.store.clear()
    monkeypatch.undo()
    one = ("kaos 2017 1999 second", "", "")  # both years read 0000
    assert model.score_one(*one, policy="imported") == copy(load_model()).score_one(
        *one, policy="imported"
    )
