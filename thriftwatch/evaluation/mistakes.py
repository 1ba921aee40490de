"""The worst mistakes of a model, with their reasons, grouped by what misled it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from thriftwatch.domain import TIERS
from thriftwatch.evaluation.baseline import word_pattern
from thriftwatch.evaluation.figures import FLAGGED
from thriftwatch.evaluation.rows import ScoredRows
from thriftwatch.listing import Listing
from thriftwatch.model.model import Model
from thriftwatch.result import Reason, most_telling
from thriftwatch.text.lexicon import Term, load_lexicon

__all__ = ["Mistake", "MistakeGroup", "Mistakes", "find_mistakes"]

FALSE_POSITIVE, FALSE_NEGATIVE = "false positive", "false negative"
_SHOWN = 20
_EXPLAINED = 400
_REASONS = 6
_FEW_EXAMPLES = 3
NOTHING = "no telling word"
"""The cause where no word spoke for the score that the row got."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that was judged wrong.

    Attributes
    ----------
    kind
        ``"false positive"``: shown to a reviewer though labelled 0; or ``"false negative"``.
    row
        Place among the judged rows, from 0.
    id, label, certainty, rule
        What the table says of it.
    listing
        The listing.
    score, tier
        What it was given.
    cause
        The word that spoke most for the mistake, as the lexicon has it, or `NOTHING`.
    fact
        What that word bears on.
    reasons
        Words for and against, from the model that explains.
    """

    kind: str
    row: int
    id: str
    label: int
    certainty: str
    rule: str
    listing: Listing
    score: float
    tier: str
    cause: str = NOTHING
    fact: str = ""
    reasons: tuple[Reason, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the mistake as plain, JSON-ready values."""
        return {
            "kind": self.kind,
            "row": self.row,
            "id": self.id,
            "title": self.listing.title,
            "description": self.listing.description,
            "shop": self.listing.shop,
            "label": self.label,
            "certainty": self.certainty,
            "rule": self.rule,
            "score": self.score,
            "tier": self.tier,
            "cause": self.cause,
            "fact": self.fact,
            "reasons": [reason.to_dict() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class MistakeGroup:
    """Mistakes with the same cause.

    Attributes
    ----------
    kind, cause, fact
        As in `Mistake`.
    rows
        How many.
    rules
        How many of each rule of the guideline.
    examples
        Titles of the worst.
    """

    kind: str
    cause: str
    fact: str
    rows: int
    rules: Mapping[str, int]
    examples: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the group as plain, JSON-ready values."""
        return {name: getattr(self, name) for name in ("kind", "cause", "fact", "rows")} | {
            "rules": dict(self.rules),
            "examples": list(self.examples),
        }


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What a model got wrong.

    Attributes
    ----------
    false_positives, false_negatives
        How many there are.
    worst
        The worst of each kind, the worst first.
    groups
        All that were explained, by cause, the largest group first.
    explained_by
        Id of the model that gave the reasons; empty without one.
    """

    false_positives: int
    false_negatives: int
    worst: tuple[Mistake, ...]
    groups: tuple[MistakeGroup, ...]
    explained_by: str

    def of_kind(self, kind: str) -> list[Mistake]:
        """Return the worst of a kind."""
        return [mistake for mistake in self.worst if mistake.kind == kind]


def find_mistakes(rows: ScoredRows, model: Model | None, *, worst: int = _SHOWN) -> Mistakes:
    """Find what was judged wrong, and why.

    Parameters
    ----------
    rows
        The judged rows; those that the headline leaves out are no mistakes either way.
    model
        What explains; None for no reasons.
    worst
        How many of each kind to give.

    Returns
    -------
    Mistakes
    """
    wrong = _wrong(rows)
    explained = {
        kind: [_explain(rows, int(row), kind, model) for row in found[:_EXPLAINED]]
        for kind, found in wrong.items()
    }
    return Mistakes(
        len(wrong[FALSE_POSITIVE]),
        len(wrong[FALSE_NEGATIVE]),
        tuple(mistake for found in explained.values() for mistake in found[:worst]),
        tuple(group for found in explained.values() for group in _grouped(found)) if model else (),
        model.id if model else "",
    )


def _wrong(rows: ScoredRows) -> dict[str, npt.NDArray[np.int64]]:
    """Return the wrong rows of each kind, the worst first."""
    score, tier = rows.scores.score, rows.scores.tier
    shown = score >= 0.5 if tier is None else tier >= FLAGGED["review"]
    false_positives = np.flatnonzero(rows.counted & shown & (rows.target == 0))
    misses = np.flatnonzero(rows.counted & ~shown & (rows.target == 1))
    return {
        FALSE_POSITIVE: false_positives[np.argsort(-score[false_positives], kind="stable")],
        FALSE_NEGATIVE: misses[np.argsort(score[misses], kind="stable")],
    }


def _explain(rows: ScoredRows, row: int, kind: str, model: Model | None) -> Mistake:
    table, tier = rows.table.rows, rows.scores.tier
    listing = Listing(table.title[row], table.description[row], table.shop[row])
    cause, fact = NOTHING, ""
    reasons: tuple[Reason, ...] = ()
    if model is not None:
        _, reasons = model.explain(
            listing.title, listing.description, listing.shop, policy=rows.policy, limit=_REASONS
        )
        cause, fact = _cause(reasons, misled_upwards=kind == FALSE_POSITIVE)
    return Mistake(
        kind=kind,
        row=row,
        id=str(table.id[row]),
        label=int(rows.target[row]),
        certainty=str(table.certainty[row]),
        rule=str(table.rule[row]),
        listing=listing,
        score=float(rows.scores.score[row]),
        tier="" if tier is None else TIERS[tier[row]],
        cause=cause,
        fact=fact,
        reasons=reasons,
    )


def _cause(reasons: tuple[Reason, ...], *, misled_upwards: bool) -> tuple[str, str]:
    """Return the word that spoke most for the mistake, and what it bears on."""
    strongest = most_telling(reason for reason in reasons if reason.supports == misled_upwards)
    if strongest is None:
        return NOTHING, ""
    words, pattern = _lexicon()
    found = pattern.search(strongest.text.lower())
    cause = words[found.group()].term if found else " ".join(strongest.text.lower().split())
    return cause, strongest.fact


def _grouped(mistakes: list[Mistake]) -> list[MistakeGroup]:
    by_cause: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        by_cause.setdefault(mistake.cause, []).append(mistake)
    groups = [
        MistakeGroup(
            same[0].kind,
            cause,
            Counter(mistake.fact for mistake in same).most_common(1)[0][0],
            len(same),
            dict(Counter(mistake.rule for mistake in same).most_common()),
            tuple(mistake.listing.title for mistake in same[:_FEW_EXAMPLES]),
        )
        for cause, same in by_cause.items()
    ]
    return sorted(groups, key=lambda group: -group.rows)


@cache
def _lexicon() -> tuple[dict[str, Term], Any]:
    words = {form: term for term in load_lexicon() for form in term.forms}
    return words, word_pattern(words)
