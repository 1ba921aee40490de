"""The first sheet of a hand-over: what was searched, what was found, and what it is and is not."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from thriftwatch import __version__
from thriftwatch.domain import TIERS
from thriftwatch.files.evidence import DECISIONS, both_times, source_of
from thriftwatch.handover.columns import platform_label
from thriftwatch.handover.earlier import BACK, BELOW, DOWN, GONE, NEW, SEEN
from thriftwatch.handover.gathering import Handover, place_of
from thriftwatch.language import Texts
from thriftwatch.trading import CREDIBLE

__all__ = ["Paragraph", "Table", "summary"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph over the width of the page.

    Attributes
    ----------
    text
        What it says.
    style
        ``"title"``, ``"heading"``, ``"text"``, ``"notice"`` or ``"code"``.
    label
        What stands on the left of it, if anything does.
    space
        Empty rows below it.
    """

    text: str
    style: str = "text"
    label: str = ""
    space: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A small table.

    Attributes
    ----------
    header
        Its headings.
    rows
        Its rows, of text and whole numbers.
    total
        Whether the last row sums up the others.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    total: bool = False


def summary(
    handover: Handover, texts: Texts, *, evidence_name: str, head: str
) -> Iterator[Paragraph | Table]:
    """Yield what the first sheet says, from top to bottom.

    Parameters
    ----------
    handover
        What is handed over.
    texts
        The language.
    evidence_name, head
        The evidence record that goes with it, and its last hash.
    """
    yield Paragraph(texts["handover-title"], "title")
    yield Paragraph(texts["handover-notice"], "notice", space=1)

    yield Paragraph(texts["handover-heading-search"], "heading")
    times = both_times(handover.moment)
    yield Paragraph(f"{times['wib']} (WIB), {times['utc']} (UTC)", label=texts["handover-made"])
    yield Paragraph(texts[f"handover-policy-{handover.policy}"], label=texts["handover-searched"])
    yield Paragraph(_listed(handover, texts), label=texts["handover-listed"])
    tool = f"thriftwatch {__version__}; {handover.model}"
    yield Paragraph(tool, label=texts["handover-model"], space=1)

    yield Paragraph(texts["handover-heading-found"], "heading")
    yield Paragraph(_numbers(handover, texts))
    yield _by_platform(handover, texts)
    if handover.since is not None:
        yield _by_status(handover, texts)
    if handover.reviewed is not None:
        rows = [
            (texts[f"decision-{decision.replace(' ', '-')}"], handover.decided.get(decision, 0))
            for decision in DECISIONS
        ]
        open_ones = handover.listings - sum(handover.decided.values())
        rows.append((texts["decision-none"], open_ones))
        yield Table([texts["handover-decision"], texts["handover-number"]], rows)
    yield Paragraph(texts["handover-sheets"], space=1)

    yield Paragraph(texts["handover-heading-meaning"], "heading")
    for name in ("score", "facts", "shops", "law", "not"):
        values = [round(100 * CREDIBLE)] if name == "shops" else []
        said = texts[f"handover-meaning-{name}", *values]
        yield Paragraph(f"• {said}", space=int(name == "not"))

    yield Paragraph(texts["handover-heading-evidence"], "heading")
    yield Paragraph(texts["handover-evidence", len(handover.items)])
    yield Paragraph(evidence_name, "code", label=texts["handover-evidence-file"])
    yield Paragraph(head, "code", label=texts["handover-evidence-head"])
    check = f"thriftwatch verify {evidence_name} --head {head}"
    yield Paragraph(check, "code", label=texts["handover-evidence-check"], space=1)

    yield Paragraph(texts["handover-heading-files"], "heading")
    for source in handover.read:
        found = source_of(source.path)
        rows_read, aside = texts["rows", source.rows], texts["rows", len(source.rejected)]
        said = texts["handover-file", rows_read, aside]
        hashed = f"\nSHA-256 {found['sha256']}" if "sha256" in found else ""
        yield Paragraph(f"{said}{hashed}", label=found["name"])
    if handover.since is not None:
        yield Paragraph(Path(handover.since).name, label=texts["handover-since"])


def _listed(handover: Handover, texts: Texts) -> str:
    if handover.reviewed is not None:
        return texts["handover-listed-decided"]
    return texts["handover-listed-tiers", texts[f"tier-{handover.tier}"]]


def _numbers(handover: Handover, texts: Texts) -> str:
    merged = handover.rows - handover.listings
    aside = sum(len(source.rejected) for source in handover.read)
    return texts[
        "handover-numbers",
        handover.rows,
        handover.listings,
        merged,
        aside,
        len(handover.items),
        handover.sellers.num_rows,
        handover.nameless,
    ]


def _by_platform(handover: Handover, texts: Texts) -> Table:
    listed = Counter(item.row.platform for item in handover.items)
    platforms = sorted({platform for platform, _ in handover.counts}, key=place_of)
    tiers = TIERS[::-1]
    rows: list[list[str | int]] = []
    for platform in platforms:
        counts = [handover.counts.get((platform, tier), 0) for tier in tiers]
        label = platform_label(platform, texts)
        rows.append([label, *counts, sum(counts), listed[platform]])
    sums = [sum(int(row[place]) for row in rows) for place in range(1, len(tiers) + 3)]
    rows.append([texts["handover-total"], *sums])
    header = [
        texts["handover-column-platform"],
        *(texts[f"tier-{tier}"] for tier in tiers),
        texts["handover-total"],
        texts["handover-handed"],
    ]
    return Table(header, rows, total=True)


def _by_status(handover: Handover, texts: Texts) -> Table:
    counts = Counter(item.status for item in handover.items)
    counts.update(state for _, state in handover.left)
    rows = [
        (texts[f"handover-status-{status}"], counts[status])
        for status in (NEW, SEEN, BACK, GONE, DOWN, BELOW)
    ]
    return Table([texts["handover-column-status"], texts["handover-number"]], rows)
