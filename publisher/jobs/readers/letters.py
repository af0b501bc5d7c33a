"""Letters to one person: confirm this, open that, welcome.

take the links whose mail is to be sent -> write the letter, once per language -> splice -> transport

They pass the same gate as editions. A letter that is lost is asked for again by its reader, so none is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
from publisher.jobs.readers import welcome
from publisher.jobs.readers.strings import LetterWording, wording
from publisher.jobs.readers.welcome import Guest
from publisher.model import Accepted, Envelope, InDoubt, Message, NotAccepted, Reaction, Slot
from publisher.settings import Newsletter, Settings
from publisher.store import archive, log, passes, quota, readers
from publisher.store.archive import Published
from publisher.store.database import unit
from publisher.store.passes import Pass

JOB: Final = "letters"
_AT_ONCE: Final = 50
_WELCOMES: Final = 50  # that are kept: languages times forms of a few newsletters
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
    written: dict[tuple[str, ...], Message] = field(default_factory=dict)

    def forget_welcomes(self) -> None:
        """Forget welcomes when there are many: each holds an edition that may be an old one by now."""
        welcomes = [key for key in self.written if key[0] == "welcome"]
        if len(welcomes) >= _WELCOMES:
            for key in welcomes:
                del self.written[key]


def send_letters(office: PostOffice) -> int:
    """Send every letter that waits; gives how many. One that the gate refuses is told to people.

    Raises `OutsideError` where some have to be tried again, `StoreError`.
    """
    sent = 0
    while batch := passes.take_unmailed(office.now(), _AT_ONCE):
        quota.reserve(office.account, len(batch), office.now())
        barred = readers.suppressions_of([one.address for one in batch])
        returned = [one.key for one in batch if _send(office, one, barred.get(one.address)) is Reaction.RETRY]
        sent += len(batch) - len(returned)
        if returned:
            passes.give_back(tuple(returned))
            raise OutsideError("letters", f"{len(returned)} could not be sent now", "they are tried again")
    return sent


def _send(office: PostOffice, one: Pass, barred: str | None) -> Reaction | None:
    """Send one letter, unless its address is barred; gives what the transport asks for when it did not go out."""
    if barred not in {None, "erased"}:
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
        if office.settings.mailbox.address:
            values[Slot.UNSUBSCRIBE_MAIL] = unsubscribe.mail_link(office.settings.mailbox.address, leave)
    return Envelope(address=one.address, values=values, tags={"letter": one.purpose})


def link_of(site: str, keys: Keys, one: Pass) -> str:
    """Give the address that a pass opens."""
    purpose, path = DOORS[one.purpose]
    return f"{site}/{path}/{unsubscribe.issue(keys, purpose, one.key, one.newsletter)}"


# --- writing ----------------------------------------------------------------------------------------------------------


def write(office: PostOffice, one: Pass) -> Message:
    """Write the letter of a pass, or remember it. Raises `GateError` when it is not accessible."""
    if one.purpose == "welcome":
        return _welcome_to(office, one)
    key = (one.purpose, _language_of(office, one), one.name)
    if key not in office.written:
        office.written[key] = _write_plain(office, one)
    return office.written[key]


def _language_of(office: PostOffice, one: Pass) -> str:
    """Give the language of a letter."""
    return one.language or office.settings.site.language


def _write_plain(office: PostOffice, one: Pass, latest: Published | None = None) -> Message:
    """Write a letter without an edition in it: a welcome says where the latest is, or that there is none yet.

    Raises `GateError`.
    """
    settings = office.settings
    newsletter = settings.newsletters.get(one.name)
    about = newsletter.title if newsletter else settings.site.name
    purpose = "first" if one.purpose == "welcome" and latest is None else one.purpose
    letter = compose(settings, purpose, _language_of(office, one), about)
    if latest is not None:
        said = wording(letter.language).say("Read the latest edition: %(title)s", title=latest.title)
        link = Link(text=said, href=f"{settings.site.url}/archive/{one.name}/{latest.id}")
        letter = replace(letter, links=(link, *letter.links))
    return check(letter, newsletter or next(iter(settings.newsletters.values())))


def _welcome_to(office: PostOffice, one: Pass) -> Message:
    """Welcome a reader with the latest edition in their language and form, or say that there is none yet.

    Raises `GateError`.
    """
    latest = archive.newest_for_all(one.name) if one.name in office.settings.newsletters else None
    reader = readers.find(one.subscriber) if one.subscriber is not None else None
    guest = Guest(language=_language_of(office, one), form=reader.format if reader else "html")
    key = ("welcome", guest.language, one.name, guest.form, latest.id if latest else "", str(archive.changes()))
    if key not in office.written:
        office.forget_welcomes()
        office.written[key] = _greet(office, latest, guest) or _write_plain(office, one, latest)
    return office.written[key]


def _greet(office: PostOffice, latest: Published | None, guest: Guest) -> Message | None:
    """Write a welcome with an edition; None where it cannot be, which people are told if the gate held it."""
    if latest is None:
        return None
    try:
        return welcome.greet(office.settings, latest, guest, office.now())
    except GateError as failure:
        with unit():
            log.alert(office.now(), "letter", "letter welcome", reason=str(failure))
        return None


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


def compose(settings: Settings, purpose: str, language: str, about: str) -> Letter:
    """Put a letter into words. Raises `KeyError` for a purpose that has none."""
    words = wording(language)
    said = _SAYINGS[purpose](words, about)
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


def _confirm(words: LetterWording, name: str) -> _Saying:
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


def _mailbox(words: LetterWording, name: str) -> _Saying:
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


def _old(words: LetterWording, name: str) -> _Saying:
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


def _new(words: LetterWording, name: str) -> _Saying:
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


def _welcome(words: LetterWording, name: str, more: str = "") -> _Saying:
    """Greet a new reader without an edition."""
    return _Saying(
        subject=words.say("Welcome to %(name)s", name=name),
        paragraphs=(
            words.say("You are subscribed. The next edition comes to this address."),
            *((more,) if more else ()),
            words.say("You choose how often, in which language and in which form: also in large print."),
        ),
        links=(
            Link(text=words.say("Change your settings for %(name)s", name=name), href=Slot.PREFERENCES.marker),
            Link(text=words.say("Unsubscribe from %(name)s", name=name), href=Slot.UNSUBSCRIBE.marker),
        ),
    )


def _first(words: LetterWording, name: str) -> _Saying:
    """Greet a reader who is earlier than the first edition."""
    return _welcome(words, name, words.say("No edition has gone out yet."))


_SAYINGS: Final[Mapping[str, Callable[[LetterWording, str], _Saying]]] = {
    "confirm": _confirm,
    "mailbox": _mailbox,
    "old": _old,
    "new": _new,
    "welcome": _welcome,
    "first": _first,
}
