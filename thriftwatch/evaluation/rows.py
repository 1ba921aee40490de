"""What is judged: labelled rows with scores, wherever both come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from thriftwatch.domain import FACTS, POLICIES, SURE_OF, TIERS, tier_of
from thriftwatch.errors import InputError, listed, shown
from thriftwatch.evaluation.baseline import keyword_scores
from thriftwatch.evaluation.checks import FloatArray, checked_column
from thriftwatch.evaluation.groups import near_duplicate_groups
from thriftwatch.evaluation.intervals import group_numbers
from thriftwatch.evaluation.overlap import joined_texts
from thriftwatch.model.batch import BatchScores
from thriftwatch.model.model import Model
from thriftwatch.training.labelled import Labelled

__all__ = [
    "LabelledRows",
    "Objects",
    "ScoredRows",
    "Scores",
    "Table",
    "label_rows",
    "score_texts",
    "tier_places",
]

Objects = npt.NDArray[np.object_]
_BLOCK = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Labelled rows with the further columns that slices and splits need.

    Attributes
    ----------
    rows
        The labelled rows.
    columns
        Further columns, shape (rows,), text.
    given
        Scores that were in the table, if they were asked for.
    has_texts
        Whether there are titles; scored rows may come without.
    read
        How many rows were read, usable or not: what scores and groups are given for.
    """

    rows: Labelled
    columns: Mapping[str, Objects]
    given: "Scores | None"
    has_texts: bool
    read: int

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    @property
    def texts(self) -> list[str]:
        """Title and description of each row as one text."""
        return joined_texts(self.rows)

    def take(self, places: npt.NDArray[Any]) -> "Table":
        """Return some of the rows."""
        columns = {name: values[places] for name, values in self.columns.items()}
        given = self.given.take(places) if self.given else None
        return Table(self.rows.take(places), columns, given, self.has_texts, self.read)

    def groups(self, groups: npt.ArrayLike | str | None) -> npt.NDArray[np.int64]:
        """Return the group of each row: as given, a column, or near-duplicates and pairs."""
        if isinstance(groups, str):
            return group_numbers(self.columns[groups].astype(str), len(self))[0]
        if groups is not None:
            return group_numbers(
                _aligned(np.asarray(groups), self.rows, self.read, "groups"), len(self)
            )[0]
        if not self.has_texts:
            return np.arange(len(self))
        return self.near_duplicates()

    def near_duplicates(self, *keys: Objects) -> npt.NDArray[np.int64]:
        """Return the group of each row: near-duplicates, pairs, and rows with the same key."""
        columns = [column.tolist() for column in (self.rows.pair, *keys)]
        return near_duplicate_groups(self.texts, extra_keys=columns)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of rows; every array has shape (rows,).

    Attributes
    ----------
    score
        Higher means more likely positive; probabilities where they come from a model.
    tier
        int8: place in `TIERS`; None where the scores come without.
    facts
        Probability of each fact, as far as they are known.
    by_score_alone
        Whether the tiers follow from the score alone, as nothing tells what the rest of the tier
        rule asks.
    """

    score: FloatArray
    tier: npt.NDArray[np.int8] | None = None
    facts: Mapping[str, FloatArray] | None = None
    by_score_alone: bool = False

    @property
    def probabilities(self) -> bool:
        """Whether all scores can be probabilities."""
        return bool(((self.score >= 0) & (self.score <= 1)).all())

    @classmethod
    def of_batch(cls, batch: BatchScores) -> "Scores":
        """Take what a model returned."""
        return cls(batch.score, batch.tier, batch.by_fact())

    @classmethod
    def checked(cls, scores: object, rows: Labelled, read: int) -> "Scores":
        """Check scores that a caller gave: an array, or a mapping with ``score`` and more."""
        columns = dict(scores) if isinstance(scores, Mapping) else {"score": scores}
        if "score" not in columns:
            raise InputError(f'scores has no "score"; it has {listed(columns)}')
        numbers: dict[str, FloatArray] = {}
        for name in ("score", *FACTS):
            if name in columns:
                called = "scores" if name == "score" else name
                values = _aligned(np.asarray(columns[name]), rows, read, called)
                numbers[name] = checked_column(values, called)
        tier = columns.get("tier")
        return cls(
            numbers.pop("score"),
            None if tier is None else tier_places(_aligned(np.asarray(tier), rows, read, "tier")),
            numbers or None,
        )

    def take(self, places: npt.NDArray[Any]) -> "Scores":
        """Return the scores of some rows."""
        facts = {name: values[places] for name, values in (self.facts or {}).items()}
        tier = None if self.tier is None else self.tier[places]
        return replace(self, score=self.score[places], tier=tier, facts=facts or None)

    def with_tiers_of(
        self, model: Model, policy: str, outputs: Mapping[str, FloatArray]
    ) -> "Scores":
        """Put scores that come without tiers in those of a model.

        Parameters
        ----------
        model
            The model whose thresholds they are.
        policy
            What is searched for.
        outputs
            What the model says of the same rows, by the names of `thriftwatch.domain.OUTPUTS`;
            nothing where there are no texts. Facts that came with the scores go before.
        """
        known = {**outputs, **(self.facts or {})}
        alone = not known.keys() >= set(SURE_OF[policy])
        if alone:
            known |= dict.fromkeys(SURE_OF[policy], np.ones_like(self.score))
        tier = tier_of(self.score, known, model.card["tiers"][policy], policy)
        return replace(self, tier=tier.astype(np.int8), by_score_alone=alone)


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """Rows with what is right, before they have scores; every array has shape (rows,).

    Attributes
    ----------
    table
        The rows.
    target
        int8: 1 where the policy is meant.
    stated
        bool: whether the row states what the policy is after; others are not judged.
    counted
        bool: rows that the headline counts; `uncertain` ones are left out.
    group
        int64: rows that are resampled together.
    policy
        What is searched for.
    """

    table: Table
    target: npt.NDArray[np.int8]
    stated: npt.NDArray[np.bool_]
    counted: npt.NDArray[np.bool_]
    group: npt.NDArray[np.int64]
    policy: str

    def scored(self, scores: Scores, tested: npt.NDArray[np.bool_] | None = None) -> "ScoredRows":
        """Put scores beside the rows, all or those that were tested.

        Raises
        ------
        InputError
            If the headline counts none of them.
        """
        places = np.flatnonzero(self.stated if tested is None else self.stated & tested)
        if not self.counted[places].any():
            raise InputError("none of the rows that are tested counts; choose another split")
        return ScoredRows(
            self.table.take(places),
            scores.take(places),
            self.target[places],
            self.counted[places],
            np.unique(self.group[places], return_inverse=True)[1],
            self.policy,
        )


@dataclass(frozen=True, eq=False)
class ScoredRows:
    """Rows that are judged.

    Attributes
    ----------
    scores
        Their scores.
    table, target, counted, group, policy
        As in `LabelledRows`.
    """

    table: Table
    scores: Scores
    target: npt.NDArray[np.int8]
    counted: npt.NDArray[np.bool_]
    group: npt.NDArray[np.int64]
    policy: str

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.target)

    @property
    def groups(self) -> int:
        """Number of groups."""
        return int(self.group.max()) + 1

    @cached_property
    def keywords(self) -> FloatArray | None:
        """Score of the keyword list; None where there are no texts."""
        return keyword_scores(self.table.texts) if self.table.has_texts else None

    def take(self, places: npt.NDArray[Any]) -> "ScoredRows":
        """Return some of the rows."""
        return ScoredRows(
            self.table.take(places),
            self.scores.take(places),
            self.target[places],
            self.counted[places],
            self.group[places],
            self.policy,
        )


def tier_places(names: npt.NDArray[Any]) -> npt.NDArray[np.int8]:
    """Return the place in `TIERS` of each name or number."""
    if names.dtype.kind in "iu" and set(names.tolist()) <= set(range(len(TIERS))):
        return names.astype(np.int8)
    known = {name: place for place, name in enumerate(TIERS)}
    for row, name in enumerate(names.tolist()):
        if name not in known:
            raise InputError(f"tier: row {row} is {shown(name)}; accepted: {listed(TIERS)}")
    return np.array([known[name] for name in names.tolist()], np.int8)


def label_rows(table: Table, group: npt.NDArray[np.int64], policy: str) -> LabelledRows:
    """Return what a policy is after in each row.

    Parameters
    ----------
    table
        The rows.
    group
        The group of each row.
    policy
        What is searched for.

    Raises
    ------
    InputError
        If no row states it, or all rows state the same.
    """
    from thriftwatch.training.interaction import output_targets

    place = POLICIES.index(policy)
    target, weight = output_targets(table.rows)
    stated = weight[:, place] > 0
    if len(np.unique(target[stated, place])) < 2:
        needs = (
            "labels of both kinds"
            if policy == "imported"
            else "the columns goods and worn, with used garments and other goods"
        )
        raise InputError(f"the policy {shown(policy)} needs {needs}; add such rows")
    counted = np.ones(len(table), bool)
    if policy == "imported":
        counted = np.asarray(table.rows.certainty != "uncertain", bool)
        if len(np.unique(target[stated & counted, place])) < 2:
            raise InputError(
                "rows labelled uncertain are left out of the headline, and the others do not have "
                "labels of both kinds; add such rows"
            )
    return LabelledRows(table, target[:, place], stated, counted, group, policy)


def score_texts(
    model: Model,
    titles: Sequence[str],
    descriptions: Sequence[str],
    shops: Sequence[str],
    policy: str,
    on_done: Callable[[int, int], object] = lambda done, total: None,
) -> Scores:
    """Score listings with a model, in blocks that fit the processor's cache.

    Parameters
    ----------
    model
        The model.
    titles, descriptions, shops
        Of one length.
    policy
        What is searched for.
    on_done
        Called with the numbers of listings done and in all.
    """
    parts = []
    for start in range(0, max(len(titles), 1), _BLOCK):
        texts = (column[start : start + _BLOCK] for column in (titles, descriptions, shops))
        parts.append(model.score_batch(*texts, policy=policy))
        on_done(min(start + _BLOCK, len(titles)), len(titles))
    joined = BatchScores(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in BatchScores.__slots__)
    )
    return Scores.of_batch(joined)


def _aligned(values: npt.NDArray[Any], rows: Labelled, read: int, name: str) -> npt.NDArray[Any]:
    """Return the values of the usable rows, given one for each row that was read."""
    if values.shape != (read,):
        raise InputError(
            f"{name} must be flat with one value for each of the {read} rows, not of shape "
            f"{values.shape}"
        )
    return values[rows.row]
