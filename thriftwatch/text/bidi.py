"""Words that are written from their last letter: upside down, or shown from right to left.

``ʇɟᴉɹɥʇ`` is *thrift* on its head, and a mark that turns the direction of writing (U+202E) shows
``tfirht`` as *thrift*. The letters of such a word are put in order; a part of it cannot be traced
to the letters it comes from, only to the word.
"""

import re
from collections.abc import Callable, Container, Iterator
from functools import partial
from typing import NamedTuple

__all__ = ["REVERSING", "UPSIDE_DOWN_LETTERS", "Reversal", "find_reversals"]

UPSIDE_DOWN_LETTERS = dict(zip("ɐɔǝɟƃɥᴉɾʞꞁןʃɯɹʇʌʍʎ", "acefghijklllmrtvwy", strict=True))
_FROM_RIGHT = "\u202e"
REVERSING = "".join(UPSIDE_DOWN_LETTERS) + _FROM_RIGHT
"""Characters that tell of words written from their last letter."""
_EITHER_WAY = "bdiılnopqsuxz"
"""Letters that are letters upside down, too."""
_UPSIDE_DOWN = bytes.maketrans(b"bdnpqu", b"qpudbn")
_UNSEEN = "\u0300-\u036f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_TURNED = "".join(UPSIDE_DOWN_LETTERS)
_UPSIDE_DOWN_WORD = re.compile(  # no letter before or behind
    rf"(?<![^\W\d_])(?<![{_UNSEEN}])[{_EITHER_WAY}{_UNSEEN}]*+[{_TURNED}]"
    rf"[{_EITHER_WAY}{_UNSEEN}{_TURNED}]*+(?![^\W\d_])"
)
_DIRECTION_MARK = re.compile(r"[\u202a-\u202e\u2066-\u2069\r\n]|\Z")
_DIRECTION_ENDS = "\u202c\u2069"
_WORD, _LETTERS = re.compile(r"\S+"), re.compile(rb"[A-Za-z]{3,}")


class Reversal(NamedTuple):
    """Characters ``start`` to ``end`` of a text, and how to put in order what they fold to.

    ``undo`` takes bytes and returns as many.
    """

    start: int
    end: int
    undo: Callable[[bytes], bytes]


def find_reversals(text: str, upright: Container[bytes] = ()) -> Iterator[Reversal]:
    """Find the words of a text that may be written from their last letter.

    Parameters
    ----------
    text
        As the seller wrote it.
    upright
        Words of the lexicon: what reads as one of them is not turned, and what is shown from right
        to left is turned only if it becomes one of them.

    Examples
    --------
    >>> [(turn.start, turn.end, turn.undo(b"laq")) for turn in find_reversals("1 ꞁɐq segel")]
    [(2, 5, b'bal')]
    >>> [turn.undo(b"lab") for turn in find_reversals("\u202elab\u202c", {b"bal"})]
    [b'bal']
    """
    for word in _UPSIDE_DOWN_WORD.finditer(text):
        yield Reversal(*word.span(), partial(_undo_upside_down, upright))
    for start, end in _right_to_left_runs(text):
        for word in _WORD.finditer(text, start, end):
            yield Reversal(*word.span(), partial(_undo_right_to_left, upright))


def _right_to_left_runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where every letter is shown to the left of the one before it."""
    begin, opened = 0, [""]
    for mark in _DIRECTION_MARK.finditer(text):
        if opened[-1] == _FROM_RIGHT and begin < mark.start():
            yield begin, mark.start()
        begin = mark.end()
        if mark[0] in ("\r", "\n"):
            opened = [""]
        elif mark[0] not in _DIRECTION_ENDS:
            opened.append(mark[0])
        elif len(opened) > 1:
            opened.pop()


def _undo_upside_down(known: Container[bytes], folded: bytes) -> bytes:
    """Turn a word, but for words of the lexicon with just a letter or two upside down: bɐl."""
    turned = folded[::-1].translate(_UPSIDE_DOWN)
    return folded if folded in known and turned not in known else turned


def _undo_right_to_left(known: Container[bytes], folded: bytes) -> bytes:
    """Turn the words round that are words of the lexicon that way.

    The mark may stand in a text for no reason, or to mislead whoever undoes it.
    """

    def turned(word: "re.Match[bytes]") -> bytes:
        from_right = word[0][::-1]
        return from_right if from_right.lower() in known else word[0]

    return _LETTERS.sub(turned, folded)
