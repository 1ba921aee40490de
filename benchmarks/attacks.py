"""What sellers do to a listing: attack pools, and the changes made with them.

An attack is a function from an `Offer` and a generator of chance to the changed offers that the
seller tries next. Lines come from ``benchmarks/pools``; `expanded` says what braces in them mean.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import unescape
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

from thriftwatch.text.lexicon import load_lexicon

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from disguises import CYRILLIC, DISGUISES, TURNED

__all__ = [
    "ATTACKS", "CANDIDATES", "EDITED", "EDITS", "POOLS", "PROSES", "TRANSFORMS", "Attack", "Edit",
    "Offer", "add_digits", "add_lines", "diluted", "expanded", "prose_of", "read_pairs",
    "read_pool",
]  # fmt: skip

POOLS = Path(__file__).with_name("pools")
CANDIDATES = 40
"""How many changed listings a seller tries at each step, of every kind that has so many."""
EDITED = 100
"""How many words with an edited character a seller tries at each step."""
PROSES = 20
"""How many times the prose around a listing is drawn."""

_ALTERNATIVES = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_WORD = re.compile(r"[A-Za-z]+")
_TOKEN = re.compile(r"[^ \t\r\n]+")
"""A word as its seller counts it: an edit that looks like a space does not make two of it."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_SHORTEST_EDITED = 3
_EDITS_OF_A_WORD = 2
_SYNONYM_CLASSES = ("used", "import", "wholesale", "origin")
_LONGEST_TERM = 4


class Offer(NamedTuple):
    """A listing under attack.

    Attributes
    ----------
    evidence
        The seller's words that decide, as the sample marks them.
    edited
        The words edited so far: field and place among the words of that field, once per edit.
    """

    title: str
    description: str = ""
    shop: str = ""
    evidence: tuple[str, ...] = ()
    edited: tuple[tuple[str, int], ...] = ()

    def with_text(self, field: str, text: str) -> "Offer":
        """Return the offer with another title or description."""
        return self._replace(title=text) if field == "title" else self._replace(description=text)


Attack = Callable[[Offer, Random], list[Offer]]
"""From an offer to the changed ones that its seller tries next; none where nothing applies."""
Edit = Callable[[str, Random], str]
"""From a word to one that a reader still reads; the word itself where the edit does not apply."""


# --- pools --------------------------------------------------------------------------------------


@cache
def read_pool(name: str, folder: Path = POOLS) -> tuple[str, ...]:
    """Return the entries of a pool, in the order of the file.

    Parameters
    ----------
    name
        File name without its ending, such as ``"measure-neutral"``.

    Examples
    --------
    >>> len(read_pool("measure-neutral")) >= 40
    True
    """
    lines = (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


def read_pairs(name: str, folder: Path = POOLS) -> list[tuple[str, str]]:
    """Return the two sides of the entries ``one = other`` of a pool."""
    halves = (entry.partition(" = ") for entry in read_pool(name, folder))
    return [(one.strip(), other.strip()) for one, _, other in halves]


def expanded(entry: str, random: Random) -> str:
    """Choose one of each group of alternatives.

    Examples
    --------
    >>> expanded("Kainnya {adem|tebal}, {goods}", Random(1)) in (
    ...     "Kainnya adem, {goods}", "Kainnya tebal, {goods}")
    True
    """
    return _ALTERNATIVES.sub(lambda match: random.choice(match[1].split("|")), entry)


def _some(entries: Sequence[str], random: Random) -> list[str]:
    return [expanded(entry, random) for entry in random.sample(entries, len(entries))[:CANDIDATES]]


# --- lines around the evidence --------------------------------------------------------------------


def add_lines(pool: str) -> Attack:
    """Return the attack that writes one more line of a pool below or above the description."""

    def attack(offer: Offer, random: Random) -> list[Offer]:
        fresh = [entry for entry in read_pool(pool) if entry not in offer.description]
        return [_with_line(offer, line, random) for line in _some(fresh, random)]

    return attack


def add_digits(count: int) -> Attack:
    """Return the attack that adds one run of so many digits to the description."""

    def attack(offer: Offer, random: Random) -> list[Offer]:
        digits = "".join(random.choices("0123456789", k=count))
        return [offer._replace(description=_joined(offer.description, digits))]

    return attack


def search_phrasing(offer: Offer, random: Random) -> list[Offer]:
    """Phrase the offer as a search: the title within a line of the pool."""
    field = "title" if offer.title else "description"
    goods = getattr(offer, field)
    lines = _some(read_pool("measure-search"), random)
    return [offer.with_text(field, line.replace("{goods}", goods)) for line in lines]


def diluted(words: int, *, evidence_alone: bool) -> Attack:
    """Return the attack that puts a lawful garment's prose around the description.

    Parameters
    ----------
    words
        Of prose.
    evidence_alone
        Only the sentences with evidence stand in the prose, those of the title among them, and the
        title is what is left without its evidence.
    """

    def attack(offer: Offer, random: Random) -> list[Offer]:
        title, own = offer.title, offer.description
        if evidence_alone:
            title, own = _without(title, offer.evidence) or "Pakaian", _evidence_of(offer)
        found = []
        for _ in range(PROSES):
            prose = prose_of(words, random)
            middle = random.randint(len(prose) // 4, 3 * len(prose) // 4)
            description = _joined(" ".join(prose[:middle]), own, " ".join(prose[middle:]))
            found.append(offer._replace(title=title, description=description))
        return found

    return attack


def prose_of(words: int, random: Random) -> list[str]:
    """Return at least so many words of a lawful garment's prose, sentence by sentence.

    One seller has a third of the sentences of the pool. When one comes again, its words are drawn
    anew.
    """
    pool = read_pool("measure-prose")
    entries = random.sample(pool, len(pool) // 3)
    sentences: list[str] = []
    while words > 0:
        sentences.append(expanded(entries[len(sentences) % len(entries)], random))
        words -= len(sentences[-1].split())
    return sentences


def _evidence_of(offer: Offer) -> str:
    """Return the sentences that decide; the whole text if what decides is the text as a whole."""
    sentences = [offer.title, *_SENTENCE_END.split(offer.description)]
    telling = [s for s in sentences if any(words in s for words in offer.evidence)]
    return _joined(*(telling or sentences))


def _with_line(offer: Offer, line: str, random: Random) -> Offer:
    parts = [offer.description, line]
    return offer._replace(description=_joined(*(parts if random.random() < 0.5 else parts[::-1])))


def _joined(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _without(text: str, evidence: Sequence[str]) -> str:
    for words in evidence:
        text = text.replace(words, " ")
    return " ".join(text.split()).strip(" -|,/:")


# --- characters ---------------------------------------------------------------------------------


def _replacing(letters: dict[str, str]) -> Edit:
    """Return the edit that replaces one letter by one of its values."""

    def edit(word: str, random: Random) -> str:
        places = [place for place, letter in enumerate(word) if letter.lower() in letters]
        if not places:
            return word
        place = random.choice(places)
        return word[:place] + random.choice(letters[word[place].lower()]) + word[place + 1 :]

    return edit


def _inserting(characters: Sequence[str]) -> Edit:
    """Return the edit that puts a character between two letters."""

    def edit(word: str, random: Random) -> str:
        places = [p for p in range(1, len(word)) if word[p - 1 : p + 1].isalpha()]
        if not places:
            return word
        place = random.choice(places)
        return word[:place] + random.choice(characters) + word[place:]

    return edit


def _inner(word: str, wanted: Callable[[int], bool], random: Random) -> int | None:
    """Return a place inside of the word that is wanted; its first and last letters stay."""
    places = [place for place in range(1, len(word) - 1) if wanted(place)]
    return random.choice(places) if places else None


def double_letter(word: str, random: Random) -> str:
    """Write a letter twice: *seconnd*."""
    place = _inner(word, lambda p: word[p].isalpha(), random)
    return word if place is None else word[: place + 1] + word[place:]


def drop_vowel(word: str, random: Random) -> str:
    """Leave out a vowel: *imprt*."""
    place = _inner(word, lambda p: word[p] in "aeiou", random)
    return word if place is None else word[:place] + word[place + 1 :]


def star_vowel(word: str, random: Random) -> str:
    """Write a star for a vowel: *b*kas*."""
    place = _inner(word, lambda p: word[p] in "aeiou", random)
    return word if place is None else f"{word[:place]}*{word[place + 1 :]}"


def swap_neighbours(word: str, random: Random) -> str:
    """Exchange two letters inside of the word: *imoprt*."""
    place = _inner(
        word,
        lambda p: p + 2 < len(word) and word[p] != word[p + 1] and word[p : p + 2].isalpha(),
        random,
    )
    if place is None:
        return word
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


EDITS: dict[str, Edit] = {
    "look-alike": _replacing({letter: CYRILLIC[letter] for letter in "aceijopsxy"}),
    "accent": _replacing({"a": "áàâä", "e": "éèê", "i": "íìï", "o": "óòö", "u": "úùü"}),
    "leet": _replacing(
        {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!", "o": "0", "s": "5$", "t": "7"}
    ),
    "by sound": _replacing({"c": "k", "f": "v", "i": "y", "k": "q", "s": "z", "y": "j"}),
    "separator": _inserting([*".-_*/|'~·:", "🔥", "\xa0", "\u2009"]),
    "hidden character": _inserting(["\u200b", "\u200c", "\u2060", "\xad"]),
    "inserted h": _inserting("h"),
    "doubled letter": double_letter,
    "dropped vowel": drop_vowel,
    "starred vowel": star_vowel,
    "swapped neighbours": swap_neighbours,
}
"""One character of a word, by name."""


def edit_characters(offer: Offer, random: Random) -> list[Offer]:
    """Change one character of a word of the title or of the evidence, twice in a word at most."""
    places = list(_words_worth_editing(offer))
    if not places:
        return []
    found = {_edited(offer, *random.choice(places), random) for _ in range(EDITED)}
    return sorted(found - {offer})


def _words_worth_editing(offer: Offer) -> Iterator[tuple[str, int]]:
    telling = {word for words in offer.evidence for word in words.split()}
    for field in ("title", "description"):
        for place, word in enumerate(_TOKEN.findall(getattr(offer, field))):
            known = field == "title" or word in telling or (field, place) in offer.edited
            long = sum(map(str.isalpha, word)) >= _SHORTEST_EDITED
            if known and long and offer.edited.count((field, place)) < _EDITS_OF_A_WORD:
                yield field, place


def _edited(offer: Offer, field: str, place: int, random: Random) -> Offer:
    text = getattr(offer, field)
    match = list(_TOKEN.finditer(text))[place]
    new = EDITS[random.choice(list(EDITS))](match[0], random)
    if new == match[0]:
        return offer
    text = text[: match.start()] + new + text[match.end() :]
    return offer.with_text(field, text)._replace(edited=(*offer.edited, (field, place)))


# --- where the evidence stands, and in which words ------------------------------------------------


def move_evidence(offer: Offer, random: Random) -> list[Offer]:
    """Move texts between title and description, and change their order."""
    title, description = offer.title, offer.description
    bare = _without(title, offer.evidence) or "Pakaian"
    found = {
        (description, title),
        (" ".join(_joined(title, description).split()), ""),
        (bare, _joined(title, description)),
        (bare, _joined(description, title)),
    }
    for words in offer.evidence:
        if words in title:
            rest = _without(title, [words]) or "Pakaian"
            found |= {(rest, _joined(description, words)), (rest, _joined(words, description))}
        if words in description:
            found.add((f"{title} {words}", _without(description, [words])))
    sentences = _SENTENCE_END.split(description)
    for _ in range(CANDIDATES // 4):
        found.add((title, "\n".join(random.sample(sentences, len(sentences)))))
    pairs = sorted(pair for pair in found - {(title, description)} if pair[0].strip())
    return [offer._replace(title=new, description=rest) for new, rest in pairs][:CANDIDATES]


def use_synonyms(offer: Offer, random: Random) -> list[Offer]:
    """Replace a word by another of the same meaning: of the lexicon, or of the pool."""
    found = {
        (field, pattern.sub(other, getattr(offer, field)))
        for pattern, other in _patterns()
        for field in ("title", "description")
        if pattern.search(getattr(offer, field))
    }
    for field in ("title", "description"):
        found |= {(field, text) for text in _with_other_forms(getattr(offer, field), random)}
    changes = sorted((field, text) for field, text in found if text != getattr(offer, field))
    random.shuffle(changes)
    return [offer.with_text(field, text) for field, text in changes[:CANDIDATES]]


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    pairs = read_pairs("measure-synonyms")
    return [(re.compile(rf"\b{re.escape(one)}\b", re.IGNORECASE), other) for one, other in pairs]


def _with_other_forms(text: str, random: Random) -> Iterator[str]:
    """Yield the text with one term of the trade in another of its forms, a few for each term."""
    words = list(_WORD.finditer(text))
    for start, length in product(range(len(words)), range(_LONGEST_TERM, 0, -1)):
        part = words[start : start + length]
        forms = _forms().get(" ".join(word[0].lower() for word in part))
        if len(part) == length and forms:
            for form in random.sample(forms, min(3, len(forms))):
                yield text[: part[0].start()] + form + text[part[-1].end() :]


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    terms = (term for term in load_lexicon() if term.word_class in _SYNONYM_CLASSES)
    return {form: term.forms for term in terms for form in term.forms if len(term.forms) > 1}


# --- the whole text -----------------------------------------------------------------------------


def _wordwise(disguise: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: _WORD.sub(lambda match: disguise(match[0].lower()), text)


def _alphabet(letters: str) -> Callable[[str], str]:
    table = str.maketrans(dict(zip("abcdefghijklmnopqrstuvwxyz", letters.split(), strict=True)))
    return lambda text: text.lower().translate(table)


def _upside_down(text: str) -> str:
    table = str.maketrans("abcdefghijklmnopqrstuvwxyz", TURNED)
    return "\n".join(line.lower().translate(table)[::-1] for line in text.split("\n"))


def _spaced(letter: str, word: str) -> Callable[[str], str]:
    return lambda text: word.join(letter.join(token) for token in text.split())


def _entities(text: str) -> str:
    """Write every other letter as a character reference; a page shows the plain text."""
    new = "".join(f"&#{ord(c)};" if p % 2 and c.isalpha() else c for p, c in enumerate(text))
    return new if unescape(new) == text else text


_FONTS = (
    "full width", "mathematical bold", "mathematical sans bold italic", "script", "fraktur",
    "double-struck", "typewriter", "circled", "negative circled", "parenthesised", "squared",
    "negative squared", "regional indicators", "small capitals", "superscript", "cyrillic",
    "greek", "mixed scripts", "accents", "combining marks", "mixed case",
)  # fmt: skip

TRANSFORMS: dict[str, Callable[[str], str]] = {
    **{name: _wordwise(DISGUISES[name]) for name in _FONTS},
    **{name: _alphabet(letters) for name, letters in read_pairs("alphabets")},
    "upper case": str.upper,
    "upside down": _upside_down,
    "letters apart": _spaced(" ", "   "),
    "letters and words equally apart": _spaced(" ", " "),
    "letters in brackets": lambda text: re.sub(r"\w", r"(\g<0>)", text),
    "dots between letters": _wordwise(".".join),
    "words glued": lambda text: "".join(word[:1].upper() + word[1:] for word in text.split()),
    "character references": _entities,
}
"""Ways to write a whole text, by name."""


def transform_text(offer: Offer, random: Random) -> list[Offer]:
    """Write the title, or title and description, in another way."""
    found = []
    for transform in TRANSFORMS.values():
        title = offer._replace(title=transform(offer.title))
        found += [title, title._replace(description=transform(offer.description))]
    return found


ATTACKS: dict[str, Attack] = {
    "character edits": edit_characters,
    "neutral lines": add_lines("measure-neutral"),
    "claims about something else": add_lines("measure-claims"),
    "search phrasing": search_phrasing,
    "evidence moved": move_evidence,
    "synonyms": use_synonyms,
    "whole text": transform_text,
}
"""What the seller of imported used goods does, by name."""
