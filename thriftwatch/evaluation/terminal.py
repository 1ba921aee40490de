"""What ``thriftwatch evaluate`` shows on a terminal."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from thriftwatch.domain import TIERS
from thriftwatch.evaluation.evaluation import Evaluation
from thriftwatch.evaluation.figures import FLAGGED
from thriftwatch.evaluation.stream import Stream
from thriftwatch.evaluation.tables import headline, label_of, number, one_line
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN

__all__ = ["show_evaluation"]

_SPLIT_FIGURES = ("average_precision", "recall@precision=0.95", "precision@likely", "recall@review")
_WEAKEST = 8
_CAUSES = 8


def show_evaluation(evaluation: Evaluation) -> Iterator[RenderableType]:
    """Yield the tables of an evaluation, and what has to be known to read them.

    Parameters
    ----------
    evaluation
        From `thriftwatch.evaluate`.
    """
    counts = evaluation.counts
    yield Text(evaluation.name, "bold")
    yield Text(
        f"{counts['rows']:,} rows in {counts['groups']:,} groups of near-copies, "
        f"{counts['positives']:,} positive; policy {evaluation.policy}; {evaluation.how}; "
        f"{evaluation.level:.0%} intervals"
    )
    yield Text()
    yield _headline(evaluation)
    if len(evaluation.splits) > 1:
        yield Text()
        yield _splits(evaluation)
        for split in evaluation.splits:
            yield Text(f"{split.name}: {split.note or split.question}", "dim")
    if weakest := _weakest(evaluation):
        yield Text()
        yield weakest
    if evaluation.mistakes.groups:
        yield Text()
        yield _causes(evaluation)
    if evaluation.stream is not None:
        yield Text()
        yield _stream(evaluation.stream)
        yield Text()
        yield _recall(evaluation.stream)
    yield Text()
    for note, note_en in evaluation.notes:
        yield Text(note, "yellow")
        yield Text(note_en, "yellow dim")
    yield Text(f"{DISCLAIMER}\n{DISCLAIMER_EN}", "italic")


def _table(*columns: str, title: str = "") -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1), title=title)
    table.title_justify, table.title_style = "left", "bold"
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    return table


def _headline(evaluation: Evaluation) -> Table:
    some = _leaves_out(evaluation)
    columns = ["figure", "model", *(["uncertain rows in"] if some else []), "keyword list"]
    table = _table(*columns)
    for row in headline(evaluation):
        middle = [row.text(row.with_uncertain)] if some else []
        table.add_row(row.label_en, row.text(row.value), *middle, row.text(row.baseline))
    return table


def _leaves_out(evaluation: Evaluation) -> bool:
    """Tell whether the headline leaves rows out."""
    return evaluation.counts["uncertain"] > 0


def _splits(evaluation: Evaluation) -> Table:
    table = _table("split", "rows", *(label_of(name)[1] for name in _SPLIT_FIGURES))
    for split in evaluation.splits:
        cells = [number(name, split.figures.get(name)) for name in _SPLIT_FIGURES]
        table.add_row(split.name, f"{split.rows:,}", *cells)
    return table


def _weakest(evaluation: Evaluation) -> Table | None:
    """Show the slices with the lowest average precision that are large enough to tell."""
    shown = [
        (one.figures["average_precision"], one)
        for one in evaluation.slices
        if not one.small and one.figures["average_precision"].value >= 0
    ]
    if not shown:
        return None
    table = _table("weakest slices", "value", "rows", "positive", "average precision")
    table.columns[1].justify = "left"
    for figure, one in sorted(shown, key=lambda pair: pair[0].value)[:_WEAKEST]:
        sizes = (f"{one.rows:,}", f"{one.positives:,}")
        table.add_row(
            one.by, Text(one_line(one.value)), *sizes, number("average_precision", figure)
        )
    return table


def _causes(evaluation: Evaluation) -> Table:
    table = _table("misled by", "fact", "kind", "rows", "an example")
    for place in (1, 2, 4):
        table.columns[place].justify = "left"
    for place in (0, 1, 2, 4):
        table.columns[place].no_wrap = True
    largest = sorted(evaluation.mistakes.groups, key=lambda group: -group.rows)[:_CAUSES]
    for group in largest:
        cells = (Text(one_line(group.cause)), group.fact, group.kind, f"{group.rows:,}")
        table.add_row(*cells, Text(one_line(group.examples[0]), overflow="ellipsis"))
    return table


def _stream(stream: Stream) -> Table:
    table = _table("catalogue", "listings", *reversed(TIERS), "shown")
    for part in (stream.whole, *stream.known):
        name = f"known: {part.name}" if part.name else "thought to be lawful"
        counts = [f"{part.tiers[tier]:,}" for tier in reversed(TIERS)]
        table.add_row(
            Text(one_line(name)), f"{part.rows:,}", *counts, f"{part.share('review'):.2%}"
        )
    return table


def _recall(stream: Stream) -> Table:
    table = _table("of the labelled positives", "score from", "found")
    for tier in FLAGGED:
        name = f"recall@{tier}"
        table.add_row(label_of(name)[1], "", number(name, stream.figures[name]))
    for rate, threshold in stream.thresholds.items():
        name = f"recall@false_positive_rate={rate:g}"
        label = f"recall where {rate:.2%} of the catalogue is shown"
        table.add_row(label, f"{threshold:.4f}", number(name, stream.figures[name]))
    return table
