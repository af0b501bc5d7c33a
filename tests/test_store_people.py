"""People in the database: imported, told apart, exported, erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from publisher.model import Imported, Subscriber
from publisher.store import newsletters, people, readers
from publisher.store.models import SubscriberRow

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
PIECE = 2000  # so many people go into a transaction


@pytest.fixture(autouse=True)
def _daily(store: str) -> None:
    """Declare a newsletter in a new database, on both engines."""
    del store
    newsletters.declare("daily", "Daily", [], NOW)


def make_people(numbers: range) -> Iterator[Subscriber]:
    """Make readers by their numbers."""
    return (Subscriber(address=f"reader{number}@example.org") for number in numbers)


def test_duplicates_are_counted_however_far_apart() -> None:
    """Each person counts once; rows about them that follow are duplicates, new people or known ones alike."""
    people.add("daily", make_people(range(10)), NOW)
    twice = [*make_people(range(PIECE + 500)), *make_people(range(5)), *make_people(range(PIECE, PIECE + 3))]
    twice += [Subscriber(address="READER7@example.org")] * 2
    done = people.add("daily", twice, NOW + timedelta(days=1))
    assert done == Imported(added=PIECE + 490, kept=10, duplicates=10)
    assert people.add("daily", [], NOW) == Imported()


def test_a_row_that_blocks_wins() -> None:
    """Who stands in a list twice, once as having left, has left."""
    rows = [Subscriber(address="a@example.org"), Subscriber(address="a@example.org", status="unsubscribed")]
    assert people.add("daily", rows, NOW) == Imported(blocked=1, duplicates=1)
    assert people.add("daily", reversed(rows), NOW) == Imported(blocked=1, duplicates=1)
    assert [person.status for person in people.export("daily")] == ["unsubscribed"]


def test_zone_and_frequency_go_in_and_out() -> None:
    """What an import says of the hour and of how often is what an export says."""
    ann = Subscriber(address="ann@example.org", zone="Asia/Tehran", frequency="weekly", language="fa", name="Ann")
    people.add("daily", [ann], NOW)
    assert list(people.export("daily")) == [ann]


def test_an_import_fills_in_only_what_nobody_said() -> None:
    """A second list may bring the zone; what a reader chose stays."""
    people.add("daily", [Subscriber(address="ann@example.org", language="fa")], NOW)
    second = Subscriber(address="ann@example.org", name="Ann", language="en", zone="Asia/Tehran", format="text")
    assert people.add("daily", [second], NOW) == Imported(kept=1)
    (found,) = people.export("daily")
    assert (found.name, found.language, found.zone, found.format) == ("Ann", "fa", "Asia/Tehran", "html")


def test_an_erased_person_is_not_written_down_again() -> None:
    """A list that still holds them leaves no trace of them; by their own wish they come back."""
    people.add("daily", make_people(range(2)), NOW)
    people.erase("reader0@example.org", NOW)
    assert people.add("daily", make_people(range(3)), NOW) == Imported(added=1, kept=1, blocked=1)
    assert not SubscriberRow.objects.filter(address__startswith="reader0").exists()
    assert people.add("daily", make_people(range(1)), NOW) == Imported(blocked=1)
    consent = readers.Consent(
        address="reader0@example.org",
        newsletter=newsletters.find("daily").pk,
        language="en",
        format="html",
        source="form",
    )
    readers.subscribe(consent, NOW)
    assert people.add("daily", make_people(range(1)), NOW) == Imported(kept=1)
