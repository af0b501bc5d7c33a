"""Times as the formats write them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

# What a format gets that demands a time where the post has none: constant, so that nothing looks updated.
UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_rfc3339(moment: datetime) -> str:
    """Write a UTC time for Atom, JSON and IPTC formats (RFC 3339), to the second."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def to_rfc822(moment: datetime) -> str:
    """Write a UTC time for RSS (RFC 822 with a year of four digits)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def to_nitf(moment: datetime) -> str:
    """Write a UTC time as the `norm` attributes of NITF want it (ISO 8601, basic form)."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
