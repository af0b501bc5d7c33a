"""An edition in every language and form that its readers asked for, each audited.

posts + rules -> one draft per language -> html, large print, plain text
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from publisher.accessibility.report import Report
from publisher.delivery import message
from publisher.digest import selection
from publisher.digest.compose import compose
from publisher.digest.rules import Rules
from publisher.jobs.editions import edition
from publisher.jobs.editions.edition import Draft, Plan
from publisher.jobs.posts import pictures
from publisher.jobs.posts.pictures import Hung
from publisher.model import Content, Kept, Post, Skipped
from publisher.settings import Settings

Adjust = Callable[[Rules], Rules]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Everything that readers of an edition may get; `drafts` are those of its languages, the fallback first.

    `report` is that of the first draft which does not pass, else of the first.
    """

    drafts: tuple[Draft, ...]
    contents: tuple[Content, ...]
    report: Report
    blocked: bool

    def split(self, kept: Sequence[Kept]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Tell the posts that stand in it, in its order, from those that were left out."""
        keys = {(one.post.source, one.post.id): one.key for one in kept}
        places = [(shown.post.source, shown.post.id) for draft in self.drafts for shown in draft.digest.posts()]
        chosen = tuple(dict.fromkeys(keys[place] for place in places if place in keys))
        return chosen, tuple(one.key for one in kept if one.key not in chosen)


def make(  # noqa: PLR0913 - which newsletter, which posts, which place in the archive, and when
    settings: Settings,
    name: str,
    posts: Sequence[Post],
    *,
    slug: str,
    now: datetime,
    adjust: Adjust = lambda rules: rules,
    fetch: bool = True,
) -> Forms:
    """Make an edition of a newsletter in all its forms; `slug` is its place in the archive.

    `adjust` changes the rules of one language before anything is made. Without `fetch` no picture is fetched: inside a
    transaction nothing may wait for the network. Raises `SettingsError`, and `OutsideError` where pictures have to be
    kept and cannot.
    """
    newsletter = settings.newsletters[name]
    plans = [
        edition.plan(settings, name, newsletter, language=language, slug=slug)
        for language in newsletter.languages or (settings.site.language,)
    ]
    plans = [replace(plan, rules=adjust(plan.rules)) for plan in plans]
    hung = _hang(settings, posts, plans, now, fetch=fetch)
    skipped = (*hung.skipped, *_crowded_out(name, posts, plans[0].rules, now))
    drafts = tuple(edition.make(hung.posts, plan, now=now, skipped=skipped) for plan in plans)
    large = tuple(edition.make(hung.posts, enlarge(plan), now=now, skipped=skipped) for plan in plans)
    bad = next((draft.report for draft in (*drafts, *large) if not draft.report.passed), None)
    return Forms(
        drafts=drafts,
        contents=tuple(
            content
            for plan, draft, enlarged in zip(plans, drafts, large, strict=True)
            for content in _contents(plan, draft, enlarged)
        ),
        report=bad or drafts[0].report,
        blocked=bad is not None,
    )


def _hang(settings: Settings, posts: Sequence[Post], plans: Sequence[Plan], now: datetime, *, fetch: bool) -> Hung:
    """Look after the pictures of the posts that will stand in the edition, and of no others."""
    shown = {(one.post.source, one.post.id) for plan in plans for one in compose(posts, plan.rules, now=now).posts()}
    chosen = {place: post for place, post in enumerate(posts) if (post.source, post.id) in shown}
    hung = pictures.hang(list(chosen.values()), settings, fetch=fetch)
    mended = dict(zip(chosen, hung.posts, strict=True))
    return Hung(posts=tuple(mended.get(place, post) for place, post in enumerate(posts)), skipped=hung.skipped)


def _crowded_out(name: str, posts: Sequence[Post], rules: Rules, now: datetime) -> tuple[Skipped, ...]:
    """Say for how many posts there was no room."""
    number = len(selection.crowded_out(posts, rules, now))
    reason = f"no room for {number} more of its posts: an edition holds {rules.max_posts} at most (max_posts)"
    return (Skipped(source=f"newsletter {name}", reason=reason),) if number else ()


def enlarge(plan: Plan) -> Plan:
    """Plan the same edition in large print, for the readers who asked for it."""
    return replace(plan, look=replace(plan.look, template="large-print"))


def _contents(plan: Plan, draft: Draft, large: Draft) -> tuple[Content, ...]:
    """Give what readers of one language get: with pictures and type, in large print, or as plain text alone."""
    language = plan.rules.language
    plain = replace(draft.rendered, html="")
    return (
        Content(language=language, format="html", rendered=draft.rendered, message=draft.message, links=draft.links),
        Content(language=language, format="large", rendered=large.rendered, message=large.message, links=large.links),
        Content(language=language, format="text", rendered=plain, message=message.build(plain, plan.headers)),
    )
