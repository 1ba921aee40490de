"""What near-copies of a listing have in common: its words, without sizes, numbers and order."""

import hashlib
import re
import unicodedata

from thriftwatch.text.fold import fold_character, fold_text

__all__ = ["near_copy_key"]

_WORD = re.compile("[a-z]{3,}")  # shorter ones are sizes, units and noise: XL, cm, rb
_NOT_LETTERS = re.compile("[^a-z ]+")
_DIGITS = 12


def near_copy_key(title: str, description: str = "") -> str:
    """Return a key that is the same for near-copies of a listing.

    Parameters
    ----------
    title, description
        As the seller wrote them.

    Returns
    -------
    str
        Twelve hexadecimal digits, the same on every machine and in every version that reads
        characters alike.

    Notes
    -----
    Two texts are near-copies if they have the same words of three letters and more, whatever their
    order, number, spelling in other scripts, punctuation, numbers and emoji: a shop that posts one
    text for every size, at several prices. A listing with another noun is another listing.

    Examples
    --------
    >>> texts = "Hoodie second XL 50rb", "HOODIE 𝘀𝗲𝗰𝗼𝗻𝗱, M, 45rb!", "Kemeja second XL 50rb"
    >>> one, copy, other = map(near_copy_key, texts)
    >>> one == copy, one == other
    (True, False)
    """
    text = fold_text(_without_pictures(f"{title}\n{description}")).lower()
    words = sorted(set(_WORD.findall(_NOT_LETTERS.sub(" ", text))))
    said = " ".join(words) if words else " ".join(text.split())
    return hashlib.sha256(said.encode()).hexdigest()[:_DIGITS]


def _without_pictures(text: str) -> str:
    """Leave emoji out, which fold to what they show; letters in circles and squares stay."""
    if text.isascii():
        return text
    return "".join(" " if _is_picture(character) else character for character in text)


def _is_picture(character: str) -> bool:
    return unicodedata.category(character) == "So" and len(fold_character(character).strip()) > 1
