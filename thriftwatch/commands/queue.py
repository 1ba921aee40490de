"""``thriftwatch queue``."""

import json
from collections.abc import Sequence

import click

from thriftwatch.commands.shared import (
    SHOWN_REJECTED,
    chosen_model,
    encoding_option,
    language_option,
    lexicon_option,
    model_option,
    policy_option,
    print_rejected,
    refuse_overwriting,
)
from thriftwatch.errors import InputError

__all__ = ["queue"]


@click.command()
@click.argument("pool")
@click.option("-n", "number", type=int, required=True, metavar="N", help="Listings to choose.")
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="QUEUE",
    help="File to write, in the format of labelled rows; CSV on standard output if not given.",
)
@click.option(
    "--label-studio", metavar="TASKS.json", help="Also write tasks that Label Studio imports."
)
@click.option("--terms", metavar="TERMS.csv", help="New words, as radar found them.")
@click.option(
    "--labelled",
    multiple=True,
    metavar="FILE",
    help="Listings that are labelled already and are left out; may be given several times.",
)
@click.option(
    "--random-share",
    type=float,
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="Share that chance draws, for estimates without bias.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides what chance draws.")
@policy_option
@model_option
@lexicon_option
@encoding_option
@language_option
def queue(
    *,
    pool: str,
    number: int,
    output: str,
    label_studio: str | None,
    terms: str | None,
    labelled: Sequence[str],
    random_share: float,
    seed: int,
    policy: str,
    model: str | None,
    lexicon: str | None,
    encoding: str | None,
    lang: str | None,
) -> None:
    """Choose which listings of POOL to label next.

    QUEUE has the columns of labelled rows with the labels empty: fill in label (0 or 1) and as much
    of the rest as you can, and give it to train. A part of it is drawn by chance and has a weight:
    from those rows, and from no others, prevalence and error can be estimated.
    """
    from thriftwatch.console import console
    from thriftwatch.files import atomic_path, check_output, check_writable, write_table
    from thriftwatch.language import Texts, chosen_language
    from thriftwatch.watch.queue import queue as choose

    texts = Texts(chosen_language(lang))
    check_output(output)
    if label_studio == "-":
        raise InputError("--label-studio must name a file, for example tasks.json")
    if label_studio is not None:
        check_writable(label_studio)
    read = [pool, *labelled, *filter(None, [terms, lexicon])]
    refuse_overwriting(read, [output, label_studio])
    found = choose(
        pool,
        number,
        model=chosen_model(model, lexicon),
        policy=policy,
        terms=terms,
        labelled=labelled,
        random_share=random_share,
        seed=seed,
        encoding=encoding,
    )
    write_table(found.to_table(), output)
    if label_studio is not None:
        tasks = json.dumps(found.to_tasks(), ensure_ascii=False, indent=1)
        with atomic_path(label_studio) as part:
            part.write_text(tasks + "\n", encoding="utf-8")
    log = console(stderr=True)
    print_rejected(log, found.rejected, limit=SHOWN_REJECTED)
    counts = (found.counts.get(why, 0) for why in ("random", "term", "high", "doubt"))
    log.print(texts["queue_chosen", len(found), found.pool, *counts], soft_wrap=True)
    log.print(texts["queue_next"], soft_wrap=True)
