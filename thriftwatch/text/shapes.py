"""Shapes that carry meaning in this trade, whatever the numbers are.

One measurement pair (``68x56``) belongs to one worn piece, a size run (``S M L XL``) to new
stock; ``9/10`` is a condition, ``35rb/pcs`` a price by the piece and ``100 pcs`` a lot. Here is
what kinds of numbers there are; `thriftwatch.text.document` finds the shapes they are part of.
"""

from itertools import product

__all__ = [
    "CONDITION", "COUNT", "DIGIT", "LONGEST_NUMBER", "MANY", "MEASURED", "NUMBER_KINDS", "PAIR",
    "PER_CENT", "PRICE", "PRICE_BY", "PXL", "SHAPES", "SIZE_RUN", "TEN", "THREE", "TIMES", "TWO",
]  # fmt: skip

SHAPES = ("size-run", "condition", "percent", "pxl", "measured", "price-by",
          "count-0", "count-00", "count-000")  # fmt: skip
"""What the shapes are called."""
SIZE_RUN, CONDITION, PER_CENT, PXL, MEASURED, PRICE_BY = range(6)
COUNT = PRICE_BY  # and one place further for each digit

DIGIT, TWO, THREE, MANY, PRICE, PAIR, TIMES = range(1, 8)
TEN = b"10"


def _number_kinds() -> dict[bytes, int]:
    kinds: dict[str, int] = {"0": DIGIT, "00": TWO, "000": THREE, "x": TIMES}
    kinds |= {"0" * size: MANY for size in range(4, 9)}
    for digits, unit in product(("0", "00", "000"), ("rb", "ribu", "k", "jt", "juta", "ewu")):
        kinds[digits + unit] = PRICE
    for first, second in product(("00", "000"), repeat=2):
        kinds[f"{first}x{second}"] = PAIR
    for name, digits in product(("p", "l", "pj", "pjg", "lb", "ld", "lp", "pl"), ("00", "000")):
        kinds[name + digits] = PAIR
    return {pattern.encode(): kind for pattern, kind in kinds.items()}


NUMBER_KINDS = _number_kinds()
"""Kinds of numbers by the word, every digit read as 0."""
LONGEST_NUMBER = max(map(len, NUMBER_KINDS))
