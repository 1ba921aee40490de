"""The seller vocabulary: words of the trade, of lawful sellers, and the traps between them.

The table is ``lexicon.csv`` beside this module, one row a term. Every surface form in it is
*folded text*: lower-case words of ``a-z0-9`` with one space between them, at most four words.
Forms are unique in the whole table, and where two forms overlap in a text the longest one wins
and covers its words. That is how a trap works: ``cakar ayam`` (chicken feet) is a row of its own
in a harmless class, so the ``cakar`` inside it no longer speaks of clothes. For the same reason
``no minus`` and ``bukan lokal`` are rows: no ``negator`` may flip them.

A term is evidence about goods, never about the person who offers them.
"""

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["CLASSES", "CLASS_NUMBERS", "NAMES", "Term", "lexicon_digest", "load_lexicon"]

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
    region
        Where the word is used, or ``""``.
    strength
        1 (says little alone) to 5 (says nearly all); expert judgement, not measured.
    traps
        Forms of other rows in which a word of this term means something else.
    first_seen
        Year the word is documented, or ``None``.
    meaning_id, meaning_en
        A few words for a sentence like ``menyebut "monza": pakaian bekas impor``.
    source
        ``"dossier"`` where a public source documents the term, else ``"own"``.
    """

    forms: tuple[str, ...]
    word_class: str
    family: str
    region: str
    strength: int
    traps: tuple[str, ...]
    first_seen: int | None
    meaning_id: str
    meaning_en: str
    source: str

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
    rows = csv.reader(_table().decode().splitlines())
    next(rows)
    return tuple(
        Term(
            forms=(term, *_split(variants)),
            word_class=word_class,
            family=family,
            region=region,
            strength=int(strength),
            traps=_split(traps),
            first_seen=int(seen) if seen else None,
            meaning_id=meaning_id,
            meaning_en=meaning_en,
            source=source,
        )
        for (
            term,
            variants,
            word_class,
            family,
            region,
            strength,
            traps,
            seen,
            meaning_id,
            meaning_en,
            source,
        ) in rows
    )


@cache
def _table() -> bytes:
    return resources.files(__package__).joinpath("lexicon.csv").read_bytes()


@cache
def lexicon_digest() -> str:
    """Return what tells this vocabulary from any other: signals are numbered by its order.

    Examples
    --------
    >>> len(lexicon_digest())
    16
    """
    # Line ends are left out: a checkout may have changed them.
    parts = [*_table().splitlines(), ",".join(CLASSES).encode(), ",".join(sorted(NAMES)).encode()]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:16]


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
