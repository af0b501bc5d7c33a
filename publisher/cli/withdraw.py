"""`publisher withdraw`, `correct` and `rebuild`: what went out is corrected or taken back, and put right."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import cast

import click

from publisher.accessibility import report
from publisher.cli.newsroom import actor, open_store
from publisher.cli.options import Run, common, print_json
from publisher.errors import NothingUsableError
from publisher.jobs.editions import correct as mending
from publisher.jobs.editions.correct import Made
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.outlets import withdraw as job
from publisher.jobs.outlets.shelf import open_shelf
from publisher.store.withdrawals import Kind, Withdrawal

REFUSED = 1


@click.command(
    epilog='Example: publisher withdraw https://example.org/story --kind correction --note "It was two boats." --mail'
)
@click.argument("post", metavar="POST")
@click.option("--kind", type=click.Choice(["kill", "correction"]), required=True, help="Take it back, or correct it.")
@click.option("--note", required=True, help="What was wrong: partners and readers see it.")
@click.option("--mail", "is_mailed", is_flag=True, help="Also make the mail to those who got it: publisher correct.")
@click.option("--json", "as_json", is_flag=True, help="Print what was stopped as JSON.")
@common
def withdraw(run: Run, post: str, kind: str, note: str, is_mailed: bool, as_json: bool) -> int:
    """Withdraw or correct POST, given by its id, SOURCE:ID or its address.

    A kill empties the story in every format, feed and bundle, for good; a correction is a new version that carries the
    note (change the story at its source first). Editions on their way that hold it are paused, those that nobody has
    approved are cancelled. Pushes follow with the next round of work.
    """
    open_store(run, required=True)
    shelf = open_shelf(run.home.path, run.settings.folder)
    now = datetime.now(UTC)
    done = job.withdraw(run.settings, shelf, post, cast("Kind", kind), note, actor=actor(), now=now)
    mails = _mail(run, f"{done.source}:{done.uid}", now) if is_mailed else ()
    if as_json:
        document = {"source": done.source, "post": done.uid, "kind": kind, "paused": done.paused, "ended": done.ended}
        print_json({**document, "mails": [_describe(one) for one in mails]})
    else:
        _tell(done, kind)
        _tell_made(mails)
    return _status(mails)


def _tell(done: Withdrawal, kind: str) -> None:
    """Say what was stopped, and what can be done about it."""
    click.echo(f"{done.title}: {'withdrawn' if kind == 'kill' else 'corrected'}")
    for edition in done.paused:
        or_resume = "" if kind == "kill" else ", or resume it"
        click.echo(f"edition {edition} is paused: publisher rebuild {edition}{or_resume}, or cancel it")
    for edition in done.ended:
        click.echo(f"edition {edition} is cancelled: build it again")
    if kind == "kill":
        click.echo("Who has not confirmed it yet: publisher outlet kills")


@click.command(epilog="Example: publisher correct https://example.org/story")
@click.argument("post", metavar="POST")
@click.option("--json", "as_json", is_flag=True, help="Print the editions as JSON.")
@common
def correct(run: Run, post: str, as_json: bool) -> int:
    """Make the mail that tells readers what was corrected in POST, or that it was withdrawn.

    One edition for each newsletter that brought it to somebody. It goes to exactly those whom the ledger says were
    reached (accepted or in doubt) and who still read the newsletter; who got it from two, or was told already, is told
    once. It waits for approval like every edition. Exit status 1: a finding blocks one; 3: nobody was reached.
    """
    open_store(run, required=True)
    made = mending.correct(run.settings, post, actor=actor(), now=datetime.now(UTC), noise=lambda: secrets.randbits(80))
    if as_json:
        print_json([_describe(one) for one in made])
    else:
        _tell_made(made)
    return _status(made)


@click.command(epilog="Example: publisher rebuild 01JD2Q7K8M9N0P1Q2000000000")
@click.argument("edition", metavar="EDITION")
@click.option("--json", "as_json", is_flag=True, help="Print the new edition as JSON.")
@common
def rebuild(run: Run, edition: str, as_json: bool) -> int:
    """Make a paused EDITION anew, of the newest versions of its stories, for those for whom it is still pending.

    What was withdrawn is not in it any more. The paused edition ends when the new one is approved; who has it already
    gets nothing again. Exit status 1: a finding blocks it; 3: nothing or nobody is left.
    """
    open_store(run, required=True)
    now = datetime.now(UTC)
    declare(run.settings, now)
    made = mending.rebuild(run.settings, edition, actor=actor(), now=now, noise=secrets.randbits(80))
    if as_json:
        print_json(_describe(made))
    else:
        _tell_made((made,))
    return _status((made,))


def _mail(run: Run, post: str, now: datetime) -> tuple[Made, ...]:
    """Make the mails about a post; that nobody was reached is no failure here."""
    try:
        return mending.correct(run.settings, post, actor=actor(), now=now, noise=lambda: secrets.randbits(80))
    except NothingUsableError as failure:
        click.echo(f"No mail: {failure.reason}.", err=True)
        return ()


def _describe(made: Made) -> dict[str, object]:
    """Write an edition that waits for approval, for scripts."""
    return {
        "edition": made.edition,
        "newsletter": made.newsletter,
        "state": made.state.value,
        "recipients": made.recipients,
        "report": report.to_json(made.report),
    }


def _tell_made(made: tuple[Made, ...]) -> None:
    """Say which editions wait for approval."""
    for one in made:
        click.echo(f"edition {one.edition} of {one.newsletter}: {one.state.value}, for {one.recipients} people now")
        click.echo(report.to_text(one.report), nl=False)
        if one.report.passed:
            click.echo(f"Next: publisher approve {one.edition}")


def _status(made: tuple[Made, ...]) -> int:
    """Give the exit status."""
    return 0 if all(one.report.passed for one in made) else REFUSED
