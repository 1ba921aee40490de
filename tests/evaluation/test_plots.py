"""Plots: figures with named axes, drawn without any global state."""

import subprocess
import sys

import numpy as np
import pytest

from thriftwatch import evaluate
from thriftwatch.errors import InputError
from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.learning import LearningCurve, LearningPoint, learning_curve

pytest.importorskip("matplotlib")
from thriftwatch.evaluation.plots import PLOTS, as_svg, plot_review_load, plot_slices


@pytest.fixture(scope="module")
def with_stream(sample):
    catalogue = sample.filter(np.array(sample["label"].to_pylist()) == "0").select(["title"])
    return evaluate(sample, stream=catalogue, samples=10)


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_has_named_axes_and_a_title(with_stream, name):
    figure = with_stream.plot(name)
    for axes in figure.axes:
        assert axes.get_xlabel() or axes.get_shared_x_axes().get_siblings(axes)[1:]
        assert axes.get_ylabel() or name == "slices"
    assert figure.get_suptitle() or any(axes.get_title(loc="left") for axes in figure.axes)


def settings():
    # Not the backend: to look at it is to choose it.
    every = dict.items(sys.modules["matplotlib"].rcParams)
    return {name: value for name, value in every if name != "backend"}


def test_no_plot_touches_the_global_state_of_pyplot(with_stream):
    loaded = "matplotlib.pyplot" in sys.modules
    before = settings()
    for name in PLOTS:
        as_svg(with_stream.plot(name))
    assert settings() == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_a_notebook_gets_a_picture_and_a_report_the_same_text_each_time(with_stream):
    assert with_stream.plot("roc")._repr_png_().startswith(b"\x89PNG")
    svg = as_svg(with_stream.plot("roc"))
    assert svg == as_svg(with_stream.plot("roc"))
    assert "false-positive rate" in svg  # text stays text


def test_the_review_load_names_its_prevalence(evaluation):
    (axes,) = plot_review_load(evaluation, prevalence=0.02).axes
    assert "2.0%" in axes.get_title(loc="left")
    ideal = axes.lines[-1]
    assert np.interp(200, ideal.get_xdata(), ideal.get_ydata()) == pytest.approx(1, abs=0.03)


def test_small_slices_are_hollow(evaluation):
    figure = plot_slices(evaluation, by=["platform"])
    values = [one for one in evaluation.slices if one.by == "platform"][:12]
    recall = figure.axes[1]
    points = [line for line in recall.lines if line.get_marker() == "o"]
    drawn = [one for one in values if np.isfinite(one.figures["recall@review"].value)]
    assert [line.get_markerfacecolor() == "white" for line in points] == [s.small for s in drawn]


@pytest.mark.parametrize("module", ["plots", "report"])
def test_without_the_extra_it_is_named(module):
    code = f"import sys; sys.modules['matplotlib'] = None; import thriftwatch.evaluation.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'pip install "thriftwatch[plots]"' in done.stderr.splitlines()[-1]


def test_an_unknown_plot_or_a_stream_that_is_not_there_is_refused(evaluation):
    with pytest.raises(InputError, match='Did you mean "slices"'):
        evaluation.plot("slice")
    with pytest.raises(InputError, match="there is no stream"):
        evaluation.plot("stream")
    with pytest.raises(InputError, match=r"learning_curve\(labelled\).plot\(\)"):
        evaluation.plot("learning_curve")


def test_a_learning_curve_grows_within_one_test_part(sample):
    curve = learning_curve(sample.slice(0, 300), shares=(0.7, 1.0), samples=10)
    few, all_rows = curve.points
    assert few.rows < all_rows.rows
    assert all_rows.rows + curve.tested <= 300
    assert all(0.5 < point.average_precision.value <= 1 for point in curve.points)
    assert curve.to_frame()["rows"].tolist() == [few.rows, all_rows.rows]


def test_a_learning_curve_is_drawn():
    points = [
        LearningPoint(n, Interval(v, v - 0.1, v + 0.1, 0.95, 10))
        for n, v in ((100, 0.6), (1000, 0.8))
    ]
    (axes,) = LearningCurve(tuple(points), 50, 0.95).plot().axes
    assert axes.get_xlabel() == "rows trained on (logarithmic)"
    with pytest.raises(InputError, match="shares must be above 0"):
        learning_curve("labelled.csv", shares=(2,))
