"""What the benchmarks share: texts, one core, tables, and the blocks of README.md they write."""

import argparse
import os
import re
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from thriftwatch.files import read_table
from thriftwatch.text.lexicon import load_lexicon

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample" / "labelled.csv"
REAL = ROOT.parent / "shared" / "real" / "listings.csv"
README = Path(__file__).with_name("README.md")

SEED = 20260101
_FLAGGED_CLASSES = ("used", "import", "wholesale")


@dataclass(frozen=True)
class Texts:
    """Listings of one source, column by column.

    Attributes
    ----------
    name
        What the source is called in tables.
    titles, descriptions, shops
        Equally long; an absent text is empty.
    """

    name: str
    titles: list[str]
    descriptions: list[str]
    shops: list[str]

    def __len__(self) -> int:
        return len(self.titles)

    def take(self, rows: Sequence[int]) -> "Texts":
        """Return some of the rows, in the order given."""
        columns = (self.titles, self.descriptions, self.shops)
        return Texts(self.name, *([column[row] for row in rows] for column in columns))

    def resampled(self, rows: int) -> "Texts":
        """Return so many rows, drawn without repetition as long as there are new ones."""
        random = np.random.default_rng(SEED)
        times = -(-rows // len(self))
        drawn = np.concatenate([random.permutation(len(self)) for _ in range(times)])[:rows]
        return self.take(drawn.tolist())

    def titles_only(self) -> "Texts":
        """Return the same listings without descriptions."""
        return Texts(f"{self.name}, titles", self.titles, [""] * len(self), self.shops)

    def described(self) -> "Texts":
        """Return the listings that have a description."""
        rows = [row for row, text in enumerate(self.descriptions) if text.strip()]
        return Texts(f"{self.name}, title + description", *_columns(self.take(rows)))

    def joined(self) -> list[str]:
        """Return title and description as one text per listing, as other tools take them."""
        pairs = zip(self.titles, self.descriptions, strict=True)
        return [f"{title}\n{description}" if description else title for title, description in pairs]

    def mean_characters(self) -> float:
        """Return the mean length of a listing in characters."""
        return statistics.fmean(map(len, self.joined()))


def _columns(texts: Texts) -> tuple[list[str], list[str], list[str]]:
    return texts.titles, texts.descriptions, texts.shops


def read_texts(path: Path, name: str) -> Texts:
    """Read the texts of a table."""
    read = read_table(path)
    return Texts(
        name, *(read.text(column).to_pylist() for column in ("title", "description", "shop"))
    )


def sample_texts() -> Texts:
    """Return the hand-written listings of the repository."""
    return read_texts(SAMPLE, "sample")


def real_texts() -> Texts | None:
    """Return the real listings, or None with a loud word where they are not there."""
    if not REAL.exists():
        announce_absence()
        return None
    return read_texts(REAL, "real")


def flagged_words() -> frozenset[str]:
    """Return the words worth hiding that the disguises can be applied to."""
    return frozenset(
        form
        for term in load_lexicon()
        if term.word_class in _FLAGGED_CLASSES and term.strength >= 3
        for form in term.forms
        if form.isalpha() and len(form) >= 3 and set(form) & set("aeiou")
    )


def announce_absence() -> None:
    """Say on standard error that figures on real listings are left out."""
    note = f"REAL LISTINGS ARE ABSENT: {REAL} is not there; every figure on them is left out."
    print("!" * len(note), note, "!" * len(note), sep="\n", file=sys.stderr)


def use_one_core() -> None:
    """Keep this process, with all threads that a tool may start, on one core.

    Libraries that are loaded already are told by threadpoolctl, those to come by the environment.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    threadpool_limits(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Write a Markdown table; the first column is text, the others are figures.

    Examples
    --------
    >>> print(table(["tool", "listings/s"], [["a", 5]]))
    | tool | listings/s |
    | --- | ---: |
    | a | 5 |
    """
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the option that every benchmark has."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument(
        "--write", action="store_true", help="also put the output into benchmarks/README.md"
    )
    return parser


def publish(block: str, text: str, *, write: bool) -> None:
    """Print a result and, if asked to, put it between its markers in README.md."""
    print(text)
    if not write:
        return
    begin, end = f"<!-- begin {block} -->", f"<!-- end {block} -->"
    old = README.read_text(encoding="utf-8")
    new, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}",
        lambda _: f"{begin}\n{text}\n{end}",
        old,
        flags=re.DOTALL,
    )
    if not count:
        raise SystemExit(f"{README}: there is no block {block!r} to write into")
    README.write_text(new, encoding="utf-8")


def per_second(seconds: float, listings: int) -> str:
    """Write a speed with the precision it deserves: three figures."""
    speed = listings / seconds
    return f"{float(f'{speed:.3g}'):,.0f}"
