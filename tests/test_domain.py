"""The one place that knows the facts: what else names them, and the rules that hang on them."""

import ast
import re
from collections import defaultdict
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import thriftwatch
from thriftwatch.domain import (
    ELEMENTS,
    FACTS,
    FIELDS,
    OUTPUTS,
    POLICIES,
    POLICY_FACTS,
    SURE_OF,
    TIERS,
    log_odds_of,
    probability_of,
    tier_of,
)
from thriftwatch.listing import COLUMN_NAMES, Listing
from thriftwatch.model.explain import _STATED_BY
from thriftwatch.training.labelled import COLUMN_VALUES, Labelled

PACKAGE = Path(thriftwatch.__file__).parent
SHARES = st.floats(0, 1)

NAMED_IN = {
    "domain.py": "the facts themselves",
    "listing.py": "names of the labelled columns",
    "evaluation/plots.py": "rows are cut by the labelled column goods",
    "evaluation/slices.py": "rows are cut by the labelled column goods",
    "model/explain.py": "word classes of the lexicon that share a name with a fact",
    "review/state.js": "the facts on the review page",
    "review/words.js": "their names there, Indonesian and English",
    "watch/index_files.py": "an array of the words that name goods, of any kind",
    "watch/listing_words.py": "the class of the lexicon that is called so",
}
"""The files of the package that may name a fact. Where a new fact has to be thought of:

- `thriftwatch.domain.ELEMENTS`, and `POLICY_FACTS` and `SURE_OF` if a policy turns on it;
- its labelled column: `Labelled` and `COLUMN_NAMES`;
- `model.explain._STATED_BY`: the word classes that say by their meaning that they bear on it;
- `training.heads`: what a copy without its evidence and a wanted advertisement say of it;
- the review page: ``state.js``, ``words.js`` and the colours in ``page.css``; `notebook._TINTS`;
- what imports `GOODS`, `WORN` or `FOREIGN` treats that one in its own way.
"""


def named_facts(file):
    """Return the lines of a file on which the name of a fact stands as text of its own."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        constants = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
        return [node.lineno for node in constants if node.value in FACTS]
    names = "|".join(FACTS)
    pattern = re.compile(rf"""['"]({names})['"]|^\s*({names}):""")
    return [number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def test_facts_are_named_in_few_places():
    found = defaultdict(list)
    for file in sorted(PACKAGE.rglob("*")):
        place = file.relative_to(PACKAGE).as_posix()
        if file.suffix in {".py", ".js", ".html", ".jinja"} and not place.startswith("text/"):
            found[place] += named_facts(file)
    named = {place: lines for place, lines in found.items() if lines}
    unlisted = {place: lines for place, lines in named.items() if place not in NAMED_IN}
    assert not unlisted, f"use thriftwatch.domain there, or list them: {unlisted}"
    assert set(NAMED_IN) == set(named), "no longer needed in the list"


@pytest.mark.parametrize("element", ELEMENTS, ids=FACTS)
def test_every_place_that_needs_a_fact_has_it(element):
    assert element.column in COLUMN_NAMES
    assert element.column in {field.name for field in fields(Labelled)}
    assert COLUMN_VALUES[element.column] == element.values
    assert element.name in _STATED_BY
    words, state, style = (
        PACKAGE.joinpath("review", name).read_text(encoding="utf-8")
        for name in ("words.js", "state.js", "page.css")
    )
    assert len(re.findall(rf"^    {element.name}: '", words, re.MULTILINE)) == 2
    assert f"'{element.name}'" in state
    assert f"\n.{element.name} {{" in style


@pytest.mark.parametrize("element", ELEMENTS, ids=FACTS)
def test_a_fact_is_told_from_its_column_by_one_value(element):
    assert bool(element.yes) != bool(element.no)
    assert {element.yes, element.no} - {""} <= set(element.values)
    held = element.holds(np.array(element.values, object))
    assert held.dtype == bool
    assert held.any()
    assert not held.all()


def test_a_listing_has_these_fields_and_a_policy_only_known_outputs():
    assert tuple(field.name for field in fields(Listing)) == FIELDS
    assert tuple(SURE_OF) == tuple(POLICY_FACTS) == POLICIES
    assert {name for facts in POLICY_FACTS.values() for name in facts} <= set(FACTS)
    assert {name for asked in SURE_OF.values() for name in asked} <= set(OUTPUTS)


# --- the tier rule -------------------------------------------------------------------------------


def rule(score, certain, foreign, thresholds, policy):
    if score >= thresholds["likely"] and (policy == "all-used" or max(certain, foreign) >= 0.5):
        return "likely"
    return "review" if score >= thresholds["review"] else "clear"


@given(
    st.lists(st.tuples(SHARES, SHARES, SHARES), min_size=1),
    st.lists(SHARES, min_size=2, max_size=2).map(sorted),
    st.sampled_from(POLICIES),
)
def test_one_rule_puts_one_listing_and_many_in_tiers(rows, bounds, policy):
    thresholds = dict(zip(("review", "likely"), bounds, strict=True))
    expected = [rule(*row, thresholds, policy) for row in rows]
    alone = [
        tier_of(score, {"certain": certain, "foreign": foreign}, thresholds, policy)
        for score, certain, foreign in rows
    ]
    score, certain, foreign = np.array(rows).T
    together = tier_of(score, {"certain": certain, "foreign": foreign}, thresholds, policy)
    assert [TIERS[place] for place in alone] == [TIERS[place] for place in together] == expected


# --- log-odds ------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_probabilities_of_numbers_and_of_arrays_are_the_same(log_odds):
    alone = [probability_of(one) for one in log_odds]
    assert all(type(one) is float and 0 < one < 1 for one in alone)
    np.testing.assert_allclose(probability_of(np.array(log_odds)), alone, rtol=1e-12)


@given(st.lists(SHARES, min_size=1))
def test_log_odds_of_numbers_and_of_arrays_are_the_same(probabilities):
    alone = [log_odds_of(one) for one in probabilities]
    assert all(type(one) is float and abs(one) < 28 for one in alone)
    np.testing.assert_allclose(log_odds_of(np.array(probabilities)), alone, rtol=1e-12, atol=1e-12)


@given(st.floats(-27, 27))
def test_log_odds_survive_the_way_there_and_back(log_odds):
    # Next to 1 a double has few digits left to tell probabilities apart.
    assert log_odds_of(probability_of(log_odds)) == pytest.approx(log_odds, abs=1e-3)
