"""`publisher sandbox`: a local Amazon SES with an inbox to look at."""

from __future__ import annotations

import click

from publisher.cli.options import Run, common
from publisher.sandbox.server import Sandbox, serve


@click.command(epilog="Example: publisher sandbox --port 8025")
@click.option("--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="0: any free port.")
@click.option("--keep", is_flag=True, help="Keep every message as a file in the home's folder received.")
@common
def sandbox(run: Run, port: int, keep: bool) -> None:
    """Run a local SES until it is stopped with Ctrl-C.

    It speaks the real API on 127.0.0.1 and keeps every message; no mail leaves the machine. Point the program at it
    with PUBLISHER_SES__ENDPOINT_URL=http://127.0.0.1:8025 and look at the inbox in a browser.
    """
    click.echo(f"{run.settings.site.name}: a local SES, from which nothing leaves this machine")
    serve(port, folder=run.home.path / "received" if keep else None, ready=_tell)


def _tell(running: Sandbox) -> None:
    """Say where it listens."""
    click.echo(f"SES:   {running.url}")
    click.echo(f"Inbox: {running.inbox_url}")
    click.echo(f"Queue: {running.queue_url} (of events: PUBLISHER_EVENTS__QUEUE_URL)")
    click.echo("Stop it with Ctrl-C.")
