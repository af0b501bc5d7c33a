"""The start page: which newsletters there are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.store import archive
from publisher.web.newsroom import newsroom
from publisher.web.pages import show


@require_safe
def start_page(request: HttpRequest) -> HttpResponse:
    """Show every newsletter, with a way to sign up and a way to read it."""
    settings = newsroom().settings
    shown = [
        {"name": name, "title": one.title, "latest": archive.latest(name)} for name, one in settings.newsletters.items()
    ]
    return show(request, "reader/start.html", {"newsletters": shown, "is_open": settings.sign_up.open})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Ask crawlers to stay out of what is one reader's own, and show them the archive."""
    del request
    hidden = "".join(f"Disallow: /{path}/\n" for path in ("c", "l", "u", "p", "m", "o", "n", "desk", "api"))
    text = f"User-agent: *\n{hidden}\nSitemap: {newsroom().url}/sitemap.xml\n"
    return HttpResponse(
        text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=3600"}
    )
