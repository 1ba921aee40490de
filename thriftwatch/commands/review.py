"""``thriftwatch review``."""

import click

from thriftwatch.commands.shared import (
    SHOWN_REJECTED,
    chosen_model,
    language_option,
    lexicon_option,
    model_option,
    policy_option,
    print_rejected,
    reading,
    reading_options,
    refuse_overwriting,
    telling,
)
from thriftwatch.errors import InputError

__all__ = ["review"]


@click.command()
@click.argument("scored")
@click.option("-o", "--output", required=True, metavar="REVIEW.html", help="Page to write.")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=5000,
    show_default=True,
    metavar="N",
    help="Take the N highest scores.",
)
@policy_option
@model_option
@lexicon_option
@reading_options
@language_option
def review(
    *,
    scored: str,
    output: str,
    top: int,
    policy: str,
    model: str | None,
    lexicon: str | None,
    lang: str | None,
    **options: str | int | None,
) -> None:
    """Make a page to review scored listings in: one file, opened from disk, without a network.

    SCORED is what score -o wrote. The page shows the words that decided, for and against, keeps
    every decision in the browser, and exports them: as labels for train, as a list of links to
    recommend for takedown, and as an evidence record for verify.
    """
    from thriftwatch.console import console, progress
    from thriftwatch.files import check_writable
    from thriftwatch.language import Texts, chosen_language
    from thriftwatch.review import read_review, write_page
    from thriftwatch.scoring import check_options

    check_options(policy)
    if output == "-":
        raise InputError("--output must name a file, for example review.html")
    check_writable(output)
    refuse_overwriting([scored, *filter(None, [lexicon])], [output])
    scorer = chosen_model(model, lexicon)
    log = console(stderr=True)
    texts = Texts(chosen_language(lang))
    with progress("Reading and explaining") as advance, telling(log, texts):
        found = read_review(
            scored,
            scorer,
            policy=policy,
            top=top,
            **reading(options),
            on_rows=advance,
        )
    write_page(found, output)
    print_rejected(log, found.rejected, limit=SHOWN_REJECTED)
    for warning in found.warnings:
        log.print(f"Note: {warning}", soft_wrap=True)
    log.print(f"{found.summary()} are in {output}", soft_wrap=True)
