"""Which unfamiliar words are spellings of one word, and of which word of the lexicon."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

__all__ = ["nearest_form", "respellings"]

_NEAR = 0.8
"""Similarity from which words are one: of five letters four are equal. Shorter ones are too near to
too many others."""
_SHORTEST = 5
_MOST = 20_000


def respellings(users: Mapping[str, int]) -> dict[str, str]:
    """Join unfamiliar words that differ by a letter.

    Parameters
    ----------
    users
        How many sellers use each word. Nothing else is looked at, least of all when and by whom a
        word is used: who chose spellings by that would find a trend in what is chance.

    Returns
    -------
    dict of str to str
        For each word that is a spelling of a more usual one, that one.

    Notes
    -----
    Words are joined with the most usual one near them, not with one another, so that no chain of
    single letters leads from a word to quite another. Only words with the same first letter are
    compared, and of very many the 20,000 most usual.

    Examples
    --------
    >>> respellings({"zorbek": 5, "zorbak": 2, "zurbak": 1, "kaos": 9, "kaus": 9})
    {'zorbak': 'zorbek'}
    """
    words = [word for word in users if len(word) >= _SHORTEST]
    ordered = sorted(words, key=lambda word: (-users[word], word))[:_MOST]
    heads: defaultdict[str, list[str]] = defaultdict(list)
    joined: dict[str, str] = {}
    for word in ordered:
        if (head := _nearest(word, heads[word[0]])) is None:
            heads[word[0]].append(word)
        else:
            joined[word] = head
    return joined


def nearest_form(word: str, forms: Iterable[str]) -> str | None:
    """Return the form of the lexicon that a word is a letter away from, if there is one.

    Examples
    --------
    >>> nearest_form("balpresh", ["monza", "balpres"])
    'balpres'
    """
    first = [form for form in forms if len(form) >= _SHORTEST and form[0] == word[0]]
    return _nearest(word, first) if len(word) >= _SHORTEST else None


def _nearest(word: str, others: list[str]) -> str | None:
    found = process.extractOne(word, others, scorer=OSA.normalized_similarity, score_cutoff=_NEAR)
    return None if found is None else str(found[0])
