"""Times are read in the ways that people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.sources.dates import from_value, read

DAY = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("2026-11-16", None, DAY),
        ("2026-11-16T02:00:00+02:00", None, DAY),
        ("2026-11-16T00:00:00Z", None, DAY),
        ("2026-11-16 00:00", None, DAY),
        ("Mon, 16 Nov 2026 01:00:00 +0100", None, DAY),
        ("mer, 16 nov 2026 01:00:00 +0100", "it", DAY),
        ("16. Oktober 2026", "de", datetime(2026, 10, 16, tzinfo=UTC)),
        ("16 de noviembre de 2026, 10:30", "es", datetime(2026, 11, 16, 10, 30, tzinfo=UTC)),
        ("16 ноября 2026 10:30 -01:00", "ru", datetime(2026, 11, 16, 11, 30, tzinfo=UTC)),
        ("16 November 2026", "xx-nowhere", DAY),
        ("16 Nov 2026 00:00 Z", "tlh", DAY),
        ("am 16 Nov 2026", "tlh", DAY),
        ("99 Nov 2026", "en", None),
        ("16 Blub 2026", "en", None),
        ("0001-01-01T00:00:00+23:00", None, None),
        ("soon", None, None),
        (" ", None, None),
        (None, None, None),
    ],
)
def test_times(text: str | None, language: str | None, expected: datetime | None) -> None:
    """ISO 8601, mail dates, and months by name in the language of the text."""
    assert read(text, language) == expected


def test_what_yaml_and_json_hold() -> None:
    """A time keeps its zone, a day begins at midnight, a number is no time."""
    assert from_value(datetime(2026, 11, 16, 2, tzinfo=timezone(timedelta(hours=2)))) == DAY
    assert from_value(date(2026, 11, 16)) == DAY
    assert from_value("2026-11-16") == DAY
    assert from_value(20261116) is None


@given(text=st.text(max_size=40))
def test_any_text_is_a_time_in_utc_or_none(text: str) -> None:
    """Nothing raises, and what is read is in UTC."""
    moment = read(text, "en")
    assert moment is None or moment.tzinfo is UTC
