"""What the law and the library speak of, once: facts, policies, tiers, the tier rule, log-odds.

A further legal element is a record in `ELEMENTS`; whatever goes through all facts finds it there.
What treats one of them in its own way imports `GOODS`, `WORN` or `FOREIGN`. Where else a fact has
to be thought of is listed in ``tests/test_domain.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import copysign, exp, log
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "AGAINST", "ELEMENTS", "FACTS", "FACT_COLUMNS", "FACT_NAMES", "FIELDS", "FOREIGN", "FURTHEST",
    "GOODS", "LOGIT_LIMIT", "OUTPUTS", "POLICIES", "POLICY_FACTS", "RESULT_COLUMNS", "SURE_OF",
    "TIERS", "TIER_NAMES", "WORN", "Element", "log_odds_of", "may_be_likely", "probability_of",
    "tier_of",
]  # fmt: skip

_Numbers = TypeVar("_Numbers", float, "NDArray[np.float64]")

FIELDS = ("title", "description", "shop")
"""The texts of a listing."""

GOODS, WORN, FOREIGN = "goods", "worn", "foreign"


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the law that a listing states or not: a *fact*.

    Attributes
    ----------
    name
        What it is called in results.
    label, label_en
        In words, Indonesian and English.
    short
        In a word or two, Indonesian, where there is little room.
    sign, sign_en
        What the words of a listing are a sign of.
    lack_en
        What a listing without it shows no sign of.
    column
        The column of labelled rows that states it.
    values
        What may stand there; empty is not stated.
    yes, no
        The one value that means that it is there, or the one that means that it is not.

    Examples
    --------
    >>> import numpy as np
    >>> [element.holds(np.array(["yes", "unknown"])).tolist() for element in ELEMENTS[1:2]]
    [[True, False]]
    """

    name: str
    label: str
    label_en: str
    short: str
    sign: str
    sign_en: str
    lack_en: str
    column: str
    values: tuple[str, ...]
    yes: str = ""
    no: str = ""

    def holds(self, stated: "NDArray[Any]") -> "NDArray[np.bool_]":
        """Return where the element is there, from what the labelled column states."""
        found: NDArray[np.bool_] = stated == self.yes if self.yes else stated != self.no
        return found


ELEMENTS = (
    Element(
        GOODS,
        label="sandang",
        label_en="clothing",
        short="sandang",
        sign="barang sandang",
        sign_en="clothing or household linen",
        lack_en="clothing",
        column="goods",
        values=("core", "adjacent", "out"),
        no="out",
    ),
    Element(
        WORN,
        label="bekas pakai",
        label_en="worn",
        short="bekas",
        sign="bekas pakai",
        sign_en="worn",
        lack_en="wear",
        column="worn",
        values=("yes", "no", "unknown"),
        yes="yes",
    ),
    Element(
        FOREIGN,
        label="asal luar negeri",
        label_en="foreign",
        short="asal luar",
        sign="asal luar negeri",
        sign_en="foreign origin",
        lack_en="foreign origin",
        column="origin",
        values=("foreign", "domestic", "unknown"),
        yes="foreign",
    ),
)
"""The elements of the law, in the order in which results have them."""
FACTS = tuple(element.name for element in ELEMENTS)
FACT_COLUMNS = tuple(element.column for element in ELEMENTS)
"""The columns of labelled rows that state the facts."""
FACT_NAMES: Mapping[str, str] = MappingProxyType(
    {element.name: f"{element.label} / {element.label_en}" for element in ELEMENTS}
    | {"score": "skor / score"}
)
"""What a reason can bear on, in words, Indonesian and English."""
AGAINST = "meringankan"
"""What words are called that speak against."""

POLICY_FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"imported": (), "all-used": (GOODS, WORN)}
)
"""The policies, and the facts that each follows from; from none where its label says it."""
POLICIES = tuple(POLICY_FACTS)
"""``"imported"`` is the law: worn and foreign. ``"all-used"`` is every used garment."""
SURE_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"imported": ("certain", FOREIGN), "all-used": ()}
)
"""For each policy the outputs of which one has to be rather sure for a listing to be "likely".

Under the law a reviewer would be sure, or foreign origin is stated: "thrift" on a garment and
nothing else is a case for review, however high its score."""

OUTPUTS = (*POLICIES, *FACTS, "certain")
"""What is computed from the heads: a score for each policy, the facts, and whether a reviewer who
labels the listing 1 would be sure of it."""

TIER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "clear": "tidak ada indikasi / clear",
        "review": "perlu ditinjau / needs review",
        "likely": "kemungkinan besar / likely",
    }
)
"""The tiers in words, Indonesian and English."""
TIERS = tuple(TIER_NAMES)
"""The tiers, the lowest first."""

RESULT_COLUMNS = ("score", "tier", *FACTS)
"""What a table of scored listings gets."""

LOGIT_LIMIT = 8.0
"""Log-odds of the heads are kept within this limit before they are multiplied."""

_SURE = 0.5
"""Probability from which something is rather so than not."""
FURTHEST = 30.0
"""Log-odds beyond which a probability is no further from 0 or 1."""
_NEAREST = 1e-12
"""How near to 0 or 1 a probability is taken to be at most, so that its log-odds are finite."""


def tier_of(
    score: Any, outputs: Mapping[str, Any], thresholds: Mapping[str, float], policy: str
) -> Any:
    """Return the place in `TIERS`: of one listing from numbers, of many from arrays.

    Parameters
    ----------
    score
        The score, in [0, 1]: a number or an array.
    outputs
        Probabilities by their names in `OUTPUTS`, numbers or arrays as the score: those of
        `SURE_OF`.
    thresholds
        The scores from which a listing is ``"review"`` and ``"likely"``, from the model's card.
    policy
        One of `POLICIES`.

    Returns
    -------
    int or array of int

    Examples
    --------
    >>> thresholds = {"review": 0.2, "likely": 0.8}
    >>> int(tier_of(0.9, {"certain": 0.7, "foreign": 0.1}, thresholds, "imported"))
    2
    >>> int(tier_of(0.9, {"certain": 0.1, "foreign": 0.1}, thresholds, "imported"))
    1
    >>> import numpy as np
    >>> tier_of(np.array([0.1, 0.9]), {}, thresholds, "all-used").tolist()
    [0, 2]
    """
    likely = (score >= thresholds["likely"]) & may_be_likely(outputs, policy)
    return 2 * likely + ((score >= thresholds["review"]) > likely)


def may_be_likely(outputs: Mapping[str, Any], policy: str) -> Any:
    """Return whether a listing may be ``"likely"`` if its score is high, see `SURE_OF`.

    Parameters
    ----------
    outputs
        Probabilities by their names in `OUTPUTS`, numbers or arrays: those of `SURE_OF`.
    policy
        One of `POLICIES`.

    Returns
    -------
    bool or array of bool
        True for all where the policy asks for nothing else.

    Examples
    --------
    >>> may_be_likely({"certain": 0.2, "foreign": 0.6}, "imported"), may_be_likely({}, "all-used")
    (True, True)
    """
    asked = SURE_OF[policy]
    sure: Any = not asked
    for name in asked:
        sure = sure | (outputs[name] >= _SURE)
    return sure


def log_odds_of(probability: _Numbers) -> _Numbers:
    """Return ``log(p / (1 - p))`` of a number or of each of an array.

    Examples
    --------
    >>> log_odds_of(0.5)
    0.0
    >>> round(log_odds_of(1.0), 1)
    27.6
    """
    if isinstance(probability, float | int):
        kept = min(max(probability, _NEAREST), 1 - _NEAREST)
        return log(kept / (1.0 - kept))
    import numpy as np

    within = np.clip(probability, _NEAREST, 1 - _NEAREST)
    result: NDArray[np.float64] = np.log(within / (1.0 - within))
    return result


def probability_of(log_odds: _Numbers) -> _Numbers:
    """Return the probability with these log-odds, of a number or of each of an array.

    Examples
    --------
    >>> probability_of(0.0)
    0.5
    >>> import numpy as np
    >>> probability_of(np.array([-1000.0, 0.0])).round(3).tolist()
    [0.0, 0.5]
    """
    if isinstance(log_odds, float):
        if abs(log_odds) > FURTHEST:
            log_odds = copysign(FURTHEST, log_odds)
        return 1.0 / (1.0 + exp(-log_odds))
    import numpy as np

    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -FURTHEST, FURTHEST)))
    return result
