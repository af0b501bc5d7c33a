"""The one way in: a text in either notation becomes a schedule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from publisher.errors import FormatError
from publisher.schedule import rfc5545, words, zones
from publisher.schedule.recurrence import ANCHOR, Schedule


def parse(
    text: str,
    zone: str,
    *,
    anchor: date = ANCHOR,
    holidays: Iterable[date] = (),
    subject: str = "schedule",
) -> Schedule:
    """Read a schedule: plain words, one or more dates and times, or a recurrence rule; "" is by hand.

    `anchor` is a day of the week (or month) from which "every second" counts where the text names no start.
    `subject` is what a mistake is said about, such as the file and key.
    Raises: FormatError that names what was not understood, with examples; also for an unknown zone.
    """
    zones.load(zone, subject)
    closed = frozenset(holidays)
    if not text.strip():
        return Schedule(text="", zone=zone, holidays=closed)
    if rfc5545.looks_like_rule(text):
        found = rfc5545.read(text, zone, anchor, subject)
        return Schedule(text=text.strip(), zone=found.zone or zone, rules=found.rules, holidays=closed)
    spoken = words.read(text, anchor, subject)
    if not spoken.rules and not spoken.once:
        raise FormatError(subject, f"{text.strip()!r} is not understood", words.EXAMPLES)
    return Schedule(text=text.strip(), zone=zone, rules=spoken.rules, once=spoken.once, holidays=closed)
