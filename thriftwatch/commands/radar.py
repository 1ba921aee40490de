"""``thriftwatch radar``."""

from typing import TYPE_CHECKING

import click

from thriftwatch.commands.shared import (
    chosen_model,
    encoding_option,
    language_option,
    lexicon_option,
    model_option,
    policy_option,
    refuse_overwriting,
)

if TYPE_CHECKING:
    from rich.table import Table

    from thriftwatch.language import Texts
    from thriftwatch.watch.radar_result import Radar

__all__ = ["radar"]

_SHOWN = 20


@click.command()
@click.argument("before")
@click.argument("after")
@click.option(
    "-o", "--output", required=True, metavar="TERMS", help="File to write, .csv for a lexicon."
)
@click.option(
    "--tier",
    default="review",
    show_default=True,
    metavar="[review|likely]",
    help="From which tier on a listing is suspicious.",
)
@click.option(
    "--reposts",
    metavar="MATCHES",
    help="Listings of AFTER that came back, as thriftwatch reposts writes them: suspicious, too.",
)
@click.option(
    "--rate",
    type=float,
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="False-discovery rate: share of the terms that may be there by chance.",
)
@click.option("--plot", metavar="PLOT.svg", help="Also draw the first terms, month by month.")
@policy_option
@model_option
@lexicon_option
@encoding_option
@language_option
def radar(
    *,
    before: str,
    after: str,
    output: str,
    tier: str,
    reposts: str | None,
    rate: float,
    plot: str | None,
    policy: str,
    model: str | None,
    lexicon: str | None,
    encoding: str | None,
    lang: str | None,
) -> None:
    """Find words that sellers of suspicious listings have started to use.

    BEFORE and AFTER are files of listings of an earlier and a later time, lawful ones among them.
    A listing is suspicious by its score, by label 1 (taken down), or because it came back. TERMS
    has a row for each word or phrase: how many sellers use it, lift with interval, listings to
    look at, and the class and family it may belong to. TERMS.csv is a lexicon: delete the rows that
    you do not accept, correct class and family, and see with compare-models --lexicon what the rest
    would change.
    """
    from thriftwatch.console import console
    from thriftwatch.files import check_output, check_writable, write_table
    from thriftwatch.language import Texts, chosen_language
    from thriftwatch.watch.radar import radar as find

    texts = Texts(chosen_language(lang))
    check_output(output)
    if plot is not None:
        check_writable(plot)
    read = [before, after, *filter(None, [lexicon, reposts])]
    refuse_overwriting(read, [output, plot])
    found = find(
        before,
        after,
        model=chosen_model(model, lexicon),
        policy=policy,
        tier=tier,
        reposts=reposts,
        rate=rate,
        encoding=encoding,
    )
    write_table(found.to_table(), output)
    if plot is not None and found.terms:
        from thriftwatch.evaluation.drawing import as_svg
        from thriftwatch.files import atomic_path

        with atomic_path(plot) as part:
            part.write_text(as_svg(found.plot()), encoding="utf-8")
    out = console(stderr=output == "-")
    if found.terms:
        out.print(_table(found, texts))
    log = console(stderr=True)
    for line in _summary(found, texts, output):
        log.print(line, soft_wrap=True)


def _table(found: "Radar", texts: "Texts") -> "Table":
    """Show the first terms."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, expand=True, pad_edge=False, header_style="bold", padding=(0, 1))
    for name, ratio in {"term": 3, "sellers": 2, "lift": 3, "may_be": 3, "example": 6}.items():
        table.add_column(texts[f"radar_{name}"], no_wrap=True, ratio=ratio, min_width=8)
    for one in found.terms[:_SHOWN]:
        forms = ", ".join((one.term, *one.spellings))
        table.add_row(
            Text(forms),
            f"{one.sellers_before} → {one.sellers_after}",
            str(one.lift),
            f"{one.proposal.word_class}: {one.proposal.family}",
            Text("".join(c if c.isprintable() else " " for c in one.examples[0].title)),
        )
    return table


def _summary(found: "Radar", texts: "Texts", output: str) -> list[str]:
    sellers = (found.sellers[name] for name in ("before", "after", "lawful"))
    lines = [texts["radar_counted", *sellers]]
    if found.set_apart:
        lines.append(texts["radar_apart", ", ".join(one.term for one in found.set_apart)])
    lines.append(texts["radar_found", len(found), found.rate, output])
    if found.terms:
        lines.append(texts["radar_next", output])
    return lines
