"""Hide phone numbers, e-mail addresses and street addresses in a text, and nothing else.

Phone numbers are found by the rules of the world's numbering plans (the package phonenumbers), so
that prices, sizes, product codes and years stay. Addresses are found by a small rule for how they
are written in Indonesia (*Jl. Mawar No. 12*, *RT 03/RW 05*, *Blok C no 4*); a market or a town is
no address and stays, for where goods come from is what a reviewer has to see. A number spelled in
words is not found.
"""

import re
from collections.abc import Iterator

__all__ = ["HIDDEN", "hide", "hide_contacts"]

HIDDEN = "•"
"""What stands in place of every hidden letter and digit, so that positions in the text stay."""

# Sellers write what is searched here, and 80,000 times one letter must not keep anyone waiting.
# Every pattern is linear: a repetition is possessive (`*+`: it gives nothing back, and nothing that
# it took could have matched what follows) or bounded, no two that can take the same character are
# neighbours, and a pattern starts at a word that it names or at the first character of a run.
_DOMAIN = r"[\w-]++(?:\.[\w-]++)++"
_EMAIL = re.compile(
    # What follows an address without a gap may be the next one: "a@b.c+d@e.f".
    rf"(?<![\w.+-])[\w.+-]++@{_DOMAIN}(?:[.+][\w.+-]*+@{_DOMAIN})*+"
)
# The letter o between digits, or before one: "o812" is how a number passes a filter.
_LETTER_FOR_ZERO = re.compile(r"(?<=\d)[oO](?=[\d\s-])|(?<!\w)[oO](?=\d)")
_WITHOUT_PREFIX = frozenset("12345789")
# What every number has that could be yielded: after a plus or a bracket, or beginning with a digit
# that is none of the above, seven digits with at most four of phonenumbers' separators between two
# of them. Prices and sizes rarely do, and to look at them as numbers takes a hundred times longer.
_MAY_BE_NUMBER = re.compile(r"(?:[^\w\s][\W_xXー]{0,4}\d|[^\D1-57-9])(?:[\W_xXー]{0,4}\d){6}")
# An initial is one where a name follows it; the last may be the name.
_NAME = r"(?!No\b)(?:[A-Z]\.(?=[A-Z]))*+[A-Z][\w'-]*+"
_NUMBER = r"\d{1,4}(?:\s?[A-Za-z]\b)?(?:[/-]\d{1,3})?"
_HOUSE = rf"(?i:(?:\b(?:no(?:mor|mer)?|kav(?:ling)?)\b\.?\s*+|#\s*+){_NUMBER})"
# A bare number is that of a house, unless what follows makes it a price or a size.
_BARE = r"\d{1,3}[A-Za-z]?\b(?!\s?(?i:rb|ribu|k|jt|juta|cm|pcs|x|kg|lusin)|[.,]?\d)"
_STREET = rf"{_NAME}(?:\s++{_NAME}){{0,2}}"
# What is hidden is the first group, or all of it.
_ADDRESSES = tuple(
    re.compile(pattern)
    for pattern in (
        # "jl" without a dot may also be short for selling, and wants a name behind it.
        rf"\b[Jj][Ll][Nn]?(?:\.\s*+(?:[A-Z]\.(?=\w))*+\w[\w'-]*+|\s++{_NAME})"
        rf"(?:\s++{_NAME}){{0,3}}(?:[\s,]*+{_HOUSE}|\s++{_BARE})?",
        # The word itself also means to walk, and wants a house number or a word that leads to it.
        rf"\b(?i:jalan|gang|gg)\b\.?\s*+(?:\w[\w'-]*+\s++){{0,4}}{_HOUSE}",
        rf"\b(?i:(?:alamat|lokasi|toko|rumah|gudang)\b(?:\s++(?:di|ke))?)\s*+(?::\s*+)?"
        rf"((?i:jalan|gang)\s++(?:{_STREET}|\d{{1,3}}\b))",
        r"(?i:\brt\b\.?\s*+\d{1,3}\s*+"
        r"(?:/\s*+(?:rw\b\.?\s*+)?|[,\s]*+rw\b\.?\s*+)\d{1,3}\b)",
        rf"(?i:\bblo[kc]\b)\.?\s*+\w{{1,3}}\s*+(?:[,/-]\s*+)?{_HOUSE}",
        r"(?i:\bkode\s?pos\b\s*+(?::\s*+)?\d{5}\b)",
    )
)


def hide_contacts(text: str) -> str:
    """Hide phone numbers, e-mail addresses and street addresses.

    Parameters
    ----------
    text
        What a seller wrote.

    Returns
    -------
    str
        A text of the same length; of what is hidden only blanks and punctuation are left.

    Examples
    --------
    >>> hide_contacts("Hoodie 50.000, LD 52 cm, WA 0812-3456-7890")
    'Hoodie 50.000, LD 52 cm, WA ••••-••••-••••'
    >>> hide_contacts("COD Pasar Gedebage atau Jl. Mawar No. 12")
    'COD Pasar Gedebage atau ••. ••••• ••. ••'
    """
    parts: list[str] = []
    done = 0
    for start, end in sorted(_contacts(text)):
        if end > done:  # a street may hold what was taken for a number
            hidden_from = max(start, done)
            parts += text[done:hidden_from], hide(text[hidden_from:end])
            done = end
    return "".join((*parts, text[done:]))


def hide(text: str) -> str:
    """Replace every letter and digit of a text.

    Examples
    --------
    >>> hide("RT 03/05")
    '•• ••/••'
    """
    return "".join(HIDDEN if character.isalnum() else character for character in text)


def _contacts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where contacts begin and end."""
    digits = _LETTER_FOR_ZERO.sub("0", text)
    if _MAY_BE_NUMBER.search(digits):
        from phonenumbers import Leniency, PhoneNumberMatcher

        for found in PhoneNumberMatcher(digits, "ID", leniency=Leniency.VALID):
            # Without a prefix it may be a call centre's number; far more often it is a price.
            if found.raw_string.lstrip("(")[:1] not in _WITHOUT_PREFIX:
                yield found.start, found.end
    for pattern in (_EMAIL, *_ADDRESSES):
        for match in pattern.finditer(text):
            yield match.span(match.lastindex or 0)
