"""Breaking posts: each goes out alone, at once, and before every digest.

unseen posts that are marked -> not more a day than agreed -> one edition each -> the gate or an editor -> readers
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from publisher.digest.selection import is_publishable
from publisher.errors import NothingUsableError
from publisher.jobs.editions import build as making
from publisher.jobs.editions.breaking import is_breaking
from publisher.jobs.editions.build import Built
from publisher.jobs.worker.duty import Duty
from publisher.jobs.worker.issue import proceed
from publisher.model import Kept
from publisher.settings import Newsletter
from publisher.store import log, newsletters, notices, schedules
from publisher.store.database import unit


def alert(duty: Duty, newsletter: str) -> None:
    """Make an edition of each breaking post that a newsletter has not shown. Raises `SettingsError`, `StoreError`."""
    now = duty.means.now()
    declared = duty.means.settings.newsletters.get(newsletter)
    if declared is None or not declared.breaking or declared.paused or schedules.is_paused(newsletter):
        return
    # Only what is new counts: what lay there before the mark was agreed on is old news.
    for kept in newsletters.unseen(newsletter, since=now - declared.lateness):
        if is_publishable(kept.post, now) and is_breaking(kept.post, declared.breaking):
            if schedules.started_since(newsletter, now - timedelta(days=1)) >= declared.most_a_day:
                _tell_limit(newsletter, declared, kept, now)
                return
            _send(duty, newsletter, declared, kept, now)


def _tell_limit(newsletter: str, declared: Newsletter, kept: Kept, now: datetime) -> None:
    """Leave it to people: there were as many alerts in a day as were agreed on."""
    with unit():
        reason = f"there were {declared.most_a_day} in 24 hours"
        title = kept.post.title or ""
        notices.alert_once(now, "limit", f"post {kept.key}", reason=reason, post=title, newsletter=newsletter)


def _send(duty: Duty, newsletter: str, declared: Newsletter, kept: Kept, now: datetime) -> None:
    """Make the edition of one post, and let it go on."""

    def send_on(built: Built) -> None:
        schedules.make_urgent(built.edition)
        schedules.set_time(built.edition, now)
        schedules.cover(built.edition, declared.covers, now)
        log.note(now, "publisher", "alert", built.edition, newsletter=newsletter)
        proceed(duty, built, now)

    try:
        making.build(
            duty.means.settings,
            newsletter,
            now=now,
            noise=duty.means.noise(),
            only=_only(kept),
            since=kept.first_seen,
            replaces=False,
            then=send_on,
        )
    except NothingUsableError:
        return


def _only(kept: Kept) -> Callable[[Kept], bool]:
    """Choose one post."""
    return lambda other: other.key == kept.key
