"""A catalogue that is thought to be lawful, as the stream that reviewers would have to read.

A labelled sample is rich in positives and in hard negatives; a catalogue is neither. How many
lawful listings are shown for nothing can be counted on it without a label, as long as hardly any
of its listings are positive. Recall still comes from the labelled rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thriftwatch.domain import TIERS
from thriftwatch.errors import ColumnError, InputError, did_you_mean
from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.figures import FLAGGED, Points, ScoreFigures
from thriftwatch.evaluation.groups import near_duplicate_groups
from thriftwatch.evaluation.intervals import Bootstrap, Interval
from thriftwatch.evaluation.metrics import threshold_at_false_positive_rate
from thriftwatch.evaluation.rows import Objects, ScoredRows, score_texts
from thriftwatch.files import TableRead
from thriftwatch.listing import Listing
from thriftwatch.model.model import Model
from thriftwatch.ranking import read_texts
from thriftwatch.result import ListingScore
from thriftwatch.scoring import explain_texts
from thriftwatch.training.labelled import read_source

__all__ = ["Catalogue", "Stream", "StreamPart", "evaluate_stream", "read_catalogue"]

_REPOST = 0.8
"""Similarity from which two listings of a catalogue are one posted again."""
_PARTS = ("source", "platform", "category")
_SHOWN = 20
_FEWEST = 30


@dataclass(frozen=True, slots=True)
class StreamPart:
    """How many listings of a part of the catalogue are in each tier.

    Attributes
    ----------
    name
        What the part is.
    rows
        How many listings.
    tiers
        How many of them are in each tier.
    """

    name: str
    rows: int
    tiers: Mapping[str, int]

    @property
    def small(self) -> bool:
        """Whether there are too few to conclude from."""
        return self.rows < _FEWEST

    def share(self, flagged: str) -> float:
        """Return the share that is ``"likely"``, or ``"review"`` and above."""
        shown = sum(self.tiers[tier] for tier in TIERS[FLAGGED[flagged] :])
        return shown / self.rows if self.rows else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """Return the part as plain, JSON-ready values."""
        return {"name": self.name, "rows": self.rows, "tiers": dict(self.tiers)}


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """What a model does on a catalogue that is thought to be lawful.

    Attributes
    ----------
    whole
        The catalogue without the listings that are known.
    parts
        By source, platform or category, where there is such a column.
    known
        Listings that are known to be used goods, by what is known of them.
    scores : ndarray of float64
        Scores of the lawful listings.
    thresholds
        For each false-positive rate the score it needs.
    figures
        Recall of the labelled positives, and false positives among the catalogue, with intervals.
    highest
        The highest of the lawful listings, with reasons: to be read before anything is concluded.
    """

    whole: StreamPart
    parts: tuple[StreamPart, ...]
    known: tuple[StreamPart, ...]
    scores: FloatArray
    thresholds: Mapping[float, float]
    figures: Mapping[str, Interval]
    highest: tuple[tuple[Listing, ListingScore], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain, JSON-ready values."""
        return {
            "whole": self.whole.to_dict(),
            "parts": [part.to_dict() for part in self.parts],
            "known": [part.to_dict() for part in self.known],
            "thresholds": {f"{rate:g}": score for rate, score in self.thresholds.items()},
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
            "highest": [
                {"title": listing.title, **found.to_dict()} for listing, found in self.highest
            ],
        }


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Listings without labels, before they have scores.

    Attributes
    ----------
    listings
        The listings.
    known
        What is known of each; empty for those that are thought to be lawful.
    part
        Source, platform or category of each; empty without such a column.
    """

    listings: Sequence[Listing]
    known: Objects
    part: Objects


def read_catalogue(
    catalogue: object, *, known: str | None = None, encoding: str | None = None
) -> Catalogue:
    """Read a catalogue that is thought to be lawful.

    Parameters
    ----------
    catalogue
        A path or a table, with titles.
    known
        A column that says what is known of a listing: rows with a value there are no part of the
        lawful stream, and reported by value.
    encoding
        Encoding of a text file.

    Raises
    ------
    ColumnError
        If there is no title, or not the column `known`.
    InputError
        If no listing is left as the lawful stream.
    """
    read = read_source(catalogue, encoding)
    listings = [Listing(**row) for row in read_texts(read).to_pylist()]
    found = Catalogue(listings, _marks(read, known), _by(read))
    if not (found.known == "").any():
        raise InputError(f"{read.file}: no listing is left as the lawful stream; give a catalogue")
    return found


def evaluate_stream(
    catalogue: Catalogue,
    labelled: ScoredRows,
    model: Model,
    *,
    points: Points,
    bootstrap: Bootstrap,
    on_done: Callable[[int, int], object] = lambda done, total: None,
) -> Stream:
    """Score a catalogue that is thought to be lawful and set it against labelled positives.

    Parameters
    ----------
    catalogue
        What `read_catalogue` returned.
    labelled
        The labelled rows; their positives are what should be found.
    model
        What scores the catalogue.
    points
        Where figures are read off.
    bootstrap
        How intervals are made.
    on_done
        Called with resamples done and in all.
    """
    listings, marks = catalogue.listings, catalogue.known
    policy = labelled.policy
    scores = score_texts(
        model,
        [listing.title for listing in listings],
        [listing.description for listing in listings],
        [listing.shop for listing in listings],
        policy,
    )
    assert scores.tier is not None
    score, tier = scores.score, scores.tier
    lawful = np.flatnonzero(marks == "")
    figures, thresholds = _against(
        labelled,
        score[lawful],
        tier[lawful],
        [listings[row] for row in lawful.tolist()],
        points=points,
        bootstrap=bootstrap,
        on_done=on_done,
    )
    highest = lawful[np.argsort(-score[lawful], kind="stable")][:_SHOWN].tolist()
    return Stream(
        whole=_part("", tier[lawful]),
        parts=_parts(catalogue.part[lawful], tier[lawful]),
        known=_parts(marks[marks != ""], tier[marks != ""]),
        scores=score[lawful],
        thresholds=thresholds,
        figures=figures,
        highest=tuple((listings[row], _explained(listings[row], model, policy)) for row in highest),
    )


def _marks(read: TableRead, known: str | None) -> Objects:
    if known is None:
        return np.array([""] * read.table.num_rows, object)
    names = read.table.column_names
    if known not in names:
        raise ColumnError(
            "there is no such column for what is known of a listing",
            path=read.file,
            column=known,
            available=names,
            suggestion=did_you_mean(known, names),
        )
    return np.array([text.strip() for text in read.text(known).to_pylist()], object)


def _by(read: TableRead) -> Objects:
    column = next((name for name in _PARTS if name in read.table.column_names), None)
    if column is None:
        return np.array([""] * read.table.num_rows, object)
    return np.array(read.text(column).to_pylist(), object)


def _against(
    labelled: ScoredRows,
    score: FloatArray,
    tier: npt.NDArray[np.int8],
    listings: list[Listing],
    *,
    points: Points,
    bootstrap: Bootstrap,
    on_done: Callable[[int, int], object],
) -> tuple[dict[str, Interval], dict[float, float]]:
    """Let labelled positives and the catalogue be judged as if they were one table."""
    positive = np.flatnonzero(labelled.counted & (labelled.target == 1))
    given = labelled.scores.tier
    tiers = np.zeros(len(positive), np.int8) if given is None else given[positive]
    texts = [f"{one.title}\n{one.description}" for one in listings]
    own = np.unique(labelled.group[positive], return_inverse=True)[1]
    other = near_duplicate_groups(texts, threshold=_REPOST) + own.max() + 1
    group = np.append(own, other)
    measure = ScoreFigures(
        np.append(np.ones(len(positive)), np.zeros(len(score))),
        np.append(labelled.scores.score[positive], score),
        group,
        tiers=np.append(tiers, tier),
        # Precision within this mix would mean nothing: how many of each there are is chance.
        points=replace(points, precisions=(), tops=(), scores=()),
    )
    groups = int(group.max()) + 1
    (drawn,) = bootstrap.draw([measure], groups, on_done)
    every = bootstrap.intervals(measure, drawn, groups)
    kept = ("recall@", "false_positive_rate@", "expected_precision@")
    figures = {name: figure for name, figure in every.items() if name.startswith(kept)}
    thresholds = {rate: threshold_at_false_positive_rate(score, rate) for rate in points.rates}
    return figures, thresholds


def _part(name: str, tier: npt.NDArray[np.int8]) -> StreamPart:
    counts = np.bincount(tier, minlength=len(TIERS)).tolist()
    return StreamPart(name, len(tier), dict(zip(TIERS, counts, strict=True)))


def _parts(names: Objects, tier: npt.NDArray[np.int8]) -> tuple[StreamPart, ...]:
    """Return the parts of a catalogue, the largest first."""
    parts = [_part(name, tier[names == name]) for name in sorted(set(names)) if name]
    return tuple(sorted(parts, key=lambda part: -part.rows))


def _explained(listing: Listing, model: Model, policy: str) -> ListingScore:
    return explain_texts(
        model, listing.title, listing.description, listing.shop, policy=policy, reasons=4
    )
