"""What a user's own labels are worth, how rare positives may be, how many wrong labels are found.

``python benchmarks/labels.py [--user gh] [--no-added] [--write]``

The "user" is some of the sample's writers; the sample without them is everybody else, and the
earlier model is trained on everybody else. What is reported is judged on rows of the user that no
model saw. Listings for the imbalanced sets are titles and descriptions of lawful listings, paired
anew.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from common import SAMPLE, SEED, arguments, publish, table

from thriftwatch import Model, train
from thriftwatch.evaluation.metrics import average_precision
from thriftwatch.training import Labelled, label_value, read_labelled

FLIPPED = 0.02
POSITIVES = 20
NEGATIVES = (20, 200, 2_000, 20_000)


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--user", default="gh", help="the writers who play the user")
    parser.add_argument(
        "--no-added", action="store_true", help="leave out the slow models of both together"
    )
    options = parser.parse_args()
    rows = read_labelled(SAMPLE)
    is_user = np.isin(rows.part.astype(str), list(options.user))
    user, others = rows.take(is_user), rows.take(~is_user)
    earlier = train(others, carry=False).model
    parts = [
        own_labels(user, others, earlier, add=not options.no_added),
        imbalance(user, others, earlier),
        wrong_labels(user, earlier),
    ]
    publish("labels", "\n\n".join(parts), write=options.write)


def own_labels(user: Labelled, others: Labelled, earlier: Model, *, add: bool) -> str:
    """Compare a user's labels alone, carried over, and added to the sample."""
    sizes = (30, 60, 100, 300, 500)
    few = label_value(user, others, sizes=sizes, repeats=5, base=earlier, add=False)
    frames = [few]
    if add:
        both = label_value(user, others, sizes=(100, 500), repeats=2, base=earlier, add=True)
        frames.append(both[both.way == "labels and sample"])
    lines: list[list[Any]] = []
    for frame in frames:
        figures = frame.groupby(["way", "labels"])[["average_precision", "log_loss"]]
        for (way, labels), mean in figures.mean().iterrows():
            error = figures.sem().loc[(way, labels)]
            lines.append(
                [
                    way,
                    labels,
                    f"{mean.average_precision:.3f} ± {error.average_precision:.3f}",
                    f"{mean.log_loss:.3f} ± {error.log_loss:.3f}",
                ]
            )
    header = ["trained on", "labels of the user", "average precision", "log loss"]
    return "**A user's own labels** (mean ± standard error over halves)\n\n" + table(header, lines)


def imbalance(user: Labelled, others: Labelled, earlier: Model) -> str:
    """Train on ever rarer positives, judge the user's other rows."""
    random = np.random.default_rng(SEED)
    certain = user.certainty != "uncertain"
    positive = random.permutation(np.flatnonzero(certain & (user.label == 1)))
    held_out = np.append(positive[POSITIVES:], np.flatnonzero(certain & (user.label == 0)))
    tested = user.take(held_out)
    lawful = np.flatnonzero(others.label == 0)
    lines = []
    for negatives in NEGATIVES:
        titles, descriptions = (
            column[random.choice(lawful, negatives)]
            for column in (others.title, others.description)
        )
        shown = positive[:POSITIVES]
        rows = Labelled.of(
            [*user.title[shown], *titles],
            [*user.description[shown], *descriptions],
            np.array([1] * POSITIVES + [0] * negatives, np.int8),
        )
        model = train(rows, base=earlier).model
        lines.append([f"{POSITIVES / len(rows):.2%}", len(rows), precision_of(model, tested)])
    lines.append(["earlier model", "-", precision_of(earlier, tested)])
    header = ["share of positives", "rows", "average precision on other rows"]
    return f"**Rare positives** ({POSITIVES} of them)\n\n" + table(header, lines)


def precision_of(model: Model, rows: Labelled) -> str:
    """Return average precision as text."""
    texts = (rows.title.tolist(), rows.description.tolist(), [""] * len(rows))
    return f"{average_precision(rows.label, model.score_batch(*texts).score):.3f}"


def wrong_labels(user: Labelled, earlier: Model) -> str:
    """Turn some labels round and see how many are found."""
    random = np.random.default_rng(SEED)
    lines = []
    bare = Labelled.of(user.title.tolist(), user.description.tolist(), user.label)
    for known, rows, carry in (
        ("title, description, label", bare, True),
        ("facts too, nothing carried over", user, False),
    ):
        sure = np.flatnonzero(user.certainty == "sure")
        turned = random.choice(sure, round(FLIPPED * len(user)), replace=False)
        label = user.label.copy()
        label[turned] = 1 - label[turned]
        # Rows of one selection are numbered anew, so that issues name places in it.
        given = replace(rows, label=label, row=np.arange(len(rows)))
        issues = train(given, base=earlier, carry=carry).label_issues
        right = np.isin([issue.row - 1 for issue in issues], turned)
        counts = [len(user), len(turned), len(issues)]
        shares = [f"{right.mean():.0%}", f"{right.sum() / len(turned):.0%}"]
        lines.append([known, *counts, *shares])
    header = ["known", "rows", "wrong", "listed", "of these wrong", "of the wrong listed"]
    return f"**Wrong labels** ({FLIPPED:.0%} of the labels turned round)\n\n" + table(header, lines)


if __name__ == "__main__":
    main()
