"""Which format a file has, by its name, and whether its first bytes agree."""

import os
import sys
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from thriftwatch.errors import TableError, listed, shown

__all__ = [
    "ACCEPTED_OUT",
    "STANDARD_STREAM",
    "WRITTEN",
    "Format",
    "binary_stream",
    "check_source",
    "check_text",
    "compression",
    "display_name",
    "empty_file",
    "format_of",
    "format_within",
    "is_standard_stream",
    "unpacked_limit",
]

STANDARD_STREAM = "-"
"""The path that means standard input or standard output, as CSV."""


class Format(StrEnum):
    """The table formats, by the extension that stands for them."""

    CSV = ".csv"
    TSV = ".tsv"
    JSONL = ".jsonl"
    PARQUET = ".parquet"
    XLSX = ".xlsx"
    TXT = ".txt"
    XLS = ".xls"
    XLSB = ".xlsb"
    ODS = ".ods"
    HTML = ".html"


_ALIASES = {".ndjson": Format.JSONL, ".htm": Format.HTML, ".xlsm": Format.XLSX}
_TEXT_FORMATS = frozenset({Format.CSV, Format.TSV, Format.JSONL, Format.TXT})
WRITTEN = frozenset({Format.CSV, Format.TSV, Format.JSONL, Format.PARQUET, Format.XLSX})
"""The formats that are also written."""

ACCEPTED_OUT = ".csv, .tsv, .jsonl, .ndjson (each also with .gz), .parquet and .xlsx"
_ACCEPTED = f"accepted: {ACCEPTED_OUT}; .txt, .xls, .xlsb, .ods and .html are read"

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What a file really is, told from its first bytes, and what to do about it.
_MAGIC = (
    (b"PAR1", "a Parquet file; rename it to .parquet"),
    (b"\x89PNG", "a PNG picture; give a table instead"),
    (b"\xff\xd8\xff", "a JPEG picture; give a table instead"),
    (b"%PDF", "a PDF document; export the table as .csv or .xlsx"),
    (b"\x1f\x8b", "a gzip file; add .gz to its name"),
    (
        _OLD_EXCEL,
        "an old Excel file or one with a password; rename it to .xls, or save it as .xlsx",
    ),
    (b"SQLite format 3\x00", "an SQLite database; export the table as .csv"),
    (b"ARROW1", "an Arrow file; save it as .parquet"),
)
_ZIP = b"PK\x03\x04"

# A file that unpacks to a hundred times its size is a bomb or nothing but repetition. Below the
# floor it does no harm either way.
_UNPACKED_FLOOR = 256 * 2**20
_UNPACKED_RATIO = 100


def format_of(path: str | os.PathLike[str]) -> Format:
    """Tell the format of a file from its name; ``-`` is CSV.

    Raises
    ------
    TableError
        If the extension is not one of a table.

    Examples
    --------
    >>> format_of("listings.CSV.gz").name, format_of("-").name
    ('CSV', 'CSV')
    """
    if is_standard_stream(path):
        return Format.CSV
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    packed = suffixes[-1:] == [".gz"]
    suffix = "".join(suffixes[-2:-1] if packed else suffixes[-1:])
    known = _ALIASES.get(suffix) or next((kind for kind in Format if kind == suffix), None)
    if known is None or (packed and known not in _TEXT_FORMATS):
        name = "".join(suffixes[-2:] if packed else suffixes[-1:]) or "a name without extension"
        raise TableError(f"{name} is not a table format; {_ACCEPTED}", path=path)
    return known


def format_within(path: str | os.PathLike[str]) -> Format:
    """Tell what a file named .xls is: web applications give that name to whatever Excel opens.

    Returns
    -------
    Format
        `Format.XLS`, `Format.XLSX`, `Format.HTML`, or `Format.TXT` for delimited text.

    Raises
    ------
    TableError
        If it cannot be opened.
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise TableError(f"cannot be opened ({error.strerror})", path=path) from error
    if head.startswith(_OLD_EXCEL):
        return Format.XLS
    if head.startswith(_ZIP):
        return Format.XLSX
    # Of UTF-16 only the letters are looked at.
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n").lower()
    is_page = start.startswith(b"<") and (
        b"<table" in start or b"<html" in start or b"<!doc" in start
    )
    return Format.HTML if is_page else Format.TXT


def is_standard_stream(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is ``-``."""
    return os.fspath(path) == STANDARD_STREAM


def compression(path: str | os.PathLike[str]) -> str | None:
    """Return ``"gzip"`` for a name that ends in ``.gz``, else None."""
    return "gzip" if Path(path).suffix.lower() == ".gz" else None


def display_name(path: str | os.PathLike[str]) -> str:
    """Name a source in messages and records."""
    return "standard input" if is_standard_stream(path) else os.fspath(path)


def binary_stream(name: str) -> BinaryIO:
    """Return the bytes under ``sys.stdin`` or ``sys.stdout``, whichever `name` says.

    Raises
    ------
    TableError
        If the stream has no bytes under it, as in a notebook.
    """
    stream = getattr(getattr(sys, name), "buffer", None)
    if stream is None:
        raise TableError("there is no byte stream here (a notebook?); name a file", path=name)
    return cast("BinaryIO", stream)


def check_source(path: str | os.PathLike[str]) -> None:
    """Refuse a path that is not a file with something in it.

    Raises
    ------
    TableError
        If there is no such file (with the nearest names in its folder), or it is a folder, or
        it is empty.
    """
    if is_standard_stream(path):
        return
    file = Path(path)
    if file.is_dir():
        inside = [entry.name for entry in sorted(file.iterdir()) if _looks_like_table(entry)]
        hint = f"it holds {listed(inside)}" if inside else "there is no table in it"
        raise TableError(f"this is a folder, a file is needed; {hint}", path=path)
    if not file.exists():
        raise TableError(f"there is no such file; {_near_names(file)}", path=path)
    if not os.access(file, os.R_OK):
        raise TableError("you may not read it; check its permissions", path=path)
    if file.is_file() and file.stat().st_size == 0:
        raise empty_file(path)


def empty_file(path: str | os.PathLike[str]) -> TableError:
    """Say that a file has nothing in it."""
    return TableError(
        "there is nothing in it, not even column names; check how it was made",
        path=display_name(path),
    )


def check_text(head: bytes, path: str | os.PathLike[str]) -> None:
    """Refuse a file that is called text and is not.

    Parameters
    ----------
    head
        Its first bytes.
    path
        Its name, for the message.

    Raises
    ------
    TableError
        Saying what the file seems to be and which extension to use.
    """
    name = display_name(path)
    if head.startswith(_ZIP):
        workbook = b"[Content_Types].xml" in head or b"xl/" in head or b"_rels/" in head
        kind = "an Excel workbook; rename it to .xlsx" if workbook else "a ZIP file; unpack it"
        raise TableError(f"this is not text, it seems to be {kind}", path=name)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise TableError(f"this is not text, it seems to be {kind}", path=name)
    # One NUL is a damaged row, which is set aside later; every tenth byte NUL is not text.
    if head.count(0) * 10 > len(head):
        pairs = max(1, len(head) // 2)
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) * 10 > pairs * 9:
                raise TableError(
                    f"this seems to be UTF-16 text; pass --encoding {encoding}", path=name
                )
        raise TableError(f"this is not text, it seems to be a binary file; {_ACCEPTED}", path=name)


def unpacked_limit(packed_bytes: int) -> int:
    """Return how many bytes a compressed file may unpack to before it is refused.

    Examples
    --------
    >>> unpacked_limit(380_000) // 2**20
    256
    """
    return max(_UNPACKED_FLOOR, packed_bytes * _UNPACKED_RATIO)


def _looks_like_table(path: Path) -> bool:
    suffixes = {suffix.lower() for suffix in path.suffixes[-2:]}
    return path.is_file() and bool(suffixes & {*Format, *_ALIASES})


def _near_names(file: Path) -> str:
    if not file.parent.is_dir():
        return f"the folder {shown(file.parent)} does not exist either; check the path"
    names = [entry.name for entry in file.parent.iterdir()]
    near = get_close_matches(file.name, names, n=3, cutoff=0.5)
    return f"did you mean {listed(near)}?" if near else "check the path"
