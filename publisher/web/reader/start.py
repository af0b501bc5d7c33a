"""The start page: which newsletters there are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.web.newsroom import newsroom
from publisher.web.pages import show


@require_safe
def start_page(request: HttpRequest) -> HttpResponse:
    """Show every newsletter, with a way to sign up and a way to read it."""
    return show(request, "reader/start.html", {"newsletters": newsroom().settings.newsletters})
