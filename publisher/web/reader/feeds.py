"""Each newsletter as RSS, Atom and JSON Feed, and the site map: the posts of what went out, as it stands now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from publisher.store import archive
from publisher.syndication import atom, jsonfeed, rss
from publisher.syndication.channel import Channel
from publisher.syndication.release import Release, Revision, prepare
from publisher.web.newsroom import newsroom
from publisher.web.reader.archive import find_newsletter, keep
from publisher.web.reader.sign_up import languages_of

_EDITIONS: Final = 10
_LONGEST_MAP: Final = 5000
_WRITERS: Final[Mapping[str, tuple[Callable[[list[Release], Channel], bytes], str]]] = {
    "rss": (rss.write, rss.MEDIA_TYPE),
    "atom": (atom.write, "application/atom+xml"),
    "json": (jsonfeed.write, "application/feed+json"),
}


@require_safe
def feed(request: HttpRequest, newsletter: str, kind: str) -> HttpResponse:
    """Give the posts of a newsletter's newest editions; what was withdrawn is a tombstone or is not there."""
    chosen = find_newsletter(newsletter)
    if kind not in _WRITERS:
        raise Http404
    write, media_type = _WRITERS[kind]
    site = newsroom().settings.site
    channel = Channel(
        name=newsletter,
        title=chosen.title,
        language=languages_of(chosen)[0],
        organisation=site.name,
        site=f"{site.url}/archive/{newsletter}/",
        feeds=f"{site.url}/archive/{newsletter}/",
    )
    answer = HttpResponse(write(_releases(newsletter, channel), channel), content_type=media_type)
    return keep(request, answer, {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"})


def _releases(newsletter: str, channel: Channel) -> list[Release]:
    """Make the posts of the newest editions ready, each once, the newest edition first."""
    found: dict[str, Release] = {}
    for edition in archive.listed(newsletter, limit=_EDITIONS):
        for standing in archive.posts(edition):
            revision = Revision(number=standing.version)
            if standing.kind == "kill":
                revision = Revision(number=standing.version + 1, signal="kill", note=standing.note, at=standing.at)
            elif standing.kind:
                revision = Revision(
                    number=standing.version + 1, signal="correction", note=standing.note, at=standing.at
                )
            release = prepare(standing.post, channel, revision, edition.at)
            found.setdefault(release.uri, release)
    return list(found.values())


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Name every page that everybody may read."""
    newsletters = newsroom().settings.newsletters
    editions = [one for one in archive.listed(None, limit=_LONGEST_MAP) if one.newsletter in newsletters]
    values = {"url": newsroom().url, "newsletters": newsletters, "editions": editions}
    return keep(request, render(request, "reader/sitemap.xml", values, content_type="application/xml; charset=utf-8"))
