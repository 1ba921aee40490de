"""Listings per second on one core, for this project and for what a user could pick instead.

``python benchmarks/throughput.py [--rows N] [--repeats K] [--write]``

All contenders are fitted and warmed up in one process on one core. Then they take turns: in each
round every contender scores the same texts, and its time is set against this project's time in
the same round. Times are processor time, so that neighbours on the machine do not count.
"""

import gc
import statistics
import time
from typing import Any

from common import Texts, arguments, per_second, publish, real_texts, sample_texts, table
from common import use_one_core as _use_one_core

_use_one_core()

from contenders import (  # noqa: E402
    Contender,
    FastText,
    HashingSGD,
    RememberingThriftwatch,
    SmallFastText,
    Thriftwatch,
    VowpalWabbit,
    WordCharPipeline,
    installed,
)

from thriftwatch.training.labelled import read_labelled  # noqa: E402

OURS = Thriftwatch.name


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="listings per data set")
    parser.add_argument("--repeats", type=int, default=5, help="paired repeats")
    options = parser.parse_args()
    contenders = fitted()
    parts = [
        report(texts, measure(contenders, texts, options.repeats), options.repeats)
        for texts in data_sets(options.rows)
    ]
    publish("throughput", "\n\n".join(parts), write=options.write)


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


def fitted() -> list[Contender]:
    """Return all contenders, fitted on the labelled listings of the repository."""
    from common import SAMPLE

    rows = read_labelled(SAMPLE)
    texts = Texts("", list(rows.title), list(rows.description), [""] * len(rows)).joined()
    contenders = list(
        installed(
            Thriftwatch,
            RememberingThriftwatch,
            WordCharPipeline,
            HashingSGD,
            FastText,
            SmallFastText,
            VowpalWabbit,
        )
    )
    for contender in contenders:
        contender.fit(texts, rows.label.tolist())
    return contenders


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
        times_faster = "" if name.startswith(OURS) else f"{ratio:.1f}x"
        rows.append([name, per_second(statistics.median(seconds), len(texts)), times_faster])
    title = (
        f"{texts.name}: {len(texts):,} listings, {texts.mean_characters():.0f} characters each, "
        f"one core, median of {repeats} paired repeats"
    )
    return f"{title}\n\n{table(['tool', 'listings/s', 'thriftwatch is faster by'], rows)}"


if __name__ == "__main__":
    main()
