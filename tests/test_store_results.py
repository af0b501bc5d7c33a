"""How many people left, week by week, for the chart of the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher.model import Subscriber
from publisher.store import newsletters, people, results
from tests.store_builders import NOW

DAY = timedelta(days=1)


@pytest.mark.usefixtures("store")
def test_departures_are_counted_by_week_and_newsletter() -> None:
    """From the first moment of the first week to the last of the last one, and of the newsletters asked for alone."""
    for name in ("daily", "other"):
        newsletters.declare(name, name, [], NOW)
    for days, name in ((8, "other"), *((days, "daily") for days in (-1, 0, 6, 7, 20, 21))):
        gone = Subscriber(address=f"reader{days}-{name}@example.org", status="unsubscribed")
        people.add(name, [gone], NOW + DAY * days)
    people.add("daily", [Subscriber(address="stays@example.org")], NOW)
    assert results.departures(["daily"], NOW, 3) == (2, 1, 1)
    assert results.departures(["daily", "other"], NOW, 3) == (2, 2, 1)
    assert results.departures([], NOW, 3) == (0, 0, 0)
    assert results.departures(["nowhere"], NOW, 2) == (0, 0)
