"""``thriftwatch train``."""

from collections.abc import Sequence
from pathlib import Path

import click

from thriftwatch.commands.shared import (
    labelled_reading_options,
    language_option,
    positive_option,
    print_notes,
    print_rejected,
    read_sources,
    reading,
    refuse_overwriting,
    telling,
)
from thriftwatch.errors import InputError, shown

__all__ = ["train"]


@click.command()
@click.argument("labelled", nargs=-1, required=True)
@click.option("-o", "--output", required=True, metavar="MODEL_FOLDER", help="Folder to write.")
@click.option(
    "--name", metavar="NAME", help="Name of the model in its id. [default: that of the folder]"
)
@click.option("--exclude", metavar="CSV", help="Hold out the rows whose id is in this file.")
@click.option(
    "--prevalence",
    type=float,
    metavar="SHARE",
    help="Share of positives where the model will be used, such as 0.005.",
)
@click.option(
    "--lexicon",
    metavar="WORDS.csv",
    help="Words to add to the lexicon that training starts from, as for score.",
)
@click.option("--issues", metavar="OUT", help="Also write the labels to look at again, as a table.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which folds to use.")
@positive_option
@click.option("--skip-unusable", is_flag=True, help="Set rows aside that cannot be used.")
@labelled_reading_options
@language_option
def train(
    *,
    labelled: Sequence[str],
    output: str,
    name: str | None,
    exclude: str | None,
    prevalence: float | None,
    lexicon: str | None,
    issues: str | None,
    seed: int,
    positive: Sequence[str],
    skip_unusable: bool,
    lang: str | None,
    **options: str | int | None,
) -> None:
    """Train a model on labelled listings.

    LABELLED are files with a title (or judul) and a label (0 or 1, ya or tidak, ...) in each row,
    or what Label Studio, doccano or Prodigy exports; description, certainty, rule, goods, worn,
    origin, spans and pair are used where they are there. Several annotators have a column each
    (label_a, label_b) or a row each (annotator). Add the sample, data/sample/labelled.csv, to your
    own labels to learn from both.
    """
    from thriftwatch.console import console, steps
    from thriftwatch.files import check_folder, check_output, write_table
    from thriftwatch.language import Texts, chosen_language
    from thriftwatch.model.artifact import FILES, is_name
    from thriftwatch.training import train as train_model
    from thriftwatch.training.label_issues import issues_table

    folder = Path(output)
    check_folder(folder, FILES)
    called = folder.resolve().name if name is None else name
    if name is None and not is_name(called):
        raise InputError(f"{shown(called)} cannot be the name of a model; give one with --name")
    if issues is not None:
        check_output(issues)
        refuse_overwriting([*labelled, *filter(None, [lexicon])], [issues])
    log = console(stderr=True)
    asked = reading(options)
    with steps() as on_progress, telling(log, Texts(chosen_language(lang))):
        result = train_model(
            read_sources(labelled, asked),
            exclude=exclude,
            prevalence=prevalence,
            lexicon=lexicon,
            name=called,
            seed=seed,
            positive=positive,
            skip_unusable=skip_unusable,
            encoding=asked["encoding"],
            columns=asked["columns"],
            progress=on_progress,
        )
    result.model.save(folder)
    if issues is not None:
        write_table(issues_table(result.label_issues), issues)
    print_rejected(log, result.rejected, limit=None)
    print_notes(log, result.rows.notes)
    console().print(result.summary(), soft_wrap=True)
    log.print(f"{result.model.id} is in {output}", soft_wrap=True)
