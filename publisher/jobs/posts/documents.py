"""posts.json: the posts as scripts outside read them. Keys and meaning are a contract; unknown values are null."""

from __future__ import annotations

from datetime import datetime

from publisher.model import Image, Media, Post

Json = dict[str, object]


def describe_post(post: Post) -> Json:
    """Write one post as posts.json holds it."""
    return {
        "id": post.id,
        "url": post.url,
        "title": post.title,
        "kicker": post.kicker,
        "language": post.language,
        "direction": post.direction,
        "authors": [{"name": author.name} for author in post.authors],
        "published": _moment(post.published),
        "updated": _moment(post.updated),
        "summary": post.summary,
        "html": post.html,
        "text": post.text,
        "tags": list(post.tags),
        "images": [_describe_image(image) for image in post.images],
        "media": [_describe_media(media) for media in post.media],
        "status": post.status.value if post.status else None,
        "embargo": _moment(post.embargo),
        "rights": post.rights,
        "source": post.source,
    }


def _describe_image(image: Image) -> Json:
    """Write one picture: alt null is unknown, "" is decorative."""
    return {
        "url": image.url,
        "alt": image.alt,
        "alt_origin": image.alt_origin.value if image.alt_origin else None,
        "caption": image.caption,
        "credit": image.credit,
        "decorative": image.decorative,
        "long_description": image.long_description,
        "width": image.width,
        "height": image.height,
    }


def _describe_media(media: Media) -> Json:
    """Write one video or sound with its captions and transcript."""
    return {
        "url": media.url,
        "type": media.type,
        "title": media.title,
        "duration": media.duration,
        "poster": media.poster,
        "captions": [{"url": track.url, "type": track.type, "language": track.language} for track in media.captions],
        "transcript": media.transcript,
        "transcript_text": media.transcript_text,
    }


def _moment(moment: datetime | None) -> str | None:
    """Write a time as RFC 3339 in UTC."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
