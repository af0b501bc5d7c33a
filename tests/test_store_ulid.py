"""Identifiers: they sort by time, and a delivery's leads back to its row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.store.moments import from_micros, to_micros
from publisher.store.ulid import delivery_ulid, is_ulid, make_ulid, split_delivery

MOMENT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


@given(noise=st.integers(0, 2**80), row=st.integers(1, 2**40 - 1))
def test_a_delivery_leads_back(noise: int, row: int) -> None:
    """The id of a delivery is a ULID from which edition and row can be read."""
    edition = make_ulid(MOMENT, noise)
    delivery = delivery_ulid(edition, row)
    assert is_ulid(delivery)
    assert split_delivery(delivery) == (edition, row)


def test_ids_sort_by_time() -> None:
    """What began later has the greater id, whatever the noise."""
    assert make_ulid(MOMENT, 2**40 - 1) < make_ulid(MOMENT + timedelta(milliseconds=1), 0)


@pytest.mark.parametrize(
    "text", ["", "x", "01ARZ3NDEKTSV4RRFFQ69G5FAU", "8" * 26, "01arz3ndektsv4rrffq69g5fav", "../etc"]
)
def test_what_is_no_id(text: str) -> None:
    """Letters that Crockford left out, lower case and other texts are no ids."""
    assert not is_ulid(text)
    with pytest.raises(ValueError, match="is no ULID"):
        split_delivery(text)


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds have no zone here
def test_moments_come_back(moment: datetime) -> None:
    """A time survives the database to the microsecond."""
    assert from_micros(to_micros(moment)) == moment


def test_a_time_without_a_zone_is_refused() -> None:
    """A naive time could mean anything."""
    with pytest.raises(ValueError, match="no time zone"):
        to_micros(datetime(2026, 1, 1))  # noqa: DTZ001 - that is what it is about
