"""Newsletters as they are declared: what they read, when they fall due next, how they look, who reads them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from publisher.accessibility.colour import Colour, contrast
from publisher.digest.theme import LEAST_CONTRAST, Theme
from publisher.errors import FormatError, NothingUsableError
from publisher.jobs.editions import build as building
from publisher.jobs.newsroom import deputize
from publisher.jobs.newsroom.declaration import declare
from publisher.model import Edition, Gate
from publisher.schedule import Schedule, occurrences, parse
from publisher.schedule import describe as describe_schedule
from publisher.settings import Newsletter
from publisher.store import deputies, editions, log, results
from publisher.store.database import unit
from publisher.web.desk import findings, refusals
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of
from publisher.web.reader.statement import draw_up

_NEXT: Final = 5
_EDITIONS: Final = 20
APPROVALS: Final = {
    "editor": "One person approves each edition.",
    "two": "Two people must look at each edition.",
    "automatic": "An edition that passes the audit goes out by itself.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A text colour on its ground, with the contrast that they have."""

    mode: str
    text: str
    ground: str
    ink: str
    paper: str
    ratio: float

    @property
    def passes(self) -> bool:
        """Say whether it can be read (WCAG 2.2, 1.4.3)."""
        return self.ratio >= LEAST_CONTRAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a newsletter falls due, in words, and the next times; `problem`: why that cannot be read."""

    words: str = ""
    next: tuple[datetime, ...] = ()
    zone: str = ""
    problem: str = ""


@require_safe
@at_desk
def newsletters(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the newsletters of somebody."""
    names = desk.newsletters()
    readers = results.readers(names)
    declared = newsroom().settings.newsletters
    rows = [
        {"name": name, "declared": declared[name], "due": _due(request, declared[name]), "readers": readers[name]}
        for name in names
    ]
    return page(request, desk, "newsletters.html", {"part": "newsletters", "rows": rows})


@require_safe
@at_desk
def newsletter(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """Show one newsletter."""
    declared = _declared(name)
    desk.require_newsletter("look", name)
    settings = newsroom().settings
    recent = editions.recent(_EDITIONS, name)
    values = {
        "part": "newsletters",
        "name": name,
        "declared": declared,
        "languages": declared.languages or (settings.site.language,),
        "lateness": format_timedelta(declared.lateness, threshold=2, locale=wording_of(request).language),
        "cut_off": format_timedelta(declared.cut_off, threshold=2, locale=wording_of(request).language),
        "approval": wording_of(request).say(APPROVALS[declared.approval]),
        "due": _due(request, declared),
        "pairs": _pairs(),
        "least": LEAST_CONTRAST,
        "readers": results.readers([name])[name],
        "deputy": deputize.deputy_of(settings, name),
        "own_deputy": deputies.of_newsletter(name),
        "longest": int(deputize.LONGEST.total_seconds()) // 60,
        "may_deputize": desk.may("deputy", f"newsletters.{name}"),
        "known": draw_up(name, declared, datetime.now(UTC)),
        "editions": recent,
        "verdict": _judge_template(recent[0]) if recent else None,
        "may_build": desk.may("build", f"newsletters.{name}"),
        "settings_file": "settings.toml",
    }
    return page(request, desk, "newsletter.html", values)


@require_POST
@at_desk
def build(request: HttpRequest, desk: Desk, name: str) -> HttpResponseBase:
    """Make an edition of what the newsletter has not shown yet."""
    _declared(name)
    desk.require_newsletter("build", name)
    now = datetime.now(UTC)
    settings = newsroom().settings
    declare(settings, now)
    say = wording_of(request).say
    try:
        built = building.build(settings, name, now=now, noise=secrets.randbits(80))
    except NothingUsableError as nothing:
        said, tag = refusals.explain(nothing, wording_of(request))
        messages.warning(request, said, extra_tags=tag)
        return HttpResponseRedirect(f"/desk/newsletters/{name}/")
    with unit():
        log.note(now, desk.name, "ask-build", built.edition, newsletter=name)
    if built.report.passed:
        messages.success(request, say("The edition was made and passes the audit."))
    else:
        messages.error(request, say("The edition was made; something in it must be fixed before it can be approved."))
    return HttpResponseRedirect(f"/desk/editions/{built.edition}/")


@require_POST
@at_desk
def deputy(request: HttpRequest, desk: Desk, name: str) -> HttpResponseBase:
    """Name the deputy who is asked before an edition that nobody approved falls due."""
    _declared(name)
    desk.require_newsletter("deputy", name)
    written, minutes = (str(request.POST.get(field, "")).strip() for field in ("addresses", "minutes"))
    now, settings = datetime.now(UTC), newsroom().settings
    declare(settings, now)
    deputize.name(settings, name, written, minutes, actor=desk.name, now=now)
    messages.success(request, wording_of(request).say("Kept."))
    return HttpResponseRedirect(f"/desk/newsletters/{name}/#deputy")


def _declared(name: str) -> Newsletter:
    """Give a newsletter of the settings. Raises `Http404`."""
    found = newsroom().newsletter(name)
    if found is None:
        raise Http404
    return found


def _due(request: HttpRequest, declared: Newsletter) -> Due:
    """Say when a newsletter falls due."""
    zone = declared.zone or newsroom().settings.site.time_zone
    try:
        schedule: Schedule = parse(declared.schedule, zone, holidays=declared.holidays)
    except FormatError as failure:
        return Due(zone=zone, problem=failure.explanation)
    following = occurrences(schedule, datetime.now(UTC), _NEXT)
    return Due(
        words=describe_schedule(schedule, wording_of(request).language),
        next=tuple(one.at.astimezone(ZoneInfo(zone)) for one in following),
        zone=zone,
    )


def _judge_template(edition: Edition) -> int:
    """Count what the audit found in the frame of an edition, which no post is to blame for."""
    found = findings.findings_of(edition.report)
    return sum(1 for one in found if not one.get("post") and one.get("gate") != Gate.INFO.value)


def _pairs() -> tuple[Pair, ...]:
    """Measure the contrast of every text of the theme on every ground, light and dark."""
    chosen = newsroom().settings.theme
    theme = Theme(accent=chosen.accent, accent_dark=chosen.accent_dark)
    return tuple(
        Pair(
            mode=mode,
            text=text,
            ground=ground,
            ink=ink,
            paper=paper,
            ratio=contrast(_read_colour(ink), _read_colour(paper)),
        )
        for mode, palette in (("light", theme.light), ("dark", theme.dark))
        for text, ground, ink, paper in palette.pairs()
    )


def _read_colour(written: str) -> Colour:
    """Read "#rrggbb"."""
    return Colour(*(int(written[at : at + 2], 16) for at in (1, 3, 5)))
