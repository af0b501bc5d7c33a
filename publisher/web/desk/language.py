"""The language of the desk: chosen at the foot of a page and kept, else the browser's, else English.

The desk has catalogues of its own, so that it can be in a language in which readers' pages are not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from publisher import language as languages
from publisher.digest.strings import SOURCE_LANGUAGE
from publisher.web.middleware import accepted_languages
from publisher.web.strings import PageWording

PREFIX: Final = "/desk/"
_KEPT: Final = "desk_language"


@lru_cache(maxsize=1)
def available() -> tuple[str, ...]:
    """Give the tags of the languages that the desk is written in, English first."""
    folder = Path(__file__).parent / "locale"
    return (SOURCE_LANGUAGE, *sorted(file.stem for file in folder.glob("*.po")))


def choose(tag: str) -> str | None:
    """Give the language of the desk that serves a tag; None: none does."""
    known = languages.normalise(tag)
    return languages.primary(known) if known and languages.primary(known) in available() else None


class DeskLanguage:
    """Let the pages of the desk be in the language of whoever works there."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; pages elsewhere are left alone."""
        if not request.path.startswith(PREFIX):
            return self._answer(request)
        tag = _wanted(request)
        words = PageWording(language=tag, catalogue=tag, direction=languages.direction(tag))
        request.wording = words  # type: ignore[attr-defined]  # what Django offers for this
        with translation.override(tag):
            return self._answer(request)


def _wanted(request: HttpRequest) -> str:
    """Find the language of a page, and keep one that is asked for."""
    asked = choose(request.GET.get("lang", "")[:40])
    if asked is not None:
        if request.session.get(_KEPT) != asked:
            request.session[_KEPT] = asked
        return asked
    kept = choose(str(request.session.get(_KEPT, "")))
    if kept is not None:
        return kept
    for tag in accepted_languages(request.headers.get("Accept-Language", "")[:400]):
        found = choose(tag)
        if found is not None:
            return found
    return SOURCE_LANGUAGE
