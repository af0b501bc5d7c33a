"""What readers have got is put right: a mail to exactly those who were reached, and a new edition for the rest.

    correct   what editors said of a post -> one edition for each newsletter that brought it to somebody
    rebuild   an edition that was stopped -> the same, of the newest versions, for those still pending

Both wait for approval like every edition; whom they go to is read from the ledger at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from publisher.accessibility import report
from publisher.accessibility.report import Report
from publisher.digest.notice import Notice
from publisher.digest.rules import Rules, with_rest_on_web
from publisher.digest.selection import is_publishable
from publisher.errors import NothingUsableError, SettingsError, UsageError
from publisher.jobs.editions import forms
from publisher.jobs.editions.forms import Forms
from publisher.model import Edition, EditionState, Kept
from publisher.settings import Settings
from publisher.store import corrections, editions, log, wishes
from publisher.store.database import unit
from publisher.store.wishes import Wishes

_STOPPED: Final = frozenset({EditionState.PAUSED, EditionState.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An edition that waits for approval, whom it would go to now, and what its audit came to."""

    edition: str
    newsletter: str
    state: EditionState
    recipients: int
    report: Report


def notice_of(edition: Edition) -> Notice | None:
    """Give what an edition tells of a post that its readers have; None for every other edition."""
    if edition.withdrawal is None:
        return None
    said = corrections.get(edition.withdrawal)
    return Notice(kind=said.kind, post=said.kept.post, note=said.note)


def frame(rules: Rules, notice: Notice) -> Rules:
    """Put the words around a notice, where an editor wrote none; the story always stands there whole."""
    return replace(
        rules,
        content="full",
        subject=rules.subject or notice.subject(rules.language),
        intro=rules.intro or notice.intro(rules.language),
    )


def correct(  # noqa: PLR0913 - who asks for which mails, and when
    settings: Settings,
    post: str | int,
    *,
    actor: str,
    now: datetime,
    noise: Callable[[], int],
    only: Collection[str] | None = None,
) -> tuple[Made, ...]:
    """Make the mails that tell readers what was corrected in a post, or that it was withdrawn.

    One for each newsletter, each person in one of them at most; `only` are newsletters to leave it at. What nobody has
    approved yet is replaced. `noise` gives random numbers of 40 bits or more.

    Raises `UsageError`, `SettingsError`, and `NothingUsableError` when nobody was reached.
    """
    said = corrections.latest(post)
    if said.kind == "correction" and not is_publishable(said.kept.post, now):
        raise UsageError(f"post {post}", "it may not be published now", "withdraw it: publisher withdraw --kind kill")
    names = [name for name in corrections.concerned(said.key) if only is None or name in only]
    if not names:
        raise NothingUsableError(f"post {post}", "no edition has brought it to anybody, so that nobody has to be told")
    notice = Notice(kind=said.kind, post=said.kept.post, note=said.note)
    return tuple(_correct(settings, name, said.key, (notice, said.kept), (actor, now, noise())) for name in names)


def _correct(
    settings: Settings, name: str, withdrawal: int, told: tuple[Notice, Kept], by: tuple[str, datetime, int]
) -> Made:
    """Make the mail for the readers of one newsletter."""
    (notice, kept), (actor, now, noise) = told, by
    _require_declared(settings, name)
    ulid = editions.new_id(now, noise)
    post = notice.mailed(settings.site.language)
    made = forms.make(settings, name, [post], slug=ulid, now=now, adjust=lambda rules: frame(rules, notice))
    return _keep(
        editions.Draft(
            id=ulid,
            newsletter=name,
            title=made.drafts[0].rendered.subject,
            contents=made.contents,
            chosen=(kept.key,),
            report=report.to_json(made.report),
            blocked=made.blocked,
            withdrawal=withdrawal,
        ),
        made,
        Wishes(author=actor),
        now,
    )


def rebuild(settings: Settings, edition: str, *, actor: str, now: datetime, noise: int) -> Made:
    """Make an edition anew for those for whom a stopped one is still pending; that one ends when this is approved.

    Posts come in their newest versions; what was withdrawn is not among them. `noise` is a random number of 40 bits or
    more. Raises `UsageError`, `SettingsError`, and `NothingUsableError` when no post is left.
    """
    older = editions.get(edition)
    if older.state not in _STOPPED:
        reason = f"it is {older.state.value}: only an edition that was stopped is made anew for those still pending"
        raise UsageError(f"edition {edition}", reason, f"pause it first: publisher pause {edition}")
    if not corrections.waiting_for(edition):
        raise NothingUsableError(f"edition {edition}", "nobody is pending any more")
    _require_declared(settings, older.newsletter)
    places = wishes.places(edition)
    kept = wishes.current_versions([place.key for place in places if place.position is not None])
    ulid = editions.new_id(now, noise)
    made = _make_again(settings, older, kept, ulid, now)
    chosen, left_out = made.split(kept)
    audience, readers = editions.audience_of(edition)
    draft = editions.Draft(
        id=ulid,
        newsletter=older.newsletter,
        title=made.drafts[0].digest.title,
        contents=made.contents,
        chosen=chosen,
        left_out=(*left_out, *(place.key for place in places if place.position is None)),
        report=report.to_json(made.report),
        blocked=made.blocked,
        continues=edition,
        audience=audience,
        readers=readers,
    )
    return _keep(draft, made, Wishes(texts=wishes.of_edition(edition).texts, author=actor), now)


def _make_again(settings: Settings, older: Edition, kept: tuple[Kept, ...], ulid: str, now: datetime) -> Forms:
    """Make the posts of an edition anew, in their order, with the words that editors wrote for it."""
    texts = wishes.of_edition(older.id)

    def adjust(rules: Rules) -> Rules:
        mine = texts.of(rules.language)
        return replace(
            with_rest_on_web(rules),
            given_order=True,
            subject=mine.subject or None,
            preheader=mine.preheader or None,
            intro=mine.intro,
        )

    posts = [one.post for one in kept if is_publishable(one.post, now)]
    if not posts:
        fix = f"end it: publisher cancel {older.id}"
        raise NothingUsableError(f"edition {older.id}", "none of its posts may be published any more", fix)
    return forms.make(settings, older.newsletter, posts, slug=ulid, now=now, adjust=adjust)


def _require_declared(settings: Settings, name: str) -> None:
    """Refuse a newsletter that left the settings. Raises `SettingsError`."""
    if name not in settings.newsletters:
        raise SettingsError(f"newsletters.{name}", "is not declared any more", "declare it again")


def _keep(draft: editions.Draft, made: Forms, wanted: Wishes, now: datetime) -> Made:
    """Keep an edition, and who asked for it."""
    with unit():
        editions.create(draft, now)
        wishes.sign(draft.id, wanted, now)
        if draft.continues:
            log.note(now, wanted.author, "rebuild", draft.id, continues=draft.continues)
        else:
            log.note(now, wanted.author, "correct", draft.id, title=draft.title)
    return Made(
        edition=draft.id,
        newsletter=draft.newsletter,
        state=EditionState.DRAFT if made.blocked else EditionState.READY,
        recipients=editions.expected_recipients(draft.id),
        report=made.report,
    )
