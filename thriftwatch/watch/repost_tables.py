"""Matches and families as tables, for files."""

from collections.abc import Sequence

import pyarrow as pa

from thriftwatch.watch.phrases import Phrase
from thriftwatch.watch.posts import Posts
from thriftwatch.watch.reposts import Match, RepostIndex

__all__ = ["family_table", "match_table"]

_DECIMALS = 6


def match_table(matches: Sequence[Match], new: Posts, index: RepostIndex) -> pa.Table:
    """Return a table with a row for each match.

    Parameters
    ----------
    matches
        From `RepostIndex.query`.
    new
        The new listings that were asked for.
    index
        The index; the ids of its listings are given if they came with any.

    Returns
    -------
    pyarrow.Table
        ``new_row, known_row``, the ids where there are any, ``similarity``, ``phrases`` (a list of
        records: field, start, end and text in both listings, and the weight), ``seller_new,
        seller_known``.
    """
    columns: dict[str, pa.Array] = {
        "new_row": pa.array([match.new_row for match in matches], pa.int64()),
        "known_row": pa.array([match.known_row for match in matches], pa.int64()),
    }
    if new.has_ids:
        ids = new.texts["id"]
        columns["new_id"] = pa.array([ids[match.new_row].as_py() for match in matches], pa.string())
    if index.has_ids:
        columns["known_id"] = pa.array([match.known_id for match in matches], pa.string())
    similarities = [round(match.similarity, _DECIMALS) for match in matches]
    columns["similarity"] = pa.array(similarities, pa.float64())
    columns["phrases"] = pa.array(
        [
            [
                {
                    "new": _place(phrase.new),
                    "known": _place(phrase.known),
                    "weight": round(phrase.weight, 2),
                }
                for phrase in match.phrases
            ]
            for match in matches
        ],
        pa.list_(pa.struct({"new": _PLACE, "known": _PLACE, "weight": pa.float64()})),
    )
    columns["seller_new"] = pa.array([match.seller_new for match in matches], pa.string())
    columns["seller_known"] = pa.array([match.seller_known for match in matches], pa.string())
    return pa.table(columns)


_PLACE = pa.struct(
    {"field": pa.string(), "start": pa.int64(), "end": pa.int64(), "text": pa.string()}
)


def _place(phrase: Phrase) -> dict[str, object]:
    return phrase._asdict()


def family_table(index: RepostIndex, new: Posts, threshold: float) -> tuple[pa.Table, int]:
    """Return a table with a row for each listing of a family, and how many families there are.

    Parameters
    ----------
    index
        The known listings. It stays as it is.
    new
        Listings that are put into families with them.
    threshold
        Similarity from which a listing belongs to the core of a family.

    Returns
    -------
    pyarrow.Table
        ``family`` (counted from 1, the largest first), ``file`` (known or new), ``row``, ``id``,
        ``similarity`` to the core, ``core``, ``title``, ``description``, ``seller``, ``platform``,
        ``date``; then of the whole family ``listings, first_seen, last_seen, sellers, platforms``.
        It is a table of listings itself: ``thriftwatch review`` takes it.
    """
    both = index.with_listings(new)
    known = both.given - len(new)
    rows: list[dict[str, object]] = []
    families = both.families(threshold=threshold)
    for number, family in enumerate(families, start=1):
        whole = {
            "listings": len(family.members),
            "first_seen": family.first_seen,
            "last_seen": family.last_seen,
            "sellers": "; ".join(family.sellers),
            "platforms": "; ".join(family.platforms),
        }
        for member in family.members:
            is_new = member.row >= known
            row = member.row - known if is_new else member.row
            own_id = new.texts["id"][row].as_py() if is_new else member.id
            rows.append(
                {
                    "family": number,
                    "file": "new" if is_new else "known",
                    "row": row,
                    "id": own_id,
                    "similarity": round(member.similarity, _DECIMALS),
                    "core": member is family.core,
                    "title": member.title,
                    "description": member.description,
                    "seller": member.seller,
                    "platform": member.platform,
                    "date": member.date,
                    **whole,
                }
            )
    return pa.Table.from_pylist(rows, schema=_FAMILY), len(families)


_FAMILY = pa.schema(
    [
        ("family", pa.int64()),
        ("file", pa.string()),
        ("row", pa.int64()),
        ("id", pa.string()),
        ("similarity", pa.float64()),
        ("core", pa.bool_()),
        ("title", pa.string()),
        ("description", pa.string()),
        ("seller", pa.string()),
        ("platform", pa.string()),
        ("date", pa.string()),
        ("listings", pa.int64()),
        ("first_seen", pa.string()),
        ("last_seen", pa.string()),
        ("sellers", pa.string()),
        ("platforms", pa.string()),
    ]
)
