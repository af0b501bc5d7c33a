"""Posts as partners see them: the manifest's words about one post, with addresses in the place of paths."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from operator import itemgetter
from typing import Any, Final

from publisher.jobs.outlets import channels as jobs
from publisher.jobs.outlets.channels import channel_of, singles_of
from publisher.model import Bundle, Status
from publisher.store import channelmedia
from publisher.store.channels import Change, Item
from publisher.syndication import newsmlg2, nitf
from publisher.web.newsroom import newsroom

_WEIGHT: Final = re.compile(r"[01](?:\.[0-9]{0,3})?")

# What a client asks for -> the word of a channel's formats whose file it gets; None: the description.
_ACCEPTED: Final[Mapping[str, str | None]] = {
    "application/json": None,
    "application/*": None,
    "*/*": None,
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/*": "html",
    newsmlg2.MEDIA_TYPE: "newsmlg2",
    "application/vnd.iptc.g2.newsitem+xml": "newsmlg2",
    nitf.MEDIA_TYPE: "nitf",
}


def format_of(accept: str, offered: Collection[str]) -> str | None:
    """Choose what to answer an Accept header with (RFC 9110, 12.5.1), of what a channel offers; None: the description.

    What is wanted most goes first, then what stands first.
    """
    wanted: list[tuple[float, str | None]] = []
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((one.removeprefix("q=") for one in parameters if one.startswith("q=")), "1")
        found = _ACCEPTED.get(kind, "")
        if found in {None, *offered} and _WEIGHT.fullmatch(weight) and float(weight) > 0:
            wanted.append((-float(weight), found))
    return min(wanted, key=itemgetter(0))[1] if wanted else None


def api_url(path: str) -> str:
    """Give the address of something below the API."""
    return f"{newsroom().url}/api/v1/{path}"


def bundle_of(item: Item) -> Bundle:
    """Write one post in every single-file format of its channel."""
    own = newsroom().settings.folder / "templates" / "bundle"
    folders = (own,) if own.is_dir() else ()
    return singles_of(item, channel_of(newsroom().settings, item.change.channel), folders)


def formats_of(item: Item) -> tuple[str, ...]:
    """Name the formats that the channel of a post offers."""
    return channel_of(newsroom().settings, item.change.channel).formats


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
