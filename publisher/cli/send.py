"""`publisher send`: an edition to its readers. Loads neither feeds nor templates nor pages."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from publisher.cli.newsroom import (
    actor,
    ask_allowance,
    confirm_count,
    describe_edition,
    is_terminal,
    open_links,
    open_queue,
    open_route,
    open_store,
    tell,
)
from publisher.cli.options import Run, common, print_json
from publisher.delivery.quota import plan_day
from publisher.engine import lock
from publisher.errors import PublisherError, UsageError
from publisher.jobs.editions import trial
from publisher.jobs.sending import deliver
from publisher.jobs.sending.allotment import Allotment
from publisher.jobs.sending.deliver import Route
from publisher.jobs.sending.settle import Reconciling
from publisher.jobs.worker import watch
from publisher.model import Accepted, Counts, DeliveryState, EditionState, InDoubt, NotAccepted, Outcome
from publisher.store import doubt, editions, jobs

JOB: Final = "deliver"
UNFINISHED: Final = 4
_LOOK: Final = 0.5  # seconds between two looks at what another process does
_STOPPED: Final = frozenset({EditionState.PAUSED, EditionState.HELD})
_NEXT: Final = {
    EditionState.DRAFT: ("a finding blocks it", "mend it and build it again"),
    EditionState.READY: ("nobody approved it yet", "approve it: publisher approve {}"),
    EditionState.PAUSED: ("it is paused", "go on: publisher resume {}"),
    EditionState.HELD: ("it is held", "mend what holds it, then: publisher resume {}"),
    EditionState.CANCELLED: ("it is cancelled", "build another"),
}


@click.command(epilog="Example: publisher send 01JD2Q7K8M9N0P1Q2000000000 --wait")
@click.argument("edition", metavar="EDITION")
@click.argument("addresses", metavar="[ADDRESS...]", nargs=-1)
@click.option("--wait", is_flag=True, help="End only when nobody is pending any more.")
@click.option("--yes", is_flag=True, help="Do not ask for the number of recipients.")
@click.option("--json", "as_json", is_flag=True, help="Print how far it is as JSON.")
@click.option("--test", is_flag=True, help="Send to the ADDRESSes that follow, and to nobody else.")
@click.option("--rest", is_flag=True, help="Show who did not get it, and send to those who failed again.")
@click.option("--only", metavar="DELIVERY", multiple=True, help="With --rest: only this one; may be repeated.")
@click.option("--max-recipients", metavar="N", type=click.IntRange(min=0), help="Refuse to begin with more.")
@common
def send(
    run: Run,
    edition: str,
    addresses: tuple[str, ...],
    *,
    wait: bool,
    yes: bool,
    as_json: bool,
    test: bool,
    rest: bool,
    only: tuple[str, ...],
    max_recipients: int | None,
) -> int:
    """Send an approved EDITION, or go on with one that is being sent.

    Each recipient gets it once, whatever dies on the way: call it again. A message that may or may not have gone out is
    in doubt, and is not sent again unasked. Exit status 4: it was stopped before everybody had it.
    """
    if test != bool(addresses):
        message = "--test and the addresses that get the test come together"
        raise click.UsageError(message)
    open_store(run)
    if test:
        return _test(run, edition, addresses)
    if rest:
        _return_rest(edition, only, yes=yes, quiet=as_json)
    _start(edition, yes=yes, most=max_recipients)
    state = editions.get(edition).state
    if state is EditionState.SENDING:
        _work(run, edition, wait=wait)
    counts = editions.count(edition)
    found = editions.get(edition)
    if as_json:
        print_json(describe_edition(found, counts))
    else:
        _tell(edition, found.state)
    if found.state in _STOPPED:
        why = f": {found.reason}" if found.reason else ""
        tell(f"publisher: edition {edition}: {found.state.value}{why}. To go on: publisher resume {edition}")
    return UNFINISHED if counts.open and (wait or found.state in _STOPPED) else 0


# --- before -------------------------------------------------------------------------------------------------------


def _start(edition: str, *, yes: bool, most: int | None) -> None:
    """Start an edition that is approved, once a person has typed for how many. Raises `UsageError`."""
    found = editions.get(edition)
    if found.state in _NEXT:
        reason, fix = _NEXT[found.state]
        reason = f"{reason} ({found.reason})" if found.reason else reason
        raise UsageError(f"edition {edition}", reason, fix.format(edition))
    recipients = editions.count(edition).recipients
    if found.state is EditionState.APPROVED:
        if most is not None and recipients > most:
            reason = f"it has {recipients} recipients, more than --max-recipients {most}"
            raise UsageError(f"edition {edition}", reason, "look whether that is right")
        confirm_count(recipients, f"Recipients of {found.title!r}", yes=yes)
        editions.act(edition, "start", actor(), datetime.now(UTC))


def _return_rest(edition: str, only: tuple[str, ...], *, yes: bool, quiet: bool) -> None:
    """Show who did not get an edition and why, and return those who failed to pending."""
    chosen: list[str] = []
    for line in doubt.lines(edition, DeliveryState.FAILED, DeliveryState.IN_DOUBT, DeliveryState.SKIPPED):
        if line.state is DeliveryState.FAILED and (not only or line.id in only):
            chosen.append(line.id)
        if not quiet:
            why = f"{line.code}: {line.reason}" if line.reason else line.code
            click.echo(f"{line.id}  {line.state.value:<8}  {line.address or '(erased)'}  {why}")
    if chosen:
        confirm_count(len(chosen), "Send to those who failed again", yes=yes)
        doubt.retry_failed(edition, actor(), datetime.now(UTC), only=only or None)
    elif only:
        raise UsageError(f"delivery {only[0]}", "it is no failed delivery of this edition")


def _test(run: Run, edition: str, addresses: tuple[str, ...]) -> int:
    """Send an edition to a few addresses, and say what became of each."""
    failed = 0
    with trial.opening(run.settings, run.home.path) as transport:
        ways = (transport, open_links(run))
        for to, outcome in trial.send_test(edition, addresses, ways, actor(), datetime.now(UTC)):
            failed += not isinstance(outcome, Accepted)
            click.echo(f"{to}: {_describe(outcome)}")
    return UNFINISHED if failed else 0


def _describe(outcome: Outcome) -> str:
    """Say what became of a message."""
    match outcome:
        case Accepted(message_id=message):
            return f"sent, {message}"
        case NotAccepted(code=code, reason=reason):
            return f"not sent, {code}: {reason}"
        case InDoubt(code=code, reason=reason):
            return f"in doubt, {code}: {reason}"


# --- the work -----------------------------------------------------------------------------------------------------


def _work(run: Run, edition: str, *, wait: bool) -> None:
    """Send in this process, unless another one works in this home: then ask it to, and follow it."""
    with _stoppable() as stop:
        try:
            with lock.holding(run.home.lock):
                _send_here(run, edition, stop, patient=wait)
                return
        except lock.HeldError:
            jobs.submit(JOB, {"edition": edition}, datetime.now(UTC))
            tell(f"another process works in this home; edition {edition} waits for it")
        while wait and not stop.is_set() and editions.count(edition).open and _is_on_its_way(edition):
            stop.wait(_LOOK)
            if not lock.is_held(run.home.lock):
                _work_after_all(run, edition, stop)


def _work_after_all(run: Run, edition: str, stop: threading.Event) -> None:
    """Send here after all: the other process has ended."""
    try:
        with lock.holding(run.home.lock):
            _send_here(run, edition, stop, patient=True)
    except lock.HeldError:
        return


def _is_on_its_way(edition: str) -> bool:
    """Say whether an edition is being sent."""
    return editions.get(edition).state is EditionState.SENDING


def _send_here(run: Run, edition: str, stop: threading.Event, *, patient: bool) -> None:
    """Send an edition, then those that other commands asked for meanwhile."""
    ses = run.settings.ses
    reconciling = Reconciling(policy=ses.in_doubt, then=ses.after_silence, window=ses.silence)
    with ExitStack() as stack:
        route, allowance = open_route(run, stack, tell)
        jobs.reset()
        lost = deliver.start_sending(route, stop)
        if lost:
            tell(f"{lost} people are in doubt since a process ended in the middle: publisher doubt list")
        queue = open_queue(run.settings)
        if queue is not None:
            stack.callback(queue.close)
        stack.enter_context(watch.listening(queue, reconciling, tell))
        allotment = Allotment(lambda: ask_allowance(run.settings), route.now, allowance)
        _send_one(edition, route, stop, allotment, patient=patient)
        while not stop.is_set() and (job := jobs.take_named(JOB, datetime.now(UTC))) is not None:
            if _is_on_its_way(job.args["edition"]):
                _send_one(job.args["edition"], route, stop, allotment, patient=patient)
            jobs.finish(job.key)


def _send_one(
    edition: str,
    route: Route,
    stop: threading.Event,
    allotment: Allotment,
    *,
    patient: bool,
) -> None:
    """Send one edition, and show how far it is."""
    pending = editions.count(edition).pending
    allowance = allotment.look(route.account)
    if allowance is not None:
        plan = plan_day(pending, allowance, route.now())
        if plan.waits:
            end = f"it ends about {plan.finish:%Y-%m-%d %H:%M} UTC" if plan.finish else "it never ends"
            tell(f"edition {edition} needs {pending}, {plan.at_once} are left of the daily quota: {end}")
    with _progress(edition, pending) as show:

        def seen() -> None:
            show()
            with suppress(PublisherError):  # the pace stays as it was
                allotment.look(route.account)

        verdict = watch.send_all(edition, route, stop, patient=patient, seen=seen)
    if verdict.again_at is not None and verdict.again_at > route.now() + timedelta(seconds=1) and not stop.is_set():
        tell(f"edition {edition} waits until {verdict.again_at:%H:%M:%S} UTC: {verdict.reason}")


@contextmanager
def _progress(edition: str, pending: int) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal; nothing elsewhere."""
    if not is_terminal():
        yield lambda: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"edition {edition}", total=pending)
        yield lambda: bar.update(task, completed=pending - editions.count(edition).pending)


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Let SIGTERM and Ctrl-C end the work after what is on its way; a second one ends the process."""
    stop = threading.Event()
    before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}

    def end(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)
        tell("stopping: what is on its way ends first")

    for one in (signal.SIGTERM, signal.SIGINT):
        before[one] = signal.signal(one, end)
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _tell(edition: str, state: EditionState) -> None:
    """Say how it went."""
    counts = editions.count(edition)
    parts = [f"{counts.accepted} of {counts.recipients} accepted"]
    parts += [f"{number} {name}" for name, number in _parts(counts) if number]
    click.echo(f"edition {edition} is {state.value}: {', '.join(parts)}")
    if counts.in_doubt:
        click.echo(f"In doubt: publisher doubt list {edition}")
    if counts.failed:
        click.echo(f"Failed: publisher send {edition} --rest")


def _parts(counts: Counts) -> tuple[tuple[str, int], ...]:
    """Give what else became of recipients, in words."""
    return (
        ("pending", counts.pending),
        ("on their way", counts.sending),
        ("in doubt", counts.in_doubt),
        ("failed", counts.failed),
        ("skipped", counts.skipped),
    )
