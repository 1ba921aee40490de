"""``thriftwatch info``."""

import click

__all__ = ["info"]


@click.command()
@click.argument("model", required=False)
def info(model: str | None) -> None:
    """Show what a model is: version, training data, metrics, thresholds, checksums.

    MODEL is a model folder; without it, the bundled model.
    """
    from thriftwatch import compiled
    from thriftwatch.console import console, tree
    from thriftwatch.model.artifact import load_model
    from thriftwatch.model.prevalence import expectation_lines

    found = load_model(model)
    out = console()
    out.print(found.id, style="bold", soft_wrap=True)
    expected = expectation_lines(found.card)
    counted = {"curve", "expected_precision"} if expected else set()
    if added := found.card.get("added_words"):
        counted.add("added_words")
        count, digest = added["words"], added["sha256"]
        what = "1 word was" if count == 1 else f"{count:,} words were"
        out.print(f"{what} added to the lexicon after training (sha256 {digest})", soft_wrap=True)
    for line in tree({key: value for key, value in found.card.items() if key not in counted}):
        out.print(line, soft_wrap=True)
    if expected:
        out.print("what a reviewer should expect where so many listings are", soft_wrap=True)
    for line in expected:
        out.print(f"  {line}", soft_wrap=True)
    way = "compiled" if compiled.is_compiled() else "as plain Python: the same scores, but slower"
    out.print(f"listings are read {way}", soft_wrap=True)
