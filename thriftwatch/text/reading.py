"""What one written word reads as: disguises undone, looked up in the lexicon.

Both ways to the features of listings (`thriftwatch.text.features` for blocks,
`thriftwatch.text.scan` for a single listing) read a word here, once, and remember the answer.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import Hashes, gram_hashes, hash_words, mix, word_hash
from thriftwatch.text.lexicon import CLASSES, NAMES
from thriftwatch.text.shapes import number_kind, number_patterns
from thriftwatch.text.unmask import misspellings, unmask_word
from thriftwatch.text.vocabulary import load_vocabulary

__all__ = ["Reading", "find_unusual", "framed", "hash_frames", "read_word"]

_STRETCHED = re.compile(rb"([a-z])\1\1")
_FEW = 24  # words that are hashed sooner one by one than with arrays
_DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")


class Reading(NamedTuple):
    """What is known of a written word.

    Attributes
    ----------
    frame
        What it counts as: ``<word>`` with every digit as 0, or the class of a name. Words with
        one frame are one word.
    lexicon_number, term
        Word number and single-word term in the `Vocabulary`.
    number_kind
        What kind of number it is (see `thriftwatch.text.shapes`).
    is_ten, unmasked
        Whether it reads ``10``, and whether it hid another word.
    """

    frame: bytes
    lexicon_number: int
    term: int
    number_kind: int
    is_ten: bool
    unmasked: bool


def read_word(written: bytes) -> Reading:
    """Read one written word.

    Parameters
    ----------
    written
        Lower-case ASCII letters and digits, at most `LONGEST_WORD` of them.

    Examples
    --------
    >>> read_word(b"b3k4s").frame, read_word(b"25rb").frame, read_word(b"uniqlo").frame
    (b'<bekas>', b'<00rb>', b'brand_foreign')
    """
    hidden = unmask_word(written) if _may_hide_another(written) else None
    hidden = hidden or misspellings().get(written)
    word = hidden or written
    vocabulary = load_vocabulary()
    number = vocabulary.numbers.get(word, 0)
    term = vocabulary.single_terms[number]
    is_name = term >= 0 and vocabulary.terms[term].word_class in NAMES
    if is_name:  # all of a class read the same
        frame, kind = vocabulary.terms[term].word_class.encode(), 0
    else:
        plain = word.translate(_DIGITS_AS_0)
        frame, kind = framed(plain), number_kind(plain)
    return Reading(frame, number, term, kind, word == b"10", hidden is not None)


def framed(word: bytes) -> bytes:
    """Mark where a word begins and ends."""
    return b"<%b>" % word


@cache
def _telling_words() -> frozenset[bytes]:
    vocabulary = load_vocabulary().numbers
    return frozenset({*vocabulary, *misspellings(), *filter(bytes.isalpha, number_patterns())})


def find_unusual(words: Sequence[bytes]) -> list[int]:
    """Return the places of words that `read_word` has something to say of.

    Most new words are nothing but themselves: letters that hide nothing, in no table.

    Examples
    --------
    >>> find_unusual([b"kilau", b"bekas", b"25rb", b"murahhh"])
    [1, 2, 3]
    """
    telling, stretched = _telling_words(), _stretched_words(b" ".join(words))
    return [
        place
        for place, word in enumerate(words)
        if not word.isalpha() or word in telling or word in stretched
    ]


def _stretched_words(text: bytes) -> frozenset[bytes]:
    """Return the words in which a letter stands three times in a row."""
    found = set()
    for match in _STRETCHED.finditer(text):
        end = text.find(b" ", match.end())
        found.add(text[text.rfind(b" ", 0, match.start()) + 1 : end if end >= 0 else None])
    return frozenset(found)


def _may_hide_another(word: bytes) -> bool:
    """Return whether letters are stretched, or mixed with digits in a word of usual length."""
    mixed = 3 <= len(word) <= 16 and not word.isalpha() and not word.isdigit()
    return mixed or _STRETCHED.search(word) is not None


@cache
def _names() -> dict[bytes, int]:
    """Return the hash that stands for all names of a class, by frame."""
    places = {name.encode(): place for place, name in enumerate(CLASSES) if name in NAMES}
    hashes = mix(np.array(list(places.values()), np.uint64)).tolist()
    return dict(zip(places, hashes, strict=True))


def hash_frames(frames: Sequence[bytes]) -> tuple[Hashes, Hashes, NDArray[np.int64]]:
    """Hash words and their character n-grams.

    Parameters
    ----------
    frames
        The `Reading.frame` of each word.

    Returns
    -------
    canonical
        uint64, shape (words,): hash of what each word reads as.
    grams
        uint64, shape (grams,): n-grams of the first word, then of the second, ...; names have none.
    first
        int64, shape (words + 1,): where the n-grams of each word start, and the end of the last.
    """
    names = _names()
    spelled = [b"" if frame in names else frame for frame in frames]
    plain = [frame[1:-1] for frame in spelled]
    if len(frames) < _FEW:
        canonical = np.array([word_hash(word) for word in plain], np.uint64)
    else:
        canonical = hash_words(plain)
    for place, frame in enumerate(frames):
        if frame in names:
            canonical[place] = names[frame]
    return canonical, *gram_hashes(spelled)
