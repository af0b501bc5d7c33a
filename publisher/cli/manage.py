"""`publisher manage`: Django's own commands, with the settings of this newsroom."""

from __future__ import annotations

import click

from publisher.cli.options import Run, common
from publisher.cli.site import call


@click.command(
    epilog="Example: publisher manage clearsessions",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", metavar="COMMAND [ARGUMENT...]", nargs=-1, type=click.UNPROCESSED)
@common
def manage(run: Run, arguments: tuple[str, ...]) -> int:
    """Run one of Django's own commands; `publisher manage help` lists them.

    --settings and --home stand before the command.
    """
    return call(run, arguments or ("help",))
