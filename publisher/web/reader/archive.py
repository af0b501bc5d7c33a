"""The archive: newsletters, their editions, and each edition as it went out, with what was withdrawn since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from publisher.jobs.posts.pictures import Gallery, open_gallery
from publisher.settings import Newsletter
from publisher.store import archive
from publisher.store.archive import Published
from publisher.web.middleware import speak
from publisher.web.newsroom import newsroom
from publisher.web.pages import show, wording_of
from publisher.web.reader import edition_page as pages
from publisher.web.reader.edition_page import Frame

_AT_ONCE = 30
KEPT = "public, max-age=300"


@require_safe
def newsletters_page(request: HttpRequest) -> HttpResponse:
    """Show every newsletter with its newest editions."""
    shown = [
        {"name": name, "title": one.title, "editions": archive.listed(name, limit=3)}
        for name, one in newsroom().settings.newsletters.items()
    ]
    return keep(request, show(request, "reader/archives.html", {"newsletters": shown}))


@require_safe
def editions_page(request: HttpRequest, newsletter: str) -> HttpResponse:
    """Show the editions of a newsletter, the newest first; find words in them."""
    chosen = find_newsletter(newsletter)
    words = " ".join(request.GET.get("q", "").split())[:200]
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 6 else 1  # noqa: PLR2004
    page = max(page, 1)
    if words:
        editions, total = archive.search(newsletter, words, offset=(page - 1) * _AT_ONCE, limit=_AT_ONCE)
    else:
        total = archive.count(newsletter)
        editions = archive.listed(newsletter, offset=(page - 1) * _AT_ONCE, limit=_AT_ONCE)
    values = {
        "name": newsletter,
        "title": chosen.title,
        "editions": editions,
        "total": total,
        "words": words,
        "page": page,
        "newer": page - 1 if page > 1 else None,
        "older": page + 1 if total > page * _AT_ONCE else None,
        "url": f"{newsroom().url}/archive/{newsletter}/",
    }
    return keep(request, show(request, "reader/archive.html", values))


def find_newsletter(name: str) -> Newsletter:
    """Give a newsletter; one that is not there is a page that is not there."""
    chosen = newsroom().newsletter(name)
    if chosen is None:
        raise Http404
    return chosen


def find_edition(newsletter: str, edition: str) -> Published:
    """Give an edition that went out."""
    find_newsletter(newsletter)
    found = archive.find(newsletter, edition)
    if found is None:
        raise Http404
    return found


@require_safe
def edition_page(request: HttpRequest, newsletter: str, edition: str) -> HttpResponse:
    """Show an edition as it went out: without what was withdrawn since, with what was corrected."""
    found = find_edition(newsletter, edition)
    versions = archive.pages(found)
    language = _choose(request, tuple(versions))
    speak(request, language)
    before, after = archive.around(found)
    frame = Frame(
        site=newsroom().url,
        newsletter=newsletter,
        title=find_newsletter(newsletter).title,
        edition=found,
        before=before,
        after=after,
        languages=tuple(versions),
        language=language,
        words=wording_of(request),
    )
    standing = [
        replace(one, repaired=_gallery().with_copies(one.repaired)) if one.repaired else one
        for one in archive.posts(found)
    ]
    page = pages.frame(versions[language], standing, frame)
    headers = {"Content-Security-Policy": page.policy, "Content-Language": language}
    answer = HttpResponse(page.html, content_type="text/html; charset=utf-8", headers=headers)
    return keep(request, answer)


@require_safe
def picture(request: HttpRequest, newsletter: str, edition: str, number: int) -> HttpResponse:
    """Give our copy of a picture of an edition, by its place in the page."""
    versions = archive.pages(find_edition(newsletter, edition))
    language = request.GET.get("lang", "")
    urls = pages.picture_urls(versions[language] if language in versions else next(iter(versions.values())))
    url = urls[number] if number < len(urls) else ""
    copy = _gallery().show(url) if url.startswith(("http://", "https://")) else None
    if copy is None:
        raise Http404
    answer = HttpResponse(copy.content, content_type=copy.media_type)
    return keep(request, answer, {"Cache-Control": "public, max-age=86400"})


@lru_cache(maxsize=1)
def _gallery() -> Gallery:
    """Open our copies of pictures, once."""
    return open_gallery(newsroom().settings, newsroom().home)


def _choose(request: HttpRequest, offered: tuple[str, ...]) -> str:
    """Give the language to show: the one asked for, else the one nearest to the reader's, else the first."""
    asked = request.GET.get("lang", "")
    if asked in offered:
        return asked
    wanted = wording_of(request).catalogue.partition("-")[0]
    return next((one for one in offered if one.partition("-")[0] == wanted), offered[0])


def keep(request: HttpRequest, answer: HttpResponse, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Let an answer be kept for some minutes, and ask again with its tag (RFC 9110, 13)."""
    tag = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = KEPT
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    found = get_conditional_response(request, etag=tag, response=answer)
    return found if isinstance(found, HttpResponse) else answer
