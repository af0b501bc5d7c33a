"""Editions from the command line: approve, pause, resume, cancel, look at, and settle doubt."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import cast

import click

from publisher.cli import progress
from publisher.cli.newsroom import actor, describe_edition, describe_segment, is_terminal, open_queue, open_store
from publisher.cli.options import Run, common, print_json
from publisher.cli.progress import Look
from publisher.errors import SettingsError, UsageError
from publisher.jobs.editions import release
from publisher.jobs.editions.release import Step
from publisher.jobs.sending import recover, settle
from publisher.jobs.sending.settle import Reconciling
from publisher.model import DeliveryLine, DeliveryState, EditionState
from publisher.store import doubt, editions
from publisher.store.doubt import Answer

_LOOKS = 60
_OPEN = frozenset({EditionState.APPROVED, EditionState.SENDING})


@click.command(epilog="Example: publisher approve 01JD2Q7K8M9N0P1Q2000000000")
@click.argument("edition", metavar="EDITION")
@click.option(
    "--by",
    metavar="NAME",
    help="Who approves: an account that may, where there are some. [default: this machine's user]",
)
@common
def approve(run: Run, edition: str, by: str | None) -> None:
    """Approve EDITION: its content and its recipients are fixed from now on.

    Findings that ask for a decision count as acknowledged; who approved stands in the log. Where a newsletter wants two
    approvals, two different people must call this, or one beside whoever changed the edition last.
    """
    open_store(run)
    if by is not None:
        release.require_approver(editions.get(edition).newsletter, by)
    missing = release.approve(run.settings, edition, by or actor(), datetime.now(UTC))
    if missing:
        click.echo(f"edition {edition}: approved by {by or actor()}; {missing} more must approve it")
        return
    who = describe_segment(editions.get(edition).segment)
    click.echo(f"edition {edition}: approved for {editions.count(edition).recipients} recipients{who}")
    click.echo(f"Next: publisher send {edition}")


@click.command(epilog="Example: publisher pause 01JD2Q7K8M9N0P1Q2000000000")
@click.argument("edition", metavar="EDITION")
@common
def pause(run: Run, edition: str) -> None:
    """Stop sending EDITION for a while; requests on their way end."""
    _act(run, edition, "pause")


@click.command(epilog="Example: publisher resume 01JD2Q7K8M9N0P1Q2000000000")
@click.argument("edition", metavar="EDITION")
@common
def resume(run: Run, edition: str) -> None:
    """Let a paused or held EDITION go on."""
    if _act(run, edition, "resume") is EditionState.SENDING:
        click.echo(f"Next: publisher send {edition}")


@click.command(epilog="Example: publisher cancel 01JD2Q7K8M9N0P1Q2000000000")
@click.argument("edition", metavar="EDITION")
@common
def cancel(run: Run, edition: str) -> None:
    """End EDITION for good: nobody who was not written to yet gets it."""
    _act(run, edition, "cancel")


def _act(run: Run, edition: str, action: Step) -> EditionState:
    """Move an edition to another state, and say which."""
    open_store(run)
    state = release.step(edition, action, actor(), datetime.now(UTC))
    click.echo(f"edition {edition}: {state.value}")
    return state


@click.command(epilog="Example: publisher edition 01JD2Q7K8M9N0P1Q2000000000 --json")
@click.argument("edition", metavar="[EDITION]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--watch", is_flag=True, help="Look again until it is sent or stopped.")
@common
def edition(run: Run, edition: str | None, as_json: bool, watch: bool) -> None:
    """Show how far EDITION is; without one, list the newest."""
    open_store(run)
    if edition is None:
        _list(as_json=as_json)
        return
    if watch:
        _watch(edition)
    _show(edition, as_json=as_json)


def _watch(edition: str) -> None:
    """Tell how far an edition is until it ends or stops: each second on a terminal, each minute elsewhere."""
    gate = threading.Event()
    looks: list[Look] = []
    while (found := editions.get(edition)).state in _OPEN:
        counts = editions.count(edition)
        looks = [*looks[-_LOOKS:], Look(at=datetime.now(UTC), open=counts.open)]
        click.echo(progress.tell(edition, found.state.value, counts, looks), err=True)
        for _ in range(1 if is_terminal() else _LOOKS):
            if gate.wait(1) or editions.get(edition).state not in _OPEN:
                break


def _list(*, as_json: bool) -> None:
    """List the newest editions."""
    found = editions.recent()
    if as_json:
        print_json([describe_edition(one, editions.count(one.id)) for one in found])
        return
    for one in found:
        click.echo(f"{one.id}  {one.state.value:<9}  {one.newsletter}  {one.title}")
    if not found:
        click.echo("There is no edition yet. Make one: publisher build NEWSLETTER")


def _show(edition: str, *, as_json: bool) -> None:
    """Show one edition."""
    found = editions.get(edition)
    document = describe_edition(found, editions.count(edition))
    if as_json:
        print_json(document)
        return
    document["segment"] = describe_segment(found.segment).strip()
    for name, value in document.items():
        if value not in (None, "", 0, []) or name in {"recipients", "pending"}:
            click.echo(f"{name.replace('_', ' '):<12} {_write_out(value)}")


def _write_out(value: object) -> str:
    """Write a value of an edition in a line: what was said of a post in words, lists with commas."""
    if isinstance(value, list):
        return "; ".join(_write_out(one) for one in value)
    if isinstance(value, dict):
        return f"{value['title'] or value['post']} ({value['kind']}): {value['note']}"
    return str(value)


# --- doubt --------------------------------------------------------------------------------------------------------


@click.group("doubt", epilog="Example: publisher doubt list 01JD2Q7K8M9N0P1Q2000000000")
def doubts() -> None:
    """Show and settle messages that may or may not have gone out."""


@doubts.command("list")
@click.argument("edition", metavar="EDITION")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@common
def list_doubt(run: Run, edition: str, as_json: bool) -> None:
    """List whoever is in doubt in EDITION, and why."""
    open_store(run)
    lines = doubt.lines(edition, DeliveryState.IN_DOUBT)
    if as_json:
        print_json([describe_line(line) for line in lines])
        return
    number = 0
    for line in lines:
        number += 1
        click.echo(f"{line.id}  {line.address or '(erased)'}  {line.code}: {line.reason}")
    click.echo(f"{number} in doubt" + (f". Settle: publisher doubt resolve {edition} --as ..." if number else ""))


def describe_line(line: DeliveryLine) -> dict[str, object]:
    """Write a row of the ledger for scripts."""
    return {
        "delivery": line.id,
        "address": line.address,
        "state": line.state.value,
        "code": line.code,
        "reason": line.reason,
        "attempts": line.attempt,
        "at": line.at.isoformat().replace("+00:00", "Z") if line.at else None,
    }


@doubts.command("resolve")
@click.argument("edition", metavar="EDITION")
@click.option(
    "--as",
    "answer",
    type=click.Choice(["sent", "resend", "abandon"]),
    required=True,
    help="They got it, send it again, or give them up.",
)
@click.option("--only", metavar="DELIVERY", multiple=True, help="Only this one; may be repeated.")
@common
def resolve_doubt(run: Run, edition: str, answer: str, only: tuple[str, ...]) -> None:
    """Settle doubt in EDITION.

    `resend` mails people twice who did get it: look at the inbox of one of them first.
    """
    open_store(run)
    moved = doubt.resolve(edition, cast("Answer", answer), actor(), datetime.now(UTC), only=only or None)
    click.echo(f"{moved} settled as {answer}")
    if moved and answer == "resend":
        click.echo(f"Next: publisher send {edition}")


@doubts.command("settle")
@common
def settle_doubt(run: Run) -> None:
    """Take the events that wait in the queue, and settle what they tell."""
    open_store(run)
    queue = open_queue(run.settings)
    if queue is None:
        raise SettingsError("settings: events.queue_url", "is not set, so that no events can be taken")
    ses = run.settings.ses
    reconciling = Reconciling(policy=ses.in_doubt, then=ses.after_silence, window=ses.silence)
    try:
        done = settle.settle(queue, reconciling, threading.Event())
    finally:
        queue.close()
    click.echo(f"{done.events} new events" + (f", {done.resent} people are pending again" if done.resent else ""))
    for one in done.skipped:
        click.echo(f"{one.source}: {one.reason}", err=True)


@doubts.command("reconcile")
@click.option("--since", metavar="ISO8601", required=True, help="When the backup was made that was restored.")
@common
def reconcile_backup(run: Run, since: str) -> None:
    """After a restored backup: put everybody in doubt who may have been mailed since, and let sending begin again."""
    open_store(run)
    try:
        moment = datetime.fromisoformat(since)
    except ValueError as failure:
        raise UsageError(f"--since {since}", "is no ISO 8601 moment", "Write one such as 2026-12-01T07:30") from failure
    moment = (moment if moment.tzinfo else moment.astimezone()).astimezone(UTC)
    moved = recover.reconcile_backup(run.home.path, moment, datetime.now(UTC), actor())
    click.echo(f"{moved} people are in doubt now. Take the events: publisher doubt settle; then: publisher doubt list")
