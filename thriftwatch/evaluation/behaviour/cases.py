r"""The cases of the behaviour suite: what they say, and how they are read.

A case is one row: a listing and what is expected of its score. The columns:

``id``
    Lasting name of the case.
``capability``
    What it tests, such as ``negation``.
``type``
    ``MFT`` (minimum functionality: the listing on its own), ``INV`` (invariance: as the listing
    it is set against) or ``DIR`` (direction: higher or lower than that listing).
``rule``
    The rule of the labelling guideline it follows from: ``R0`` to ``R7``, or ``none`` (no rule
    applies). `INV` and `DIR` cases that hold whatever the rule may leave it empty.
``title``, ``description``, ``shop``
    The listing. ``\u200b`` stands for the character U+200B, and ``{{ab * 3}}`` for ``ababab``:
    so a table can hold what cannot be seen, is no text or is very long.
``expect``
    `MFT`: a tier (``likely``, ``review``, ``clear``), a side (``flagged``: review or likely;
    ``not likely``: review or clear) or a bound (``worn > 0.5``, ``score >= 0.9``), several joined
    by ``and``. `INV`: ``same``, or ``same within 0.05``. `DIR`: ``higher`` or ``lower``, or
    ``higher by 0.2``.
``against``
    `INV` and `DIR`: the id of the case with the listing to compare with. `MFT`: may name its
    twin, the case that differs in the words that decide and expects the opposite.
``policy``
    ``imported`` (also where it is empty) or ``all-used``.
``note``
    Anything.

The bundled cases are in ``cases.csv``, beside this module.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from thriftwatch.domain import FACTS, FIELDS, POLICIES, TIERS
from thriftwatch.errors import ColumnError, InputError, TableError, did_you_mean, listed, shown
from thriftwatch.files import read_table
from thriftwatch.listing import Listing, find_column
from thriftwatch.result import ListingScore

__all__ = ["COLUMNS", "TYPES", "BehaviourCase", "Expectation", "bundled_cases", "read_cases"]

TYPES = ("MFT", "INV", "DIR")
RULES = ("R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "none", "")
COLUMNS = (
    "id", "capability", "type", "rule", *FIELDS, "expect", "against",
    "policy", "note",
)  # fmt: skip
_REQUIRED = ("id", "capability", "type", "title", "expect")
_THRESHOLD = 0.1
_MARGIN = 0.05
_SIDES = {
    **{tier: frozenset({tier}) for tier in TIERS},
    "flagged": frozenset({"review", "likely"}),
    "not likely": frozenset({"clear", "review"}),
}
_NUMBER = r"\d*\.?\d+"
_BOUND = re.compile(rf"(score|{'|'.join(FACTS)})\s*(>=|<=|>|<)\s*({_NUMBER})")
_RELATION = re.compile(rf"(same)(?: within ({_NUMBER}))?|(higher|lower)(?: by ({_NUMBER}))?")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")
_REPEAT = re.compile(r"\{\{(.*?) \* (\d{1,7})\}\}", re.DOTALL)
_LONGEST = 4_000_000
_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a listing's score; made of text by `parse`.

    Attributes
    ----------
    text
        As it was written.
    tiers
        The tiers that are accepted.
    bounds
        Bounds on score and facts: name, sign, value.
    relation
        ``"same"``, ``"higher"``, ``"lower"`` than the base, or empty.
    amount
        How far apart the same may be, or how much higher or lower is needed.
    """

    text: str
    tiers: frozenset[str] = frozenset(TIERS)
    bounds: tuple[tuple[str, str, float], ...] = ()
    relation: str = ""
    amount: float = 0.0

    @classmethod
    def parse(cls, text: str, kind: str) -> "Expectation":
        """Read an expectation.

        Parameters
        ----------
        text
            As it stands in the column ``expect``.
        kind
            ``"MFT"``, ``"INV"`` or ``"DIR"``.

        Raises
        ------
        InputError
            If it cannot be read, or the type of case cannot have it.

        Examples
        --------
        >>> Expectation.parse("review and worn > 0.5", "MFT").bounds
        (('worn', '>', 0.5),)
        >>> Expectation.parse("higher by 0.2", "DIR").amount
        0.2
        """
        written = " ".join(text.split()).lower()
        if kind != "MFT":
            return _parse_relation(written, kind)
        tiers, bounds = frozenset(TIERS), []
        for part in written.split(" and "):
            if part in _SIDES:
                tiers &= _SIDES[part]
            elif found := _BOUND.fullmatch(part):
                bounds.append((found[1], found[2], float(found[3])))
            else:
                raise _unreadable(part, kind, (*_SIDES, "worn > 0.5"), _SIDES)
        if not tiers:
            raise InputError(f"{shown(text)} can never hold: no tier is accepted by all of it")
        return cls(written, tiers, tuple(bounds))

    def problem(self, found: ListingScore, base: ListingScore | None = None) -> str:
        """Say what of it does not hold; empty text if all of it does.

        Parameters
        ----------
        found
            The score of the listing.
        base
            The score of the listing it is set against, if there is one.

        Examples
        --------
        >>> found = ListingScore(0.2, "clear", {"goods": 0.9, "worn": 0.1, "foreign": 0.1})
        >>> Expectation.parse("flagged and worn > 0.5", "MFT").problem(found)
        'tier clear, not review or likely; worn 0.10, not > 0.5'
        """
        problems = []
        if found.tier not in self.tiers:
            accepted = " or ".join(tier for tier in TIERS if tier in self.tiers)
            problems.append(f"tier {found.tier}, not {accepted}")
        for name, sign, limit in self.bounds:
            value = found.score if name == "score" else found.facts[name]
            if not _holds(value, sign, limit):
                problems.append(f"{name} {value:.2f}, not {sign} {limit:g}")
        if self.relation and base is not None:
            problems.append(self._difference(found, base))
        return "; ".join(problem for problem in problems if problem)

    def _difference(self, found: ListingScore, base: ListingScore) -> str:
        change = found.score - base.score
        seen = f"{found.score:.2f} ({found.tier}), base {base.score:.2f} ({base.tier})"
        if self.relation == "same":
            crossed = (found.tier == "clear") != (base.tier == "clear")
            if abs(change) > self.amount:
                return f"{seen}: more than {self.amount:g} apart"
            return f"{seen}: on the other side of the review line" if crossed else ""
        rise = change if self.relation == "higher" else -change
        return "" if rise >= self.amount else f"{seen}: not {self.amount:g} {self.relation}"


@dataclass(frozen=True, slots=True)
class BehaviourCase:
    """A listing and what is expected of it; the fields are described with the module.

    Attributes
    ----------
    place
        Where it was read: file and line. For messages only.

    Raises
    ------
    InputError
        If a field is not accepted.

    Examples
    --------
    >>> case = BehaviourCase("mine-1", "negation", "MFT", "Kaos polos, bukan bekas", "clear")
    >>> case.listing
    Listing(title='Kaos polos, bukan bekas', description='', shop='')
    """

    id: str
    capability: str
    type: str
    title: str
    expect: str
    description: str = ""
    shop: str = ""
    rule: str = ""
    against: str = ""
    policy: str = "imported"
    note: str = ""
    place: str = field(default="", compare=False)
    expectation: Expectation = field(init=False, repr=False, compare=False)
    listing: Listing = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("id", "capability"):
            if not getattr(self, name).strip():
                raise InputError(f"{name}: empty; every case needs one")
        _check("type", self.type, TYPES)
        _check("rule", self.rule, RULES)
        if not self.policy:
            object.__setattr__(self, "policy", "imported")
        _check("policy", self.policy, POLICIES)
        if self.type != "MFT" and not self.against:
            raise InputError(
                f"against: empty; {self.type} needs the id of the case to compare with"
            )
        try:
            expectation = Expectation.parse(self.expect, self.type)
        except InputError as error:
            raise InputError(f"expect: {error}") from None
        object.__setattr__(self, "expectation", expectation)
        texts = (_written_out(getattr(self, name)) for name in FIELDS)
        object.__setattr__(self, "listing", Listing(*texts))


@cache
def bundled_cases() -> tuple[BehaviourCase, ...]:
    """Return the cases that come with the package.

    Examples
    --------
    >>> len(bundled_cases()) >= 400
    True
    """
    with resources.as_file(resources.files(__package__) / "cases.csv") as path:
        return read_cases(path)


def read_cases(
    source: str | os.PathLike[str] | Iterable[Mapping[str, Any]],
) -> tuple[BehaviourCase, ...]:
    r"""Read cases from a file.

    Parameters
    ----------
    source
        A table (``.csv``, ``.tsv``, ``.jsonl``, ``.parquet``, ``.xlsx``), a YAML file (a list of
        mappings; needs PyYAML), or mappings. Columns that are not needed may be missing.

    Raises
    ------
    ColumnError
        If a column is unknown, or one that is needed is missing.
    TableError
        If the file is not what it says, or a row cannot be used: with file and line.
    InputError
        If PyYAML is needed and missing.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "mine.csv")
    >>> _ = file.write_text(
    ...     "id,capability,type,title,expect,against\n"
    ...     "a,brand,MFT,Kaos Nike second import,flagged,\n"
    ...     "b,brand,INV,Kaos Fila second import,same,a\n"
    ... )
    >>> [(case.id, case.type, case.place.rpartition(", ")[2]) for case in read_cases(file)]
    [('a', 'MFT', 'line 2'), ('b', 'INV', 'line 3')]
    """
    if not isinstance(source, str | os.PathLike):
        return tuple(_case(row, "cases", number, "row") for number, row in enumerate(source, 1))
    path = os.fspath(source)
    rows = _yaml_rows(path) if path.lower().endswith(_YAML) else _table_rows(path)
    cases = tuple(_case(row, path, line, "line") for line, row in rows)
    if not cases:
        raise TableError("there is no case in it", path=path)
    return cases


def _table_rows(path: str) -> Iterator[tuple[int, dict[str, str]]]:
    read = read_table(path)
    if read.rejected:
        raise TableError(read.rejected[0].reason, path=path, line=read.rejected[0].line)
    for name in read.table.column_names:
        _check_column(name, path)
    texts = {}
    for name in COLUMNS:
        column = find_column(name, read.table.column_names, required=name in _REQUIRED, where=path)
        if column is not None:
            texts[name] = read.text(column).to_pylist()
    for row, line in enumerate(read.line_numbers.tolist()):
        yield line, {name: values[row] for name, values in texts.items()}


def _yaml_rows(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        import yaml
    except ImportError:
        raise InputError(
            f"{path}: reading YAML needs the package PyYAML; install it "
            '(pip install "thriftwatch[yaml]") or write the cases as CSV'
        ) from None
    shape = TableError("it must be a list of cases, each with id, title, expect, ...", path=path)
    try:
        # The base loader keeps every value as the text that was written: no is not False.
        loader = yaml.BaseLoader(Path(path).read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if not isinstance(node, yaml.SequenceNode):
            raise shape
        for item in node.value:
            row = loader.construct_document(item)
            if not isinstance(row, dict):
                raise shape
            yield item.start_mark.line + 1, row
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise TableError(f"this cannot be read as YAML ({reason})", path=path) from error


def _case(row: Mapping[str, Any], path: str, number: int, unit: str) -> BehaviourCase:
    place: dict[str, Any] = {"path": path, unit: number}
    for name in row:
        _check_column(name, path)
    for name in _REQUIRED:
        if name not in row:
            raise ColumnError(f"{unit} {number} has none", path=path, column=name, available=row)
    for name, value in row.items():
        if not isinstance(value, str):
            raise TableError(f"must be text, not {type(value).__name__}", column=name, **place)
    try:
        return BehaviourCase(**row, place=f"{path}, {unit} {number}")
    except InputError as error:
        raise TableError(str(error), **place) from None


def _check_column(name: str, path: str) -> None:
    if name not in COLUMNS:
        raise ColumnError(
            f"a case has no such column; accepted: {listed(COLUMNS)}",
            path=path,
            column=name,
            suggestion=did_you_mean(name, COLUMNS),
        )


def _parse_relation(written: str, kind: str) -> Expectation:
    accepted = ("same", "same within 0.05") if kind == "INV" else ("higher", "lower by 0.2")
    found = _RELATION.fullmatch(written)
    if found is None or (found[1] == "same") != (kind == "INV"):
        raise _unreadable(written, kind, accepted, ("same", "higher", "lower"))
    relation, amount = (found[1], found[2]) if kind == "INV" else (found[3], found[4])
    usual = _THRESHOLD if kind == "INV" else _MARGIN
    return Expectation(written, relation=relation, amount=float(amount) if amount else usual)


def _holds(value: float, sign: str, limit: float) -> bool:
    match sign:
        case ">":
            return value > limit
        case "<":
            return value < limit
        case ">=":
            return value >= limit
        case _:
            return value <= limit


def _check(name: str, value: str, accepted: Sequence[str]) -> None:
    if value not in accepted:
        near = did_you_mean(value, accepted)
        hint = f". Did you mean {shown(near)}?" if near else ""
        known = listed(one for one in accepted if one)
        raise InputError(f"{name}: {shown(value)} is not accepted; accepted: {known}{hint}")


def _unreadable(text: str, kind: str, accepted: Iterable[str], words: Iterable[str]) -> InputError:
    near = did_you_mean(text, words)
    hint = f". Did you mean {shown(near)}?" if near else ""
    return InputError(
        f"{shown(text)} cannot be expected of {kind}; for example {listed(accepted)}{hint}"
    )


def _written_out(text: str) -> str:
    """Put in the characters and the repetitions that a table cannot hold."""
    text = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    for unit, times in _REPEAT.findall(text):
        if len(unit) * int(times) > _LONGEST:
            raise InputError(f"title or description: longer than {_LONGEST:,} characters")
    return _REPEAT.sub(lambda found: found[1] * int(found[2]), text)
