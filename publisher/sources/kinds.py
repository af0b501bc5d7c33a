"""What a document is, told by its content; name and media type only break ties between texts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from publisher.errors import FormatError
from publisher.model import Document
from publisher.sources import feedtree, jsonfeed, markdown, newsmlg2, ninjs


class Kind(Enum):
    """The kinds of documents that posts, or sources, are read from."""

    FEED = auto()
    OPML = auto()
    JSON_FEED = auto()
    NINJS = auto()
    NEWSML = auto()
    NITF = auto()
    PAGE = auto()
    MARKDOWN = auto()
    PLAIN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A kind, and the value of what is JSON."""

    kind: Kind
    value: object = None


_FEED_INSIDE: Final = re.compile(r"<(?:rss|feed|rdf:RDF|channel|atom:feed)[\s>]", re.IGNORECASE)
_ROOTS: Final[Mapping[str, Kind]] = {
    "opml": Kind.OPML,
    "nitf": Kind.NITF,
    **dict.fromkeys(newsmlg2.ROOTS, Kind.NEWSML),
    **dict.fromkeys(("rss", "rdf", "feed", "channel", "entry", "item", "cdf"), Kind.FEED),
    **dict.fromkeys(("html", "head", "body"), Kind.PAGE),
}
_PAGE_START: Final = re.compile(
    r"\s*(?:<!--.*?-->\s*)*(?:<!doctype\s+html|</?(?:html|head|body|article|main|section|div|p|h[1-6]|figure|ul|ol|table|"
    r"blockquote|header|nav|img|a|span|b|em|strong|meta|title|link|script|style|br|hr)[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_JSON_START: Final = re.compile(r"\s*[\[{]\s*[\]}\[{\"]")
_NAMED_MARKDOWN: Final = (".md", ".markdown", ".mdown", ".mkd")
_NAMED_JSON: Final = (".json", ".jsonfeed")
_CODED: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00\xfe\xff")
_MAGIC: Final = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "a WebP picture or a sound",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"SQLite format": "a database",
    b"ID3": "a sound",
    b"OggS": "a sound",
}
_CONTROLS: Final = bytes(set(range(0x20)) - set(b"\t\n\r\f\x1b"))
_HEAD: Final = 4096
_MOST_CONTROLS: Final = 0.02  # share of control characters that a text may hold
_FIX: Final = "give a feed, a web page, or a post as Markdown, HTML, ninjs, NewsML-G2, NITF or text"


def recognise(document: Document) -> Recognised:
    """Say what a document is.

    Raises: FormatError for what is empty, no text, or of a kind that nothing can be read from.
    """
    content = document.content
    if not content.strip():
        raise FormatError(document.source, "the file is empty", _FIX)
    _refuse_binary(document)
    text = feedtree.read_text(document)
    if _JSON_START.match(text) or (document.source.lower().endswith(_NAMED_JSON) and text.lstrip()[:1] in "{["):
        recognised = _json(document, text)
        if recognised is not None:
            return recognised
    return Recognised(kind=_markup(text) or _words(document, text))


def _refuse_binary(document: Document) -> None:
    """Refuse what is no text.

    Raises: FormatError.
    """
    head = document.content[:_HEAD]
    found = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    if found is None and head[4:8] == b"ftyp":
        found = "a video"
    if found is None and not head.startswith(_CODED):
        controls = len(head) - len(head.translate(None, _CONTROLS))
        found = "binary data" if b"\x00" in head[:64] or controls > _MOST_CONTROLS * len(head) else None
    if found is not None:
        raise FormatError(document.source, f"this is {found}, no text", _FIX)


def _json(document: Document, text: str) -> Recognised | None:
    """Recognise what is written in JSON; None for text that only begins like it.

    Raises: FormatError for JSON of another kind, or broken JSON.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError) and not _claims_json(document):
            return None
        raise FormatError(document.source, f"this is broken JSON: {error}", "ask its publisher to mend it") from error
    if ninjs.is_ninjs(value):
        return Recognised(kind=Kind.NINJS, value=value)
    if jsonfeed.is_jsonfeed(value):
        return Recognised(kind=Kind.JSON_FEED, value=value)
    raise FormatError(document.source, "this is JSON, but neither a JSON Feed nor ninjs", _FIX)


def _claims_json(document: Document) -> bool:
    """Say whether somebody calls a document JSON."""
    return document.source.lower().endswith(_NAMED_JSON) or "json" in (document.media_type or "")


def _markup(text: str) -> Kind | None:
    """Recognise what begins with a tag; None for other texts."""
    root = feedtree.root_name(text)
    if root in _ROOTS:
        return _ROOTS[root]
    if _PAGE_START.match(text):
        return Kind.PAGE
    if _FEED_INSIDE.search(text[:_HEAD]) and not markdown.has_front_matter(text):
        return Kind.FEED
    if root and (text.lstrip().startswith("<?xml") or f"</{root}" in text.lower()):
        return Kind.FEED  # feedparser knows more roots than any list, and says no where it does not
    return None


def _words(document: Document, text: str) -> Kind:
    """Tell Markdown from plain text."""
    named = document.source.lower().split("?", 1)[0].endswith(_NAMED_MARKDOWN)
    if named or document.media_type in {"text/markdown", "text/x-markdown"} or markdown.has_front_matter(text):
        return Kind.MARKDOWN
    return Kind.PLAIN
