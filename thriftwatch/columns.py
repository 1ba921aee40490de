"""Which column of a table serves as what, and which ones that hold text serve as nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from thriftwatch.domain import RESULT_COLUMNS
from thriftwatch.errors import ColumnError, TableError, listed, shown
from thriftwatch.headers import (
    is_meaningless,
    looks_like_links,
    looks_like_text,
    may_be_title,
    names_nothing_else,
    read_header,
)
from thriftwatch.listing import COLUMN_NAMES, find_column, matching_columns
from thriftwatch.notes import Note

__all__ = ["SERVED", "ColumnUse", "choose_columns"]

SERVED = ("title", "description", "shop", "url", "platform", "price", "region", "date")
"""The fields that a table of listings can hold, in the order in which they are told."""

_EXPECTED = ("description", "shop", "url")
_OURS = frozenset({*RESULT_COLUMNS, "reasons", "model", "source_file", "sheet"})
_LONG = 60
"""Characters of a typical description, where no header says that it is one."""

Sample = Callable[[str], Sequence[str]]
"""Gives the first texts of a column, enough to see what it holds."""


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What the columns of a table serve as.

    Parameters
    ----------
    where
        The file, the sheet or the table, for messages.
    columns
        Column of each field that there is; see `SERVED`.
    by_content
        Fields whose column was decided by what it holds, as its header was not sure.
    left_out
        Columns that read like text and serve as nothing.
    """

    where: str
    columns: Mapping[str, str]
    by_content: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def missing(self) -> tuple[str, ...]:
        """Return which of description, shop and link there are none of."""
        return tuple(field for field in _EXPECTED if field not in self.columns)

    def notes(self) -> tuple[Note, ...]:
        r"""Say it: one note for what serves as what, others for what is missing or left out.

        Examples
        --------
        >>> print(*ColumnUse("a.csv", {"title": "Judul"}).notes(), sep="\n")
        a.csv: title is "Judul"
        a.csv: no column for description, shop, link
        """
        served = tuple(
            Note(
                "column-by-content" if field in self.by_content else "column-served",
                Note(f"field-{field}"),
                shown(column),
            )
            for field, column in self.columns.items()
        )
        notes = [Note("columns-used", self.where, served)]
        if missing := tuple(Note(f"field-{field}") for field in self.missing()):
            notes.append(Note("columns-missing", self.where, missing))
        if self.left_out:
            warns = "description" not in self.columns
            notes.append(Note("columns-left-out", self.where, listed(self.left_out), warns=warns))
        return tuple(notes)


def choose_columns(
    names: Sequence[str],
    sample: Sample,
    explicit: Mapping[str, str | None] | None = None,
    *,
    where: str,
    doubled: Mapping[str, str] | None = None,
    required: bool = True,
    named_by: str | None = None,
) -> ColumnUse:
    """Choose the columns of a table of listings.

    A column is known by its header (`thriftwatch.listing.find_column`). Where that is not sure the
    content decides: links, numbers, long text.

    Parameters
    ----------
    names
        The columns.
    sample
        Gives the first texts of a column.
    explicit
        Columns the user named, by field. A field given as None is found.
    where
        The file, the sheet or the table, for messages.
    doubled
        Columns whose name was made distinct, and what it was.
    required
        Whether the table is of no use without a title.
    named_by
        How the caller lets the title be named, for the message.

    Raises
    ------
    ColumnError
        If there is no title, or two columns may be it, or a column that was named is not there.
    TableError
        If the title holds links: there is no text to score.

    Examples
    --------
    >>> table = {"Tautan Produk": ["https://a.id/1"], "Nama Produk": ["Kaos"], "Isi": ["baru"]}
    >>> choose_columns(list(table), table.__getitem__, where="a.csv").columns
    {'title': 'Nama Produk', 'description': 'Isi', 'url': 'Tautan Produk'}
    """
    chooser = _Chooser(names, sample, explicit or {}, where)
    for field in SERVED:
        chooser.choose(field)
    chooser.refuse_doubled_title(doubled or {})
    if "title" not in chooser.columns:
        chooser.promote_description()
    if "title" not in chooser.columns and required:
        chooser.refuse_links()
        find_column("title", _unread(names, "title"), required=True, where=where, named_by=named_by)
    chooser.refuse_links()
    chooser.choose_by_content()
    return chooser.use()


class _Chooser:
    """The columns chosen so far."""

    def __init__(
        self,
        names: Sequence[str],
        sample: Sample,
        explicit: Mapping[str, str | None],
        where: str,
    ) -> None:
        self.columns: dict[str, str] = {}
        self._names = names
        self._explicit = {field: name for field, name in explicit.items() if name is not None}
        self._where = where
        self._by_content: list[str] = []
        self._samples: dict[str, Sequence[str]] = {}
        self._sample = sample

    def choose(self, field: str) -> None:
        """Choose the column of a field by its header, if the content agrees."""
        if field in self._explicit:
            name = find_column(
                field, self._names, self._explicit[field], required=True, where=self._where
            )
            self.columns[field] = str(name)
            return
        taken = {*self._explicit.values(), *self.columns.values()}
        matching = matching_columns(field, self._names)
        if field == "url":  # a cell may show "lihat" and lead elsewhere
            matching.sort(key=lambda name: not looks_like_links(self._texts(name)))
        for name in matching:
            header = read_header(name)
            sure = header is None or header.sure
            if name not in taken and self._agrees(field, name, sure=sure):
                self.columns[field] = name
                self._by_content += [field] * (not sure)
                return

    def choose_by_content(self) -> None:
        """Find a link, and a description under a header that says nothing."""
        for name in self._free():
            if "url" not in self.columns and self._may_hold_links(name):
                self._found("url", name)
            elif "description" not in self.columns and is_meaningless(name) and self._is_long(name):
                self._found("description", name)

    def promote_description(self) -> None:
        """Take the text of a post as its title where posts have none."""
        name = self.columns.get("description")
        if name is not None and "description" not in self._explicit:
            del self.columns["description"]
            self.columns = {"title": name} | self.columns
            self._by_content.append("title")

    def refuse_doubled_title(self, doubled: Mapping[str, str]) -> None:
        """Ask which of two columns of one name is the title, unless they hold the same."""
        name = self.columns.get("title")
        if name is None or "title" in self._explicit:
            return
        original = doubled.get(name, name)
        twins = [
            other
            for other in self._names
            if other != name
            and doubled.get(other) == original
            and any(self._texts(other))
            and self._texts(other) != self._texts(name)
        ]
        if twins:
            raise ColumnError(
                f"several columns have this name, here {listed([name, *twins])}; say which one is "
                f"the title (--title-column {shown(name)})",
                path=self._where,
                column=original,
                available=self._names,
            )

    def refuse_links(self) -> None:
        """Refuse to score links as if they were text."""
        title = self.columns.get("title")
        if title is None:
            column = next(
                (name for name in self._names if looks_like_links(self._texts(name))), None
            )
            if column is None or any(looks_like_text(self._texts(n)) for n in self._names):
                return
        elif looks_like_links(self._texts(title)):
            column = title
        else:
            return
        raise TableError(
            "this column holds links, and links are not read as text: nothing is scored. "
            "Add a column with the titles, or name it (--title-column)",
            path=self._where,
            column=column,
        )

    def use(self) -> ColumnUse:
        """Return what was chosen."""
        left_out = [name for name in self._free() if looks_like_text(self._texts(name))]
        ordered = {field: self.columns[field] for field in SERVED if field in self.columns}
        return ColumnUse(self._where, ordered, tuple(self._by_content), tuple(left_out))

    def _found(self, field: str, name: str) -> None:
        self.columns[field] = name
        self._by_content.append(field)

    def _free(self) -> list[str]:
        """Return the columns that serve as nothing, known ones of labelled tables apart."""
        known = {
            name
            for field in COLUMN_NAMES
            if field not in SERVED
            for name in matching_columns(field, self._names)
        }
        taken = {*self.columns.values(), *known, *_OURS}
        return [name for name in self._names if name not in taken]

    def _agrees(self, field: str, name: str, *, sure: bool) -> bool:
        texts = self._texts(name)
        if field == "url":
            return sure or looks_like_links(texts)
        if field in {"title", "description"}:
            return (sure or may_be_title(texts)) and not looks_like_links(texts)
        return not looks_like_links(texts)

    def _may_hold_links(self, name: str) -> bool:
        return names_nothing_else(name) and looks_like_links(self._texts(name))

    def _is_long(self, name: str) -> bool:
        texts = [text for text in self._texts(name) if text.strip()]
        return looks_like_text(texts) and sum(map(len, texts)) >= _LONG * len(texts)

    def _texts(self, name: str) -> Sequence[str]:
        if name not in self._samples:
            self._samples[name] = self._sample(name)
        return self._samples[name]


def _unread(names: Sequence[str], field: str) -> Collection[str]:
    """Return the columns whose header does not name a field: what it names was looked at."""
    found = set(matching_columns(field, names))
    return [name for name in names if name not in found]
