"""Words that are written from their last letter: upside down, or shown from right to left.

``ʇɟᴉɹɥʇ`` is *thrift* on its head, and a mark that turns the direction of writing (U+202E) shows
``tfirht`` as *thrift*. The letters of such a word are put in order; a part of it cannot be traced
to the letters it comes from, only to the word.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from thriftwatch.text.vocabulary import load_vocabulary

__all__ = ["TURNED_LETTERS", "TURNS", "Turn", "turns"]

TURNED_LETTERS = dict(zip("ɐɔǝɟƃɥᴉɾʞꞁןʃɯɹʇʌʍʎ", "acefghijklllmrtvwy", strict=True))
_FROM_RIGHT = "\u202e"
TURNS = "".join(TURNED_LETTERS) + _FROM_RIGHT
"""Characters that tell of words written from their last letter."""
_EITHER_WAY = "bdiılnopqsuxz"
"""Letters that are letters upside down, too."""
_UPSIDE_DOWN = bytes.maketrans(b"bdnpqu", b"qpudbn")
_UNSEEN = "\u0300-\u036f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_TURNED = "".join(TURNED_LETTERS)
_ON_ITS_HEAD = re.compile(  # no letter before or behind
    rf"(?<![^\W\d_])(?<![{_UNSEEN}])[{_EITHER_WAY}{_UNSEEN}]*+[{_TURNED}]"
    rf"[{_EITHER_WAY}{_UNSEEN}{_TURNED}]*+(?![^\W\d_])"
)
_DIRECTION_MARK = re.compile(r"[\u202a-\u202e\u2066-\u2069\r\n]|\Z")
_DIRECTION_ENDS = "\u202c\u2069"
_WORD, _LETTERS = re.compile(r"\S+"), re.compile(rb"[A-Za-z]{3,}")


class Turn(NamedTuple):
    """Characters ``start`` to ``end`` of a text, and how to put in order what they fold to.

    ``undo`` takes bytes and returns as many.
    """

    start: int
    end: int
    undo: Callable[[bytes], bytes]


def turns(text: str) -> Iterator[Turn]:
    """Find the words of a text that may be written from their last letter.

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
    for start, end in _shown_from_right(text):
        for word in _WORD.finditer(text, start, end):
            yield Turn(*word.span(), _read_from_right)


def _shown_from_right(text: str) -> Iterator[tuple[int, int]]:
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


def _set_upright(folded: bytes) -> bytes:
    """Turn a word, but for words of the lexicon in which just a letter or two are turned: bɐl."""
    turned = folded[::-1].translate(_UPSIDE_DOWN)
    known = load_vocabulary().numbers
    return folded if folded in known and turned not in known else turned


def _read_from_right(folded: bytes) -> bytes:
    """Turn the words round that are words of the lexicon that way.

    The mark may stand in a text for no reason, or to mislead whoever undoes it.
    """
    return _LETTERS.sub(lambda word: _turned_if_known(word[0]), folded)


def _turned_if_known(word: bytes) -> bytes:
    turned = word[::-1]
    return turned if turned.lower() in load_vocabulary().numbers else word
