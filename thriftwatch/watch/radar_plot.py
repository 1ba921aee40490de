"""How many suspicious sellers use new terms, month by month."""

from collections.abc import Mapping, Sequence

from thriftwatch.evaluation.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    STYLE,
    VERMILLION,
    Figure,
    FuncFormatter,
    one_chart,
    rc_context,
)
from thriftwatch.watch.radar_result import RadarTerm

__all__ = ["plot_terms"]

_COLOURS = (VERMILLION, BLUE, GREEN, ORANGE, GREY, "black")
_MARKS = "os^Dvx"


def plot_terms(terms: Sequence[RadarTerm], months: Mapping[str, int]) -> Figure:
    """Draw the share of the suspicious sellers of each month who use a term.

    Parameters
    ----------
    terms
        At most six.
    months
        The number of suspicious sellers of each month, in order.
    """
    chart, axes = one_chart("Sellers of suspicious listings who use a new term")
    with rc_context(STYLE):
        for term, colour, mark in zip(terms, _COLOURS, _MARKS, strict=False):
            shares = [term.by_month.get(month, 0) / sellers for month, sellers in months.items()]
            axes.plot(list(months), shares, color=colour, marker=mark, label=term.term)
        axes.set_ylabel("share of sellers")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
        axes.set_ylim(bottom=0)
        axes.tick_params(axis="x", rotation=45)
        axes.legend()
    return chart
