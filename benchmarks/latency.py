"""What one call, a cold start and a long table cost: time, memory and size on disk.

``python benchmarks/latency.py [--calls N] [--starts K] [--rows N ...] [--words N] [--write]``
"""

import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

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

from thriftwatch.compiled import is_compiled

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
FRESH_ROWS = 5_000
TURN = 100
"""Calls of one kind in a row, as somebody makes them who scores listings one by one. A call after
other work, which finds the processor's caches filled with something else, is a line of its own."""
_PEAK = "; print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
_LOADING = """
import json, time
from thriftwatch import load_model
import thriftwatch.model.artifact
begin = time.perf_counter()
load_model()
print(json.dumps(time.perf_counter() - begin))
"""
_FRESH = """
import json, pickle, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from common import use_one_core
use_one_core()
contender, texts = pickle.loads(Path(sys.argv[2]).read_bytes())
prepared = contender.prepare(texts)
begin = time.process_time()
contender.score(prepared)
print(json.dumps(time.process_time() - begin))
"""
_PEAK_OF = """
from pathlib import Path

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
"""
_GROWING = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from common import sample_texts
import numpy as np, pyarrow as pa
from thriftwatch import load_model

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
_MEETING = """
import json, sys
import pyarrow as pa
from thriftwatch import score_listings

LETTERS = "bcdfghjklmnpqrstvwxz"

def word(number):
    made = ""
    while number or len(made) < 6:
        number, letter = divmod(number, len(LETTERS))
        made += LETTERS[letter]
    return made

def listing(first):
    return " ".join(map(word, range(first, first + 50)))

peaks = []
for million in range(int(sys.argv[1])):
    for start in range(1_000_000 * million, 1_000_000 * (million + 1), 100_000):
        texts = [listing(first) for first in range(start, start + 100_000, 50)]
        score_listings(pa.table({"title": texts}))
    peaks.append(peak())
    print(f"{million + 1} million words: {peaks[-1] / 1e6:,.0f} MB", file=sys.stderr)
print(json.dumps(peaks))
"""


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, default=1000, help="single calls of each kind")
    parser.add_argument("--starts", type=int, default=9, help="fresh interpreters of each kind")
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--words", type=int, default=10, help="million distinct words to meet")
    options = parser.parse_args()
    if not is_compiled():
        parser.error("what is measured is the compiled loop, and nothing is compiled here")
    parts = [
        single_calls(options.calls),
        cold_starts(options.starts),
        fresh_processes(options.starts),
        model_on_disk(options.starts),
        growth(options.rows),
        memory_of_words(options.words),
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
        " except by the freshly started one. The first line makes the sentences of reasons, which"
        " all models of a process share, and the other lines find them made. The pipeline gives no"
        " reasons"
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
    for those that show listings that were met before.
    """
    from contenders import Thriftwatch, WordCharPipeline

    from thriftwatch import score_listing

    rival = fitted(WordCharPipeline())

    def score_as_rival(title: str, text: str) -> None:
        rival.pipeline.predict_proba([f"{title}\n{text}"])

    def scorer(reasons: int, *, started: bool = True) -> Callable[[str, str], object]:
        ours = Thriftwatch()
        ours.forget()
        model = ours.model
        for title, text in zip(others.titles, others.descriptions, strict=True) if started else ():
            score_listing(title, text, model=model, reasons=reasons)
        return lambda title, text: score_listing(title, text, model=model, reasons=reasons)

    for title, text in zip(others.titles, others.descriptions, strict=True):
        score_listing(title, text)
    default, bare = timed(score_listing), timed(scorer(0))
    disturbed = timed(scorer(5))

    def after_other_work(title: str, text: str) -> float:
        score_as_rival(title, text)
        return disturbed(title, text)

    return {
        "`score_listing(title, description)`: five reasons": default,
        "five reasons, listing met before": default,  # in the turn before this one
        "`reasons=0`": bare,
        "`reasons=0`, listing met before": bare,
        "five reasons, freshly started": timed(scorer(5, started=False)),
        "five reasons, each after a call of the pipeline": after_other_work,
        RIVAL: timed(score_as_rival),
    }


def fitted(contender: Any) -> Any:
    """Fit a contender on the labelled listings of the repository."""
    from thriftwatch.training.labelled import read_labelled

    labelled = read_labelled(SAMPLE)
    texts = Texts("", list(labelled.title), list(labelled.description), [""] * len(labelled))
    contender.fit(texts.joined(), labelled.label.tolist())
    return contender


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


def fresh_processes(starts: int) -> str:
    """Time the first table that a fresh process scores; the processes take turns."""
    from contenders import SmallFastText, Thriftwatch, VowpalWabbit, WordCharPipeline, installed

    texts = sample_texts().resampled(FRESH_ROWS)
    kinds = (Thriftwatch, WordCharPipeline, SmallFastText, VowpalWabbit)
    contenders = [fitted(one) for one in installed(*kinds)]
    times: dict[str, list[float]] = {one.name: [] for one in contenders}
    with tempfile.TemporaryDirectory() as folder:
        stored = {one.name: Path(folder, f"{place}") for place, one in enumerate(contenders)}
        for one in contenders:
            stored[one.name].write_bytes(pickle.dumps((one, texts)))
        for _ in range(starts):
            for name, path in stored.items():
                times[name].append(float(answer(_FRESH, str(ROOT / "benchmarks"), str(path))))
    ours = times[Thriftwatch.name]
    rows = []
    for name, seconds in times.items():
        ratio = statistics.median(other / own for other, own in zip(seconds, ours, strict=True))
        shown = "" if name == Thriftwatch.name else f"{ratio:.2f}x"
        middle = statistics.median(seconds)
        rows.append([name, f"{1000 * middle:,.0f}", per_second(middle, FRESH_ROWS), shown])
    header = ["first table of a fresh process", "ms", "listings/s", "thriftwatch is faster by"]
    title = (
        f"{len(texts):,} different listings, {len(texts.described()):,} with a description,"
        f" {texts.mean_characters():.0f} characters each, processor time on one core, median of"
        f" {starts} turns. What is timed is the first call of the process: its libraries are"
        " imported, its model is loaded and its input is made, but nothing has been scored."
        " (Vowpal Wabbit's driver loads its model in that call.)"
    )
    return f"{title}\n\n{table(header, rows)}"


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
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


# --- growth -------------------------------------------------------------------------------------


def growth(sizes: Sequence[int]) -> str:
    """Score ever longer tables, each in a fresh interpreter."""
    rows = []
    for size in sizes:
        seconds, inputs, outputs, peak = json.loads(
            answer(_PEAK_OF + _GROWING, str(ROOT / "benchmarks"), str(size))
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


# --- memory of words ----------------------------------------------------------------------------


def memory_of_words(millions: int) -> str:
    """Score tables of made words, each of which occurs once, in a fresh interpreter."""
    peaks = json.loads(answer(_PEAK_OF + _MEETING, str(millions)))
    rows = [[f"{count:,}", f"{peak / 1e6:,.0f}"] for count, peak in enumerate(peaks, 1)]
    title = "Memory of words: tables of listings of 50 made words each, none of which comes again"
    return f"{title}\n\n{table(['distinct words, millions', 'peak memory, MB'], rows)}"


if __name__ == "__main__":
    main()
