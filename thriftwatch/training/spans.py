"""The marked evidence of a listing, and the listing without it.

A positive without its deciding words teaches the model to look at the evidence, not at the company
it keeps: what is left (a brand, a size, greetings, a price) is no reason to suspect anybody.
"""

from collections.abc import Sequence

__all__ = ["without_evidence"]

SPAN_SEPARATOR = " || "


def without_evidence(texts: Sequence[str], spans: str) -> list[str]:
    """Remove the deciding words from each text of a listing.

    Parameters
    ----------
    texts
        The title and the description.
    spans
        The deciding words, verbatim, joined by `SPAN_SEPARATOR`.

    Returns
    -------
    list of str

    Examples
    --------
    >>> without_evidence(["Kemeja second import L", "ex bal, 50rb"], "second import || ex bal")
    ['Kemeja   L', ' , 50rb']
    """
    removed = list(texts)
    for span in sorted(filter(None, spans.split(SPAN_SEPARATOR)), key=len, reverse=True):
        removed = [text.replace(span, " ") for text in removed]
    return removed
