"""ninjs 3.1, strictly as its schema says: closed objects, absolute addresses, no word of our own.

Alt text has no property of its own there; it stands in `descriptions` with the role `altText`, as NewsML-G2 practice
names it, beside `caption`, `creditline` and `extendedDescription`.
"""

from __future__ import annotations

import json
from typing import Final

from publisher.model import Image, Media
from publisher.syndication import content, dates
from publisher.syndication.body import DEFAULT_TRACK
from publisher.syndication.jsonfeed import known
from publisher.syndication.markup import flat, fragment, to_xhtml
from publisher.syndication.mediatypes import type_of
from publisher.syndication.release import Release, medium_uri, picture_uri, to_uri
from publisher.syndication.text import render

MEDIA_TYPE: Final = "application/json"
SCHEMA: Final = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"

Json = dict[str, object]


def write(release: Release) -> bytes:
    """Write a post; a withdrawn one keeps its name, its version and the reason."""
    return json.dumps(known(_post(release)), ensure_ascii=False, indent=1).encode() + b"\n"


def _post(release: Release) -> Json:
    """Write the object of a post."""
    post = release.post
    return {
        "uri": release.uri,
        "standard": {"name": "ninjs", "version": "3.1", "schema": SCHEMA},
        "type": "text",
        "representationType": "full",
        "version": str(release.revision.number),
        "firstCreated": dates.to_rfc3339(post.published) if post.published else None,
        "versionCreated": dates.to_rfc3339(release.moment) if release.moment else None,
        "embargoedUntil": dates.to_rfc3339(post.embargo) if post.embargo else None,
        "pubStatus": release.status.value,
        "copyrightNotice": release.rights,
        "usageTerms": release.rights,
        "edNote": release.note,
        "language": release.language,
        "title": release.title,
        "headlines": _headlines(release),
        "by": ", ".join(author.name for author in post.authors) or None,
        "people": [{"name": author.name, "rel": "author"} for author in post.authors],
        "infoSources": [{"name": post.source_title}] if post.source_title else [],
        "descriptions": [_words("summary", post.summary)] if post.summary else [],
        "bodies": _bodies(release),
        "subjects": [{"name": tag} for tag in post.tags],
        "altIds": [{"role": "source", "value": post.id}],
        "renditions": _pages(release),
        "associations": _associations(release),
    }


def _words(role: str, value: str, kind: str = "text/plain") -> Json:
    """Write words with their role."""
    return {"role": role, "contentType": kind, "value": value}


def _headlines(release: Release) -> list[Json]:
    """Write the title and the kicker above it."""
    found = [_words("main", release.title)]
    if release.post.kicker:
        found.append(_words("kicker", release.post.kicker))
    return found


def _bodies(release: Release) -> list[Json]:
    """Write the whole post as XHTML, with language and direction on the element around it, and as plain text."""
    if release.killed:
        return []
    plain = render(fragment(release.body), release.words)
    counts: Json = {"charCount": len(plain), "wordCount": len(plain.split())}
    html = to_xhtml(content.tree(release))
    return [
        {**_words("main", html, "application/xhtml+xml"), **counts},
        {**_words("text", plain), **counts},
    ]


def _pages(release: Release) -> list[Json]:
    """Write the post's own page as a rendition."""
    url = release.post.url
    return [{"name": "web", "href": to_uri(url), "contentType": "text/html"}] if url else []


def _associations(release: Release) -> list[Json]:
    """Write pictures, films and sounds, each with every word that belongs to it."""
    images = enumerate(release.post.images)
    media = enumerate(release.post.media)
    return [
        *(known(_image(image, place, release)) for place, image in images),
        *(known(_medium(medium, place, release)) for place, medium in media),
    ]


def _image(image: Image, place: int, release: Release) -> Json:
    """Write a picture; an empty `altText` says that it is decorative, none at all that nobody described it."""
    words = (
        ("altText", "" if image.decorative else image.alt),
        ("caption", flat(image.caption) or None),
        ("creditline", flat(image.credit) or None),
        ("extendedDescription", image.long_description),
    )
    rendition: Json = {
        "name": "original",
        "href": to_uri(image.url or ""),
        "contentType": type_of(image.url or ""),
        "width": image.width,
        "height": image.height,
    }
    return {
        "name": f"picture-{place + 1}",
        "rel": "picture",
        "uri": picture_uri(release, place),
        "type": "picture",
        "language": release.language,
        "copyrightNotice": release.rights,
        "descriptions": [_words(role, value) for role, value in words if value is not None],
        "renditions": [known(rendition)] if image.url else [],
    }


def _medium(medium: Media, place: int, release: Release) -> Json:
    """Write a film or sound; its captions files and its transcript are renditions of it."""
    kind = (medium.type or "").partition("/")[0]
    original: Json = {
        "name": "original",
        "href": to_uri(medium.url),
        "contentType": medium.type,
        "title": medium.title,
        "duration": medium.duration,
    }
    texts = [
        {
            "name": f"captions-{track.language}" if track.language else "captions",
            "href": to_uri(track.url),
            "contentType": track.type or DEFAULT_TRACK,
            "title": release.words.captions,
        }
        for track in medium.captions
    ]
    if medium.transcript:
        texts.append({"name": "transcript", "href": to_uri(medium.transcript), "contentType": "text/html"})
    if medium.poster:
        texts.append({"name": "poster", "href": to_uri(medium.poster)})
    transcript = medium.transcript_text
    return {
        "name": f"medium-{place + 1}",
        "rel": "medium",
        "uri": medium_uri(release, place),
        "type": kind if kind in {"audio", "video"} else "component",
        "language": release.language,
        "title": medium.title,
        "bodies": [_words("transcript", transcript)] if transcript else [],
        "renditions": [known(original), *texts],
    }
