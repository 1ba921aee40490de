"""Words that are written from their last letter: upside down, or shown from right to left.

``ʇɟᴉɹɥʇ`` is *thrift* on its head, and a mark that turns the direction of writing (U+202E) shows
``tfirht`` as *thrift*. Letters change places and nothing else, so every folded byte still comes
from the word that the seller wrote.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from thriftwatch.text.lexicon import load_lexicon

__all__ = ["TURNED_LETTERS", "TURNS", "Turn", "turns"]

TURNED_LETTERS = "ɐɔǝɟƃɥᴉɾʞꞁɯɹʇʌʍʎ"
_FROM_RIGHT, _DIRECTION_ENDS = "\u202e", "\u202c"
TURNS = TURNED_LETTERS + _FROM_RIGHT
"""Characters that tell of words written from their last letter."""
_EITHER_WAY = "bdilnopqsuxz"
"""Letters that are letters upside down, too."""
_UPSIDE_DOWN = bytes.maketrans(b"bdnpqu", b"qpudbn")
_ON_ITS_HEAD = re.compile(  # no letter before or behind
    rf"(?<![^\W\d_])[{_EITHER_WAY}]*+[{TURNED_LETTERS}][{_EITHER_WAY}{TURNED_LETTERS}]*+(?![^\W\d_])"
)
_SHOWN_FROM_RIGHT = re.compile(rf"{_FROM_RIGHT}([^{_DIRECTION_ENDS}\r\n]+)")
_WORD = re.compile(rb"[A-Za-z]{3,}")


class Turn(NamedTuple):
    """Characters ``start`` to ``end`` of a text, and how to undo what was done to them.

    ``undo`` takes what they fold to and returns as many bytes.
    """

    start: int
    end: int
    undo: Callable[[bytes], bytes]


def turns(text: str) -> Iterator[Turn]:
    """Find the words of a text that are written from their last letter.

    Parameters
    ----------
    text
        As the seller wrote it.

    Examples
    --------
    >>> [(turn.start, turn.end, turn.undo(b"laq")) for turn in turns("1 ꞁɐq segel")]
    [(2, 5, b'bal')]
    >>> [turn.undo(b"lab") for turn in turns("buka \u202elab\u202c")]
    [b'bal']
    """
    for word in _ON_ITS_HEAD.finditer(text):
        yield Turn(*word.span(), _set_upright)
    for words in _SHOWN_FROM_RIGHT.finditer(text):
        yield Turn(*words.span(1), _read_from_right)


def _set_upright(folded: bytes) -> bytes:
    return folded[::-1].translate(_UPSIDE_DOWN)


def _read_from_right(folded: bytes) -> bytes:
    """Turn the words round that are words of the lexicon that way.

    The mark may stand in a text for no reason, or to mislead whoever undoes it.
    """
    return _WORD.sub(lambda word: _turned_if_known(word[0]), folded)


def _turned_if_known(word: bytes) -> bytes:
    turned = word[::-1]
    return turned if turned.lower() in _words() else word


@cache
def _words() -> frozenset[bytes]:
    return frozenset(
        word.encode() for term in load_lexicon() for form in term.forms for word in form.split()
    )
