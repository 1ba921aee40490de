"""Where the time of a single call with five reasons goes, step by step.

``python benchmarks/profile_engine.py [--listings N] [--repeats K] [--write]``

No profiler sees into a compiled loop, so each step is timed with all the steps before it, and the
difference is its share. Listings are read by a model that has met their words and, to show what a
new word costs, by one that has met none.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from common import arguments, publish, sample_texts, table, use_one_core

use_one_core()

from thriftwatch import score_listing  # noqa: E402
from thriftwatch.compiled import is_compiled  # noqa: E402

Step = Callable[[str, str], object]


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--listings", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    texts = sample_texts().described().resampled(options.listings)
    pairs = list(zip(texts.titles, texts.descriptions, strict=True))
    known: dict[str, list[float]] = {name: [] for name in STEPS}
    new: list[float] = []
    for _ in range(options.repeats):
        model = emptied()
        first = timed(until_probabilities(model), pairs)
        for name, step in STEPS.items():
            known[name].append(timed(step(model), pairs))
        new.append(first - known["probabilities read off the heads"][-1])
    middle = {name: statistics.median(seconds) for name, seconds in known.items()}
    sums = [0.0, *middle.values()]
    shares = {name: seconds - sums[place] for place, (name, seconds) in enumerate(middle.items())}
    shares["all of it"] = sums[-1]
    shares["words met for the first time, beyond that"] = statistics.median(new)
    rows = [
        [name, f"{1e6 * seconds / len(pairs):.1f}", f"{seconds / sums[-1]:.0%}"]
        for name, seconds in shares.items()
    ]
    how = "compiled" if is_compiled() else "as plain Python"
    title = (
        f"{len(pairs):,} listings, title + description, {texts.mean_characters():.0f} characters"
        f" each, five reasons, {how}, median of {options.repeats} repeats"
    )
    publish(
        "profile",
        f"{title}\n\n{table(['step', 'microseconds a listing', 'share'], rows)}",
        write=options.write,
    )


def emptied() -> Any:
    """Return a model that has met no word."""
    from contenders import Thriftwatch

    ours = Thriftwatch()
    ours.forget()
    return ours.model


def until_tokens(model: Any) -> Step:
    """Fold the texts and find their tokens."""
    document = model.explainer().heads.document

    def step(title: str, text: str) -> None:
        first, second = title.encode(), text.encode()
        both = first + b"\n" + second
        document.tokenize(both, 0, len(first), len(both))

    return step


def until_features(model: Any) -> Step:
    """Find terms, what denies them, the words that count and the named features."""
    document = model.explainer().heads.document
    return lambda title, text: document.read(title.encode(), text.encode())


def until_heads(model: Any) -> Step:
    """Add up the heads."""
    heads = model.explainer().heads

    def step(title: str, text: str) -> None:
        heads.document.read(title.encode(), text.encode())
        heads.add_up()

    return step


def until_probabilities(model: Any) -> Step:
    """Join the heads."""
    heads = model.explainer().heads
    return lambda title, text: heads.score(title.encode(), text.encode())


def until_decision(model: Any) -> Step:
    """Decide on facts, score and tier."""
    return lambda title, text: model.score_one(title, text, "", policy="imported")


def until_phrases(model: Any) -> Step:
    """Find what speaks for and against."""
    explainer = model.explainer()

    def step(title: str, text: str) -> None:
        model.score_one(title, text, "", policy="imported")
        explainer.phrases(0)

    return step


def until_reasons(model: Any) -> Step:
    """Quote the strongest, with a sentence each."""
    return lambda title, text: model.explain(title, text, "")


def until_result(model: Any) -> Step:
    """Check the arguments and make the result, as people call it."""
    return lambda title, text: score_listing(title, text, model=model)


STEPS: dict[str, Callable[[Any], Step]] = {
    "characters to tokens": until_tokens,
    "terms, words that count, named features": until_features,
    "sums of the heads": until_heads,
    "probabilities read off the heads": until_probabilities,
    "facts, score and tier": until_decision,
    "contributions and phrases": until_phrases,
    "quotes and sentences": until_reasons,
    "arguments checked, result made": until_result,
}


def timed(step: Step, pairs: list[tuple[str, str]]) -> float:
    """Return the processor seconds of a step over all listings."""
    begin = time.process_time()
    for title, text in pairs:
        step(title, text)
    return time.process_time() - begin


if __name__ == "__main__":
    main()
