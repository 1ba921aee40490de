"""Shapes that carry meaning in this trade, whatever the numbers are.

One measurement pair (``68x56``) belongs to one worn piece, a size run (``S M L XL``) to new
stock; ``9/10`` is a condition, ``35rb/pcs`` a price by the piece and ``100 pcs`` a lot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.lexicon import CLASS_NUMBERS
from thriftwatch.text.tokens import Words
from thriftwatch.text.vocabulary import Vocabulary

__all__ = [
    "IN_SHAPES",
    "SHAPES",
    "Shapes",
    "Told",
    "find_shapes",
    "number_patterns",
    "shapes_in_one",
]

Ints = NDArray[np.int64]

SHAPES = (
    "condition",  # 9/10
    "percent",  # 95%
    "measurements",  # 68x56, p68, panjang 68
    "size run",  # S M L XL
    "price by unit",  # 35rb/pcs, 5jt sebal
    "count of unit",  # 100 pcs
)
_DIGIT, _TWO, _THREE, _MANY, _PRICE, _PAIR, _TIMES = range(1, 8)
_NO_UNIT = 1 << 16
IN_SHAPES = _SIZE, _UNIT, _MEASURE = tuple(
    CLASS_NUMBERS[name] for name in ("size", "unit", "measure")
)
"""Classes of words that shapes are made of, besides numbers."""


class Told(NamedTuple):
    """What shapes ask of a word.

    Attributes
    ----------
    term, word_class
        The single-word term in the `Vocabulary` and its class; -1 where there is none.
    number_kind, is_ten
        What kind of number it is, and whether it reads ``10``.
    """

    term: int = -1
    word_class: int = -1
    number_kind: int = 0
    is_ten: bool = False


_NOTHING = Told()


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes found: ``kind[k]`` (place in `SHAPES`) covers words ``first[k]`` to ``last[k]``."""

    kind: Ints
    argument: Ints
    first: Ints
    last: Ints


@cache
def number_patterns() -> dict[bytes, int]:
    """Return kinds of numbers by the word, every digit read as 0."""
    kinds: dict[str, int] = {"0": _DIGIT, "00": _TWO, "000": _THREE, "x": _TIMES}
    kinds |= {"0" * size: _MANY for size in range(4, 9)}
    for digits, unit in product(("0", "00", "000"), ("rb", "ribu", "k", "jt", "juta", "ewu")):
        kinds[digits + unit] = _PRICE
    for first, second in product(("00", "000"), repeat=2):
        kinds[f"{first}x{second}"] = _PAIR
    for name, digits in product(("p", "l", "pj", "pjg", "lb", "ld", "lp", "pl"), ("00", "000")):
        kinds[name + digits] = _PAIR
    return {pattern.encode(): kind for pattern, kind in kinds.items()}


def find_shapes(
    words: Words,
    number_kind: Ints,
    term: Ints,
    word_class: Ints,
    is_ten: NDArray[np.bool_],
    vocabulary: Vocabulary,
) -> Shapes:
    """Find the shapes in a block of words.

    Parameters
    ----------
    words
        The words of the block.
    number_kind
        int64, shape (words,): what kind of number each word is, see `number_patterns`.
    term
        int64, shape (words,): the lexicon term each word is by itself, or -1.
    word_class
        int64, shape (words,): the class of that term, or -1.
    is_ten
        bool, shape (words,): whether the word reads ``10``.
    vocabulary
        The lexicon.

    Returns
    -------
    Shapes
    """
    found: list[tuple[int, Ints, Ints, Ints]] = []
    is_size, is_unit, is_measure = (word_class == it for it in (_SIZE, _UNIT, _MEASURE))
    numbers = np.flatnonzero(number_kind != 0)
    if len(numbers):
        kind = number_kind[numbers]
        last = len(words) - 1
        after = np.minimum(numbers + 1, last)
        second = np.minimum(numbers + 2, last)
        near = (words.text[after] == words.text[numbers]) & (after > numbers)
        nearer = (words.text[second] == words.text[numbers]) & (second > after)

        def add(shape: int, chosen: NDArray[np.bool_], ends: Ints, argument: Ints | int) -> None:
            at = np.flatnonzero(chosen)
            values = np.broadcast_to(np.asarray(argument, np.int64), len(numbers))
            found.append((shape, values[at], numbers[at], ends[at]))

        slash = words.gap[numbers] == ord("/")
        add(0, (kind == _DIGIT) & slash & near & is_ten[after], after, 0)
        add(1, (kind == _TWO) & (words.gap[numbers] == ord("%")), numbers, 0)
        add(2, kind == _PAIR, numbers, 0)
        times = near & nearer & (number_kind[after] == _TIMES)
        add(2, (kind == _TWO) & times & (number_kind[second] == _TWO), second, 0)
        before = np.maximum(numbers - 1, 0)
        measured = is_measure[before] & (words.text[before] == words.text[numbers])
        add(2, ((kind == _TWO) | (kind == _THREE)) & measured, numbers, 1)
        unit_after = np.where(near & is_unit[after], vocabulary.family[term[after]], _NO_UNIT)
        unit_second = np.where(nearer & is_unit[second], vocabulary.family[term[second]], _NO_UNIT)
        is_price = (kind == _PRICE) | (kind == _MANY)
        unit = np.minimum(unit_after, unit_second)
        named_by = np.where(unit == unit_after, after, second)
        add(4, is_price & (unit < _NO_UNIT), named_by, unit)
        add(5, (kind <= _THREE) & (unit_after < _NO_UNIT), after, unit_after * 4 + kind)
    run = np.flatnonzero(is_size[:-2] & is_size[1:-1] & is_size[2:])
    if len(run):
        run = run[words.text[run] == words.text[run + 2]]
        found.append((3, np.zeros(len(run), np.int64), run, run + 2))
    kinds = [np.full(len(first), shape, np.int64) for shape, _, first, _ in found]
    empty = [np.zeros(0, np.int64)]
    return Shapes(
        np.concatenate(kinds or empty),
        np.concatenate([argument for _, argument, _, _ in found] or empty),
        np.concatenate([first for _, _, first, _ in found] or empty),
        np.concatenate([last for _, _, _, last in found] or empty),
    )


def shapes_in_one(
    told: Mapping[int, Told], gaps: Sequence[bytes], titled: int, vocabulary: Vocabulary
) -> Iterator[tuple[int, int]]:
    """Do what `find_shapes` does, without arrays: for the few words of one listing.

    Parameters
    ----------
    told
        The words that may be in shapes, by place, in order.
    gaps
        What stands behind each word.
    titled
        How many of the words stand in the title.
    vocabulary
        The lexicon.

    Yields
    ------
    (kind, argument)
    """
    for at, word in told.items():
        kind = word.number_kind
        if not kind and word.word_class != _SIZE:
            continue
        begin, end = (0, titled) if at < titled else (titled, len(gaps))
        after = told.get(at + 1, _NOTHING) if at + 1 < end else _NOTHING
        second = told.get(at + 2, _NOTHING) if at + 2 < end else _NOTHING
        if word.word_class == after.word_class == second.word_class == _SIZE:
            yield 3, 0
        if not kind:
            continue
        if kind == _DIGIT and gaps[at][:1] == b"/" and after.is_ten:
            yield 0, 0
        if kind == _TWO and gaps[at][:1] == b"%":
            yield 1, 0
        crossed = after.number_kind == _TIMES and second.number_kind == _TWO
        if kind == _PAIR or (kind == _TWO and crossed):
            yield 2, 0
        before = told.get(at - 1, _NOTHING) if at > begin else _NOTHING
        if kind in (_TWO, _THREE) and before.word_class == _MEASURE:
            yield 2, 1
        unit_after, unit_second = (
            vocabulary.family_list[named.term] if named.word_class == _UNIT else _NO_UNIT
            for named in (after, second)
        )
        unit = min(unit_after, unit_second)
        if kind in (_PRICE, _MANY) and unit < _NO_UNIT:
            yield 4, unit
        if kind <= _THREE and unit_after < _NO_UNIT:
            yield 5, unit_after * 4 + kind
