"""Local time and UTC: the hour that occurs twice, and the hour that does not exist."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from publisher.errors import FormatError


def load(name: str, subject: str = "schedule") -> ZoneInfo:
    """Give an IANA zone by its name.

    Raises: FormatError that names the nearest zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(name, available_timezones(), n=1)
        fix = f"Did you mean {near[0]!r}?" if near else 'Write one such as "Europe/Prague"'
        raise FormatError(subject, f"{name!r} is no IANA time zone", fix) from None


def local_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give what the clock on the wall shows at a moment, without the offset."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def first_moment(local: datetime, zone: ZoneInfo) -> datetime:
    """Give the first moment (UTC) at which the clock on the wall shows a local time or has passed it.

    So a time that occurs twice in autumn is its first pass, and one that does not exist in spring is the moment
    of the change: the first minute that is valid again.
    """
    before = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if local_time(before, zone) == local:
        return before
    # In a gap, fold=0 counts with the offset of before the change and lands after it; fold=1 the other way round
    # (PEP 495). The change lies between the two.
    early, late = local.replace(tzinfo=zone, fold=1).astimezone(UTC), before
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if local_time(middle, zone) >= local:
            late = middle
        else:
            early = middle
    return late
