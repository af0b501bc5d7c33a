"""One round of the clock: what is due is decided, started, or told, and nothing is done twice.

    guard      a database that was restored starts nothing by itself, and says why
    plan       due schedules -> an occurrence decided, and its build submitted, in one transaction
    start      approved editions whose time has come
    remind     editions whose time has come and that nobody approved
    mend       what was to happen and has no job: open occurrences, editions on their way, leases of dead workers
    pull       sources that are due
    notify     what people have to be told
    beat       the heartbeat address, so that silence is noticed too

Every worker calls this every few seconds; whoever comes first does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import ceil
from operator import attrgetter
from pathlib import Path
from typing import Final

from publisher.errors import OutsideError, PublisherError, StoreError
from publisher.jobs import notify
from publisher.jobs.duty import Duty, chunk
from publisher.jobs.issue import begin
from publisher.jobs.timetable import Entry, Slot, next_look, slots
from publisher.model import EditionState
from publisher.schedule import LOOK_BACK, Decision, Occurrence, Verdict, blind_until, decide
from publisher.store import editions, ledger, log, newsletters, notices, pulls, quota, schedules
from publisher.store.database import is_sqlite, unit
from publisher.store.schedules import Decided

_TICK: Final = "tick"
_AT_ONCE: Final = 5000  # sources in one pull
_PULL_TAKES: Final = timedelta(minutes=15)  # after which a pull that was never finished is due again
_HEALTH: Final = timedelta(minutes=10)
_FAILURES: Final = 5
_REQUEST_TAKES: Final = 0.2  # seconds: what a request to the account takes, with room
_SLOTS: Final = 8

_BY_HAND: Final = "to send it after all: publisher build {}"


def tick(duty: Duty) -> None:
    """Do one round. Raises `StoreError`; every other failure is told and stops nothing else."""
    now = duty.means.now()
    blind = _guard(duty, now)
    for name, entries in _by_newsletter(duty.means.entries).items():
        _plan(duty, name, entries, now, blind)
    _start(duty, now, blind)
    _remind(duty, now)
    _mend(duty, now)
    _pull(duty, now)
    _supply(duty)
    _look_after(duty, now)
    for step in (notify.notify, notify.beat):
        try:
            step(duty)
        except StoreError:
            raise
        except PublisherError as failure:
            duty.means.tell(str(failure))


# --- guard --------------------------------------------------------------------------------------------------------


def _guard(duty: Duty, now: datetime) -> datetime | None:
    """Say up to which moment this database may not know what was sent, and note this tick in it and beside it."""
    file = duty.means.home / "last-tick"
    stored, kept = schedules.milestone(_TICK), _read(file)
    # Another worker may join a database on a server at any time; only the file of its own home can be behind.
    kept = stored if kept is None and not is_sqlite() else kept
    blind = blind_until(stored, kept, now)
    if blind is not None and stored is not None:
        with unit():
            log.alert(now, "restored", "database", until=blind.isoformat(timespec="seconds"))
        duty.means.tell(
            f"the database is older than what was done from here until {blind:%Y-%m-%d %H:%M} UTC: was a backup "
            "restored? Nothing of that time is sent by itself",
        )
    schedules.reach(_TICK, now)
    _write(file, now)
    return blind


def _read(file: Path) -> datetime | None:
    """Read the moment in a file; None: there is none."""
    try:
        return datetime.fromisoformat(file.read_text(encoding="ascii").strip()).astimezone(UTC)
    except (OSError, ValueError):
        return None


def _write(file: Path, now: datetime) -> None:
    """Write the moment into a file, whole or not at all."""
    made = file.with_suffix(".new")
    try:
        made.write_text(now.isoformat(), encoding="ascii")
        made.replace(file)
    except OSError as failure:
        raise OutsideError(
            str(file), f"cannot be written: {failure.strerror}", "make room or mend its rights"
        ) from failure


# --- plan ---------------------------------------------------------------------------------------------------------


def _by_newsletter(entries: tuple[Entry, ...]) -> Mapping[str, tuple[Entry, ...]]:
    """Put the schedules of a newsletter together."""
    return {name: tuple(found) for name, found in groupby(entries, key=attrgetter("newsletter"))}


def _plan(duty: Duty, name: str, entries: tuple[Entry, ...], now: datetime, blind: datetime | None) -> None:
    """Decide the occurrences of a newsletter that are due."""
    if blind is None and not schedules.is_due(name, now):
        return
    with unit():
        if not schedules.lock(name):
            return
        for entry in entries:
            _decide_entry(duty, entry, now, blind)
        looks = [next_look(entry, now) for entry in entries]
        known = [look for look in looks if look is not None]
        schedules.plan_next(name, min(known) if known and len(known) == len(looks) else None)


def _decide_entry(duty: Duty, entry: Entry, now: datetime, blind: datetime | None) -> None:
    """Decide the occurrences of one schedule; each decision stands with its job in the caller's transaction."""
    # What fell due before a schedule was written, or changed, was never promised.
    since = max(schedules.reach_once(entry.key, now), now - LOOK_BACK)
    done = schedules.decided(entry.newsletter, since - LOOK_BACK)
    zones = schedules.zones_of(entry.newsletter) if entry.reader_time else ()
    due = slots(entry, zones, since, now)
    for slot, newer in zip(due, (*due[1:], None), strict=False):
        if slot.local in done:
            continue
        decision = _judge(duty, entry, slot, newer, now, blind)
        _keep(duty, entry, slot, decision, now)


def _judge(  # noqa: PLR0913, PLR0917 - what a decision depends on
    duty: Duty,
    entry: Entry,
    slot: Slot,
    newer: Slot | None,
    now: datetime,
    blind: datetime | None,
) -> Decision:
    """Decide about the moment at which the edition is to be built."""
    paused = duty.means.settings.newsletters[entry.newsletter].paused or schedules.is_paused(entry.newsletter)
    return decide(
        Occurrence(local=slot.occurrence.local, at=slot.build_at),
        now,
        lateness=entry.lateness,
        newer=Occurrence(local=newer.occurrence.local, at=newer.build_at) if newer else None,
        blind=blind,
        paused=paused,
    )


def _keep(duty: Duty, entry: Entry, slot: Slot, decision: Decision, now: datetime) -> None:
    """Keep a decision, and submit what follows from it."""
    name = entry.newsletter
    one = Decided(
        newsletter=name, local=slot.local, at=slot.send_at, verdict=decision.verdict.value, reason=decision.reason
    )
    if not schedules.decide(one, now):
        return
    if decision.verdict is Verdict.DUE:
        duty.engine.submit("build", {"newsletter": name, "occurrence": slot.local})
        return
    detail = {"occurrence": slot.local, "reason": decision.reason}
    if decision.held:
        log.alert(now, decision.verdict.value, f"newsletter {name}", **detail, way_out=_BY_HAND.format(name))
    else:
        log.note(now, "publisher", decision.verdict.value, f"newsletter {name}", **detail)


# --- start and remind ---------------------------------------------------------------------------------------------


def _start(duty: Duty, now: datetime, blind: datetime | None) -> None:
    """Start what was approved and is due; what is too late, or may have gone out already, is held for a person."""
    for edition in schedules.due_to_start(now):
        declared = duty.means.settings.newsletters.get(edition.newsletter)
        planned = edition.send_at or now
        # Who approves after the time has come wants it to go now.
        since = max(planned, edition.approved or planned)
        lateness = declared.lateness if declared else timedelta(hours=6)
        with unit():
            if editions.get(edition.id).state is not EditionState.APPROVED:
                continue
            if blind is not None and planned <= blind:
                _hold(edition.id, "the database was restored from a backup and cannot tell whether it was sent", now)
            elif now - since > lateness:
                _hold(edition.id, f"it was due at {planned:%Y-%m-%d %H:%M} UTC, too long ago to go out by itself", now)
            else:
                begin(duty, edition.id, now)


def _hold(edition: str, reason: str, now: datetime) -> None:
    """Hold an edition for a person."""
    editions.act(edition, "hold", "publisher", now, reason=reason)
    log.alert(now, "late", edition, reason=reason, way_out=f"publisher resume {edition}")


def _remind(duty: Duty, now: datetime) -> None:
    """Remind people of editions whose time has come and that nobody approved; later their deputies."""
    for edition in schedules.due_for_approval(now):
        overdue = now - (edition.send_at or now)
        with unit():
            notices.alert_once(now, "overdue", edition.id, title=edition.title)
            if overdue >= duty.means.settings.notify.overdue:
                notices.alert_once(now, "deputy", edition.id, title=edition.title)


# --- mend ---------------------------------------------------------------------------------------------------------


def _mend(duty: Duty, now: datetime) -> None:
    """Submit again what was to happen and has no job, and put in doubt what dead workers left behind."""
    if not is_sqlite():
        ledger.recover(now, owner="")
    for one in schedules.open_occurrences(now - LOOK_BACK):
        _submit_missing(duty, "build", {"newsletter": one.newsletter, "occurrence": one.local})
    for edition in editions.in_state(EditionState.SENDING):
        for n in range(_side_by_side()):
            _submit_missing(duty, "deliver", chunk(edition.id, n))
    if duty.means.settings.events.queue_url:
        _submit_missing(duty, "settle", {})


def _submit_missing(duty: Duty, job: str, args: Mapping[str, str | int]) -> None:
    """Submit work unless it waits, runs or was given up."""
    with unit():
        if not duty.engine.is_known(job, args):
            duty.engine.submit(job, args)


def _side_by_side() -> int:
    """Say how many chunks of an edition run at a time: as many as the pace needs, so that sleepers fill no worker."""
    if is_sqlite():
        return 1
    rates = [quota.speed_of(account).rate for account in quota.accounts()]
    rate = max(rates, default=0.0)
    return min(_SLOTS, ceil(rate * _REQUEST_TAKES / 50) + 1) if rate else _SLOTS


# --- pull and health ----------------------------------------------------------------------------------------------


def _pull(duty: Duty, now: datetime) -> None:
    """Submit the pull of sources that are due; the claim and the job stand in one transaction."""
    names = frozenset(duty.means.settings.sources)
    with unit():
        due = pulls.claim_due(names, now, now + _PULL_TAKES, _AT_ONCE)
        if due:
            duty.engine.submit("pull", {"sources": list(due)})


def _supply(duty: Duty) -> None:
    """Let partners be told what changed, where there are channels; what waits already is not asked for twice."""
    if duty.means.settings.channels:
        duty.engine.submit("supply", {})


def _look_after(duty: Duty, now: datetime) -> None:
    """Look now and then for sources that fail or fell silent."""
    last = schedules.milestone("health")
    if last is not None and now - last < _HEALTH:
        return
    schedules.reach("health", now)
    names = tuple(duty.means.settings.sources)
    with unit():
        for name, newest in pulls.silent(names, now - duty.means.settings.notify.silent):
            log.alert(now, "silent", f"source {name}", since=newest.isoformat(timespec="minutes"))
        for name, reason in pulls.failing(names, _FAILURES):
            notices.alert_change(now, "failing", f"source {name}", reason=reason)
        for subject in notices.standing("failing"):
            if not pulls.standing(subject.removeprefix("source ")).failures:
                notices.alert_change(now, "recovered", subject)


def prepare(duty: Duty) -> None:
    """Get ready for the first tick of a process: schedules may have been changed, sources added."""
    schedules.forget_plans(newsletters.names())
    pulls.know(duty.means.settings.sources)
