"""What comes in: a listing, what counts as text, and what its columns are called."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from numbers import Real
from types import MappingProxyType

from thriftwatch.domain import FIELDS
from thriftwatch.errors import ColumnError, InputError, did_you_mean, listed, shown

__all__ = ["COLUMN_NAMES", "Listing", "as_text", "find_column", "is_missing", "well_formed"]

COLUMN_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": ("title", "judul", "nama_produk", "nama", "name", "product_name"),
        "description": ("description", "deskripsi", "keterangan", "desc"),
        "shop": ("shop", "toko", "seller", "nama_toko", "penjual", "shop_name", "akun"),
        "url": ("url", "link", "tautan"),
        "id": ("id",),
        "family": ("family", "keluarga"),
        "label": ("label",),
        "certainty": ("certainty",),
        "rule": ("rule",),
        "goods": ("goods",),
        "worn": ("worn",),
        "origin": ("origin",),
        "spans": ("spans",),
        "platform": ("platform",),
        "slice": ("slice",),
        "pair": ("pair",),
        "part": ("part", "writer", "penulis"),
        "evasion": ("evasion",),
        "region": ("region", "wilayah", "provinsi", "kota", "lokasi", "location"),
        "date": ("date", "tanggal", "posted_at", "created_at", "tanggal_posting"),
    }
)
"""The column names that are accepted for each field, the preferred one first.

Upper and lower case, spaces, underscores and hyphens make no difference: ``Nama Produk`` is
``nama_produk``.
"""

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACING = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Listing:
    """A marketplace listing: what the seller wrote, and under which name.

    Parameters
    ----------
    title
        Title of the listing.
    description
        Description; often missing, which is normal.
    shop
        Name of the shop or account; a hint only.

    Raises
    ------
    InputError
        If a field is neither text nor missing.

    Notes
    -----
    Missing values (``None``, NaN, ``pandas.NA``) become empty text. Lone surrogates, which are
    not Unicode text and which Arrow cannot hold, become U+FFFD; positions do not change.

    Examples
    --------
    >>> Listing("Hoodie Uniqlo second import", None, shop="bdg.secondbrand")
    Listing(title='Hoodie Uniqlo second import', description='', shop='bdg.secondbrand')
    """

    title: str
    description: str = ""
    shop: str = ""

    def __post_init__(self) -> None:
        for field in FIELDS:
            object.__setattr__(self, field, as_text(getattr(self, field), field))


def as_text(value: object, field: str) -> str:
    """Return the text of a field; a missing value is empty text.

    Parameters
    ----------
    value
        Text, or a missing value: ``None``, NaN, ``pandas.NA``, ``pandas.NaT``.
    field
        Name of the field, for the message.

    Returns
    -------
    str
        The text, with lone surrogates replaced by U+FFFD.

    Raises
    ------
    InputError
        If the value is something else: a number, bytes, a list.

    Examples
    --------
    >>> as_text("Kaos polos", "title"), as_text(float("nan"), "description")
    ('Kaos polos', '')
    """
    if isinstance(value, str):
        return well_formed(value)
    if is_missing(value):
        return ""
    step = "decode the bytes first" if isinstance(value, bytes) else "pass it as text"
    raise InputError(
        f"{field} must be text (str) or missing (None, NaN), "
        f"not {type(value).__name__} {shown(value)}; {step}"
    )


def is_missing(value: object) -> bool:
    """Tell whether a value is ``None``, NaN or one of pandas' missing values.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing("")
    (True, True, False)
    """
    if value is None:
        return True
    if isinstance(value, Real):
        # NaN is the only number that differs from itself, whoever made it (Python or numpy).
        return bool(value != value)  # noqa: PLR0124
    # Known by name, so that a caller without pandas does not pay for importing it.
    kind = type(value)
    return kind.__name__ in {"NAType", "NaTType"} and kind.__module__.startswith("pandas.")


def well_formed(text: str) -> str:
    r"""Replace lone surrogates by U+FFFD, one for one, so that the text is valid Unicode.

    JSON can carry half of an emoji (``"\ud83d"``); Python keeps it, UTF-8 and Arrow cannot.

    Examples
    --------
    >>> well_formed("kaos \ud83d") == "kaos \ufffd"
    True
    """
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def find_column(
    field: str,
    available: Iterable[str],
    explicit: str | None = None,
    *,
    required: bool,
    where: str,
    named_by: str | None = None,
) -> str | None:
    """Find the column that holds a field.

    Parameters
    ----------
    field
        ``"title"``, ``"description"``, ... see `COLUMN_NAMES`. A field that is not there is
        looked for under its own name.
    available
        The columns of the table.
    explicit
        The column the user named; then no other will do.
    required
        Whether the table is of no use without the field.
    where
        The file or table, for the message.
    named_by
        How the caller lets the column be named, for the message, if not by an argument and an
        option of the field's own.

    Returns
    -------
    str or None
        The column as it is spelled in the table; None if there is none and none is required.

    Raises
    ------
    ColumnError
        If the explicit column, or a required one, is missing.

    Notes
    -----
    When several columns match, the name that stands earlier in `COLUMN_NAMES` wins; among
    spellings of one name, the exact one.

    Examples
    --------
    >>> find_column("title", ["ID", "Nama Produk"], required=True, where="listings.csv")
    'Nama Produk'
    """
    columns = [str(name) for name in available]
    if explicit is not None:
        if explicit in columns:
            return explicit
        raise ColumnError(
            "there is no such column" + (f" for the {field}" if field != explicit else ""),
            path=where,
            column=explicit,
            available=columns,
            suggestion=did_you_mean(explicit, columns),
        )
    accepted = COLUMN_NAMES.get(field, (field,))
    by_key = {_key(column): column for column in reversed(columns)}
    for name in accepted:
        if name in columns:
            return name
        if _key(name) in by_key:
            return by_key[_key(name)]
    if not required:
        return None
    option = named_by or (f"{field}=..., --{field}-column ..." if field in FIELDS else None)
    raise ColumnError(
        f"there is no column for the {field}; accepted names: {listed(accepted)}. "
        "Rename a column" + (f" or say which one it is ({option})" if option else ""),
        path=where,
        available=columns,
        suggestion=_nearest(accepted, columns),
    )


def _key(name: str) -> str:
    return _SPACING.sub("", name).casefold()


def _nearest(accepted: Iterable[str], columns: list[str]) -> str | None:
    near = (did_you_mean(name, [column]) for name, column in product(accepted, columns))
    return next((column for column in near if column is not None), None)
