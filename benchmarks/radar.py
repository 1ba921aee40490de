"""What the radar finds and what it reports for nothing, over simulated months.

A month is 300 random positives and 2,000 random lawful listings of the hand-written sample; what
was before is the rest of it. The months differ by chance alone, so that whatever is reported where
nothing was planted is false. Invented words are planted into 2% of the positives (six listings).
Labels say what is suspicious, as takedowns would.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from common import SAMPLE, arguments, publish, table
from scipy.stats import fisher_exact

from thriftwatch import radar
from thriftwatch.files import read_table
from thriftwatch.text.vocabulary import packaged_vocabulary
from thriftwatch.watch.radar_result import Radar
from thriftwatch.watch.significance import SellerTest, lift_of
from thriftwatch.watch.usage import Usage
from thriftwatch.watch.words import read_clauses

MONTHS = 50
POSITIVES, LAWFUL, PLANTED = 300, 2000, 6
RATE = 0.1
_ONSETS, _VOWELS = [*"bdgjklmnprtvz", "br", "kr", "pl", "tr", "dr", "gl"], "aeiou"


@dataclass
class Month:
    """A simulated month: columns of the sample, and which rows are before and after.

    Attributes
    ----------
    columns
        Columns of all rows; words are planted into the titles.
    before, after
        Rows of each time.
    random
        What everything is drawn with.
    words
        What was planted.
    """

    columns: dict[str, list[str]]
    before: np.ndarray
    after: np.ndarray
    random: np.random.Generator
    words: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, sample: pa.Table, seed: int) -> "Month":
        """Deal the rows of the sample."""
        random = np.random.default_rng(seed)
        names = ("title", "description", "shop", "label", "goods")
        columns = {name: sample[name].to_pylist() for name in names}
        label = np.array(columns["label"])
        positive, lawful = (random.permutation(np.flatnonzero(label == one)) for one in "10")
        after = np.append(positive[:POSITIVES], lawful[:LAWFUL])
        before = np.append(positive[POSITIVES:], lawful[LAWFUL:])
        return cls(columns, before, after, random)

    def rows(self, label: str, number: int) -> np.ndarray:
        """Draw rows of the month with a label, clothing if they are lawful."""
        own = [
            row
            for row in self.after.tolist()
            if self.columns["label"][row] == label and self.columns["goods"][row] == "core"
        ]
        return self.random.choice(own, number, replace=False)

    def word(self) -> str:
        """Invent a word."""
        word = "".join(
            self.random.choice(_ONSETS) + self.random.choice(list(_VOWELS)) for _ in range(3)
        )
        self.words.append(word)
        return word

    def plant(self, word: str, rows: Sequence[int]) -> None:
        """Put a word somewhere into the titles of rows."""
        for row in rows:
            words = self.columns["title"][row].split()
            words.insert(int(self.random.integers(len(words) + 1)), word)
            self.columns["title"][row] = " ".join(words)

    def found(self, *, labels: bool = True) -> Radar:
        """Run the radar."""
        names = ("title", "description", "shop") + (("label",) if labels else ())
        every = pa.table({name: self.columns[name] for name in names})
        return radar(every.take(self.before), every.take(self.after), rate=RATE)


def places(found: Radar, words: Sequence[str]) -> list[int | None]:
    """Return where words stand in the list, from 1; None where they do not."""
    listed = [{one.term, *one.spellings} for one in found.terms]
    return [next((n for n, forms in enumerate(listed, 1) if word in forms), None) for word in words]


def one_word(month: Month) -> Radar:
    month.plant(month.word(), month.rows("1", PLANTED))
    return month.found()


def one_word_by_score(month: Month) -> Radar:
    month.plant(month.word(), month.rows("1", PLANTED))
    return month.found(labels=False)


def three_words(month: Month) -> Radar:
    for _ in range(3):
        month.plant(month.word(), month.rows("1", PLANTED))
    return month.found()


def ten_words(month: Month) -> Radar:
    for _ in range(10):
        month.plant(month.word(), month.rows("1", PLANTED))
    return month.found()


def respelled(month: Month) -> Radar:
    word = month.word()
    rows = month.rows("1", PLANTED)
    month.plant(word, rows[:3])
    digits = word.translate(str.maketrans("aeio", "4310"))
    last = word[-1] + "q"
    for spelling, row in zip((digits, word[:-1] + last, word + word[-1]), rows[3:], strict=True):
        month.words.append(spelling)
        month.plant(spelling, [row])
    return month.found()


def three_sellers(month: Month) -> Radar:
    rows = month.rows("1", PLANTED)
    for place, row in enumerate(rows):
        month.columns["shop"][row] = f"planted shop {'abc'[place % 3]}"
    month.plant(month.word(), rows)
    return month.found()


def loud_shop(month: Month) -> Radar:
    rows = month.rows("1", 40)
    for row in rows:
        month.columns["shop"][row] = "planted shop"
    month.plant(month.word(), rows)
    return month.found()


def season(month: Month) -> Radar:
    for share in (0.02, 0.05, 0.1):
        word = month.word()
        month.plant(word, month.rows("1", round(share * POSITIVES)))
        clothing = sum(
            month.columns["label"][row] == "0" and month.columns["goods"][row] == "core"
            for row in month.after
        )
        month.plant(word, month.rows("0", round(share * clothing)))
    return month.found()


def nothing(month: Month) -> Radar:
    return month.found()


Scene = Callable[[Month], Radar]


def run(scene: Scene, sample: pa.Table, months: int) -> list[tuple[Month, Radar]]:
    """Run a scene in every month."""
    every = []
    for seed in range(months):
        month = Month.of(sample, seed)
        every.append((month, scene(month)))
    return every


def share(holds: Sequence[bool]) -> str:
    """Write how often something holds."""
    return f"{sum(holds)} of {len(holds)}"


def findings(sample: pa.Table, months: int) -> str:
    """Return the table of what is found."""
    rows = []

    def first(name: str, scene: Scene, within: int) -> list[tuple[Month, Radar]]:
        done = run(scene, sample, months)
        where = [places(found, month.words) for month, found in done]
        holds = [all(place and place <= within for place in one) for one in where]
        rows.append([name, f"in the first {within}", share(holds)])
        return done

    first("one word, 2% of the positives", one_word, 2)
    first("the same, suspicious by score alone (model knows the sample)", one_word_by_score, 2)
    first("three words at once", three_words, 5)
    done = first("a word and three respellings of it", respelled, 2)
    joined = [
        None not in (where := places(found, month.words)) and len(set(where)) == 1
        for month, found in done
    ]
    rows.append(["", "all spellings in one row", share(joined)])
    done = run(ten_words, sample, months)
    hits = [sum(p is not None and p <= 10 for p in places(f, m.words)) for m, f in done]
    listed = [min(10, len(found)) for _, found in done]
    rows.append(["ten words at once", "precision at 10", f"{sum(hits) / max(sum(listed), 1):.3f}"])
    rows.append(["", "found", f"{sum(hits) / (10 * months):.3f}"])
    done = run(three_sellers, sample, months)
    holds = [places(found, month.words)[0] is not None for month, found in done]
    rows.append(["six listings of three sellers only", "reported", share(holds)])
    done = run(loud_shop, sample, months)
    holds = [places(found, month.words)[0] is not None for month, found in done]
    rows.append(["forty listings of one shop", "reported", share(holds)])
    done = run(season, sample, months)
    holds = [place is not None for month, found in done for place in places(found, month.words)]
    rows.append(["three words of a season, used by lawful sellers alike", "reported", share(holds)])
    apart = [
        word in {one.term for one in found.set_apart}
        for month, found in done
        for word in month.words[1:]
    ]
    rows.append(["", "set apart (those used by 5% and 10%)", share(apart)])
    done = run(nothing, sample, months)
    false = [len(found) for _, found in done]
    rows.append(["nothing planted", "months with a report", share([n > 0 for n in false])])
    rows.append(["", "terms reported in all", str(sum(false))])
    return table(["planted", "", "months"], rows)


def calibration(sample: pa.Table, months: int) -> str:
    """Return how often tests find what is chance, at 5%, by the number of sellers of a word."""
    positive = np.flatnonzero(np.array(sample["label"].to_pylist()) == "1")
    texts = [sample[name].take(positive).to_pylist() for name in ("title", "description")]
    clauses = dict(enumerate(read_clauses(*texts, packaged_vocabulary())))
    bands = {"3": (3, 3), "4-6": (4, 6), "7-15": (7, 15), "16 and more": (16, 10**6)}
    lines = []
    for twice in (False, True):
        hits = {band: np.zeros(4) for band in bands}
        for seed in range(months):
            random = np.random.default_rng(seed)
            drawn = random.permutation(len(clauses))
            sellers = [str(row) for row in range(len(clauses))]
            if twice:  # the sellers of the month posted two listings each
                for one, two in zip(drawn[:POSITIVES:2], drawn[1:POSITIVES:2], strict=True):
                    sellers[two] = sellers[one]
            times = drawn[:POSITIVES], drawn[POSITIVES:]
            after, before = (Usage.of(rows.tolist(), clauses, sellers, ()) for rows in times)
            exact = SellerTest(after.written, before.written)
            for term in after.users.keys() | before.users.keys():
                a, b = after.count(term), before.count(term)
                band = next((n for n, (low, high) in bands.items() if low <= a + b <= high), None)
                if band is None:
                    continue
                rest = len(after) - a, len(before) - b
                lift = lift_of(a, len(after), b, len(before), (a + b) / (len(after) + len(before)))
                hits[band] += (
                    1,
                    exact.p_values(after.users_of(term), before.users_of(term))[0] <= 0.05,
                    fisher_exact([[a, b], rest], "greater").pvalue <= 0.05,
                    np.log(lift.value) * 1.959964 / np.log(lift.high / lift.value) > 1.645,
                )
        for band, (tests, *found) in hits.items():
            who = "two listings a seller in the month" if twice else "one listing a seller"
            lines.append([who, band, int(tests), *(f"{n / tests:.1%}" for n in found)])
    header = [
        "",
        "sellers of the word",
        "tests",
        "exact by strata",
        "Fisher",
        "log-odds, z > 1.645",
    ]
    return table(header, lines)


def main(options: argparse.Namespace) -> None:
    sample = read_table(SAMPLE).table
    lines = [
        f"{options.months} simulated months of the hand-written sample, "
        f"false-discovery rate {RATE:.0%}",
        "",
        findings(sample, options.months),
        "",
        "Found by chance at 5%, for one word:",
        "",
        calibration(sample, min(options.months, 10)),
    ]
    publish("radar", "\n".join(lines), write=options.write)


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--months", type=int, default=MONTHS)
    main(parser.parse_args())
