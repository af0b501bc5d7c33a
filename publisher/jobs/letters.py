"""Letters to one person: confirm this, open that, welcome.

take the links whose mail is to be sent -> write the letter, once per language -> splice -> transport

They pass the same gate as editions. A letter that is lost is asked for again by its reader, so none is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from publisher.accessibility import page
from publisher.accessibility.audit import RULES, audit, is_passed
from publisher.delivery import address, message, unsubscribe
from publisher.delivery.transport import Transport
from publisher.delivery.unsubscribe import Keys, Purpose
from publisher.digest.letter import Letter, write_letter
from publisher.digest.theme import Theme
from publisher.digest.view import Link
from publisher.errors import GateError, OutsideError
from publisher.jobs.strings import LetterWording, wording
from publisher.model import Accepted, Envelope, InDoubt, Message, NotAccepted, Reaction, Slot
from publisher.settings import Newsletter, Settings
from publisher.store import archive, log, passes, quota, readers
from publisher.store.database import unit
from publisher.store.passes import Pass

JOB: Final = "letters"
_AT_ONCE: Final = 50
_SAMPLE: Final = "reader@example.org"  # RFC 2606
# A letter belongs to no list, and is no edition that stands on the web.
_RULES: Final = tuple(rule for rule in RULES if rule.id not in {"list-unsubscribe", "web-version"})

# purpose of the pass -> purpose of its token, and the first part of the address that it opens
DOORS: Final[Mapping[str, tuple[Purpose, str]]] = {
    "confirm": (Purpose.CONFIRM, "c"),
    "mailbox": (Purpose.MAILBOX, "m"),
    "old": (Purpose.OLD_ADDRESS, "o"),
    "new": (Purpose.NEW_ADDRESS, "n"),
}


@dataclass(slots=True, kw_only=True)
class PostOffice:
    """How letters leave, and what was written already; `account` is the one whose pace they keep."""

    settings: Settings
    keys: Keys
    transport: Transport
    account: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    written: dict[tuple[str, str, str, str], Message] = field(default_factory=dict)


def send_letters(office: PostOffice) -> int:
    """Send every letter that waits; gives how many. One that the gate refuses is told to people.

    Raises `OutsideError` where some have to be tried again, `StoreError`.
    """
    sent = 0
    while batch := passes.take_unmailed(office.now(), _AT_ONCE):
        quota.reserve(office.account, len(batch), office.now())
        returned = [one.key for one in batch if _send(office, one) is Reaction.RETRY]
        sent += len(batch) - len(returned)
        if returned:
            passes.give_back(tuple(returned))
            raise OutsideError("letters", f"{len(returned)} could not be sent now", "they are tried again")
    return sent


def _send(office: PostOffice, one: Pass) -> Reaction | None:
    """Send one letter; gives what the transport asks for when it did not go out."""
    if readers.suppression_of(one.address) not in {None, "erased"}:
        return None  # whoever complained is not written to, not even because somebody typed their address
    try:
        written = write(office, one)
    except GateError as failure:
        with unit():
            log.alert(office.now(), "letter", f"letter {one.purpose}", reason=str(failure))
        return None
    outcome = office.transport.send(written, address_letter(office, one))
    match outcome:
        case Accepted() | InDoubt():
            return None
        case NotAccepted(reaction=Reaction.FAIL):
            return None
        case NotAccepted():
            return Reaction.RETRY


def address_letter(office: PostOffice, one: Pass) -> Envelope:
    """Address a letter, with the links that only its reader may have."""
    site = office.settings.site.url
    values: dict[Slot, str] = {}
    if one.purpose in DOORS:
        values[Slot.LINK] = link_of(site, office.keys, one)
    elif one.subscriber is not None:
        who = (one.subscriber, one.newsletter)
        leave = unsubscribe.issue(office.keys, Purpose.UNSUBSCRIBE, *who)
        choose = unsubscribe.issue(office.keys, Purpose.PREFERENCES, *who)
        values[Slot.UNSUBSCRIBE] = unsubscribe.unsubscribe_url(site, leave)
        values[Slot.PREFERENCES] = unsubscribe.preferences_url(site, choose)
    return Envelope(address=one.address, values=values, tags={"letter": one.purpose})


def link_of(site: str, keys: Keys, one: Pass) -> str:
    """Give the address that a pass opens."""
    purpose, path = DOORS[one.purpose]
    return f"{site}/{path}/{unsubscribe.issue(keys, purpose, one.key, one.newsletter)}"


# --- writing ----------------------------------------------------------------------------------------------------------


def write(office: PostOffice, one: Pass) -> Message:
    """Write the letter of a pass, or remember it. Raises `GateError` when it is not accessible."""
    settings = office.settings
    language = one.language or settings.site.language
    latest = archive.latest(one.name) if one.purpose == "welcome" else None
    key = (one.purpose, language, one.name, latest.id if latest else "")
    if key not in office.written:
        newsletter = settings.newsletters.get(one.name)
        about = newsletter.title if newsletter else settings.site.name
        closer = (
            _Latest(title=latest.title, url=f"{settings.site.url}/archive/{one.name}/{latest.id}") if latest else None
        )
        letter = compose(settings, one.purpose, language, about, closer)
        office.written[key] = check(letter, newsletter or next(iter(settings.newsletters.values())))
    return office.written[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Latest:
    """The newest edition of a newsletter: what a welcome begins with."""

    title: str
    url: str


def check(letter: Letter, newsletter: Newsletter) -> Message:
    """Render a letter, audit it as it will be sent, and give it as bytes. Raises `GateError`."""
    rendered = write_letter(letter)
    reply_to = address.parse(newsletter.reply_to) if newsletter.reply_to else None
    built = message.build_letter(rendered, address.parse(newsletter.sender), reply_to)
    sample = {slot: f"https://example.org/{slot.value}" for slot in (Slot.LINK, Slot.UNSUBSCRIBE, Slot.PREFERENCES)}
    raw = message.splice(built, Envelope(address=_SAMPLE, values=sample))
    findings = audit(page.read_rendered(rendered, message=raw), _RULES)
    if not is_passed(findings):
        raise GateError(f"letter {letter.subject!r}", findings[0].message, findings[0].fix)
    return built


def compose(settings: Settings, purpose: str, language: str, about: str, latest: _Latest | None = None) -> Letter:
    """Put a letter into words. Raises `KeyError` for a purpose that has none."""
    words = wording(language)
    said = _SAYINGS[purpose](words, about, latest)
    own = settings.folder / "templates" / "email"
    return Letter(
        subject=said.subject,
        title=said.subject,
        paragraphs=said.paragraphs,
        links=said.links,
        closing=said.closing,
        language=words.language,
        direction=words.direction,
        publisher=settings.site.name,
        publisher_language=settings.site.language,
        postal_address=settings.site.postal_address,
        theme=Theme(accent=settings.theme.accent, accent_dark=settings.theme.accent_dark),
        folders=(own,) if own.is_dir() else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saying:
    """What a letter says."""

    subject: str
    paragraphs: tuple[str, ...]
    links: tuple[Link, ...]
    closing: tuple[str, ...] = ()


def _confirm(words: LetterWording, name: str, _latest: _Latest | None) -> _Saying:
    """Ask whether the owner of the mailbox wants the newsletter."""
    return _Saying(
        subject=words.say("Please confirm: %(name)s", name=name),
        paragraphs=(
            words.say("Somebody asked us to send %(name)s to this address.", name=name),
            words.say("If it was you, open this link and press the button there."),
        ),
        links=(Link(text=words.say("Confirm my subscription to %(name)s", name=name), href=Slot.LINK.marker),),
        closing=(words.say("If it was not you, do nothing: nothing will be sent, and the address is forgotten soon."),),
    )


def _mailbox(words: LetterWording, name: str, _latest: _Latest | None) -> _Saying:
    """Let the owner of the mailbox see and change everything."""
    return _Saying(
        subject=words.say("Your settings at %(name)s", name=name),
        paragraphs=(words.say("Here you can see, change and erase what we hold about this address."),),
        links=(Link(text=words.say("Open my settings at %(name)s", name=name), href=Slot.LINK.marker),),
        closing=(
            words.say("The link works for 15 minutes. Do not pass it on."),
            words.say("If you did not ask for it, do nothing: nothing changes."),
        ),
    )


def _old(words: LetterWording, name: str, _latest: _Latest | None) -> _Saying:
    """Ask the mailbox that is left whether it is."""
    return _Saying(
        subject=words.say("Confirm your change of address at %(name)s", name=name),
        paragraphs=(
            words.say("You asked that your newsletters go to another address from now on."),
            words.say("Confirm it here, and in the letter that we sent to the new address."),
        ),
        links=(Link(text=words.say("Confirm the change of address"), href=Slot.LINK.marker),),
        closing=(words.say("If you did not ask for it, do nothing: nothing changes."),),
    )


def _new(words: LetterWording, name: str, _latest: _Latest | None) -> _Saying:
    """Ask the mailbox that newsletters are to go to whether it wants them."""
    return _Saying(
        subject=words.say("Confirm your new address at %(name)s", name=name),
        paragraphs=(
            words.say("Somebody asked us to send their newsletters to this address from now on."),
            words.say("If it was you, confirm it here, and in the letter that we sent to the old address."),
        ),
        links=(Link(text=words.say("Confirm this address"), href=Slot.LINK.marker),),
        closing=(words.say("If you did not ask for it, do nothing: nothing changes."),),
    )


def _welcome(words: LetterWording, name: str, latest: _Latest | None) -> _Saying:
    """Greet a new reader, with the latest edition where there is one."""
    first = (
        (Link(text=words.say("Read the latest edition: %(title)s", title=latest.title), href=latest.url),)
        if latest
        else ()
    )
    return _Saying(
        subject=words.say("Welcome to %(name)s", name=name),
        paragraphs=(
            words.say("You are subscribed. The next edition comes to this address."),
            words.say("You choose how often, in which language and in which form: also in large print."),
        ),
        links=(
            *first,
            Link(text=words.say("Change your settings for %(name)s", name=name), href=Slot.PREFERENCES.marker),
            Link(text=words.say("Unsubscribe from %(name)s", name=name), href=Slot.UNSUBSCRIBE.marker),
        ),
    )


_SAYINGS: Final[Mapping[str, Callable[[LetterWording, str, _Latest | None], _Saying]]] = {
    "confirm": _confirm,
    "mailbox": _mailbox,
    "old": _old,
    "new": _new,
    "welcome": _welcome,
}
