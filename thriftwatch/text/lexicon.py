"""The seller vocabulary: words of the trade, of lawful sellers, and the traps between them.

The table that training starts from is ``lexicon.csv`` beside this module, one row a term; the terms
that a model was trained with travel in its folder. Every surface form is *folded text*: lower-case
words of ``a-z0-9`` with one space between them. Forms are unique in the whole table, and where two
forms overlap in a text the longest one wins and covers its words. That is how a trap works:
``cakar ayam`` (chicken feet) is a row of its own in a harmless class, so the ``cakar`` inside it no
longer speaks of clothes. For the same reason ``no minus`` and ``bukan lokal`` are rows: no
``negator`` may flip them.

A term is evidence about goods, never about the person who offers them.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from io import StringIO
from os import PathLike
from pathlib import Path

from thriftwatch.errors import InputError, TableError, listed, not_one_of, shown
from thriftwatch.text.fields import LONGEST_WORD

__all__ = [
    "CLASSES", "CLASS_NUMBERS", "NAMES", "Term", "check_forms", "load_lexicon", "read_lexicon",
]  # fmt: skip

CLASSES = {
    "used": "says the goods are second-hand",
    "style": "vintage, retro: an older style, whether worn or new",
    "import": "names used goods from abroad: regional names, second import, ex Korea",
    "origin": "a foreign place, label or route; says nothing about wear",
    "wholesale": "bales, sacks, lots and what is pulled out of them",
    "condition": "signs of wear or of one single piece: flaws, scores, washed before sale",
    "trade": "how traders of single pieces sell: live numbers, drops, no-cancel, resellers",
    "evasion": "winks, talk about moderation, leads off the platform",
    "new": "says the goods are new: tags, size runs, made to order, new collections",
    "own": "own wardrobe, reason for sale, proof of purchase",
    "domestic": "Indonesian shop, brand, production, uniform or donation; denial of import",
    "wanted": "somebody looks for goods instead of offering them",
    "service": "a service, a rental or a course",
    "notthing": "no offer at all: job ad, news, advice, complaint, event",
    "negator": "denies what follows it",
    "counterfeit": "about genuineness: fake, or said not to be; says nothing about wear",
    "garment": "goods in scope: clothing, footwear, headgear, household linen",
    "adjacent": "bags, belts, wallets, leather jackets",
    "goods": "other goods, out of scope",
    "trap": "phrase with a telling word in a harmless sense",
    "brand_foreign": "foreign brand; sold new in Indonesia too, so never evidence of import",
    "brand_local": "Indonesian brand",
    "place": "Indonesian place that tells nothing about the trade",
    "market": "market or district known for used clothes",
    "logistics": "how any shop ships, is paid, answers and greets; says nothing about the goods",
    "measure": "measurement word",
    "size": "size word",
    "unit": "counting or money unit",
}
"""Every class a term can have, and what it means."""

CLASS_NUMBERS = {name: number for number, name in enumerate(CLASSES)}

NAMES = frozenset({"place", "brand_foreign", "brand_local", "logistics"})
"""Classes whose words all read the same: which city, brand or courier it is, is evidence of
nothing."""

_FORM = re.compile(r"[a-z0-9]+(?: [a-z0-9]+){0,7}")
_COLUMNS = ("term", "variants", "class", "family", "region", "strength", "traps", "first_seen",
            "meaning_id", "meaning_en", "source")  # fmt: skip
_OBLIGATORY = ("term", "class")
_USUAL_STRENGTH = "3"


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the vocabulary.

    Attributes
    ----------
    forms
        Every surface form, the canonical one first; all folded text.
    word_class
        A key of `CLASSES` (column ``class``).
    family
        Short English slug that groups synonyms, such as ``"monza"`` or ``"sealed-bale"``.
    strength
        1 (says little alone) to 5 (says nearly all); expert judgement, not measured.
    meaning_id, meaning_en
        A few words for a sentence like ``menyebut "monza": pakaian bekas impor``.
    region
        Where the word is used, or ``""``.
    traps
        Forms of other rows in which a word of this term means something else.
    first_seen
        Year the word is documented, or ``None``.
    source
        ``"dossier"`` where a public source documents the term, else ``"own"``.
    """

    forms: tuple[str, ...]
    word_class: str
    family: str
    strength: int
    meaning_id: str
    meaning_en: str
    region: str = ""
    traps: tuple[str, ...] = ()
    first_seen: int | None = None
    source: str = "own"

    @property
    def term(self) -> str:
        """The canonical form."""
        return self.forms[0]


@cache
def load_lexicon() -> tuple[Term, ...]:
    """Read the packaged vocabulary; the answer is cached.

    Returns
    -------
    tuple of Term
        In the order of the file.

    Examples
    --------
    >>> monza = next(t for t in load_lexicon() if t.term == "monza")
    >>> monza.word_class, monza.strength, monza.region
    ('import', 5, 'Sumatera Utara, Aceh')
    >>> monza.meaning_id
    'pakaian bekas impor (sebutan Medan dan Aceh)'
    >>> monza.forms[:3]
    ('monza', 'monja', 'mongza')
    """
    return read_lexicon(Path(__file__).with_name("lexicon.csv"))


def read_lexicon(path: "str | PathLike[str]") -> tuple[Term, ...]:
    """Read a vocabulary from a CSV file.

    Parameters
    ----------
    path
        A CSV file with the columns ``term`` and ``class``, and any of ``variants`` (other forms,
        joined by ``|``), ``family`` (by default the class's own), ``strength`` (1 to 5),
        ``meaning_id``, ``meaning_en``, ``region``, ``traps``, ``first_seen`` and ``source``.

    Returns
    -------
    tuple of Term
        In the order of the file.

    Raises
    ------
    TableError
        If the file cannot be read as UTF-8 or a row is not what is accepted; it says which row.
    """
    import csv  # not needed to score

    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        why = f"cannot be read ({error.strerror}); name a CSV file with {listed(_OBLIGATORY)}"
        raise TableError(why, path=path) from None
    except ValueError as error:
        raise TableError(f"cannot be read as UTF-8 text ({error})", path=path) from None
    rows = csv.DictReader(StringIO(text, newline=""), restkey="", restval="")
    terms: list[Term] = []
    try:
        _check_columns(rows.fieldnames or (), path)
        terms += map(_term, rows)
    except TableError:
        raise
    except (InputError, csv.Error) as error:
        raise TableError(str(error), path=path, line=rows.line_num) from None
    check_forms(terms, path)
    return tuple(terms)


def _check_columns(names: Collection[str], path: "str | PathLike[str]") -> None:
    if missing := [name for name in _OBLIGATORY if name not in names]:
        raise TableError(
            f"there is no column {listed(missing)}; a lexicon has the columns {listed(_COLUMNS)}, "
            f"of which {listed(_OBLIGATORY)} are obligatory",
            path=path,
        )


def check_forms(terms: Iterable[Term], path: "str | PathLike[str]") -> None:
    """Refuse a form that stands twice: no reader could tell which of the terms is meant."""
    owners: dict[str, str] = {}
    for term in terms:
        for form in term.forms:
            if form in owners:
                raise TableError(
                    f"{shown(form)} is a form of {shown(owners[form])} and of {shown(term.term)}; "
                    "take it out of one of them",
                    path=path,
                )
            owners[form] = term.term


def _term(row: dict[str, str]) -> Term:
    forms = (row["term"].strip(), *_split(row.get("variants", "")))
    for form in forms:
        if not _FORM.fullmatch(form) or max(map(len, form.split())) > LONGEST_WORD:
            raise InputError(
                f"{shown(form)} is no folded text; accepted: lower-case words of a-z and 0-9 with "
                f"one space between them, at most eight of up to {LONGEST_WORD} letters"
            )
    word_class, strength = row.get("class", ""), row.get("strength") or _USUAL_STRENGTH
    if word_class not in CLASSES:
        raise not_one_of("class", word_class, CLASSES)
    if strength not in ("1", "2", "3", "4", "5"):
        raise not_one_of("strength", strength, ("1", "2", "3", "4", "5"))
    seen = row.get("first_seen", "")
    return Term(
        forms=forms,
        word_class=word_class,
        family=row.get("family") or forms[0].replace(" ", "-"),
        strength=int(strength),
        meaning_id=row.get("meaning_id", ""),
        meaning_en=row.get("meaning_en", ""),
        region=row.get("region", ""),
        traps=_split(row.get("traps", "")),
        first_seen=int(seen) if seen.isdecimal() else None,
        source=row.get("source") or "own",
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|")) if cell else ()
