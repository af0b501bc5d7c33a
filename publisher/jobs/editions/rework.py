"""An editor changes an edition: its order, its words, or the newest versions of its posts; it is made and audited anew.

places + wishes -> forms.make, once per language and format -> remake (approvals are withdrawn)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from publisher.accessibility import report
from publisher.digest.rules import Rules, with_rest_on_web
from publisher.errors import SettingsError, UsageError
from publisher.jobs.editions import correct, forms
from publisher.jobs.editions.forms import Forms
from publisher.model import Edition, Kept, Post
from publisher.settings import Settings
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
    if found.newsletter not in settings.newsletters:
        raise SettingsError(f"newsletters.{found.newsletter}", "is not declared any more", "declare it again")
    wishes.require_open(edition)
    _refuse_long(order)
    kept = wishes.current_versions(order.chosen)
    made = _make(settings, found, kept, order.texts, now)
    if not made.drafts[0].report.posts:
        raise UsageError("this edition", "no post would be left in it", "keep at least one that may be published")
    chosen, dropped = made.split(kept)
    wanted = Remade(
        title=made.drafts[0].rendered.subject if found.withdrawal else made.drafts[0].digest.title,
        contents=made.contents,
        chosen=chosen,
        left_out=tuple(dict.fromkeys((*dropped, *order.left_out))),
        report=report.to_json(made.report),
        blocked=made.blocked,
    )
    before = wishes.of_edition(edition)
    shown = [one for key in chosen for one in kept if one.key == key]
    wishes.remake(
        edition, wanted, Wishes(texts=order.texts, author=actor), now, changes=_changes(edition, before, order, shown)
    )
    return not wanted.blocked


def _changes(edition: str, before: Wishes, order: Order, shown: Sequence[Kept]) -> dict[str, object]:
    """Say what was changed, before and after, for the log; posts by the titles that people know them by."""
    found: dict[str, object] = {}
    places = [place for place in wishes.places(edition) if place.position is not None]
    was, now = [_title(place.post) for place in places], [_title(one.post) for one in shown]
    if was != now:
        found["posts"] = {"before": was, "after": now}
    known = {place.key for place in places}
    ids = {place.post.id for place in places}
    fresh = [_title(one.post) for one in shown if one.key not in known and one.post.id in ids]
    if fresh:
        found["newest versions"] = {"before": [], "after": fresh}
    for language, texts in order.texts.items():
        for name in ("subject", "preheader", "intro"):
            old, new = getattr(before.of(language), name), getattr(texts, name)
            if old != new:
                found[f"{name} ({language})"] = {"before": old, "after": new}
    return found


def _title(post: Post) -> str:
    """Name a post as people know it."""
    return post.title or post.id


def _refuse_long(order: Order) -> None:
    """Refuse a text that no mail client shows. Raises `UsageError`."""
    for language, texts in order.texts.items():
        for name, most in LONGEST.items():
            if len(getattr(texts, name)) > most:
                raise UsageError(f"{name} ({language})", f"it has more than {most} characters", "shorten it")


def _make(settings: Settings, found: Edition, kept: Sequence[Kept], texts: dict[str, Texts], now: datetime) -> Forms:
    """Make the edition in all its forms, in the given order; a correction keeps its note and the words around it."""
    notice = correct.notice_of(found)

    def adjust(rules: Rules) -> Rules:
        mine = texts.get(rules.language, Texts())
        wanted = replace(
            with_rest_on_web(rules),
            given_order=True,
            subject=" ".join(mine.subject.split()) or None,
            preheader=" ".join(mine.preheader.split()) or None,
            intro=mine.intro,
        )
        return correct.frame(wanted, notice) if notice else wanted

    posts = [one.post for one in kept] if notice is None else [notice.mailed(settings.site.language)] * bool(kept)
    return forms.make(settings, found.newsletter, posts, slug=found.id, now=now, adjust=adjust)
