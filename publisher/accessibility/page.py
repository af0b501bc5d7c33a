"""What is audited: the tree of a mail or a web page, and whatever else is known about it.

read_rendered   an edition of ours
read_html       the bytes of a file: ours or anyone's
read_message    a whole mail (.eml): HTML part, text part, headers, the pictures it carries
"""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message as Mail
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import webencodings
from lxml.html import HtmlElement

from publisher.accessibility import cascade
from publisher.accessibility.cascade import Styles, is_seen
from publisher.accessibility.tree import HEADINGS, Tree, build, name_of, role_of, tag_of
from publisher.errors import FormatError
from publisher.model import Digest, Expected, Media, Rendered


class Kind(StrEnum):
    """Where a page is read: the rules about landmarks, and those about Outlook, hold for one of them only."""

    MAIL = "mail"
    WEB = "web"


Headers = Mapping[str, tuple[str, ...]]
_NOTHING: Final[Mapping[str, bytes]] = MappingProxyType({})
_NO_FIELDS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that leads somewhere, by its place, its address and what a screen reader calls it."""

    element: HtmlElement
    href: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Page:
    """A page with all that is known about it.

    `links` are those that are heard, in document order; `outline` the headings with their levels. `headers` (names in
    lower case) and `charset` are those of a message, None for a bare page; `text` is its text part, None where there
    is none. `subject` is known for messages and for our editions. `own`: an edition of ours; `has_web`: one with an
    address on the web. `expected` says what each post of ours must leave in it. `carried`: pictures at hand, by the
    address that `src` names. `fields`: the post and the place in it of a picture's address. `is_broken_off`: a mail
    that ends before its last part does.
    """

    tree: Tree
    styles: Styles
    links: tuple[Link, ...]
    outline: tuple[tuple[int, HtmlElement], ...]
    html: str
    size: int
    kind: Kind = Kind.MAIL
    subject: str | None = None
    text: str | None = None
    headers: Headers | None = None
    charset: str | None = None
    is_broken_off: bool = False
    own: bool = False
    has_web: bool = True
    language: str | None = None
    expected: tuple[Expected, ...] = ()
    media: tuple[tuple[str, Media], ...] = ()
    carried: Mapping[str, bytes] = field(default_factory=lambda: _NOTHING)
    fields: Mapping[str, tuple[str, int]] = field(default_factory=lambda: _NO_FIELDS)

    def is_heard(self, element: HtmlElement) -> bool:
        """Say whether a screen reader comes across an element."""
        return not self.styles.light[element].silent

    def is_seen(self, element: HtmlElement) -> bool:
        """Say whether text of an element can be seen."""
        return is_seen(self.styles.light[element])


# --- reading -------------------------------------------------------------------------------------------------------

_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_SNIFFED: Final = 4096


def _decode(content: bytes, declared: str | None = None) -> str:
    """Read bytes as text: the byte order mark, the declaration, the page's own meta, UTF-8, in this order."""
    found = _META_CHARSET.search(content[:_SNIFFED])
    labels = (declared, found[1].decode("ascii", "replace") if found else None, "utf-8")
    for label in labels:
        encoding = webencodings.lookup(label) if label else None
        if encoding is not None and (label is declared or encoding.name != "utf-16le"):
            return webencodings.decode(content, encoding, "replace")[0]
    return content.decode("utf-8", "replace")


def _page(html: str, size: int, **known: object) -> Page:
    """Parse and style a page."""
    tree = build(html)
    styles = cascade.work_out(tree)
    links = tuple(
        Link(element=element, href=element.get("href", "").strip(), name=name_of(tree, element))
        for element in tree.all("a")
        if element.get("href") is not None and not styles.light[element].silent
    )
    outline = tuple(pair for pair in _headings(tree) if not styles.light[pair[1]].silent)
    return Page(tree=tree, styles=styles, links=links, outline=outline, html=html, size=size, **known)  # type: ignore[arg-type]  # the keywords are Page's own


def _headings(tree: Tree) -> list[tuple[int, HtmlElement]]:
    """Collect the headings with their levels, in document order."""
    found = [(HEADINGS[tag_of(one)], one) for one in tree.all(*HEADINGS) if one.get("role") is None]
    for one in tree.labelled:
        if role_of(one) == "heading":
            said = one.get("aria-level") or str(HEADINGS.get(tag_of(one), 2))
            found.append((int(said) if said.isascii() and said.isdigit() else 2, one))
    return sorted(found, key=lambda pair: tree.order[pair[1]])


def read_html(content: bytes | str, *, kind: Kind = Kind.MAIL) -> Page:
    """Read a page of which nothing else is known; any bytes give a page."""
    html = _decode(content) if isinstance(content, bytes) else content
    return _page(html, len(content if isinstance(content, bytes) else content.encode("utf-8", "replace")), kind=kind)


def read_rendered(rendered: Rendered, *, digest: Digest | None = None, message: bytes | None = None) -> Page:
    """Read the mail of an edition of ours.

    With `digest`, findings about a picture name the field to mend, and its media are looked at. With `message`, the
    bytes that will be sent, its headers are looked at too.
    """
    headers, charset = (None, None)
    if message is not None:
        mail = _parse(message, "message")
        headers, charset = _headers(mail), _html_charset(mail)
    return _page(
        rendered.html,
        len(rendered.html.encode()),
        subject=rendered.subject,
        text=rendered.text,
        headers=headers,
        charset=charset,
        own=True,
        has_web=digest is None or digest.web_url is not None,
        language=rendered.language,
        expected=rendered.expected,
        media=() if digest is None else tuple((one.post.id, medium) for one in digest.posts() for medium in one.media),
        fields=_NO_FIELDS if digest is None else _fields(digest),
    )


def read_web(rendered: Rendered) -> Page:
    """Read the archive page of an edition of ours."""
    size = len(rendered.web.encode())
    return _page(
        rendered.web,
        size,
        kind=Kind.WEB,
        subject=rendered.subject,
        own=True,
        language=rendered.language,
        expected=rendered.expected,
    )


def _fields(digest: Digest) -> dict[str, tuple[str, int]]:
    """Note which picture of which post an address belongs to; the first one where several share it."""
    found: dict[str, tuple[str, int]] = {}
    for shown in digest.posts():
        for place, image in enumerate(shown.post.images):
            if image.url:
                found.setdefault(image.url, (shown.post.id, place))
    return found


# --- messages ------------------------------------------------------------------------------------------------------


def read_message(content: bytes, *, name: str = "message") -> Page:
    """Read a whole mail, however broken.

    Raises FormatError, which names `name`, for bytes that are no mail and for a mail without an HTML part.
    """
    mail = _parse(content, name)
    part = _part(mail, "text/html")
    if part is None:
        reason = "the mail has no HTML part, so that there is nothing to audit"
        raise FormatError(name, reason, "A mail in plain text alone needs no audit of its markup")
    raw = _payload(part)
    charset = _charset(part)
    text = _part(mail, "text/plain")
    headers = _headers(mail)
    return _page(
        _decode(raw, charset),
        len(raw),
        subject=headers.get("subject", (None,))[0],
        text=None if text is None else _decode(_payload(text), _charset(text)),
        headers=headers,
        charset=charset,
        is_broken_off=_is_broken_off(mail),
        carried=_carried(mail),
    )


def _parse(content: bytes, name: str) -> Mail:
    """Take a mail apart; the parser of the standard library has no list of what it raises on hostile headers."""
    try:
        mail = email.message_from_bytes(content, policy=email.policy.compat32)
        for part in mail.walk():
            part.get_content_type()
    except Exception as error:
        raise FormatError(name, f"not a mail that can be read ({error})") from error
    if not mail.keys():
        reason = "no mail headers at its beginning"
        raise FormatError(name, reason, "Save the whole message (as .eml), or its HTML as .html")
    return mail


def _is_broken_off(mail: Mail) -> bool:
    """Say whether a part of a mail never ends (RFC 2046, 5.1.1: the last boundary closes with two hyphens)."""
    defects = (one for part in mail.walk() for one in part.defects)
    return any(isinstance(one, email.errors.CloseBoundaryNotFoundDefect) for one in defects)


def _part(mail: Mail, kind: str) -> Mail | None:
    """Find the first part of a type that is not an attachment."""
    for part in mail.walk():
        if part.get_content_type() == kind and "attachment" not in str(part.get("content-disposition", "")).lower():
            return part
    return None


def _payload(part: Mail) -> bytes:
    """Give the bytes of a part, its transfer encoding taken off as far as it holds."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _charset(part: Mail) -> str | None:
    """Give the charset that a part's header names, in lower case."""
    found = re.search(r"charset\s*\*?=\s*\"?([^\s\";]+)", str(part.get("content-type", "")), re.IGNORECASE)
    return found[1].lower() if found else None


def _html_charset(mail: Mail) -> str | None:
    """Give the charset of the HTML part's header."""
    part = _part(mail, "text/html")
    return None if part is None else _charset(part)


def _headers(mail: Mail) -> dict[str, tuple[str, ...]]:
    """Give the headers of a mail as readable text, in their order."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in mail.items():
        found[name.lower()] = (*found.get(name.lower(), ()), _readable(str(value)))
    return found


def _readable(value: str) -> str:
    """Write a header as people read it (RFC 2047); what cannot be decoded stays as it is."""
    try:
        return " ".join(str(email.header.make_header(email.header.decode_header(value))).split())
    except (email.errors.MessageError, LookupError, ValueError):
        return " ".join(value.split())


def _carried(mail: Mail) -> dict[str, bytes]:
    """Collect the pictures in a mail by the address under which its HTML names them (RFC 2392)."""
    found: dict[str, bytes] = {}
    for part in mail.walk():
        identity = str(part.get("content-id", "")).strip().strip("<>")
        if identity and part.get_content_maintype() == "image":
            found[f"cid:{identity}"] = _payload(part)
    return found


# --- which post an element belongs to ------------------------------------------------------------------------------


class Places:
    """Where the posts of an edition begin and end in its page."""

    def __init__(self, page: Page) -> None:
        anchors = {one.anchor: one.post for one in page.expected}
        self._order = page.tree.order
        self._starts: list[int] = []
        self._posts: list[str | None] = []
        for element in page.tree.elements if anchors else ():
            self._note(element, anchors)

    def _note(self, element: HtmlElement, anchors: Mapping[str, str]) -> None:
        """Note that a post begins at an element, or that it ends at a heading that is not its own."""
        post = anchors.get(element.get("id") or element.get("name") or "")
        place = self._order[element]
        if post is not None and (not self._posts or self._posts[-1] != post):
            self._level = 0
            self._add(place, post)
        elif element.tag in HEADINGS and self._posts and self._posts[-1] is not None:
            level = HEADINGS[str(element.tag)]
            if self._level and level <= self._level:
                self._add(place, None)
            self._level = self._level or level

    def _add(self, place: int, post: str | None) -> None:
        """Begin a stretch."""
        self._starts.append(place)
        self._posts.append(post)

    def post_at(self, element: HtmlElement | None) -> str | None:
        """Give the id of the post that an element belongs to: the nearest one that began before it and goes on."""
        if element is None or element not in self._order:
            return None
        at = bisect_right(self._starts, self._order[element])
        return self._posts[at - 1] if at else None
