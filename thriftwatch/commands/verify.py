"""``thriftwatch verify``."""

import click

__all__ = ["verify"]

_SHOWN_PROBLEMS = 20


@click.command()
@click.argument("evidence")
@click.option("--head", metavar="HASH", help="The head that score or the review page showed.")
def verify(*, evidence: str, head: str | None) -> int:
    """Find out whether an evidence record is whole and unchanged.

    The exit status is 0 if it is, 1 if it is not, and 2 if EVIDENCE is no evidence record. Whoever
    can rewrite the whole file can make it whole again: note the head elsewhere, and give it.
    """
    from thriftwatch.console import console
    from thriftwatch.files.evidence import verify_evidence

    found = verify_evidence(evidence, head=head)
    out = console()
    if found.whole:
        out.print(
            f"{evidence} is whole and unchanged; listings: {found.listings:,}; head:",
            soft_wrap=True,
        )
        out.print(found.head, soft_wrap=True)
        return 0
    out.print(f"{evidence} is not as it was written:", soft_wrap=True)
    for problem in found.problems[:_SHOWN_PROBLEMS]:
        out.print(f"  {problem}", soft_wrap=True)
    if (hidden := len(found.problems) - _SHOWN_PROBLEMS) > 0:
        out.print(f"  and {hidden:,} more")
    return 1
