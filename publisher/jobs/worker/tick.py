"""One round of the clock: what is due is decided, started, or told, and nothing is done twice.

    guard      a database that was restored starts nothing by itself, and says why
    plan       due schedules -> an occurrence decided, and its build submitted, in one transaction
    start      approved editions whose time has come
    remind     editions whose time has come and that nobody approved
    upkeep     work that was lost, work that never ends, sources that are due, breaking posts
    notify     what people have to be told
    beat       the heartbeat address, so that silence is noticed too

Every worker calls this every few seconds; whoever comes first does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from publisher.digest.selection import is_publishable
from publisher.errors import PublisherError, StoreError
from publisher.jobs.newsroom import deputize
from publisher.jobs.worker import guard, notify, upkeep
from publisher.jobs.worker.duty import Duty
from publisher.jobs.worker.guard import Sight
from publisher.jobs.worker.issue import begin
from publisher.jobs.worker.timetable import Entry, Slot, next_look, slots
from publisher.model import Edition, EditionState
from publisher.schedule import LOOK_BACK, Decision, Occurrence, Verdict, decide
from publisher.store import editions, log, newsletters, notices, pulls, schedules
from publisher.store.database import unit
from publisher.store.schedules import Decided

_BY_HAND: Final = "to send it after all: publisher build {}"
_GRACE: Final = timedelta(minutes=5)  # for an edition that becomes ready when its time has come already
_NAMED: Final = 5  # missed occurrences that are named one by one


def tick(duty: Duty) -> int:
    """Do one round, and give how many jobs it asked for that never end.

    Raises `StoreError`; every other failure is told and stops nothing else.
    """
    now = duty.means.now()
    sight = guard.look(duty, now)
    upkeep.hand_over(duty)
    _plan_all(duty, now, sight)
    _start(duty, now, sight.blind)
    _remind(duty, now)
    upkeep.mend(duty, now)
    endless = upkeep.keep_going(duty, now)
    upkeep.look_at_partners(duty, now)
    upkeep.pull(duty, now)
    upkeep.look_for_alerts(duty)
    upkeep.look_after(duty, now)
    for step in (notify.notify, notify.beat):
        try:
            step(duty)
        except StoreError:
            raise
        except PublisherError as failure:
            duty.means.tell(str(failure))
    return endless


# --- plan ---------------------------------------------------------------------------------------------------------


def _by_newsletter(entries: tuple[Entry, ...]) -> Mapping[str, tuple[Entry, ...]]:
    """Put the schedules of a newsletter together."""
    return {name: tuple(found) for name, found in groupby(entries, key=attrgetter("newsletter"))}


def _plan_all(duty: Duty, now: datetime, sight: Sight) -> None:
    """Decide the occurrences of all newsletters whose schedules have to be looked at."""
    due = schedules.due(now)
    for name, entries in _by_newsletter(duty.means.entries).items():
        if sight.blind is not None or name in due:
            _plan(duty, name, entries, now, sight)


def _plan(duty: Duty, name: str, entries: tuple[Entry, ...], now: datetime, sight: Sight) -> None:
    """Decide the occurrences of a newsletter that are due."""
    with unit():
        if not schedules.lock(name):
            return
        missed = [slot for entry in entries for slot in _decide_entry(duty, entry, now, sight)]
        if missed and sight.blind is None:
            _tell_missed(name, missed, now)
        looks = [next_look(entry, now) for entry in entries]
        known = [look for look in looks if look is not None]
        schedules.plan_next(name, min(known) if known and len(known) == len(looks) else None)


def _decide_entry(duty: Duty, entry: Entry, now: datetime, sight: Sight) -> list[Slot]:
    """Decide the occurrences of one schedule; gives those that were missed.

    Each decision stands with its job in the caller's transaction.
    """
    # What fell due before a schedule was written, or changed, was never promised.
    begun = schedules.reach_once(entry.key, now)
    since = max(begun, now - LOOK_BACK)
    zones = schedules.zones_of(entry.newsletter) if entry.reader_time else ()
    missed = list(slots(entry, zones, max(begun, sight.last), since)) if sight.last and sight.last < since else []
    done = schedules.decided(entry.newsletter, since - LOOK_BACK)
    due = slots(entry, zones, since, now)
    for slot, newer in zip(due, (*due[1:], None), strict=False):
        if slot.local in done:
            continue
        decision = _judge(duty, entry, slot, newer, now, sight.blind)
        if _keep(duty, entry, slot, decision, now) and decision.verdict is Verdict.OVERTAKEN:
            missed.append(slot)
    return missed


def _tell_missed(name: str, missed: Sequence[Slot], now: datetime) -> None:
    """Tell editors which occurrences never came about: nothing worked here when they were due."""
    named = ", ".join(slot.local for slot in missed[-_NAMED:])
    more = len(missed) - _NAMED
    occurrences = f"{named} and {more} before" if more > 0 else named
    log.alert(now, "missed", f"newsletter {name}", occurrences=occurrences)


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


def _keep(duty: Duty, entry: Entry, slot: Slot, decision: Decision, now: datetime) -> bool:
    """Keep a decision, and submit what follows from it; False when somebody decided before."""
    name = entry.newsletter
    one = Decided(
        newsletter=name, local=slot.local, at=slot.send_at, verdict=decision.verdict.value, reason=decision.reason
    )
    if not schedules.decide(one, now):
        return False
    if decision.verdict is Verdict.DUE:
        duty.engine.submit("build", {"newsletter": name, "occurrence": slot.local})
        return True
    detail = {"occurrence": slot.local, "reason": decision.reason}
    if decision.held:
        log.alert(now, decision.verdict.value, f"newsletter {name}", **detail, way_out=_BY_HAND.format(name))
    else:
        log.note(now, "publisher", decision.verdict.value, f"newsletter {name}", **detail)
    return True


# --- start and remind ---------------------------------------------------------------------------------------------


def _start(duty: Duty, now: datetime, blind: datetime | None) -> None:
    """Start what was approved and is due; what is too late, or may have gone out already, is held for a person."""
    for edition in schedules.due_to_start(now):
        with unit():
            if editions.get(edition.id).state is not EditionState.APPROVED:
                continue
            reason = _why_not(duty, edition, now, blind)
            if reason:
                _hold(edition.id, reason, now)
            else:
                begin(duty, edition.id, now)


def _why_not(duty: Duty, edition: Edition, now: datetime, blind: datetime | None) -> str:
    """Say why an approved edition must not begin by itself; "" when it may."""
    declared = duty.means.settings.newsletters.get(edition.newsletter)
    lateness = declared.lateness if declared else timedelta(hours=6)
    planned = edition.send_at or now
    # Who approves after the time has come wants it to go now.
    since = max(planned, edition.approved or planned)
    if blind is not None and planned <= blind:
        return "the database was restored from a backup and cannot tell whether it was sent"
    if now - since > lateness:
        return f"it was due at {planned:%Y-%m-%d %H:%M} UTC, too long ago to go out by itself"
    for post in schedules.posts_of(edition.id):
        # Its source may have said so after the edition was made.
        if not is_publishable(post, now):
            until = f" before {post.embargo:%Y-%m-%d %H:%M} UTC" if post.embargo and post.embargo > now else ""
            return f"the post {post.title or post.id!r} may not be published{until}: build the edition again"
    return ""


def _hold(edition: str, reason: str, now: datetime) -> None:
    """Hold an edition for a person."""
    editions.act(edition, "hold", "publisher", now, reason=reason)
    log.alert(now, "late", edition, reason=reason, way_out=f"publisher resume {edition}")


def _remind(duty: Duty, now: datetime) -> None:
    """Remind people of editions whose time has come and that nobody approved; deputies before that, and later."""
    for edition in schedules.due_for_approval(now):
        planned = edition.send_at or now
        overdue = now - planned
        if now < max(planned, edition.created + _GRACE):
            continue
        with unit():
            notices.alert_once(now, "overdue", edition.id, title=edition.title)
            if overdue >= duty.means.settings.notify.overdue:
                detail = {"title": edition.title, "newsletter": edition.newsletter}
                notices.alert_once(now, "deputy", edition.id, **detail)
    deputize.ask(duty.means.settings, now)


def prepare(duty: Duty) -> None:
    """Get ready for the first tick of a process: schedules may have been changed, sources added."""
    schedules.forget_plans(newsletters.names())
    pulls.know(duty.means.settings.sources)
