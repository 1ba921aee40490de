"""Undo disguises made of characters: any script and any font becomes plain ASCII.

A seller who writes ``ＴＨＲＩＦＴ``, ``𝓽𝓱𝓻𝓲𝓯𝓽``, ``тhrіft`` or ``t\u200bh\u200brift`` wrote
*thrift*. Code points are folded by themselves, but for flags and for words that are written from
their last letter. Disguises made of ordinary ASCII (``thr1ft``, ``t.h.r.i.f.t``) are undone word by
word in `thriftwatch.text.disguises`.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Container, Iterator
from functools import lru_cache

from thriftwatch.text.bidi import REVERSING, UPSIDE_DOWN_LETTERS, find_reversals
from thriftwatch.text.scan import runs_of

__all__ = ["fold_bytes", "fold_character", "fold_text", "fold_with_origin", "may_be_reversed"]

_CHANGED = re.compile("[\U0001f1e6-\U0001f1ff]{2,}|[^\x00-\x7f]")
"""Flags, which are words of their own, and single characters."""
_REVERSING = re.compile(f"[{REVERSING}]")
_NOT_ALONE = frozenset(REVERSING).union(map(chr, range(0x1F1E6, 0x1F200)))
"""Characters that cannot be folded without those around them: turned letters and flags."""
_LONGEST_KEPT = 64
"""Bytes of a run of other characters that is folded once and kept."""
_TRADE_MARKS = "™℠"
_HOMOGLYPHS = {
    "".join(UPSIDE_DOWN_LETTERS): "".join(UPSIDE_DOWN_LETTERS.values()),
    "ɿƨŋŊ×✕✖": "rsnNxxx",  # mirrored, and in 68×56
    "вгиӀнпрсѕухцшьүӏѡєяВИНПРСЅУХЦШЬҮЄЯ": "brnlhnpcsyxuwbylwerBNHNPCSYXUWBYER",  # Cyrillic
    "βγηνπρϱςσϲυχωΒΗΛΠΡΣϹΧ": "bynvnppcocuxwBHANPECX",  # Greek
    "ցոռգզսաքՍՏ": "gnnqquwfUS",  # Armenian
    "ᗩᗅᗷᑕᗪᖴᒍᒪᗰᑎᑭᑫᖇᔕᑌᐯᗯᘔ": "AABCDFJLMNPQRSUVWZ",  # Canadian syllables
    "ᎪᏴᏟᏣᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏒᏕᏚᎢᏙᎳᎽᏃ": "ABCCDEGHIJKLMPRRSSTVWYZ",  # Cherokee
    "ꓐꓚꓓꓰꓝꓖꓲꓙꓗꓑꓔꓦꓫꓜ": "BCDEFGIJKPTVXZ",  # Lisu
}
_SEEN_AS = str.maketrans("".join(_HOMOGLYPHS), "".join(_HOMOGLYPHS.values()))
"""What a reader of Indonesian sees where romanisation goes by sound: ``с`` is a c to the eye."""


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
    from anyascii import anyascii  # most listings need none of it

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
    if len(folded) > 2 and folded.startswith(":") and folded.endswith(":"):
        folded = f" {folded[1 : len(folded) - 1].replace('_', ' ')} "
    return "".join(c if " " <= c <= "~" or c in "\t\n\r" else " " for c in folded)


def fold_text(text: str, upright: Container[bytes] | None = ()) -> str:
    """Fold one text.

    Parameters
    ----------
    text
        As the seller wrote it.
    upright
        Words of the lexicon, which are left as they are where just a letter or two are turned.
        None leaves every word in the order in which it is written.

    Returns
    -------
    str
        ASCII.

    Examples
    --------
    >>> fold_text("Ｈｏｏｄｉｅ ᴛʜʀɪꜰᴛ 🇯🇵")
    'Hoodie thrift  JP '
    """
    return text if text.isascii() else fold_with_origin(text, upright)[0]


def fold_bytes(text: bytes, upright: Container[bytes] | None = ()) -> bytes:
    """Fold one text, quickly: what `fold_text` returns, from UTF-8 to ASCII.

    Parameters
    ----------
    text
        UTF-8; what is none reads as U+FFFD.
    upright
        As for `fold_text`.

    Examples
    --------
    >>> fold_bytes("Ｈｏｏｄｉｅ ᴛʜʀɪꜰᴛ".encode())
    b'Hoodie thrift'
    """
    parts = runs_of(text)
    for place in range(1, len(parts), 2):
        run = parts[place]
        # A long one does not come again, and would be kept.
        folded = _fold_short(run) if len(run) <= _LONGEST_KEPT else _fold_run(run)
        if folded is None:
            return fold_text(text.decode("utf-8", "replace"), upright).encode()
        parts[place] = folded
    return b"".join(parts)


def _fold_run(run: bytes) -> bytes | None:
    """Fold characters between ASCII ones; None if that takes the letters around them."""
    text = run.decode("utf-8", "replace")
    if _NOT_ALONE.isdisjoint(text):
        return "".join(map(fold_character, text)).encode()
    if may_be_reversed(text):
        return None
    return "".join(piece for _, _, piece in _folded_pieces(text)).encode()


_fold_short = lru_cache(maxsize=1 << 14)(_fold_run)


def fold_with_origin(
    text: str, upright: Container[bytes] | None = ()
) -> tuple[str, list[int], list[int]]:
    """Fold one text, and tell where each folded character comes from.

    Parameters
    ----------
    text, upright
        As for `fold_text`.

    Returns
    -------
    folded
        What `fold_text` returns.
    starts, ends
        For each folded character where what it stands for begins and ends in `text`. Of a word
        whose letters changed places it is the whole word.

    Examples
    --------
    >>> fold_with_origin("½ bal")
    ('1/2 bal', [0, 0, 0, 1, 2, 3, 4], [1, 1, 1, 2, 3, 4, 5])
    """
    folded = bytearray()
    starts: list[int] = []
    ends: list[int] = []
    for start, end, piece in _folded_pieces(text):
        folded += piece.encode()
        if piece == text[start:end]:
            starts += range(start, end)
            ends += range(start + 1, end + 1)
        else:
            starts += [start] * len(piece)
            ends += [end] * len(piece)
    for turn in (
        find_reversals(text, upright) if upright is not None and may_be_reversed(text) else ()
    ):
        first, stop = bisect_left(starts, turn.start), bisect_left(starts, turn.end)
        written = bytes(folded[first:stop])
        read = turn.undo(written)
        if read != written:
            folded[first:stop] = read
            starts[first:stop] = [turn.start] * len(read)
            ends[first:stop] = [turn.end] * len(read)
    return folded.decode(), starts, ends


def may_be_reversed(text: str) -> bool:
    """Return whether words of a text may be written from their last letter."""
    return _REVERSING.search(text) is not None


def _folded_pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the parts of a text: runs of ASCII as they are, every other character folded."""
    end = 0
    for found in _CHANGED.finditer(text):
        if end < found.start():
            yield end, found.start(), text[end : found.start()]
        end = found.end()
        if len(found[0]) == 1:
            yield found.start(), end, fold_character(found[0])
            continue
        last = end - 1
        for place, letter in enumerate(found[0], found.start()):
            before, behind = " " * (place == found.start()), " " * (place == last)
            yield place, place + 1, f"{before}{fold_character(letter)}{behind}"
    yield end, len(text), text[end:]
