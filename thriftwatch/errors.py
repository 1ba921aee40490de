"""One family of exceptions.

Every message is a single line that says what was wrong, where, what is accepted and one next
step. Text that comes from a user's file is shown with its control characters escaped, so a
message can be printed to a terminal or written to a log as it is.
"""

from collections.abc import Collection, Iterable
from os import PathLike, fspath

__all__ = [
    "ColumnError",
    "InputError",
    "ModelError",
    "TableError",
    "ThriftwatchError",
    "did_you_mean",
    "listed",
    "not_one_of",
    "shown",
]

_SHOWN_CHARACTERS = 80
_LISTED_NAMES = 20


class ThriftwatchError(Exception):
    """Base of every error that thriftwatch raises on purpose."""


class InputError(ThriftwatchError, ValueError):
    """An argument or a value is not what is accepted."""


class ModelError(ThriftwatchError, ValueError):
    """A model folder is missing, damaged, too new or not a model."""


class TableError(InputError):
    """A file or table is not what it says it is.

    Parameters
    ----------
    problem
        What was wrong, what is accepted and the next step, in one line.
    path
        The file or table, as the caller named it.
    line
        Physical line in a text file, counted from 1.
    row
        Row of a sheet or an in-memory table, counted from 1.
    column
        Name of the column.

    Examples
    --------
    >>> print(TableError('must be 0 or 1, not "ya"', path="a.csv", line=12, column="label"))
    a.csv, line 12, column "label": must be 0 or 1, not "ya"
    """

    # Only `problem` is positional and required: that is what lets an error travel between
    # processes, where it is rebuilt from its message and then given its attributes back.
    def __init__(
        self,
        problem: str,
        *,
        path: str | PathLike[str] | None = None,
        line: int | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.path = None if path is None else fspath(path)
        self.line = line
        self.row = row
        self.column = column
        place = [
            _printable(self.path) if self.path is not None else None,
            f"line {line}" if line is not None else None,
            f"row {row}" if row is not None else None,
            f"column {shown(column)}" if column is not None else None,
        ]
        where = ", ".join(part for part in place if part)
        super().__init__(f"{where}: {problem}" if where else problem)


class ColumnError(TableError):
    """A column that is needed, or was asked for by name, is not there.

    Parameters
    ----------
    problem
        What was wrong and what is accepted.
    path
        The file or table, as the caller named it.
    column
        The column that was asked for, if it was given by name.
    available
        The columns that are there.
    suggestion
        The one that was probably meant.

    Examples
    --------
    >>> error = ColumnError("there is no such column", path="a.csv", column="judl",
    ...                     available=["judul", "harga"], suggestion="judul")
    >>> print(error)
    a.csv, column "judl": there is no such column; columns there: "judul", "harga". \
Did you mean "judul"?
    """

    def __init__(
        self,
        problem: str,
        *,
        path: str | PathLike[str] | None = None,
        column: str | None = None,
        available: Collection[str] | None = None,
        suggestion: str | None = None,
    ) -> None:
        self.available = None if available is None else tuple(available)
        self.suggestion = suggestion
        if self.available is not None:
            problem += f"; columns there: {listed(self.available) or 'none'}"
        if suggestion is not None:
            problem += f". Did you mean {shown(suggestion)}?"
        super().__init__(problem, path=path, column=column)


def shown(value: object) -> str:
    r"""Quote a value for a message: on one line, printable, and not too long.

    Examples
    --------
    >>> print(shown("two\nlines"))
    "two\nlines"
    """
    text = str(value)
    cut = f"{text[:_SHOWN_CHARACTERS]}…" if len(text) > _SHOWN_CHARACTERS else text
    return f'"{_printable(cut)}"'


def listed(names: Iterable[object]) -> str:
    """List names for a message, the first twenty of them.

    Examples
    --------
    >>> print(listed(["judul", "toko"]))
    "judul", "toko"
    """
    every = list(names)
    text = ", ".join(shown(name) for name in every[:_LISTED_NAMES])
    hidden = len(every) - _LISTED_NAMES
    return f"{text} and {hidden} more" if hidden > 0 else text


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that is nearest to `name`, ignoring case.

    Examples
    --------
    >>> did_you_mean("Judl", ["judul", "toko"])
    'judul'
    """
    from difflib import get_close_matches  # who makes no mistake does not pay for it

    originals = {candidate.casefold(): candidate for candidate in known}
    nearest = get_close_matches(name.casefold(), originals, n=1, cutoff=0.6)
    return originals[nearest[0]] if nearest else None


def not_one_of(name: str, value: object, accepted: Collection[str]) -> InputError:
    """Return the error that an argument is none of the accepted names.

    Examples
    --------
    >>> print(not_one_of("policy", "import", ["imported", "all-used"]))
    policy must be one of "imported", "all-used", not "import". Did you mean "imported"?
    """
    near = did_you_mean(str(value), accepted)
    hint = f". Did you mean {shown(near)}?" if near else ""
    return InputError(f"{name} must be one of {listed(accepted)}, not {shown(value)}{hint}")


def _printable(text: str) -> str:
    # Escapes also cover bidirectional controls and lone surrogates: neither is printable.
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
