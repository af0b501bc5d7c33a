"""Answers that every room gives: a page, an error page, the style sheet, a sign of life."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from publisher.digest.theme import Theme
from publisher.web import strings
from publisher.web.newsroom import newsroom
from publisher.web.strings import PageWording

_A_YEAR = "public, max-age=31536000, immutable"


def wording_of(request: HttpRequest) -> PageWording:
    """Give the words of the page that a request is answered with."""
    found = getattr(request, "wording", None)
    return found if isinstance(found, PageWording) else strings.wording(newsroom().settings.site.language)


def describe_page(request: HttpRequest) -> dict[str, Any]:
    """Give every template what it needs to begin: words, direction, who publishes, the language it could be in."""
    words = wording_of(request)
    return {
        "wording": words,
        "lang": words.language,
        "dir": words.direction,
        "site": newsroom().settings.site,
        "page_languages": strings.available(),
    }


def show(
    request: HttpRequest,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page that nobody keeps: what it shows may be one reader's own."""
    response = render(request, template, dict(values or {}), status=status)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


# --- when something is wrong ----------------------------------------------------------------------------------------


def say_error(request: HttpRequest, status: int, title: str, reason: str, way_out: str = "") -> HttpResponse:
    """Answer with a page that says what is wrong and what helps; the words are ours, in English, and are translated."""
    words = wording_of(request)
    values = {
        "title": words.say(title),
        "reason": words.say(reason),
        "way_out": words.say(way_out) if way_out else "",
    }
    return show(request, "error.html", values, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a page that is not there."""
    del exception
    return say_error(
        request,
        404,
        "This page is not here",
        "The address may be mistyped, or the page was taken down.",
        "Begin at the start page.",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a request that cannot be understood."""
    del exception
    return say_error(request, 400, "This request cannot be understood", "Something in it is not as it should be.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a page that this person may not see."""
    del exception
    return say_error(request, 403, "You may not see this page", "It needs a right that your account does not have.")


def refuse_forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form that did not come from our own page."""
    del reason
    return say_error(
        request,
        403,
        "The form is too old",
        "It was open for long, or cookies are off, so that we cannot tell that it is yours.",
        "Go back, load the page again and send it once more.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a mistake of ours."""
    return say_error(
        request,
        500,
        "Something went wrong here",
        "The mistake is ours, and it was noted.",
        "Try it again in a minute.",
    )


# --- the style sheet, and a sign of life ----------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _style() -> tuple[str, str]:
    """Write the style sheet in the newsroom's colours; gives its text and its hash."""
    chosen = newsroom().settings.theme
    theme = Theme(accent=chosen.accent, accent_dark=chosen.accent_dark)
    text = render_to_string("style.css", {"light": theme.light, "dark": theme.dark})
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


def style_url() -> str:
    """Give the address of the style sheet, which changes with its content."""
    return f"/style-{_style()[1]}.css"


@require_safe
def style_sheet(request: HttpRequest, version: str) -> HttpResponse:
    """Answer with the style sheet; an older one of its addresses gets the new one, for a short while."""
    del request
    text, current = _style()
    keep = _A_YEAR if version == current else "public, max-age=60"
    return HttpResponse(text, content_type="text/css; charset=utf-8", headers={"Cache-Control": keep})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the pages and the database answer."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
