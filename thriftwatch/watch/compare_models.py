"""What another model or lexicon would change in a catalogue, before it is used."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from thriftwatch.domain import TIERS
from thriftwatch.errors import InputError
from thriftwatch.files import RejectedRow
from thriftwatch.model.model import Model
from thriftwatch.ranking import read_texts
from thriftwatch.result import ListingScore
from thriftwatch.scoring import as_model, check_options, explain_texts
from thriftwatch.training.labelled import read_source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["ModelComparison", "Move", "compare_models"]

_REASONS = 3
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Move:
    """A listing that another model puts in another tier.

    Attributes
    ----------
    row
        Its place in the catalogue, from 0.
    title, description, shop
        Its texts.
    before, after
        What the old and the new model say of it, with reasons.
    """

    row: int
    title: str
    description: str
    shop: str
    before: ListingScore
    after: ListingScore

    @property
    def goes_up(self) -> bool:
        """Whether it goes to a higher tier."""
        return TIERS.index(self.after.tier) > TIERS.index(self.before.tier)

    def to_dict(self) -> dict[str, Any]:
        """Return the move as a row of a table."""
        return {
            "row": self.row,
            "title": self.title,
            "description": self.description,
            "shop": self.shop,
            "tier_before": self.before.tier,
            "tier_after": self.after.tier,
            "score_before": round(self.before.score, 6),
            "score_after": round(self.after.score, 6),
            "reasons_before": "; ".join(reason.note for reason in self.before.reasons),
            "reasons_after": "; ".join(reason.note for reason in self.after.reasons),
        }


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """What changes in a catalogue from one model to another.

    Attributes
    ----------
    old, new
        Ids of the models.
    policy
        The policy of the tiers.
    listings
        How many listings the catalogue has.
    tiers
        How many listings go from which tier (rows) to which (columns), in the order of `TIERS`.
    moves
        The listings that change tier: those whose score rises most first, whose falls most last.
    rejected
        Rows of the catalogue that could not be read.
    """

    old: str
    new: str
    policy: str
    listings: int
    tiers: tuple[tuple[int, ...], ...]
    moves: tuple[Move, ...]
    rejected: tuple[RejectedRow, ...] = ()

    def __iter__(self) -> Iterator[Move]:
        """Go through the moves."""
        return iter(self.moves)

    def __len__(self) -> int:
        """Return how many listings move."""
        return len(self.moves)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many listings go from one tier to another, by the names of both."""
        return {
            (one, other): self.tiers[place][where]
            for place, one in enumerate(TIERS)
            for where, other in enumerate(TIERS)
        }

    def to_table(self) -> "pa.Table":
        """Return the moves as a table, one row each (`Move.to_dict`)."""
        import pyarrow as pa

        kinds = {"row": pa.int64(), "score_before": pa.float64(), "score_after": pa.float64()}
        nothing = Move(0, "", "", "", *[ListingScore(0.0, TIERS[0], {})] * 2).to_dict()
        schema = pa.schema([(name, kinds.get(name, pa.string())) for name in nothing])
        return pa.Table.from_pylist([move.to_dict() for move in self.moves], schema)

    def to_frame(self) -> "pd.DataFrame":
        """Return the moves as a pandas table, one row each (`Move.to_dict`)."""
        found: pd.DataFrame = self.to_table().to_pandas()
        return found

    def __str__(self) -> str:
        lines = [f"old: {self.old}", f"new: {self.new}"]
        lines += [f"{len(self.moves):,} of {self.listings:,} listings change tier"]
        lines += [
            f"  {one} -> {other}: {count:,}"
            for (one, other), count in self.counts().items()
            if one != other and count
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(move.title)}</td>"
            f"<td>{move.before.tier} {move.before.score:.2f}</td>"
            f"<td>{move.after.tier} {move.after.score:.2f}</td>"
            f"<td style='text-align:left'>{escape(row['reasons_before'])}</td>"
            f"<td style='text-align:left'>{escape(row['reasons_after'])}</td></tr>"
            for move in self.moves[:_SHOWN]
            for row in [move.to_dict()]
        )
        head = "<br>".join(map(escape, str(self).splitlines()))
        return (
            f"<div>{head}</div><table><thead><tr><th></th><th>old</th><th>new</th>"
            f"<th>why, old</th><th>why, new</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def compare_models(
    old: Model | str | PathLike[str] | None,
    new: Model | str | PathLike[str] | None,
    catalogue: object,
    *,
    policy: str = "imported",
    lexicon: str | PathLike[str] | None = None,
    reasons: int = _REASONS,
    encoding: str | None = None,
    on_rows: Callable[[int], object] = lambda rows: None,
) -> ModelComparison:
    r"""Tell which listings of a catalogue another model or lexicon would put in another tier.

    Parameters
    ----------
    old, new
        The models, or their folders; None is the bundled model. Both may be the same if `lexicon`
        is given.
    catalogue
        Listings without labels: a path, or a table in memory, with titles; descriptions and shops
        are used where present. For labelled rows see `thriftwatch.compare`.
    policy
        As for `thriftwatch.score_listings`.
    lexicon
        A CSV file of words that the new model gets, as for `Model.with_lexicon`: what
        `thriftwatch.radar` proposed, say.
    reasons
        How many reasons to give at most, before and after.
    encoding
        Encoding of a text file; None finds it.
    on_rows
        Called with the number of rows that were scored.

    Returns
    -------
    ModelComparison

    Raises
    ------
    ModelError
        If a folder is no model.
    TableError
        If a file is not what it says it is.
    ColumnError
        If there is no title.
    InputError
        If an argument is not accepted.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pyarrow as pa
    >>> from thriftwatch import compare_models
    >>> words = Path(tempfile.mkdtemp(), "words.csv")
    >>> _ = words.write_text("term,class,family\nbalbo,wholesale,balpres\n")
    >>> catalogue = pa.table({"title": ["Balbo hoodie 50kg segel", "Panci presto"]})
    >>> found = compare_models(None, None, catalogue, lexicon=words)
    >>> found.listings, [(move.title, move.goes_up) for move in found]
    (2, [('Balbo hoodie 50kg segel', True)])
    """
    check_options(policy, reasons)
    models = as_model(old), as_model(new)
    if lexicon is not None:
        models = models[0], models[1].with_lexicon(lexicon)
    if models[0].id == models[1].id:
        raise InputError(
            f"both models are {models[0].id}; name another one, or words to add (lexicon=, "
            "--lexicon)"
        )
    read = read_source(catalogue, encoding)
    texts = read_texts(read)
    columns: list[Any] = [texts[name] for name in texts.column_names]
    tiers = []
    for model in models:
        tiers.append(model.score_batch(*columns, policy=policy).tier.astype(np.int64))
        on_rows(texts.num_rows)
    size = len(TIERS)
    counts = np.bincount(size * tiers[0] + tiers[1], minlength=size * size).reshape(size, size)
    moves = []
    for row in np.flatnonzero(tiers[0] != tiers[1]).tolist():
        listing = texts.slice(row, 1).to_pylist()[0]
        said = [explain_texts(m, **listing, policy=policy, reasons=reasons) for m in models]
        moves.append(Move(row, *listing.values(), *said))
    moves.sort(key=lambda move: (-(move.after.score - move.before.score), move.row))
    return ModelComparison(
        models[0].id,
        models[1].id,
        policy,
        texts.num_rows,
        tuple(map(tuple, counts.tolist())),
        tuple(moves),
        read.rejected,
    )
