"""When an edition will be with everybody, and what the accounts allow meanwhile: told on the page and as it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string

from publisher.delivery.quota import SHARE_OF_RATE, Allowance, plan_day
from publisher.model import Counts, Edition, EditionState
from publisher.store import pace, quota
from publisher.store.quota import Day
from publisher.web.newsroom import newsroom

PARTS: Final = ("ends", "quotas")
_RECENT: Final = timedelta(minutes=5)
_BRIEF: Final = timedelta(seconds=2)  # too short to tell a pace by


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What an account last said of its 24 hours; `kept` recipients of them are kept for alerts. `limit` -1: none."""

    day: Day
    kept: int


def describe(found: Edition, counts: Counts, now: datetime) -> dict[str, Any]:
    """Give what the parts of the page show: the pace of the last minutes, when it ends, what the accounts allow."""
    days = quota.days()
    share = newsroom().settings.ses.urgent_share
    rate = _measure(found, counts, now)
    return {
        "rate": round(rate),
        "ends": _guess_end(found, counts, rate, days, now),
        "quotas": tuple(Quota(day=day, kept=max(0, round(day.limit * share))) for day in days),
    }


def write(request: HttpRequest, found: Edition, counts: Counts, now: datetime) -> dict[str, str]:
    """Write the same as markup, by the part of the page whose place it takes."""
    values = describe(found, counts, now)
    return {name: render_to_string(f"desk/{name}.html", values, request) for name in PARTS}


def _measure(found: Edition, counts: Counts, now: datetime) -> float:
    """Measure how many people a second there were lately; 0 where that cannot be told."""
    if found.state is not EditionState.SENDING or found.started is None or not counts.open:
        return 0.0
    since = max(pace.moving_since(found.id) or found.started, now - _RECENT)
    if now - since < _BRIEF:
        return 0.0
    return pace.settled_since(found.id, since) / (now - since).total_seconds()


def _guess_end(found: Edition, counts: Counts, rate: float, days: tuple[Day, ...], now: datetime) -> datetime | None:
    """Guess when the last person has it; None: nobody can say.

    By the pace of the last minutes, not before the quota lets it, and not before the hours that readers chose.
    """
    if found.state is not EditionState.SENDING or not counts.open:
        return None
    guesses = [now + timedelta(seconds=counts.open / rate)] if rate else []
    for day in days:
        allowed = Allowance(max_24_hour=day.limit, max_send_rate=day.rate / SHARE_OF_RATE, sent_24_hour=day.used)
        planned = plan_day(counts.open, allowed, now).finish if day.rate else None
        guesses += [planned] if planned else []
    due = pace.last_due(found.id)
    return max([*guesses, *([due] if due and due > now else [])], default=None)
