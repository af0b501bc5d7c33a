"""What RSS and Atom share: pictures in Media RSS, captions and transcripts in the podcast namespace."""

from __future__ import annotations

from typing import Final

from lxml import etree

from publisher.model import Image, Media
from publisher.syndication.body import DEFAULT_TRACK
from publisher.syndication.markup import add, flat
from publisher.syndication.release import Release

DC: Final = "http://purl.org/dc/elements/1.1/"
DCTERMS: Final = "http://purl.org/dc/terms/"
MEDIA: Final = "http://search.yahoo.com/mrss/"
PODCAST: Final = "https://podcastindex.org/namespace/1.0"

_EBU: Final = "urn:ebu"


def add_images(item: etree._Element, release: Release) -> None:
    """Write each picture that has an address, with caption, alt text and credit.

    A decorative one is no content of its own, and `media:description` cannot say that it is: it stays in the HTML.
    """
    for image in release.post.images:
        if image.url and image.url.startswith(("http://", "https://")) and not image.decorative:
            _add_image(item, image, release)


def _add_image(item: etree._Element, image: Image, release: Release) -> None:
    """Write one picture."""
    attributes = {"url": image.url, "medium": "image", "width": image.width, "height": image.height}
    content = add(item, f"{{{MEDIA}}}content", attributes=attributes)
    if image.caption:
        add(content, f"{{{MEDIA}}}title", flat(image.caption), {"type": "plain"})
    if image.alt:
        add(content, f"{{{MEDIA}}}description", flat(image.alt), {"type": "plain"})
    if image.credit:
        add(content, f"{{{MEDIA}}}credit", flat(image.credit), {"role": "photographer", "scheme": _EBU})
    if release.rights:
        add(content, f"{{{MEDIA}}}copyright", flat(release.rights))


def add_media(item: etree._Element, release: Release) -> None:
    """Write films and sounds with their captions tracks and transcripts."""
    for medium in release.post.media:
        _add_medium(item, medium, release)
        for track in medium.captions:
            attributes = {
                "url": track.url,
                "type": track.type or DEFAULT_TRACK,
                "language": track.language,
                "rel": "captions",
            }
            add(item, f"{{{PODCAST}}}transcript", attributes=attributes)
        if medium.transcript:
            add(item, f"{{{PODCAST}}}transcript", attributes={"url": medium.transcript, "type": "text/html"})


def _add_medium(item: etree._Element, medium: Media, release: Release) -> None:
    """Write one film or sound."""
    kind = (medium.type or "").partition("/")[0]
    attributes = {
        "url": medium.url,
        "type": medium.type,
        "medium": kind if kind in {"audio", "video"} else "document",
        "duration": medium.duration,
    }
    content = add(item, f"{{{MEDIA}}}content", attributes=attributes)
    if medium.title:
        add(content, f"{{{MEDIA}}}title", flat(medium.title), {"type": "plain"})
    if medium.poster:
        add(content, f"{{{MEDIA}}}thumbnail", attributes={"url": medium.poster})
    if medium.transcript_text:
        add(content, f"{{{MEDIA}}}text", medium.transcript_text, {"type": "plain", "lang": release.language})
