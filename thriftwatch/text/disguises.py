"""Disguises of words, and how each is undone: one ordered list, `DISGUISES`.

A rule looks at one text, one *chain* (pieces held together by single symbols, or letters held apart
by single spaces) or one word. It is asked only where its cheap test says that it may apply, and the
first that answers wins. Nothing is read as another word unless the lexicon makes it sure
(stretched letters alone are also shortened in other words), so ``5XL``, ``25rb``, ``3Second``,
``H&M`` and ``U.S.A`` stay as they are.

To add a disguise, write its two functions and a line in `DISGUISES`; its example is a test.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from thriftwatch.errors import not_one_of
from thriftwatch.text.fields import LONGEST_WORD
from thriftwatch.text.fold import fold_bytes, fold_with_origin, may_be_reversed
from thriftwatch.text.lexicon import Term

__all__ = [
    "DISGUISES", "Disguise", "Hidden", "undo_separated", "undo_text", "undo_word", "words_of",
    "written_at",
]  # fmt: skip

GOODS_CLASSES = frozenset({"used", "import"})
HIDDEN_CLASSES = GOODS_CLASSES | {"wholesale"}
"""Words of these classes are worth hiding: only they are put together from pieces."""
LEET_CLASSES = HIDDEN_CLASSES | {"origin", "garment", "condition", "market"}
_HIDDEN_FAMILIES = frozenset({"import-word", "balpres"})
"""Words worth hiding whatever their class."""
_SHORT_PIECES = frozenset({"garment", "adjacent", "origin", "place"})
"""Classes whose words of three letters are pieces of compounds, too: *rok*, *tas*, *usa*, *bdg*."""

LOOK_ALIKES, TURNED = "look-alike characters", "turned letters"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LEET = tuple(
    bytes.maketrans(b"0123456789@$!|+", letters)  # 1 and ! are an i or an l
    for letters in (b"oizeasgtbgasiit", b"olzeasgtbgaslit")
)
_WORDS = re.compile(rf"(?:[a-z0-9]{{1,{LONGEST_WORD}}}(?: (?!\Z)|\Z))*+")
_NOT_WORD = re.compile(rb"[^a-z0-9]+")
_NO_LETTERS = b"".join(_NOT_WORD.findall(_LEET[0]))
_ONE_I = bytes.maketrans(b"l", b"i")  # 1 is either of them
_LEET_ONE_I = _LEET[0].translate(_ONE_I)
_FIRST_LETTER = ord("a")
_DIGIT = re.compile(rb"[0-9]")
_STRETCHED = re.compile(rb"([a-z])\1{2,}")
_DIGITS_BEFORE, _DIGITS_BEHIND = re.compile(rb"\A(?:[0-9] )+"), re.compile(rb"(?: [0-9])+\Z")
_QUANTITY = re.compile(rb"[0-9]+|[0-9]{2,}[a-z]{1,3}|[a-z]{1,3}[0-9]{2,}")
"""Quantities, prices and models: 84l, 10pak, 25rb, m15, rb3025."""
_ROMAN = re.compile(rb"[ivxlcm]+")  # and the size XXXL
_DIGIT_LAST = re.compile(rb"[a-z]+[0-9]")
"""Often a word and a number: us4, top1, min5."""
_VOWELS = b"aeiou"
_SHORTEST = 3
SHORTEST_SURE = 5  # shorter words are one letter away from too many others
_SHORTEST_SURE_WHOLESALE = 7
_SHORTEST_SWAPPED = 4  # cbao: few words have such consonants in a row
_SHORTEST_SWAPPED_WHOLESALE = 6
_MOST_DROPPED = 5
_SHORTEST_PIECE = 4
_PREFILTER_SIZE = 1 << 16
_SHORTEST_COMPOUND = SHORTEST_SURE + 2  # the shortest suffix
_SUFFIXES = frozenset(b"id ku nya ori".split())
_ENDING = b"an"  # of thriftan; but sortiran is a word of its own
_NAMES = frozenset({b"threesecond"})
_ORDINARY_BEFORE = frozenset(b"modeoff trefac hardoff bookoff".split())
"""Shops whose names begin ordinary words: *mode offline*, *trefactory*."""
_ORDINARY = frozenset(
    b"bakh bekal beksan blas bukana cakap gasan kakina kepalan kilona kolina kras kurang kurs laok "
    b"parati partia perlop sekarng sekon seni suplir".split()
)
"""Ordinary words that a misspelling of a word worth hiding would be."""

Words = frozenset[bytes]


class Hidden:
    """The words that disguises may hide, as the rules ask for them.

    Attributes
    ----------
    worth
        Words worth hiding.
    leet
        Those that digits may stand in, which are more: garments, places, flaws.
    starred
        Words worth hiding by first letter, the likeliest first.
    misspelt
        Misspelt form to word.
    sure
        Words worth hiding that are sure within a longer word.
    pieces
        Words that compounds are made of.
    without
        Names of the rules that are switched off.
    beginnings
        The first five letters of those that are sure.
    """

    def __init__(
        self,
        *,
        worth: Words,
        leet: Words,
        starred: dict[bytes, list[bytes]],
        misspelt: dict[bytes, bytes],
        sure: Words,
        pieces: Words,
        without: tuple[str, ...] = (),
    ) -> None:
        self.worth = worth
        self.leet = leet
        self.starred = starred
        self.misspelt = misspelt
        self.sure = sure
        self.pieces = pieces
        self.without = without
        self.beginnings = frozenset([word[:SHORTEST_SURE] for word in sure])
        prefilter = bytearray(_PREFILTER_SIZE)
        for word in self.beginnings:
            prefilter[_prefilter_slot(int.from_bytes(word, "little"))] = True
        self._prefilter = bytes(prefilter)
        self._letters = frozenset([_letters_of(word, _ONE_I) for word in worth])
        self._leet_letters = frozenset([_letters_of(word, _LEET_ONE_I) for word in worth | leet])

    @classmethod
    def of(
        cls, terms: Iterable[Term], words: Collection[bytes], without: Collection[str] = ()
    ) -> "Hidden":
        """Work out the words from the terms of a lexicon and all words in their forms."""
        every = list(terms)
        canonical = frozenset(term.forms[0].encode() for term in every)
        worth = _single(every, HIDDEN_CLASSES, _SHORTEST)
        goods = _single(every, GOODS_CLASSES, SHORTEST_SURE)
        sure = goods | _single(every, HIDDEN_CLASSES, _SHORTEST_SURE_WHOLESALE)
        starred: dict[bytes, list[bytes]] = {}
        for word in sorted(worth, key=lambda word: (len(word), word not in canonical, word)):
            if len(word) > _SHORTEST:
                starred.setdefault(word[:1], []).append(word)
        misspelt: dict[bytes, bytes] = {}
        taken = _single(every, None, 0) | _ORDINARY
        for word in sorted(worth, key=lambda word: (word not in canonical, word)):
            for form in _misspelt(word, goods, sure) if word.isalpha() else ():
                if form not in taken and len(form) >= SHORTEST_SURE - 1:
                    misspelt.setdefault(form, word)
        sure -= _ORDINARY_BEFORE
        found = cls(
            worth=worth,
            leet=_single(every, LEET_CLASSES, _SHORTEST),
            starred=starred,
            misspelt=misspelt,
            sure=sure,
            pieces=frozenset(),
            without=_checked(without),
        )
        simple = {word for word in words if len(word) >= _SHORTEST_PIECE}
        simple |= _single(every, _SHORT_PIECES, _SHORTEST_PIECE - 1) | _SUFFIXES
        # Terms that are glued words themselves, most of them hashtags, are no pieces.
        for word in _single(every, HIDDEN_CLASSES | {"evasion"}, 2 * _SHORTEST_PIECE):
            if _may_be_compound(word, found) and _fewest(word, frozenset(simple - {word})):
                simple.discard(word)
        found.pieces = frozenset(simple | {_ENDING})
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the words as plain, JSON-ready values."""
        return {
            **{name: _listed(getattr(self, name)) for name in _SETS},
            "starred": _listed(word for words in self.starred.values() for word in words),
            "misspelt": [_listed(self.misspelt), _listed(self.misspelt.values())],
            "without": list(self.without),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Hidden":
        """Take over what `to_dict` returned.

        Raises
        ------
        ValueError, TypeError, LookupError
            If it is not that.
        """
        starred: dict[bytes, list[bytes]] = {}
        for word in words_of(stored["starred"]):
            starred.setdefault(word[:1], []).append(word)
        forms, words = map(words_of, stored["misspelt"])
        return cls(
            **{name: frozenset(words_of(stored[name])) for name in _SETS},
            starred=starred,
            misspelt=dict(zip(forms, words, strict=True)),
            without=_checked(stored["without"]),
        )


_SETS = ("worth", "leet", "sure", "pieces")


def _listed(words: Iterable[bytes]) -> str:
    ordered = sorted(words) if isinstance(words, frozenset) else words
    return b" ".join(ordered).decode()


def words_of(text: str) -> list[bytes]:
    """Return the words of a stored table; raise ValueError if they are none."""
    if not _WORDS.fullmatch(text):
        raise ValueError("words of a lexicon are not what is accepted")
    return text.encode().split()


def _checked(names: Collection[str]) -> tuple[str, ...]:
    """Return names of rules; of another name nobody would notice that it switches nothing off."""
    known = [rule.name for rule in DISGUISES]
    for name in names:
        if name not in known:
            raise not_one_of("disguise", name, known)
    return tuple(names)


def _single(terms: Iterable[Term], classes: frozenset[str] | None, shortest: int) -> Words:
    """Return the single words of these classes, and others worth hiding, of this length or more."""
    return frozenset(
        form.encode()
        for term in terms
        if classes is None or term.word_class in classes or term.family in _HIDDEN_FAMILIES
        for form in term.forms
        if " " not in form and len(form) >= shortest
    )


# --- stretched letters and leet digits ----------------------------------------------------------


def _squeezed(word: bytes) -> list[bytes]:
    """Return a word with runs of three or more equal letters cut to one and to two, if any."""
    if not _STRETCHED.search(word):
        return []
    return [_STRETCHED.sub(rb"\1", word), _STRETCHED.sub(rb"\1\1", word)]


def _decoded(text: bytes) -> list[bytes]:
    """Return what digits and symbols may stand for, stretched letters cut, too."""
    spelled = [text.translate(table, _NO_LETTERS) for table in _LEET]
    return [word for plain in spelled for word in (plain, *_squeezed(plain))]


def _letters_of(text: bytes, table: bytes) -> int:
    """Return which letters a text has when it is read by a table, as bits."""
    letters = 0
    for at in range(len(text)):
        place = table[text[at]] - _FIRST_LETTER
        if 0 <= place < 26:
            letters |= 1 << place
    return letters


def _is_stretched(word: bytes, hidden: Hidden) -> bool:
    for at in range(2, len(word)):
        if word[at] == word[at - 1] == word[at - 2]:
            return word.isalpha()
    return False


def _unstretch(word: bytes, hidden: Hidden) -> tuple[bytes, ...] | None:
    squeezed = _squeezed(word)
    for candidate in squeezed:
        if candidate in hidden.leet:
            return (candidate,)
    if _ROMAN.fullmatch(word) or len(squeezed[0]) < _SHORTEST:
        return None
    return (squeezed[0],)


def _may_be_leet(word: bytes, hidden: Hidden) -> bool:
    """Return whether a word with digits in it has the letters of one that they may stand in."""
    return (
        not word.isalpha()
        and not word.isdigit()
        and _letters_of(word, _LEET_ONE_I) in hidden._leet_letters
        and not _QUANTITY.fullmatch(word)
    )


def _unleet(word: bytes, hidden: Hidden) -> tuple[bytes, ...] | None:
    words = hidden.worth if _DIGIT_LAST.fullmatch(word) else hidden.leet
    for candidate in (*_squeezed(word), *_decoded(word)):
        if candidate in words:
            return (candidate,)
    return None


# --- misspelt words -----------------------------------------------------------------------------


def _is_misspelt(word: bytes, hidden: Hidden) -> bool:
    return word in hidden.misspelt


def _spell(word: bytes, hidden: Hidden) -> tuple[bytes, ...] | None:
    return (hidden.misspelt[word],)


def _misspelt(word: bytes, goods: Words, sure: Words) -> list[bytes]:
    """Return the forms that drop vowels of a word, swap neighbours or turn it around."""
    swaps = [
        word[:i] + bytes((word[i + 1], word[i])) + word[i + 2 :]
        for i in range(1, len(word) - 1)
        if word[i] != word[i + 1]
    ]
    if len(word) < _SHORTEST_SWAPPED:
        return []
    if len(word) < SHORTEST_SURE:
        return swaps[:1]
    if word in goods:
        sounded = word.replace(b"r", b"p")  # Cyrillic р is a p to the eye and an r to the ear
        return [*_vowel_drops(word, _MOST_DROPPED), *swaps, word[::-1], sounded]
    if word in sure:
        # Without all its vowels a bale word may be an ordinary one.
        return [*_vowel_drops(word, 1), *swaps, word[::-1]]
    return swaps if len(word) >= _SHORTEST_SWAPPED_WHOLESALE else []


def _vowel_drops(word: bytes, most: int) -> list[bytes]:
    vowels = [i for i, letter in enumerate(word) if letter in _VOWELS and i > 0][:_MOST_DROPPED]
    return [
        bytes(letter for i, letter in enumerate(word) if i not in dropped)
        for count in range(1, most + 1)
        for dropped in combinations(vowels, count)  # none where there are fewer
    ]


# --- glued words --------------------------------------------------------------------------------


def _may_be_compound(word: bytes, hidden: Hidden) -> bool:
    """Return whether the beginning of a word worth hiding may stand somewhere in a word."""
    length = len(word)
    if length < _SHORTEST_COMPOUND:
        return False
    window = 0
    for at in range(length):
        letter = word[at]
        window = window >> 8 | letter << 32  # five letters as one number
        if (
            hidden._prefilter[_prefilter_slot(window)]
            and at >= SHORTEST_SURE - 1
            and word[at + 1 - SHORTEST_SURE : at + 1] in hidden.beginnings
        ):
            return True
    return False


def _prefilter_slot(letters: int) -> int:
    """Return the place of five letters in the prefilter."""
    return (letters ^ letters >> 21) & (_PREFILTER_SIZE - 1)


def _split(word: bytes, hidden: Hidden) -> tuple[bytes, ...] | None:
    """Return the words that a glued word is made of: all of it, and one of them worth hiding.

    Then phrases, traps and denials see what stands there: *laptopbekas* is a laptop, *bekasluka* a
    scar.
    """
    if word in hidden.pieces or word in _NAMES:
        return None
    found = _fewest(word, hidden.pieces)
    return found if found and not hidden.sure.isdisjoint(found) else None


def _fewest(word: bytes, pieces: Words) -> tuple[bytes, ...] | None:
    """Return the fewest pieces that make up a word, or None."""
    best: list[tuple[bytes, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, known = best[start], best[end]
            if before is None or (known is not None and len(before) + 1 >= len(known)):
                continue
            if word[start:end] in pieces:
                best[end] = (*before, word[start:end])
    return best[len(word)]


# --- chains -------------------------------------------------------------------------------------


def _may_be_joined(chain: bytes, hidden: Hidden) -> bool:
    """Return whether a word worth hiding has the letters of a chain, however often each occurs."""
    return (
        _letters_of(chain, _ONE_I) in hidden._letters
        or _letters_of(chain, _LEET_ONE_I) in hidden._letters
    )


def _join(chain: bytes, hidden: Hidden) -> tuple[bytes, ...] | None:
    joined = _NOT_WORD.sub(b"", chain)
    candidates = [joined, *_squeezed(joined)]
    if 2 * len(_DIGIT.findall(chain)) <= len(joined):  # not b41-35
        candidates += _decoded(chain)
    for candidate in candidates:
        if candidate in hidden.worth:
            return (candidate,)
    return None


def _is_starred(chain: bytes, hidden: Hidden) -> bool:
    return b"*" in chain


def _unstar(chain: bytes, hidden: Hidden) -> tuple[bytes, ...] | None:
    """Return the shortest word in which each star stands for one letter, or for one or two.

    At least half of the letters must be there, the first among them, and three; of a word of
    three letters (``b*l``) all but the vowel.
    """
    if len(chain) == _SHORTEST and chain[1:2] == b"*":
        for vowel in _VOWELS:
            if (whole := chain.replace(b"*", bytes((vowel,)))) in hidden.worth:
                return (whole,)
        return None
    letters = len(_NOT_WORD.sub(b"", chain))
    if letters < _SHORTEST or not chain[:1].isalpha() or 2 * letters < len(chain):
        return None
    starred = _NOT_WORD.sub(lambda run: b"*" * len(run[0]), chain)
    for one in (rb"[a-z]", rb"[a-z]{1,2}"):
        pattern = re.compile(one.join(starred.split(b"*")))
        for word in hidden.starred.get(chain[:1], ()):
            if pattern.fullmatch(word):
                return (word,)
    return None


# --- the list -----------------------------------------------------------------------------------


def _is_not_ascii(text: bytes, hidden: Hidden) -> bool:
    return not text.isascii()


def _may_be_reversed(text: bytes, hidden: Hidden) -> bool:
    return may_be_reversed(text.decode())


def _fold(text: bytes, hidden: Hidden) -> tuple[bytes, ...] | None:
    return (fold_bytes(text),)


class Disguise(NamedTuple):
    """One way to hide a word, and how it is undone.

    Attributes
    ----------
    name
        What the ablation and the tests call it.
    of
        What it looks at: ``"text"``, ``"chain"``, ``"word"`` (terms of the lexicon hide nothing)
        or ``"any word"``.
    example
        A word as written, and as it is read.
    may_apply
        The cheap test.
    undo
        Returns the words that are read, or None where nothing is sure.
    """

    name: str
    of: str
    example: tuple[str, str]
    may_apply: Callable[[bytes, Hidden], bool]
    undo: Callable[[bytes, Hidden], tuple[bytes, ...] | None]


DISGUISES = (
    Disguise(LOOK_ALIKES, "text", ("ｔhr\u200bіft", "thrift"), _is_not_ascii, _fold),
    Disguise(TURNED, "text", ("ꞁɐq", "bal"), _may_be_reversed, _fold),
    Disguise("separators", "chain", ("t.h.r.i.f.t", "thrift"), _may_be_joined, _join),
    Disguise("stars", "chain", ("tr*ft", "trift"), _is_starred, _unstar),
    Disguise("stretched letters", "word", ("importttt", "import"), _is_stretched, _unstretch),
    Disguise("leet", "word", ("b3k4s", "bekas"), _may_be_leet, _unleet),
    Disguise("misspelling", "word", ("thritf", "thrift"), _is_misspelt, _spell),
    Disguise("glued words", "any word", ("jualthrift", "jual thrift"), _may_be_compound, _split),
)
"""Every disguise that is undone, in the order in which rules are asked."""

_OF_WORDS, _OF_TERMS, _OF_SEPARATED = (
    [(rule.name, rule.may_apply, rule.undo) for rule in DISGUISES if rule.of in kinds]
    for kinds in (("word", "any word"), ("any word",), ("chain",))
)


def undo_text(text: bytes, upright: Collection[bytes], hidden: Hidden) -> bytes:
    """Return a text as plain ASCII.

    Parameters
    ----------
    text
        UTF-8 of any characters.
    upright
        Words of the lexicon, see `thriftwatch.text.fold.fold_text`.
    hidden
        Which rules are switched off. Without `LOOK_ALIKES` every other character is a space.

    Examples
    --------
    >>> from thriftwatch.text.vocabulary import packaged_vocabulary
    >>> undo_text("Ｔhrift".encode(), (), packaged_vocabulary().hidden)
    b'Thrift'
    """
    if LOOK_ALIKES in hidden.without:
        return _NOT_ASCII.sub(" ", text.decode("utf-8", "replace")).encode()
    return fold_bytes(text, None if TURNED in hidden.without else upright)


def written_at(
    text: str, upright: Collection[bytes], hidden: Hidden
) -> tuple[list[int], list[int]]:
    """Return where each character that `undo_text` returns was written.

    Parameters
    ----------
    text
        As the seller wrote it.
    upright, hidden
        As for `undo_text`.

    Returns
    -------
    starts, ends
        Where what each character stands for begins and ends in ``text``.
    """
    if LOOK_ALIKES in hidden.without:
        return list(range(len(text))), list(range(1, len(text) + 1))
    read = text.encode("utf-8", "replace").decode()  # half a surrogate pair is no character
    return fold_with_origin(read, None if TURNED in hidden.without else upright)[1:]


def undo_word(word: bytes, hidden: Hidden, is_term: bool = False) -> tuple[bytes, ...] | None:
    """Return the words that a word hides.

    Parameters
    ----------
    word
        Lower-case ASCII letters and digits.
    hidden
        Words that may be hidden.
    is_term
        Whether it is a term of the lexicon. A term hides no other word, but may be several that
        are glued together: many are hashtags.

    Returns
    -------
    tuple of bytes or None
        The hidden word, or the words it is made of; None where nothing is sure.

    Examples
    --------
    >>> from thriftwatch.text.vocabulary import packaged_vocabulary
    >>> hidden = packaged_vocabulary().hidden
    >>> [undo_word(word, hidden) for word in (b"b3k4s", b"importttt", b"thritf", b"bekasnya")]
    [(b'bekas',), (b'import',), (b'thrift',), (b'bekas', b'nya')]
    >>> [undo_word(word, hidden) for word in (b"5xl", b"25rb", b"3second", b"secondary")]
    [None, None, None, None]
    >>> undo_word(b"sepatubekas", hidden, is_term=True)
    (b'sepatu', b'bekas')
    """
    return _first_answer(_OF_TERMS if is_term else _OF_WORDS, word, hidden)


def undo_separated(chain: bytes, hidden: Hidden) -> tuple[bytes, int, int] | None:
    """Return the word that pieces held together, or letters held apart, hide.

    Parameters
    ----------
    chain
        The pieces as they are written, lower case.
    hidden
        Words that may be hidden.

    Returns
    -------
    word, before, behind
        The hidden word, and how many digits before and behind spelled letters are no part of it;
        None where nothing is sure.

    Examples
    --------
    >>> from thriftwatch.text.vocabulary import packaged_vocabulary
    >>> hidden = packaged_vocabulary().hidden
    >>> [undo_separated(chain, hidden) for chain in (b"b a l", b"1 0 b a l", b"tr*ft")]
    [(b'bal', 0, 0), (b'bal', 2, 0), (b'trift', 0, 0)]
    >>> [undo_separated(chain, hidden) for chain in (b"h&m", b"t-shirt", b"u.s.a")]
    [None, None, None]
    """
    if (words := _first_answer(_OF_SEPARATED, chain, hidden)) is not None:
        return words[0], 0, 0
    if not chain[:1].isdigit() and not chain[len(chain) - 1 :].isdigit():
        return None
    letters = _DIGITS_BEFORE.sub(b"", chain)
    before, letters = len(chain) - len(letters), _DIGITS_BEHIND.sub(b"", letters)
    behind = len(chain) - before - len(letters)
    if before + behind == 0 or (words := _first_answer(_OF_SEPARATED, letters, hidden)) is None:
        return None
    return words[0], before // 2, behind // 2


def _first_answer(
    rules: "list[tuple[str, Any, Any]]", written: bytes, hidden: Hidden
) -> tuple[bytes, ...] | None:
    for name, may_apply, undo in rules:
        if may_apply(written, hidden) and name not in hidden.without:
            words: tuple[bytes, ...] | None = undo(written, hidden)
            if words is not None:
                return words
    return None
