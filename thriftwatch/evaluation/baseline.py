"""What a keyword list makes of a listing: the yardstick that a model has to beat.

Platforms filter by lists of words. This one is as good as the packaged lexicon: it adds up the
strength of the distinct words of the trade that a listing holds, traps and denials unseen.
"""

import re
from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.lexicon import load_lexicon

__all__ = ["KEYWORD_CLASSES", "keyword_scores", "word_pattern"]

KEYWORD_CLASSES = ("used", "import", "wholesale")
"""Classes of the lexicon that such a list would hold."""


def keyword_scores(texts: Iterable[str]) -> NDArray[np.float64]:
    """Add up the strength of the distinct keywords in each text.

    Parameters
    ----------
    texts
        Title and description of each listing.

    Returns
    -------
    ndarray of float64, shape (texts,)
        0 where there is no keyword; no probability.

    Examples
    --------
    >>> keyword_scores(["Kemeja baru", "Hoodie second import", "bukan monza"]).tolist()
    [0.0, 5.0, 5.0]
    """
    strengths, pattern = _keywords()
    found = (set(pattern.findall(text.lower())) for text in texts)
    return np.array([float(sum(strengths[form] for form in forms)) for forms in found])


@cache
def _keywords() -> tuple[dict[str, int], re.Pattern[str]]:
    strengths = {
        form: term.strength
        for term in load_lexicon()
        if term.word_class in KEYWORD_CLASSES
        for form in term.forms
    }
    return strengths, word_pattern(strengths)


def word_pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of whole words that takes the longest form.

    Examples
    --------
    >>> word_pattern(["bal", "bal pres"]).findall("bola, 2 bal pres")
    ['bal pres']
    """
    by_letter: dict[str, list[str]] = {}
    for form in sorted(forms, key=len, reverse=True):
        by_letter.setdefault(form[0], []).append(form)
    # By first letter, so that most places in a text are passed over with one comparison.
    alternatives = (
        f"{re.escape(letter)}(?:{'|'.join(re.escape(form[1:]) for form in same)})"
        for letter, same in by_letter.items()
    )
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")
