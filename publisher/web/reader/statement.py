"""The accessibility statement of a newsletter, made of the reports of its editions and of what readers reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.accessibility import statement
from publisher.accessibility.statement import Figures
from publisher.settings import Newsletter
from publisher.store import archive, barriers
from publisher.store.barriers import Sum
from publisher.web.pages import show, wording_of
from publisher.web.reader.archive import find_newsletter, keep
from publisher.web.reader.barrier import KIND_WORDS

_EDITIONS: Final = 20
_A_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is known of a newsletter: figures of its last editions, when these went out, and reports of a year."""

    figures: Figures
    first: datetime | None
    last: datetime | None
    reports: Sum
    contact: str


def draw_up(newsletter: str, declared: Newsletter, now: datetime) -> Statement:
    """Put together what is known of a newsletter."""
    found = archive.reports(newsletter, _EDITIONS)
    return Statement(
        figures=statement.sum_up(report for _, report in found),
        first=found[-1][0] if found else None,
        last=found[0][0] if found else None,
        reports=barriers.sum_up(newsletter, now - _A_YEAR),
        contact=parseaddr(declared.reply_to or declared.sender)[1],
    )


@require_safe
def statement_page(request: HttpRequest, newsletter: str) -> HttpResponse:
    """Show the statement of a newsletter."""
    declared = find_newsletter(newsletter)
    known = draw_up(newsletter, declared, datetime.now(UTC))
    words = wording_of(request)
    kinds = [(kind, words.say(KIND_WORDS[kind]), n) for kind, n in known.reports.open.items()]
    values = {
        "name": newsletter,
        "title": declared.title,
        "known": known,
        "kinds": kinds,
        "counts": declared.count_clicks,
    }
    return keep(request, show(request, "reader/statement.html", values))
