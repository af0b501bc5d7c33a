"""`publisher migrate`: the tables of the database brought up to date."""

from __future__ import annotations

import click

from publisher.cli.newsroom import open_store
from publisher.cli.options import Run, common
from publisher.store import database


@click.command(epilog="Example: publisher migrate")
@common
def migrate(run: Run) -> None:
    """Bring the database up to date. Every command does this for a home that is new."""
    open_store(run)
    click.echo(f"{database.place()} is up to date")
