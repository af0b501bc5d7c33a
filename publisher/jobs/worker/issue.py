"""An occurrence becomes an edition, and the edition its way to readers: build, approve, start, in one transaction.

due        build what is new; nothing new is no edition
ready      an editor is told, or the gate decides
approved   it waits for its time, or begins now
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from publisher.errors import NothingUsableError
from publisher.jobs.editions import build as making
from publisher.jobs.editions.build import Built
from publisher.jobs.worker.duty import Duty, chunk
from publisher.jobs.worker.timetable import Entry, Slot, slots
from publisher.model import EditionState, Kept
from publisher.schedule import LOOK_BACK, Verdict, night, zones
from publisher.store import editions, log, notices, schedules
from publisher.store.database import unit

# A roll-up tells of its own time; what is older was in one before, or before its reader came.
_WINDOWS = {"daily": timedelta(days=2), "weekly": timedelta(days=14)}


def build(duty: Duty, newsletter: str, occurrence: str) -> None:
    """Make the edition of an occurrence, unless there is one already or it has become too late.

    Raises `SettingsError`, `StoreError`.
    """
    now = duty.means.now()
    found = _find(duty, newsletter, occurrence, now)
    if found is None or not _is_open(newsletter, occurrence, now):
        return
    entry, slot = found
    if now - slot.build_at > entry.lateness:
        _give_up(newsletter, occurrence, now)
        return

    def send_on(built: Built) -> None:
        schedules.set_time(built.edition, slot.send_at, occurrence.rsplit(maxsplit=1)[-1] if entry.reader_time else "")
        proceed(duty, built, now)

    try:
        making.build(
            duty.means.settings,
            newsletter,
            now=now,
            noise=duty.means.noise(),
            occurrence=occurrence,
            audience=entry.audience,
            only=_gathered(newsletter, entry, now),
            gathers=_gathers(newsletter, entry, occurrence),
            then=send_on,
        )
    except NothingUsableError as failure:
        schedules.change_verdict(newsletter, occurrence, Verdict.EMPTY.value, failure.reason)


def _gathers(newsletter: str, entry: Entry, occurrence: str) -> bool:
    """Say whether an edition holds the posts of several: it rolls them up, or the occurrence before was missed."""
    if entry.audience != "each":
        return schedules.has_editions(newsletter)
    before = schedules.before(newsletter, occurrence)
    return before is not None and before.verdict not in {Verdict.DUE.value, Verdict.EMPTY.value}


def _gathered(newsletter: str, entry: Entry, now: datetime) -> Callable[[Kept], bool] | None:
    """Say what a roll-up gathers: what stood in the editions that went out since the last one; None: it is none.

    Where there are no editions to roll up, it is the newsletter itself, for readers of its kind.
    """
    if entry.audience == "each":
        return None
    since = now - _WINDOWS[entry.audience]
    if not schedules.has_editions(newsletter):
        return lambda kept: kept.first_seen >= since
    shown = schedules.shown(newsletter, since)
    return lambda kept: kept.key in shown


def _find(duty: Duty, newsletter: str, occurrence: str, now: datetime) -> tuple[Entry, Slot] | None:
    """Find the occurrence in the schedules as they are now; None: it is in none of them any more."""
    for entry in duty.means.entries:
        if entry.newsletter == newsletter:
            known = schedules.zones_of(newsletter) if entry.reader_time else ()
            for slot in slots(entry, known, now - LOOK_BACK, now):
                if slot.local == occurrence:
                    return entry, slot
    if _is_open(newsletter, occurrence, now):
        schedules.change_verdict(newsletter, occurrence, Verdict.FORGOTTEN.value, "the schedule was changed")
    return None


def _is_open(newsletter: str, occurrence: str, now: datetime) -> bool:
    """Say whether an occurrence still waits for its edition."""
    since = now - 2 * LOOK_BACK
    return any((one.newsletter, one.local) == (newsletter, occurrence) for one in schedules.open_occurrences(since))


def _give_up(newsletter: str, occurrence: str, now: datetime) -> None:
    """Leave an occurrence to people: it could not be built in time."""
    reason = "its edition could not be made in time"
    with unit():
        schedules.change_verdict(newsletter, occurrence, Verdict.LATE.value, reason)
        way_out = f"to send it after all: publisher build {newsletter}"
        log.alert(now, "late", f"newsletter {newsletter}", occurrence=occurrence, reason=reason, way_out=way_out)


def proceed(duty: Duty, built: Built, now: datetime) -> None:
    """Let a new edition go on: the gate decides, or an editor is told. Call it in the transaction that keeps it."""
    edition = editions.get(built.edition)
    if built.state is EditionState.DRAFT:
        notices.alert_once(now, "blocked", edition.id, title=edition.title, newsletter=edition.newsletter)
    elif duty.means.settings.newsletters[edition.newsletter].approval != "automatic":
        notices.alert_once(now, "ready", edition.id, title=edition.title, newsletter=edition.newsletter)
    else:
        editions.approve(edition.id, "the gate", now)
        if edition.send_at is not None and edition.send_at <= now:
            begin(duty, edition.id, now)


def begin(duty: Duty, edition: str, now: datetime) -> None:
    """Start an approved edition and submit its first chunk; call it in a transaction."""
    editions.act(edition, "start", "publisher", now)
    _spread(duty, edition, now)
    duty.engine.submit("deliver", chunk(edition))


def _spread(duty: Duty, edition: str, now: datetime) -> None:
    """Let readers wait for the edition's time where they live, or for the end of their night."""
    name = editions.get(edition).newsletter
    declared = duty.means.settings.newsletters.get(name)
    local, quiet = schedules.local_time_of(edition), declared.quiet if declared else ""
    if not local and not quiet:
        return
    own = (declared.zone if declared else None) or duty.means.settings.site.time_zone

    def due(zone: str) -> datetime:
        at = zones.first_moment(datetime.fromisoformat(local), zones.load(zone)) if local else now
        return night.morning(at, zone, quiet) if quiet else at

    schedules.spread(edition, {**{zone: due(zone) for zone in schedules.zones_of(name)}, "": due(own)})
