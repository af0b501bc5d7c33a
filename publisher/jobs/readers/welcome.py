"""What a new reader gets first: a greeting, and the latest edition as it stands now.

the posts of the edition, without what was withdrawn, with what was corrected
-> the edition again, in the reader's language and form, under a greeting -> the gate -> bytes

It is made anew, not taken from the archive: nobody is welcomed with a story that was withdrawn since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from publisher import language as languages
from publisher.delivery import message
from publisher.digest.selection import is_publishable
from publisher.errors import GateError
from publisher.jobs.editions import edition, forms
from publisher.jobs.editions.edition import Draft, Plan
from publisher.jobs.posts import pictures
from publisher.jobs.readers.strings import LetterWording, wording
from publisher.model import Gate, Message, Post
from publisher.settings import Settings
from publisher.store import archive
from publisher.store.archive import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """How a new reader reads: `form` is "html", "large" or "text"."""

    language: str
    form: str


def greet(settings: Settings, latest: Published, guest: Guest, now: datetime) -> Message | None:
    """Write a welcome with the latest edition of a newsletter; `archive.posts` says what of it still stands.

    None: nothing of it still stands, or we have no words in its language. Raises `GateError` when it is not
    accessible, `SettingsError`.
    """
    posts = [post for post in _standing(latest) if is_publishable(post, now)]
    spoken = _choose(settings, latest.newsletter, guest.language)
    words = wording(spoken)
    if not posts or languages.primary(words.language) != languages.primary(spoken):
        return None
    plan = _plan(settings, latest, words, spoken)
    shown = pictures.hang(posts, settings, fetch=False).posts  # they were fetched for the edition
    draft = edition.make(shown, forms.enlarge(plan) if guest.form == "large" else plan, now=now)
    _require_passed(draft, latest)
    if guest.form == "text":
        return message.build(replace(draft.rendered, html=""), plan.headers)
    return draft.message


def _standing(latest: Published) -> list[Post]:
    """Give the posts of an edition as they stand now."""
    found = archive.posts(latest)
    shown = (one.corrected if one.kind == "correction" else one.post for one in found if one.kind != "kill")
    return [post for post in shown if post is not None]


def _choose(settings: Settings, newsletter: str, wanted: str) -> str:
    """Give the language of a newsletter that serves a reader, else its first."""
    offered = settings.newsletters[newsletter].languages or (settings.site.language,)
    exact = [one for one in offered if one == wanted]
    near = [one for one in offered if languages.primary(one) == languages.primary(wanted)]
    return (*exact, *near, offered[0])[0]


def _plan(settings: Settings, latest: Published, words: LetterWording, spoken: str) -> Plan:
    """Plan the edition as it went out, under a greeting."""
    newsletter = settings.newsletters[latest.newsletter]
    plan = edition.plan(settings, latest.newsletter, newsletter, language=spoken, slug=latest.id)
    went = latest.at.astimezone(ZoneInfo(newsletter.zone or settings.site.time_zone))
    greeting = (
        words.say("You are subscribed. The next edition comes to this address."),
        words.say("You choose how often, in which language and in which form: also in large print."),
        words.say("Here is the latest edition, of %(day)s.", day=words.short_day(went.date())),
    )
    subject = words.say("Welcome to %(name)s", name=newsletter.title)
    rules = replace(plan.rules, intro="\n\n".join(greeting), subject=subject, given_order=True)
    return replace(plan, rules=rules)


def _require_passed(draft: Draft, latest: Published) -> None:
    """Let nothing out that the gate holds. Raises `GateError`."""
    if not draft.report.passed:
        worst = next(one for one in draft.report.findings if one.gate is Gate.BLOCK)
        raise GateError(f"the welcome with edition {latest.id}", worst.message, worst.fix)
