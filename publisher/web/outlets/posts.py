"""Posts as partners see them: the manifest's words about one post, with addresses in the place of paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from publisher.jobs import channels as jobs
from publisher.jobs.channels import channel_of, singles_of
from publisher.model import Bundle, Status
from publisher.store import channelmedia
from publisher.store.channels import Change, Item
from publisher.web.newsroom import newsroom

# What a client asks for -> the role of the file that it gets.
ACCEPTED: Final = (
    ("text/html", "html"),
    ("application/xhtml+xml", "html"),
    ("text/plain", "text"),
    ("application/vnd.iptc.g2.newsitem+xml", "newsmlg2"),
    ("application/nitf+xml", "nitf"),
)


def api_url(path: str) -> str:
    """Give the address of something below the API."""
    return f"{newsroom().url}/api/v1/{path}"


def bundle_of(item: Item) -> Bundle:
    """Write one post in every single-file format of its channel."""
    own = newsroom().settings.folder / "templates" / "bundle"
    folders = (own,) if own.is_dir() else ()
    return singles_of(item, channel_of(newsroom().settings, item.change.channel), folders)


def describe_change(change: Change) -> dict[str, Any]:
    """Write a change."""
    return jobs.describe_change(change, newsroom().url)


def describe(item: Item) -> dict[str, Any]:
    """Write a post with the addresses of its files and media."""
    made = bundle_of(item)
    listed: Any = made.manifest["items"]
    told: dict[str, Any] = dict(listed[0])
    base, place = f"items/{item.change.item}/versions/{item.change.revision}", jobs.place_of(item.change)
    names = [file["path"].rpartition("/")[2] for file in told["files"]]
    told["files"] = [
        {**file, "path": name, "href": api_url(f"{base}/{name}{place}")}
        for file, name in zip(told["files"], names, strict=True)
    ]
    kept = _media(item)
    told["media"] = [_with_address(medium, kept) for medium in told["media"]]
    return {**told, **describe_change(item.change), "signal": told["signal"]}


def _media(item: Item) -> Mapping[str, channelmedia.StoredMedium]:
    """Give the media of a post that lie here, by their own address."""
    if item.change.status is not Status.USABLE:
        return {}
    return {one.url: one for one in channelmedia.of_items([item.key]).get(item.key, ())}


def _with_address(medium: Mapping[str, Any], kept: Mapping[str, channelmedia.StoredMedium]) -> dict[str, Any]:
    """Say where a medium can be pulled by its hash, and its text tracks too."""
    told = {name: value for name, value in medium.items() if name != "path"}
    for place in (told, *told.get("captions", ()), told.get("transcript") or {}):
        place.pop("path", None)
        found = kept.get(str(place.get("uri")))
        if found is not None:
            place["sha256"] = found.sha256
            place["bytes"] = found.size
            place["href"] = api_url(f"media/{found.sha256}")
    return told
