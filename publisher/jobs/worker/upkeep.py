"""What a tick keeps going beside the schedules: work that was lost, work that never ends, sources, and doubt.

hand over   what pages and commands asked for, where another engine than theirs works
mend        open occurrences, editions on their way, leases of dead workers
keep going  events, partners, housekeeping: asked for again whenever they neither wait nor run
partners    what survived on their pages, where they agreed that these are looked at
pull        sources that are due
alerts      newsletters of breaking posts look at whatever came, however it came
look after  sources that fail or fell silent, people who are in doubt, what became of editions that are over
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from publisher.jobs.outlets import survival
from publisher.jobs.worker import housekeeping
from publisher.jobs.worker.duty import Duty, chunk
from publisher.model import EditionState
from publisher.schedule import LOOK_BACK
from publisher.store import editions, jobs, ledger, log, notices, outlets, pulls, quota, republished, results, schedules
from publisher.store.database import is_sqlite, unit

_AT_ONCE: Final = 5000  # sources in one pull
_PULL_TAKES: Final = timedelta(minutes=15)  # after which a pull that was never finished is due again
_HEALTH: Final = timedelta(minutes=10)
_FAILURES: Final = 5
_EDITIONS: Final = 20  # counted at once
_REQUEST_TAKES: Final = 0.2  # seconds: what a request to the account takes, with room
_SLOTS: Final = 8  # where the account sets no pace
_MOST_SLOTS: Final = 64


def hand_over(duty: Duty) -> None:
    """Give the engine what was asked for in our own table, where it works on another one."""
    if is_sqlite():
        return
    with unit():
        for name, args, run_at in jobs.hand_over():
            duty.engine.submit(name, args, run_at=run_at)


def mend(duty: Duty, now: datetime) -> None:
    """Submit again what was to happen and has no job, and put in doubt what dead workers left behind."""
    if not is_sqlite():
        ledger.recover(now, owner="")
    for one in schedules.open_occurrences(now - LOOK_BACK):
        _submit_missing(duty, "build", {"newsletter": one.newsletter, "occurrence": one.local})
    for edition in editions.in_state(EditionState.SENDING):
        for n in range(_side_by_side()):
            _submit_missing(duty, "deliver", chunk(edition.id, n))
    schedules.uncover(now, now - LOOK_BACK)


def _submit_missing(duty: Duty, job: str, args: Mapping[str, str | int]) -> None:
    """Submit work unless it waits, runs or was given up."""
    with unit():
        if not duty.engine.is_known(job, args):
            duty.engine.submit(job, args)


def _side_by_side() -> int:
    """Say how many chunks of an edition run at a time."""
    if is_sqlite():
        return 1
    return slots_for(max((quota.speed_of(account).rate for account in quota.accounts()), default=0.0))


def slots_for(rate: float) -> int:
    """Say how many chunks a pace needs, in recipients a second: so many that sleepers fill no worker; 0: no limit."""
    return min(_MOST_SLOTS, ceil(rate * _REQUEST_TAKES / 50) + 1) if rate else _SLOTS


def keep_going(duty: Duty, now: datetime) -> int:
    """Ask for the work that never ends, and give how many jobs that is; what waits or runs is not asked for twice."""
    settings = duty.means.settings
    wanted = (
        ("settle", bool(settings.events.queue_url)),
        ("syndicate", bool(settings.channels)),
        ("push", bool(settings.channels)),
        ("mailbag", settings.mailbox.is_read and _is_time("mailbag", now, settings.mailbox.every)),
        ("housekeeping", _is_time("housekeeping", now, housekeeping.EVERY)),
    )
    endless = [job for job, is_wanted in wanted if is_wanted]
    for job in endless:
        _submit_missing(duty, job, {})
    return len(endless)


def _is_time(name: str, now: datetime, every: timedelta) -> bool:
    """Say whether something was last done long enough ago, and if so note that it is done now."""
    last = schedules.milestone(name)
    if last is not None and now - last < every:
        return False
    schedules.reach(name, now)
    return True


def look_at_partners(duty: Duty, now: datetime) -> None:
    """Let workers see now and then what survived on the pages of partners that agreed to it."""
    every = duty.means.settings.accessibility.partner_pages
    if every and _is_time("partner pages", now, every):
        for outlet in outlets.all_outlets():
            if outlet.active and outlet.site and republished.pages(outlet):
                _submit_missing(duty, survival.JOB, {"outlet": outlet.name})


def pull(duty: Duty, now: datetime) -> None:
    """Submit the pull of sources that are due; the claim and the job stand in one transaction."""
    names = frozenset(duty.means.settings.sources)
    with unit():
        due = pulls.claim_due(names, now, now + _PULL_TAKES, _AT_ONCE)
        if due:
            duty.engine.submit("pull", {"sources": list(due)})


def look_for_alerts(duty: Duty) -> None:
    """Let newsletters of breaking posts look at what came since the last tick: pulled, imported or written here."""
    wanted = [name for name, one in duty.means.settings.newsletters.items() if one.breaking]
    if wanted and duty.has_news(schedules.newest_version()):
        with unit():
            for name in wanted:
                duty.engine.submit("alert", {"newsletter": name})


def look_after(duty: Duty, now: datetime) -> None:
    """Look now and then for sources that fail or fell silent, for people in doubt, and at what became of editions."""
    if not _is_time("health", now, _HEALTH):
        return
    names = tuple(duty.means.settings.sources)
    with unit():
        for name, newest in pulls.silent(names, now - duty.means.settings.notify.silent):
            log.alert(now, "silent", f"source {name}", since=newest.isoformat(timespec="minutes"))
        for name, reason in pulls.failing(names, _FAILURES):
            notices.alert_change(now, "failing", f"source {name}", reason=reason)
        for subject in notices.standing("failing"):
            if not pulls.standing(subject.removeprefix("source ")).failures:
                notices.alert_change(now, "recovered", subject)
    _tell_doubt(duty, now)
    results.tally(now, most=_EDITIONS)


def _tell_doubt(duty: Duty, now: datetime) -> None:
    """Tell of people who are in doubt since so long that no event will settle it; `reconcile` tells of them itself."""
    ses = duty.means.settings.ses
    if ses.in_doubt != "reconcile" or not duty.means.settings.events.queue_url:
        with unit():
            notices.alert_of_doubt(now, now - ses.silence)
