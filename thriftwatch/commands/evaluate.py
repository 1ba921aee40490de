"""``thriftwatch evaluate``."""

from collections.abc import Sequence
from importlib import import_module

import click

from thriftwatch.commands.shared import (
    SHOWN_REJECTED,
    labelled_reading_options,
    language_option,
    model_option,
    policy_option,
    positive_option,
    print_notes,
    print_rejected,
    read_sources,
    reading,
    refuse_overwriting,
    telling,
)
from thriftwatch.errors import InputError

__all__ = ["evaluate"]


@click.command()
@click.argument("labelled", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="OUT", help="Report to write: .html, or .json for all figures."
)
@model_option
@policy_option
@click.option(
    "--cross-validate",
    is_flag=True,
    help="Judge each row by a model that was trained without it; takes minutes.",
)
@click.option(
    "--split",
    "splits",
    multiple=True,
    metavar="[group|time|seller|platform|writer|random|all]",
    help="Cross-validate by this split; can be given several times. [default: group]",
)
@click.option("--scores", metavar="COLUMN", help="Judge the scores in this column instead.")
@click.option(
    "--stream",
    metavar="CATALOGUE",
    help="A catalogue thought to be lawful, without labels: what would reviewers have to read?",
)
@click.option(
    "--known",
    metavar="COLUMN",
    help="Column of the catalogue that is filled where a listing is known to be used goods.",
)
@click.option("--slice", "slices", multiple=True, metavar="COLUMN", help="Also cut by this column.")
@click.option("--groups", metavar="COLUMN", help="Resample by this column, not by near-copies.")
@click.option(
    "--samples",
    type=click.IntRange(min=2),
    default=1000,
    show_default=True,
    help="Bootstrap samples.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which folds and samples.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Threads to train with.",
)
@positive_option
@click.option("--skip-unusable", is_flag=True, help="Set rows aside that cannot be used.")
@labelled_reading_options
@language_option
def evaluate(
    *,
    labelled: Sequence[str],
    output: str | None,
    model: str | None,
    policy: str,
    cross_validate: bool,
    splits: Sequence[str],
    scores: str | None,
    stream: str | None,
    known: str | None,
    slices: Sequence[str],
    groups: str | None,
    samples: int,
    seed: int,
    jobs: int,
    positive: Sequence[str],
    skip_unusable: bool,
    lang: str | None,
    **options: str | int | None,
) -> None:
    """Evaluate a model on labelled listings.

    LABELLED are files as for train. Figures have confidence intervals from resampled groups of
    near-copies; a keyword list stands beside the model. A model that was trained on LABELLED
    looks far better than it is: use --cross-validate.
    """
    from thriftwatch.console import console, steps
    from thriftwatch.evaluation.evaluate import evaluate as evaluate_model
    from thriftwatch.evaluation.terminal import show_evaluation
    from thriftwatch.files import check_writable
    from thriftwatch.language import Texts, chosen_language

    if output is not None:
        if not output.endswith((".html", ".json")):
            raise InputError(f"-o {output}: the report is a .html or a .json file; rename it")
        check_writable(output)
        refuse_overwriting([*labelled, *filter(None, [stream])], [output])
        if output.endswith(".html"):
            # What it lacks is said now, and not in minutes.
            import_module("thriftwatch.evaluation.report")
    log = console(stderr=True)
    asked = reading(options)
    with steps() as on_progress, telling(log, Texts(chosen_language(lang))):
        found = evaluate_model(
            read_sources(labelled, asked),
            model=model,
            scores=scores,
            cross_validate=("all" if "all" in splits else splits) or cross_validate,
            policy=policy,
            groups=groups,
            slices=slices,
            stream=stream,
            known=known,
            samples=samples,
            seed=seed,
            encoding=asked["encoding"],
            columns=asked["columns"],
            positive=positive,
            skip_unusable=skip_unusable,
            jobs=jobs,
            progress=on_progress,
        )
        on_progress(0, 1, "writing the report")
        if output is not None:
            (found.to_html if output.endswith(".html") else found.to_json)(output)
    out = console()
    for part in show_evaluation(found):
        out.print(part, soft_wrap=not hasattr(part, "columns"))
    print_rejected(log, found.rows.table.rows.rejected, limit=SHOWN_REJECTED)
    print_notes(log, found.rows.table.rows.notes)
    if output is not None:
        log.print(f"the report is in {output}", soft_wrap=True)
