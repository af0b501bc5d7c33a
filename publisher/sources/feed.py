"""RSS 0.9x to 2.0, RDF, CDF and Atom: feedparser reads them, `feedtree` and `mediarss` add what it hides.

Every entry that feedparser finds becomes exactly one post, even an empty one. feedparser's own sanitiser and link
resolver are off: `markup` does both.
"""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import feedparser
from lxml.etree import _Element as Element

from publisher.errors import FormatError
from publisher.model import Document, Post, Posts, Skipped, Status
from publisher.sources import dates, feedtree, finish, markup, mediarss, people
from publisher.sources.addresses import resolve
from publisher.sources.characters import unescape
from publisher.sources.feedtree import FeedTree, local_name
from publisher.sources.finish import Draft, Origin

MOST_BYTES: Final = 16_000_000
_MOST_REFERENCES: Final = 1_500_000
_CLOSED: Final = re.compile(r"</[a-zA-Z][\w-]*>|<(?:br|img|hr|p)\b[^<>]*>")
_KICKERS: Final = frozenset({"kicker", "overline", "eyebrow", "pretitle"})
_IDENTITIES: Final = frozenset({"guid", "id"})
_DESCRIPTIONS: Final = frozenset({"description", "summary", "abstract", "subtitle"})
_DRAFTS: Final = frozenset({"draft"})
_LONGEST_SUMMARY: Final = 3000  # characters; a longer description is a body
_LONGEST_MARKUP: Final = 20_000  # characters of HTML that may still be a summary
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_READABLE: Final = _HTML | {"text/plain", None}

Entry = dict[str, Any]  # feedparser's own dictionary, whose keys depend on the feed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """What the posts of a feed have in common."""

    tree: FeedTree
    base: str | None
    url: str | None
    origin: Origin
    authors: tuple[str, ...]
    rights: str | None
    is_atom: bool


def parse(document: Document, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read a feed.

    Raises: FormatError when it is too large, or nothing of it can be read.
    """
    if len(document.content) > MOST_BYTES:
        size = len(document.content) // 1_000_000
        limit = MOST_BYTES // 1_000_000
        raise FormatError(document.source, f"the feed holds {size} MB, more than {limit} MB", "ask for a shorter feed")
    parsed, tree = _read(document)
    entries, head = parsed["entries"], parsed["feed"]
    if not entries and not parsed.get("version"):
        raise FormatError(document.source, "no feed that anybody knows", "give a feed of RSS, Atom or JSON Feed")
    origin = Origin(
        source=document.source,
        title=unescape(markup.plain(_text(head, "title"))),
        language=language,
        declared=_text(head, "language") or _text(_detail(head, "title"), "language"),
        default_language=default_language,
        modified=document.modified,
    )
    feed = _common(document, parsed, tree, origin)
    posts, skipped = _posts(entries, feed)
    return Posts(
        source=document.source,
        title=finish.one_line(origin.title),
        url=resolve(_text(head, "link"), feed.base),
        language=origin.declared,
        posts=posts,
        skipped=skipped,
    )


def _read_text(document: Document) -> str:
    """Give the text of the feed.

    Raises: FormatError for one that is built to take for ever.
    """
    text = feedtree.read_text(document)
    if text.count("&") > _MOST_REFERENCES:
        raise FormatError(document.source, f"the feed holds more than {_MOST_REFERENCES} references to characters")
    return text


def _read(document: Document) -> tuple[Entry, FeedTree]:
    """Let feedparser read the feed.

    Raises: FormatError.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    if document.url:
        headers["content-location"] = document.url
    failure: Exception | None = None
    for tree in feedtree.readings(_read_text(document)):
        try:
            parsed = feedparser.parse(
                io.BytesIO(tree.xml),
                response_headers=headers,
                sanitize_html=False,
                resolve_relative_uris=False,
            )
        except Exception as error:  # noqa: BLE001 - a foreign parser may raise anything; it is the cause of ours
            failure = error
        else:
            if parsed["entries"] or not tree.is_broken:
                return parsed, tree
    reason = "no post can be read: the XML is broken, or broken off"
    raise FormatError(document.source, reason, "ask whoever publishes the feed to mend it") from failure


def _common(document: Document, parsed: Entry, tree: FeedTree, origin: Origin) -> _Feed:
    """Read what the posts of a feed have in common."""
    head = parsed["feed"]
    is_atom = str(parsed.get("version", "")).startswith("atom")
    return _Feed(
        tree=tree,
        url=document.url,
        base=resolve(document.url, None) or _own_address(head),
        origin=origin,
        authors=tuple(_authors(head)) if is_atom else (),
        is_atom=is_atom,
        rights=markup.plain(_text(head, "rights")),
    )


def _posts(entries: list[Entry], feed: _Feed) -> tuple[tuple[Post, ...], tuple[Skipped, ...]]:
    """Make a post of every entry; of a broken one an empty post, and the reason.

    What has become a post is let go at once: `entries` is empty afterwards, and so are the items of the tree.
    """
    items: Sequence[Element | None] = feed.tree.items
    if len(items) != len(entries):
        items = [None] * len(entries)
    posts: list[Post] = []
    skipped: list[Skipped] = []
    entries.reverse()
    for position, item in enumerate(items):
        entry = entries.pop()
        try:
            posts.append(finish.post(_draft(entry, item, position, feed), feed.origin))
        except (ValueError, RecursionError) as error:
            posts.append(finish.post(Draft(position=position, id=_text(entry, "id")), feed.origin))
            name = f"item {position + 1} ({_text(entry, 'id') or 'without a guid'})"
            skipped.append(Skipped(source=feed.origin.source, reason=f"{name}: {error}"))
        if item is not None:
            item.clear()
    return tuple(posts), tuple(skipped)


def _draft(entry: Entry, item: Element | None, position: int, feed: _Feed) -> Draft:
    """Read one entry."""
    described = item is None or any(local_name(child) in _DESCRIPTIONS for child in item)
    body, summary = _bodies(entry, feed.tree.bodies, described=described)
    if item is not None and not body["value"].strip():
        body = {"value": mediarss.describe(item) or "", "type": "text/plain"}
    here = feedtree.base_of(item, feed.base) if item is not None else feed.base
    url = resolve(_text(entry, "feedburner_origlink") or _text(entry, "link"), here)
    base = _base(body, feed, here, url)
    cleaned = markup.clean(_as_html(body), base=base)
    beside = markup.clean(_as_html(summary), base=base)
    attached = mediarss.read(item, feed.base, url) if item is not None else mediarss.Attached()
    updated = _moment(entry, "updated", feed)
    return Draft(
        position=position,
        id=_identity(entry, item),
        url=url,
        title=_title(entry) or (mediarss.entitle(item) if item is not None else None),
        kicker=_first(item, _KICKERS),
        language=_text(entry, "language") or _text(body, "language") or _text(_detail(entry, "title"), "language"),
        authors=tuple(people.authors_of(item) if item is not None else ()) or tuple(_authors(entry)) or feed.authors,
        published=_moment(entry, "published", feed) or updated or _moment(entry, "created", feed),
        updated=updated,
        summary=_brief(beside.text if summary else cleaned.text),
        html=cleaned.html,
        text=cleaned.text,
        tags=tuple(_tags(entry)),
        images=mediarss.merge_images(mediarss.merge_images(cleaned.images, attached.images), beside.images),
        media=mediarss.merge_media(cleaned.media, attached.media),
        status=Status.WITHHELD if (_first(item, _DRAFTS) or "").lower() == "yes" else None,
        rights=markup.plain(_text(entry, "rights")) or feed.rights,
    )


# --- texts ------------------------------------------------------------------------------------------------------------


def _base(body: Entry, feed: _Feed, here: str | None, url: str | None) -> str | None:
    """Give the address that links in a body start from: `xml:base`; in Atom the feed; else the post's page."""
    own = resolve(_text(body, "base"), feed.base)
    if own and own not in {feed.base, feed.url}:
        return own
    return (here if feed.is_atom else url) or here or url


def _own_address(head: Entry) -> str | None:
    """Give the address a feed names as its own, else that of its pages: for a feed that came as a file."""
    links = [link for link in dict.get(head, "links") or () if isinstance(link, dict)]
    links.sort(key=lambda link: dict.get(link, "rel") != "self")
    return next((found for link in links if (found := resolve(_text(link, "href"), None))), None)


def _identity(entry: Entry, item: Element | None) -> str | None:
    """Give the identity as it is written: feedparser takes what is no address for a relative one."""
    named = (child.text for child in item if local_name(child) in _IDENTITIES) if item is not None else ()
    return next((text.strip() for text in named if text and text.strip()), None) or _text(entry, "id")


def _bodies(entry: Entry, bodies: Mapping[str, str], *, described: bool) -> tuple[Entry, Entry]:
    """Give the richest text of an entry, and the summary beside it; {} where the text is the summary too.

    feedparser gives a copy of the content as summary, so `described` says whether the entry has one of its own.
    """
    contents = [_put_back(content, bodies) for content in dict.get(entry, "content") or ()]
    detail, value = _detail(entry, "summary"), dict.get(entry, "summary")
    summary = _put_back(detail if detail.get("value") == value else {"value": value}, bodies)
    readable = [content for content in contents if content.get("type") in _READABLE]
    best = max(readable, key=lambda content: len(content["value"]), default=None)
    if best is None or not best["value"].strip():
        return summary, {}
    if not described or len(summary["value"]) > _LONGEST_MARKUP:
        return best, {"value": ""}
    return best, {} if summary["value"] == best["value"] else summary


def _put_back(detail: Entry, bodies: Mapping[str, str]) -> Entry:
    """Give a text with its real value instead of the token."""
    value = dict.get(detail, "value")
    return {**detail, "value": bodies.get(value.strip(), value) if isinstance(value, str) else ""}


def _as_html(body: Entry) -> str:
    """Give a text as HTML; one that is declared plain and holds closed elements is HTML all the same."""
    value: str = dict.get(body, "value") or ""
    if dict.get(body, "type") == "text/plain" and not _CLOSED.search(value):
        return markup.paragraphs(value)
    return value


def _brief(text: str) -> str | None:
    """Give a summary on one line; None for what is no summary any more."""
    return " ".join(text.split()) or None if len(text) <= _LONGEST_SUMMARY else None


def _title(entry: Entry) -> str | None:
    """Give the title of an entry as plain words."""
    detail = _detail(entry, "title")
    value = _text(detail, "value") or _text(entry, "title")
    return unescape(markup.plain(value) if _text(detail, "type") in _HTML else value)


# --- what stands in feedparser's dictionaries -------------------------------------------------------------------------


def _text(mapping: Entry, key: str) -> str | None:
    """Give a text; feedparser's own `get` looks under other names too, and warns."""
    value = dict.get(mapping, key)
    return value if isinstance(value, str) and value else None


def _detail(mapping: Entry, key: str) -> Entry:
    """Give what feedparser knows about a text: its type, language and base."""
    value = dict.get(mapping, f"{key}_detail")
    return value if isinstance(value, dict) else {}


def _authors(mapping: Entry) -> Iterator[str]:
    """Go through the names of who wrote it; an address stands for a name only where there is none."""
    for author in dict.get(mapping, "authors") or ():
        name = unescape(people.name_of(_text(author, "name") or _text(author, "email")))
        if name:
            yield name


def _tags(entry: Entry) -> Iterator[str]:
    """Go through the subjects of an entry."""
    for tag in dict.get(entry, "tags") or ():
        name = unescape(markup.plain(_text(tag, "label") or _text(tag, "term")))
        if name:
            yield name


def _moment(entry: Entry, key: str, feed: _Feed) -> datetime | None:
    """Give a time; None where nobody can read it, or it is none of this calendar."""
    value = dict.get(entry, f"{key}_parsed")
    try:
        if value:
            return datetime.fromtimestamp(timegm(value), tz=UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return dates.read(_text(entry, key), feed.origin.declared)


def _first(item: Element | None, names: AbstractSet[str]) -> str | None:
    """Give the words of the first element with one of these names in an item, at any depth."""
    if item is None:
        return None
    return next((markup.plain(part.text) for part in item.iter() if local_name(part) in names and part.text), None)
