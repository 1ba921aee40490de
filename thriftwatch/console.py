"""What the command line shows: tables, highlighted listings and progress, on a terminal or not."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from thriftwatch.domain import FACT_NAMES, FACTS, FIELDS, TIER_NAMES
from thriftwatch.highlight import segments
from thriftwatch.listing import Listing
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN, ListingScore, Reason, most_telling

__all__ = [
    "console",
    "explanation",
    "marked",
    "progress",
    "ranking_table",
    "steps",
    "tree",
    "visible",
]

_WIDTH = 120
_NARROWEST = 72
_BAR = 20
_SHOWN_ITEMS = 12
_TIER_STYLES = {"likely": "bold red", "review": "bold yellow", "clear": "green"}
_FOR, _AGAINST = "bold red", "bold green"


def console(*, stderr: bool = False) -> Console:
    """Return a console that knows what it writes to: a terminal, a pipe or a file.

    Colours are left out where there is no terminal or ``NO_COLOR`` is set. Where nothing says
    how wide a line may be it is 120 characters, and it is never less than the figures need.
    """
    found = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = _WIDTH
    found.width = max(found.width, _NARROWEST)
    return found


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
    """Show a progress bar on standard error, if that is a terminal, and take it away again.

    Parameters
    ----------
    what
        What is being done.
    total
        Number of rows, if it is known.

    Yields
    ------
    callable
        To be called with the number of rows just done.
    """
    with _bar() as bar:
        task = bar.add_task(what, total=total)
        yield lambda rows: bar.advance(task, rows)


@contextmanager
def steps() -> Iterator[Callable[[int, int, str], None]]:
    """Show progress as `progress` does, for work that says itself how far it is.

    Yields
    ------
    callable
        To be called with the steps done, the steps in all, and what is being done.
    """
    with _bar() as bar:
        task = bar.add_task("")

        def on_progress(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what.capitalize())

        yield on_progress


def ranking_table(rows: Iterable[tuple[Listing, ListingScore]], width: int) -> tuple[Table, Text]:
    """Show listings in a table: score, tier, facts, the strongest reason and the title.

    Parameters
    ----------
    rows
        The listings and their scores.
    width
        Characters in a line, 72 or more.

    Returns
    -------
    tuple of rich.table.Table and rich.text.Text
        The table, and what is to stand below it.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    numbers = {"score": 5, "tier": 6} | {name: max(len(name), 4) for name in FACTS}
    for name, size in numbers.items():
        justify: JustifyMethod = "left" if name == "tier" else "right"
        table.add_column(name, width=size, min_width=size, no_wrap=True, justify=justify)
    # Two spaces follow each of these columns and the reason.
    left = width - sum(numbers.values()) - 2 * len(numbers) - 2
    table.add_column("reason", no_wrap=True, max_width=left * 2 // 5)
    table.add_column("title", no_wrap=True, max_width=left - left * 2 // 5)
    for listing, found in rows:
        table.add_row(
            f"{found.score:.3f}",
            Text(found.tier, _TIER_STYLES.get(found.tier, "")),
            *(f"{value:.2f}" for value in found.facts.values()),
            Text(_strongest(found.reasons), overflow="ellipsis"),
            Text(visible(listing.title), overflow="ellipsis"),
        )
    return table, _disclaimer()


def explanation(listing: Listing, found: ListingScore) -> Iterator[Text]:
    """Show a listing with the deciding words marked, its facts and the reasons in sentences.

    Words that speak for are marked ``[+fact: words]``, words that speak against ``[-fact:
    words]``; colour only repeats what the marks say.
    """
    for field in FIELDS:
        if text := getattr(listing, field):
            words = marked(text, found.reasons, field)
            yield Text.assemble((f"{field:<12} ", "dim"), words)
    yield Text()
    tier = (TIER_NAMES.get(found.tier, found.tier), _TIER_STYLES.get(found.tier, ""))
    yield Text.assemble(f"{'score':<8} {found.score:.2f}  ", tier)
    for name, value in found.facts.items():
        filled = round(_BAR * value)
        bar = "#" * filled + "." * (_BAR - filled)
        yield Text(f"{name:<8} {value:.2f}  {bar}  {FACT_NAMES.get(name, '')}")
    yield Text()
    for reason in found.reasons:
        weight = (f"{reason.weight:+5.1f}  ", _FOR if reason.supports else _AGAINST)
        yield Text.assemble(weight, visible(reason.note))
        yield Text.assemble(" " * 7, (visible(reason.note_en), "dim"))
    if found.reasons:
        yield Text()
    yield _disclaimer()
    yield Text(f"{found.model}, policy {found.policy}", "dim")


def marked(text: str, reasons: Iterable[Reason], field: str) -> Text:
    """Mark the words of reasons in the text they stand in, with the fact they bear on.

    Examples
    --------
    >>> words = Reason("title", 7, 13, "second", "worn", 2.1, "", "")
    >>> marked("Hoodie second baru", [words], "title").plain
    'Hoodie [+worn: second] baru'
    """
    shown = Text()
    for piece, reason in segments(text, reasons, field):
        if reason is None:
            shown.append(visible(piece))
        else:
            sign, style = ("+", _FOR) if reason.supports else ("-", _AGAINST)
            shown.append(f"[{sign}{reason.fact}: {visible(piece)}]", style)
    return shown


def tree(values: Mapping[str, Any], indent: int = 0) -> Iterator[str]:
    r"""Show nested values as indented lines.

    Examples
    --------
    >>> print("\n".join(tree({"version": "1.0.0", "metrics": {"ap": 0.9712345}})))
    version: 1.0.0
    metrics:
      ap: 0.9712
    """
    for key, value in values.items():
        head = f"{' ' * indent}{str(key).replace('_', ' ')}:"
        if isinstance(value, Mapping):
            yield head
            yield from tree(value, indent + 2)
        elif isinstance(value, list | tuple):
            hidden = len(value) - _SHOWN_ITEMS
            more = f", and {hidden} more" if hidden > 0 else ""
            yield f"{head} {', '.join(_plain(item) for item in value[:_SHOWN_ITEMS])}{more}"
        else:
            yield f"{head} {_plain(value)}"


def _bar() -> Progress:
    bar = BarColumn()
    columns = (TextColumn("{task.description}"), bar, MofNCompleteColumn(), TimeRemainingColumn())
    err = console(stderr=True)
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _plain(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else visible(str(value))


def _disclaimer() -> Text:
    return Text(f"{DISCLAIMER}\n{DISCLAIMER_EN}", "italic")


def _strongest(reasons: Iterable[Reason]) -> str:
    strongest = most_telling(reason for reason in reasons if reason.supports)
    return "-" if strongest is None else f'"{visible(strongest.text)}"'


def visible(text: str) -> str:
    """Show text on one line and without what a terminal would obey: a title can hold anything."""
    kept = (c if c.isprintable() else " " if c.isspace() else "" for c in text)
    return text if text.isprintable() else "".join(kept)
