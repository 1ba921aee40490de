"""Write a hand-over: the workbook, the same as CSV, and the evidence record."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from thriftwatch.errors import InputError, shown
from thriftwatch.files import atomic_path, check_writable, write_table
from thriftwatch.files.cells import string_column
from thriftwatch.files.evidence import Evidence, both_times, source_of, write_evidence
from thriftwatch.handover.columns import Column, list_columns, seller_columns, seller_rows
from thriftwatch.handover.gathering import Handover
from thriftwatch.handover.workbook import check_xlsxwriter, write_workbook
from thriftwatch.language import Texts

__all__ = ["Written", "check_handover", "outputs_of", "write_handover"]

_Path = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a hand-over.

    Attributes
    ----------
    workbook, listings, sellers, evidence
        Where they are; `listings` and `sellers` are CSV.
    head
        The last hash of the evidence record.
    """

    workbook: Path
    listings: Path
    sellers: Path
    evidence: Path
    head: str


def outputs_of(path: _Path) -> tuple[Path, Path, Path, Path]:
    """Return the files that are written beside a workbook, itself first.

    Examples
    --------
    >>> [file.name for file in outputs_of("maret.xlsx")]
    ['maret.xlsx', 'maret.daftar.csv', 'maret.toko.csv', 'maret.bukti.jsonl']
    """
    workbook = Path(path)
    beside = (workbook.with_suffix(end) for end in (".daftar.csv", ".toko.csv", ".bukti.jsonl"))
    return (workbook, *beside)  # type: ignore[return-value]


def check_handover(path: _Path) -> None:
    """Make sure that a hand-over can be written, before the work that produces it starts.

    Raises
    ------
    InputError
        If the path is no workbook's, a file cannot be written, or a package is missing.

    Examples
    --------
    >>> check_handover("serah-terima.pdf")
    Traceback (most recent call last):
    ...
    thriftwatch.errors.InputError: a hand-over is a workbook, "serah-terima.pdf" is none; name a \
file that ends in .xlsx
    """
    if Path(path).suffix.lower() != ".xlsx":
        raise InputError(
            f"a hand-over is a workbook, {shown(path)} is none; name a file that ends in .xlsx"
        )
    check_xlsxwriter()
    for file in outputs_of(path):
        check_writable(file)


def write_handover(handover: Handover, path: _Path, texts: Texts) -> Written:
    """Write a hand-over, each file whole or not at all.

    Parameters
    ----------
    handover
        From `thriftwatch.handover.gather`.
    path
        The workbook; the other files are named after it.
    texts
        The language of the workbook and the CSV files.

    Returns
    -------
    Written
    """
    check_handover(path)
    workbook, listings, sellers, evidence = outputs_of(path)
    recorded = _write_evidence(handover, evidence)
    columns = [c for c in list_columns(handover, texts) if c.kind not in ("choice", "open")]
    write_table(_table(columns, handover.items, texts), listings)
    write_table(_table(seller_columns(texts), list(seller_rows(handover, texts)), texts), sellers)
    with atomic_path(workbook) as part:
        write_workbook(handover, part, texts, evidence_name=evidence.name, head=recorded.head)
    return Written(workbook, listings, sellers, evidence, recorded.head)


def _write_evidence(handover: Handover, path: Path) -> Evidence:
    def listings() -> Iterator[dict[str, Any]]:
        for item in handover.items:
            decision = item.decision
            if decision is None:
                yield dict(item.evidence)
                continue
            moment = decision.moment
            yield {
                **item.evidence,
                "decision": decision.decision,
                "reviewer": decision.reviewer or None,
                "decided": both_times(moment) if moment else None,
            }

    return write_evidence(
        path,
        listings(),
        moment=handover.moment,
        sources=[source_of(source.path) for source in handover.read],
        keep_contacts=handover.contacts_kept,
    )


def _table(columns: Sequence[Column], rows: Sequence[Any], texts: Texts) -> pa.Table:
    """Return a sheet as a table of text and numbers."""
    arrays = {}
    for column in columns:
        values = [column.value(row) for row in rows]
        arrays[column.heading(texts)] = _ARRAYS.get(column.kind, _text_array)(values)
    return pa.table(arrays)


def _text_array(values: Sequence[Any]) -> pa.Array:
    return string_column(["" if value is None else str(value) for value in values])


def _number_array(values: Sequence[Any]) -> pa.Array:
    return pa.array(values, pa.float64())


_ARRAYS: dict[str, Callable[[Sequence[Any]], pa.Array]] = {
    "score": _number_array,
    "share": _number_array,
}
