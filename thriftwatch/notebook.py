"""How a score looks in a notebook: the listing with its reasons marked, the facts, the sentences.

Everything is drawn in the colour of the text, with translucent tints, so that it can be read in a
light and in a dark notebook, and nothing is said by colour alone. What sellers wrote is escaped.
"""

from collections.abc import Iterable
from html import escape

from thriftwatch.domain import ELEMENTS, FACT_NAMES, FACTS, TIER_NAMES
from thriftwatch.highlight import segments
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN, ListingScore, Reason

__all__ = ["marked_html", "score_html"]

_SHORT_NAMES = {element.name: element.short for element in ELEMENTS} | {"score": "skor"}
_OTHER_TINT = "150 60 200"
_TINTS = dict(zip(FACTS, ("128 128 128", "230 130 0", "40 120 255"), strict=False))
"""The colour of each fact; one without a colour of its own has that of the score."""


def score_html(found: ListingScore) -> str:
    """Show a score as HTML."""
    facts = "".join(_fact_row(name, float(value)) for name, value in found.facts.items())
    return (
        '<div style="max-width:46em;padding:.6em .9em;border:1px solid;border-radius:.4em;'
        'border-color:color-mix(in srgb, currentColor 35%, transparent)">'
        f'<div><strong style="font-size:1.4em">{found.score:.2f}</strong> &nbsp;'
        f"<strong>{escape(TIER_NAMES.get(found.tier, found.tier))}</strong></div>"
        f"{_listing(found)}"
        f'<table style="margin:.5em 0;border:0"><tbody>{facts}</tbody></table>'
        f"{_reason_list(found.reasons)}"
        f'<div style="opacity:.75;font-size:.85em">{escape(DISCLAIMER)} '
        f'<span lang="en">{escape(DISCLAIMER_EN)}</span><br>'
        f"{escape(found.model)} · policy {escape(found.policy)}</div></div>"
    )


def marked_html(text: str, reasons: Iterable[Reason], field: str) -> str:
    """Show one field of a listing with the words of its reasons marked.

    A solid line and a plus stand for words that speak for, a dashed line and a minus for words
    that speak against; beside the sign stands the fact.

    Examples
    --------
    >>> words = Reason("title", 7, 13, "second", "worn", 2.1, "", "")
    >>> html = marked_html("<Kaos> second", [words], "title")
    >>> html.startswith("&lt;Kaos&gt; <mark"), "second<small" in html, "+bekas" in html
    (True, True, True)
    """
    return "".join(
        escape(piece) if reason is None else _mark(piece, reason)
        for piece, reason in segments(text, reasons, field)
    )


def _mark(piece: str, reason: Reason) -> str:
    sign, line = ("+", "solid") if reason.supports else ("−", "dashed")
    fact = _SHORT_NAMES.get(reason.fact, reason.fact)
    tint = _TINTS.get(reason.fact, _OTHER_TINT)
    return (
        f'<mark title="{escape(reason.note)}" style="color:inherit;background:rgb({tint} / .2);'
        f'border-bottom:2px {line} currentColor;padding:0 .15em">{escape(piece)}'
        f'<small style="opacity:.8;white-space:nowrap">&nbsp;{sign}{escape(fact)}</small></mark>'
    )


def _listing(found: ListingScore) -> str:
    title, description = (
        marked_html(getattr(found, field), found.reasons, field)
        for field in ("title", "description")
    )
    if not title and not description:
        return ""
    # Isolated, so that no direction mark of a seller's turns the rest of the notebook around.
    return (
        '<div style="margin:.5em 0;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.6;'
        f'max-height:24em;overflow:auto"><div><bdi><strong>{title}</strong></bdi></div>'
        f"<div><bdi>{description}</bdi></div></div>"
    )


def _fact_row(name: str, value: float) -> str:
    cell = '<td style="text-align:left;border:0;padding:.1em .6em .1em 0">'
    bar = (
        '<div style="width:10em;height:.6em;border:1px solid currentColor">'
        f'<div style="width:{100 * value:.0f}%;height:100%;background:currentColor"></div></div>'
    )
    label = escape(FACT_NAMES.get(name, name))
    return f"<tr>{cell}{label}</td>{cell}{bar}</td>{cell}{value:.2f}</td></tr>"


def _reason_list(reasons: Iterable[Reason]) -> str:
    rows = "".join(
        f"<li><strong>{'+' if reason.supports else '−'}</strong> "
        f"<q>{escape(reason.text)}</q> "
        f'<span style="opacity:.75">({escape(FACT_NAMES.get(reason.fact, reason.fact))}, '
        f"{reason.weight:+.1f})</span><br>{escape(reason.note)}<br>"
        f'<span lang="en" style="opacity:.75">{escape(reason.note_en)}</span></li>'
        for reason in reasons
    )
    return f'<ul style="margin:.3em 0 .6em;padding-left:1.2em">{rows}</ul>' if rows else ""
