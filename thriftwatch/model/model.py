"""The facade: a trained model, and how one listing or many go through it."""

import threading
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from thriftwatch.domain import OUTPUTS
from thriftwatch.model.decision import Decision, decide
from thriftwatch.model.explain import Explainer, Roles
from thriftwatch.model.heads import Heads, Lookup
from thriftwatch.model.reasons import find_reasons, with_shop
from thriftwatch.model.tables import Interaction, Tables, with_arrays
from thriftwatch.text.document import Document
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from os import PathLike

    import numpy as np
    from numpy.typing import NDArray

    from thriftwatch.model.batch import BatchScores
    from thriftwatch.result import Reason

__all__ = ["Model"]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model. Load one with `load_model`, make one with `train`.

    Attributes
    ----------
    card
        What is known about the model: version, data, metrics, thresholds (the JSON header).
    heads
        Names of the heads.
    tables, interaction
        The numbers.
    vocabulary
        The lexicon that it was trained with, and words that were added since.

    Examples
    --------
    >>> from thriftwatch import load_model
    >>> model = load_model()
    >>> model.id.startswith("thriftwatch-id")
    True
    """

    card: Mapping[str, Any]
    heads: tuple[str, ...]
    tables: Tables
    interaction: Interaction
    vocabulary: Vocabulary
    _shared: "_Shared" = field(init=False, repr=False)
    _local: threading.local = field(default_factory=threading.local, repr=False, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_shared", _Shared(self))

    @property
    def id(self) -> str:
        """Name, version and content hash, such as ``thriftwatch-id 1.0.0 (sha256:ab12cd34)``.

        Words that were added to the lexicon are named, too.
        """
        card = self.card
        added = card.get("added_words")
        words = f" + {added['words']} words ({added['sha256'][:8]})" if added else ""
        return f"{card['name']} {card['version']} (sha256:{card['sha256'][:8]}){words}"

    def __repr__(self) -> str:
        return f"<Model {self.id}>"

    def explainer(self) -> Explainer:
        """Return what reads and explains listings in this thread, with its cache of words.

        It holds one listing at a time: its `Document`, the `Heads` and what explains them.
        """
        found: Explainer | None = getattr(self._local, "explainer", None)
        if found is None:
            found = self._local.explainer = self._shared.explainer(self.vocabulary)
        return found

    def _start_afresh(self) -> None:
        """Forget what this thread remembers: who was interrupted may have learned half a word."""
        self._local.explainer = None

    def score_one(self, title: str, description: str, shop: str, *, policy: str) -> Decision:
        """Score one listing."""
        heads = self.explainer().heads
        try:
            heads.score(title.encode("utf-8", "replace"), description.encode("utf-8", "replace"))
        except BaseException:
            self._start_afresh()
            raise
        is_bare = bool(shop) and heads.document.is_bare()
        thresholds = self.card["tiers"][policy]
        return decide(list(heads.probabilities), shop, thresholds, policy, is_bare=is_bare)

    def explain(
        self, title: str, description: str, shop: str, *, policy: str = "imported", limit: int = 5
    ) -> "tuple[Decision, tuple[Reason, ...]]":
        """Score one listing and give the reasons, strongest first."""
        decision = self.score_one(title, description, shop, policy=policy)
        return decision, self._reasons(title, description, shop, decision, policy, limit)

    def _reasons(
        self, title: str, description: str, shop: str, decision: Decision, policy: str, limit: int
    ) -> "tuple[Reason, ...]":
        """Give the reasons for the listing that was scored last in this thread."""
        if not limit:  # the texts are not even folded
            return ()
        explainer = self.explainer()
        phrases = explainer.phrases(OUTPUTS.index(policy))
        document = explainer.heads.document
        reasons = find_reasons(document, phrases, title, description, limit)
        return with_shop(reasons, shop, decision, limit)

    def outputs(self, titles: Any, descriptions: Any) -> "NDArray[np.float64]":
        """Return the probabilities of `OUTPUTS`, shape (listings, outputs)."""
        import numpy as np

        from thriftwatch.model.batch import blocks_of

        found = np.empty((len(titles), len(OUTPUTS)))
        start = 0
        for block in blocks_of(titles, descriptions):
            rows = found[start : start + len(block.borders)]
            heads = self.explainer().heads
            try:
                heads.score_rows(*block, rows.reshape(-1))
            except BaseException:
                self._start_afresh()
                raise
            start += len(block.borders)
        return found

    def bareness(self, titles: Any, descriptions: Any) -> "Callable[[int], bool]":
        """Return what tells of a row whether its text leaves open where the goods are from."""
        from thriftwatch.model.batch import encoded_row

        document = self.explainer().heads.document

        def is_bare(row: int) -> bool:
            try:
                document.read(encoded_row(titles, row), encoded_row(descriptions, row))
            except BaseException:
                self._start_afresh()
                raise
            return document.is_bare()

        return is_bare

    def score_batch(
        self, titles: Any, descriptions: Any, shops: Any, *, policy: str = "imported"
    ) -> "BatchScores":
        """Score many listings.

        Parameters
        ----------
        titles, descriptions, shops
            Equally long; each a sequence of str, or a pyarrow string array. Nothing is missing.
        policy
            One of `thriftwatch.domain.POLICIES`.

        Returns
        -------
        BatchScores
        """
        from thriftwatch.model import batch

        if not len(titles) == len(descriptions) == len(shops):
            raise ValueError(
                f"{len(titles)} titles and {len(descriptions)} descriptions and {len(shops)} shops"
            )
        parts = []
        # In parts, so that no more than the scores themselves is held of a long table.
        for start in range(0, max(len(titles), 1), batch.AT_ONCE):
            part = slice(start, start + batch.AT_ONCE)
            texts = titles[part], descriptions[part]
            parts.append(
                batch.decide_batch(
                    self.outputs(*texts),
                    shops[part],
                    self.card["tiers"][policy],
                    policy,
                    is_bare=self.bareness(*texts),
                )
            )
        return batch.BatchScores.joined(parts)

    def explain_batch(
        self,
        titles: Any,
        descriptions: Any,
        shops: Any,
        *,
        policy: str = "imported",
        limit: int = 5,
    ) -> "Iterator[tuple[Decision, tuple[Reason, ...]]]":
        """Score many listings and give the reasons of each, in order.

        Parameters
        ----------
        titles, descriptions, shops, policy
            As for `score_batch`.
        limit
            How many reasons to give at most for each listing.

        Yields
        ------
        decision : Decision
            What is said of the next listing.
        reasons : tuple of Reason
            The words that decided, the strongest first.
        """
        from thriftwatch.model.batch import strings

        for texts in zip(*map(strings, (titles, descriptions, shops)), strict=True):
            yield self.explain(*texts, policy=policy, limit=limit)

    def with_lexicon(self, path: "str | PathLike[str]") -> "Model":
        """Return the model with more words in its lexicon, without training it again.

        A new word of a known family counts as that family does, one of a new family as its class
        does. A form that the lexicon has already takes the meaning it has in the file.

        Parameters
        ----------
        path
            A CSV file, see `thriftwatch.text.lexicon.read_lexicon`.

        Returns
        -------
        Model
            Its id says that words were added; `save` keeps them.

        Raises
        ------
        TableError
            If the file is no lexicon; it says where.
        InputError
            If what a word means cannot be shown.

        Examples
        --------
        >>> from thriftwatch import load_model
        >>> load_model().with_lexicon("new-words.csv")  # doctest: +SKIP
        """
        from thriftwatch.model.artifact import with_added_words
        from thriftwatch.text.lexicon import read_lexicon

        return with_added_words(self, read_lexicon(path))

    def with_prevalence(
        self,
        prevalence: float,
        *,
        policy: str = "imported",
        precision: float | None = None,
        review_load: float | None = None,
    ) -> "Model":
        """Return the model for a market where another share of the listings is positive.

        The score of that policy and its tiers change: the score's log-odds all move by the same
        step, "likely" starts where the stated precision is expected, and "review" holds what it
        held before, or what `review_load` allows. The order of listings by their text, the
        facts, the reasons and the other policy stay as they are.

        Parameters
        ----------
        prevalence
            Share of the listings that a careful reviewer would label 1, such as 0.005.
        policy
            ``"imported"`` or ``"all-used"``: what the prevalence is of.
        precision
            Share of the listings in "likely" that should be positive. By default that of the
            model's training or, where the held-out rows cannot promise it, the highest they can.
        review_load
            Largest share of all listings that may be in "review" or "likely".

        Returns
        -------
        Model
            A new model with an id of its own; `save` keeps it.

        Raises
        ------
        InputError
            If a share is not between 0 and 1, or cannot be promised.
        ModelError
            If the model was made by a version that kept no held-out counts.

        Notes
        -----
        The shift assumes that listings of a label look as they did in training (Saerens, Latinne
        and Decaestecker 2002). Labelled listings tend to be hard ones, so that in a catalogue
        fewer lawful listings reach a threshold than is expected here.

        Examples
        --------
        >>> from thriftwatch import load_model
        >>> rare = load_model().with_prevalence(0.005)  # doctest: +SKIP
        >>> rare.card["expected_precision"]["imported"]["review"]  # doctest: +SKIP
        """
        from thriftwatch.model.prevalence import restate

        return restate(
            self, prevalence, policy=policy, precision=precision, review_load=review_load
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave what a thread remembers behind: a copy in another process starts afresh."""
        numbers = with_arrays(self.tables), with_arrays(self.interaction)
        return Model, (dict(self.card), self.heads, *numbers, self.vocabulary)

    def save(self, folder: "str | PathLike[str]") -> None:
        """Write the model as a folder of JSON, arrays and a card, all or nothing."""
        from thriftwatch.model.artifact import save_model

        save_model(self, folder)


class _Shared:
    """What all threads of a model look up; made when the first of them asks."""

    def __init__(self, model: Model) -> None:
        self._parts = model.heads, model.tables, model.interaction
        self._lock = threading.Lock()
        self._made: tuple[Lookup, Roles, Names, array[int]] | None = None

    def explainer(self, vocabulary: Vocabulary) -> Explainer:
        """Return a new reader and explainer of listings."""
        with self._lock:
            if self._made is None:
                heads, tables, interaction = self._parts
                numbers = {name: number for number, name in enumerate(tables.features)}
                strengths = [row[3] if row[4] else 0 for row in vocabulary.rows]
                self._made = (
                    Lookup(tables, interaction),
                    Roles(heads, interaction),
                    Names(vocabulary, numbers),
                    array("i", strengths),
                )
        lookup, roles, names, term_strengths = self._made
        return Explainer(Heads(lookup, Document(vocabulary, names)), roles, term_strengths)
