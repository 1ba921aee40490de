"""The command line: the group of all commands, and how their failures are told."""

import sys
from collections.abc import Callable
from typing import Any

import click

from thriftwatch import __version__
from thriftwatch.commands.check import check
from thriftwatch.commands.compare_models import compare_models
from thriftwatch.commands.evaluate import evaluate
from thriftwatch.commands.explain import explain
from thriftwatch.commands.handover import handover
from thriftwatch.commands.info import info
from thriftwatch.commands.queue import queue
from thriftwatch.commands.radar import radar
from thriftwatch.commands.reposts import reposts
from thriftwatch.commands.review import review
from thriftwatch.commands.score import score
from thriftwatch.commands.train import train
from thriftwatch.commands.verify import verify
from thriftwatch.errors import ThriftwatchError

__all__ = ["main"]

_INTERRUPTED = 130


class _Program(click.Group):
    """Commands whose every failure is one line on standard error."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        run: Callable[..., Any] = super().main
        extra.setdefault("prog_name", "thriftwatch")
        if not standalone_mode:
            return run(*args, standalone_mode=False, **extra)
        for stream in (sys.stdout, sys.stderr):
            # A title may hold letters that the terminal's encoding has not.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            status = run(*args, standalone_mode=False, **extra)
        except click.Abort:
            _fail("stopped", _INTERRUPTED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "thriftwatch"
            _fail(f"{error.format_message()} See {command} --help.")
        except ThriftwatchError as error:
            _fail(str(error))
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _fail(f"{place}{error.strerror or error}")
        sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int = 2) -> None:
    click.echo(f"Error: {message}" if status != _INTERRUPTED else message, err=True)
    sys.exit(status)


@click.group(
    cls=_Program,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="thriftwatch")
@click.pass_context
def main(context: click.Context) -> None:
    """Score Indonesian marketplace listings for signs of illegal imported second-hand clothing.

    A score is an indication for a human reviewer, not a finding about a seller.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in (
    check, score, explain, train, evaluate, review, handover, reposts, radar, queue,
    compare_models, verify, info,
):  # fmt: skip
    main.add_command(_command)
