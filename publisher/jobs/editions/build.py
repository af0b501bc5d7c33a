"""A newsletter becomes an edition that waits for its editor.

unseen posts -> forms.make, once per language and format -> create
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from publisher.accessibility import report
from publisher.accessibility.report import Report
from publisher.digest.rules import Rules, with_rest_on_web
from publisher.digest.selection import is_publishable
from publisher.errors import NothingUsableError
from publisher.jobs.editions import forms, segment
from publisher.jobs.editions.breaking import is_breaking
from publisher.model import Audience, EditionState, Kept
from publisher.settings import Newsletter, Settings
from publisher.store import editions, newsletters
from publisher.store.database import unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The edition that was made, and what its audit came to."""

    edition: str
    state: EditionState
    posts: int
    report: Report


def build(  # noqa: PLR0913 - what differs between a build by hand, by the clock and of an alert, by keyword
    settings: Settings,
    name: str,
    *,
    now: datetime,
    noise: int,
    occurrence: str | None = None,
    audience: Audience = "each",
    replaces: bool = True,
    only: Callable[[Kept], bool] | None = None,
    since: datetime | None = None,
    then: Callable[[Built], None] = lambda _built: None,
    fetch: bool = True,
    gathers: bool = False,
) -> Built:
    """Make an edition of what a newsletter has not shown; `noise` is a random number of 40 bits or more.

    `replaces`: an older edition that nobody approved is cancelled, and its posts are free again. `only` chooses among
    the posts, None what the newsletter is about; `since`: none that came before. `then` is called in the transaction
    that keeps the edition. Without `fetch` no picture is fetched. `gathers`: it holds the posts of several editions, so
    that its web page takes those for which the mail has no room.

    Raises `NothingUsableError` when there is nothing new, `UsageError`, `SettingsError`, `StoreError`.
    """
    newsletter = settings.newsletters[name]
    wanted_ones = only or _chooser(newsletter)
    kept = [
        one for one in newsletters.unseen(name, audience, since) if is_publishable(one.post, now) and wanted_ones(one)
    ]
    if not kept:
        raise NothingUsableError(f"newsletter {name}", *_why_nothing(name, newsletter))
    ulid = editions.new_id(now, noise)
    posts = [one.post for one in kept]
    adjust = with_rest_on_web if gathers else _as_declared
    made = forms.make(settings, name, posts, slug=ulid, now=now, adjust=adjust, fetch=fetch)
    if not made.drafts[0].report.posts:
        raise NothingUsableError(f"newsletter {name}", "nothing is left of the new posts", "look at: publisher preview")
    chosen, left_out = made.split(kept)
    wanted = editions.Draft(
        id=ulid,
        newsletter=name,
        title=made.drafts[0].digest.title,
        contents=made.contents,
        chosen=chosen,
        left_out=left_out,
        report=report.to_json(made.report),
        blocked=made.blocked,
        occurrence=occurrence,
        audience=audience,
        replaces=replaces,
        readers=_readers(newsletter, audience),
        segment=segment.declared(newsletter),
    )
    state = EditionState.DRAFT if made.blocked else EditionState.READY
    built = Built(edition=ulid, state=state, posts=len(chosen), report=made.report)
    with unit():
        editions.create(wanted, now)
        then(built)
    return built


def _as_declared(rules: Rules) -> Rules:
    """Leave the rules of a newsletter as they are."""
    return rules


def _chooser(newsletter: Newsletter) -> Callable[[Kept], bool]:
    """Choose what a newsletter is about: all that its sources bring, or what is breaking of it."""
    return lambda kept: not newsletter.breaking or is_breaking(kept.post, newsletter.breaking)


def _readers(newsletter: Newsletter, audience: Audience) -> tuple[Audience, ...]:
    """Say who gets an edition; who wants a roll-up that does not exist gets each edition."""
    if audience != "each":
        return (audience,)
    rolled: tuple[tuple[Audience, str], ...] = (("daily", newsletter.daily), ("weekly", newsletter.weekly))
    return ("each", *(name for name, schedule in rolled if not schedule))


def _why_nothing(name: str, newsletter: Newsletter) -> tuple[str, str]:
    """Say why there is nothing to publish, and what could be done."""
    old = newsletters.back_catalogue(name)
    if old and newsletter.start is None:
        fix = f"to mail older ones, set start = 2026-01-31 (or another day) in [newsletters.{name}]"
        return f"it has nothing new; {old} posts are older than its first pull and are not mailed", fix
    return "it has nothing new", "pull its sources first: publisher pull"
