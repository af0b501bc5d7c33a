"""An alert by hand: what somebody writes goes out alone, before every digest, once whoever may has approved it.

manuscript -> a post of the desk -> one edition, urgent -> those who may approve it are told
"""

from __future__ import annotations

from datetime import datetime

from publisher.jobs.editions import build as making
from publisher.jobs.editions import release
from publisher.jobs.editions.build import Built
from publisher.jobs.posts import describe
from publisher.jobs.posts import write as writing
from publisher.model import EditionState, Status
from publisher.settings import Settings
from publisher.store import edits, log, manuscripts, notices, schedules, wishes
from publisher.store.database import unit
from publisher.store.manuscripts import Manuscript
from publisher.store.wishes import Wishes


def announce(  # noqa: PLR0913 - what is written for which newsletter, by whom and when
    settings: Settings, newsletter: str, manuscript: Manuscript, *, uid: str, noise: int, actor: str, now: datetime
) -> Built:
    """Keep an alert that somebody wrote, and make its edition, which waits for whoever may approve it.

    `uid` is the id of its post. Raises `UsageError`, `SettingsError`, `StoreError`.
    """
    declared = settings.newsletters[newsletter]

    def send_on(built: Built) -> None:
        schedules.make_urgent(built.edition, manuscript.headline)
        schedules.cover(built.edition, declared.covers, now)
        wishes.sign(built.edition, Wishes(author=actor), now)
        log.note(now, actor, "alert", built.edition, newsletter=newsletter)
        happened = "ready" if built.state is EditionState.READY else "blocked"
        notices.alert_once(now, happened, built.edition, title=manuscript.headline, newsletter=newsletter)

    with unit():
        writing.begin(settings, newsletter, manuscript, uid=uid, actor=actor, now=now, is_draft=False)
        return making.build(
            settings,
            newsletter,
            now=now,
            noise=noise,
            only=lambda kept: kept.post.id == uid,
            replaces=False,
            then=send_on,
            fetch=False,
        )


def drop(edition: str, actor: str, now: datetime) -> None:
    """Let nobody get an alert: its edition ends, and what was written for it is a draft again, in no digest.

    Raises `UsageError` once somebody has got it.
    """
    with unit():
        release.step(edition, "cancel", actor, now)
        for place in wishes.places(edition):
            if manuscripts.is_written(place.post_key):
                history = edits.history(place.post_key)
                based_on = history.versions[0].number
                if history.current.status is Status.USABLE:
                    describe.withhold(place.post_key, actor, now, withheld=True, based_on=based_on)
