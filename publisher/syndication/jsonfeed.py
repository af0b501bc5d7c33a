"""JSON Feed 1.1, with what the format has no place for in `_a11y` and `_release`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from publisher.model import Image, Media
from publisher.syndication import content, dates
from publisher.syndication.body import DEFAULT_TRACK
from publisher.syndication.channel import Channel
from publisher.syndication.markup import to_html
from publisher.syndication.paging import ONLY, Page
from publisher.syndication.release import Release

NAME: Final = "feed.json"
MEDIA_TYPE: Final = "application/feed+json"
VERSION: Final = "https://jsonfeed.org/version/1.1"

Json = dict[str, object]


def write(releases: Sequence[Release], channel: Channel, page: Page = ONLY) -> bytes:
    """Write a feed of posts, in their order; a withdrawn post keeps its id and loses the rest."""
    return b"".join(pieces(releases, channel, page))


def pieces(releases: Sequence[Release], channel: Channel, page: Page = ONLY) -> Iterator[bytes]:
    """Write a feed post by post."""
    feed: Json = {
        "version": VERSION,
        "title": channel.title,
        "home_page_url": channel.site,
        "feed_url": page.address or channel.feed(NAME),
        "next_url": page.previous,
        "language": channel.language,
        "authors": [{"name": channel.publisher}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in channel.hubs],
        "items": [],  # the last of all, so that posts can be written behind it one by one
    }
    yield _dump(known(feed), 0).removesuffix(b"]\n}")
    following = b""
    for release in releases:
        if not release.held:
            yield following + b"\n  " + _dump(_post(release), 2)
            following = b","
    yield (b"\n ]" if following else b"]") + b"\n}\n"


def _dump(values: Json, depth: int) -> bytes:
    """Write an object as it stands so many levels deep."""
    return json.dumps(values, ensure_ascii=False, indent=1).replace("\n", "\n" + " " * depth).encode()


def known(values: Json) -> Json:
    """Leave out what is not known; an empty list of posts stays."""
    return {name: value for name, value in values.items() if value is not None and (value != [] or name == "items")}


def _post(release: Release) -> Json:
    """Write one item."""
    post = release.post
    images = [image.url for image in post.images if image.url]
    return known(
        {
            "id": post.id,
            "url": post.url,
            "title": release.title,
            "content_html": to_html(content.tree(release)),
            "summary": post.summary,
            "image": images[0] if images else None,
            "date_published": dates.to_rfc3339(post.published) if post.published else None,
            "date_modified": dates.to_rfc3339(release.moment) if release.moment else None,
            "authors": [{"name": author.name} for author in post.authors],
            "tags": list(post.tags),
            "language": release.language,
            "attachments": [part for medium in post.media for part in _attachments(medium, release)],
            "_a11y": describe(release),
            "_release": _release(release),
        },
    )


def _attachments(medium: Media, release: Release) -> list[Json]:
    """Write a medium and its texts; one title for two of them would mean «the same thing twice» to a reader."""
    title = medium.title or release.title
    words = release.words
    parts = [
        known(
            {
                "url": medium.url,
                "mime_type": medium.type or "application/octet-stream",
                "title": title,
                "duration_in_seconds": medium.duration,
            },
        ),
    ]
    for number, track in enumerate(medium.captions, start=1):
        name = track.language or str(number)
        label = f"{title}: {words.captions} ({name})"
        parts.append({"url": track.url, "mime_type": track.type or DEFAULT_TRACK, "title": label})
    if medium.transcript:
        label = f"{title}: {words.transcript}"
        parts.append({"url": medium.transcript, "mime_type": "text/html", "title": label})
    return parts


def describe(release: Release) -> Json:
    """Write everything that people who cannot see or hear need, as data."""
    return {
        "direction": release.direction,
        "images": [_image(image) for image in release.post.images],
        "media": [_medium(medium) for medium in release.post.media],
    }


def _image(image: Image) -> Json:
    """Write a picture; `alt` null means not known, "" decorative."""
    return {
        "url": image.url,
        "alt": image.alt,
        "decorative": image.decorative,
        "caption": image.caption,
        "credit": image.credit,
        "long_description": image.long_description,
    }


def _medium(medium: Media) -> Json:
    """Write a film or sound with its texts."""
    return {
        "url": medium.url,
        "title": medium.title,
        "captions": [
            {"url": track.url, "type": track.type or DEFAULT_TRACK, "language": track.language}
            for track in medium.captions
        ],
        "transcript": medium.transcript,
        "transcript_text": medium.transcript_text,
    }


def _release(release: Release) -> Json:
    """Write which version this is, what it does to the one before, and what may be done with it."""
    embargo = release.post.embargo
    return known(
        {
            "version": release.revision.number,
            "status": release.status.value,
            "signal": release.revision.signal,
            "note": release.note,
            "kicker": release.post.kicker,
            "embargoed_until": dates.to_rfc3339(embargo) if embargo else None,
            "rights": release.rights,
        },
    )
