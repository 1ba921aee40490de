"""Whether a model was trained on the very listings it is judged by.

A model's card holds a *sketch* of its training texts: the smallest hashes of them (bottom-k
sampling; Cohen and Kaplan 2007). Of the texts to be judged, those whose hash is small enough to
be in the sketch are a random sample, and tell what share was trained on.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from thriftwatch.training.labelled import Labelled

__all__ = ["MUCH_SEEN", "joined_texts", "seen_share", "text_sketch", "unseen_rows"]

MUCH_SEEN = 0.02
"""Share of rows that a model was trained on from which figures flatter."""

_SIZE = 256
_BYTES = 6


def text_sketch(texts: Iterable[str]) -> list[str]:
    """Return the sketch of some texts: at most 256 hashes, ascending.

    Examples
    --------
    >>> text_sketch(["Kaos  polos", "kaos polos"]) == text_sketch(["KAOS POLOS"])
    True
    """
    return sorted({_hash(text) for text in texts})[:_SIZE]


def seen_share(rows: "Labelled", card: Mapping[str, Any]) -> float | None:
    """Estimate what share of rows a model was trained on.

    Parameters
    ----------
    rows
        Labelled listings.
    card
        The model's card.

    Returns
    -------
    float or None
        In [0, 1]; None where the card does not tell.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from thriftwatch.training.labelled import read_labelled
    >>> rows = read_labelled(pa.table({"title": ["Kaos", "Topi"], "label": [0, 0]}))
    >>> seen_share(rows, {"data": {"sketch": text_sketch(["Kaos", "Jaket"])}})
    0.5
    """
    from thriftwatch.training.trainer import _data_hash

    data = card.get("data", {})
    if data.get("sha256") == _data_hash(rows):
        return 1.0
    known = data.get("sketch")
    if not known:
        return None
    own = {_hash(text) for text in joined_texts(rows)}
    if len(known) == _SIZE:
        own = {one for one in own if one <= known[-1]}
    return len(own & set(known)) / len(own) if own else None


def unseen_rows(rows: "Labelled", card: Mapping[str, Any]) -> "NDArray[np.bool_]":
    """Tell of each row whether a model is to be taken as not trained on it.

    Where it was trained on hardly any of the rows that are all those which its card does not name;
    where it was trained on some, only those of which the card tells that they were not among them.

    Parameters
    ----------
    rows
        Labelled listings.
    card
        The model's card.

    Returns
    -------
    ndarray of bool, shape (rows,)
        All True where the card does not tell.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from thriftwatch.training.labelled import read_labelled
    >>> rows = read_labelled(pa.table({"title": ["Kaos", "Topi"], "label": [0, 0]}))
    >>> unseen_rows(rows, {"data": {"sketch": text_sketch(["Kaos", "Jaket"])}}).tolist()
    [False, True]
    """
    import numpy as np

    seen = seen_share(rows, card)
    if seen is None:
        return np.ones(len(rows), bool)
    known = card.get("data", {}).get("sketch") or []
    hashes = [_hash(text) for text in joined_texts(rows)]
    # Beyond the last hash of a full sketch nothing is known of a single row.
    told = known[-1] if len(known) == _SIZE and seen > MUCH_SEEN else None
    among = set(known)
    unseen = [one not in among and (told is None or one <= told) for one in hashes]
    return np.array(unseen, bool) & (seen < 1)


def joined_texts(rows: "Labelled") -> list[str]:
    """Return title and description of each row as one text."""
    pairs = zip(rows.title, rows.description, strict=True)
    return [f"{title}\n{description}" if description else title for title, description in pairs]


def _hash(text: str) -> str:
    plain = " ".join(text.casefold().split())
    return hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=_BYTES).hexdigest()
