"""The model card: what a person should know before using a model."""

from collections.abc import Mapping
from typing import Any

__all__ = ["write_card"]

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

"likely" starts where {precision:.1%} of the cross-validated listings are positive, "review" where
{recall:.1%} of the positives are included; under the policy "imported", "likely" also asks that a
reviewer would rather be sure than not, or that foreign origin is stated. With fewer positives
among the listings than among the training data, a larger share of what is shown is lawful.

## Made with
{versions}
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
            f"| {name} | {tier['review']:.4f} | {tier['likely']:.4f} |"
            for name, tier in header["tiers"].items()
        ),
        precision=header["tiers_chosen_for"]["likely_precision"],
        recall=header["tiers_chosen_for"]["review_recall"],
        versions=", ".join(f"{name} {number}" for name, number in header["versions"].items()),
    )
