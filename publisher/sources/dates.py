"""Times as people write them in feeds and front matter, when the usual formats do not fit."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

from publisher.language import normalise, primary

_WRITTEN: Final = re.compile(
    r"(?P<day>\d{1,2})\.?\s+(?:de\s+)?(?P<month>[^\W\d_]{2,20})\.?,?\s+(?:de\s+)?(?P<year>\d{4})"
    r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<zone>Z|GMT|UTC|[+-]\d{2}:?\d{2})?)?"
)


def read(text: str | None, language: str | None = None) -> datetime | None:
    """Read a time: ISO 8601, RFC 5322, or day, month and year with the month's name in `language`; in UTC.

    A time without a zone is taken as UTC, a day as its beginning. None for what cannot be read.
    """
    words = (text or "").strip()
    if not words:
        return None
    return _iso(words) or _mail(words) or _written(words, language)


def from_value(value: object) -> datetime | None:
    """Give a time that YAML or JSON already read as such, or wrote as text."""
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return read(value) if isinstance(value, str) else None


def _iso(words: str) -> datetime | None:
    """Read ISO 8601."""
    try:
        return _utc(datetime.fromisoformat(words))
    except ValueError:
        return None


def _mail(words: str) -> datetime | None:
    """Read the date of a mail (RFC 5322, 3.3)."""
    try:
        return _utc(parsedate_to_datetime(words))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _written(words: str, language: str | None) -> datetime | None:
    """Read a date whose month is a word."""
    found = _WRITTEN.search(words)
    month = _months(language or "en").get(found["month"].lower()[:20]) if found else None
    if found is None or month is None:
        return None
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    try:
        zone = _zone(found["zone"])
        moment = datetime(int(found["year"]), month, int(found["day"]), hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return _utc(moment)


def _zone(text: str | None) -> timezone:
    """Read a zone written as hours and minutes."""
    if not text or not text.startswith(("+", "-")):
        return UTC
    digits = text[1:].replace(":", "")
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


@lru_cache(maxsize=64)
def _months(language: str) -> dict[str, int]:
    """Give the names of the months in a language and in English, whole and shortened, in lower case."""
    names: dict[str, int] = {}
    for tag in ("en", primary(normalise(language) or "en")):
        try:
            months = Locale.parse(tag).months
        except (UnknownLocaleError, ValueError):
            continue
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names |= {name.lower().rstrip("."): number for number, name in months[use][width].items()}
    return names


def _utc(moment: datetime) -> datetime | None:
    """Give a time in UTC; None where it falls out of the calendar."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
