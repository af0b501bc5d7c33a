"""An editor changes an edition: its order, its words, or the newest versions of its posts; it is made and audited anew.

places + wishes -> edition.make, once per language -> remake (approvals are withdrawn)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from publisher.accessibility import report
from publisher.delivery import message
from publisher.errors import SettingsError, UsageError
from publisher.jobs import edition as editing
from publisher.jobs.edition import Draft, Plan
from publisher.model import Content, Kept
from publisher.settings import Newsletter, Settings
from publisher.store import editions, wishes
from publisher.store.wishes import Remade, Texts, Wishes

LONGEST = {"subject": 120, "preheader": 140, "intro": 2_000}  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an editor asks for: versions in their order, those left out, and the words by language."""

    chosen: tuple[int, ...]
    left_out: tuple[int, ...]
    texts: dict[str, Texts]


def rework(settings: Settings, edition: str, order: Order, actor: str, now: datetime) -> bool:
    """Make an edition anew as an editor wants it; gives whether the gate lets it pass.

    Posts come in their newest versions. Raises `UsageError`: nobody may change it any more, a text is too long, nothing
    is left in it.
    """
    found = editions.get(edition)
    newsletter = settings.newsletters.get(found.newsletter)
    if newsletter is None:
        raise SettingsError(f"newsletters.{found.newsletter}", "is not declared any more", "declare it again")
    wishes.require_open(edition)
    _refuse_long(order)
    kept = wishes.current_versions(order.chosen)
    drafts = _make(settings, found.newsletter, newsletter, (edition, kept, order.texts), now)
    if not drafts[0][1].report.posts:
        raise UsageError("this edition", "no post would be left in it", "keep at least one that may be published")
    worst = next((draft.report for _, draft in drafts if not draft.report.passed), drafts[0][1].report)
    chosen = _in_order(kept, [draft for _, draft in drafts])
    wanted = Remade(
        title=drafts[0][1].digest.title,
        contents=tuple(content for plan, draft in drafts for content in _contents(plan, draft)),
        chosen=chosen,
        left_out=tuple(dict.fromkeys((*(one.key for one in kept if one.key not in chosen), *order.left_out))),
        report=report.to_json(worst),
        blocked=not all(draft.report.passed for _, draft in drafts),
    )
    before = wishes.of_edition(edition)
    wishes.remake(
        edition, wanted, Wishes(texts=order.texts, author=actor), now, changes=_changes(edition, before, order, chosen)
    )
    return not wanted.blocked


def _changes(edition: str, before: Wishes, order: Order, chosen: Sequence[int]) -> dict[str, object]:
    """Say what was changed, before and after, for the log."""
    found: dict[str, object] = {}
    was = [place.key for place in wishes.places(edition) if place.position is not None]
    if was != list(chosen):
        found["posts"] = {"before": was, "after": list(chosen)}
    for language, texts in order.texts.items():
        for name in ("subject", "preheader", "intro"):
            old, new = getattr(before.of(language), name), getattr(texts, name)
            if old != new:
                found[f"{name} ({language})"] = {"before": old, "after": new}
    return found


def _refuse_long(order: Order) -> None:
    """Refuse a text that no mail client shows. Raises `UsageError`."""
    for language, texts in order.texts.items():
        for name, most in LONGEST.items():
            if len(getattr(texts, name)) > most:
                raise UsageError(f"{name} ({language})", f"it has more than {most} characters", "shorten it")


def _make(
    settings: Settings,
    name: str,
    newsletter: Newsletter,
    what: tuple[str, Sequence[Kept], dict[str, Texts]],
    now: datetime,
) -> list[tuple[Plan, Draft]]:
    """Make the edition in each of its languages, in the given order."""
    ulid, kept, texts = what
    made: list[tuple[Plan, Draft]] = []
    for language in newsletter.languages or (settings.site.language,):
        plan = editing.plan(settings, name, newsletter, language=language, slug=ulid)
        mine = texts.get(language, Texts())
        rules = replace(
            plan.rules,
            given_order=True,
            subject=" ".join(mine.subject.split()) or None,
            preheader=" ".join(mine.preheader.split()) or None,
            intro=mine.intro,
        )
        wanted = replace(plan, rules=rules)
        made.append((wanted, editing.make([one.post for one in kept], wanted, now=now)))
    return made


def _contents(plan: Plan, draft: Draft) -> tuple[Content, Content]:
    """Give what readers of one language get: with pictures and type, or as plain text alone."""
    language = plan.rules.language
    plain = replace(draft.rendered, html="")
    return (
        Content(language=language, format="html", rendered=draft.rendered, message=draft.message),
        Content(language=language, format="text", rendered=plain, message=message.build(plain, plan.headers)),
    )


def _in_order(kept: Sequence[Kept], drafts: Sequence[Draft]) -> tuple[int, ...]:
    """Give the versions that stand in the edition, in its order."""
    keys = {(one.post.source, one.post.id): one.key for one in kept}
    shown = [(one.post.source, one.post.id) for draft in drafts for one in draft.digest.posts()]
    return tuple(dict.fromkeys(keys[place] for place in shown if place in keys))
