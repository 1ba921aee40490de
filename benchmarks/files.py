"""Files in, files out: what a ranking, an evidence record and a check of it take, against pandas.

``python benchmarks/files.py [--rows N] [--jobs-rows N] [--repeats K] [--write]``

Every figure is of a process of its own, from its start to its end, imports included. What is
compared takes turns; a ratio is the median of the ratios round by round, by the clock and, as
nothing keeps the neighbours of a machine out, in processor time. pandas reads the file, sorts it
by a number and writes it: no scores, no reasons. The load of the machine is printed.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
from common import Texts, arguments, publish, real_texts, sample_texts, table

from thriftwatch.compiled import is_compiled
from thriftwatch.files import write_table

PANDAS = """
import sys
import pandas as pd
frame = pd.read_csv(sys.argv[1])
frame.sort_values("harga", ascending=False).to_csv(sys.argv[2], index=False)
"""
VERIFIED = 15_000

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

Step = Callable[[Path, Path], list[str]]
Times = dict[str, list[tuple[float, float]]]
"""Of each step, round by round: seconds by the clock, and of the processor."""


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=40_000, help="rows of a file")
    parser.add_argument("--jobs-rows", type=int, default=100_000, help="rows for two processes")
    parser.add_argument("--repeats", type=int, default=5, help="paired repeats")
    options = parser.parse_args()
    if not is_compiled():
        parser.error("what is measured is the compiled loop, and nothing is compiled here")
    folder = Path(tempfile.mkdtemp())
    before = os.getloadavg()[0]
    try:
        parts = [against_pandas(folder, options.rows, options.repeats)]
        parts.append(two_jobs(folder, options.jobs_rows, options.repeats))
        parts.append(verifying(folder, options.repeats))
    finally:
        shutil.rmtree(folder)
    load = f"{os.cpu_count()} cores, load {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    publish("files", "\n\n".join([*parts, f"Measured on {load}."]), write=options.write)


def against_pandas(folder: Path, rows: int, repeats: int) -> str:
    """Measure a ranking, with and without an evidence record, against pandas."""
    steps: dict[str, Step] = {
        "pandas": pandas,
        "ranking": ranking,
        "ranking and evidence": lambda path, out: [
            *ranking(path, out), "--evidence", str(out.with_suffix(".jsonl"))
        ],
    }  # fmt: skip
    found = []
    for name, texts in sources(rows):
        path = folder / "listings.csv"
        write_listings(texts, path)
        times = measured(steps, path, repeats)
        suspected = sum(1 for _ in (folder / "out.jsonl").open("rb")) - 2
        found.append(
            [
                name,
                f"{path.stat().st_size / 2**20:.1f}",
                f"{suspected:,}",
                f"{median(times['pandas']):.2f}",
                *(ratio(times, step, "pandas") for step in list(steps)[1:]),
            ]
        )
    header = ["listings", "MiB", "recorded", "pandas, s", *list(steps)[1:]]
    return (
        f"{rows:,} rows, CSV to CSV, in multiples of pandas by the clock (in processor time), "
        f"median of {repeats} paired repeats\n\n"
        f"{table(header, found)}"
    )


def two_jobs(folder: Path, rows: int, repeats: int) -> str:
    """Measure two processes against one, on listings that all differ."""
    path = folder / "many.csv"
    write_listings(apart(sample_texts().resampled(rows)), path)
    steps: dict[str, Step] = {
        f"{jobs}": lambda path, out, jobs=jobs: [*ranking(path, out), "--jobs", f"{jobs}"]
        for jobs in (1, 2)
    }
    times = measured(steps, path, repeats)
    one, two = (median(times[name]) for name in steps)
    return (
        f"{rows:,} different rows: {one:.2f} s in one process, {two:.2f} s with --jobs 2; "
        f"{ratio(times, '2', '1')}, median of {repeats} paired repeats."
    )


def verifying(folder: Path, repeats: int) -> str:
    """Measure `verify` on a record of many listings."""
    path, out = folder / "positives.csv", folder / "out.csv"
    sample = sample_texts()
    write_listings(sample.resampled(4 * VERIFIED), path)
    evidence = folder / "evidence.jsonl"
    subprocess.run([*ranking(path, out), "--evidence", str(evidence)], check=True, **QUIET)
    shorten(evidence, VERIFIED)
    times = measured({"verify": lambda path, _: [*program("verify"), str(path)]}, evidence, repeats)
    return (
        f"verify of {VERIFIED:,} listings ({evidence.stat().st_size / 2**20:.0f} MiB): "
        f"{median(times['verify']):.2f} s."
    )


def sources(rows: int) -> list[tuple[str, Texts]]:
    """Return the listings of the files: repeated, all different, and real where present."""
    sample, real = sample_texts(), real_texts()
    repeated = sample.resampled(rows)
    found = [("sample, repeated", repeated), ("sample, all different", apart(repeated))]
    if real is not None:
        drawn = real.resampled(rows)
        found += [("real, repeated", drawn), ("real, all different", apart(drawn))]
    return found


def apart(texts: Texts) -> Texts:
    """Give every title a number of its own, so that no listing is there twice."""
    titles = [f"{title} kode {number}" for number, title in enumerate(texts.titles)]
    return Texts(texts.name, titles, texts.descriptions, texts.shops)


def write_listings(texts: Texts, path: Path) -> None:
    """Write listings as a marketplace exports them."""
    rows = range(len(texts))
    columns = {
        "judul": texts.titles,
        "deskripsi": texts.descriptions,
        "toko": texts.shops,
        "link": [f"https://shop.test/p/{row}" for row in rows],
        "harga": [50_000 + row * 7_919 % 100_000 for row in rows],
    }
    write_table(pa.table(columns), path)


def pandas(path: Path, out: Path) -> list[str]:
    return [sys.executable, "-c", PANDAS, str(path), str(out)]


def ranking(path: Path, out: Path) -> list[str]:
    return [*program("score"), str(path), "-o", str(out)]


def program(command: str) -> list[str]:
    return [sys.executable, "-m", "thriftwatch", command]


def measured(steps: dict[str, Step], path: Path, repeats: int) -> Times:
    """Time every step once in each round; a first round is not counted."""
    # As after an ordinary install: modules are compiled to bytecode once.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(path.with_name("bytecode"))
    times: Times = {name: [] for name in steps}
    for place in range(repeats + 1):
        for name, step in steps.items():
            command = step(path, path.with_name("out.csv"))
            clock, processor = time.perf_counter(), of_children()
            subprocess.run(command, check=True, env=environment, **QUIET)
            if place:
                taken = time.perf_counter() - clock, of_children() - processor
                times[name].append(taken)
    return times


def of_children() -> float:
    """Return the processor seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def median(times: Sequence[tuple[float, float]]) -> float:
    """Return the median by the clock."""
    return statistics.median(clock for clock, _ in times)


def ratio(times: Times, step: str, other: str) -> str:
    """Return how many times as long a step takes as another."""
    pairs = list(zip(times[step], times[other], strict=True))
    clock, processor = (statistics.median(a[n] / b[n] for a, b in pairs) for n in (0, 1))
    return f"{clock:.2f}x ({processor:.2f}x)"


def shorten(evidence: Path, listings: int) -> None:
    """Write a record anew with so many of its listings."""
    from thriftwatch.files.chain import write_chain

    header, *records = map(json.loads, evidence.read_bytes().splitlines()[: listings + 1])
    if len(records) < listings:
        raise SystemExit(f"only {len(records)} listings were recorded, {listings} are needed")
    chained = {"record", "number", "previous", "hash"}
    bodies = [{k: v for k, v in one.items() if k not in chained} for one in (header, *records)]
    write_chain(evidence, bodies[0], bodies[1:])


if __name__ == "__main__":
    main()
