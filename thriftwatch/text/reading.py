"""What one written word reads as: disguises undone, looked up in the lexicon.

Both ways to the features of listings (`thriftwatch.text.features` for blocks,
`thriftwatch.text.scan` for a single listing) read a word here, once, and remember the answer.
"""

from collections.abc import Sequence
from functools import cache
from itertools import compress, repeat
from typing import NamedTuple

from thriftwatch.text.compounds import may_be_compound, maybe_compound, split_compound
from thriftwatch.text.lexicon import NAMES
from thriftwatch.text.shapes import number_patterns
from thriftwatch.text.unmask import is_stretched, maybe_masked, misspellings, unmask_word
from thriftwatch.text.vocabulary import load_vocabulary

__all__ = ["Reading", "may_tell", "read_word", "read_words", "spellings"]

_DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")
_TEN, _NAME = b"10", ord("<")


class Reading(NamedTuple):
    """What is known of a written word.

    Attributes
    ----------
    form
        What it counts as: the word with every digit as 0, or ``<class>`` of a name. Words with
        one form are one word.
    lexicon_number, term
        Word number and single-word term in the `Vocabulary`.
    number_kind
        What kind of number it is (see `thriftwatch.text.shapes`).
    is_ten, unmasked
        Whether it reads ``10``, and whether it hid another word.
    pieces
        The words it is made of if it is several that were glued together.
    """

    form: bytes
    lexicon_number: int = 0
    term: int = -1
    number_kind: int = 0
    is_ten: bool = False
    unmasked: bool = False
    pieces: tuple[bytes, ...] = ()


def read_word(written: bytes) -> Reading:
    """Read one written word.

    Parameters
    ----------
    written
        Lower-case ASCII letters and digits, at most `LONGEST_WORD` of them.

    Examples
    --------
    >>> read_word(b"b3k4s").form, read_word(b"25rb").form, read_word(b"uniqlo").form
    (b'bekas', b'00rb', b'<brand_foreign>')
    """
    vocabulary, hidden = load_vocabulary(), None
    if vocabulary.single_terms[vocabulary.numbers.get(written, 0)] < 0:  # a term hides nothing
        hidden = unmask_word(written) or misspellings().get(written)
    return _reading(written, hidden, () if hidden else split_compound(written) or ())


def _reading(written: bytes, hidden: bytes | None, pieces: tuple[bytes, ...]) -> Reading:
    """Look a word up, given what it hides or is made of."""
    vocabulary, word = load_vocabulary(), hidden or written
    number = vocabulary.numbers.get(word, 0)
    term = vocabulary.single_terms[number]
    form, kind = _name_forms().get(term), 0
    if form is None:
        form = word.translate(_DIGITS_AS_0)
        kind = number_patterns().get(form, 0)
    return Reading(form, number, term, kind, word == _TEN, hidden is not None, pieces)


def read_words(written: Sequence[bytes]) -> tuple[list[bytes], dict[int, Reading]]:
    """Read many words at once: one after the other gives the same, slower.

    Returns
    -------
    forms
        The `Reading.form` of each.
    telling
        The whole reading of those of which there is more to say, by place.

    Examples
    --------
    >>> forms, telling = read_words([b"kilau", b"b3k4s", b"2017"])
    >>> forms, sorted(telling)
    ([b'kilau', b'bekas', b'0000'], [1, 2])
    """
    forms = b" ".join(written).translate(_DIGITS_AS_0).split(b" ")
    kinds = list(map(number_patterns().get, forms, repeat(0)))
    numbers = compress(enumerate(kinds), kinds)
    telling = {place: Reading(forms[place], number_kind=kind) for place, kind in numbers}
    unusual = maybe_masked(written) | maybe_compound(written)
    told = unusual | _telling_words().intersection(written)
    for place, word in compress(enumerate(written), map(told.__contains__, written)):
        if word in unusual:
            reading = read_word(word)
        else:  # it is neither masked nor a compound
            reading = _reading(word, misspellings().get(word), ())
        telling[place], forms[place] = reading, reading.form
    return forms, telling


def spellings(forms: Sequence[bytes]) -> list[bytes]:
    """Return the letters of each form that n-grams are taken from: names have none."""
    return [b"" if form[0] == _NAME else form for form in forms]


def may_tell(word: bytes) -> bool:
    """Return whether `read_word` may say more of a word than that it is one.

    Examples
    --------
    >>> may_tell(b"kilau"), may_tell(b"b3k4s")
    (False, True)
    """
    return (
        not word.isalpha()
        or word in _telling_words()
        or is_stretched(word)
        or may_be_compound(word)
    )


@cache
def _name_forms() -> dict[int, bytes]:
    """Return what names read as, by their term: all of a class read the same."""
    classes = enumerate(term.word_class for term in load_vocabulary().terms)
    return {term: b"<%b>" % name.encode() for term, name in classes if name in NAMES}


@cache
def _telling_words() -> frozenset[bytes]:
    return frozenset({*load_vocabulary().numbers, *misspellings(), *number_patterns(), _TEN})
