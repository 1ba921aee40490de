"""What a model remembers of the words it has met never changes a result, nor does company."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from listings import FLAGGED, listings

import thriftwatch
from thriftwatch import load_model
from thriftwatch.compiled import is_compiled
from thriftwatch.domain import FIELDS, POLICIES
from thriftwatch.files import read_table
from thriftwatch.model import batch
from thriftwatch.text.fields import MOST_CACHED

SAMPLE = read_table(Path(__file__).parents[2] / "data" / "sample" / "labelled.csv").table
words = st.sampled_from([*FLAGGED, "uniqlo", "bandung", "kilau", "s", "3jt", "b3k4s"]) | st.text(
    "aeiklnrstu0123 ", min_size=1, max_size=40
)
texts = st.lists(words, max_size=12).map(" ".join)
EXPLAINED = 600


def columns_of_sample(rows=None):
    """Titles, descriptions and shops, as lists."""
    return [SAMPLE[name].to_pylist()[:rows] for name in FIELDS]


@pytest.fixture(scope="module")
def expected():
    """The outputs for the sample, of a model that has met nothing before."""
    return copy(load_model()).outputs(*columns_of_sample()[:2])


# What was scored before, and beside


@given(texts, st.lists(texts, max_size=30))
@example("kaos kilau", ["kilau"])
@example("kaos kilau", ["kilau", "kilau kilang kilas kilat kilir kilus"])
@example("uniqlo bandung", ["x", "uniqlo y z bandung a b c d e"])
@settings(max_examples=40)
def test_what_was_scored_before_changes_nothing(text, earlier):
    fresh, experienced = copy(load_model()), copy(load_model())
    if earlier:
        nothing = [""] * len(earlier)
        experienced.score_batch(earlier, nothing, nothing)
    one = (text, "", "")
    assert fresh.score_one(*one, policy="imported") == experienced.score_one(
        *one, policy="imported"
    )


@pytest.mark.parametrize("policy", POLICIES)
def test_every_listing_of_the_sample_scores_alone_as_in_a_batch(policy):
    model = copy(load_model())
    columns = columns_of_sample()
    together = model.score_batch(*columns, policy=policy)
    for place, row in enumerate(zip(*columns, strict=True)):
        alone = model.score_one(*row, policy=policy)
        assert alone.score == together.score[place]
        assert alone.facts == tuple(together.facts[place])
        assert alone.tier == together.tier[place]


@given(listings)
@example([("", "\ud800"), ("\udfff kaos", ""), ("kaos", "bekas")])
def test_any_listing_scores_alone_as_in_a_batch(many):
    model = load_model()
    titles, descriptions = zip(*many, strict=True)
    together = model.outputs(titles, descriptions)
    alone = [model.outputs([title], [description])[0] for title, description in many]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_the_size_of_blocks_changes_nothing(expected, rows, monkeypatch):
    monkeypatch.setattr(batch, "AT_ONCE", rows)
    found = copy(load_model()).outputs(*columns_of_sample()[:2])
    np.testing.assert_array_equal(found, expected)


def test_the_order_of_listings_changes_nothing(expected):
    order = np.random.default_rng(0).permutation(len(expected))
    columns = [[column[place] for place in order] for column in columns_of_sample()[:2]]
    np.testing.assert_array_equal(copy(load_model()).outputs(*columns), expected[order])


def test_threads_share_a_model_and_change_nothing(expected):
    model, (titles, descriptions, _) = copy(load_model()), columns_of_sample()

    def some(start):
        return model.outputs(titles[start::7], descriptions[start::7])

    with ThreadPoolExecutor(7) as threads:
        for start, found in enumerate(threads.map(some, range(7))):
            np.testing.assert_array_equal(found, expected[start::7])


def outputs_of(model, titles, descriptions):
    return model.outputs(titles, descriptions)


def test_another_process_gives_the_same(expected):
    columns = [column[:500] for column in columns_of_sample()[:2]]
    with get_context("spawn").Pool(1) as pool:
        found = pool.apply(outputs_of, (load_model(), *columns))
    np.testing.assert_array_equal(found, expected[:500])


# Forgetting


@pytest.mark.parametrize("every", [1, 7, 500])
def test_forgetting_now_and_then_changes_nothing(every, expected):
    model = copy(load_model())
    document = model.explainer().heads.document
    columns = columns_of_sample(1000)[:2]
    for place, (title, description) in enumerate(zip(*columns, strict=True)):
        if place % every == 0:
            document.evict()
        np.testing.assert_array_equal(model.outputs([title], [description])[0], expected[place])


def test_more_words_than_are_remembered_change_nothing(expected):
    model = copy(load_model())
    heads = model.explainer().heads
    for start in range(0, 2 * MOST_CACHED, 5000):
        model.outputs([" ".join(f"q{n:x}z" for n in range(start, start + 5000))], [""])
        assert heads.document.words_known <= MOST_CACHED + 5000
    assert heads.document.generation > 1
    np.testing.assert_array_equal(model.outputs(*columns_of_sample()[:2]), expected)


@pytest.mark.skipif(is_compiled(), reason="compiled code is not interrupted")
@pytest.mark.parametrize("step", ["evict", "_cache_row", "_find_terms", "_count_words", "join"])
def test_an_interruption_is_forgotten(step, monkeypatch):
    model, one = copy(load_model()), ("kaos 2017 1999 second", "", "")  # both years read 0000
    model.score_one("kaos 2017 second", "", "", policy="imported")
    heads = model.explainer().heads
    owner = next(kind for kind in (type(heads), type(heads.document)) if hasattr(kind, step))
    monkeypatch.setattr(owner, step, interrupted)
    for score in (model.score_one, lambda *one, policy: model.outputs([one[0]], [one[1]])):
        cached = model.explainer().heads.document
        cached.words_known += (MOST_CACHED + 1) * (step == "evict")
        with pytest.raises(KeyboardInterrupt):
            score("jaket 1998 baru", "", "", policy="imported")
    monkeypatch.undo()
    fresh = copy(load_model())
    assert model.score_one(*one, policy="imported") == fresh.score_one(*one, policy="imported")


def interrupted(*_):
    raise KeyboardInterrupt


def test_no_listing_is_scored_with_another_ones_description():
    with pytest.raises(ValueError, match="2 titles and 1 descriptions"):
        load_model().outputs(["kaos", "jaket"], ["bekas"])


# Compiled, or the source


def judge_sample():
    """Return the outputs for the sample, to the last bit, and the reasons for a part of it."""
    model = load_model()
    columns = columns_of_sample()
    outputs = model.outputs(*columns[:2])
    explained = model.explain_batch(*(column[:EXPLAINED] for column in columns), limit=20)
    reasons = [[repr(reason) for reason in reasons] for _, reasons in explained]
    return json.dumps([is_compiled(), outputs.tobytes().hex(), reasons])


@pytest.mark.skipif(not is_compiled(), reason="nothing is compiled here")
def test_compiled_modules_give_what_their_source_gives():
    compiled, outputs, reasons = json.loads(judge_sample())
    paths = [str(Path(thriftwatch.__file__).parents[1]), *map(str, Path(__file__).parents[:2])]
    command = [sys.executable, "-c", "import test_model; print(test_model.judge_sample())"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "THRIFTWATCH_COMPILED": "0"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    source, source_outputs, source_reasons = json.loads(done.stdout)
    assert (compiled, source) == (True, False)
    assert outputs == source_outputs
    assert reasons == source_reasons
