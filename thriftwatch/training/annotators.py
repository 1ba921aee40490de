"""Several annotators, one listing: how far they agree, and what they say together.

Each row carries its *votes*: who said what. The label is the majority's. Where it is a tie the
label is 0 and ``uncertain``, as the guideline gives the small seller the benefit of the doubt until
a third annotator has looked: such a row weighs next to nothing in training and is no negative in
the headline figures. Where somebody disagreed the label is at best ``probable``: a listing that
careful people judge differently is one for review.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from thriftwatch.domain import FACT_COLUMNS
from thriftwatch.training.spans import SPAN_SEPARATOR

if TYPE_CHECKING:
    from thriftwatch.training.labelled import Labelled

__all__ = [
    "SETTLED",
    "Agreement",
    "Votes",
    "agree_on",
    "consensus",
    "find_vote_columns",
    "votes_in",
]

Votes = tuple[tuple[str, int], ...]
"""Annotator and label, once for each annotator."""

SETTLED = ""
"""The annotator of a label that settles the matter, such as a third one's."""
_SAID = ("rule", *FACT_COLUMNS)
_UNITED = (*_SAID, "label", "certainty", "votes", "spans")
_HARD_RULES = ("R4", "R5", "R6")
_LABELS = {"0", "1"}
_CERTAINTIES = ("sure", "probable", "uncertain")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far annotators agree on the rows that two or more of them labelled.

    Attributes
    ----------
    annotators
        Their names.
    rows
        How many rows two or more labelled.
    disputed
        The rows on which they differ: places among the usable rows.
    share
        Share of the rows on which all agree.
    kappa
        Cohen's kappa, the mean over the pairs of annotators that share rows.
    alpha
        Krippendorff's alpha; 1 is agreement, 0 is chance.
    hard
        The same for the rows that rules R4 to R6 decide, which the guideline asks for; None if
        there are none.
    """

    annotators: tuple[str, ...]
    rows: int
    disputed: tuple[int, ...]
    share: float
    kappa: float
    alpha: float
    hard: "Agreement | None" = None

    def __str__(self) -> str:
        text = (
            f"{len(self.annotators)} annotators, {self.rows} rows by two or more: "
            f"{self.share:.0%} unanimous, kappa {self.kappa:.2f}, alpha {self.alpha:.2f}"
        )
        if self.hard is None:
            return text
        return (
            f"{text}; on {self.hard.rows} rows of R4 to R6 kappa {self.hard.kappa:.2f}, "
            f"alpha {self.hard.alpha:.2f}"
        )


def find_vote_columns(columns: Iterable[str]) -> dict[str, str]:
    """Find columns such as ``label_a``; return the annotator of each.

    Examples
    --------
    >>> find_vote_columns(["title", "label", "label_a", "Label Budi"])
    {'label_a': 'a', 'Label Budi': 'Budi'}
    """
    found = {}
    for column in columns:
        head, name = column[:5], column[5:].strip(" _-")
        if head.casefold() == "label" and name and column[5] in " _-":
            found[column] = name
    return found


def votes_in(values: Iterable[tuple[str, str]], settled: str = "") -> Votes:
    """Return the votes of a row from annotators and what they wrote; blanks are no votes.

    Examples
    --------
    >>> votes_in([("a", "1"), ("b", ""), ("c", "0")])
    (('a', 1), ('c', 0))
    """
    votes = tuple((name, int(value)) for name, value in values if value in _LABELS)
    return ((SETTLED, int(settled)), *votes) if votes and settled else votes


def consensus(votes: Votes, certainties: Sequence[str] = ()) -> tuple[int, str]:
    """Return label and certainty of a row.

    Parameters
    ----------
    votes
        At least one.
    certainties
        How sure the annotators said they were.

    Examples
    --------
    >>> consensus((("a", 1), ("b", 1), ("c", 0)), ["sure", "sure", "sure"])
    (1, 'probable')
    >>> consensus((("a", 1), ("b", 0)))
    (0, 'uncertain')
    """
    stated = Counter(filter(None, certainties))
    # The most common; of equally common ones the most cautious.
    level = max(stated, key=lambda name: (stated[name], _CERTAINTIES.index(name)), default="")
    if votes[0][0] == SETTLED:
        return votes[0][1], level
    positive = sum(label for _, label in votes)
    if 2 * positive == len(votes):
        return 0, "uncertain"
    if 0 < positive < len(votes) and level != "uncertain":
        level = "probable"
    return int(2 * positive > len(votes)), level


def unite(
    rows: "Labelled", places: list[tuple[str, int]]
) -> tuple["Labelled", list[tuple[str, int]]]:
    """Make one row of the rows in which several annotators judge the same text.

    Parameters
    ----------
    rows
        Labelled listings.
    places
        File and line of every row.

    Returns
    -------
    rows, places
        The first row of each text, with what its annotators say together. Rows that name no
        annotator stay as they are.
    """
    voted = np.flatnonzero([bool(votes) for votes in rows.votes])
    if not len(voted):
        return rows, places
    same: dict[tuple[str, ...], list[int]] = {}
    for place in voted.tolist():
        key = (rows.title[place], rows.description[place], rows.shop[place])
        same.setdefault(key, []).append(place)
    united = {name: getattr(rows, name).copy() for name in _UNITED}
    kept = np.ones(len(rows), bool)
    for members in same.values():
        kept[members[1:]] = False
        for name, value in _together(rows, members).items():
            united[name][members[0]] = value
    left = np.flatnonzero(kept)
    return replace(rows, **united).take(left), [places[place] for place in left.tolist()]


def _together(rows: "Labelled", members: Sequence[int]) -> dict[str, object]:
    """Return what several rows of one text say together."""
    # Who judges twice has thought again: the later vote counts.
    votes = tuple(dict(vote for place in members for vote in rows.votes[place]).items())
    label, certainty = consensus(votes, rows.certainty[members].tolist())
    agreeing = [place for place in members if rows.label[place] == label] or members
    said: dict[str, object] = {
        name: _most_common(getattr(rows, name)[agreeing].tolist()) for name in _SAID
    }
    spans = dict.fromkeys(filter(None, rows.spans[agreeing]))
    return said | {
        "label": label,
        "certainty": certainty,
        "votes": votes,
        "spans": SPAN_SEPARATOR.join(spans),
    }


def _most_common(values: Iterable[str]) -> str:
    """Return what most say; nothing where they are divided."""
    ranked = Counter(filter(None, values)).most_common(2)
    divided = len(ranked) == 2 and ranked[0][1] == ranked[1][1]
    return "" if divided or not ranked else ranked[0][0]


def agree_on(rows: "Labelled") -> Agreement | None:
    """Measure agreement; None unless two annotators labelled some of the same rows."""
    votes = [tuple(vote for vote in row if vote[0] != SETTLED) for row in rows.votes]
    whole = _measure(votes)
    if whole is None:
        return None
    hard = [row if rule in _HARD_RULES else () for row, rule in zip(votes, rows.rule, strict=True)]
    return replace(whole, hard=_measure(hard))


def _measure(votes: Sequence[Votes]) -> Agreement | None:
    shared = {place: row for place, row in enumerate(votes) if len(row) > 1}
    if not shared:
        return None
    from nltk.metrics.agreement import AnnotationTask

    triples = [(name, place, label) for place, row in shared.items() for name, label in row]
    annotators = tuple(sorted({name for name, _, _ in triples}))
    kappas = []
    for pair in combinations(annotators, 2):
        both = {p: row for p, row in shared.items() if set(pair) <= {name for name, _ in row}}
        ours = [(name, p, label) for p, row in both.items() for name, label in row if name in pair]
        if ours:
            # Two who only ever say the same one thing agree, though chance would do as well.
            one_label = len({label for _, _, label in ours}) == 1
            kappas.append(1.0 if one_label else float(AnnotationTask(ours).kappa()))
    disputed = tuple(p for p, row in shared.items() if len({label for _, label in row}) > 1)
    return Agreement(
        annotators,
        len(shared),
        disputed,
        1.0 - len(disputed) / len(shared),
        sum(kappas) / len(kappas),
        float(AnnotationTask(triples).alpha()),
    )
