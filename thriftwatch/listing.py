"""What comes in: a listing, what counts as text, and what its columns are called."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from numbers import Real
from types import MappingProxyType

from thriftwatch.domain import FIELDS
from thriftwatch.errors import ColumnError, InputError, did_you_mean, listed, shown
from thriftwatch.headers import read_header

__all__ = [
    "COLUMN_NAMES",
    "Listing",
    "as_text",
    "find_column",
    "is_missing",
    "matching_columns",
    "well_formed",
]

COLUMN_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": ("title", "judul", "nama_produk", "product_name", "nama", "name"),
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
        "price": ("price", "harga"),
        "date": ("date", "tanggal", "posted_at", "created_at", "tanggal_posting"),
    }
)
"""The usual column names of each field, the preferred one first.

Upper and lower case, spaces, underscores and hyphens make no difference: ``Nama Produk`` is
``nama_produk``. Title, description, shop, link, price, region, date and platform are also found
under the headers of exports: *Deskripsi Produk*, *Seller Name*, *Tautan (URL)*; see
`thriftwatch.headers`.
"""

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACING = re.compile("[\\s_\ufeff\u200b-]+")


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
    When several columns match, `matching_columns` says which one wins.

    Examples
    --------
    >>> find_column("title", ["ID", "Nama Produk"], required=True, where="listings.csv")
    'Nama Produk'
    """
    columns = [str(name) for name in available]
    if explicit is not None:
        unmarked = {name.removeprefix("\ufeff"): name for name in columns}
        if explicit in columns or explicit in unmarked:
            return explicit if explicit in columns else unmarked[explicit]
        raise ColumnError(
            "there is no such column" + (f" for the {field}" if field != explicit else ""),
            path=where,
            column=explicit,
            available=columns,
            suggestion=did_you_mean(explicit, columns),
        )
    if matching := matching_columns(field, columns):
        return matching[0]
    accepted = COLUMN_NAMES.get(field, (field,))
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


def matching_columns(field: str, columns: Iterable[str]) -> list[str]:
    """Return the columns whose header names a field, the best one first.

    A header without words that are not known is better; then one that says it more plainly
    (`thriftwatch.headers`), a name that stands earlier in `COLUMN_NAMES`, the exact spelling, and
    the earlier column.

    Examples
    --------
    >>> matching_columns("description", ["Keterangan", "Deskripsi Produk", "Harga"])
    ['Deskripsi Produk', 'Keterangan']
    """
    usual = COLUMN_NAMES.get(field, (field,))
    keys = [_key(name) for name in usual]
    found: list[tuple[tuple[object, ...], str]] = []
    for place, column in enumerate(columns):
        key = _key(column)
        header = read_header(column) if _FIELD_OF.get(key, field) == field else None
        named = header is not None and header.field == field
        if not named and key not in keys:
            continue
        sure, rank = (header.sure, header.rank) if header is not None and named else (True, 0)
        order = keys.index(key) if key in keys else len(keys)
        found.append(((not sure, rank, order, column not in usual, place), column))
    return [column for _, column in sorted(found)]


def _key(name: str) -> str:
    return _SPACING.sub("", name).casefold()


_FIELD_OF = {_key(name): field for field, names in COLUMN_NAMES.items() for name in names}


def _nearest(accepted: Iterable[str], columns: list[str]) -> str | None:
    near = (did_you_mean(name, [column]) for name, column in product(accepted, columns))
    return next((column for column in near if column is not None), None)
