"""Where the time of a batch and of a single call goes, function by function.

``python benchmarks/profile_engine.py [--rows N] [--calls N] [--write]``

A profiler slows Python functions down more than numpy ones, so the shares are a map, not a
measurement; the speed is in throughput.py.
"""

import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import ROOT, arguments, publish, sample_texts, table, use_one_core

use_one_core()

_SHOWN = 24


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="listings in the batch")
    parser.add_argument("--calls", type=int, default=1000, help="single calls")
    options = parser.parse_args()
    parts = [batch(options.rows), single(options.calls)]
    publish("profile", "\n\n".join(parts), write=options.write)


def batch(rows: int) -> str:
    """Profile one batch of titles and descriptions."""
    from contenders import Thriftwatch

    scorer = Thriftwatch()
    prepared = scorer.prepare(sample_texts().described().resampled(rows))
    return report(
        lambda: scorer.score(prepared), f"A batch of {rows:,} listings, title + description"
    )


def single(calls: int) -> str:
    """Profile single calls without reasons."""
    from thriftwatch import load_model, score_listing

    texts, model = sample_texts().resampled(calls), load_model()

    def score_all() -> None:
        for title, description in zip(texts.titles, texts.descriptions, strict=True):
            score_listing(title, description, model=model, reasons=0)

    return report(score_all, f"{calls:,} single calls without reasons")


def report(work: Callable[[], object], title: str) -> str:
    """Run work once to warm up and once under the profiler."""
    work()
    profiler = cProfile.Profile()
    profiler.runcall(work)
    stats: Any = pstats.Stats(profiler)  # its fields are documented but not typed
    total = stats.total_tt
    entries = sorted(stats.stats.items(), key=lambda entry: -entry[1][2])
    rows = [
        [where(*place), f"{100 * own / total:.1f}%", f"{100 * whole / total:.1f}%", f"{calls:,}"]
        for place, (_, calls, own, whole, _) in entries[:_SHOWN]
    ]
    header = ["function", "itself", "with what it calls", "calls"]
    return f"{title}: {total:.2f} s under the profiler\n\n{table(header, rows)}"


def where(file: str, line: int, function: str) -> str:
    """Name a function: by module in the package, by its own name elsewhere."""
    path = Path(file)
    if path.is_relative_to(ROOT):
        return f"`{path.relative_to(ROOT).with_suffix('')}:{function}`"
    return f"`{function}`" if line == 0 else f"`{path.name}:{function}`"


if __name__ == "__main__":
    main()
