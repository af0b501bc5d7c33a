"""Breaking posts: each goes out alone, at once, and before every digest.

unseen posts that are marked -> not more a day than agreed -> one edition each -> the gate or an editor -> readers
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from publisher.digest.selection import is_publishable
from publisher.errors import NothingUsableError
from publisher.jobs import build as making
from publisher.jobs.build import Built
from publisher.jobs.duty import Duty
from publisher.jobs.issue import proceed
from publisher.model import Kept, Post
from publisher.settings import Newsletter
from publisher.store import log, newsletters, notices, schedules
from publisher.store.database import unit

EVERY: Final = "*"


def is_breaking(post: Post, marks: tuple[str, ...]) -> bool:
    """Say whether a post is marked: by a tag, by its kicker, or because everything of its source is."""
    words = {mark.casefold() for mark in marks}
    said = {tag.strip().casefold() for tag in post.tags}
    kicker = (post.kicker or "").strip().strip(":").casefold()
    return EVERY in words or bool(words & said) or kicker in words


def alert(duty: Duty, newsletter: str) -> None:
    """Make an edition of each breaking post that a newsletter has not shown. Raises `SettingsError`, `StoreError`."""
    now = duty.means.now()
    declared = duty.means.settings.newsletters.get(newsletter)
    if declared is None or not declared.breaking or declared.paused or schedules.is_paused(newsletter):
        return
    for kept in newsletters.unseen(newsletter):
        # Only what is new counts: what lay there before the mark was agreed on is old news.
        fresh = now - kept.first_seen <= declared.lateness
        if fresh and is_publishable(kept.post, now) and is_breaking(kept.post, declared.breaking):
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
        schedules.cover(built.edition, declared.covers)
        log.note(now, "publisher", "alert", built.edition, newsletter=newsletter)
        proceed(duty, built, now)

    try:
        making.build(
            duty.means.settings,
            newsletter,
            now=now,
            noise=duty.means.noise(),
            only=_only(kept),
            replaces=False,
            then=send_on,
        )
    except NothingUsableError:
        return


def _only(kept: Kept) -> Callable[[Kept], bool]:
    """Choose one post."""
    return lambda other: other.key == kept.key
