"""The values that flow through the program.

Frozen, slotted, keyword-only; sequences are tuples; times are aware and in UTC; a text that is not known is None.
A constructor refuses what cannot be (`ValueError`): an empty id, a relative address, a line break in a header.

    Document -> Posts -> Digest -> Rendered -> Findings
                                   Rendered -> Message + Envelope -> Outcome
                Posts -> Bundle
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, Protocol

Direction = Literal["ltr", "rtl"]

_FETCHABLE: Final = ("http://", "https://")
_ADDRESSES: Final = (*_FETCHABLE, "data:image/", "file:", "mailto:", "tel:", "cid:")


def _require_utc(name: str, moment: datetime | None) -> None:
    """Refuse a time without a zone or in another zone than UTC."""
    if moment is not None and moment.utcoffset() != UTC.utcoffset(None):
        message = f"{name} must be an aware UTC time, not {moment!r}"
        raise ValueError(message)


def _require_absolute(name: str, url: str | None) -> None:
    """Refuse an address that means nothing away from its page."""
    if url is not None and not url.startswith(_ADDRESSES):
        message = f"{name} must be an absolute address, not {url!r}"
        raise ValueError(message)


def _require_one_line(name: str, value: str | None) -> None:
    """Refuse what would end a header early (RFC 5322, 2.2)."""
    if value is not None and any(mark in value for mark in "\r\n\0"):
        message = f"{name} must not hold a line break: {value!r}"
        raise ValueError(message)


def _require(name: str, value: str) -> None:
    """Refuse an empty text."""
    if not value:
        message = f"{name} must not be empty"
        raise ValueError(message)


# --- what comes in ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a source gave us, before anyone has read it.

    `source` is the name that reports use: the address asked for, or the path as it was found. `url` is the address
    after redirects, the base of relative links; None for a file. `media_type` and `charset` are the sender's claims,
    lower case. `modified` is Last-Modified or the file's time; `max_age` is for how long the sender calls it fresh.
    """

    source: str
    content: bytes
    url: str | None = None
    media_type: str | None = None
    charset: str | None = None
    modified: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None

    def __post_init__(self) -> None:
        _require("source", self.source)
        _require_absolute("url", self.url)
        _require_utc("modified", self.modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What the last answer gave us for a conditional request (RFC 9110, 13), verbatim."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The source answered 304: nothing new. `max_age`: for so long it says that this stays true."""

    source: str
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A source, or one item of it, that could not be used, and why; the run went on without it."""

    source: str
    reason: str


class AltOrigin(StrEnum):
    """Who wrote an alternative text."""

    SOURCE = "source"  # the img element, or the file's front matter
    FEED = "feed"  # media:description and its kin
    EDITOR = "editor"  # the desk
    ALTS_FILE = "alts"  # alts.toml
    EMBEDDED = "embedded"  # IPTC/XMP inside the picture, accepted by a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One picture of a post, with the source's whole words.

    `url` None: the source named no address that can be resolved; the picture keeps its place. `alt` None: not known;
    "": decorative. `credit` repeats what can be read out of or beside the caption, which stays whole. Sizes in CSS px.
    """

    url: str | None = None
    alt: str | None = None
    alt_origin: AltOrigin | None = None
    caption: str | None = None
    credit: str | None = None
    decorative: bool = False
    decorative_reason: str | None = None
    long_description: str | None = None
    width: int | None = None
    height: int | None = None

    def __post_init__(self) -> None:
        _require_absolute("url", self.url)
        if (self.alt is None) != (self.alt_origin is None):
            message = "an alt text and its origin come together"
            raise ValueError(message)
        if self.decorative and self.alt:
            message = "a decorative picture has no alt text"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A captions or subtitles file of a medium."""

    url: str
    type: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        _require_absolute("url", self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A video or sound of a post. `transcript` is an address, `transcript_text` the words where the source has them.

    `duration` in seconds; `poster` an address.
    """

    url: str
    type: str | None = None
    title: str | None = None
    captions: tuple[Track, ...] = ()
    transcript: str | None = None
    transcript_text: str | None = None
    duration: int | None = None
    poster: str | None = None

    def __post_init__(self) -> None:
        _require_absolute("url", self.url)
        _require_absolute("transcript", self.transcript)
        _require_absolute("poster", self.poster)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Somebody who wrote the post."""

    name: str

    def __post_init__(self) -> None:
        _require("name", self.name)


class Status(StrEnum):
    """The publishing status of a post, in the words of ninjs and NewsML-G2."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One published item.

    `html` is a well-formed XHTML fragment, sanitised, every address absolute; a picture stands in it as
    `<figure><img src alt/><figcaption/></figure>`, without the `img` where the picture has no address. `text` is the
    same as plain text, paragraphs parted by a blank line. `images` are in reading order. `position` is the place in
    its document, from 0; `source` the name of the document, `source_title` its title for people.
    """

    id: str
    source: str
    position: int = 0
    source_title: str | None = None
    url: str | None = None
    title: str | None = None
    kicker: str | None = None
    language: str | None = None
    direction: Direction | None = None
    authors: tuple[Author, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    summary: str | None = None
    html: str | None = None
    text: str | None = None
    tags: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    media: tuple[Media, ...] = ()
    status: Status | None = None
    embargo: datetime | None = None
    rights: str | None = None

    def __post_init__(self) -> None:
        _require("id", self.id)
        _require("source", self.source)
        _require_absolute("url", self.url)
        _require_one_line("title", self.title)
        _require_one_line("kicker", self.kicker)
        for name in ("published", "updated", "embargo"):
            _require_utc(name, getattr(self, name))

    def is_empty(self) -> bool:
        """Say whether there is nothing in it to publish."""
        return not (self.title or self.text or self.summary or self.images or self.media)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """What a document held: its posts in its own order, and what had to be left out of it."""

    source: str
    title: str | None = None
    url: str | None = None
    language: str | None = None
    posts: tuple[Post, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def __iter__(self) -> Iterator[Post]:
        """Go through the posts in the document's order."""
        return iter(self.posts)


# --- what goes out by mail ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A change the program made so that a reader can use the result; `post` is the post's id."""

    rule: str
    before: str
    after: str
    post: str | None = None


class Severity(StrEnum):
    """How much a finding hurts the people it hurts."""

    CRITICAL = "critical"
    SERIOUS = "serious"
    MODERATE = "moderate"
    MINOR = "minor"


class Gate(StrEnum):
    """What a finding does to a send: refuse it, ask an editor to acknowledge, or only tell."""

    BLOCK = "block"
    ACK = "ack"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken accessibility rule: what, where, and how to mend it.

    `test` is the number in the scorecard; `selector` a CSS selector or a line of the text part; `field` the field of
    the post to mend ("images[0].alt").
    """

    rule: str
    test: int
    wcag: str
    severity: Severity
    gate: Gate
    message: str
    fix: str
    post: str | None = None
    field: str | None = None
    selector: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as a digest shows it: the decision about alt and caption is taken, the source's words are kept.

    `alt` is what the `img` element gets ("" where the caption says it already; None: no attribute at all, so that the
    gate refuses); `caption` is None when nothing is shown. `image` is the picture as the source gave it.
    """

    image: Image
    alt: str | None
    caption: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPost:
    """One post as it stands in a digest.

    `anchor` is the name of its place in the page ("post-1", from 1). `url` leads to the whole post: its own address,
    else its place in the web edition (then None here). `html` is the XHTML of the body below the heading (summary
    or full text) whose headings begin one level below the post's own, `text` its plain twin.
    """

    post: Post
    anchor: str
    title: str
    language: str
    direction: Direction
    url: str | None = None
    picture: Picture | None = None
    html: str = ""
    text: str = ""
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Posts of a digest under one heading; `title` None: no heading of its own."""

    title: str | None = None
    posts: tuple[DigestPost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The composed content of an edition; `web_only` names the anchors of posts that stand on its web page alone."""

    title: str
    subject: str
    language: str
    direction: Direction
    date: date
    sections: tuple[Section, ...]
    preheader: str = ""
    intro: str = ""
    minutes: int = 1
    web_url: str | None = None
    left_out_pictures: int = 0
    repairs: tuple[Repair, ...] = ()
    web_only: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _require("title", self.title)
        _require("subject", self.subject)
        _require_one_line("subject", self.subject)

    def posts(self) -> Iterator[DigestPost]:
        """Go through the posts in reading order."""
        for section in self.sections:
            yield from section.posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a post of ours must leave in the text part: title, address and every alt text that is not empty."""

    post: str
    anchor: str
    title: str
    url: str | None = None
    language: str | None = None
    alts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An edition in one language and one template, ready to be audited and sent.

    `html` and `text` hold `Slot.marker` where each recipient's own links go; `web` is the page of
    the archive.
    """

    subject: str
    html: str
    text: str
    web: str
    language: str
    direction: Direction
    expected: tuple[Expected, ...] = ()
    repairs: tuple[Repair, ...] = ()

    def __post_init__(self) -> None:
        _require("subject", self.subject)
        _require_one_line("subject", self.subject)


class Slot(StrEnum):
    """A place in a message that differs for each recipient."""

    ADDRESS = "address"  # the To header
    UNSUBSCRIBE = "unsubscribe"  # the one-click address
    UNSUBSCRIBE_MAIL = "unsubscribe-mail"  # the mailto twin
    PREFERENCES = "preferences"  # the page of choices
    LINK = "link"  # what a letter asks its reader to open
    DELIVERY = "delivery"  # the delivery's id, for transports without tags

    @property
    def marker(self) -> str:
        """Give the address that stands in rendered HTML and text where each recipient's own value goes."""
        return f"https://{self.value}.slot.invalid/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The bytes of an edition cut at its slots: parts[0] slots[0] parts[1] slots[1] ... parts[-1]."""

    parts: tuple[bytes, ...]
    slots: tuple[Slot, ...]
    sender: str

    def __post_init__(self) -> None:
        if len(self.parts) != len(self.slots) + 1:
            message = f"{len(self.slots)} slots need {len(self.slots) + 1} parts, not {len(self.parts)}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One recipient of a message: the address and the value of each slot, printable ASCII.

    `tags` go to SES and come back with its events; no address in them.
    """

    address: str
    values: Mapping[Slot, str]
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require("address", self.address)
        _require_one_line("address", self.address)


# --- what became of a message -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The transport took the message and gave it an id."""

    message_id: str


class Reaction(StrEnum):
    """What to do after a message was provably not accepted."""

    RETRY = "retry"  # back to pending, later
    FAIL = "fail"  # this recipient only, for good
    PAUSE = "pause"  # every edition of this account, until the cause is gone
    STOP = "stop"  # this edition, until a person mends it
    STOP_ALL = "stop-all"  # everything, until a person mends it


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """The message provably did not go out: sending again is safe."""

    reaction: Reaction
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """The message may have gone out: never send again unasked."""

    code: str
    reason: str


Outcome = Accepted | NotAccepted | InDoubt


# --- what partners get --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFile:
    """One file of a bundle; `path` with forward slashes, below the bundle's folder."""

    path: str
    media_type: str
    content: bytes
    role: str
    language: str | None = None


class Packed(Protocol):
    """What every file of a bundle shows, wherever its content lies."""

    @property
    def path(self) -> str:
        """Give its place, with forward slashes, below the bundle's folder."""
        ...

    @property
    def media_type(self) -> str:
        """Give what it is."""
        ...

    @property
    def content(self) -> bytes:
        """Give its bytes."""
        ...

    @property
    def role(self) -> str:
        """Give what it is there for."""
        ...

    @property
    def language(self) -> str | None:
        """Give the language that it is in."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A picture, film or captions file that was fetched: where it came from, its bytes on disk and what they are.

    `sha256` is the hash of the bytes at `path`, in lower-case hex; `size` their number.
    """

    url: str
    sha256: str
    media_type: str
    path: Path
    size: int
    language: str | None = None

    def __post_init__(self) -> None:
        _require_absolute("url", self.url)
        if len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef"):  # noqa: PLR2004 - hex digits of SHA-256
            message = f"not a SHA-256 in lower-case hex: {self.sha256!r}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The package of a channel: its files in the order in which they are written, and what the manifest says.

    `media` are written from where they lie, never held in memory.
    """

    channel: str
    files: tuple[Packed, ...]
    manifest: Mapping[str, object]
    media: tuple[MediaFile, ...] = ()


# --- what the store gives -----------------------------------------------------------------------------------------


# Who gets an edition: readers of each one, or of a daily or weekly roll-up.
Audience = Literal["each", "daily", "weekly"]


class EditionState(StrEnum):
    """Where an edition stands."""

    DRAFT = "draft"  # a finding blocks it
    READY = "ready"  # waits for an editor
    APPROVED = "approved"  # content and recipients are frozen
    SENDING = "sending"
    PAUSED = "paused"  # a person or a breaker stopped it for a while
    SENT = "sent"  # nothing is pending
    HELD = "held"  # a person must mend something first
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    """Where one edition to one person stands."""

    PENDING = "pending"
    SENDING = "sending"  # the intent is committed, the request may be on its way
    ACCEPTED = "accepted"
    IN_DOUBT = "in_doubt"
    FAILED = "failed"
    SKIPPED = "skipped"


class Mark(StrEnum):
    """What became of an accepted message, in rising rank: a later event of lower rank changes nothing."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many recipients of an edition stand where; `duplicates` were provably sent the edition twice."""

    pending: int = 0
    sending: int = 0
    accepted: int = 0
    in_doubt: int = 0
    failed: int = 0
    skipped: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    duplicates: int = 0

    @property
    def recipients(self) -> int:
        """Everybody whom the edition was frozen for."""
        return self.pending + self.sending + self.accepted + self.in_doubt + self.failed + self.skipped

    @property
    def open(self) -> int:
        """Those for whom something is still to be done."""
        return self.pending + self.sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Which of a newsletter's readers get an edition: those with one of these languages and one of these tags.

    None of a kind is all of them. Never by format: large print can reveal a disability.
    """

    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_everybody(self) -> bool:
        """Say whether nobody is left out."""
        return not self.languages and not self.tags


EVERYBODY: Final = Segment()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One issue of a newsletter; `newsletter` is its name, `reason` says why it is held or paused.

    `withdrawal` is the number of the withdrawal that it tells of, to those who were reached; `continues` the edition
    that it goes on with, to those for whom that one was still pending.
    """

    id: str
    newsletter: str
    state: EditionState
    title: str
    posts: int
    created: datetime
    reason: str = ""
    report: Mapping[str, object] = field(default_factory=dict)
    content_sha256: str = ""
    send_at: datetime | None = None
    approved: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    withdrawal: int | None = None
    continues: str | None = None
    segment: Segment = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of an edition whose clicks are counted: the word that its mails carry, and where it leads."""

    token: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An edition in one language and one format ("html", "large", "text"), rendered and as bytes; `key` is its row.

    `links` are those of the bytes that lead over our own address; `rendered` keeps them as they are.
    """

    language: str
    format: str
    rendered: Rendered
    message: Message
    key: int = 0
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A post as the store keeps it; `key` is the row of this version of it."""

    key: int
    post: Post
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What a pull changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A recipient that one sender may now write to, once; the intent is committed.

    `key` is the row of the delivery, `delivery` its id for tags; `content` the row of what this person gets;
    `subscriber` and `newsletter` are the numbers that unsubscribe tokens carry.
    """

    key: int
    delivery: str
    attempt: int
    content: int
    subscriber: int
    newsletter: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a claim; `outcome` None: the request was provably never made."""

    claim: Claim
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One row of the ledger for people: who, where it stands, why. `address` None: the person was erased."""

    id: str
    address: str | None
    state: DeliveryState
    code: str
    reason: str
    attempt: int
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person's address and wishes, as imported or exported; `status` as in the ledger of subscriptions.

    `address` is written as it goes over the wire: domain in lower-case punycode. `tags` are those of one newsletter.
    """

    address: str
    name: str = ""
    language: str = ""
    format: str = "html"
    status: Literal["active", "pending", "unsubscribed", "bounced", "complained"] = "active"
    consent_at: datetime | None = None
    consent_source: str = ""
    zone: str = ""
    frequency: Audience = "each"
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require("address", self.address)
        _require_one_line("address", self.address)
        _require_one_line("name", self.name)
        _require_utc("consent_at", self.consent_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import changed; `kept` people stay as they were, `blocked` stay or become unmailable.

    Each person counts once; `duplicates` are rows about somebody who had one before.
    """

    added: int = 0
    kept: int = 0
    blocked: int = 0
    duplicates: int = 0
