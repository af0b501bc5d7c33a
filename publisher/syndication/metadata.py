"""What schema.org says of a post: what it is, and how people can take it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from publisher.model import Image, Media
from publisher.syndication import dates
from publisher.syndication.channel import Channel
from publisher.syndication.release import Release

Json = dict[str, object]

_STATUS: Final = {"usable": "Published", "withheld": "Withheld", "canceled": "Withdrawn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The pictures and media that posts show; in a `still` product films and sounds are links only."""

    images: tuple[Image, ...]
    media: tuple[Media, ...]

    def has(self, kind: str) -> bool:
        """Say whether there is a medium of a kind."""
        return any((medium.type or "").startswith(kind) for medium in self.media)


def _shown(releases: Sequence[Release], *, still: bool) -> _Shown:
    """Collect what posts show."""
    posts = [release.post for release in releases]
    return _Shown(
        images=tuple(image for post in posts for image in post.images if image.url),
        media=() if still else tuple(medium for post in posts for medium in post.media),
    )


def modes(releases: Sequence[Release], *, still: bool = False) -> tuple[str, ...]:
    """Name the senses that the content speaks to (schema.org accessMode)."""
    shown = _shown(releases, still=still)
    found = ["textual"]
    if shown.has("video") or any(not image.decorative for image in shown.images):
        found.append("visual")
    if shown.has("audio") or shown.has("video"):
        found.append("auditory")
    return tuple(found)


def features(releases: Sequence[Release], *, still: bool = False) -> tuple[str, ...]:
    """Name what helps (schema.org accessibilityFeature), only what is surely true of all of it."""
    shown = _shown(releases, still=still)
    films = [medium for medium in shown.media if (medium.type or "").startswith("video")]
    claims = {
        "alternativeText": shown.images and all(image.alt is not None or image.decorative for image in shown.images),
        "longDescription": any(image.long_description for image in shown.images),
        "captions": films and all(medium.captions for medium in films),
        "transcript": shown.media and all(medium.transcript or medium.transcript_text for medium in shown.media),
    }
    always = ("displayTransformability", "readingOrder", "structuralNavigation")
    return tuple(sorted([*always, *(name for name, true in claims.items() if true)]))


def hazards(releases: Sequence[Release]) -> tuple[str, ...]:
    """Name the hazards: films and moving pictures may hold any, text and still pictures none."""
    shown = _shown(releases, still=False)
    moving = any((image.url or "").lower().endswith(".gif") for image in shown.images)
    return ("unknown",) if shown.has("video") or moving else ("none",)


def sufficient(releases: Sequence[Release], *, still: bool = False) -> tuple[str, ...]:
    """Name the sets of senses of which one is enough: text alone, else all together, parted by commas."""
    shown, helped = _shown(releases, still=still), features(releases, still=still)
    described = not shown.images or "alternativeText" in helped
    if described and (not shown.media or "transcript" in helped):
        return ("textual",)
    return (",".join(modes(releases, still=still)),)


def describe(release: Release, channel: Channel) -> Json:
    """Give the JSON-LD of a post."""
    post = release.post
    found: Json = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": release.uri,
        "headline": release.title,
        "alternativeHeadline": post.kicker,
        "inLanguage": release.language,
        "url": post.url,
        "author": [{"@type": "Person", "name": author.name} for author in post.authors],
        "publisher": {"@type": "Organization", "name": channel.publisher},
        "datePublished": dates.to_rfc3339(post.published) if post.published else None,
        "dateModified": dates.to_rfc3339(release.moment) if release.moment else None,
        "abstract": post.summary,
        "keywords": list(post.tags),
        "copyrightNotice": release.rights,
        "creativeWorkStatus": _STATUS[release.status.value],
        "version": release.revision.number,
        "correction": _correction(release),
        "image": [_image(image) for image in post.images if image.url],
        "associatedMedia": [_medium(medium) for medium in post.media],
        "accessMode": list(modes([release])),
        "accessModeSufficient": [
            {"@type": "ItemList", "itemListElement": senses.split(",")} for senses in sufficient([release])
        ],
        "accessibilityFeature": list(features([release])),
        "accessibilityHazard": list(hazards([release])),
    }
    return _known(found)


def _known(values: Json) -> Json:
    """Leave out what is not known."""
    return {name: value for name, value in values.items() if value is not None and value != []}


def _correction(release: Release) -> Json | None:
    """Give the correction as a comment of its own."""
    if release.note is None or release.killed:
        return None
    return _known(
        {
            "@type": "CorrectionComment",
            "text": release.note,
            "datePublished": dates.to_rfc3339(release.moment) if release.moment else None,
        },
    )


def _image(image: Image) -> Json:
    """Describe a picture: the alt text, or the longer words, as its description."""
    return _known(
        {
            "@type": "ImageObject",
            "contentUrl": image.url,
            "description": image.long_description or image.alt or None,
            "caption": image.caption,
            "creditText": image.credit,
            "width": image.width,
            "height": image.height,
        },
    )


def _medium(medium: Media) -> Json:
    """Describe a film or sound with its captions files and its transcript."""
    kind = {"video": "VideoObject", "audio": "AudioObject"}.get((medium.type or "").partition("/")[0], "MediaObject")
    captions = [
        _known(
            {
                "@type": "MediaObject",
                "contentUrl": track.url,
                "encodingFormat": track.type,
                "inLanguage": track.language,
            },
        )
        for track in medium.captions
    ]
    return _known(
        {
            "@type": kind,
            "contentUrl": medium.url,
            "encodingFormat": medium.type,
            "name": medium.title,
            "duration": f"PT{medium.duration}S" if medium.duration else None,
            "thumbnailUrl": medium.poster,
            "caption": captions,
            "transcript": medium.transcript_text or medium.transcript,
        },
    )
