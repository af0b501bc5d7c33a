"""What readers decide: to confirm, to choose, to move, to leave, to be forgotten.

Every answer to a stranger is the same whether an address is known or not; what tells them apart is mailed to the
mailbox itself. Functions that take a token give None for one that is forged, foreign, used up or too old alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from publisher.delivery import unsubscribe
from publisher.delivery.unsubscribe import Grant, Keys, Purpose
from publisher.errors import UsageError
from publisher.jobs.readers import letters
from publisher.jobs.readers.ration import Answer, Asker, Ruling, ration
from publisher.settings import Settings
from publisher.store import jobs, log, newsletters, passes, people, readers
from publisher.store.database import unit
from publisher.store.passes import Errand, Pass
from publisher.store.readers import Consent, Reader

# What readers agree to when they sign up: raise it with every change of those words.
CONSENT: Final = "1"
FRESH: Final = timedelta(minutes=15)
MOVING: Final = timedelta(hours=24)
FORMATS: Final = ("html", "large", "text")
FREQUENCIES: Final = ("each", "daily", "weekly")


@dataclass(slots=True, kw_only=True)
class Office:
    """What decisions need: the newsroom's choices, the keys of links, and the clock."""

    settings: Settings
    keys: Keys
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


# --- confirming -------------------------------------------------------------------------------------------------------


def find_pass(office: Office, purpose: str, token: str) -> Pass | None:
    """Give the pass of a token that is genuine, in time and not used; it stays as it is."""
    grant = unsubscribe.read(office.keys, letters.DOORS[purpose][0], token)
    if grant is None:
        return None
    found = passes.find(grant.subscriber, purpose, office.now())
    return found if found and found.used is None and found.newsletter == grant.newsletter else None


def confirm(office: Office, token: str) -> Pass | None:
    """Subscribe who holds the link of a sign-up, and welcome them."""
    now = office.now()
    with unit():
        found = find_pass(office, "confirm", token)
        if found is None or not passes.use(found.key, now):
            return None
        consent = Consent(
            address=found.address,
            newsletter=found.newsletter,
            language=found.language,
            format=found.format,
            source=f"{found.consent}; confirmed {now:%Y-%m-%dT%H:%M:%SZ}",
        )
        reader = readers.subscribe(consent, now)
        errand = Errand(
            subscriber=reader,
            purpose="welcome",
            address=found.address,
            language=found.language,
            newsletter=found.newsletter,
        )
        passes.issue(errand, now, now + MOVING)
        jobs.submit(letters.JOB, {}, now)
    return found


# --- leaving ------------------------------------------------------------------------------------------------------


def leave(office: Office, token: str, reason: str = "") -> bool:
    """Unsubscribe the holder of a link from its newsletter, once or often; False for a token that says nothing."""
    grant = unsubscribe.read(office.keys, Purpose.UNSUBSCRIBE, token)
    if grant is None:
        return False
    now = office.now()
    with unit():
        people.set_status(grant.subscriber, grant.newsletter, "unsubscribed", "reader", now)
        if reason:
            said = {"newsletter": grant.newsletter, "reason": reason[:1000]}
            log.note(now, "reader", "reason", f"subscriber {grant.subscriber}", **said)
    return True


# --- choosing -----------------------------------------------------------------------------------------------------


def holder(office: Office, token: str) -> tuple[Grant, Reader] | None:
    """Give whom a link to the choices was mailed to; the link may have been passed on, so tell nobody who that is."""
    grant = unsubscribe.read(office.keys, Purpose.PREFERENCES, token)
    reader = readers.find(grant.subscriber) if grant else None
    return (grant, reader) if grant and reader else None


def choose(office: Office, reader: Reader, wishes: Mapping[str, str]) -> None:
    """Keep language, format, zone or name of a reader. Raises `UsageError` for what there is not."""
    unknown = set(wishes) - {"language", "format", "zone", "name"}
    if unknown or wishes.get("format", "html") not in FORMATS:
        raise UsageError("the choice", "there is no such choice")
    with unit():
        readers.choose(reader.key, wishes, office.now())


def choose_frequency(office: Office, reader: Reader, newsletter: int, frequency: str) -> None:
    """Keep how often a reader wants a newsletter. Raises `UsageError` for what there is not."""
    if frequency not in FREQUENCIES:
        raise UsageError("the choice", f"{frequency!r} is no frequency", f"choose {', '.join(FREQUENCIES)}")
    with unit():
        readers.choose_frequency(reader.key, newsletter, frequency)
        log.note(office.now(), "reader", "choose", f"subscriber {reader.key}", frequency=frequency)


def stop(office: Office, reader: Reader, newsletter: int) -> None:
    """Unsubscribe a reader from the newsletter of their link."""
    with unit():
        people.set_status(reader.key, newsletter, "unsubscribed", "reader", office.now())


def pause(office: Office, reader: Reader, until: datetime | None) -> None:
    """Send a reader nothing until a moment; None: go on."""
    with unit():
        readers.pause(reader.key, until, office.now())


# --- what needs the mailbox ---------------------------------------------------------------------------------------


def ask_for_mailbox_link(office: Office, address: str, language: str, network: str) -> Answer:
    """Mail a link that is good for a quarter of an hour to an address, if it is known; the answer does not tell."""
    now = office.now()
    reader = readers.find_address(address)
    with unit():
        ruling = _ration(office, address, network, now)
        if ruling.mail and reader is not None:
            errand = Errand(subscriber=reader.key, purpose="mailbox", address=reader.address, language=language)
            passes.issue(errand, now, now + FRESH)
            jobs.submit(letters.JOB, {}, now)
    return ruling.answer


def _ration(office: Office, address: str, network: str, now: datetime) -> Ruling:
    """Say how somebody is answered, and whether a letter may be sent to an address; call it in a transaction."""
    asker = Asker(address=address, network=network)
    (ruling,) = ration((asker,), office.settings.sign_up, office.keys, now)
    return ruling


def mailbox_holder(office: Office, token: str) -> Reader | None:
    """Give whose mailbox a fresh link was sent to."""
    found = find_pass(office, "mailbox", token)
    return readers.find(found.subscriber) if found and found.subscriber is not None else None


def set_subscription(office: Office, reader: Reader, newsletter: str, *, wanted: bool) -> None:
    """Subscribe or unsubscribe who has just proved that the mailbox is theirs. Raises `UsageError`."""
    now = office.now()
    number = newsletters.find(newsletter).pk
    with unit():
        if not wanted:
            people.set_status(reader.key, number, "unsubscribed", "reader", now)
            return
        source = f"settings page; text {CONSENT} ({reader.language}); asked and confirmed {now:%Y-%m-%dT%H:%M:%SZ}"
        consent = Consent(
            address=reader.address,
            newsletter=number,
            language=reader.language,
            format=reader.format,
            source=source,
        )
        readers.subscribe(consent, now)


def move(office: Office, reader: Reader, address: str) -> None:
    """Begin to change an address: both mailboxes are asked."""
    now = office.now()
    with unit():
        if not _ration(office, address, "", now).mail:
            return
        halves = [
            passes.issue(
                Errand(subscriber=reader.key, purpose=purpose, address=to, language=reader.language), now, now + MOVING
            )
            for purpose, to in (("old", reader.address), ("new", address))
        ]
        passes.pair(*halves)
        jobs.submit(letters.JOB, {}, now)


def confirm_move(office: Office, purpose: str, token: str) -> str | None:
    """Confirm one half of a change of address: "half", "done", or "taken" where somebody else has the new one."""
    now = office.now()
    with unit():
        found = find_pass(office, purpose, token)
        if found is None or found.subscriber is None or not passes.use(found.key, now):
            return None
        other = passes.find(found.partner or 0, "new" if purpose == "old" else "old", now)
        if other is None or other.used is None:
            return "half"
        moved = readers.move(found.subscriber, found.address if purpose == "new" else other.address, now)
    return "done" if moved else "taken"


def hold(reader: Reader) -> dict[str, object]:
    """Give everything that is held about a reader, as a JSON document."""
    tags = {one.name: people.tags_of([reader.key], [one.name]).get(reader.key, ()) for one in reader.subscriptions}
    return {
        "address": reader.address,
        "name": reader.name,
        "language": reader.language,
        "format": reader.format,
        "time_zone": reader.zone,
        "known_since": _moment(reader.created),
        "paused_until": _moment(reader.paused_until),
        "suppressed": readers.suppression_of(reader.address),
        "subscriptions": [
            {
                "newsletter": one.name,
                "state": one.state,
                "frequency": one.frequency,
                "since": _moment(one.since),
                "consent": {"at": _moment(one.consent), "how": one.consent_source},
                "tags": list(tags.get(one.name, ())),
            }
            for one in reader.subscriptions
        ],
        "editions": [
            {
                "newsletter": one.newsletter,
                "edition": one.edition,
                "title": one.title,
                "state": one.state,
                "became": one.mark or None,
                "at": _moment(one.at),
            }
            for one in readers.history(reader.key)
        ],
        "log": [
            {"at": _moment(one.at), "action": one.action, **one.detail} for one in log.lines(f"subscriber {reader.key}")
        ],
    }


def _moment(moment: datetime | None) -> str | None:
    """Write a time as RFC 3339."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def erase(office: Office, reader: Reader) -> None:
    """Forget a reader; only the hash stays, so that no import brings them back."""
    people.erase(reader.address, office.now())
