"""Undo disguises made of characters: any script and any font becomes plain ASCII.

A seller who writes ``ＴＨＲＩＦＴ``, ``𝓽𝓱𝓻𝓲𝓯𝓽``, ``тhrіft`` or ``t\u200bh\u200brift`` wrote
*thrift*. Code points are folded by themselves (but for flags, and words that are turned round), so
a whole batch is folded by table look-ups, and what is read can be traced to what was written.
Disguises made of ordinary ASCII (``thr1ft``, ``t.h.r.i.f.t``) are undone word by word in
`thriftwatch.text.unmask`.
"""

import re
import sys
import unicodedata
from functools import cache, lru_cache
from threading import Lock
from typing import NamedTuple

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from thriftwatch.text.hashing import counted_up
from thriftwatch.text.turned import TURNED_LETTERS, TURNS, turns

__all__ = ["Folded", "fold_bytes", "fold_character", "fold_text"]

_FIRST_FLAG, _LAST_FLAG = 0x1F1E6, 0x1F1FF  # regional indicators: flags, and letters in disguise
_NOT_ALONE = re.compile(f"[{chr(_FIRST_FLAG)}-{chr(_LAST_FLAG)}{TURNS}]")
"""Characters that cannot be folded without those around them."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_STARTS_RUN, _ENDS_RUN = 1 << 21, 1 << 22  # marks above the code points, see _fold_key
_TRADE_MARKS = "™℠"
_SIGHT = {
    "".join(TURNED_LETTERS): "".join(TURNED_LETTERS.values()),
    "ɿƨŋŊ×✕✖": "rsnNxxx",  # mirrored, and in 68×56
    "вгиӀнпрсѕухцшьүӏѡєяВИНПРСЅУХЦШЬҮЄЯ": "brnlhnpcsyxuwbylwerBNHNPCSYXUWBYER",  # Cyrillic
    "βγηνπρϱςσϲυχωΒΗΛΠΡΣϹΧ": "bynvnppcocuxwBHANPECX",  # Greek
    "ցոռգզսաքՍՏ": "gnnqquwfUS",  # Armenian
    "ᗩᗅᗷᑕᗪᖴᒍᒪᗰᑎᑭᑫᖇᔕᑌᐯᗯᘔ": "AABCDFJLMNPQRSUVWZ",  # Canadian syllables
    "ᎪᏴᏟᏣᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏒᏕᏚᎢᏙᎳᎽᏃ": "ABCCDEGHIJKLMPRRSSTVWYZ",  # Cherokee
    "ꓐꓚꓓꓰꓝꓖꓲꓙꓗꓑꓔꓦꓫꓜ": "BCDEFGIJKPTVXZ",  # Lisu
}
_SEEN_AS = str.maketrans("".join(_SIGHT), "".join(_SIGHT.values()))
"""What a reader of Indonesian sees where romanisation goes by sound: ``с`` is a c to the eye."""
_NONE_TURNED = np.zeros((0, 2), np.int64)


class Folded(NamedTuple):
    """Folded bytes of a block of texts.

    Attributes
    ----------
    data
        uint8, shape (m,): the ASCII bytes of all texts, one after the other.
    offsets
        int64, shape (texts + 1,): text ``i`` is ``data[offsets[i]:offsets[i + 1]]``.
    changed
        Two int64 arrays: where the input bytes are that are not ASCII, and how many folded bytes
        each became; None where nothing was folded.
    turned
        int64, shape (words, 2): first and last folded byte of each word whose letters changed
        places, in order of the first.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    changed: tuple[NDArray[np.int64], NDArray[np.int64]] | None
    turned: NDArray[np.int64] = _NONE_TURNED

    @property
    def origin(self) -> NDArray[np.int64] | None:
        """For each folded byte the input byte its character starts at; None if it is itself.

        Of a word whose letters changed places, only the word as a whole is where it says.
        """
        if self.changed is None:
            return None
        at, became = self.changed
        widths = np.ones(len(self.data) + len(at) - int(became.sum()), np.int64)
        widths[at] = became
        return np.arange(len(widths)).repeat(widths)

    def written(
        self, firsts: NDArray[np.int64], lasts: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the input bytes at which the characters of spans start: the first, the last.

        Parameters
        ----------
        firsts, lasts
            int64, shape (spans,): first and last folded byte of each span.
        """
        origin = self.origin
        if origin is None:
            return firsts, lasts
        if len(self.turned):
            firsts, lasts = self._ends_of_turned(firsts, 0), self._ends_of_turned(lasts, 1)
        return origin.take(firsts), origin.take(lasts)

    def _ends_of_turned(self, places: NDArray[np.int64], end: int) -> NDArray[np.int64]:
        """Move places within turned words to an end of the word."""
        starts, stops = self.turned.T
        owner = np.maximum(starts.searchsorted(places, "right") - 1, 0)
        within = (starts[owner] <= places) & (places <= stops[owner])
        return np.where(within, self.turned[owner, end], places)


@lru_cache(maxsize=1 << 16)
def fold_character(character: str) -> str:
    """Return the plain ASCII that a reader sees in one character.

    Accents and other marks, invisible and direction characters vanish; look-alike and decorated
    letters become the letter; emoji become words of their own; other scripts are romanised.

    Parameters
    ----------
    character
        One code point.

    Returns
    -------
    str
        ASCII, possibly empty.

    Notes
    -----
    Romanisation is that of the ``anyascii`` package. Compatibility composition (NFKC) goes
    first and takes care of full-width, enclosed and mathematical letters.

    Examples
    --------
    >>> [fold_character(c) for c in "é\u200b𝓽ᴛт🅱♻"]
    ['e', '', 't', 't', 't', 'B', ' recycle ']
    """
    kept = "".join(
        part
        for part in unicodedata.normalize("NFKC", character.translate(_SEEN_AS)).translate(_SEEN_AS)
        if unicodedata.category(part) not in {"Mn", "Me", "Cf", "Cc"} or part in "\t\n\r"
    )
    if character in _TRADE_MARKS:
        return " "
    if len(kept) == 3 and kept[0] + kept[2] == "()" and kept[1].isalpha():
        return fold_character(kept[1])  # ⒯⒣⒭⒤⒡⒯
    folded = anyascii(kept)
    if len(folded) > 2 and folded[0] == folded[-1] == ":":
        folded = f" {folded[1:-1].replace('_', ' ')} "
    return "".join(c if " " <= c <= "~" or c in "\t\n\r" else " " for c in folded)


def fold_text(text: str) -> str:
    """Fold one text.

    Examples
    --------
    >>> fold_text("Ｈｏｏｄｉｅ ᴛʜʀɪꜰᴛ 🇯🇵")
    'Hoodie thrift  JP '
    """
    if text.isascii():
        return text
    raw = text.encode("utf-8", "replace")
    if _NOT_ALONE.search(text):
        folded = fold_bytes(np.frombuffer(raw, np.uint8), np.array([0, len(raw)], np.int64))
        return folded.data.tobytes().decode("ascii")
    return _NOT_ASCII.sub(lambda run: "".join(map(fold_character, run[0])), raw.decode())


def fold_bytes(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Folded:
    """Fold the UTF-8 bytes of a block of texts.

    Parameters
    ----------
    data
        uint8, shape (n,): valid UTF-8, all texts one after the other.
    offsets
        int64, shape (texts + 1,): where each text starts, and the end of the last.

    Returns
    -------
    Folded

    Examples
    --------
    >>> raw = "café".encode()
    >>> folded = fold_bytes(np.frombuffer(raw, np.uint8), np.array([0, len(raw)]))
    >>> folded.data.tobytes(), folded.origin.tolist()
    (b'cafe', [0, 1, 2, 3])
    """
    ascii = data < 0x80
    at = np.flatnonzero(~ascii)
    if not len(at):
        return Folded(data, offsets, None)
    is_lead = data[at] >= 0xC0
    leads = at[is_lead]
    points = _code_points(data, leads)
    sizes, starts, pool = _replacements().find(_fold_keys(points, leads, offsets))
    became = np.zeros(len(at), np.int64)  # continuation bytes fold to nothing
    became[is_lead] = sizes
    shift = np.append(0, np.cumsum(became - 1))
    within = counted_up(sizes)
    replaced = (leads + shift[:-1][is_lead]).repeat(sizes) + within
    kept = np.ones(len(data) + int(shift[-1]), bool)
    kept[replaced] = False
    folded = np.empty(len(kept), np.uint8)
    folded[kept] = data[ascii]
    folded[replaced] = pool[starts.repeat(sizes) + within]
    starts = offsets + shift[np.searchsorted(at, offsets)]
    result = Folded(folded, starts, (at, became))
    if (turning := _is_turning().take(points)).any():
        result = result._replace(turned=_turn_back(result, data, offsets, leads[turning]))
    return result


def _turn_back(
    folded: Folded, data: NDArray[np.uint8], offsets: NDArray[np.int64], at: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Put the letters of words in order that are written from the last one, in texts with `at`.

    Returns where the words are whose letters changed places, see `Folded.turned`.
    """
    origin = folded.origin
    assert origin is not None
    turned: list[tuple[int, int]] = []
    for text in np.unique(np.searchsorted(offsets, at, "right") - 1).tolist():
        start, end = offsets[text : text + 2]
        characters = start + np.flatnonzero(data[start:end] & 0xC0 != 0x80)
        places = np.append(np.searchsorted(origin, characters), folded.offsets[text + 1]).tolist()
        for turn in turns(data[start:end].tobytes().decode()):
            first, stop = places[turn.start], places[turn.end]
            written = folded.data[first:stop].tobytes()
            read = turn.undo(written)
            if read != written:
                folded.data[first:stop] = np.frombuffer(read, np.uint8)
                turned.append((first, stop - 1))
    return np.array(sorted(turned), np.int64).reshape(-1, 2)


@cache
def _is_turning() -> NDArray[np.bool_]:
    """Return which code points are among `TURNS`."""
    table = np.zeros(sys.maxunicode + 1, bool)
    table[list(map(ord, TURNS))] = True
    return table


class _Replacements:
    """What each character folds to, as arrays; shared by all threads."""

    def __init__(self) -> None:
        # By key; 0 for characters not met yet, whose part of the table takes no memory.
        self._numbers = np.zeros(2 * _ENDS_RUN, np.int32)
        self._texts = [b""]
        self._arrays = (np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(0, np.uint8))
        self._lock = Lock()

    def find(
        self, keys: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
        """Return how long each replacement is, where it starts in the pool, and the pool."""
        numbers = self._numbers.take(keys)
        if not numbers.all():
            self._add(np.unique(keys[numbers == 0]))
            numbers = self._numbers.take(keys)
        sizes, starts, pool = self._arrays
        return sizes.take(numbers), starts.take(numbers), pool

    def _add(self, keys: NDArray[np.int64]) -> None:
        with self._lock:
            new = keys[self._numbers[keys] == 0]
            numbers = len(self._texts) + np.arange(len(new))
            self._texts += [_fold_key(key).encode("ascii") for key in new.tolist()]
            sizes = np.array([len(text) for text in self._texts], np.int64)
            pool = np.frombuffer(b"".join(self._texts), np.uint8)
            self._arrays = (sizes, np.cumsum(sizes) - sizes, pool)
            # Last, so that no other thread finds a number before there is something behind it.
            self._numbers[new] = numbers


@cache
def _replacements() -> _Replacements:
    return _Replacements()


def _code_points(data: NDArray[np.uint8], leads: NDArray[np.intp]) -> NDArray[np.int64]:
    """Decode the multi-byte characters that start at ``leads``."""
    last = len(data) - 1
    lead = data[leads].astype(np.int64)
    second, third, fourth = (
        data[np.minimum(leads + k, last)].astype(np.int64) & 0x3F for k in (1, 2, 3)
    )
    two = (lead & 0x1F) << 6 | second
    three = (lead & 0x0F) << 12 | second << 6 | third
    four = (lead & 0x07) << 18 | second << 12 | third << 6 | fourth
    points: NDArray[np.int64] = np.where(lead < 0xE0, two, np.where(lead < 0xF0, three, four))
    return points


def _fold_keys(
    points: NDArray[np.int64], leads: NDArray[np.intp], offsets: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Mark where runs of regional indicators start and end, so that 🇯🇵 is a word of its own.

    An indicator that stands alone is no flag but a letter.
    """
    flags = np.flatnonzero((points >= _FIRST_FLAG) & (points <= _LAST_FLAG))
    if not len(flags):
        return points
    at = leads[flags]
    begins_text = offsets.take(np.searchsorted(offsets, at[1:])) == at[1:]
    joined = (np.diff(at) == 4) & ~begins_text
    before, after = np.append(False, joined), np.append(joined, False)
    keys = points.copy()
    keys[flags] += (after & ~before) * _STARTS_RUN + (before & ~after) * _ENDS_RUN
    return keys


def _fold_key(key: int) -> str:
    folded = fold_character(chr(key & (_STARTS_RUN - 1)))
    return f"{' ' * bool(key & _STARTS_RUN)}{folded}{' ' * bool(key & _ENDS_RUN)}"
