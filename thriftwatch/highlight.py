"""Cut a listing's text at the words of its reasons, to show them where the seller wrote them.

One function, `segments`, for every view: the terminal, a notebook, a page to review in.
"""

from collections.abc import Iterable

from thriftwatch.result import Reason

__all__ = ["segments"]


def segments(text: str, reasons: Iterable[Reason], field: str) -> list[tuple[str, Reason | None]]:
    """Cut one field of a listing into the words of reasons and what stands between them.

    Parameters
    ----------
    text
        The original text of the field.
    reasons
        Reasons of the listing; those of other fields are passed over.
    field
        Which field it is: ``"title"``, ``"description"`` or ``"shop"``.

    Returns
    -------
    list of (str, Reason or None)
        Pieces that joined are `text`, each with its reason, or None for words that are no reason.
        None is empty. Should two reasons share a character, the stronger one is marked, and a
        reason that does not lie in the text is not.

    Examples
    --------
    >>> words = Reason("title", 7, 13, "second", "worn", 2.1, "", "")
    >>> [(piece, reason is words) for piece, reason in segments("Hoodie second", [words], "title")]
    [('Hoodie ', False), ('second', True)]
    """
    marked: list[Reason] = []
    for reason in sorted(reasons, key=lambda reason: -abs(reason.weight)):
        lies_in_text = reason.field == field and 0 <= reason.start < reason.end <= len(text)
        if lies_in_text and all(_apart(reason, other) for other in marked):
            marked.append(reason)
    found: list[tuple[str, Reason | None]] = []
    end = 0
    for reason in sorted(marked, key=lambda reason: reason.start):
        found.append((text[end : reason.start], None))
        found.append((text[reason.start : reason.end], reason))
        end = reason.end
    found.append((text[end:], None))
    return [(piece, of) for piece, of in found if piece]


def _apart(one: Reason, two: Reason) -> bool:
    return one.end <= two.start or two.end <= one.start
