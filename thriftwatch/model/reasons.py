"""From phrases to reasons: the seller's own words, where they stand, and a sentence about them."""

from collections.abc import Sequence
from functools import lru_cache

from thriftwatch.domain import ELEMENTS, FACTS, log_odds_of
from thriftwatch.model.decision import Decision
from thriftwatch.model.explain import Phrase
from thriftwatch.result import Reason
from thriftwatch.text.disguises import written_at
from thriftwatch.text.document import Document
from thriftwatch.text.shops import trade_word_span
from thriftwatch.text.vocabulary import Vocabulary

__all__ = ["LONGEST_QUOTE", "find_reasons", "with_shop"]

LONGEST_QUOTE = 200
"""Characters that a reason covers at most; of a longer word, however long, it is the beginning."""

_SIGNS = {element.name: (element.sign, element.sign_en) for element in ELEMENTS}
_NAMES = (*FACTS, "score")


def find_reasons(
    document: Document, phrases: Sequence[Phrase], title: str, description: str, limit: int
) -> tuple[Reason, ...]:
    """Quote the strongest phrases in the texts as they were written.

    Parameters
    ----------
    document
        What was read in the listing.
    phrases
        Its phrases, the strongest first.
    title, description
        The texts as the seller wrote them.
    limit
        How many reasons to give at most.

    Returns
    -------
    tuple of Reason
        The strongest first. Their spans do not overlap, and are `LONGEST_QUOTE` long at most.
    """
    vocabulary = document.vocabulary
    # Only where something was folded are places of folded text not those of the original.
    origins = {
        in_title: None if text.isascii() else written_at(text, vocabulary.words, vocabulary.hidden)
        for in_title, text in ((True, title), (False, description))
    }
    found: list[Reason] = []
    said: set[str] = set()
    for phrase in phrases:
        if len(found) >= limit:
            break
        start, end, origin = phrase.start, phrase.end, origins[phrase.in_title]
        if origin is not None:
            start, end = origin[0][start], origin[1][end - 1]
        end = min(end, start + LONGEST_QUOTE)
        text = (title if phrase.in_title else description)[start:end]
        known = text.lower()
        field = "title" if phrase.in_title else "description"
        if known in said or _crosses(field, start, end, found):
            continue
        said.add(known)
        fact, meaning = _NAMES[phrase.fact], _meaning(vocabulary, phrase.term)
        notes = _sentences(text, fact, phrase.weight > 0, phrase.disguised, *meaning)
        found.append(Reason(field, start, end, text, fact, phrase.weight, *notes))
    return tuple(found)


def _crosses(field: str, start: int, end: int, others: Sequence[Reason]) -> bool:
    """Return whether a span shares a character with a reason: ``¼`` folds to two words."""
    return any(other.field == field and start < other.end and other.start < end for other in others)


def with_shop(
    reasons: tuple[Reason, ...], shop: str, decision: Decision, limit: int
) -> tuple[Reason, ...]:
    """Add the name of the shop to the reasons if it lifted the score, whatever the limit."""
    if not limit or decision.score <= decision.by_text:
        return reasons
    part = trade_word_span(shop)
    if part is None:
        raise ValueError(f"no part of {shop!r} lifts a score")
    text = shop[slice(*part)]
    reason = Reason(
        "shop",
        *part,
        text,
        "score",
        log_odds_of(decision.score) - log_odds_of(decision.by_text),
        f'nama toko memuat "{text}": petunjuk dagangan bekas, bukan bukti',
        f'the shop\'s name has "{text}": a hint of second-hand trade, no evidence',
    )
    others = reasons[: limit - 1]
    stronger = sum(abs(other.weight) > reason.weight for other in others)
    return (*others[:stronger], reason, *others[stronger:])


def _meaning(vocabulary: Vocabulary, term: int) -> tuple[str, str]:
    """Return what a term means, Indonesian and English."""
    if term < 0:
        return "", ""
    row = vocabulary.rows[term]
    return row[4], row[5]


@lru_cache(maxsize=1 << 14)
def _sentences(
    text: str, fact: str, supports: bool, disguised: bool, meaning: str, meaning_en: str
) -> tuple[str, str]:
    """Say the reason in Indonesian and in English."""
    quoted = " ".join(text.split())
    note, note_en = f'menyebut "{quoted}"', f'says "{quoted}"'
    if disguised:
        note, note_en = f"{note} (ditulis tersamar)", f"{note_en} (disguised)"
    if meaning:
        note, note_en = f"{note}: {meaning.removeprefix('menyebut ')}", f"{note_en}: {meaning_en}"
    elif fact in _SIGNS:
        sign, sign_en = ("petunjuk", "a sign of") if supports else ("bukan petunjuk", "no sign of")
        of, of_en = _SIGNS[fact]
        note, note_en = f"{note}: {sign} {of}", f"{note_en}: {sign_en} {of_en}"
    if not supports:
        note, note_en = f"{note} (meringankan)", f"{note_en} (speaks against)"
    return note, note_en
