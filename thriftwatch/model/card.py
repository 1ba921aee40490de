"""The model card: what a person should know before using a model."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

from thriftwatch.domain import POLICIES
from thriftwatch.model.prevalence import PREVALENCES

__all__ = ["write_card"]

_WIDTH = 99

_TEXT = """# {name} {version}

sha256 of the header: `{sha256}`

**What it does.** Gives an Indonesian marketplace listing the probability that a careful reviewer,
reading title and description, would label it as an offer of imported second-hand clothing,
footwear, headgear or household textiles, and the probability of each legal element (goods, worn,
foreign).

**What it does not do.** The score is an indication for a human reviewer, never a finding about a
seller. It reads text only, no pictures. Selling used clothes from inside the country is lawful,
and so is selling new imports. Do not remove listings on the score alone.

## Training data
{rows} listings, {positives} labelled 1, sha256 `{data}`.

## Figures
{what}.

| figure | value |
|---|---|
{figures}

## Tiers
| policy | review from | likely from |
|---|---|---|
{tiers}

{chosen}

{expected}## Made with
{versions}
"""

_EXPECTED = """## What a reviewer should expect
Precision falls with the share of positives among the listings. From the recall and the
false-positive rate of cross-validated listings:

{rows}

Labelled lawful listings tend to be hard ones: in a catalogue fewer of them reach a threshold. And
where nothing lawful reached it, half a listing is counted, so that no tier seems free of errors.
`Model.with_prevalence(0.005)` moves score and tiers to another share.

"""


def write_card(header: Mapping[str, Any]) -> str:
    """Return the card of a model as Markdown, from its header."""
    evaluation = header["evaluation"]
    figures = [
        ("average precision", evaluation["average_precision"]),
        ("the same, uncertain rows as 0", evaluation["average_precision_with_uncertain"]),
        ("recall at 95% precision", evaluation["recall_at_95_precision"]),
    ]
    figures += [
        (f"calibration error, {name}", error)
        for name, error in evaluation["calibration_error"].items()
    ]
    return _TEXT.format(
        name=header["name"],
        version=header["version"],
        sha256=header["sha256"],
        rows=header["data"]["rows"],
        positives=header["data"]["positives"],
        data=header["data"]["sha256"],
        what=evaluation["what"].capitalize(),
        figures="\n".join(f"| {name} | {value:.4f} |" for name, value in figures),
        tiers="\n".join(
            f"| {name} | {tier['review']:.4g} | {tier['likely']:.4g} |"
            for name, tier in header["tiers"].items()
        ),
        chosen=_chosen(header),
        expected=_expected(header),
        versions=", ".join(f"{name} {number}" for name, number in header["versions"].items()),
    )


def _chosen(header: Mapping[str, Any]) -> str:
    """Return what the thresholds were chosen for."""
    trained = header["tiers_chosen_for"]
    precision, recall = trained["likely_precision"], trained["review_recall"]
    text = (
        f'"likely" starts where {precision:.1%} of the cross-validated listings are positive, '
        f'"review" where {recall:.1%} of the positives are included. '
    )
    for policy, chosen in header.get("prevalence", {}).items():
        if chosen["stated"] == chosen["training"]:
            continue
        wanted = chosen["likely_precision"]
        load = f", and at most {chosen['review_load']:.2%} shown" if "review_load" in chosen else ""
        text += (
            f'Score and tiers of the policy "{policy}" are for a market where '
            f"{chosen['stated']:.3%} of the listings are positive: {wanted:.1%} "
            f'of "likely" where held-out listings can promise it{load}. '
        )
    text += (
        'Under the policy "imported", "likely" also asks that a reviewer would rather be sure than '
        "not, or that foreign origin is stated."
    )
    return fill(text, _WIDTH)


def _expected(header: Mapping[str, Any]) -> str:
    """Return what a reviewer should expect of each tier, as a section; empty if it is not known."""
    lines: list[str] = []
    shares = [f"{prevalence:.1%}" for prevalence in PREVALENCES]
    known = header.get("expected_precision", {})
    for policy, expected in ((name, known[name]) for name in POLICIES if name in known):
        rows = {
            f'{policy}: precision of "likely"': expected["likely"],
            f'{policy}: precision of "review"': expected["review"],
            f"{policy}: share of listings in either": expected["shown"],
        }
        if not lines:
            lines.append(f"| where so many are positive | {' | '.join(shares)} |")
            lines.append(f"|---|{'---|' * len(shares)}")
        lines += [
            f"| {name} | {' | '.join(f'{values[share]:.1%}' for share in shares)} |"
            for name, values in rows.items()
        ]
    return _EXPECTED.format(rows="\n".join(lines)) if lines else ""
