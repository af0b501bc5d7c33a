"""What became of editions, drawn and in a table, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from publisher.jobs.lists.roster import disarm
from publisher.store import clicks, results
from publisher.store.results import Result
from publisher.web.desk import chart
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.desk.chart import Chart
from publisher.web.pages import wording_of
from publisher.web.strings import PageWording

_DRAWN: Final = 12
_WEEKS: Final = 12
_FILED: Final = 500
_PERIOD: Final = timedelta(days=30)
_COLUMNS: Final = (
    *("edition", "newsletter", "title", "state", "started", "finished", "recipients"),
    *("accepted", "delivered", "bounced", "complained", "failed", "in_doubt", "skipped"),
)


@require_safe
@at_desk
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the newest editions beside each other."""
    now = datetime.now(UTC)
    names = _names(request, desk)
    found = results.sent(names, now, limit=_DRAWN)
    words = wording_of(request)
    groups = [
        (
            _short(one),
            (
                one.counts.delivered or one.counts.accepted,
                one.counts.bounced + one.counts.failed,
                one.counts.complained,
            ),
        )
        for one in reversed(found)
    ]
    left = results.left(names, now - _PERIOD)
    weeks = _weeks(names, now)
    values: dict[str, Any] = {
        "part": "results",
        "results": found,
        "clicks": clicks.totals([one.edition.id for one in found]),
        "chart": chart.draw(groups, ("a", "b", "c"), mirrored=words.direction == "rtl") if found else None,
        "newsletters": desk.newsletters(),
        "chosen": request.GET.get("newsletter", ""),
        "weeks": weeks,
        "departures": _draw_weeks(weeks, words),
        "left": [(name, left.get(name, 0)) for name in names],
        "days": _PERIOD.days,
    }
    return page(request, desk, "results.html", values)


def _weeks(names: Sequence[str], now: datetime) -> list[tuple[date, int]]:
    """Count who left in each of the last weeks, by its first day; the last one ends today."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + timedelta(days=1) - results.WEEK * _WEEKS
    counts = results.departures(names, start, _WEEKS)
    return [((start + results.WEEK * at).date(), people) for at, people in enumerate(counts)]


def _draw_weeks(weeks: list[tuple[date, int]], words: PageWording) -> Chart | None:
    """Draw who left; None: nobody did."""
    if not any(people for _, people in weeks):
        return None
    groups = [(f"{first:%d.%m.}", (people,)) for first, people in weeks]
    return chart.draw(groups, ("b",), mirrored=words.direction == "rtl")


def _names(request: HttpRequest, desk: Desk) -> tuple[str, ...]:
    """Give the newsletters that are asked for, of those that somebody may see."""
    wanted = request.GET.get("newsletter", "")
    return tuple(name for name in desk.newsletters() if wanted in {"", name})


def _short(result: Result) -> str:
    """Name an edition by its day, in figures that stand under a bar."""
    moment = result.edition.started or result.edition.created
    return f"{moment:%d.%m.}"


@require_safe
@at_desk
def export(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Give the results as a file for a spreadsheet."""
    found = results.sent(_names(request, desk), datetime.now(UTC), limit=_FILED)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow((*_COLUMNS, "clicks"))
    followed = clicks.totals([one.edition.id for one in found])
    for one in found:
        edition, counts = one.edition, one.counts
        facts = (edition.id, edition.newsletter, edition.title, edition.state.value)
        times = (moment.isoformat() if moment else "" for moment in (edition.started, edition.finished))
        numbers = (counts.recipients, *(getattr(counts, name) for name in _COLUMNS[7:]))
        rows.writerow([*(disarm(cell) for cell in facts), *times, *numbers, followed.get(edition.id, "")])
    response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="results.csv"'
    return response
