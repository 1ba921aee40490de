"""Score one listing, or all of a table."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, overload

from thriftwatch.columns import choose_columns
from thriftwatch.domain import FACTS, FIELDS, POLICIES, RESULT_COLUMNS, TIERS
from thriftwatch.errors import InputError, listed, not_one_of, shown
from thriftwatch.listing import Listing, as_text, find_column
from thriftwatch.model.artifact import load_model
from thriftwatch.model.model import Model
from thriftwatch.notes import Note, say
from thriftwatch.result import ListingScore

if TYPE_CHECKING:
    import pyarrow as pa

    from thriftwatch.frames import Frame
    from thriftwatch.model.batch import BatchScores

__all__ = ["as_model", "check_options", "score_columns", "score_listing", "score_listings"]

_BLOCK = 10_000
_TABLE_LIBRARIES = frozenset({"pandas", "polars", "pyarrow", "duckdb"})
_ACCEPTED = (
    "accepted: a table (pandas, polars, pyarrow, DuckDB, Arrow C stream) or an iterable of "
    "Listing, mappings or (title, description) pairs"
)


class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


_Table = TypeVar("_Table", bound=_ArrowStream)
_Model = Model | str | os.PathLike[str]
# No `Sequence`: a plain text is one, and a list of titles alone is refused.
_Item = Listing | Mapping[str, Any] | tuple[str | None, ...] | list[str | None]
_ERRORS = ("raise", "set-aside")


def score_listing(
    title: str,
    description: str | None = "",
    *,
    shop: str | None = "",
    model: _Model | None = None,
    policy: str = "imported",
    reasons: int = 5,
) -> ListingScore:
    """Score one listing.

    Parameters
    ----------
    title
        Title of the listing.
    description
        Description; a missing one (None, NaN, empty) is normal.
    shop
        Name of the shop or account. One that tells of the trade (*thrift*, *monza*, *bal*) lifts a
        garment of a foreign brand of which nothing else is said to "review", never to "likely".
    model
        A model or the path of a model folder; None is the bundled model.
    policy
        ``"imported"`` (the law: worn and foreign) or ``"all-used"`` (every used garment). It
        changes score and tier, never the facts.
    reasons
        How many reasons to give at most.

    Returns
    -------
    ListingScore
        An indication for a human reviewer, never a finding about a seller.

    Raises
    ------
    InputError
        If a field is neither text nor missing, or an argument is not accepted.
    ModelError
        If there is no such model, or it is damaged.

    See Also
    --------
    score_listings : Score many listings; far faster than one after the other.

    Examples
    --------
    >>> found = score_listing("Hoodie Uniqlo second import", "ex bal Jepang, kondisi 9/10")
    >>> found.tier, found.score > 0.9, found.facts["worn"] > 0.9
    ('likely', True, True)
    >>> score_listing("Kemeja batik pria lengan panjang, baru").tier
    'clear'
    """
    scorer = as_model(model)
    check_options(policy, reasons)
    texts = map(as_text, (title, description, shop), FIELDS)
    return explain_texts(scorer, *texts, policy=policy, reasons=reasons)


@overload
def score_listings(
    listings: _Table,
    *,
    model: _Model | None = None,
    policy: str = "imported",
    reasons: int = 0,
    title: str = "title",
    description: str | None = "description",
    shop: str | None = "shop",
    model_column: bool = False,
    overwrite: bool = False,
    errors: Literal["raise", "set-aside"] = "raise",
) -> _Table: ...


@overload
def score_listings(
    listings: Iterable[_Item],
    *,
    model: _Model | None = None,
    policy: str = "imported",
    reasons: int = 0,
    title: str = "title",
    description: str | None = "description",
    shop: str | None = "shop",
    model_column: bool = False,
    overwrite: bool = False,
    errors: Literal["raise"] = "raise",
) -> list[ListingScore]: ...


@overload
def score_listings(
    listings: Iterable[_Item],
    *,
    model: _Model | None = None,
    policy: str = "imported",
    reasons: int = 0,
    title: str = "title",
    description: str | None = "description",
    shop: str | None = "shop",
    model_column: bool = False,
    overwrite: bool = False,
    errors: Literal["set-aside"],
) -> list[ListingScore | None]: ...


def score_listings(
    listings: Any,
    *,
    model: _Model | None = None,
    policy: str = "imported",
    reasons: int = 0,
    title: str = "title",
    description: str | None = "description",
    shop: str | None = "shop",
    model_column: bool = False,
    overwrite: bool = False,
    errors: Literal["raise", "set-aside"] = "raise",
) -> Any:
    """Score many listings: a table comes back as the same kind of table, with more columns.

    Parameters
    ----------
    listings
        A table: pandas or polars data frame, pyarrow table, record batch or reader, DuckDB
        relation, or anything that speaks the Arrow C stream interface. Or an iterable (a
        generator too) of `Listing`, mappings or ``(title, description[, shop])`` tuples.
    model
        A model or the path of a model folder; None is the bundled model.
    policy
        ``"imported"`` (the law: worn and foreign) or ``"all-used"`` (every used garment). It
        changes score and tier, never the facts.
    reasons
        How many reasons to give at most. Explaining takes several times as long as scoring; for
        a large table explain the rows that matter.
    title, description, shop
        Names of the columns, or of the keys of mappings. Unless given they are found by their
        headers, English or Indonesian (``judul``, ``Deskripsi Produk``, ``Seller Name``, ...; see
        `thriftwatch.listing.COLUMN_NAMES`). Only the title has to be there. None passes over a
        description or shop that is.
    model_column
        Whether a table also gets a column ``model``, the id of the model.
    overwrite
        Whether columns of a table that have the names of the results are replaced.
    errors
        ``"raise"``: a row that is not text is an error. ``"set-aside"``: it gets no results (null
        in a table, None in a list), a warning counts such rows, and all others are scored.

    Returns
    -------
    table or list of ListingScore
        The table with ``score``, ``tier``, ``goods``, ``worn`` and ``foreign`` appended, then
        ``reasons`` (a list of sentences in Indonesian, the strongest first) if there are to be
        any, then ``model``. Rows stay in order, a pandas index stays, other columns are untouched.
        A reader gives a reader that scores as it is read; an unknown kind of table gives a
        `pyarrow.Table`. An iterable gives one `ListingScore` for each item.

    Raises
    ------
    InputError
        If `listings` is neither, an item or a column is not text (a missing value is empty
        text), the table already has one of the new columns, or an argument is not accepted.
    ColumnError
        If a column that is needed or was asked for is not there.

    Notes
    -----
    Each row has the score that `score_listing` gives it, to 1e-6.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"judul": ["Kemeja batik baru", "Hoodie second import"]})
    >>> score_listings(frame)["tier"].tolist()
    ['clear', 'likely']

    >>> found = score_listings([("Jaket bekas ex Jepang", "dari bal"), ("Panci baru", None)])
    >>> [one.tier for one in found]
    ['likely', 'clear']
    """
    check_options(policy, reasons)
    if isinstance(listings, str | bytes | Listing | Mapping):
        kind = type(listings).__name__
        raise InputError(
            f"listings is a single {kind}; for one listing use score_listing, "
            f"for a file thriftwatch.files.read_table; {_ACCEPTED}"
        )
    names = {"title": title, "description": description, "shop": shop}
    if errors not in _ERRORS:
        raise not_one_of("errors", errors, _ERRORS)
    run = _Run(
        as_model(model),
        policy,
        reasons,
        names,
        model_column=model_column,
        overwrite=overwrite,
        set_aside=errors == "set-aside",
    )
    if _may_be_table(listings):
        from thriftwatch.frames import as_frame, extended_reader, is_reader

        if is_reader(listings):
            return extended_reader(listings, run.columns)
        if (frame := as_frame(listings)) is not None:
            return frame.extended(run.columns(frame))
    try:
        items = iter(listings)
    except TypeError:
        kind = type(listings).__name__
        raise InputError(f"listings cannot be a {kind}; {_ACCEPTED}") from None
    return run.items(items)


def as_model(model: _Model | None) -> Model:
    """Return a model, given itself, its folder or None for the bundled one.

    Raises
    ------
    InputError
        If it is something else.
    """
    if isinstance(model, Model):
        return model
    if model is None or isinstance(model, str | os.PathLike):
        return load_model(model)
    kind = type(model).__name__
    raise InputError(f"model must be a Model or the path of a model folder, not {kind}")


def check_options(policy: str, reasons: int = 0) -> None:
    """Refuse an unknown policy and a number of reasons that is none.

    Examples
    --------
    >>> check_options("import")
    Traceback (most recent call last):
    ...
    thriftwatch.errors.InputError: policy must be one of "imported", "all-used", not "import". \
Did you mean "imported"?
    """
    if policy not in POLICIES:
        raise not_one_of("policy", policy, POLICIES)
    # Integral, as whole numbers of numpy are.
    if not isinstance(reasons, Integral) or isinstance(reasons, bool) or reasons < 0:
        raise InputError(f"reasons must be 0 or a positive whole number, not {shown(reasons)}")


def score_columns(scores: "BatchScores") -> "dict[str, pa.Array]":
    """Turn the scores of a batch into the columns that tables get.

    Returns
    -------
    dict of str to pyarrow.Array
        Those of `RESULT_COLUMNS`.
    """
    import pyarrow as pa

    columns = {"score": pa.array(scores.score), "tier": pa.array(TIERS).take(pa.array(scores.tier))}
    return columns | {name: pa.array(values) for name, values in scores.by_fact().items()}


def _may_be_table(listings: object) -> bool:
    # Cheap, so that whoever scores a list of tuples does not import pyarrow.
    library = type(listings).__module__.partition(".")[0]
    return library in _TABLE_LIBRARIES or hasattr(listings, "__arrow_c_stream__")


@dataclass(frozen=True, slots=True)
class _Run:
    """What `score_listings` was asked for."""

    model: Model
    policy: str
    reasons: int
    names: Mapping[str, str | None]
    model_column: bool
    overwrite: bool
    set_aside: bool

    def columns(self, frame: "Frame") -> "dict[str, pa.Array]":
        """Score the rows of a table and return the columns it gets."""
        import pyarrow as pa

        self._refuse_clash(frame)
        found = self._choose(frame)
        empty = pa.array([""] * frame.num_rows, pa.string())
        aside: dict[int, str] | None = {} if self.set_aside else None
        texts = [empty if name is None else frame.text(name, aside) for name in found]
        if self.reasons:
            columns = self._explained(texts)
        else:
            columns = score_columns(self.model.score_batch(*texts, policy=self.policy))
        if self.model_column:
            columns["model"] = pa.array([self.model.id] * frame.num_rows, pa.string())
        return _without_rows(columns, aside) if aside else columns

    def _choose(self, frame: "Frame") -> list[str | None]:
        """Choose the columns of title, description and shop, and say what is left out."""
        use = choose_columns(
            frame.names,
            frame.sample,
            {field: None if name == field else name for field, name in self.names.items()},
            where=frame.kind,
            named_by="title=...",
        )
        for note in use.notes():
            say(note)
        return [
            None if name is None else use.columns.get(field) for field, name in self.names.items()
        ]

    def _explained(self, texts: "list[pa.Array]") -> "dict[str, pa.Array]":
        """Score the rows of a table and say why, each row read once."""
        import pyarrow as pa

        rows: dict[str, list[Any]] = {name: [] for name in (*RESULT_COLUMNS, "reasons")}
        every = self.model.explain_batch(*texts, policy=self.policy, limit=self.reasons)
        for decision, reasons in every:
            said = decision.score, TIERS[decision.tier], *decision.facts
            for name, value in zip(RESULT_COLUMNS, said, strict=True):
                rows[name].append(value)
            # Only their sentences are kept: of a large table the reasons would fill the memory.
            rows["reasons"].append([reason.note for reason in reasons])
        kinds = {"tier": pa.string(), "reasons": pa.list_(pa.string())}
        return {name: pa.array(rows[name], kinds.get(name, pa.float64())) for name in rows}

    def items(self, items: Iterable[object]) -> list[ListingScore | None]:
        """Score the items of an iterable."""
        aside: dict[int, str] | None = {} if self.set_aside else None
        listings = self._listings(items, aside)
        found: list[ListingScore | None] = []
        # In blocks, so that a generator is never held whole as text.
        while block := list(islice(listings, _BLOCK)):
            titles = [one.title for one in block]
            texts = titles, [one.description for one in block], [one.shop for one in block]
            found += explain_all(self.model, *texts, policy=self.policy, reasons=self.reasons)
        if aside:
            _tell_set_aside(aside)
            for position in aside:
                found[position] = None
        return found

    def _listings(
        self, items: Iterable[object], set_aside: dict[int, str] | None
    ) -> Iterator[Listing]:
        known: dict[tuple[object, ...], list[str | None]] = {}
        for position, item in enumerate(items):
            if isinstance(item, Listing):
                yield item
                continue
            where = f"listings[{position}]"
            if isinstance(item, Mapping):
                keys = tuple(item)
                if keys not in known:
                    known[keys] = self._find(keys, where)
                values = ["" if key is None else item[key] for key in known[keys]]
            elif isinstance(item, tuple | list) and 1 <= len(item) <= len(FIELDS):
                values = list(item)
            else:
                raise InputError(
                    f"{where} must be a Listing, a mapping or a tuple (title, description[, shop])"
                    f", not {type(item).__name__} {shown(item)}"
                )
            try:
                yield Listing(*values)
            except InputError as error:
                told = InputError(f"{where}: {error}")
                if set_aside is None:
                    raise told from None
                set_aside[position] = str(told)
                yield Listing("")

    def _find(self, columns: Iterable[object], where: str) -> list[str | None]:
        """Find the columns of title, description and shop."""
        every = [str(column) for column in columns]
        return [
            None
            if name is None
            else find_column(
                field,
                every,
                # The name it has unless given stands for all its usual names.
                None if name == field else name,
                required=field == "title",
                where=where,
            )
            for field, name in self.names.items()
        ]

    def _refuse_clash(self, frame: "Frame") -> None:
        if self.overwrite:
            return
        new = [*RESULT_COLUMNS]
        new += ["reasons"] if self.reasons else []
        new += ["model"] if self.model_column else []
        if clash := [name for name in new if name in frame.names]:
            raise InputError(
                f"{frame.kind}: it already has columns with the names of the results "
                f"({listed(clash)}); replace them (overwrite=True) or rename them first"
            )


def _without_rows(
    columns: "Mapping[str, pa.Array]", set_aside: Mapping[int, str]
) -> "dict[str, pa.Array]":
    """Take the results away from rows that were set aside, and say how many they are."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    _tell_set_aside(set_aside)
    kept = np.ones(len(next(iter(columns.values()))), bool)
    kept[list(set_aside)] = False
    mask = pa.array(kept)
    return {
        name: pc.if_else(mask, values, pa.scalar(None, values.type))
        for name, values in columns.items()
    }


def _tell_set_aside(set_aside: Mapping[int, str]) -> None:
    first = next(iter(set_aside.values()))
    say(Note("rows-set-aside", len(set_aside), first, warns=True))


def explain_texts(
    model: Model, title: str, description: str, shop: str, *, policy: str, reasons: int
) -> ListingScore:
    """Score one listing, given as texts without missing values, and say why."""
    decision, why = model.explain(title, description, shop, policy=policy, limit=reasons)
    facts = dict(zip(FACTS, decision.facts, strict=True))
    words = (title, description) if reasons else ("", "")
    return ListingScore(decision.score, TIERS[decision.tier], facts, why, model.id, policy, *words)


def explain_all(
    model: Model,
    titles: Sequence[str],
    descriptions: Sequence[str],
    shops: Sequence[str],
    *,
    policy: str,
    reasons: int,
) -> Iterator[ListingScore]:
    """Score many listings, given as texts without missing values, and say why, in order."""
    for texts in zip(titles, descriptions, shops, strict=True):
        yield explain_texts(model, *texts, policy=policy, reasons=reasons)
