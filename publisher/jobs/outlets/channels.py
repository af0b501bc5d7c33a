"""What the settings and the store say of a channel, put together for the writers of formats.

settings + name -> Channel; items of the store -> posts and revisions -> Bundle
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from publisher.errors import UsageError
from publisher.model import Bundle, MediaFile, Post, Status
from publisher.settings import Settings
from publisher.store import channelmedia, channels, outlets
from publisher.store.channels import Change, Item
from publisher.syndication import dates
from publisher.syndication.bundle import Rules, make
from publisher.syndication.channel import FORMATS, Channel
from publisher.syndication.release import Release, Revision, prepare
from publisher.syndication.selection import Selection
from publisher.syndication.spool import Spool

# Formats that are one file per post.
SINGLES: Final = ("ninjs", "newsmlg2", "nitf", "html", "text")
MOST_POSTS: Final = 500
_API: Final = "api/v1"


def sources_of(settings: Settings, name: str) -> tuple[str, ...]:
    """Name the sources of a channel; a practice channel has one of its own name."""
    if name.startswith(outlets.PRACTICE):
        return (name,)
    return settings.channels[name].sources if name in settings.channels else ()


def selection_of(settings: Settings, name: str) -> Selection:
    """Say what a channel takes of its sources; a practice channel takes all."""
    if name not in settings.channels:
        return Selection()
    declared = settings.channels[name]
    return Selection(
        languages=declared.languages,
        tags=declared.tags,
        kickers=declared.kickers,
        missing_alt=declared.missing_alt,
    )


def channel_of(settings: Settings, name: str) -> Channel:
    """Put together a channel. Raises `UsageError` for one that is not declared."""
    shared = Channel(
        name=name,
        language=settings.site.language,
        organisation=settings.site.name,
        site=f"{settings.site.url}/",
        feeds=f"{settings.site.url}/{_API}/feeds/{name}/",
    )
    if name.startswith(outlets.PRACTICE):
        return replace(shared, title=f"{settings.site.name}: practice", formats=FORMATS)
    if name not in settings.channels:
        known = ", ".join(settings.channels) or "none"
        raise UsageError(f"channel {name}", "it is not declared in the settings", f"declared: {known}")
    declared = settings.channels[name]
    return replace(
        shared,
        title=declared.title,
        formats=tuple(declared.formats),
        rights=declared.rights or None,
        hubs=declared.hubs,
    )


def revision_of(item: Item) -> Revision:
    """Say which version an item is, for the writers of formats."""
    change = item.change
    signal = "kill" if change.status is Status.CANCELED else change.signal
    return Revision(
        number=change.revision,
        signal=signal if signal in {"new", "update", "correction", "kill"} else "update",  # type: ignore[arg-type]  # checked here
        note=change.note or None,
        at=change.at if change.revision > 1 or change.signal == "kill" else None,
    )


def post_of(item: Item) -> Post:
    """Give the post of an item as partners may see it: what was taken back loses all but its name and its times.

    Nothing in a channel is under an embargo: it was held back until that was over.
    """
    post = replace(item.post, embargo=None)
    if item.change.status is Status.USABLE:
        return post
    return Post(
        id=post.id,
        source=post.source,
        source_title=post.source_title,
        url=post.url,
        language=post.language,
        direction=post.direction,
        published=post.published,
        updated=post.updated,
        status=item.change.status,
    )


def release_of(item: Item, channel: Channel) -> Release:
    """Make an item ready for the writers of formats."""
    return prepare(post_of(item), channel, revision_of(item))


def releases_of(items: Sequence[Item], channel: Channel) -> tuple[Release, ...]:
    """Make items ready, in their order; of two posts of one name the first stays."""
    found: dict[str, Release] = {}
    for item in items:
        release = release_of(item, channel)
        found.setdefault(release.uri, release)
    return tuple(found.values())


def bundle_of(
    items: Sequence[Item],
    channel: Channel,
    media_folder: Path | None,
    folders: tuple[Path, ...],
    spool: Spool | None = None,
) -> Bundle:
    """Make the bundle of items, with the media that lie in a folder; without one they stay links.

    `spool` is where contents wait until they are written; None: in memory.
    """
    unique: dict[str, Item] = {}
    for item in items:
        unique.setdefault(item.post.id, item)
    files = _media_files(tuple(unique.values()), media_folder) if media_folder else ()
    return make(
        [post_of(item) for item in unique.values()],
        channel,
        revisions={uid: revision_of(item) for uid, item in unique.items()},
        media=files,
        rules=Rules(folders=folders, spool=spool),
    )


def _media_files(items: Sequence[Item], folder: Path) -> tuple[MediaFile, ...]:
    """Give the media of items; what is gone from the disk stays a link."""
    stored: Mapping[int, tuple[channelmedia.StoredMedium, ...]] = channelmedia.of_items(
        item.key for item in items if item.change.status is Status.USABLE
    )
    return tuple(
        MediaFile(
            url=one.url,
            sha256=one.sha256,
            media_type=one.media_type,
            path=folder / one.file,
            size=one.size,
            language=one.language,
        )
        for many in stored.values()
        for one in many
        if (folder / one.file).is_file()
    )


def singles_of(item: Item, channel: Channel, folders: tuple[Path, ...]) -> Bundle:
    """Write one item in every single-file format of its channel; its media stay links."""
    formats = tuple(name for name in channel.formats if name in SINGLES)
    return bundle_of([item], replace(channel, formats=formats), None, folders)


def describe_change(change: Change, site: str) -> dict[str, Any]:
    """Write a change for partners, with the addresses below the site's."""
    base = f"{site}/{_API}/items/{change.item}"
    place = place_of(change)
    return {
        "sequence": change.sequence,
        "channel": change.channel,
        "id": change.item,
        "uri": change.uri,
        "version": change.revision,
        "signal": change.signal,
        "status": change.status.value,
        "note": change.note or None,
        "at": dates.to_rfc3339(change.at),
        "href": f"{base}{place}",
        "version_href": f"{base}/versions/{change.revision}{place}",
    }


def place_of(change: Change) -> str:
    """Name the channel of a change in an address: each counts a post's versions, and writes it, in its own way."""
    return f"?channel={quote(change.channel, safe='')}"


def newest(name: str, limit: int = MOST_POSTS) -> tuple[Item, ...]:
    """Give what stands in a channel now, newest change first."""
    return channels.items(name, limit)
