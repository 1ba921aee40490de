"""``thriftwatch explain``."""

import click

from thriftwatch.commands.shared import chosen_model, lexicon_option, model_option, policy_option

__all__ = ["explain"]


@click.command()
@click.argument("title")
@click.argument("description", default="")
@click.option("--shop", default="", help="Name of the shop or account.")
@policy_option
@model_option
@lexicon_option
@click.option(
    "--reasons",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="How many reasons to show at most.",
)
def explain(
    *,
    title: str,
    description: str,
    shop: str,
    policy: str,
    model: str | None,
    lexicon: str | None,
    reasons: int,
) -> None:
    """Show why one listing has its score.

    Words that speak for a fact are marked [+fact: words], words that speak against it [-fact:
    words]. Put -- before a title that begins with a hyphen.
    """
    from thriftwatch.console import console, explanation
    from thriftwatch.listing import Listing
    from thriftwatch.scoring import score_listing

    # The listing, and not what was typed: its text has the positions that the reasons name.
    listing = Listing(title, description, shop)
    found = score_listing(
        listing.title,
        listing.description,
        shop=listing.shop,
        model=chosen_model(model, lexicon),
        policy=policy,
        reasons=reasons,
    )
    out = console()
    for line in explanation(listing, found):
        out.print(line, soft_wrap=True)
