"""A post made ready for partners: cleaned, identified, versioned, with the body that every format shares."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import quote

from publisher.language import direction, normalise
from publisher.model import Direction, Post, Status
from publisher.syndication import dates
from publisher.syndication.body import build
from publisher.syndication.channel import NAMESPACE, Channel
from publisher.syndication.markup import clean, flat, to_xhtml
from publisher.syndication.words import Words, words_of

Signal = Literal["new", "update", "correction", "kill"]

# RFC 3986: a scheme, then its characters and whole percent codes; a fragment at most once.
_URI: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[!$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})+(?:#(?:[!$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})*)?"
)
_BARE: Final = "!#$&'()*+,-./:;=?@_~%"
_STRAY_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TITLE_WORDS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Which version of a post this is, and what it does to the one before.

    `number` counts from 1; `note` says to readers what was corrected or why it was withdrawn; `at` is when this
    version was made (None: the post's own times say it).
    """

    number: int = 1
    signal: Signal = "new"
    note: str | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.number < 1:
            message = f"revisions count from 1, not {self.number}"
            raise ValueError(message)


FIRST: Final = Revision()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of one post, ready to be written in any format.

    `uri` names the post for ever, `folder` is a safe name for it, `title` is never empty. `body` is the whole post as
    XHTML, without the element around it; empty for a post that is withdrawn. `language` and `direction` are those of
    the post, the channel's where it names none. `held` says that no reader may see it yet, or not at all.
    """

    post: Post
    revision: Revision
    uri: str
    folder: str
    title: str
    language: str
    direction: Direction
    body: str
    rights: str | None
    status: Status
    held: bool

    @property
    def killed(self) -> bool:
        """Say whether the post is withdrawn for good."""
        return self.status is Status.CANCELED

    @property
    def moment(self) -> datetime | None:
        """Give the time of this version; None where nobody knows."""
        return self.revision.at or self.post.updated or self.post.published

    @property
    def changed(self) -> datetime:
        """Give the time of this version for formats that demand one."""
        return self.moment or dates.UNKNOWN

    @property
    def words(self) -> Words:
        """Give our words in the post's language."""
        return words_of(self.language)

    @property
    def note(self) -> str | None:
        """Give what readers are told about a correction or a withdrawal."""
        return self.revision.note


def uri_of(post: Post) -> str:
    """Name a post for ever: its own id where that is a URI, else a UUID made from it (version 5)."""
    if _URI.fullmatch(post.id):
        return post.id
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, clean(post.id))}"


def to_uri(address: str) -> str:
    """Write an address with the characters that a URI may hold (RFC 3986); one that is a URI stays as it is."""
    if _URI.fullmatch(address):
        return address
    head, mark, tail = _STRAY_PERCENT.sub("%25", address).partition("#")
    return quote(head, safe=_BARE) + mark + quote(tail.replace("#", "%23"), safe=_BARE)


def folder_of(post: Post) -> str:
    """Give a folder name that no feed can choose: the beginning of a hash of the post's id."""
    return hashlib.sha256(clean(post.id).encode()).hexdigest()[:24]


def picture_uri(release: Release, place: int) -> str:
    """Name the picture at a place of a post (from 0), whether it has an address or not."""
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{release.uri} picture {place}')}"


def medium_uri(release: Release, place: int) -> str:
    """Name the film or sound at a place of a post (from 0)."""
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{release.uri} medium {place}')}"


def prepare(post: Post, channel: Channel, revision: Revision = FIRST, at: datetime | None = None) -> Release:
    """Make a post ready; `at` is the moment by which an embargo is over or not (None: it never is)."""
    tidy: Post = _cleaned(post)
    status = tidy.status or Status.USABLE
    if revision.signal == "kill" or status is Status.CANCELED:
        status = Status.CANCELED
        tidy = _emptied(tidy)
    language = normalise(tidy.language) or channel.language
    embargoed = tidy.embargo is not None and (at is None or tidy.embargo > at)
    return Release(
        post=tidy,
        revision=_cleaned(revision),
        uri=uri_of(tidy),
        folder=folder_of(tidy),
        title=_title(tidy, language, status),
        language=language,
        direction=tidy.direction or direction(language),
        body="" if status is Status.CANCELED else to_xhtml(build(tidy, language)),
        rights=tidy.rights or channel.rights,
        status=status,
        held=status is Status.WITHHELD or embargoed,
    )


def prepare_all(
    posts: tuple[Post, ...],
    channel: Channel,
    revisions: Mapping[str, Revision] | None = None,
    at: datetime | None = None,
) -> tuple[Release, ...]:
    """Make posts ready, newest first; of two with one id the later one stays.

    `revisions` are kept by the post's id. `at` None means: as of the newest post, so that the same posts always give
    the same bytes.
    """
    known = revisions or {}
    moments = [moment for post in posts for moment in (post.updated, post.published) if moment]
    moment = at or max(moments, default=None)
    newest: dict[str, Release] = {}
    for post in posts:
        release = prepare(post, channel, known.get(post.id, FIRST), moment)
        before = newest.get(release.uri)
        if before is None or _rank(before) < _rank(release):
            newest[release.uri] = release
    return tuple(sorted(newest.values(), key=lambda one: (-one.changed.timestamp(), one.uri)))


def _rank(release: Release) -> tuple[int, datetime, str]:
    """Order versions of one post: the number, then the time, then anything that is always the same."""
    return release.revision.number, release.changed, release.body


def _title(post: Post, language: str, status: Status) -> str:
    """Give a title: the post's own, else its first words, else its kind."""
    if status is Status.CANCELED:
        return words_of(language).withdrawn
    if post.title and post.title.strip():
        return flat(post.title)
    captions = (image.caption or image.alt for image in post.images)
    films = (medium.title for medium in post.media)
    words = next((flat(text) for text in (post.text, post.summary, *captions, *films, post.url) if flat(text)), post.id)
    first = words.split(" ")[:_TITLE_WORDS]
    return " ".join(first) + ("…" if len(first) < len(words.split(" ")) else "")


def _emptied(post: Post) -> Post:
    """Take everything out of a withdrawn post but its name and its times."""
    return dataclasses.replace(
        post,
        title=None,
        kicker=None,
        authors=(),
        summary=None,
        html=None,
        text=None,
        tags=(),
        images=(),
        media=(),
        status=Status.CANCELED,
    )


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - walks values of every type
    """Drop from every text of a value the characters that no format can write."""
    if type(value) is str:
        return clean(value) or ("\ufffd" if value else "")
    if isinstance(value, tuple):
        return tuple(_cleaned(part) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {field.name: _cleaned(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **changes)
    return value
