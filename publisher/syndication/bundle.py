"""Posts and a channel in, a bundle out: every file of it, and the manifest that describes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from publisher.errors import GateError
from publisher.model import Bundle, BundleFile, MediaFile, Packed, Post
from publisher.syndication import atom, epub, html, jsonfeed, manifest, newsmlg2, ninjs, nitf, rss, text
from publisher.syndication.channel import Channel
from publisher.syndication.exclusion import named_in, without
from publisher.syndication.manifest import Contents
from publisher.syndication.release import Release, Revision, prepare_all
from publisher.syndication.spool import Spool, SpooledFile

Feed = Callable[[Sequence[Release], Channel], Iterable[bytes]]
Single = Callable[[Release, Channel], bytes]

# word of `FORMATS` -> file name, media type, role, writer
_FEEDS: Final[Mapping[str, tuple[str, str, Feed]]] = {
    "rss": (rss.NAME, rss.MEDIA_TYPE, rss.pieces),
    "atom": (atom.NAME, atom.MEDIA_TYPE, atom.pieces),
    "jsonfeed": (jsonfeed.NAME, jsonfeed.MEDIA_TYPE, jsonfeed.pieces),
}
_SINGLES: Final[Mapping[str, tuple[str, str, Single]]] = {
    "ninjs": ("post.ninjs.json", ninjs.MEDIA_TYPE, lambda release, _: ninjs.write(release)),
    "newsmlg2": ("post.g2.xml", newsmlg2.MEDIA_TYPE, newsmlg2.write),
    "nitf": ("post.nitf.xml", nitf.MEDIA_TYPE, lambda release, _: nitf.write(release)),
    "text": ("post.txt", text.MEDIA_TYPE, lambda release, _: text.write(release)),
}
_FEED_TITLES: Final = {"rss": "RSS 2.0", "atom": "Atom", "jsonfeed": "JSON Feed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What else decides what goes in.

    `at` is the moment by which an embargo is over (None: the newest post's time, so that no clock is asked).
    `excluded` are addresses of media that the partner may not use. `folders` hold templates that win over ours.
    `spool` is where contents wait until they are written (None: in memory), and has to be open until then.
    """

    at: datetime | None = None
    excluded: frozenset[str] = field(default_factory=frozenset)
    folders: tuple[Path, ...] = ()
    spool: Spool | None = None


def make(
    posts: Iterable[Post],
    channel: Channel | None = None,
    *,
    revisions: Mapping[str, Revision] | None = None,
    media: Iterable[MediaFile] = (),
    rules: Rules | None = None,
) -> Bundle:
    """Make the bundle of a channel; without one, of everything in every format.

    `revisions` are kept by post id, `media` are the files that go in (none: they stay links).

    Raises:
        GateError: the channel refuses pictures without a description, and there is one.
    """
    target, chosen = channel or Channel(), rules or Rules()
    given = tuple(posts)
    allowed = tuple(without(post, chosen.excluded) for post in given)
    releases = prepare_all(allowed, target, revisions, chosen.at)
    _check_policy(releases, target)
    unique = {medium.url: medium for medium in media if medium.url not in chosen.excluded}
    used = _used(releases, unique)
    formats = tuple(name for name in target.formats if name != "zip")
    inside = {medium.url: f"../../../{manifest.path_of(medium).removeprefix('data/')}" for medium in used}
    singles = {release.uri: _singles(release, target, inside, chosen) for release in releases}
    shared = (
        *_feeds(releases, target, chosen),
        *_book(releases, target, used, chosen),
        _index(releases, target, singles, chosen),
        _file(
            "data/manifest.schema.json",
            "application/schema+json",
            [manifest.SCHEMA.read_bytes()],
            "schema",
            "en",
            chosen,
        ),
    )
    contents = Contents(
        releases=releases,
        posts=singles,
        shared=shared,
        media=used,
        formats=formats,
        excluded={post.id: left for post in given if (left := named_in(post, chosen.excluded))},
    )
    files = (*shared, *(file for many in singles.values() for file in many))
    return Bundle(
        channel=target.name,
        files=tuple(sorted(files, key=lambda file: file.path)),
        manifest=manifest.spool(contents, target, chosen.spool)
        if chosen.spool
        else manifest.describe(contents, target),
        media=used,
    )


def _check_policy(releases: Sequence[Release], channel: Channel) -> None:
    """Refuse pictures without a description where the channel says so."""
    if channel.missing_alt != "block":
        return
    for release in releases:
        for issue in manifest.issues(release):
            if issue["rule"] == "alt-missing":
                raise GateError(
                    f"{release.title} ({issue['field']})",
                    f"channel {channel.name} takes no picture without a description",
                    "Write one, or mark the picture as decorative.",
                )


def _used(releases: Sequence[Release], by_url: Mapping[str, MediaFile]) -> tuple[MediaFile, ...]:
    """Choose the media that a post of the bundle names, one for each hash, in the order of their paths."""
    named: set[str] = set()
    for release in releases:
        named.update(image.url for image in release.post.images if image.url)
        for medium in release.post.media:
            named.update((medium.url, medium.poster or "", medium.transcript or ""))
            named.update(track.url for track in medium.captions)
    chosen = (by_url[url] for url in sorted(named) if url in by_url)
    return tuple(sorted(chosen, key=lambda medium: (manifest.path_of(medium), medium.url)))


def _feeds(releases: Sequence[Release], channel: Channel, rules: Rules) -> Iterable[Packed]:
    """Write the feeds that the channel wants."""
    for name, (path, media_type, write) in _FEEDS.items():
        if name in channel.formats:
            yield _file(f"data/{path}", media_type, write(releases, channel), "feed", channel.language, rules)


def _book(releases: Sequence[Release], channel: Channel, media: Sequence[MediaFile], rules: Rules) -> Iterable[Packed]:
    """Write the book, where the channel wants one."""
    if "epub" in channel.formats:
        pieces = epub.pieces(releases, channel, media)
        yield _file(f"data/{epub.NAME}", epub.MEDIA_TYPE, pieces, "epub", channel.language, rules)


def _singles(release: Release, channel: Channel, inside: Mapping[str, str], rules: Rules) -> tuple[Packed, ...]:
    """Write one post in the formats that the channel wants; readers' formats only when readers may see it."""
    folder = f"data/items/{release.folder}/v{release.revision.number}"
    files: list[Packed] = []
    for name, (path, media_type, write) in _SINGLES.items():
        if name in channel.formats and not (release.held and name in manifest.READERS):
            content = write(release, channel)
            files.append(_file(f"{folder}/{path}", media_type, [content], name, release.language, rules))
    if "html" in channel.formats and not release.held:
        page = html.write(release, channel, addresses=inside, folders=rules.folders)
        files.append(_file(f"{folder}/post.html", html.MEDIA_TYPE, [page], "html", release.language, rules))
    return tuple(files)


def _index(
    releases: Sequence[Release],
    channel: Channel,
    singles: Mapping[str, Sequence[Packed]],
    rules: Rules,
) -> Packed:
    """Write the landing page: it leads to the best reading form of each post."""
    paths = {
        uri: next(
            (file.path.removeprefix("data/") for role in ("html", "text") for file in files if file.role == role), ""
        )
        for uri, files in singles.items()
    }
    shown = [release for release in releases if not release.held]
    feeds = [("EPUB", epub.NAME)] if "epub" in channel.formats else []
    feeds += [(title, _FEEDS[name][0]) for name, title in _FEED_TITLES.items() if name in channel.formats]
    page = html.write_index(shown, channel, paths, feeds=feeds, folders=rules.folders)
    return _file("data/index.html", html.MEDIA_TYPE, [page], "index", channel.language, rules)


def _file(  # noqa: PLR0913, PLR0917 - what a file is, and where it waits
    path: str, media_type: str, pieces: Iterable[bytes], role: str, language: str, rules: Rules
) -> Packed:
    """Make a file of a bundle."""
    if rules.spool is not None:
        kept = rules.spool.keep(pieces)
        return SpooledFile(path=path, media_type=media_type, kept=kept, role=role, language=language)
    return BundleFile(path=path, media_type=media_type, content=b"".join(pieces), role=role, language=language)
