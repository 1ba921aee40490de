"""Re-posts found, look-alikes left alone, and families told apart; speed at a million listings.

``python benchmarks/reposts.py [--edited N] [--listings N] [--fit] [--write]``

`repost_cases` says what is a re-post and what merely looks like one. The first half of the sample is
what `thriftwatch.watch.comparison` was fitted on (``--fit`` prints its numbers); figures are of the
other half, and of real listings, from which nothing was learned.
"""

from collections.abc import Sequence

import numpy as np
from common import arguments
from numpy.typing import NDArray
from repost_cases import Cases, cases_of, sources
from sklearn.linear_model import LogisticRegression

from thriftwatch.watch.comparison import BRIEF, DESCRIBED, MEASURES
from thriftwatch.watch.reposts import RepostIndex


def fit(cases: Sequence[Cases]) -> None:
    measures, brief, truth = [], [], []
    for case in cases:
        index = RepostIndex()
        index.add([post[:2] for post in case.known])
        row, place, compared = index.comparisons([asked.post[:2] for asked in case.asked])
        source = np.array([asked.source for asked in case.asked])
        measures.append(compared.measures)
        brief.append(compared.is_brief)
        truth.append(source[row] == place)
    every, is_brief, is_true = map(np.concatenate, (measures, brief, truth))
    for name, some in (("DESCRIBED", ~is_brief), ("BRIEF", is_brief)):
        model = LogisticRegression(C=10, max_iter=10_000).fit(every[some], is_true[some])
        numbers = (*model.coef_[0].tolist(), float(model.intercept_[0]))
        print(f"{name} = ({', '.join(f'{number:.3f}' for number in numbers)})")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--edited", type=int, default=400)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    if options.fit:
        texts, pairs = sources()[0]
        fit([cases_of(texts, pairs, options.edited, part=0, parts=2)])


if __name__ == "__main__":
    main()
