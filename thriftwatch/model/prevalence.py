"""What scores and tiers mean where positives are rarer, or more common, than in training.

Training data are rich in positives, a catalogue is not. Under a *prior shift* the listings of each
label stay what they are and only their shares change; then the log-odds of every score move by
the same step (Elkan 2001; Saerens, Latinne and Decaestecker 2002), the ranking stays, and the
precision above a threshold follows from its recall and false-positive rate. A model keeps both,
as counts of rows that were held out (`Curve`), so that no labelled row is needed afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import OUTPUTS, POLICIES, log_odds_of, probability_of
from thriftwatch.errors import InputError, ModelError, shown

if TYPE_CHECKING:
    from thriftwatch.model.model import Model

__all__ = [
    "PREVALENCES",
    "Curve",
    "check_share",
    "expectation_lines",
    "expected_precision",
    "restate",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PREVALENCES = (0.001, 0.005, 0.02, 0.1)
"""Shares of positives for which it is told what a reviewer should expect."""
_GRID = np.arange(-8.0, 8.25, 0.25)
_COUNTS = ("positives", "negatives", "likely_positives", "likely_negatives")


@dataclass(frozen=True, slots=True)
class Curve:
    """How many held-out rows a threshold lets through.

    Attributes
    ----------
    log_odds
        float64, shape (points,), ascending: thresholds of the score as it was trained.
    positives, negatives
        int64, shape (points,): rows from each threshold up. The first point lets all through.
    likely_positives, likely_negatives
        Those of them that may be "likely", see `thriftwatch.domain.may_be_likely`.
    """

    log_odds: Floats
    positives: Ints
    negatives: Ints
    likely_positives: Ints
    likely_negatives: Ints

    @classmethod
    def count(
        cls,
        labels: NDArray[np.int8],
        log_odds: Floats,
        may_be_likely: NDArray[np.bool_],
        thresholds: Sequence[float] = (),
    ) -> "Curve":
        """Count held-out rows at even steps and at some thresholds (log-odds) besides."""
        points = np.unique(np.round(np.append(_GRID, thresholds), 6))
        points[0] = min(points[0], float(np.floor(log_odds.min(initial=0.0))))
        positive = labels == 1

        def above(mask: NDArray[np.bool_]) -> Ints:
            ascending = np.sort(log_odds[mask])
            # A threshold is kept with six digits: a row right at it belongs above.
            return len(ascending) - np.searchsorted(ascending, points - 1e-6)

        return cls(
            points,
            above(positive),
            above(~positive),
            above(positive & may_be_likely),
            above(~positive & may_be_likely),
        )

    @classmethod
    def of(cls, card: Mapping[str, Any], policy: str) -> "Curve":
        """Read the curve from a model's card."""
        try:
            kept = card["curve"][policy]
            thresholds = np.array(kept["log_odds"], np.float64)
            counts = [np.array(kept[name], np.int64) for name in _COUNTS]
        except (KeyError, TypeError, ValueError, OverflowError):
            raise _made_earlier(card) from None
        if not thresholds.size or any(column.shape != (thresholds.size,) for column in counts):
            raise _made_earlier(card)
        return cls(thresholds, *counts)

    def to_card(self) -> dict[str, list[float] | list[int]]:
        """Return the curve as it stands in a model's card."""
        return {name: getattr(self, name).tolist() for name in ("log_odds", *_COUNTS)}

    def recall(self, positives: Ints) -> Floats:
        """Return which share of all positives these are."""
        return np.asarray(positives / max(int(self.positives[0]), 1), np.float64)

    def false_positive_rate(self, negatives: Ints) -> Floats:
        """Return which share of all negatives these are, and a little more.

        None among a thousand does not prove that there is none (Jeffreys' estimate).
        """
        return np.asarray((negatives + 0.5) / (int(self.negatives[0]) + 1.0), np.float64)

    def nearest(self, log_odds: float) -> int:
        """Return the point that is nearest to a threshold."""
        return int(np.argmin(np.abs(self.log_odds - log_odds)))


def restate(
    model: "Model",
    prevalence: float,
    *,
    policy: str,
    precision: float | None = None,
    review_load: float | None = None,
) -> "Model":
    """Return the model for another share of positives; see `Model.with_prevalence`."""
    from thriftwatch.model.artifact import seal

    card = model.card
    if policy not in POLICIES:
        raise InputError(f'policy must be "imported" or "all-used", not {shown(policy)}')
    check_share(prevalence, "prevalence", "0.005 for one listing in 200")
    if precision is not None:
        check_share(precision, "precision", "0.9")
    if review_load is not None:
        check_share(review_load, "review_load", "0.01 for one listing in a hundred")
    curve, before = Curve.of(card, policy), _prevalences(card, policy)
    step = log_odds_of(prevalence) - log_odds_of(before["stated"])
    whole = log_odds_of(prevalence) - log_odds_of(before["training"])
    wanted = precision or card["tiers_chosen_for"]["likely_precision"]
    likely = curve.log_odds[_precise(curve, prevalence, wanted, must=precision is not None)] + whole
    if review_load is None:
        review = log_odds_of(card["tiers"][policy]["review"]) + step
    else:
        review = curve.log_odds[_bearable(curve, prevalence, review_load)] + whole
    tier = {"review": _threshold(review), "likely": _threshold(max(likely, review))}
    bias = np.array(model.interaction.bias)
    bias[OUTPUTS.index(policy)] += step
    interaction = replace(model.interaction, bias=bias)
    stated = before | {"stated": float(prevalence), "likely_precision": float(wanted)}
    if review_load is not None:
        stated["review_load"] = float(review_load)
    changed = dict(card) | {
        "tiers": dict(card["tiers"]) | {policy: tier},
        "prevalence": dict(card["prevalence"]) | {policy: stated},
    }
    changed["expected_precision"] = expected_precision(changed)
    return seal(replace(model, card=changed, interaction=interaction))


def expected_precision(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a reviewer should expect of each tier, for each of `PREVALENCES`.

    Parameters
    ----------
    card
        A model's card with the keys ``curve``, ``prevalence`` and ``tiers``.

    Returns
    -------
    dict
        For each policy ``{"likely": {"0.1%": ..}, "review": {"0.1%": ..}, "shown": {"0.1%": ..}}``:
        the share of positives among the listings in a tier, and the share of all listings that
        are in one of the two. A policy without a curve is left out.
    """
    return {
        policy: _expected(Curve.of(card, policy), card, policy)
        for policy in POLICIES
        if policy in card.get("curve", {})
    }


def _expected(curve: Curve, card: Mapping[str, Any], policy: str) -> dict[str, dict[str, float]]:
    shares, tier = _prevalences(card, policy), card["tiers"][policy]
    step = log_odds_of(shares["stated"]) - log_odds_of(shares["training"])
    likely = curve.nearest(log_odds_of(tier["likely"]) - step)
    review = curve.nearest(log_odds_of(tier["review"]) - step)
    at_likely = np.array([curve.likely_positives[likely], curve.likely_negatives[likely]])
    in_either = np.array([curve.positives[review], curve.negatives[review]])
    counted = {"likely": at_likely, "review": in_either - at_likely, "shown": in_either}
    expected: dict[str, dict[str, float]] = {"likely": {}, "review": {}, "shown": {}}
    for prevalence in PREVALENCES:
        for name in ("likely", "review"):
            hits, shown_ = _hits_and_shown(curve, counted[name][0], counted[name][1], prevalence)
            expected[name][f"{prevalence:.1%}"] = round(float(hits / shown_), 4)
        _, shown_ = _hits_and_shown(curve, in_either[0], in_either[1], prevalence)
        expected["shown"][f"{prevalence:.1%}"] = round(float(shown_), 5)
    return expected


def expectation_lines(card: Mapping[str, Any]) -> list[str]:
    """Return what a reviewer should expect as lines of text, for people."""
    lines = []
    names = {
        "likely": 'precision of "likely"',
        "review": 'precision of "review"',
        "shown": "listings in either",
    }
    shares = [f"{prevalence:.1%}" for prevalence in PREVALENCES]
    known = card.get("expected_precision", {})
    for policy, expected in ((name, known[name]) for name in POLICIES if name in known):
        columns = "".join(f"{share:>9}" for share in shares)
        lines.append(f"{f'positives, policy {policy}':<28}{columns}")
        for name, text in names.items():
            digits = 1 if name == "shown" else 0
            values = "".join(f"{expected[name][share]:>9.{digits}%}" for share in shares)
            lines.append(f"  {text:<26}{values}")
    return lines


def _threshold(log_odds: float) -> float:
    # Six digits, not six decimals: where positives are rare, thresholds are small.
    return float(f"{probability_of(log_odds):.6g}")


def _hits_and_shown(
    curve: Curve, positives: Any, negatives: Any, prevalence: float
) -> tuple[Floats, Floats]:
    """Return which share of all listings are shown and right, and shown."""
    hits = prevalence * curve.recall(positives)
    return hits, hits + (1.0 - prevalence) * curve.false_positive_rate(negatives)


def _precise(curve: Curve, prevalence: float, precision: float, *, must: bool) -> int:
    """Return the lowest threshold of that precision, or the one of the highest there is."""
    hits, shown_ = _hits_and_shown(
        curve, curve.likely_positives, curve.likely_negatives, prevalence
    )
    reached = np.flatnonzero(hits >= precision * shown_)
    best = int(np.argmax(hits / shown_))
    if must and not len(reached):
        raise InputError(
            f"precision {precision:g} cannot be promised where {prevalence:.2%} of the listings "
            f"are positive: {int(curve.negatives[0])} held-out negatives show at most "
            f"{float(hits[best] / shown_[best]):.2f}; ask for less, or train with more negatives"
        )
    return int(reached[0]) if len(reached) else best


def _bearable(curve: Curve, prevalence: float, load: float) -> int:
    """Return the lowest threshold that shows at most this share of all listings."""
    _, shown_ = _hits_and_shown(curve, curve.positives, curve.negatives, prevalence)
    few = np.flatnonzero(shown_ <= load)
    if not len(few):
        raise InputError(
            f"review_load {load:g} cannot be promised where {prevalence:.2%} of the listings are "
            f"positive: the held-out rows show at least {float(shown_.min()):.2g}; allow more"
        )
    return int(few[0])


def check_share(value: object, name: str, example: str) -> None:
    """Refuse what is no share above 0 and below 1."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 < float(str(value)) < 1:
        raise InputError(
            f"{name} must be a share above 0 and below 1, such as {example}, not {shown(value)}"
        )


def _prevalences(card: Mapping[str, Any], policy: str) -> dict[str, float]:
    try:
        shares = dict(card["prevalence"][policy])
        usable = all(0 < shares[name] < 1 for name in ("training", "stated"))
    except (KeyError, TypeError, ValueError):
        raise _made_earlier(card) from None
    if not usable:
        raise _made_earlier(card)
    return shares


def _made_earlier(card: Mapping[str, Any]) -> ModelError:
    return ModelError(
        f"{card.get('name', 'the model')} {card.get('version', '')}: its folder does not tell how "
        "it judged held-out rows, as it was made by an earlier version; train it again: "
        "thriftwatch train LABELLED.csv -o FOLDER"
    )
