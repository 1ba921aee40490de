"""From rows of weights to log-odds and probabilities: sums, and no more than sums.

``sums.pyx`` is the compiled twin, which adds four numbers in one step where the processor can; this
one is the reference, and runs where nothing is compiled. Both add in the same order, so that they
give the same bits.
"""

from array import array
from functools import reduce
from operator import add, mul
from typing import Any

from thriftwatch.domain import LOGIT_LIMIT, probability_of

__all__ = ["Sums"]


class Sums:
    """Sums of the rows that a listing picks, and what is read off them.

    Parameters
    ----------
    stride
        How many numbers a row has: a multiple of four, as they are added four at a time.
    products
        float64, for each output as many weights as there are monomials: 1, the log-odds of each
        head, their products, and zeros up to a multiple of four.
    outputs
        How many probabilities are read off the heads.
    """

    def __init__(self, stride: int, products: Any, outputs: int) -> None:
        self.stride = stride
        count = len(products) // outputs
        # Weights that are added up together lie together.
        self._weights = [
            [products[start + first : start + count : 4] for first in range(4)]
            for start in range(0, len(products), count)
        ]
        self._count = count
        self.probabilities = array("d", bytes(8 * outputs))

    def add_rows(self, rows: Any, numbers: Any, count: int, sums: Any) -> None:
        """Add up the rows with these numbers.

        Parameters
        ----------
        rows
            int32, row after row; `add_short_rows` takes int16.
        numbers, count
            int32: which ones, and how many.
        sums
            float64, shape (stride,): takes the sums.
        """
        stride = self.stride
        picked = [rows[stride * number : stride * (number + 1)] for number in numbers[:count]]
        for head in range(stride):
            sums[head] = 0.0
        for head, column in enumerate(zip(*picked, strict=True)):
            sums[head] = float(sum(column))

    add_short_rows = add_rows

    def join(self, log_odds: Any, width: int) -> None:
        """Read the probabilities off the log-odds of the heads.

        Parameters
        ----------
        log_odds, width
            float64, and how many there are.
        """
        heads = [min(max(head, -LOGIT_LIMIT), LOGIT_LIMIT) for head in log_odds[:width]]
        monomials = [1.0, *heads]
        for first in range(width):
            one = heads[first]
            monomials += [one * other for other in heads[first:]]
        monomials += [0.0] * (self._count - len(monomials))
        quarters = [monomials[first::4] for first in range(4)]
        for output, weights in enumerate(self._weights):
            one, two, three, four = (
                reduce(add, map(mul, part, quarter))
                for part, quarter in zip(weights, quarters, strict=True)
            )
            self.probabilities[output] = probability_of(one + two + three + four)
