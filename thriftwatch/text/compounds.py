"""Take glued words apart: ``jualthriftmurah``, ``sepatubekas``, ``SecondNya``.

Sellers leave the spaces out, some to slip past keyword lists. A word is taken apart only if all of
it is made of words of the seller vocabulary, and one of them is a word worth hiding: then phrases,
traps and denials see what stands there (*laptopbekas* is a laptop, *bekasluka* a scar).
"""

from collections.abc import Sequence, Set
from functools import cache

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import GOLDEN, eight_bytes, rows
from thriftwatch.text.unmask import (
    HIDDEN_CLASSES,
    SHORTEST_SURE,
    misspellings,
    single_words,
    sure_words,
)
from thriftwatch.text.vocabulary import load_vocabulary

__all__ = ["may_be_compound", "maybe_compound", "split_compound"]

_SHORTEST_PIECE = 4
_SHORTEST_COMPOUND = SHORTEST_SURE + 2  # the shortest suffix
_SHORT_PIECES = frozenset({"garment", "adjacent", "origin", "place"})
"""Classes whose words of three letters are pieces, too: *rok*, *tas*, *usa*, *bdg*."""
_TAKEN_APART = HIDDEN_CLASSES | {"evasion"}
_SUFFIXES = frozenset(b"id ku nya ori".split())
_NAMES = frozenset({b"threesecond"})
_ORDINARY_BEFORE = frozenset(b"modeoff trefac hardoff bookoff".split())
"""Shops whose names begin ordinary words: *mode offline*, *trefactory*."""
_ENDING = b"an"  # of thriftan; but sortiran is a word of its own
_FEW_WORDS = 24  # sooner looked at one by one than with arrays
_FIVE_BYTES = np.uint64((1 << 40) - 1)
_PROMISE_BITS = 16


def split_compound(word: bytes) -> tuple[bytes, ...] | None:
    """Return the words that a glued word is made of.

    Parameters
    ----------
    word
        Lower-case ASCII letters and digits.

    Returns
    -------
    tuple of bytes or None
        The fewest words that make it up; None where it is no such compound.

    Examples
    --------
    >>> split_compound(b"jualthriftbandung"), split_compound(b"bekasnya")
    ((b'jual', b'thrift', b'bandung'), (b'bekas', b'nya'))
    >>> split_compound(b"secondary"), split_compound(b"bekasitimur"), split_compound(b"thrifting")
    (None, None, None)
    """
    if not may_be_compound(word):  # soon said, before the pieces are put together
        return None
    if word in _pieces() or word in misspellings() or word in _NAMES:
        return None
    found = _fewest(word, _pieces())
    return found if found and not _hidden().isdisjoint(found) else None


def _fewest(word: bytes, pieces: Set[bytes]) -> tuple[bytes, ...] | None:
    """Return the fewest pieces that make up a word, or None."""
    best: list[tuple[bytes, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, known = best[start], best[end]
            if before is None or (known is not None and len(before) + 1 >= len(known)):
                continue
            if word[start:end] in pieces:
                best[end] = (*before, word[start:end])
    return best[-1]


def maybe_compound(words: Sequence[bytes]) -> set[bytes]:
    """Return the words that `split_compound` may take apart, and few others.

    Examples
    --------
    >>> sorted(maybe_compound([b"kilau", b"secondary", b"kaosbekas"]))
    [b'kaosbekas', b'secondary']
    """
    if len(words) >= _FEW_WORDS:
        words = _promising([word for word in words if len(word) >= _SHORTEST_COMPOUND])
    return {word for word in words if may_be_compound(word)}


def may_be_compound(word: bytes) -> bool:
    """Return whether `split_compound` may take a word apart; of few others it says so."""
    if len(word) < _SHORTEST_COMPOUND:
        return False
    size = SHORTEST_SURE
    beginnings = (word[at : at + size] for at in range(len(word) - size + 1))
    return not _beginnings().isdisjoint(beginnings)


def _promising(words: Sequence[bytes]) -> list[bytes]:
    """Return the words that may hold a beginning of a hidden word, by a hash of five letters."""
    text = b" ".join(words)
    at = np.flatnonzero(_promise().take(_hash_of_five(text)))
    ends = np.cumsum([len(word) + 1 for word in words])
    return [words[place] for place in np.searchsorted(ends, at, side="right").tolist()]


def _hash_of_five(text: bytes) -> NDArray[np.int64]:
    """Hash every byte of a text with the four behind it, to `_PROMISE_BITS` bits."""
    fives = eight_bytes(np.frombuffer(text + bytes(7), np.uint8)) & _FIVE_BYTES
    return rows(fives * GOLDEN, _PROMISE_BITS)


@cache
def _promise() -> NDArray[np.bool_]:
    table = np.zeros(1 << _PROMISE_BITS, bool)
    for five in _beginnings():
        table[_hash_of_five(five)[0]] = True
    return table


@cache
def _hidden() -> frozenset[bytes]:
    return sure_words() - _ORDINARY_BEFORE


@cache
def _beginnings() -> frozenset[bytes]:
    return frozenset(word[:SHORTEST_SURE] for word in _hidden())


@cache
def _pieces() -> frozenset[bytes]:
    """Return the words that compounds are made of."""
    simple = {word for word in load_vocabulary().numbers if len(word) >= _SHORTEST_PIECE}
    simple |= single_words(_SHORT_PIECES, _SHORTEST_PIECE - 1) | _SUFFIXES
    # Terms that are glued words themselves, most of them hashtags.
    compounds = maybe_compound(list(single_words(_TAKEN_APART, 2 * _SHORTEST_PIECE)))
    simple -= {word for word in compounds if _fewest(word, simple - {word})}
    return frozenset(simple | {_ENDING})
