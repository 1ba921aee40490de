"""The attack pools are well-formed, and what is for measuring is for measuring alone."""

import csv
import re
from itertools import chain
from pathlib import Path

import pytest
from attacks import POOLS, expanded, read_pairs, read_pool

ROOT = Path(__file__).parents[2]
CASES = ROOT.parent / "shared" / "cases" / "listings.csv"
KINDS = (
    "claims", "lawful", "neutral", "prose", "search", "shops-trade", "shops-vague", "sizes",
    "synonyms",
)  # fmt: skip
PURPOSES = ("measure", "train")
NAMES = [f"{purpose}-{kind}" for purpose in PURPOSES for kind in KINDS]


def normalised(text):
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def texts_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cells = (row[name] or "" for row in rows for name in ("title", "description", "shop"))
    return {normalised(line) for cell in cells for line in re.split(r"\n|(?<=[.!?]) ", cell)}


def test_every_file_is_a_pool_that_is_known():
    assert {path.stem for path in POOLS.glob("*.txt")} == {*NAMES, "alphabets"}


@pytest.mark.parametrize("name", NAMES)
def test_a_pool_says_what_it_is_and_has_forty_different_entries(name):
    assert (POOLS / f"{name}.txt").read_text(encoding="utf-8").startswith("# ")
    entries = [normalised(entry) for entry in read_pool(name)]
    assert len(entries) >= 40
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize("name", NAMES)
def test_entries_have_no_space_around_them_and_braces_in_pairs(name, random):
    for entry in read_pool(name):
        assert entry == entry.strip()
        assert not set(expanded(entry, random).replace("{goods}", "")) & set("{}")


def test_measuring_and_training_share_no_line():
    measure, train = (
        {normalised(entry) for kind in KINDS for entry in read_pool(f"{purpose}-{kind}")}
        for purpose in PURPOSES
    )
    assert not measure & train


@pytest.mark.parametrize("path", [ROOT / "data" / "sample" / "labelled.csv", CASES])
def test_no_entry_is_a_line_of_the_sample_or_of_a_case(path):
    if not path.exists():
        pytest.skip(f"{path} is not there")
    entries = chain.from_iterable(read_pool(name) for name in NAMES)
    assert not {normalised(entry) for entry in entries} & texts_of(path)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_search_has_one_place_for_the_goods(purpose):
    assert {entry.count("{goods}") for entry in read_pool(f"{purpose}-search")} == {1}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_synonyms_are_pairs_of_different_words(purpose):
    pairs = read_pairs(f"{purpose}-synonyms")
    assert all(one and other and one != other for one, other in pairs)


def test_alphabets_have_twenty_six_letters():
    assert {len(letters.split()) for _, letters in read_pairs("alphabets")} == {26}
