"""`publisher build`: an edition out of what is new."""

from __future__ import annotations

import secrets

import click

from publisher.accessibility import report
from publisher.cli.newsroom import open_store
from publisher.cli.options import Run, common, nearest, print_json, read_moment
from publisher.errors import UsageError
from publisher.jobs.editions import build as job
from publisher.jobs.editions.build import Built
from publisher.jobs.newsroom.declaration import declare
from publisher.model import EditionState
from publisher.store import editions

REFUSED = 1


@click.command(epilog="Example: publisher build daily")
@click.argument("newsletter", metavar="NEWSLETTER")
@click.option("--now", metavar="ISO8601", help="Pretend that it is this moment.")
@click.option("--json", "as_json", is_flag=True, help="Print edition and report as JSON.")
@common
def build(run: Run, newsletter: str, now: str | None, as_json: bool) -> int:
    """Make an edition of what NEWSLETTER has not shown its readers yet, and audit it.

    It then waits for approval, unless the newsletter's approval is automatic and nothing blocks it. Exit status 1: a
    finding blocks it; 3: there is nothing new.
    """
    open_store(run, required=True)
    settings = run.settings
    if newsletter not in settings.newsletters:
        fix = nearest(newsletter, settings.newsletters)
        raise UsageError(f"newsletter {newsletter}", "is not declared in the settings", fix)
    moment = read_moment(now, settings)
    declare(settings, moment)
    built = job.build(settings, newsletter, now=moment, noise=secrets.randbits(80))
    state = built.state
    if state is EditionState.READY and settings.newsletters[newsletter].approval == "automatic":
        editions.approve(built.edition, "the gate", moment)
        state = EditionState.APPROVED
    _tell(built, state, as_json=as_json)
    return 0 if built.report.passed else REFUSED


def _tell(built: Built, state: EditionState, *, as_json: bool) -> None:
    """Say what was made, and what is next."""
    if as_json:
        document = {"edition": built.edition, "state": state.value, "posts": built.posts}
        print_json({**document, "report": report.to_json(built.report)})
        return
    click.echo(f"edition {built.edition}: {built.posts} posts, {state.value}")
    click.echo(report.to_text(built.report, whole="the edition's report in the desk"), nl=False)
    following = {EditionState.READY: "approve", EditionState.APPROVED: "send"}.get(state)
    if following:
        click.echo(f"Next: publisher {following} {built.edition}")
