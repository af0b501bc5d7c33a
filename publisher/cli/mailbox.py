"""`publisher mailbox`: act now on the mail that came back."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import asdict

import click

from publisher.cli.newsroom import open_links, open_store
from publisher.cli.options import Run, common, print_json
from publisher.errors import UsageError
from publisher.jobs.readers import mailbag
from publisher.jobs.readers.consent import Office
from publisher.jobs.readers.mailbag import Emptied


@click.command(epilog="Example: publisher mailbox --json")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@common
def mailbox(run: Run, *, as_json: bool) -> None:
    """Read the mailboxes of [mailbox] once: what bounced is settled, and who wrote to leave is unsubscribed.

    `publisher work`, `serve` and `tick` do this by themselves. Whatever else lies there is left as it is.
    """
    open_store(run, required=True)
    settings = run.declared
    if not settings.mailbox.is_read:
        raise UsageError("[mailbox]", "names nothing to read", 'set host = "imap.example.org", or queue_url and bucket')
    office = Office(settings=settings, keys=open_links(run).keys)
    total = Emptied()
    for box in mailbag.open_mailboxes(settings, run.home.path):
        with closing(box):
            total += mailbag.empty(box, office, threading.Event())
    if as_json:
        print_json(asdict(total))
    else:
        click.echo(f"{total.bounces} bounces, {total.farewells} unsubscriptions, {total.left} left as they are")
