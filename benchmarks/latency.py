"""What one call, a cold start and a long table cost: time, memory and size on disk.

``python benchmarks/latency.py [--calls N] [--starts K] [--rows N ...] [--write]``
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
from common import (
    ROOT,
    SAMPLE,
    Texts,
    arguments,
    per_second,
    publish,
    sample_texts,
    table,
    use_one_core,
)

use_one_core()

COLD_STARTS = {
    "python, nothing imported": "pass",
    "thriftwatch, first score": (
        "from thriftwatch import score_listing; "
        "score_listing('Hoodie Uniqlo second import', 'ex bal Jepang', reasons=0)"
    ),
    "thriftwatch, first score with reasons": (
        "from thriftwatch import score_listing; "
        "score_listing('Hoodie Uniqlo second import', 'ex bal Jepang')"
    ),
    "import sklearn": "import sklearn",
    "import sklearn.linear_model, sklearn.feature_extraction.text": (
        "import sklearn.linear_model, sklearn.feature_extraction.text"
    ),
}
REFERENCE = "import sklearn"
RIVAL = "scikit-learn word + char pipeline"
TURN = 100
"""Calls of one kind in a row, as somebody makes them who scores listings one by one. A call after
other work, which finds the processor's caches filled with something else, is a line of its own."""
_PEAK = "; print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
_LOADING = """
import json, time
from thriftwatch import load_model
import thriftwatch.model.model, numpy
begin = time.perf_counter()
load_model()
print(json.dumps(time.perf_counter() - begin))
"""
_GROWING = """
import json, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from common import sample_texts
import numpy as np, pyarrow as pa
from thriftwatch import load_model

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

texts, rows, model = sample_texts(), int(sys.argv[2]), load_model()
drawn = pa.array(np.resize(np.random.default_rng(0).permutation(len(texts)), rows))
columns = [
    pa.array(column, pa.large_string()).take(drawn)
    for column in (texts.titles, texts.descriptions, texts.shops)
]
model.score_batch(*[column.slice(0, 500) for column in columns])
inputs = sum(column.nbytes for column in columns)
Path("/proc/self/clear_refs").write_text("5")
before, begin = peak(), time.process_time()
scores = model.score_batch(*columns)
seconds = time.process_time() - begin
names = ("score", "facts", "tier")
outputs = sum(getattr(scores, name).nbytes for name in names)
print(json.dumps([seconds, inputs, outputs, peak() - before]))
"""


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, default=1000, help="single calls of each kind")
    parser.add_argument("--starts", type=int, default=9, help="fresh interpreters of each kind")
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    options = parser.parse_args()
    parts = [
        single_calls(options.calls),
        cold_starts(options.starts),
        model_on_disk(options.starts),
        growth(options.rows),
    ]
    publish("latency", "\n\n".join(parts), write=options.write)


# --- one call -----------------------------------------------------------------------------------


def single_calls(calls: int) -> str:
    """Time single calls; the kinds of calls take turns of `TURN` listings each.

    No kind of call but one has met a listing before it is timed.
    """
    sample = sample_texts()
    every = sample.resampled(len(sample))
    calls = max(min(calls, len(every) - 1000) // TURN, 1) * TURN
    texts, others = every.take(range(calls)), every.take(range(calls, len(every)))
    kinds = call_kinds(others)
    pairs = list(zip(texts.titles, texts.descriptions, strict=True))
    turns = [pairs[start : start + TURN] for start in range(0, calls, TURN)]
    times = {name: np.empty((len(turns), TURN)) for name in kinds}
    for turn, listings in enumerate(turns):
        for name, seconds_of in kinds.items():
            times[name][turn] = [seconds_of(*listing) for listing in listings]
    typical = {name: np.median(seconds, axis=1) for name, seconds in times.items()}
    rows = [
        [
            name,
            f"{1e6 * np.median(seconds):,.0f}",
            f"{1e6 * np.quantile(seconds, 0.99):,.0f}",
            f"{np.median(typical[RIVAL] / typical[name]):.1f}x",
        ]
        for name, seconds in times.items()
    ]
    title = (
        f"One call, title + description, {calls:,} different listings in turns of {TURN}, processor"
        f" time on one core; {len(others):,} other listings were scored one by one before,"
        " except by the freshly started one"
    )
    header = [
        "call",
        "p50, microseconds",
        "p99, microseconds",
        "faster than the pipeline, median of the turns",
    ]
    return f"{title}\n\n{table(header, rows)}"


def call_kinds(others: Texts) -> dict[str, Callable[[str, str], float]]:
    """Return the calls to compare: each takes a title and a description, and returns its seconds.

    Every kind has a model of its own, so that none profits from what another has worked out, but
    for the one that shows calls whose words were met before.
    """
    from contenders import Thriftwatch, WordCharPipeline

    from thriftwatch import Model, score_listing
    from thriftwatch.training.labelled import read_labelled

    labelled = read_labelled(SAMPLE)
    texts = Texts("", list(labelled.title), list(labelled.description), [""] * len(labelled))
    rival = WordCharPipeline()
    rival.fit(texts.joined(), labelled.label.tolist())

    def score_as_rival(title: str, text: str) -> None:
        rival.pipeline.predict_proba([f"{title}\n{text}"])

    def scorer(reasons: int, *, started: bool = True) -> Callable[[str, str], object]:
        ours = Thriftwatch()
        ours.forget()
        model: Model = ours.model
        for title, text in zip(others.titles, others.descriptions, strict=True) if started else ():
            score_listing(title, text, model=model, reasons=reasons)
        score_listing("kaos", "", model=model, reasons=reasons)
        return lambda title, text: score_listing(title, text, model=model, reasons=reasons)

    disturbed = timed(scorer(0))

    def after_other_work(title: str, text: str) -> float:
        score_as_rival(title, text)
        return disturbed(title, text)

    own = timed(scorer(0))
    return {
        "thriftwatch": own,
        "thriftwatch, words met before": own,  # in the turn before this one
        "thriftwatch with reasons": timed(scorer(5)),
        "thriftwatch, freshly started": timed(scorer(0, started=False)),
        "thriftwatch, each after a call of the pipeline": after_other_work,
        RIVAL: timed(score_as_rival),
    }


def timed(call: Callable[[str, str], object]) -> Callable[[str, str], float]:
    """Return a call that returns its processor seconds."""

    def seconds_of(title: str, text: str) -> float:
        begin = time.process_time()
        call(title, text)
        return time.process_time() - begin

    return seconds_of


# --- fresh interpreters -------------------------------------------------------------------------


def cold_starts(starts: int) -> str:
    """Time fresh interpreters that take turns, and their peak memory."""
    times: dict[str, list[float]] = {name: [] for name in COLD_STARTS}
    memory: dict[str, int] = {}
    for _ in range(starts + 1):  # the first round fills the caches of the disk and of Python
        for name, code in COLD_STARTS.items():
            taken, memory[name] = run_fresh(code)
            times[name].append(taken)
    rows = []
    for name, seconds in times.items():
        pairs = zip(seconds[1:], times[REFERENCE][1:], strict=True)
        rows.append(
            [
                name,
                f"{1000 * statistics.median(seconds[1:]):,.0f}",
                f"{statistics.median(own / other for own, other in pairs):.2f}",
                f"{memory[name] / 1e6:,.0f}",
            ]
        )
    header = ["fresh interpreter", "ms", "of `import sklearn`", "peak memory, MB"]
    title = f"Cold start, processor time, median of {starts} turns, one core"
    return f"{title}\n\n{table(header, rows)}"


def run_fresh(code: str) -> tuple[float, int]:
    """Run code in a fresh interpreter; return its processor seconds and peak memory in bytes."""
    before = os.times()
    # The peak is asked of the child: what the system reports at its end includes its parent.
    peak = int(answer(code + _PEAK)) * 1024
    after = os.times()
    used = after.children_user - before.children_user
    return used + after.children_system - before.children_system, peak


def model_on_disk(starts: int) -> str:
    """Weigh the model folder and time loading it."""
    from thriftwatch.model.artifact import _bundled

    sizes = {path.name: path.stat().st_size for path in sorted(_bundled().iterdir())}
    loading = statistics.median(float(answer(_LOADING)) for _ in range(starts))
    rows = [[f"`{name}`, kB", f"{size / 1000:,.0f}"] for name, size in sizes.items()]
    rows.append(["all, kB", f"{sum(sizes.values()) / 1000:,.0f}"])
    rows.append(["loading, checks included, ms", f"{1000 * loading:,.1f}"])
    return f"Model folder\n\n{table(['what', 'value'], rows)}"


def answer(code: str, *arguments: str) -> str:
    """Run code in a fresh interpreter and return what it printed."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


# --- growth -------------------------------------------------------------------------------------


def growth(sizes: Sequence[int]) -> str:
    """Score ever longer tables, each in a fresh interpreter."""
    rows = []
    for size in sizes:
        seconds, inputs, outputs, peak = json.loads(
            answer(_GROWING, str(ROOT / "benchmarks"), str(size))
        )
        rows.append(
            [
                f"{size:,}",
                f"{1e6 * seconds / size:.1f}",
                per_second(seconds, size),
                *(f"{amount / 1e6:,.0f}" for amount in (inputs, outputs, peak - outputs)),
            ]
        )
    header = [
        "listings",
        "microseconds a listing",
        "listings/s",
        "input, MB",
        "output, MB",
        "peak beyond both, MB",
    ]
    return f"Growth, title + description, one core\n\n{table(header, rows)}"


if __name__ == "__main__":
    main()
