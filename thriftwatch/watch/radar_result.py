"""What the radar gives: new terms, with what they rest on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from thriftwatch.errors import InputError
from thriftwatch.watch.proposals import Proposal
from thriftwatch.watch.significance import Lift

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from thriftwatch.evaluation.drawing import Figure

__all__ = ["Example", "Radar", "RadarTerm"]

_MOST_PLOTTED = 6
_STRENGTH = 3
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Example:
    """A listing with a new term.

    Attributes
    ----------
    row
        Its place in the later table, from 0.
    title
        Its title.
    seller
        Its shop, or empty.
    """

    row: int
    title: str
    seller: str


@dataclass(frozen=True, slots=True)
class RadarTerm:
    """A word or phrase that sellers of suspicious listings have started to use.

    Attributes
    ----------
    term
        Its most usual spelling, as it is read: lower-case, disguises undone.
    spellings
        Its other spellings.
    known
        The form of the lexicon that it is a spelling of, or empty.
    phrases
        New phrases with it.
    sellers_before, sellers_after, sellers_lawful
        Sellers who use it: of suspicious listings before and after, and of lawful clothing after.
    listings_before, listings_after
        Suspicious listings with it.
    lift
        How many times higher its odds are among the suspicious sellers after than before.
    lift_over_lawful
        The same against lawful sellers of clothing, after.
    p
        p-value of the rise, before it is adjusted for the other terms.
    false_discovery_rate
        The rate at which it would be reported.
    proposal
        Class and family that it may belong to.
    neighbours
        What stands beside it most tellingly; families of the lexicon as ``<family>``.
    examples
        Listings with it, each of another seller.
    by_month
        For each month the suspicious sellers who use it; empty without dates.
    """

    term: str
    spellings: tuple[str, ...]
    known: str
    phrases: tuple[str, ...]
    sellers_before: int
    sellers_after: int
    sellers_lawful: int
    listings_before: int
    listings_after: int
    lift: Lift
    lift_over_lawful: Lift
    p: float
    false_discovery_rate: float
    proposal: Proposal
    neighbours: tuple[str, ...]
    examples: tuple[Example, ...]
    by_month: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the term as a row: first what a lexicon asks for, then what it rests on.

        A CSV file of such rows is a lexicon that ``--lexicon`` takes, whole or in part.
        """
        return {
            "term": self.term,
            "variants": "|".join(self.spellings),
            "class": self.proposal.word_class,
            "family": self.proposal.family,
            "strength": _STRENGTH,
            "meaning_id": f"kata baru; mirip {self.proposal.family}",
            "meaning_en": f"new word; used like {self.proposal.family}",
            "spelling_of": self.known,
            "sellers_after": self.sellers_after,
            "sellers_before": self.sellers_before,
            "sellers_lawful": self.sellers_lawful,
            "listings_after": self.listings_after,
            "listings_before": self.listings_before,
            **_columns("lift", self.lift),
            **_columns("lift_over_lawful", self.lift_over_lawful),
            "p": self.p,
            "false_discovery_rate": self.false_discovery_rate,
            "likeness": round(self.proposal.likeness, 3),
            "phrases": "|".join(self.phrases),
            "neighbours": "|".join(self.neighbours),
            "examples": " || ".join(example.title for example in self.examples),
            "example_rows": "|".join(str(example.row) for example in self.examples),
        }


def _columns(name: str, lift: Lift) -> dict[str, float]:
    values = (lift.value, lift.low, lift.high)
    names = (name, f"{name}_low", f"{name}_high")
    return {name: float(f"{value:.3g}") for name, value in zip(names, values, strict=True)}


@dataclass(frozen=True, slots=True)
class Radar:
    """What `thriftwatch.radar` found.

    Attributes
    ----------
    terms
        New terms, the surest first.
    set_apart
        Terms that rose as surely, but that lawful sellers of clothing use as well: words of a
        season, new brands.
    sellers
        How many sellers there are ``"before"``, ``"after"`` and ``"lawful"``.
    rate
        The false-discovery rate of `terms`.
    model
        Id of the model.
    months
        For each month the number of suspicious sellers; empty without dates.
    """

    terms: tuple[RadarTerm, ...]
    set_apart: tuple[RadarTerm, ...]
    sellers: Mapping[str, int]
    rate: float
    model: str
    months: Mapping[str, int]

    def __len__(self) -> int:
        """Return the number of new terms."""
        return len(self.terms)

    def __iter__(self) -> Iterator[RadarTerm]:
        """Go through the new terms."""
        return iter(self.terms)

    def to_table(self) -> "pa.Table":
        """Return the new terms as a table, one row each (`RadarTerm.to_dict`)."""
        import pyarrow as pa

        rows = [term.to_dict() for term in self.terms]
        return pa.Table.from_pylist(rows, _schema())

    def to_frame(self) -> "pd.DataFrame":
        """Return the new terms as a pandas table, one row each (`RadarTerm.to_dict`)."""
        found: pd.DataFrame = self.to_table().to_pandas()
        return found

    def plot(self) -> "Figure":
        """Draw the share of suspicious sellers who use the first terms, month by month.

        Raises
        ------
        InputError
            If there are no dates, or nothing was found.
        ThriftwatchError
            If matplotlib is not installed.
        """
        if not self.terms:
            raise InputError("there is nothing to draw: no term was found")
        if len(self.months) < 2:
            raise InputError(
                "there is nothing to draw over time: give both tables a column date with days of "
                "at least two months, such as 2026-01-31"
            )
        from thriftwatch.watch.radar_plot import plot_terms

        return plot_terms(self.terms[:_MOST_PLOTTED], self.months)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'><b>{escape(one.term)}</b> "
            f"{escape(', '.join(one.spellings))}</td>"
            f"<td>{one.sellers_before} → {one.sellers_after}</td><td>{one.lift}</td>"
            f"<td>{one.lift_over_lawful}</td>"
            f"<td>{escape(one.proposal.word_class)}: {escape(one.proposal.family)}</td>"
            f"<td style='text-align:left'>{escape(one.examples[0].title)}</td></tr>"
            for one in self.terms
        )
        apart = escape(", ".join(one.term for one in self.set_apart) or "-")
        return (
            "<table><thead><tr><th>term</th><th>sellers</th><th>lift</th><th>over lawful</th>"
            f"<th>may be</th><th>example</th></tr></thead><tbody>{rows}</tbody></table>"
            f"<div>Also used by lawful sellers: {apart}. At most {self.rate:.0%} of the terms are "
            "expected to be there by chance.</div>"
        )


def _schema() -> "pa.Schema":
    """Return the types of the columns, for a table without rows has columns, too."""
    import pyarrow as pa

    numbers = {
        "strength": pa.int64(), "sellers_after": pa.int64(), "sellers_before": pa.int64(),
        "sellers_lawful": pa.int64(), "listings_after": pa.int64(), "listings_before": pa.int64(),
        "lift": pa.float64(), "lift_low": pa.float64(), "lift_high": pa.float64(),
        "lift_over_lawful": pa.float64(), "lift_over_lawful_low": pa.float64(),
        "lift_over_lawful_high": pa.float64(), "p": pa.float64(),
        "false_discovery_rate": pa.float64(), "likeness": pa.float64(),
    }  # fmt: skip
    nothing = RadarTerm(
        "", (), "", (), 0, 0, 0, 0, 0, Lift(1, 1, 1), Lift(1, 1, 1), 1, 1,
        Proposal("evasion", "", 0), (), (), {},
    )  # fmt: skip
    return pa.schema([(name, numbers.get(name, pa.string())) for name in nothing.to_dict()])
