"""Shops made of sample listings: how well `score_sellers` tells those that trade from lawful ones.

``python benchmarks/sellers.py [--shops N] [--write]``

The sample is hand-written, and no listing of it is from a real shop: the shops here are put
together from it, so their figures say how listings are pooled, not how real shops are. Every
listing is scored by a model that was trained without it and its near-copies (three folds), with no
word of its shop's name. Each share of trading shops is a table of its own, estimated for itself.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from common import ROOT, SAMPLE, SEED, arguments, flagged_words, publish, table
from numpy.typing import NDArray

from thriftwatch import Model, score_listings, score_sellers, train
from thriftwatch.evaluation.metrics import average_precision, calibration_error
from thriftwatch.trading import CREDIBLE
from thriftwatch.training.fitting import choose_folds, find_groups
from thriftwatch.training.labelled import Labelled, read_labelled

sys.path.insert(0, str(ROOT / "tests"))
from disguises import DISGUISES

FOLDS = 3
TRADING = (0.1, 0.3, 0.5)
"""Shares of shops that trade."""
LARGEST = 200
COPYING, DISGUISING = 0.3, 0.3
"""Shares of shops that post near-copies, and of trading shops that disguise every flagged word."""
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"\d+")
_ENDINGS = ("", " M", " XL", "!!", " 🔥", " - READY", " no. 7")
_SIZES = ((1, 1), (2, 5), (6, 20), (21, 200))


@dataclass(frozen=True)
class Shop:
    """A shop that was made up.

    Attributes
    ----------
    kind
        What sort of shop.
    texts
        Title and description of each listing.
    share
        The share of positives among its different listings.
    fold
        The fold that its listings are from.
    """

    kind: str
    texts: list[tuple[str, str]]
    share: float
    fold: int


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--shops", type=int, default=1500, help="shops of each table")
    options = parser.parse_args()
    rows = read_labelled(SAMPLE)
    fold = choose_folds(rows, find_groups(rows), SEED, folds=FOLDS)
    models = [
        train(rows.take(np.flatnonzero(fold != held)), carry=False).model for held in range(FOLDS)
    ]
    judged = {rate: judge(made_shops(rows, fold, rate, options.shops), models) for rate in TRADING}
    text = (
        f"{options.shops:,} made-up shops for each share of trading ones, of 1 to {LARGEST} "
        "listings of the hand-written sample, scored out of fold: figures of these shops, not of "
        "any market\n\n"
        f"{overall(judged)}\n\nThe table with {TRADING[1]:.0%} trading shops, by kind and size:\n\n"
        f"{by_kind(*judged[TRADING[1]])}"
    )
    publish("sellers", text, write=options.write)


def made_shops(rows: Labelled, fold: NDArray[np.int64], rate: float, count: int) -> list[Shop]:
    """Put shops together: lawful, mixed and trading."""
    # Another seed than that of the shops on which the priors of the estimate were chosen.
    random = np.random.default_rng(SEED + 1)
    used = np.isin(rows.rule, ["R3", "R6"])
    lawful = {
        "lawful, second-hand": (rows.label == 0) & used,
        "lawful, new and other goods": (rows.label == 0) & ~used,
    }
    shops = []
    for number in range(count):
        own = fold == number % FOLDS
        size = int(np.exp(random.uniform(0, np.log(LARGEST + 1))))
        positive = np.flatnonzero(own & (rows.label == 1))
        if random.random() < rate:
            kind, low, high = (("mixed", 0.1, 0.6), ("trading", 0.6, 1.0))[random.integers(2)]
            wanted = max(1, round(size * random.uniform(low, high)))
            beside = np.flatnonzero(own & (rows.label == 0))
        else:
            kind = list(lawful)[random.integers(2)]
            wanted, beside = 0, np.flatnonzero(own & lawful[kind])
        picked = np.append(
            random.choice(positive, min(wanted, len(positive)), replace=False),
            random.choice(beside, min(size - wanted, len(beside)), replace=False),
        )
        texts = [(str(rows.title[row]), str(rows.description[row])) for row in picked]
        if wanted and random.random() < DISGUISING:
            texts = list(disguised(texts, random))
        if random.random() < COPYING:
            texts += copies(texts, LARGEST - len(texts), random)
        shops.append(Shop(kind, texts, wanted / size, number % FOLDS))
    return shops


def disguised(
    texts: Sequence[tuple[str, str]], random: np.random.Generator
) -> Iterator[tuple[str, str]]:
    """Disguise every flagged word, in one way for each listing."""
    flagged = flagged_words()
    ways: list[Callable[[str], str]] = list(DISGUISES.values())
    for pair in texts:
        way = ways[random.integers(len(ways))]

        def hide(match: re.Match[str], way: Callable[[str], str] = way) -> str:
            word = match[0].lower()
            return way(word) if word in flagged else match[0]

        title, description = (_WORD.sub(hide, text) for text in pair)
        yield title, description


def copies(
    texts: Sequence[tuple[str, str]], room: int, random: np.random.Generator
) -> list[tuple[str, str]]:
    """Post some of the listings again, with other numbers and another ending."""
    found = []
    for pair in texts:
        for factor in random.integers(2, 9, random.integers(0, 6)).tolist():

            def multiplied(match: re.Match[str], factor: int = factor) -> str:
                return str(int(match[0][:6]) * factor)

            title, description = (_NUMBER.sub(multiplied, text) for text in pair)
            found.append((title + _ENDINGS[random.integers(len(_ENDINGS))], description))
    return found[: max(room, 0)]


def judge(shops: list[Shop], models: Sequence[Model]) -> tuple[list[Shop], pa.Table]:
    """Score every listing by the model that has not seen it, then all shops together."""
    parts = []
    for held, model in enumerate(models):
        lines = [
            {"shop": f"{number}", "title": title, "description": description}
            for number, shop in enumerate(shops)
            if shop.fold == held
            for title, description in shop.texts
        ]
        parts.append(score_listings(pa.Table.from_pylist(lines), model=model, shop=None))
    found = score_sellers(pa.concat_tables(parts), model=models[0])
    order = np.argsort([int(name) for name in found["shop"].to_pylist()])
    return shops, found.take(pa.array(order))


def overall(judged: dict[float, tuple[list[Shop], pa.Table]]) -> str:
    """Write a line for each share of trading shops."""
    lines = []
    for rate, (shops, found) in judged.items():
        truth = np.array([shop.share > 0 for shop in shops])
        trading = found["trading"].to_numpy()
        single = one_at_review(found)
        share = np.array([shop.share for shop in shops])
        within = (found["share_low"].to_numpy() <= share + 0.005) & (
            share - 0.005 <= found["share_high"].to_numpy()
        )
        lines.append(
            [
                f"{rate:.0%}",
                f"{average_precision(truth, trading):.3f}",
                f"{calibration_error(truth, trading):.3f}",
                f"{trading[~truth].max():.2f}",
                f"{(trading[~truth] > 0.5).mean():.2%}",
                f"{(trading[truth] > 0.5).mean():.1%}",
                f"{trading[single].max():.2f} of {single.sum()}",
                f"{within.mean():.0%}",
            ]
        )
    header = [
        "shops that trade", "average precision", "calibration error", "highest lawful",
        "lawful above 0.5", "trading above 0.5", "highest with one at review",
        f"share within its {CREDIBLE:.0%} interval",
    ]  # fmt: skip
    return table(header, lines)


def by_kind(shops: list[Shop], found: pa.Table) -> str:
    """Write a line for each kind and size."""
    trading = found["trading"].to_numpy()
    sizes = found["distinct"].to_numpy()
    kinds = np.array([shop.kind for shop in shops])
    lines = []
    for kind in sorted(set(kinds)):
        for low, high in _SIZES:
            mask = (kinds == kind) & (sizes >= low) & (sizes <= high)
            if mask.any():
                size = f"{low}" if low == high else f"{low}-{high}"
                above = f"{(trading[mask] > 0.5).mean():.0%}"
                lines.append([kind, size, int(mask.sum()), f"{trading[mask].mean():.2f}", above])
    header = ["kind", "different listings", "shops", "mean probability", "above 0.5"]
    return table(header, lines)


def one_at_review(found: pa.Table) -> NDArray[np.bool_]:
    """Return which shops have a single listing at review and none at likely."""
    review, likely = (found[name].to_numpy() for name in ("review", "likely"))
    single: NDArray[np.bool_] = (review == 1) & (likely == 0)
    return single


if __name__ == "__main__":
    main()
