"""Sign-ups of many people at the same moment: none is lost, none kept twice."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from publisher.delivery import unsubscribe
from publisher.errors import UsageError
from publisher.jobs.readers.consent import Office
from publisher.jobs.readers.ration import Answer
from publisher.jobs.readers.sign_up import Reception, SignUp
from publisher.settings import Settings, Site
from publisher.settings import SignUp as Limits
from publisher.store import newsletters
from publisher.store.database import close_database
from publisher.store.models import JobRow, PassRow, RationRow

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
THREADS = 16


def open_office(**limits: int) -> Office:
    """Open the office of a newsroom with two newsletters."""
    for name in ("daily", "weekly"):
        newsletters.declare(name, name.title(), [], NOW)
    settings = Settings(site=Site(name="News"), sign_up=Limits.model_validate(limits))
    return Office(settings=settings, keys=unsubscribe.rotate(None, b"k" * 32), now=lambda: NOW)


def make_form(address: str, newsletter: str = "daily") -> SignUp:
    """Fill in a form."""
    return SignUp(address=address, newsletter=newsletter, language="en", network="192.0.2.0/24")


def send(receptions: Sequence[Reception], forms: Sequence[SignUp]) -> list[Answer]:
    """Send forms from many threads, in turn to each reception, as to the processes of a server."""

    def take(number: int) -> Answer:
        try:
            return receptions[number % len(receptions)].take(forms[number])
        finally:
            close_database()

    close_database()
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(take, range(len(forms))))


@pytest.mark.usefixtures("store")
def test_none_is_lost_and_none_doubled() -> None:
    """Two processes with many threads each, every third person twice: one row each, and one job for the letters."""
    office = open_office(per_network=1000, per_address=5)
    people = [f"reader{n}@example.org" for n in range(120)]
    forms = [make_form(one) for one in (*people, *people[::3])] + [make_form(one, "weekly") for one in people[:20]]
    assert set(send([Reception(office), Reception(office)], forms)) == {Answer.LOOK}
    rows = list(PassRow.objects.values_list("address", "newsletter__name"))
    assert sorted(rows) == sorted([*((one, "daily") for one in people), *((one, "weekly") for one in people[:20])])
    assert PassRow.objects.filter(mailed_at=None).count() == len(rows)
    assert JobRow.objects.filter(job="letters").count() >= 1
    assert sorted(RationRow.objects.values_list("number", flat=True))[-2:] == [len(forms), len(forms)]


@pytest.mark.usefixtures("store")
def test_a_limit_holds_among_threads() -> None:
    """Exactly as many as a network may have are taken, whoever comes first."""
    office = open_office(per_network=30)
    answers = send([Reception(office), Reception(office)], [make_form(f"r{n}@example.org") for n in range(50)])
    assert answers.count(Answer.LOOK) == PassRow.objects.count() == 30
    assert answers.count(Answer.BUSY) == 20


@pytest.mark.usefixtures("sqlite")
def test_the_last_form_counts() -> None:
    """Who asks again with other wishes gets what they asked for last; the words of the consent are kept with it."""
    office = open_office()
    reception = Reception(office)
    reception.take(make_form("ann@example.org"))
    form = SignUp(address="Ann@example.org", newsletter="daily", language="fa", format="large", place="form")
    assert reception.take(form) is Answer.LOOK
    (row,) = PassRow.objects.all()
    assert (row.address, row.language, row.format) == ("Ann@example.org", "fa", "large")
    assert row.consent == "form; text 1 (fa); asked 2026-11-22T09:00:00Z"


@pytest.mark.usefixtures("sqlite")
def test_a_newsletter_that_is_not_there_is_an_error() -> None:
    """It names the newsletter, and other forms of the same moment are taken."""
    office = open_office()
    with pytest.raises(UsageError, match="yearly"):
        Reception(office).take(make_form("ann@example.org", "yearly"))
    assert PassRow.objects.count() == 0
