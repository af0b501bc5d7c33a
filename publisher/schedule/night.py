"""Quiet hours: when alerts wait for the morning of their reader. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from publisher.schedule import zones


def is_night(moment: datetime, zone: str, quiet: str) -> bool:
    """Say whether a moment lies in the quiet hours ("22:00-07:00") of a zone."""
    begin, end = (time.fromisoformat(part) for part in quiet.split("-"))
    wall = zones.local_time(moment, zones.load(zone)).time()
    return begin <= wall < end if begin <= end else wall >= begin or wall < end


def morning(moment: datetime, zone: str, quiet: str) -> datetime:
    """Give the moment at which a reader may be written to: now, or the end of the quiet hours where they live."""
    if not is_night(moment, zone, quiet):
        return moment
    end = time.fromisoformat(quiet.split("-")[1])
    wall = zones.local_time(moment, zones.load(zone))
    day = wall.date() if wall.time() < end else wall.date() + timedelta(days=1)
    return zones.first_moment(datetime.combine(day, end), zones.load(zone))
