"""What is true of every answer: its security headers, the language of its page, and that it can be understood."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from publisher.web import pages, strings
from publisher.web.newsroom import newsroom

Answer = Callable[[HttpRequest], HttpResponseBase]

# Nothing but our own files; no script but our own, no inline style, no frame around us.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_ACCOUNTS: Final = "/desk/account/"
_PRIVATE: Final = "/desk/"  # pages of people who are signed in, those of accounts included


class SecurityHeaders:
    """Give each answer the headers that browsers protect readers by; a view may set one itself."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the headers."""
        response = self._answer(request)
        if request.path.startswith(_ACCOUNTS):
            response.headers.setdefault("Content-Security-Policy", _account_policy())
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith(_PRIVATE):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


@lru_cache(maxsize=1)
def _account_policy() -> str:
    """Let the form that begins a sign-on lead to the organisation: browsers hold its redirects to this as well."""
    server = newsroom().settings.sign_on.server_url
    if server is None:
        return POLICY
    parts = urlsplit(server)
    return POLICY.replace("form-action 'self'", f"form-action 'self' {parts.scheme}://{parts.netloc}")


class PageLanguage:
    """Choose the language of a page: the one asked for (?lang=), else the browser's, else the site's.

    A view that knows better calls `speak`.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the language."""
        before = translation.get_language()
        speak(request, _wanted(request))
        try:
            response = self._answer(request)
        finally:
            translation.activate(before or "en")
        if isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", request.wording.language)  # type: ignore[attr-defined]  # set by speak
            response.headers["Vary"] = _vary(response.headers.get("Vary", ""))
        return response


class Legible:
    """Refuse a request with a NUL in it: no person types one, and no database keeps one."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; a path with a NUL is no page of ours."""
        if "\0" in request.path_info:
            return pages.not_found(request)
        return self._answer(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponseBase | None:
        """Refuse what was filled in with a NUL."""
        for filled in (request.GET, request.POST):
            if any("\0" in text for name, texts in filled.lists() for text in (name, *texts)):
                return pages.bad_request(request)
        return None


def speak(request: HttpRequest, tag: str) -> None:
    """Let the page of a request be in a language."""
    words = strings.wording(tag)
    request.wording = words  # type: ignore[attr-defined]  # what Django offers for this
    translation.activate(words.catalogue.lower())


def _wanted(request: HttpRequest) -> str:
    """Find the language that the reader asked for."""
    asked = strings.choose(request.GET.get("lang", "")[:40])
    if asked is not None:
        return asked
    for tag in accepted_languages(request.headers.get("Accept-Language", "")[:400]):
        found = strings.choose(tag)
        if found is not None:
            return found
    return newsroom().settings.site.language


def accepted_languages(header: str) -> list[str]:
    """Give the languages of a browser, the best first (RFC 9110, 12.5.4); what cannot be read is left out."""
    found: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        try:
            value = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if tag.strip() not in {"", "*"} and value > 0:
            found.append((-value, tag.strip()))
    return [tag for _, tag in sorted(found, key=lambda one: one[0])]


def _vary(header: str) -> str:
    """Add the language to what an answer depends on."""
    names = [name.strip() for name in header.split(",") if name.strip()]
    return ", ".join(names if "Accept-Language" in names else [*names, "Accept-Language"])
