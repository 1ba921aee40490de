"""How long an evaluation of many scored rows takes, and how much memory.

``python benchmarks/evaluation.py [--rows N] [--samples N] [--write]``

Rows have made-up scores and labels, groups of near-copies and three columns to slice by.
"""

import resource
import sys
import time

import numpy as np
import pyarrow as pa
from common import SEED, arguments, publish, table, use_one_core

from thriftwatch import evaluate


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--samples", type=int, default=1000, help="bootstrap samples")
    options = parser.parse_args()
    use_one_core()
    bare = scored_rows(options.rows)
    sliced = with_columns(bare)
    measured = [
        [name, *measure(rows, options.samples)]
        for name, rows in (("scores and groups", bare), ("with 16 slices", sliced))
    ]
    text = table(["rows", "figures", "seconds", "peak memory, MB"], measured)
    what = f"{options.rows:,} scored rows, {options.samples:,} bootstrap samples, one core"
    publish("evaluation", f"{what}\n\n{text}", write=options.write)


def scored_rows(rows: int) -> pa.Table:
    """Make rows: three in ten positive, two rows a group on average."""
    random = np.random.default_rng(SEED)
    label = (random.random(rows) < 0.3).astype(int)
    log_odds = 3 * label - 1.5 + 1.5 * random.normal(size=rows)
    group = random.integers(0, rows // 2, rows)
    return pa.table({"label": label, "score": 1 / (1 + np.exp(-log_odds)), "group": group})


def with_columns(rows: pa.Table) -> pa.Table:
    """Add columns to slice by."""
    random = np.random.default_rng(SEED)
    values = {"platform": list("abcde"), "rule": ["R0", "R2", "R7"], "region": list("klmnopqr")}
    for name, names in values.items():
        rows = rows.append_column(name, pa.array(random.choice(names, rows.num_rows)))
    return rows


def measure(rows: pa.Table, samples: int) -> list[str]:
    """Evaluate once; return the number of figures, processor time and peak memory so far."""
    started = time.process_time()
    found = evaluate(rows, scores="score", groups="group", samples=samples)
    seconds = time.process_time() - started
    figures = len(found.figures) + sum(len(one.figures) for one in found.slices)
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return [f"{figures:,}", f"{seconds:.1f}", f"{peak:,.0f}"]


if __name__ == "__main__":
    main()
