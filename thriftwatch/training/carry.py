"""Carry the heads of an earlier model over to labels that do not state the facts.

Whoever labels listings 0 or 1 need not say which are worn or foreign: the heads of the bundled
model judge that, and its label head joins as ``prior``. New words get their own idf; where the
earlier model knew a word or n-gram its idf stays, so that the carried heads say what they said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thriftwatch.model.model import Interaction, Model, Tables
from thriftwatch.text.blocks import blocks_of
from thriftwatch.training.heads import OutOfFold
from thriftwatch.training.interaction import Joined
from thriftwatch.training.matrix import Frequencies

__all__ = ["Carried", "carry_outputs", "carry_over", "known_frequencies"]

Floats = NDArray[np.float64]
_LABEL, _PRIOR = "label", "prior"


@dataclass(frozen=True, slots=True)
class Carried:
    """Heads of an earlier model, as part of a new one.

    Attributes
    ----------
    names
        The carried heads; the earlier label head is ``prior``.
    tables
        Their numbers, over the new model's idf.
    log_odds
        float64, shape (listings, carried heads).
    """

    names: tuple[str, ...]
    tables: Tables
    log_odds: Floats

    def joined_to(self, own: Tables) -> Tables:
        """Return the tables of the new model's own heads and, behind them, the carried heads."""

        def both(name: str) -> NDArray[np.float32]:
            joined: NDArray[np.float32] = np.concatenate(
                (getattr(own, name), getattr(self.tables, name)), axis=-1
            )
            return joined

        return Tables(
            word_idf=own.word_idf,
            word_weights=both("word_weights"),
            gram_idf=own.gram_idf,
            gram_weights=both("gram_weights"),
            signal_weights=both("signal_weights"),
            bias=both("bias"),
            unseen_idf=own.unseen_idf,
        )


def known_frequencies(counted: Frequencies, base: Model) -> Frequencies:
    """Return the earlier model's idf where it has one, and the newly counted idf elsewhere."""
    tables = base.tables
    return Frequencies(
        np.where(tables.word_idf > 0, tables.word_idf, counted.word).astype(np.float64),
        np.where(tables.gram_idf > 0, tables.gram_idf, counted.gram).astype(np.float64),
        counted.signal,
        max(counted.unseen_word, tables.unseen_idf),
    )


def carry_over(
    base: Model,
    own_heads: Sequence[str],
    frequencies: Frequencies,
    titles: Sequence[str],
    descriptions: Sequence[str],
) -> Carried:
    """Take over the heads of ``base`` that the new model does not have itself.

    Parameters
    ----------
    base
        The earlier model.
    own_heads
        The heads that the new labels suffice for.
    frequencies
        What `known_frequencies` returned.
    titles, descriptions
        The listings to judge.

    Returns
    -------
    Carried
    """
    places = [n for n, name in enumerate(base.heads) if name == _LABEL or name not in own_heads]
    old = base.tables
    tables = Tables(
        word_idf=frequencies.word.astype(np.float16).astype(np.float32),
        word_weights=old.word_weights[:, places],
        gram_idf=frequencies.gram.astype(np.float16).astype(np.float32),
        gram_weights=old.gram_weights[:, places],
        signal_weights=old.signal_weights[:, places],
        bias=old.bias[places],
        unseen_idf=float(np.float16(frequencies.unseen_word)),
    )
    names = tuple(_PRIOR if base.heads[n] == _LABEL else base.heads[n] for n in places)
    judge = Model(base.card, names, tables, base.interaction)
    log_odds = [
        judge.head_scores(judge.features(block)).heads
        for block in blocks_of(titles, descriptions, [""] * len(titles))
    ]
    return Carried(names, tables, np.concatenate(log_odds))


def carry_outputs(
    joined: Joined, judged: OutOfFold, heads: Sequence[str], base: Model, outputs: Sequence[int]
) -> Joined:
    """Replace outputs that the new labels say nothing about by those of the earlier model.

    Parameters
    ----------
    joined
        The new interaction.
    judged
        Log-odds of the new model's heads.
    heads
        Their names.
    base
        The earlier model.
    outputs
        Which outputs to replace.

    Returns
    -------
    Joined
    """
    at = [heads.index(_PRIOR if name == _LABEL else name) for name in base.heads]
    new, old = joined.interaction, base.interaction
    bias, linear = new.bias.copy(), new.linear.copy()
    pairs, undecided = new.pairs.copy(), new.undecided.copy()
    for output in outputs:
        bias[output] = old.bias[output]
        linear[output], pairs[output] = 0.0, 0.0
        linear[output, at] = old.linear[output]
        pairs[output][np.ix_(at, at)] = old.pairs[output]
        undecided[output, at] = old.undecided[output]
    interaction = Interaction(bias, linear, pairs, undecided)
    log_odds = joined.log_odds.copy()
    log_odds[:, outputs] = interaction(judged.plain()[: len(log_odds)])[:, outputs]
    return Joined(interaction, log_odds)
