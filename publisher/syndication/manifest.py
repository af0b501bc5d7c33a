"""The manifest of a bundle: every post, file and picture of it as data, in the one canonical form of RFC 8785."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import rfc8785

from publisher.errors import IntegrityError
from publisher.model import Image, Media, MediaFile, Packed
from publisher.syndication import carriage, dates, metadata
from publisher.syndication.bag import MANIFEST, Payload
from publisher.syndication.body import DEFAULT_TRACK
from publisher.syndication.channel import Channel
from publisher.syndication.markup import flat
from publisher.syndication.mediatypes import ending_of
from publisher.syndication.release import Release, medium_uri, picture_uri
from publisher.syndication.spool import Slice, Spool, SpooledFile

VERSION: Final = "1.0"
# What a manifest looks like, for those who read it: a copy lies in every bundle.
SCHEMA: Final = Path(__file__).with_name("manifest.schema.json")

Json = dict[str, object]

# Where text that belongs to films and sounds lies, by the ending of its file; everything else lies with the media.
_FOLDERS: Final = {
    "vtt": "captions",
    "srt": "captions",
    "ttml": "captions",
    "html": "transcripts",
    "txt": "transcripts",
}
_ROLES: Final = {"captions": "captions", "transcripts": "transcript"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a bundle holds, for the manifest to describe.

    `posts` maps the URI of a post to its files, `shared` are the files of the whole channel. `excluded` names the
    addresses of media that stay out, by the id of the post.
    """

    releases: Sequence[Release]
    posts: Mapping[str, Sequence[Packed]]
    shared: Sequence[Packed]
    media: Sequence[MediaFile]
    formats: Sequence[str]
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def path_of(medium: MediaFile) -> str:
    """Give the place of a medium in a bundle: its hash, so that the same bytes lie there once."""
    ending = ending_of(medium.media_type)
    return f"data/{_FOLDERS.get(ending, 'media')}/{medium.sha256}.{ending}"


def describe(contents: Contents, channel: Channel) -> Json:
    """Give the manifest as data; its sequence is the hash of all the rest."""
    found: Json = {**_frame(contents, channel), "items": list(_posts(contents))}
    return {**found, "sequence": hashlib.sha256(_dump(found)).hexdigest()}


def _frame(contents: Contents, channel: Channel) -> Json:
    """Describe everything but the posts."""
    newest = max((one.moment for one in contents.releases if one.moment), default=None)
    return {
        "version": VERSION,
        "channel": _channel(channel),
        "formats": list(contents.formats),
        "newest": dates.to_rfc3339(newest) if newest else None,
        "files": [_file(file) for file in contents.shared] + _media_files(contents.media),
    }


def _posts(contents: Contents) -> Iterator[Json]:
    """Describe the posts, one after the other."""
    by_url = {medium.url: medium for medium in contents.media}
    return (_post(release, contents, by_url) for release in contents.releases)


def _dump(value: object) -> bytes:
    """Write a value in the canonical form of RFC 8785."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]  # the library names the types of JSON, we do not


class SpooledManifest(Mapping[str, object]):
    """A manifest that waits on disk: at hand are what frames the posts, and the files that it names."""

    def __init__(self, kept: Slice, frame: Json, payload: tuple[Payload, ...]) -> None:
        self.kept = kept
        self.payload = payload
        self._frame = frame

    def __getitem__(self, name: str) -> object:
        """Give a part; the posts are read back from the disk."""
        if name == _ITEMS:
            found: Json = json.loads(self.kept.read())
            return found[name]
        return self._frame[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names of the parts."""
        return iter(sorted((*self._frame, _ITEMS)))

    def __len__(self) -> int:
        """Give the number of parts."""
        return len(self._frame) + 1


_ITEMS: Final = "items"


def spool(contents: Contents, channel: Channel, place: Spool) -> SpooledManifest:
    """Write the manifest to disk, post by post: the same bytes as `write` would give."""
    frame = _frame(contents, channel)
    files: list[Json] = [*cast("list[Json]", frame["files"])]
    posts = place.keep(_listed(_posts(contents), files))
    digest = hashlib.sha256()
    for piece in _compose(frame, posts):
        digest.update(piece)
    frame["sequence"] = digest.hexdigest()
    return SpooledManifest(place.keep(_compose(frame, posts)), frame, _payload(files))


def _listed(posts: Iterable[Json], files: list[Json]) -> Iterator[bytes]:
    """Write a list of posts piece by piece, and note the files that they name."""
    mark = b"["
    for post in posts:
        files += cast("list[Json]", post["files"])
        yield mark + _dump(post)
        mark = b","
    yield b"]" if mark == b"," else b"[]"


def _compose(frame: Json, posts: Slice) -> Iterator[bytes]:
    """Put the posts into their place among the other parts: keys are sorted (RFC 8785, 3.2.3)."""
    mark = b"{"
    for name in sorted((*frame, _ITEMS)):
        yield mark + _dump(name) + b":"
        if name == _ITEMS:
            yield from posts.pieces()
        else:
            yield _dump(frame[name])
        mark = b","
    yield b"}"


def write(manifest: Mapping[str, object]) -> bytes:
    """Write a manifest in the canonical form."""
    return manifest.kept.read() if isinstance(manifest, SpooledManifest) else _dump(dict(manifest))


def read(content: bytes) -> Json:
    """Read a manifest, and refuse one that is not canonical or whose sequence is not the hash of the rest.

    Raises:
        IntegrityError: what is wrong with it.
    """
    try:
        found = json.loads(content)
        canonical = rfc8785.dumps(found)
    except (ValueError, RecursionError) as cause:
        raise IntegrityError(MANIFEST, "is no JSON that RFC 8785 can write") from cause
    if not isinstance(found, dict) or canonical != content:
        raise IntegrityError(MANIFEST, "is not in the canonical form of RFC 8785")
    rest = {name: value for name, value in found.items() if name != "sequence"}
    if found.get("sequence") != hashlib.sha256(rfc8785.dumps(rest)).hexdigest():
        raise IntegrityError(MANIFEST, "its sequence is not the hash of what it lists")
    return found


def payload_of(manifest: Mapping[str, object]) -> tuple[Payload, ...]:
    """List the files that a manifest names, by path; hostile manifests included.

    Raises:
        IntegrityError: a file is described in a way that cannot be, or twice.
    """
    if isinstance(manifest, SpooledManifest):
        return manifest.payload
    items = manifest.get("items")
    listed = [manifest.get("files"), *(one.get("files") for one in _dicts(items))]
    return _payload(one for many in listed for one in _dicts(many))


def _payload(files: Iterable[Mapping[str, object]]) -> tuple[Payload, ...]:
    """List files by path. Raises: IntegrityError."""
    found: dict[str, Payload] = {}
    for described in files:
        path, digest, size = described.get("path"), described.get("sha256"), described.get("bytes")
        if not (isinstance(path, str) and isinstance(digest, str) and isinstance(size, int)) or size < 0:
            raise IntegrityError(MANIFEST, "describes a file without path, sha256 or bytes")
        if path in found:
            raise IntegrityError(path, "stands twice in the manifest")
        found[path] = Payload(path=path, sha256=digest, size=size)
    return tuple(found[path] for path in sorted(found))


def _dicts(value: object) -> list[Mapping[str, object]]:
    """Give a list of objects.

    Raises:
        IntegrityError: it is none.
    """
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise IntegrityError(MANIFEST, "lacks a list of items or files")
    return value


def info_of(manifest: Mapping[str, object]) -> dict[str, str]:
    """Give what bag-info.txt says of a bundle."""
    channel = manifest.get("channel")
    about = channel if isinstance(channel, dict) else {}
    return {
        "Source-Organization": str(about.get("organisation", "")),
        "External-Description": str(about.get("title", "")),
        "External-Identifier": str(manifest.get("sequence", "")),
        "Bag-Group-Identifier": str(about.get("uri", "")),
    }


# --- parts --------------------------------------------------------------------------------------------------------


def _channel(channel: Channel) -> Json:
    """Describe the channel."""
    return {
        "uri": channel.uri,
        "name": channel.name,
        "title": channel.title,
        "language": channel.language,
        "organisation": channel.publisher,
        "rights": channel.rights,
    }


def _post(release: Release, contents: Contents, by_url: Mapping[str, MediaFile]) -> Json:
    """Describe a post."""
    post, revision = release.post, release.revision
    images = [
        {"id": picture_uri(release, place), **_image(image, release, by_url)} for place, image in enumerate(post.images)
    ]
    media = [{"id": medium_uri(release, place), **_medium(medium, by_url)} for place, medium in enumerate(post.media)]
    return {
        "uri": release.uri,
        "sourceId": post.id,
        "source": post.source_title,
        "url": post.url,
        "title": release.title,
        "kicker": post.kicker,
        "authors": [author.name for author in post.authors],
        "summary": post.summary,
        "tags": list(post.tags),
        "version": revision.number,
        "status": release.status.value,
        "signal": "kill" if release.killed else revision.signal,
        "correctionNote": release.note,
        "supersedes": revision.number - 1 if revision.number > 1 else None,
        "published": dates.to_rfc3339(post.published) if post.published else None,
        "updated": dates.to_rfc3339(release.moment) if release.moment else None,
        "embargoedUntil": dates.to_rfc3339(post.embargo) if post.embargo else None,
        "expires": None,
        "language": release.language,
        "direction": release.direction,
        "rights": {"holder": None, "notice": release.rights, "usageTerms": release.rights, "linkedRights": None},
        "files": [_file(file) for file in contents.posts.get(release.uri, ())],
        "media": images + media,
        "accessibility": {
            "accessMode": list(metadata.modes([release])),
            "feature": list(metadata.features([release])),
            "hazard": list(metadata.hazards([release])),
            "issues": issues(release),
        },
        "omitted": _omitted(release, contents),
        "lossy": [
            {"format": name, "fields": list(fields)}
            for name in contents.formats
            if (fields := carriage.lost(release, name))
        ],
    }


def _omitted(release: Release, contents: Contents) -> list[Json]:
    """List what of a post stays out, and why."""
    found: list[Json] = [
        {"mediaUri": url, "reason": "not-licensed"} for url in contents.excluded.get(release.post.id, ())
    ]
    if release.held:
        reason = "withheld" if release.status.value == "withheld" else "embargoed"
        found += [{"format": name, "reason": reason} for name in contents.formats if name in READERS]
    return found


# What readers see at once: a post that nobody may see yet is not written in these.
READERS: Final = frozenset({"rss", "atom", "jsonfeed", "html", "text", "epub"})


def _file(file: Packed) -> Json:
    """Describe a file."""
    if isinstance(file, SpooledFile):
        digest, size = file.kept.sha256, file.kept.size
    else:
        digest, size = hashlib.sha256(file.content).hexdigest(), len(file.content)
    return {
        "path": file.path,
        "mediaType": file.media_type,
        "sha256": digest,
        "bytes": size,
        "role": file.role,
        "language": file.language,
    }


def _media_files(media: Iterable[MediaFile]) -> list[Json]:
    """Describe the media that lie in the bundle, each once."""
    unique = {path_of(medium): medium for medium in media}
    return [
        {
            "path": path,
            "mediaType": medium.media_type,
            "sha256": medium.sha256,
            "bytes": medium.size,
            "role": _ROLES.get(path.split("/")[1], "media"),
            "language": medium.language,
        }
        for path, medium in sorted(unique.items())
    ]


def _where(url: str | None, by_url: Mapping[str, MediaFile]) -> Json:
    """Say where a medium is: in the bundle, or at its own address only."""
    medium = by_url.get(url or "")
    return {
        "uri": url,
        "path": path_of(medium) if medium else None,
        "sha256": medium.sha256 if medium else None,
    }


def _image(image: Image, release: Release, by_url: Mapping[str, MediaFile]) -> Json:
    """Describe a picture with every word that belongs to it."""
    return {
        "kind": "picture",
        **_where(image.url, by_url),
        "alt": image.alt,
        "altLanguage": release.language if image.alt else None,
        "altSource": "missing" if image.alt is None and not image.decorative else "human",
        "decorative": image.decorative,
        "caption": image.caption,
        "credit": image.credit,
        "longDescription": image.long_description,
        "width": image.width,
        "height": image.height,
    }


def _medium(medium: Media, by_url: Mapping[str, MediaFile]) -> Json:
    """Describe a film or sound with its texts."""
    kind = (medium.type or "").partition("/")[0]
    captions = [
        {**_where(track.url, by_url), "mediaType": track.type or DEFAULT_TRACK, "language": track.language}
        for track in medium.captions
    ]
    transcript = _where(medium.transcript, by_url) if medium.transcript else None
    return {
        "kind": kind if kind in {"audio", "video"} else "file",
        **_where(medium.url, by_url),
        "mediaType": medium.type,
        "title": medium.title,
        "duration": medium.duration,
        "poster": medium.poster,
        "captions": captions,
        "transcript": transcript,
        "transcriptText": medium.transcript_text,
    }


def issues(release: Release) -> list[Json]:
    """List what is missing for people who cannot see or hear: rule, where, and the WCAG criterion."""
    found: list[Json] = []
    for number, image in enumerate(release.post.images):
        where = f"images[{number}].alt"
        if image.alt is None and not image.decorative:
            found.append({"rule": "alt-missing", "wcag": "1.1.1", "field": where, "uri": image.url})
        elif image.alt and flat(image.alt).casefold() == flat(image.caption).casefold():
            found.append({"rule": "alt-repeats-caption", "wcag": "1.1.1", "field": where, "uri": image.url})
    for number, medium in enumerate(release.post.media):
        kind = (medium.type or "").partition("/")[0]
        if kind == "video" and not medium.captions:
            place = f"media[{number}].captions"
            found.append({"rule": "captions-missing", "wcag": "1.2.2", "field": place, "uri": medium.url})
        if kind == "audio" and not (medium.transcript or medium.transcript_text):
            place = f"media[{number}].transcript"
            found.append({"rule": "transcript-missing", "wcag": "1.2.1", "field": place, "uri": medium.url})
    return found
