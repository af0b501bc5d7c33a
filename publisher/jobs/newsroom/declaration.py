"""What settings.toml declares, made known to the store."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from publisher.settings import Newsletter, Settings
from publisher.store import newsletters


def declare(settings: Settings, now: datetime) -> None:
    """Make the newsletters of the settings known to the store."""
    for name, newsletter in settings.newsletters.items():
        start = start_of(newsletter, settings)
        newsletters.declare(name, newsletter.title, settings.read_by(name), now, start=start)


def start_of(newsletter: Newsletter, settings: Settings) -> datetime | None:
    """Give the moment before which nothing is mailed: midnight where it is at home; None: the first pull."""
    if newsletter.start is None:
        return None
    zone = ZoneInfo(newsletter.zone or settings.site.time_zone)
    return datetime.combine(newsletter.start, time(), tzinfo=zone).astimezone(UTC)
