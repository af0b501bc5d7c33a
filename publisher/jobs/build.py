"""A newsletter becomes an edition that waits for its editor.

unseen posts -> make, once per language -> contents per (language, format) -> create
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from publisher.accessibility import report
from publisher.accessibility.report import Report
from publisher.delivery import message
from publisher.digest.selection import is_publishable
from publisher.errors import NothingUsableError
from publisher.jobs import edition
from publisher.jobs.breaking import is_breaking
from publisher.jobs.edition import Draft, Plan
from publisher.model import Audience, Content, EditionState, Kept
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
) -> Built:
    """Make an edition of what a newsletter has not shown; `noise` is a random number of 40 bits or more.

    `replaces`: an older edition that nobody approved is cancelled, and its posts are free again. `only` chooses among
    the posts, None what the newsletter is about; `since`: none that came before. `then` is called in the transaction
    that keeps the edition.

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
    drafts = _make(settings, name, kept, now, ulid)
    first = drafts[0][1]
    if not first.report.posts:
        raise NothingUsableError(f"newsletter {name}", "nothing is left of the new posts", "look at: publisher preview")
    chosen, left_out = _split(kept, [draft for _, draft in drafts])
    large = [_enlarge(plan, kept, now) for plan, _ in drafts]
    audited = [*(draft for _, draft in drafts), *large]
    blocked = any(not draft.report.passed for draft in audited)
    worst = next((draft.report for draft in audited if not draft.report.passed), first.report)
    wanted = editions.Draft(
        id=ulid,
        newsletter=name,
        title=first.digest.title,
        contents=tuple(
            content
            for (plan, draft), enlarged in zip(drafts, large, strict=True)
            for content in _contents(plan, draft, enlarged)
        ),
        chosen=chosen,
        left_out=left_out,
        report=report.to_json(worst),
        blocked=blocked,
        occurrence=occurrence,
        audience=audience,
        replaces=replaces,
        readers=_readers(newsletter, audience),
    )
    state = EditionState.DRAFT if blocked else EditionState.READY
    built = Built(edition=ulid, state=state, posts=len(chosen), report=worst)
    with unit():
        editions.create(wanted, now)
        then(built)
    return built


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


def _make(
    settings: Settings,
    name: str,
    kept: Sequence[Kept],
    now: datetime,
    ulid: str,
) -> list[tuple[Plan, Draft]]:
    """Make the edition in each of its languages."""
    newsletter = settings.newsletters[name]
    made: list[tuple[Plan, Draft]] = []
    for language in newsletter.languages or (settings.site.language,):
        wanted = edition.plan(settings, name, newsletter, language=language, slug=ulid)
        made.append((wanted, edition.make([one.post for one in kept], wanted, now=now)))
    return made


def _enlarge(plan: Plan, kept: Sequence[Kept], now: datetime) -> Draft:
    """Make the same edition in large print, for the readers who asked for it."""
    large = replace(plan, look=replace(plan.look, template="large-print"))
    return edition.make([one.post for one in kept], large, now=now)


def _contents(plan: Plan, draft: Draft, large: Draft) -> tuple[Content, ...]:
    """Give what readers of one language get: with pictures and type, in large print, or as plain text alone."""
    language = plan.rules.language
    plain = replace(draft.rendered, html="")
    return (
        Content(language=language, format="html", rendered=draft.rendered, message=draft.message),
        Content(language=language, format="large", rendered=large.rendered, message=large.message),
        Content(language=language, format="text", rendered=plain, message=message.build(plain, plan.headers)),
    )


def _split(kept: Sequence[Kept], drafts: Sequence[Draft]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Tell the posts that stand in the edition, in its order, from those that were looked at and left out."""
    keys = {(one.post.source, one.post.id): one.key for one in kept}
    places = [(shown.post.source, shown.post.id) for draft in drafts for shown in draft.digest.posts()]
    chosen = dict.fromkeys(keys[place] for place in places if place in keys)
    return tuple(chosen), tuple(one.key for one in kept if one.key not in chosen)
