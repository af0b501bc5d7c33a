"""What readers decide, on both databases: leaving, pausing, choosing, moving, and being forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.apps import apps

from publisher.delivery import unsubscribe
from publisher.delivery.unsubscribe import Purpose
from publisher.errors import UsageError
from publisher.jobs.readers import consent, letters
from publisher.jobs.readers.consent import Office
from publisher.jobs.readers.ration import Answer
from publisher.jobs.readers.sign_up import Reception, SignUp
from publisher.model import Claim, DeliveryState, Subscriber
from publisher.settings import Settings, Site
from publisher.store import doubt, editions, ledger, newsletters, passes, people, readers
from publisher.store.database import unit
from publisher.store.models import PassRow
from publisher.store.readers import Reader
from tests.store_builders import NOW, make_edition, make_sending

pytestmark = pytest.mark.usefixtures("store")

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
ANN = "ann@example.org"


@dataclass(slots=True)
class Clock:
    """A clock that is set by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now


@dataclass(slots=True)
class Room:
    """An office with two newsletters, and its clock."""

    clock: Clock = field(default_factory=Clock)
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        for name in ("daily", "weekly"):
            newsletters.declare(name, name.title(), [], NOW)
        settings = Settings(site=Site(name="News", url="https://news.example.org"))
        self.office = Office(settings=settings, keys=unsubscribe.rotate(None, b"k" * 32), now=self.clock)

    def token(self, purpose: str) -> str:
        """Give the token of the newest link of a purpose."""
        row = PassRow.objects.filter(purpose=purpose).order_by("pk").last()
        assert row is not None
        return unsubscribe.issue(self.office.keys, letters.DOORS[purpose][0], row.pk, row.newsletter_id or 0)

    def sign_up(self, address: str = ANN, newsletter: str = "daily") -> None:
        """Ask for a newsletter."""
        form = SignUp(address=address, newsletter=newsletter, language="en", network="192.0.2.0/24")
        assert Reception(self.office).take(form) is Answer.LOOK

    def subscribe(self, address: str = ANN, newsletter: str = "daily") -> Reader:
        """Ask for a newsletter, and confirm."""
        self.sign_up(address, newsletter)
        assert consent.confirm(self.office, self.token("confirm"))
        return self.reader(address)

    def reader(self, address: str = ANN) -> Reader:
        """Give a reader as they are now."""
        found = readers.find_address(address)
        assert found is not None
        return found

    def leave_token(self, reader: Reader, newsletter: str = "daily") -> str:
        """Give the token in the unsubscribe link of a reader."""
        number = newsletters.find(newsletter).pk
        return unsubscribe.issue(self.office.keys, Purpose.UNSUBSCRIBE, reader.key, number)


def claim(edition: str, limit: int = 50) -> list[str]:
    """Claim recipients as a worker does; gives their addresses."""
    lease = ledger.open_lease("home", NOW + HOUR)
    with unit():
        found: tuple[Claim, ...] = ledger.claim(ledger.key_of(edition), lease, limit, NOW)
    return sorted(one.address for one in found)


def skipped(edition: str) -> dict[str, str]:
    """Give who was left out of an edition, and why."""
    return {line.address or "": line.code for line in doubt.lines(edition, DeliveryState.SKIPPED)}


# --- running sends ----------------------------------------------------------------------------------------------------


def test_who_pauses_is_not_written_to() -> None:
    """A pause that lasts beyond the start leaves its reader out; one that is over, or was taken back, does not."""
    room = Room()
    edition = make_edition(4)
    for number, until in ((0, NOW + WEEK), (1, NOW - HOUR), (2, NOW + WEEK), (2, None)):
        consent.pause(room.office, room.reader(f"reader{number}@example.org"), until)
    editions.approve(edition, "editor", NOW)
    editions.act(edition, "start", "editor", NOW)
    assert claim(edition) == [f"reader{number}@example.org" for number in (1, 2, 3)]
    assert skipped(edition) == {"reader0@example.org": "paused"}


def test_pausing_and_leaving_act_inside_a_running_send() -> None:
    """Whoever decides between two batches gets nothing more: neither who paused nor who left by one click."""
    room = Room()
    edition = make_sending(4)
    first = claim(edition, 1)
    left, paused, erased = sorted({f"reader{number}@example.org" for number in range(4)} - set(first))
    assert consent.leave(room.office, room.leave_token(room.reader(left)), "too much")
    consent.pause(room.office, room.reader(paused), NOW + WEEK)
    consent.erase(room.office, room.reader(erased))
    assert claim(edition) == []
    assert skipped(edition) == {left: "unsubscribed", paused: "paused", "": "erased"}


# --- confirming -------------------------------------------------------------------------------------------------------


def test_a_link_confirms_once() -> None:
    """The consent says where, when and to which words; a welcome is asked for once."""
    room = Room()
    room.sign_up()
    token = room.token("confirm")
    room.clock.now += HOUR
    assert consent.find_pass(room.office, "confirm", token)
    found = consent.confirm(room.office, token)
    assert found
    assert found.address == ANN
    assert consent.confirm(room.office, token) is None
    (link,) = room.reader().subscriptions
    assert (link.name, link.state) == ("daily", "active")
    assert link.consent_source == (
        "sign-up page; text 1 (en); asked 2026-11-22T07:30:00Z; confirmed 2026-11-22T08:30:00Z"
    )
    assert PassRow.objects.filter(purpose="welcome").count() == 1


def test_links_that_say_nothing_are_alike() -> None:
    """Forged, of another purpose, of another newsletter, used up and too old: none opens anything."""
    room = Room()
    room.sign_up()
    row = PassRow.objects.get()
    keys, foreign = room.office.keys, unsubscribe.rotate(None, b"f" * 32)
    number = newsletters.find("weekly").pk
    tokens = {
        "forged": "A" * 39,
        "foreign": unsubscribe.issue(foreign, Purpose.CONFIRM, row.pk, row.newsletter_id or 0),
        "of another purpose": unsubscribe.issue(keys, Purpose.MAILBOX, row.pk, row.newsletter_id or 0),
        "of another newsletter": unsubscribe.issue(keys, Purpose.CONFIRM, row.pk, number),
        "of another row": unsubscribe.issue(keys, Purpose.CONFIRM, row.pk + 1, row.newsletter_id or 0),
    }
    for said, token in tokens.items():
        assert consent.confirm(room.office, token) is None, said
    genuine = room.token("confirm")
    room.clock.now += WEEK
    assert consent.confirm(room.office, genuine) is None
    assert not consent.leave(room.office, genuine)
    assert consent.holder(room.office, genuine) is None
    assert readers.find_address(ANN) is None


def test_whoever_left_comes_back_by_confirming() -> None:
    """Only the owner of the mailbox can undo what they decided, or what a bounce did; an import cannot."""
    room = Room()
    reader = room.subscribe()
    assert consent.leave(room.office, room.leave_token(reader))
    people.suppress(ANN, "complained", NOW)
    people.add("daily", [Subscriber(address=ANN)], NOW)
    assert room.reader().subscriptions[0].state == "unsubscribed"
    room.subscribe()
    assert room.reader().subscriptions[0].state == "active"
    assert not people.is_suppressed(ANN)


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_choices_that_there_are_not_are_refused() -> None:
    """Formats, frequencies and fields are a closed list."""
    room = Room()
    reader = room.subscribe()
    number = reader.subscriptions[0].newsletter
    for wishes in ({"format": "pdf"}, {"address": "x@example.org"}):
        with pytest.raises(UsageError):
            consent.choose(room.office, reader, wishes)
    with pytest.raises(UsageError):
        consent.choose_frequency(room.office, reader, number, "hourly")
    consent.choose(room.office, reader, {"format": "large", "zone": "Asia/Tehran"})
    consent.choose_frequency(room.office, reader, number, "weekly")
    found = room.reader()
    assert (found.format, found.zone, found.subscriptions[0].frequency) == ("large", "Asia/Tehran", "weekly")
    consent.set_subscription(room.office, reader, "weekly", wanted=True)
    consent.set_subscription(room.office, reader, "daily", wanted=False)
    assert {one.name: one.state for one in room.reader().subscriptions} == {"daily": "unsubscribed", "weekly": "active"}
    consent.stop(room.office, reader, newsletters.find("weekly").pk)
    assert {one.state for one in room.reader().subscriptions} == {"unsubscribed"}


# --- what needs the mailbox -------------------------------------------------------------------------------------------


def test_a_fresh_link_opens_for_a_quarter_of_an_hour() -> None:
    """An address that nobody knows is answered alike, and no link is made for it."""
    room = Room()
    room.subscribe()
    answers = [consent.ask_for_mailbox_link(room.office, one, "en", "") for one in (ANN, "nobody@example.org")]
    assert answers == [Answer.LOOK, Answer.LOOK]
    assert PassRow.objects.filter(purpose="mailbox").count() == 1
    token = room.token("mailbox")
    room.clock.now += consent.FRESH - timedelta(seconds=1)
    assert consent.mailbox_holder(room.office, token) == room.reader()
    room.clock.now += timedelta(seconds=1)
    assert consent.mailbox_holder(room.office, token) is None


def test_an_address_moves_when_both_mailboxes_say_so() -> None:
    """In either order; links made for the old address are worth nothing then."""
    room = Room()
    reader = room.subscribe()
    consent.move(room.office, reader, "anna@example.net")
    new, old = room.token("new"), room.token("old")
    assert consent.confirm_move(room.office, "new", new) == "half"
    assert consent.confirm_move(room.office, "new", new) is None
    assert consent.confirm_move(room.office, "old", new) is None
    assert room.reader().key == reader.key
    assert consent.confirm_move(room.office, "old", old) == "done"
    assert room.reader("anna@example.net").key == reader.key
    assert readers.find_address(ANN) is None


def test_an_address_that_somebody_has_is_not_taken() -> None:
    """The two stay two."""
    room = Room()
    reader, other = room.subscribe(), room.subscribe("bob@example.org")
    consent.move(room.office, reader, other.address)
    assert consent.confirm_move(room.office, "old", room.token("old")) == "half"
    assert consent.confirm_move(room.office, "new", room.token("new")) == "taken"
    assert room.reader().key == reader.key


def test_letters_to_a_new_address_are_rationed() -> None:
    """Nobody fills a stranger's mailbox by moving to it again and again."""
    room = Room()
    reader = room.subscribe()
    for _ in range(5):
        consent.move(room.office, reader, "stranger@example.net")
    assert PassRow.objects.filter(purpose="new").count() == room.office.settings.sign_up.per_address


def test_everything_that_is_held_is_given() -> None:
    """Wishes, consents, what was sent, and why nothing is sent."""
    room = Room()
    reader = room.subscribe()
    edition = make_sending(0)
    claim(edition)
    people.suppress(ANN, "bounced", NOW)
    consent.pause(room.office, reader, NOW + WEEK)
    consent.leave(room.office, room.leave_token(reader), "too many stories")
    held = consent.hold(room.reader())
    assert (held["address"], held["suppressed"]) == (ANN, "bounced")
    assert held["paused_until"] == "2026-11-29T07:30:00Z"
    assert [one["edition"] for one in held["editions"]] == [edition]  # type: ignore[attr-defined]  # a JSON document
    assert "too many stories" in repr(held["log"])


def words_of_every_table() -> dict[str, str]:
    """Read every column of every table of ours, the way somebody does who looks for a trace."""
    return {
        model._meta.db_table: repr(list(model._default_manager.values_list())).lower() for model in apps.get_models()
    }


def test_erasing_leaves_the_hash_alone() -> None:
    """After everything that a reader can do, their address, name and number stand nowhere but as the suppression."""
    room = Room()
    reader = room.subscribe("Trace.Me@example.org")
    consent.choose(room.office, reader, {"name": "Trace Person"})
    edition = make_sending(0)
    claim(edition)
    consent.ask_for_mailbox_link(room.office, reader.address, "en", "192.0.2.0/24")
    consent.move(room.office, reader, "trace.too@example.net")
    room.sign_up("trace.me@example.org", "weekly")
    consent.pause(room.office, reader, NOW + WEEK)
    consent.leave(room.office, room.leave_token(reader), "I am Trace Person, trace.me@example.org")
    before = words_of_every_table()
    assert {name for name, words in before.items() if "trace" in words} == {"subscriber", "mailbox_pass", "audit"}
    consent.erase(room.office, room.reader("trace.me@example.org"))
    after = words_of_every_table()
    assert [name for name, words in after.items() if "trace" in words] == []
    key = people.fingerprint("trace.me@example.org")
    assert [name for name, words in after.items() if key in words] == ["suppression"]
    assert people.is_suppressed("TRACE.ME@example.org")
    assert passes.take_unmailed(NOW) == ()
