"""Undo disguises made of ordinary letters, digits and symbols, where the lexicon makes them sure.

``thr1ft``, ``b4l``, ``t.h.r.i.f.t``, ``thr/ift``, ``th**ft``, ``importttt``, ``scnd`` and
``thritf`` are read as the words they hide. Nothing is changed unless the result is a word of the
seller vocabulary (stretched letters alone are also shortened in other words), so ``5XL``,
``25rb``, ``3Second``, ``H&M`` and ``U.S.A`` stay as they are.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import combinations, compress, filterfalse

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import HashTable, counted_up
from thriftwatch.text.lexicon import load_lexicon

__all__ = [
    "is_stretched",
    "may_hide",
    "maybe_masked",
    "misspellings",
    "single_words",
    "sure_words",
    "unmask_chain",
    "unmask_spelled",
    "unmask_word",
]

_GOODS_CLASSES = frozenset({"used", "import"})
HIDDEN_CLASSES = _GOODS_CLASSES | {"wholesale"}
"""Words of these classes are worth hiding: only they are put together from pieces."""
LEET_CLASSES = HIDDEN_CLASSES | {"origin", "garment", "condition", "market"}
_HIDDEN_FAMILIES = frozenset({"import-word", "balpres"})
"""Words worth hiding whatever their class."""

_LEET = [
    bytes.maketrans(b"0123456789@$!|+", letters)
    for letters in (b"oizeasgtbgasiit", b"olzeasgtbgaslit")
]
_HALF, _LOW_HALF, _STAR = np.uint64(32), np.uint64((1 << 32) - 1), np.uint64(1 << 63)
_NOT_WORD = re.compile(rb"[^a-z0-9]+")
_NO_LETTERS = b"".join(_NOT_WORD.findall(_LEET[0]))  # what is no letter stands for itself
_DIGIT = re.compile(rb"[0-9]")
_STRETCHED = re.compile(rb"([a-z])\1{2,}")
_DIGITS_BEFORE, _DIGITS_BEHIND = re.compile(rb"\A(?:[0-9] )+"), re.compile(rb"(?: [0-9])+\Z")
_NUMBERED = re.compile(rb"[0-9]{2,}[a-z]{1,3}|[a-z]{1,3}[0-9]{2,}")
"""Quantities, prices and models: 84l, 10pak, 25rb, m15, rb3025."""
_ROMAN = re.compile(rb"[ivxlcm]+")  # and the size XXXL
_DIGIT_LAST = re.compile(rb"[a-z]+[0-9]")
"""Often a word and a number: us4, top1, min5."""
_VOWELS = b"aeiou"
_FEW_LETTERS = 1000
SHORTEST_SURE = 5  # shorter words are one letter away from too many others
_SHORTEST_SURE_WHOLESALE = 7
_SHORTEST_SWAPPED = 4  # cbao: few words have such consonants in a row
_SHORTEST_SWAPPED_WHOLESALE = 6
_MOST_DROPPED = 5


@cache
def single_words(classes: frozenset[str], shortest: int) -> frozenset[bytes]:
    """Return the single words of these classes, and others worth hiding, of this length or more."""
    return frozenset(
        form.encode()
        for term in load_lexicon()
        if term.word_class in classes or term.family in _HIDDEN_FAMILIES
        for form in term.forms
        if " " not in form and len(form) >= shortest
    )


@cache
def _all_words() -> frozenset[bytes]:
    return frozenset(
        form.encode() for term in load_lexicon() for form in term.forms if " " not in form
    )


@cache
def _canonical_words() -> frozenset[bytes]:
    return frozenset(term.forms[0].encode() for term in load_lexicon())


def _squeezed(word: bytes) -> list[bytes]:
    """Return the word, and with runs of three or more equal letters cut to one and to two."""
    if not _STRETCHED.search(word):
        return [word]
    return [word, _STRETCHED.sub(rb"\1", word), _STRETCHED.sub(rb"\1\1", word)]


def _decoded(text: bytes) -> list[bytes]:
    return [
        squeezed for table in _LEET for squeezed in _squeezed(text.translate(table, _NO_LETTERS))
    ]


def unmask_word(word: bytes) -> bytes | None:
    """Return the word that leet digits or stretched letters hide.

    Parameters
    ----------
    word
        Lower-case ASCII letters and digits.

    Returns
    -------
    bytes or None
        The hidden word; None where nothing is sure.

    Examples
    --------
    >>> unmask_word(b"b3k4s"), unmask_word(b"importttt"), unmask_word(b"mantaaap")
    (b'bekas', b'import', b'mantap')
    >>> unmask_word(b"5xl"), unmask_word(b"25rb"), unmask_word(b"3second")
    (None, None, None)
    """
    is_alphabetic, squeezed = word.isalpha(), _squeezed(word)[1:]
    is_quantity = not is_alphabetic and (word.isdigit() or _NUMBERED.fullmatch(word))
    if not squeezed and (is_alphabetic or is_quantity):
        return None  # soon said, for that is most words
    if word in _all_words():
        return None
    for candidate in squeezed:
        if candidate in _leet_words():
            return candidate
    if not is_alphabetic and not is_quantity:
        is_numbered = _DIGIT_LAST.fullmatch(word)
        words = single_words(HIDDEN_CLASSES, 3) if is_numbered else _leet_words()
        for candidate in _decoded(word):
            if candidate in words:
                return candidate
    if not squeezed or not is_alphabetic or _ROMAN.fullmatch(word):
        return None
    shortened = squeezed[0]
    return shortened if len(shortened) >= 3 else None


def is_stretched(word: bytes) -> bool:
    """Return whether a letter stands three times in a row.

    Examples
    --------
    >>> is_stretched(b"murahhh"), is_stretched(b"5000")
    (True, False)
    """
    return _STRETCHED.search(word) is not None


def maybe_masked(words: Sequence[bytes]) -> set[bytes]:
    """Return the words that `unmask_word` may have something to say of, and few others.

    Parameters
    ----------
    words
        Lower-case ASCII letters and digits; it takes many at a time to be fast.

    Examples
    --------
    >>> sorted(maybe_masked([b"kilau", b"b3k4s", b"murahhh", b"25rb", b"a54"]))
    [b'b3k4s', b'murahhh']
    """
    mixed = list(filterfalse(bytes.isdigit, filterfalse(bytes.isalpha, words)))
    spelled = [b" ".join(mixed).translate(table) for table in _LEET] if mixed else []
    found: set[bytes] = set()
    for decoded in spelled:
        found.update(compress(mixed, map(_leet_words().__contains__, decoded.split(b" "))))
    stretched = _stretched_places(b" ".join([*words, *spelled]))
    if stretched:
        owners = [*words, *mixed, *mixed]
        found.update(owners[place] for place in stretched)
    return found


def _stretched_places(text: bytes) -> list[int]:
    """Return the places of the words in which a letter stands three times in a row."""
    if len(text) < _FEW_LETTERS and not _STRETCHED.search(text):
        return []  # sooner than with arrays
    letters = np.frombuffer(text, np.uint8)
    same = letters[1:] == letters[:-1]
    found = np.flatnonzero(same[1:] & same[:-1] & (letters[2:] >= ord("a")))
    if not len(found):
        return []
    places: list[int] = np.searchsorted(np.flatnonzero(letters == ord(" ")), found).tolist()
    return places


def _leet_words() -> frozenset[bytes]:
    return single_words(LEET_CLASSES, 3)


def unmask_spelled(chain: bytes) -> tuple[bytes, int, int] | None:
    """Do what `unmask_chain` does, also where numbers stand before or behind spelled letters.

    Returns
    -------
    word, before, behind
        The hidden word, and how many digits before and behind are no part of it.

    Examples
    --------
    >>> unmask_spelled(b"b a l"), unmask_spelled(b"1 0 b a l"), unmask_spelled(b"b a 1")
    ((b'bal', 0, 0), (b'bal', 2, 0), (b'bal', 0, 0))
    """
    if (word := unmask_chain(chain)) is not None:
        return word, 0, 0
    letters = _DIGITS_BEFORE.sub(b"", chain)
    before, letters = len(chain) - len(letters), _DIGITS_BEHIND.sub(b"", letters)
    behind = len(chain) - before - len(letters)
    if before + behind == 0 or (word := unmask_chain(letters)) is None:
        return None
    return word, before // 2, behind // 2


@lru_cache(maxsize=1 << 16)
def unmask_chain(chain: bytes) -> bytes | None:
    """Return the word that separators, symbols or stars hide.

    Parameters
    ----------
    chain
        Lower-case text of a chain, see `thriftwatch.text.tokens`.

    Returns
    -------
    bytes or None
        The hidden word; None where nothing is sure.

    Examples
    --------
    >>> unmask_chain(b"t.h.r.i.f.t"), unmask_chain(b"b a l"), unmask_chain(b"tr*ft")
    (b'thrift', b'bal', b'trift')
    >>> unmask_chain(b"h&m"), unmask_chain(b"t-shirt"), unmask_chain(b"u.s.a")
    (None, None, None)
    """
    words = single_words(HIDDEN_CLASSES, 3)
    joined = _squeezed(_NOT_WORD.sub(b"", chain))
    is_code = 2 * len(_DIGIT.findall(chain)) > len(joined[0])  # b41-35
    for candidate in joined + ([] if is_code else _decoded(chain)):
        if candidate in words:
            return candidate
    return _unstarred(chain) if b"*" in chain else None


def may_hide(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which chains of a block are worth a call of `unmask_spelled`.

    What a chain hides has the same letters, however often each occurs; a star may be any letter,
    and a digit before or behind spelled letters may be none of them.

    Parameters
    ----------
    data
        uint8, shape (m,): folded text.
    starts, ends
        int64, shape (chains,): where each chain lies; none is empty.

    Returns
    -------
    ndarray
        bool, shape (chains,).
    """
    if not len(starts):
        return np.zeros(0, bool)
    letters, hidden = _letters(), _hidden_letters()
    sizes = ends - starts
    firsts = np.cumsum(sizes) - sizes
    characters = data.take(np.repeat(starts, sizes) + counted_up(sizes))
    sets: NDArray[np.uint64] = np.bitwise_or.reduceat(letters.take(characters), firsts)
    as_written, decoded = sets & _LOW_HALF, sets >> _HALF
    may_be = (hidden.find(as_written) >= 0) | (hidden.find(decoded) >= 0) | (sets >= _STAR)
    for digit, neighbour in ((starts, starts + 1), (ends - 1, ends - 2)):
        is_apart = data.take(neighbour, mode="clip") == ord(" ")
        may_be |= is_apart & (data.take(digit) <= ord("9")) & (sizes > 2)
    return may_be


@cache
def _letters() -> NDArray[np.uint64]:
    """Return which letter each byte is, as a bit; in the upper half symbols are letters, too.

    A digit is the letter it may stand for.
    """
    table = np.zeros(256, np.uint64)
    decoded = bytes(range(256)).lower().translate(_LEET[0]).replace(b"l", b"i")  # 1 is either
    for code, letter in enumerate(decoded):
        if chr(letter).isalpha() and letter < 128:
            bit = np.uint64(1 << letter - ord("a"))
            table[code] = bit << _HALF | bit * chr(code).isalnum()
    table[ord("*")] = _STAR
    return table


@cache
def _hidden_letters() -> HashTable:
    """Return the sets of letters of the words that chains may hide."""
    letters = _letters() & _LOW_HALF
    words = single_words(HIDDEN_CLASSES, 3)
    sets = {int(np.bitwise_or.reduce(letters[list(word)])) for word in words}
    return HashTable(np.array(sorted(sets), np.uint64))


def _unstarred(chain: bytes) -> bytes | None:
    """Return the shortest vocabulary word in which each star stands for one letter, or one or two.

    At least half of the letters must be there, the first among them, and three; of a word of
    three letters (``b*l``) all but the vowel.
    """
    if len(chain) == 3 and chain[1:2] == b"*":
        whole = (chain.replace(b"*", bytes((vowel,))) for vowel in _VOWELS)
        return next(filter(single_words(HIDDEN_CLASSES, 3).__contains__, whole), None)
    known = len(_NOT_WORD.sub(b"", chain))
    if known < 3 or not chain[:1].isalpha() or 2 * known < len(chain):
        return None
    for one in (rb"[a-z]", rb"[a-z]{1,2}"):
        starred = _NOT_WORD.sub(lambda run: b"*" * len(run[0]), chain)
        pattern = re.compile(one.join(starred.split(b"*")))
        matches = sorted(
            filter(pattern.fullmatch, _by_first_letter().get(chain[:1], ())),
            key=lambda word: (len(word), word not in _canonical_words(), word),
        )
        if matches:
            return matches[0]
    return None


@cache
def _by_first_letter() -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for word in single_words(HIDDEN_CLASSES, 4):
        found.setdefault(word[:1], []).append(word)
    return found


@cache
def misspellings() -> dict[bytes, bytes]:
    """Return every form that drops vowels of a hidden word, swaps neighbours or turns it around.

    Forms that are words themselves (of the lexicon, or of `_ORDINARY`) are left out.

    Returns
    -------
    dict
        Misspelt form to the word it stands for.

    Examples
    --------
    >>> found = misspellings()
    >>> found[b"thrft"], found[b"thritf"], found[b"scond"]
    (b'thrift', b'thrift', b'second')
    """
    taken = _all_words() | _ORDINARY
    found: dict[bytes, bytes] = {}
    words = single_words(HIDDEN_CLASSES, _SHORTEST_SWAPPED)
    for word in sorted(words, key=lambda word: (word not in _canonical_words(), word)):
        for form in _misspelt(word) if word.isalpha() else ():
            if form not in taken and len(form) >= SHORTEST_SURE - 1:
                found.setdefault(form, word)
    return found


def _misspelt(word: bytes) -> list[bytes]:
    swaps = _swaps(word)
    if len(word) < SHORTEST_SURE:
        return swaps[:1]
    if word in single_words(_GOODS_CLASSES, SHORTEST_SURE):
        sounded = word.replace(b"r", b"p")  # Cyrillic р is a p to the eye and an r to the ear
        return [*_vowel_drops(word, _MOST_DROPPED), *swaps, word[::-1], sounded]
    if word in sure_words():
        # Without all its vowels a bale word may be an ordinary one.
        return [*_vowel_drops(word, 1), *swaps, word[::-1]]
    return swaps if len(word) >= _SHORTEST_SWAPPED_WHOLESALE else []


@cache
def sure_words() -> frozenset[bytes]:
    """Return the hidden words long enough to be known misspelt, or within a longer word."""
    goods = single_words(_GOODS_CLASSES, SHORTEST_SURE)
    return goods | single_words(HIDDEN_CLASSES, _SHORTEST_SURE_WHOLESALE)


def _vowel_drops(word: bytes, most: int) -> list[bytes]:
    vowels = [i for i, letter in enumerate(word) if letter in _VOWELS and i > 0][:_MOST_DROPPED]
    return [
        bytes(letter for i, letter in enumerate(word) if i not in dropped)
        for count in range(1, most + 1)
        for dropped in combinations(vowels, count)  # none where there are fewer
    ]


def _swaps(word: bytes) -> list[bytes]:
    return [
        word[:i] + bytes((word[i + 1], word[i])) + word[i + 2 :]
        for i in range(1, len(word) - 1)
        if word[i] != word[i + 1]
    ]


_ORDINARY = frozenset(
    b"bakh bekal beksan blas bukana cakap gasan kakina kepalan kilona kolina kras kurang kurs laok "
    b"parati partia perlop sekarng sekon seni suplir".split()
)
"""Ordinary words that a misspelling of a hidden-class word would be."""
