"""What comes out: the score of a listing, the facts behind it and the reasons for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from thriftwatch.domain import GOODS

__all__ = ["DISCLAIMER", "DISCLAIMER_EN", "ListingScore", "Reason", "most_telling"]

DISCLAIMER = "Skor ini indikasi untuk peninjau, bukan temuan tentang penjual."
"""What every display of a score says beside it."""

DISCLAIMER_EN = "The score is an indication for a human reviewer, not a finding about a seller."


@dataclass(frozen=True, slots=True)
class Reason:
    """Words of a listing that speak for or against a fact.

    Parameters
    ----------
    field
        Where the words stand: ``"title"``, ``"description"`` or ``"shop"``.
    start, end
        Where they begin and end in the original text, in code points.
    text
        The seller's own words: ``original[start:end]``, however they were disguised.
    fact
        What they bear on: ``"goods"``, ``"worn"``, ``"foreign"`` or ``"score"``.
    weight
        How much they count, in log-odds; above zero they speak for it, below zero against it.
    note
        The reason as a sentence, in Indonesian.
    note_en
        The same in English.

    Examples
    --------
    >>> title = "Hoodie Uniqlo second import"
    >>> reason = Reason("title", 14, 27, "second import", "foreign", 2.4,
    ...                 'Kata "second import" menunjukkan asal luar negeri.',
    ...                 'The words "second import" point to foreign origin.')
    >>> title[reason.start : reason.end] == reason.text, reason.supports
    (True, True)
    """

    field: str
    start: int
    end: int
    text: str
    fact: str
    weight: float
    note: str
    note_en: str

    @property
    def supports(self) -> bool:
        """Whether the words speak for the fact."""
        return self.weight > 0

    def to_dict(self) -> dict[str, Any]:
        """Return the reason as plain, JSON-ready values."""
        return {
            "field": self.field,
            "start": int(self.start),
            "end": int(self.end),
            "text": self.text,
            "fact": self.fact,
            "weight": float(self.weight),
            "note": self.note,
            "note_en": self.note_en,
        }


def most_telling(reasons: Iterable[Reason]) -> Reason | None:
    """Return the first reason that is about more than what sort of goods it is, if there is one.

    What sort it is matters, but it rarely misleads and is not what a reviewer looks for.
    """
    every = list(reasons)
    return next((one for one in every if one.fact != GOODS), every[0] if every else None)


@dataclass(frozen=True, slots=True)
class ListingScore:
    """The score of one listing, with what it rests on.

    An indication for a human reviewer, never a finding about a seller.

    Parameters
    ----------
    score
        Calibrated probability, in [0, 1], that a careful reviewer would label the listing 1.
    tier
        ``"likely"``, ``"review"`` or ``"clear"``; the thresholds belong to the model.
    facts
        Calibrated probability of each legal element: ``"goods"``, ``"worn"``, ``"foreign"``.
    reasons
        The words that decided, for and against, the strongest first.
    model
        Id of the model.
    policy
        The policy the score answers to: ``"imported"`` or ``"all-used"``.
    title, description
        The texts that the reasons lie in, for the view in a notebook; ``""`` without reasons.
        They take no part in comparisons and are not in `to_dict`.

    Examples
    --------
    >>> found = ListingScore(0.97, "likely", {"goods": 0.99, "worn": 0.98, "foreign": 0.99})
    >>> float(found), found.facts["worn"]
    (0.97, 0.98)
    """

    score: float
    tier: str
    facts: Mapping[str, float] = field(hash=False)
    reasons: tuple[Reason, ...] = ()
    model: str = ""
    policy: str = "imported"
    title: str = field(default="", repr=False, compare=False)
    description: str = field(default="", repr=False, compare=False)

    def __float__(self) -> float:
        return float(self.score)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain, JSON-ready values.

        Examples
        --------
        >>> found = ListingScore(0.02, "clear", {"goods": 0.99, "worn": 0.01, "foreign": 0.02})
        >>> found.to_dict()["facts"]
        {'goods': 0.99, 'worn': 0.01, 'foreign': 0.02}
        """
        return {
            "score": float(self.score),
            "tier": self.tier,
            "facts": {name: float(value) for name, value in self.facts.items()},
            "reasons": [reason.to_dict() for reason in self.reasons],
            "model": self.model,
            "policy": self.policy,
        }

    def _repr_html_(self) -> str:
        from thriftwatch.notebook import score_html

        return score_html(self)
