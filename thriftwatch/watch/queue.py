"""What to label next: the listings of a pool that teach most, and some that chance draws."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.errors import InputError, shown
from thriftwatch.files import RejectedRow
from thriftwatch.model.model import Model
from thriftwatch.ranking import read_texts
from thriftwatch.scoring import as_model, check_options
from thriftwatch.text.document import Document
from thriftwatch.text.lexicon import read_lexicon
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import Vocabulary
from thriftwatch.training.labelled import COLUMN_VALUES, read_source
from thriftwatch.watch.choosing import RANDOM, SHARES, choose
from thriftwatch.watch.scored import Scored, read_scored

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Queue", "QueuedListing", "queue"]

_CARRIED = ("id", "url", "platform", "date", "region")
"""What is taken over from the pool, besides the texts."""
_TO_FILL = (*COLUMN_VALUES, "spans")


@dataclass(frozen=True, slots=True)
class QueuedListing:
    """A listing to label.

    Attributes
    ----------
    row
        Its place in the pool, from 0.
    title, description, shop
        Its texts.
    why
        Why it is in the queue: one of `thriftwatch.watch.choosing.WHY`.
    weight
        How many listings of the pool it stands for, if chance drew it; None for the others.
    carried
        What else the pool says of it: id, link, platform, date, region.
    """

    row: int
    title: str
    description: str
    shop: str
    why: str
    weight: float | None
    carried: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Queue:
    """What `thriftwatch.queue` chose, in an order that tells nothing.

    Attributes
    ----------
    listings
        The listings to label.
    pool
        How many listings they were chosen from.
    labelled
        How many listings of the table were labelled already, and are no part of the pool.
    model
        Id of the model.
    rejected
        Rows that could not be read.
    """

    listings: tuple[QueuedListing, ...]
    pool: int
    labelled: int
    model: str
    rejected: tuple[RejectedRow, ...] = ()

    def __len__(self) -> int:
        """Return how many listings are to be labelled."""
        return len(self.listings)

    def __iter__(self) -> Iterator[QueuedListing]:
        """Go through the listings."""
        return iter(self.listings)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many listings were chosen for which reason."""
        return Counter(one.why for one in self.listings)

    def to_table(self) -> "pa.Table":
        """Return the queue in the format of labelled rows, the labels empty.

        Scores are not in it: who labels should judge the text. Keep ``why`` and ``weight`` with the
        labels, as `thriftwatch.watch.estimate.estimate_pool` needs them; `train` ignores them.
        """
        import pyarrow as pa

        from thriftwatch.files.cells import string_column

        names = [name for name in _CARRIED if any(name in one.carried for one in self.listings)]
        texts = {name: [one.carried.get(name, "") for one in self.listings] for name in names}
        for name in ("title", "description", "shop"):
            texts[name] = [getattr(one, name) for one in self.listings]
        texts |= {name: [""] * len(self) for name in _TO_FILL}
        texts["why"] = [one.why for one in self.listings]
        columns = {name: string_column(values) for name, values in texts.items()}
        columns["weight"] = pa.array([one.weight for one in self.listings], pa.float64())
        columns["pool_row"] = pa.array([one.row for one in self.listings], pa.int64())
        return pa.table(columns)

    def to_frame(self) -> "pd.DataFrame":
        """Return the same as a pandas table."""
        found: pd.DataFrame = self.to_table().to_pandas()
        return found

    def to_tasks(self) -> list[dict[str, Any]]:
        """Return the queue as tasks that Label Studio imports.

        ``pool_row``, ``why`` and ``weight`` stand with the texts, because every export has these,
        and only some have ``meta``. Leave them out of the labelling interface.
        """
        return [
            {
                "data": {
                    "title": one.title,
                    "description": one.description,
                    "shop": one.shop,
                    **one.carried,
                    "pool_row": one.row,
                    "why": one.why,
                    "weight": one.weight,
                }
            }
            for one in self.listings
        ]


def queue(
    pool: object,
    n: int,
    *,
    model: Model | str | PathLike[str] | None = None,
    policy: str = "imported",
    terms: str | PathLike[str] | None = None,
    labelled: Iterable[object] = (),
    random_share: float = SHARES[RANDOM],
    seed: int = 0,
    encoding: str | None = None,
) -> Queue:
    """Choose which listings of a pool to label next.

    Parameters
    ----------
    pool
        Listings: a path, or a table in memory, with titles; descriptions and shops are used where
        present, and ``id``, ``url``, ``platform``, ``date`` and ``region`` are kept. Rows with a
        ``label`` are left out.
    n
        How many to choose.
    model, policy
        As for `thriftwatch.score_listings`.
    terms
        A CSV file of new words, as `thriftwatch.radar` finds them: some of the listings have one.
    labelled
        Tables or files of listings that are labelled already: their texts are left out.
    random_share
        Share of the n that chance draws, for unbiased estimates; at least one listing.
    seed
        Decides what chance draws. Another one for another queue of the same pool.
    encoding
        Encoding of text files.

    Returns
    -------
    Queue

    Raises
    ------
    TableError
        If a file is not what it says it is.
    ColumnError
        If there is no title.
    InputError
        If an argument is not accepted, or there are fewer than n listings to choose from.

    Notes
    -----
    First `random_share` of the n is drawn from the whole pool; each of these stands for as many
    listings (``weight``), so that `thriftwatch.watch.estimate.estimate_pool` can tell prevalence
    and error without bias. Of the rest a part has a new term, a part has the highest scores, and
    the others are the most doubtful (Lewis and Gale 1994), each text once. What is right for one
    purpose is wrong for the other: never estimate from rows without a weight.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from thriftwatch import queue
    >>> pool = pa.table({"judul": [f"Hoodie second {n}" for n in range(9)] + ["Panci presto"]})
    >>> found = queue(pool, 5)
    >>> len(found), found.pool, [one.weight for one in found if one.why == "random"]
    (5, 10, [10.0])
    >>> found.to_table()["label"].to_pylist()
    ['', '', '', '', '']
    """
    check_options(policy)
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise InputError(f"n must be a positive whole number, not {shown(n)}; for example 200")
    if not 0 < random_share <= 1:
        raise InputError(
            f"random_share must be above 0 and at most 1, not {shown(random_share)}; such as 0.2"
        )
    scorer = as_model(model)
    listings = read_scored(pool, scorer, policy=policy, encoding=encoding)
    open_rows = _unlabelled(listings, labelled, encoding)
    if len(open_rows) < n:
        raise InputError(
            f"{listings.read.file}: only {len(open_rows)} listings are there to choose from, "
            f"{len(listings) - len(open_rows)} being labelled; ask for fewer than {n}"
        )
    has_term = np.zeros(len(listings), bool)
    if terms is not None:
        has_term = _with_terms(listings, Vocabulary.of(read_lexicon(terms)))
    chosen = choose(
        listings.scores.score[open_rows],
        listings.copies[open_rows],
        has_term[open_rows],
        n,
        random_share=random_share,
        seed=seed,
    )
    at_random = chosen.why.count(RANDOM)
    carried = {name: column for name in _CARRIED if (column := listings.column(name))}
    found = []
    for place in np.random.default_rng(seed).permutation(n).tolist():
        row, why = int(open_rows[chosen.rows[place]]), chosen.why[place]
        found.append(
            QueuedListing(
                row,
                listings.titles[row],
                listings.descriptions[row],
                listings.shops[row],
                why,
                len(open_rows) / at_random if why == RANDOM else None,
                {name: column[row] for name, column in carried.items()},
            )
        )
    return Queue(
        tuple(found),
        len(open_rows),
        len(listings) - len(open_rows),
        scorer.id,
        listings.read.rejected,
    )


def _unlabelled(
    listings: Scored, labelled: Iterable[object], encoding: str | None
) -> NDArray[np.int64]:
    """Return the rows that have a title, and no label here or elsewhere."""
    known: set[tuple[str, str]] = set()
    for source in labelled:
        texts = read_texts(read_source(source, encoding))
        known |= {*zip(texts["title"].to_pylist(), texts["description"].to_pylist(), strict=True)}
    labels = listings.column("label") or [""] * len(listings)
    texts = zip(listings.titles, listings.descriptions, strict=True)
    return np.flatnonzero(
        [
            not label and text not in known and bool(text[0].strip())
            for label, text in zip(labels, texts, strict=True)
        ]
    )


def _with_terms(listings: Scored, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Return which listings have a term, disguised or not."""
    document = Document(vocabulary, Names(vocabulary, {}, growing=True))
    found = np.zeros(len(listings), bool)
    for row, texts in enumerate(zip(listings.titles, listings.descriptions, strict=True)):
        document.read(*(text.encode("utf-8", "replace") for text in texts))
        found[row] = document.terms > 0
    return found
