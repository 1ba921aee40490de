"""Scored listings, ranked and explained, as a review page shows them."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from thriftwatch.domain import FIELDS, RESULT_COLUMNS, TIERS
from thriftwatch.errors import InputError, TableError, listed
from thriftwatch.files import RejectedRow
from thriftwatch.files.cells import as_number, to_text
from thriftwatch.files.evidence import REASONS, listing_evidence, source_of
from thriftwatch.files.formats import is_standard_stream
from thriftwatch.highlight import segments
from thriftwatch.listing import COLUMN_NAMES, Listing, find_column
from thriftwatch.model.model import Model
from thriftwatch.ranking import read_listings
from thriftwatch.result import ListingScore
from thriftwatch.scoring import check_options, explain_all

__all__ = ["Review", "Warned", "read_review"]

_KEPT = ("url", "platform", "id", "family")
_SCORED = (*RESULT_COLUMNS, "reasons", "model", "source_file")
_CHAINED = frozenset({"record", "number", "previous", "hash"})
_OTHER_COLUMNS = 12
_OTHER_CHARACTERS = 200
_SAME_SCORE = 1e-4


@dataclass(frozen=True, slots=True)
class Warned:
    """Something whoever works in the page has to know.

    Parameters
    ----------
    text
        In Indonesian.
    text_en
        In English.
    """

    text: str
    text_en: str

    def __str__(self) -> str:
        return self.text_en


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """Listings to review, the highest score first.

    Parameters
    ----------
    items
        The listings, JSON-ready: texts cut at the words of reasons, and what is recorded of them
        as evidence.
    source
        Name and hash of the file.
    model, policy
        What they were scored and explained with.
    moment
        When.
    rows
        How many listings the file has.
    warnings
        What is to be said at the top of the page.
    rejected
        Rows of the file that could not be read.
    """

    items: tuple[dict[str, Any], ...]
    source: Mapping[str, str]
    model: str
    policy: str
    moment: datetime
    rows: int
    warnings: tuple[Warned, ...]
    rejected: tuple[RejectedRow, ...]

    def summary(self) -> str:
        """Say in English how many listings there are, tier by tier."""
        tiers = Counter(item["evidence"]["tier"] for item in self.items)
        parts = ", ".join(f"{tier} {tiers[tier]:,}" for tier in reversed(TIERS))
        return f"{len(self.items):,} of {self.rows:,} listings ({parts})"


def read_review(
    path: str | os.PathLike[str],
    model: Model,
    *,
    policy: str = "imported",
    top: int = 5000,
    columns: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    on_rows: Callable[[int], object] = lambda rows: None,
) -> Review:
    r"""Read scored listings, score them again and say why.

    Parameters
    ----------
    path
        A file that ``thriftwatch score -o`` wrote; any file of listings will do.
    model, policy
        What to score and explain with. A warning says it if the file names another model, or has
        other scores: a page never mixes the figures of two.
    top
        How many listings to take, the highest scores.
    columns
        Names of the columns for ``title``, ``description``, ``shop``, ``url`` and ``platform``,
        where they are not to be found by their usual names.
    encoding
        Encoding of a text file; None finds it.
    sheet, header_row
        As for `thriftwatch.files.read_table`.
    on_rows
        Called with the number of rows just read or explained.

    Returns
    -------
    Review

    Raises
    ------
    InputError
        If the file is standard input: decisions are kept under the hash of a file.
    TableError
        If it is not what it says it is.
    ColumnError
        If it has no title, or not the column that was asked for.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from thriftwatch import load_model
    >>> file = Path(tempfile.mkdtemp(), "listings.csv")
    >>> _ = file.write_text("judul\nKemeja batik baru\nHoodie second import\n")
    >>> review = read_review(file, load_model())
    >>> [item["row"] for item in review.items], review.summary()
    ([1, 0], '2 of 2 listings (likely 1, review 0, clear 1)')
    """
    check_options(policy)
    if is_standard_stream(path):
        raise InputError(
            "a review page needs a file, not standard input: decisions are kept under its hash"
        )
    named = dict(columns or {})
    read = read_listings(
        [path],
        columns=named,
        encoding=encoding,
        sheet=sheet,
        header_row=header_row,
        on_rows=on_rows,
    )
    if _CHAINED.issubset(read.table.column_names):
        raise TableError(
            "this is an evidence record, not a table of listings; give what score -o wrote",
            path=path,
        )
    scores = model.score_batch(*(read.texts[name] for name in FIELDS), policy=policy).score
    order = np.argsort(-scores, kind="stable")[:top]
    table, texts = read.table.take(order), read.texts.take(order)
    kept, other = _columns(table, named, os.fspath(path))
    every = explain_all(
        model, *(texts[name].to_pylist() for name in FIELDS), policy=policy, reasons=REASONS
    )
    items = []
    for row, text, found, values, others in zip(
        order.tolist(), texts.to_pylist(), every, kept, other, strict=True
    ):
        items.append(_item(row, Listing(**text), found, values, others))
        on_rows(1)
    warnings = (
        *_other_model(table, model),
        *_other_scores(table, scores[order], model),
        *_not_all(len(items), len(scores)),
    )
    return Review(
        items=tuple(items),
        source=source_of(path),
        model=model.id,
        policy=policy,
        moment=datetime.now(UTC),
        rows=len(scores),
        warnings=warnings,
        rejected=read.rejected,
    )


def _item(
    row: int,
    listing: Listing,
    found: ListingScore,
    values: Mapping[str, str],
    other: Mapping[str, str],
) -> dict[str, Any]:
    """Write a listing as the page reads it; texts stand in it once, as pieces."""
    full = listing_evidence(listing, found, link=values["url"], keep_contacts=True)
    hidden = listing_evidence(listing, found, link=values["url"])
    number = {id(reason): place for place, reason in enumerate(found.reasons)}
    pieces = {
        name: [
            piece if reason is None else [piece, number[id(reason)]]
            for piece, reason in segments(getattr(listing, name), found.reasons, name)
        ]
        for name in FIELDS
    }
    common = {*FIELDS, "model", "policy"}
    return {
        "row": row,
        "texts": pieces,
        "platform": values["platform"],
        "id": values["id"],
        "family": values["family"],
        "other": [[name, value] for name, value in other.items() if value],
        "evidence": {name: value for name, value in full.items() if name not in common},
        "hidden": {name: value for name, value in hidden.items() if value != full[name]},
    }


def _columns(
    table: pa.Table, named: Mapping[str, str | None], where: str
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Take link, platform, id and family of every row, empty where there is none.

    And the other columns, cut short: price, category, date.
    """
    found = {
        field: find_column(
            field, table.column_names, named.get(field), required=field == "title", where=where
        )
        for field in (*FIELDS, *_KEPT)
    }
    # Labels that the file already has would tell a reviewer what to decide.
    known = {*found.values(), *_SCORED, *(set(COLUMN_NAMES) - {*FIELDS, *_KEPT})}
    others = islice((name for name in table.column_names if name not in known), _OTHER_COLUMNS)
    texts = {name: _texts_of(table, name) for name in others}
    kept = {field: _texts_of(table, name) for field in _KEPT if (name := found[field])}
    return (
        [
            {field: kept[field][row] if field in kept else "" for field in _KEPT}
            for row in range(table.num_rows)
        ],
        [
            {name: values[row][:_OTHER_CHARACTERS] for name, values in texts.items()}
            for row in range(table.num_rows)
        ],
    )


def _texts_of(table: pa.Table, name: str) -> Sequence[str]:
    values: Sequence[str] = to_text(table[name]).fill_null("").to_pylist()
    return values


def _other_model(table: pa.Table, model: Model) -> Iterator[Warned]:
    if "model" not in table.column_names:
        return
    others = sorted({name for name in _texts_of(table, "model") if name} - {model.id})
    if others:
        names = listed(others)
        yield Warned(
            f"Berkas dinilai dengan {names}; skor, fakta dan alasan di halaman ini dihitung ulang "
            f'dengan "{model.id}".',
            f"The file was scored with {names}; scores, facts and reasons on this page were "
            f'calculated again with "{model.id}".',
        )


def _other_scores(table: pa.Table, scores: np.ndarray, model: Model) -> Iterator[Warned]:
    """Say it if the model is that of the file and its scores are not."""
    if not {"score", "model"} <= set(table.column_names):
        return
    pairs = zip(_texts_of(table, "score"), _texts_of(table, "model"), strict=True)
    written = np.array([_number(text) if of == model.id else np.nan for text, of in pairs])
    differing = int((np.abs(written - scores) > _SAME_SCORE).sum())
    if differing:
        yield Warned(
            f"{differing:,} dari {len(scores):,} skor berbeda dari yang ada di berkas: kebijakan "
            "(--policy) atau kolom (--title-column, --description-column, --shop-column) lain, "
            "atau teksnya diubah sesudah dinilai. Halaman ini memakai skor yang baru.",
            f"{differing:,} of {len(scores):,} scores differ from those in the file: another "
            "--policy, other columns (--title-column, --description-column, --shop-column), or the "
            "text was changed after it was scored. This page has the new scores.",
        )


def _not_all(taken: int, rows: int) -> Iterator[Warned]:
    if taken < rows:
        yield Warned(
            f"Halaman ini memuat {taken:,} skor tertinggi dari {rows:,} listing.",
            f"This page has the {taken:,} highest scores of {rows:,} listings.",
        )


def _number(text: str) -> float:
    try:
        return as_number(text)
    except ValueError:
        return float("nan")
