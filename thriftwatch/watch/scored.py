"""A table of listings that was read and scored, and who posted each."""

import re
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import GOODS
from thriftwatch.errors import InputError
from thriftwatch.evaluation.groups import near_duplicate_groups
from thriftwatch.files import TableRead
from thriftwatch.listing import find_column
from thriftwatch.model.batch import BatchScores
from thriftwatch.model.model import Model
from thriftwatch.ranking import read_texts
from thriftwatch.training.labelled import read_source

__all__ = ["SAME_POST", "Scored", "read_scored"]

SAME_POST = 0.8
"""Similarity from which two texts are one text that was posted again."""

_NOT_NAME = re.compile(r"[\W_]+")


@dataclass(frozen=True, eq=False)  # without slots, for what is worked out once
class Scored:
    """Listings of one table with their scores.

    Attributes
    ----------
    read
        The table as it was read.
    titles, descriptions, shops
        The texts of each row, empty where missing.
    scores
        What the model says of each.
    """

    read: TableRead
    titles: list[str]
    descriptions: list[str]
    shops: list[str]
    scores: BatchScores = field(repr=False)

    def __len__(self) -> int:
        """Return the number of listings."""
        return len(self.titles)

    @property
    def goods(self) -> NDArray[np.float64]:
        """The probability that each offers clothing, shape (listings,)."""
        return self.scores.by_fact()[GOODS]

    @cached_property
    def copies(self) -> NDArray[np.int64]:
        """Which listings have nearly the same text: the number of the text, shape (listings,)."""
        texts = [f"{t}\n{d}" for t, d in zip(self.titles, self.descriptions, strict=True)]
        return near_duplicate_groups(texts, threshold=SAME_POST)

    @cached_property
    def sellers(self) -> list[str]:
        """Who posted each listing.

        A seller is the name of a shop. Where there is none, each text stands for a seller of its
        own: one text posted a hundred times is not a hundred sellers.
        """
        names = [_NOT_NAME.sub("", shop.casefold()) for shop in self.shops]
        if all(names):
            return names
        return [name or f"#{copy}" for name, copy in zip(names, self.copies.tolist(), strict=True)]

    def column(self, name: str) -> list[str] | None:
        """Return a column found by its usual names as stripped text; None if there is none."""
        found = find_column(
            name, self.read.table.column_names, required=False, where=self.read.file
        )
        if found is None:
            return None
        return [text.strip() for text in self.read.text(found).to_pylist()]


def read_scored(
    source: object, model: Model, *, policy: str, encoding: str | None = None
) -> Scored:
    """Read a table of listings and score it.

    Parameters
    ----------
    source
        A path, or a table in memory, with titles; descriptions and shops are used where present.
    model, policy
        As for `thriftwatch.score_listings`.
    encoding
        Encoding of a text file; None finds it.

    Raises
    ------
    TableError
        If the file is not what it says it is.
    ColumnError
        If there is no title.
    InputError
        If there are no listings.
    """
    read = read_source(source, encoding)
    texts = read_texts(read)
    if not texts.num_rows:
        raise InputError(f"{read.file}: there are no listings; give a table with rows")
    columns = {name: texts[name].to_pylist() for name in texts.column_names}
    scores = model.score_batch(*texts.columns, policy=policy)
    return Scored(read, columns["title"], columns["description"], columns["shop"], scores)
