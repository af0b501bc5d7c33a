"""Posts into a WordPress: its REST API with an application password.

Everything has a slug made of our own name for it, so that sending it twice finds what is there and changes it. Pictures
go first, with alt text and caption; then the post that shows them. A withdrawn post becomes a draft with the reason.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from publisher.errors import FetchError, OutsideError
from publisher.model import Image
from publisher.syndication import content, dates
from publisher.syndication.markup import flat, to_html
from publisher.syndication.mediatypes import ending_of
from publisher.syndication.push import Way
from publisher.syndication.release import Release

_API: Final = "/wp-json/wp/v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A WordPress: its address, and the user with the application password that may write there."""

    url: str
    user: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A picture of a post as it lies on disk."""

    url: str
    path: Path
    sha256: str
    media_type: str


def publish(way: Way, site: Site, release: Release, pictures: Iterable[PictureFile] = ()) -> int:
    """Make or change a post; gives its number there.

    Raises: FetchError, also for an answer that no WordPress gives; OutsideError for a picture that cannot be read.
    """
    known = _find(way, site, "posts", _slug(release))
    if release.killed or release.held:
        return _withdraw(way, site, release, known)
    files = {one.url: one for one in pictures}
    shown = [(image, files[image.url]) for image in release.post.images if image.url in files]
    media = {file.url: _upload(way, site, image, file) for image, file in shown}
    first = next((media[file.url] for image, file in shown if not image.decorative), None)
    fields: dict[str, object] = {
        "slug": _slug(release),
        "status": "publish",
        "title": release.title,
        "content": _body(release, {url: str(one["source_url"]) for url, one in media.items()}),
        "excerpt": release.post.summary or "",
        "featured_media": first["id"] if first else 0,
    }
    if release.post.published:
        fields["date_gmt"] = dates.to_rfc3339(release.post.published).removesuffix("Z")
    return _number(_post(way, site, f"posts/{known}" if known else "posts", fields))


def _withdraw(way: Way, site: Site, release: Release, known: int | None) -> int:
    """Take a post off the pages, and leave the reason for the people there; one that is not there stays so (0)."""
    if known is None:
        return 0
    note = to_html(content.tree(release))
    fields = {"status": "draft", "title": release.title, "content": note, "excerpt": "", "featured_media": 0}
    return _number(_post(way, site, f"posts/{known}", fields))


def _slug(release: Release) -> str:
    """Name a post by what never changes about it."""
    return f"story-{release.folder}"


def _body(release: Release, addresses: Mapping[str, str]) -> str:
    """Write the text of a post, with its pictures from where WordPress keeps them."""
    tree = content.tree(release)
    for image in tree.iter("img"):
        image.set("src", addresses.get(image.get("src") or "", image.get("src") or ""))
    return to_html(tree)


def _upload(way: Way, site: Site, image: Image, file: PictureFile) -> Mapping[str, Any]:
    """Put a picture into the library, once, with its words."""
    slug = f"picture-{file.sha256[:24]}"
    known = _find(way, site, "media", slug)
    if known is None:
        try:
            body = file.path.read_bytes()
        except OSError as failure:
            raise OutsideError(str(file.path), f"cannot be read: {failure.strerror}") from failure
        headers = {
            **_headers(site),
            "Content-Type": file.media_type,
            "Content-Disposition": f'attachment; filename="{slug}.{ending_of(file.media_type)}"',
        }
        known = _number(_read(way.post(f"{site.url}{_API}/media", body, headers=headers).content, site))
    kept = _post(way, site, f"media/{known}", {"slug": slug, **_words(image)})
    return {"id": known, "source_url": kept.get("source_url") or file.url}


def _words(image: Image) -> dict[str, str]:
    """Give what a library keeps of a picture; the credit stands behind the caption, unless that says it already."""
    caption, credit = flat(image.caption), flat(image.credit)
    shown = f"{caption} {credit}".strip() if credit and credit not in caption else caption
    return {"alt_text": image.alt or "", "caption": shown, "description": image.long_description or ""}


def _find(way: Way, site: Site, kind: str, slug: str) -> int | None:
    """Find what has a slug, in whatever state."""
    status = {"status": "any"} if kind == "posts" else {}
    query = urlencode({"slug": slug, "context": "edit", **status})
    found = _read(way.get(f"{site.url}{_API}/{kind}?{query}", headers=_headers(site)).content, site)
    return _number(found[0]) if isinstance(found, list) and found else None


def _post(way: Way, site: Site, path: str, fields: Mapping[str, object]) -> dict[str, Any]:
    """Send fields."""
    headers = {**_headers(site), "Content-Type": "application/json"}
    found = _read(way.post(f"{site.url}{_API}/{path}", json.dumps(fields).encode(), headers=headers).content, site)
    return found if isinstance(found, dict) else {}


def _headers(site: Site) -> dict[str, str]:
    """Say who we are."""
    pair = base64.b64encode(f"{site.user}:{site.password}".encode()).decode()
    return {"Authorization": f"Basic {pair}", "Accept": "application/json"}


def _read(body: bytes, site: Site) -> Any:  # noqa: ANN401 - any JSON
    """Read an answer. Raises: FetchError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as failure:
        raise _no_wordpress(site) from failure


def _number(found: object) -> int:
    """Read the number of a thing. Raises: FetchError."""
    number = found.get("id") if isinstance(found, dict) else None
    if not isinstance(number, int):
        raise _no_wordpress(Site(url="WordPress", user="", password=""))
    return number


def _no_wordpress(site: Site) -> FetchError:
    """Say that an answer is none of WordPress."""
    fix = "Check the address, and that its REST API is open"
    return FetchError(site.url, "it does not answer as WordPress does", fix, retry=True)
