"""Listings per second on one core, for this project and for what a user could pick instead.

``python benchmarks/throughput.py [--rows N] [--repeats K] [--plain-rows N] [--write]``

All contenders are fitted and warmed up in one process on one core. Then they take turns: in each
round every contender scores the same texts, and its time is set against this project's time in
the same round. Times are processor time, so that neighbours on the machine do not count. The last
table is another process, in which nothing of this project runs compiled.
"""

import gc
import os
import statistics
import subprocess
import sys
import time
from typing import Any

from common import Texts, arguments, per_second, publish, real_texts, sample_texts, table
from common import use_one_core as _use_one_core

_use_one_core()

from contenders import (  # noqa: E402
    Contender,
    ExplainingThriftwatch,
    FastText,
    HashingSGD,
    RememberingThriftwatch,
    SmallFastText,
    Thriftwatch,
    VowpalWabbit,
    WordCharPipeline,
    installed,
)

from thriftwatch.compiled import is_compiled  # noqa: E402
from thriftwatch.training.labelled import read_labelled  # noqa: E402

OURS = Thriftwatch.name
RIVALS = (WordCharPipeline, HashingSGD, FastText, SmallFastText, VowpalWabbit)


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="listings per data set")
    parser.add_argument("--repeats", type=int, default=5, help="paired repeats")
    parser.add_argument("--plain-rows", type=int, default=2_000, help="the same as plain Python")
    parser.add_argument("--plain", action="store_true", help="only the table as plain Python")
    options = parser.parse_args()
    described = sample_texts().described()
    if options.plain:
        pair = fitted(Thriftwatch, WordCharPipeline)
        print(compared(pair, described.resampled(options.plain_rows), options.repeats))
        return
    if not is_compiled():
        parser.error("what is measured is the compiled loop, and nothing is compiled here")
    contenders = fitted(Thriftwatch, RememberingThriftwatch, *RIVALS)
    parts = [compared(contenders, texts, options.repeats) for texts in data_sets(options.rows)]
    explaining = fitted(Thriftwatch, ExplainingThriftwatch)
    parts.append(compared(explaining, described.resampled(options.rows), options.repeats))
    parts.append(as_plain_python(options.plain_rows, options.repeats))
    publish("throughput", "\n\n".join(parts), write=options.write)


def as_plain_python(rows: int, repeats: int) -> str:
    """Measure in another process, without the compiled loop."""
    command = [sys.executable, __file__, "--plain"]
    command += ["--plain-rows", str(rows), "--repeats", str(repeats)]
    environment = os.environ | {"THRIFTWATCH_COMPILED": "0"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return f"As plain Python: {done.stdout.strip()}"


def data_sets(rows: int) -> list[Texts]:
    """Return the texts to score: hand-written, and real where present."""
    sources = [sample_texts(), real_texts()]
    return [
        part.resampled(rows)
        for source in sources
        if source is not None
        for part in (source.titles_only(), source.described())
        if len(part)
    ]


def fitted(*kinds: type[Contender]) -> list[Contender]:
    """Return contenders, fitted on the labelled listings of the repository."""
    from common import SAMPLE

    rows = read_labelled(SAMPLE)
    texts = Texts("", list(rows.title), list(rows.description), [""] * len(rows)).joined()
    contenders = list(installed(*kinds))
    for contender in contenders:
        contender.fit(texts, rows.label.tolist())
    return contenders


def compared(contenders: list[Contender], texts: Texts, repeats: int) -> str:
    """Measure contenders and write their table."""
    return report(texts, measure(contenders, texts, repeats), repeats)


def measure(contenders: list[Contender], texts: Texts, repeats: int) -> dict[str, list[float]]:
    """Time every contender once in each round, in seconds."""
    prepared = {contender.name: contender.prepare(texts) for contender in contenders}
    warm_up = texts.take(range(min(200, len(texts))))
    for contender in contenders:
        contender.score(contender.prepare(warm_up))
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(repeats):
        for contender in contenders:
            times[contender.name].append(timed(contender, prepared[contender.name]))
    return times


def timed(contender: Contender, prepared: Any) -> float:
    """Return the processor seconds of one scoring."""
    contender.forget()
    gc.collect()
    start = time.process_time()
    contender.score(prepared)
    return time.process_time() - start


def report(texts: Texts, times: dict[str, list[float]], repeats: int) -> str:
    """Write the table of one data set."""
    rows = []
    for name, seconds in times.items():
        ratio = statistics.median(
            theirs / ours for theirs, ours in zip(seconds, times[OURS], strict=True)
        )
        times_faster = "" if name == OURS else f"{ratio:.2f}x"
        rows.append([name, per_second(statistics.median(seconds), len(texts)), times_faster])
    title = (
        f"{texts.name}: {len(texts):,} listings, {texts.mean_characters():.0f} characters each, "
        f"one core, median of {repeats} paired repeats"
    )
    return f"{title}\n\n{table(['tool', 'listings/s', 'thriftwatch is faster by'], rows)}"


if __name__ == "__main__":
    main()
