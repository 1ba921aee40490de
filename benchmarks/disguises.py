"""What disguises of flagged words do to scores, and what decoration does to lawful listings.

``python benchmarks/disguises.py [--write]``

Flagged words are the single words of the lexicon for used and imported goods and for bales. The
disguises are those of ``tests/disguises.py``. The bundled model scores listings that it was
trained on: what is measured is how scores move, not how right they are.
"""

import re
import sys
from collections.abc import Callable

import numpy as np
from common import ROOT, SAMPLE, Texts, arguments, flagged_words, publish, table
from numpy.typing import NDArray

from thriftwatch import load_model
from thriftwatch.training.labelled import read_labelled

sys.path.insert(0, str(ROOT / "tests"))
from disguises import DISGUISES

Floats = NDArray[np.float64]
Rewriting = Callable[[str], str]

STILL = 0.05
"""A score that moves by less has not moved."""
_WORD = re.compile(r"[A-Za-z]+")
_FONTS = ("mathematical bold", "script", "small capitals", "circled", "full width", "fraktur")
_NICKNAMES = ("by: 4n4k.b41k", "~~ m4m4_c4nt1k ~~", "t0k0 b3rk4h", "✨ xX_d3d3_Xx ✨")


def main() -> None:
    """Run from the command line."""
    options = arguments(__doc__).parse_args()
    publish("disguises", f"{disguised()}\n\n{decorated()}", write=options.write)


def disguised() -> str:
    """Disguise the flagged words of positives: one of them, and all of them."""
    texts = sample_of(label=1)
    flagged = flagged_words()
    rows = [
        row
        for row, text in enumerate(texts.joined())
        if any(word.lower() in flagged for word in _WORD.findall(text))
    ]
    texts = texts.take(rows)
    before = scores(texts)[0]
    found = []
    for name, disguise in DISGUISES.items():

        def every(match: re.Match[str], disguise: Rewriting = disguise) -> str:
            word = match[0].lower()
            return disguise(word) if word in flagged else match[0]

        one = [first_only(*pair, disguise, flagged) for pair in pairs(texts)]
        everything = [tuple(_WORD.sub(every, text) for text in pair) for pair in pairs(texts)]
        shares = [
            float((np.abs(scores(Texts("", *zip(*new, strict=True), texts.shops))[0] - before)
                   < STILL).mean())
            for new in (one, everything)
        ]  # fmt: skip
        found.append((name, *shares))
    found.sort(key=lambda row: row[1:])
    enough = [sum(row[column] >= 0.95 for row in found) for column in (1, 2)]
    lines = [[name, f"{one:.1%}", f"{every:.1%}"] for name, one, every in found[:12]]
    lines.append(
        [f"mean of {len(found)}", *(f"{np.mean([r[c] for r in found]):.1%}" for c in (1, 2))]
    )
    return (
        f"{len(rows):,} positives with a flagged word; share whose score moves by less than "
        f"{STILL}. At least 95% do under {enough[0]} of {len(found)} disguises of one word, and "
        f"under {enough[1]} where every flagged word is disguised. The twelve worst:\n\n"
        + table(["disguise", "first flagged word", "every flagged word"], lines)
    )


def first_only(
    title: str, description: str, disguise: Rewriting, flagged: frozenset[str]
) -> tuple[str, str]:
    """Disguise the first flagged word of a listing."""
    for place, text in enumerate((title, description)):
        for match in _WORD.finditer(text):
            if match[0].lower() in flagged:
                new = text[: match.start()] + disguise(match[0].lower()) + text[match.end() :]
                return (new, description) if place == 0 else (title, new)
    return title, description


def decorated() -> str:
    """Decorate lawful listings as honest sellers do."""
    texts = sample_of(label=0)
    before, tiers = scores(texts)
    ways: dict[str, Rewriting] = {
        f"title in {name}": lambda title, name=name: _WORD.sub(
            lambda match: DISGUISES[name](match[0].lower()), title
        )
        for name in _FONTS
    }
    ways["stretched last letters"] = lambda title: _WORD.sub(
        lambda match: match[0] + 3 * match[0][-1], title
    )
    for nickname in _NICKNAMES:
        ways[f"with {nickname}"] = lambda title, nickname=nickname: f"{title} {nickname}"
    lines = []
    for name, rewrite in ways.items():
        new = Texts("", [rewrite(title) for title in texts.titles], texts.descriptions, texts.shops)
        after, new_tiers = scores(new)
        same, moved = (new_tiers == tiers).mean(), np.abs(after - before).mean()
        raised = int((new_tiers > tiers).sum())
        lines.append([name, f"{same:.1%}", raised, f"{moved:.4f}"])
    header = ["decoration", "tier stays", "tier rises (listings)", "mean absolute change"]
    return f"{len(texts):,} lawful listings, decorated\n\n{table(header, lines)}"


def sample_of(*, label: int) -> Texts:
    """Return the texts of the sample with a label, `uncertain` rows left out."""
    rows = read_labelled(SAMPLE)
    rows = rows.take(np.flatnonzero((rows.label == label) & (rows.certainty != "uncertain")))
    return Texts("sample", rows.title.tolist(), rows.description.tolist(), [""] * len(rows))


def pairs(texts: Texts) -> list[tuple[str, str]]:
    """Return title and description of each listing."""
    return list(zip(texts.titles, texts.descriptions, strict=True))


def scores(texts: Texts) -> tuple[Floats, NDArray[np.int8]]:
    """Return scores and tiers."""
    found = load_model().score_batch(list(texts.titles), list(texts.descriptions), texts.shops)
    return found.score, found.tier


if __name__ == "__main__":
    main()
