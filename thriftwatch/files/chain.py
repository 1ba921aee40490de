"""Records in a file that hang together: each has the hash of the one before.

The file is JSON Lines, UTF-8. Every line is an object in canonical JSON (RFC 8785: keys sorted, no
blanks) and has

- ``record``: ``"header"`` on the first line, ``"listing"``, and ``"end"`` on the last line;
- ``number``: 0 for the header, then counted up;
- ``previous``: the ``hash`` of the line before, 64 zeros in the header;
- ``hash``: SHA-256, in hexadecimal, of the canonical JSON of the line without its ``hash``.

A line that is changed, moved, added or removed breaks the chain, and a file that is cut short
lacks the end, which says in ``listings`` how many there are. Whoever can rewrite the whole file
can also calculate every hash anew: that shows when the last hash, the *head*, is kept somewhere
else and given to `verify_evidence`.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thriftwatch.errors import InputError, shown
from thriftwatch.files.atomic import atomic_path
from thriftwatch.files.canonical import canonical_json

__all__ = ["Problem", "Verification", "canonical_hash", "verify_evidence", "write_chain"]

_START = "0" * 64
_HASH = re.compile("[0-9a-fA-F]{64}")
_LONGEST_LINE = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written.

    Parameters
    ----------
    line
        The line, counted from 1; None if it is the file as a whole.
    what
        What is the matter, in one sentence.
    """

    line: int | None
    what: str

    def __str__(self) -> str:
        return self.what if self.line is None else f"line {self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether an evidence file is whole and unchanged.

    Parameters
    ----------
    listings
        How many listings were read.
    head
        The hash that the last line has.
    problems
        What is not as it was written, in the order of the file.
    """

    listings: int
    head: str
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, moved, added or removed."""
        return not self.problems


def canonical_hash(value: Any) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical JSON of a value.

    Examples
    --------
    >>> canonical_hash({"b": [], "a": 1.0}) == hashlib.sha256(b'{"a":1,"b":[]}').hexdigest()
    True
    """
    return hashlib.sha256(canonical_json(value)).hexdigest()


def write_chain(
    path: str | os.PathLike[str], header: Mapping[str, Any], listings: Iterable[Mapping[str, Any]]
) -> tuple[int, str]:
    """Write a header, listings and the end, whole or not at all.

    Parameters
    ----------
    path
        The file to write.
    header, listings
        What they record, JSON-ready.

    Returns
    -------
    tuple of int and str
        How many listings there were, and the head.
    """
    count = 0

    def records() -> Iterator[dict[str, Any]]:
        nonlocal count
        yield {**header, "record": "header"}
        for listing in listings:
            count += 1
            yield {**listing, "record": "listing"}
        yield {"listings": count, "record": "end"}

    head = _START
    last: dict[str, Any] = {}
    members: dict[str, bytes] = {}
    with atomic_path(path) as part, part.open("wb") as out:
        for number, record in enumerate(records()):
            body = {**record, "number": number, "previous": head}
            # Records have values in common: those of copies, times, what nobody has decided.
            members = {
                name: members[name]
                if name in last and last[name] is value
                else _members({name: value})
                for name, value in body.items()
            }
            last = body
            names = sorted(members)
            line, head = _sealed(
                b",".join(members[name] for name in names if name < "hash"),
                b",".join(members[name] for name in names if name > "hash"),
            )
            out.write(line + b"\n")
    return count, head


def verify_evidence(path: str | os.PathLike[str], *, head: str | None = None) -> Verification:
    """Find out whether an evidence file is whole and unchanged.

    Parameters
    ----------
    path
        The file.
    head
        The hash of the last line that was noted when the file was written.

    Returns
    -------
    Verification

    Raises
    ------
    InputError
        If there is no such file, no line of it is of an evidence file, or `head` is no hash.
    """
    if head is not None and not _HASH.fullmatch(head.strip()):
        raise InputError(
            f"head must be the 64 characters (0-9, a-f) that were noted, not {shown(head)}; "
            "see what score --evidence or the review page showed"
        )
    file = Path(path)
    if not file.is_file():
        state = "is a folder" if file.is_dir() else "does not exist"
        raise InputError(f"{shown(path)} {state}; name an evidence file (.jsonl)")
    chain = _Chain()
    with file.open("rb") as lines:
        while line := lines.readline(_LONGEST_LINE):
            chain.follow(line)
    if not chain.known:
        raise InputError(
            f"{shown(path)} is no evidence file: no line of it is a record; "
            "give what score --evidence or the review page wrote"
        )
    return chain.finish(head)


@dataclass(slots=True)
class _Chain:
    """How far an evidence file has been followed."""

    line: int = 0
    known: int = 0
    listings: int = 0
    number: int = 0
    head: str | None = _START
    ended: bool = False
    problems: list[Problem] = field(default_factory=list)

    def follow(self, raw: bytes) -> None:
        """Take the next line."""
        self.line += 1
        record = _read(raw)
        if self.ended:
            self._note("it was added: it stands behind the end of the record")
        if record is None:
            self._note("it cannot be read: it was changed or damaged")
            self.head, self.number = None, self.number + 1
            return
        self.known += 1
        self._check(record, raw.removesuffix(b"\n"))
        self.listings += record["record"] == "listing"
        self.ended |= record["record"] == "end"
        self.head, self.number = record["hash"], record["number"] + 1

    def finish(self, head: str | None) -> Verification:
        """Look at the file as a whole."""
        if not self.ended:
            self.problems.append(
                Problem(None, "the end is missing: the last lines were removed or cut off")
            )
        last = self.head or ""
        if head is not None and head.strip().lower() != last:
            noted = head.strip().lower()
            self.problems.append(
                Problem(None, f"the head is {last or 'unknown'}, not {noted} as was noted")
            )
        return Verification(self.listings, last, tuple(self.problems))

    def _check(self, record: Mapping[str, Any], raw: bytes) -> None:
        if raw != _line_of(record):
            self._note("it was changed")
        elif self.head is not None and record["previous"] != self.head:
            self._note(self._break(record["number"]))
        elif record["record"] == "end" and record["listings"] != self.listings:
            self._note(f"it counts {record['listings']} listings, there are {self.listings}")

    def _break(self, number: int) -> str:
        missing = number - self.number
        if missing > 0:
            return (
                "the line before it was removed"
                if missing == 1
                else (f"{missing} lines before it were removed")
            )
        if missing < 0:
            return "it was moved or repeated"
        return "it does not follow from the line before: that line was replaced, or this one"

    def _note(self, what: str) -> None:
        self.problems.append(Problem(self.line, what))


def _read(raw: bytes) -> dict[str, Any] | None:
    """Read a line as a record; None if it is none."""
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or record.get("record") not in {"header", "listing", "end"}:
        return None
    kinds: dict[str, type] = {"number": int, "previous": str, "hash": str}
    if record["record"] == "end":
        kinds["listings"] = int
    sound = all(type(record.get(name)) is kind for name, kind in kinds.items())
    return record if sound else None


def _members(values: Mapping[str, Any]) -> bytes:
    """Write names and values as they stand in an object."""
    return canonical_json(dict(values))[1:-1]


def _sealed(before: bytes, after: bytes) -> tuple[bytes, str]:
    """Write a record with its hash, and return both, from the members that stand on its sides."""
    found = hashlib.sha256(_object(before, after)).hexdigest()
    return _object(before, f'"hash":"{found}"'.encode(), after), found


def _object(*members: bytes) -> bytes:
    return b"{" + b",".join(filter(None, members)) + b"}"


def _line_of(record: Mapping[str, Any]) -> bytes | None:
    """Write a record as its line should be; None if it has no canonical JSON."""
    try:
        before = _members({name: record[name] for name in record if name < "hash"})
        return _sealed(before, _members({name: record[name] for name in record if name > "hash"}))[
            0
        ]
    except (ValueError, RecursionError):
        return None
