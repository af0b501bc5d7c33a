"""`publisher sandbox`: a local Amazon SES with an inbox to look at."""

from __future__ import annotations

import click

from publisher.sandbox.server import Sandbox, serve


@click.command(epilog="Example: publisher sandbox --port 8025")
@click.option("--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="0: any free port.")
def sandbox(port: int) -> None:
    """Run a local SES until it is stopped with Ctrl-C.

    It speaks the real API on 127.0.0.1 and keeps every message; no mail leaves the machine. Point the program at it
    with PUBLISHER_SES__ENDPOINT_URL=http://127.0.0.1:8025 and look at the inbox in a browser.
    """
    serve(port, ready=_tell)


def _tell(running: Sandbox) -> None:
    """Say where it listens."""
    click.echo(f"SES:   {running.url}")
    click.echo(f"Inbox: {running.inbox_url}")
    click.echo("Stop it with Ctrl-C.")
