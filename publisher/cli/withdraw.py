"""`publisher withdraw`: a correction or a kill, everywhere at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import click

from publisher.cli.newsroom import actor, open_store
from publisher.cli.options import Run, common, print_json
from publisher.jobs import withdraw as job
from publisher.jobs.shelf import open_shelf
from publisher.store.withdrawals import Kind


@click.command(
    epilog='Example: publisher withdraw https://example.org/story --kind correction --note "It was two boats."'
)
@click.argument("post", metavar="POST")
@click.option("--kind", type=click.Choice(["kill", "correction"]), required=True, help="Take it back, or correct it.")
@click.option("--note", required=True, help="What was wrong: partners and readers see it.")
@click.option("--json", "as_json", is_flag=True, help="Print what was stopped as JSON.")
@common
def withdraw(run: Run, post: str, kind: str, note: str, as_json: bool) -> None:
    """Withdraw or correct POST, given by its id, SOURCE:ID or its address.

    A kill empties the story in every format, feed and bundle, for good; a correction is a new version that carries the
    note (change the story at its source first). Editions on their way that hold it are paused, those that nobody has
    approved are cancelled. Pushes follow with the next round of work.
    """
    open_store(run, required=True)
    shelf = open_shelf(run.home.path, run.settings.folder)
    now = datetime.now(UTC)
    done = job.withdraw(run.settings, shelf, post, cast("Kind", kind), note, actor=actor(), now=now)
    if as_json:
        document = {"source": done.source, "post": done.uid, "kind": kind, "paused": done.paused, "ended": done.ended}
        print_json(document)
        return
    click.echo(f"{done.title}: {'withdrawn' if kind == 'kill' else 'corrected'}")
    for edition in done.paused:
        click.echo(f"edition {edition} is paused: build it again for those still pending, resume it or cancel it")
    for edition in done.ended:
        click.echo(f"edition {edition} is cancelled: build it again")
    if kind == "kill":
        click.echo("Who has not confirmed it yet: publisher outlet kills")
