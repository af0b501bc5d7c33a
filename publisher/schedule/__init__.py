"""When an edition is due: schedules in the words of editors, their occurrences, and what lateness does. Pure.

    text -> parse -> Schedule -> next_after, occurrences, between -> Occurrence -> decide -> Decision
                     Schedule -> describe -> a sentence for people

In reading order: recurrence (the values), words and rfc5545 (the two ways to write them), text, zones, occurrences,
description, lateness.
"""

from publisher.schedule.description import describe, languages
from publisher.schedule.lateness import LOOK_BACK, Decision, Verdict, blind_until, decide, missed
from publisher.schedule.occurrences import between, next_after, occurrences
from publisher.schedule.recurrence import Occurrence, Rule, Schedule, Weekday
from publisher.schedule.text import parse

__all__ = [
    "LOOK_BACK",
    "Decision",
    "Occurrence",
    "Rule",
    "Schedule",
    "Verdict",
    "Weekday",
    "between",
    "blind_until",
    "decide",
    "describe",
    "languages",
    "missed",
    "next_after",
    "occurrences",
    "parse",
]
