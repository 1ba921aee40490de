"""What all plots share: style, colours, and figures that touch no global state.

The colours are those of Okabe and Ito, which the colour-blind can tell apart; in a plot line style
or marker says the same once more. Matplotlib is imported here alone, so that it is one message that
says what is missing.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from thriftwatch.errors import ThriftwatchError

try:
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter
except ImportError as error:
    raise ThriftwatchError(
        'plots need matplotlib, which is not installed; pip install "thriftwatch[plots]"'
    ) from error

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "SIZE",
    "STYLE",
    "VERMILLION",
    "Axes",
    "Chart",
    "Figure",
    "FuncFormatter",
    "NullFormatter",
    "as_svg",
    "one_chart",
    "rc_context",
]

BLUE, VERMILLION, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#E69F00", "#009E73", "#5f6368"
SIZE = (5.6, 3.9)
STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#d9d9d9",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    # Text stays text: it can be read aloud, searched and scaled.
    "svg.fonttype": "none",
    "svg.hashsalt": "thriftwatch",
}


class Chart(Figure):
    """A figure that a notebook shows by itself."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        with _saving():
            self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


def as_svg(figure: Figure) -> str:
    """Return a figure as SVG, the same bytes every time."""
    buffer = io.StringIO()
    with _saving():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


@contextmanager
def _saving() -> Iterator[None]:
    with rc_context(STYLE), warnings.catch_warnings():
        # A value of the table may hold letters that the font has not, such as emoji.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def one_chart(title: str) -> tuple[Chart, Axes]:
    """Return an empty figure with one pair of axes."""
    with rc_context(STYLE):
        chart = Chart(figsize=SIZE, layout="constrained")
        axes = chart.subplots()
        axes.set_title(title, loc="left")
    return chart, axes
