"""NewsML-G2, the XML of the IPTC: one item, or a message with many.

Texts are posts. Pictures, films and sounds of the same message belong to the text that links to them, or to the only
text of a package that holds both; those that belong to none are posts of their own. What a package or a text names but
the message does not hold lies elsewhere and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from lxml.etree import _Element as Element

from publisher.errors import FormatError
from publisher.model import Direction, Document, Image, Post, Posts, Skipped, Status
from publisher.sources import dates, feedtree, finish, g2item, markup, mediarss, newstree, nitf
from publisher.sources.addresses import resolve
from publisher.sources.feedtree import local_name
from publisher.sources.finish import Draft, Origin
from publisher.sources.g2item import code_of, described, language_of
from publisher.sources.newstree import attribute, children, find, number, words

ROOTS: Final = frozenset({"newsmessage", "newsitem", "packageitem"})
_ITEM: Final = "newsitem"
_PACKAGE: Final = "packageitem"
_KICKERS: Final = ("alternativeheadline", "kicker", "overline", "eyebrow")
_SUMMARIES: Final = ("summary", "abstract", "lead", "short", "")
_KILLS: Final = frozenset({"kill", "killed", "retraction", "withdrawal"})
_DIRECTIONS: Final[Mapping[str, Direction]] = {"ltr": "ltr", "rtl": "rtl"}
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)  # stands where the format demands a time that nobody knows
_FIX: Final = "Ask its publisher for a message that holds its items"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """An item of a message; `guid` is "" where it has none."""

    element: Element
    guid: str
    kind: str


def parse(document: Document, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read an item or a message.

    Raises: FormatError when there is no post in it.
    """
    root = newstree.root_of(document)
    items = [_Item(element=one, guid=attribute(one, "guid") or "", kind=_kind(one)) for one in _newest(_elements(root))]
    origin = Origin(
        source=document.source,
        language=language,
        default_language=default_language,
        modified=document.modified,
    )
    posts: list[Post] = []
    skipped: list[Skipped] = []
    for item, parts in _compose(items):
        draft = _draft(item, parts, len(posts), document.url)
        if draft is None:
            reason = f"{item.guid or 'an item'} names no content that can be fetched"
            skipped.append(Skipped(source=document.source, reason=reason))
        else:
            title = words(find(item.element, "contentmeta", "infosource", "name"))
            posts.append(finish.post(draft, replace(origin, title=title or None)))
    if not posts:
        reason = skipped[0].reason if skipped else "there is no news item in it, only names of items that lie elsewhere"
        raise FormatError(document.source, reason, _FIX)
    return Posts(source=document.source, posts=tuple(posts), skipped=tuple(skipped))


# --- which items make a post ------------------------------------------------------------------------------------------


def _elements(root: Element) -> list[Element]:
    """Give the items of a document: itself, or those of a message."""
    if local_name(root) in {_ITEM, _PACKAGE}:
        return [root]
    return [one for items in children(root, "itemset") for one in items if local_name(one) in {_ITEM, _PACKAGE}]


def _newest(elements: Iterable[Element]) -> list[Element]:
    """Leave out older versions of an item, which keeps the place of its first one."""
    found: dict[object, Element] = {}
    for element in elements:
        name = attribute(element, "guid") or element
        known = found.get(name)
        if known is None or (number(known.get("version")) or 0) < (number(element.get("version")) or 0):
            found[name] = element
    return list(found.values())


def _kind(element: Element) -> str:
    """Say what an item is, packages included."""
    return "package" if local_name(element) == _PACKAGE else g2item.kind_of(element)


def _compose(items: list[_Item]) -> Iterator[tuple[_Item, list[_Item]]]:
    """Give each post's item with the pictures and media that belong to it, in the message's order."""
    by_name = {item.guid: item for item in items if item.guid}
    parts = {item: _media_among(_links(item.element), by_name) for item in items if item.kind == "text"}
    for package in (item for item in items if item.kind == "package"):
        names = [attribute(one, "residref") for one in newstree.below(find(package.element, "groupset"), "itemref")]
        texts = [item for name in dict.fromkeys(names) if (item := by_name.get(name or "")) in parts]
        if len(texts) == 1 and texts[0] is not None:
            parts[texts[0]] = list(dict.fromkeys([*parts[texts[0]], *_media_among(names, by_name)]))
    taken = {part for some in parts.values() for part in some}
    for item in items:
        if item.kind == "text":
            yield item, parts[item]
        elif item.kind != "package" and item not in taken:
            yield item, [item]


def _links(element: Element) -> list[str | None]:
    """Give the names of the items that an item links to."""
    linking = [*children(find(element, "itemmeta"), "link"), *children(find(element, "contentset"), "remotecontent")]
    return [attribute(one, "residref") for one in linking]


def _media_among(names: Iterable[str | None], by_name: Mapping[str, _Item]) -> list[_Item]:
    """Give the pictures, films and sounds that some names stand for, each once."""
    found = (by_name.get(name or "") for name in dict.fromkeys(names))
    return [item for item in found if item is not None and item.kind in {"picture", "player"}]


# --- one post ---------------------------------------------------------------------------------------------------------


def _draft(item: _Item, parts: list[_Item], position: int, base: str | None) -> Draft | None:
    """Read a post; None for a film or sound alone that has no address."""
    element = item.element
    meta, about = find(element, "itemmeta"), find(element, "contentmeta")
    url = _page(item, base)
    cleaned = markup.clean(_body(element) if item.kind == "text" else "", base=url or base)
    images = _images(item, parts, base)
    media = [read for part in parts if part.kind == "player" and (read := g2item.player(part.element, base))]
    if item.kind == "player" and not media:
        return None
    updated = _moment(meta, "versioncreated")
    created = _moment(meta, "firstcreated") or _moment(about, "contentcreated")
    return Draft(
        position=position,
        id=item.guid,
        url=url,
        title=g2item.title_of(element),
        kicker=words(described(element, "headline", *_KICKERS)) or None,
        language=language_of(element),
        direction=_DIRECTIONS.get(element.get("dir", "").lower()),
        authors=tuple(_authors(about)),
        published=created or updated,
        updated=updated,
        summary=newstree.text(described(element, "description", *_SUMMARIES)) if item.kind == "text" else None,
        html=cleaned.html,
        text=cleaned.text,
        tags=tuple(_tags(element, about)),
        images=mediarss.overrule_images(cleaned.images, images),
        media=mediarss.merge_media(media, cleaned.media),
        status=_status(meta),
        embargo=_moment(meta, "embargoed"),
        rights=_rights(element),
    )


def _page(item: _Item, base: str | None) -> str | None:
    """Give the address of a post's page: its HTML rendition, else its name where that is an address."""
    pages = (content.url for content in g2item.remote(item.element, base) if content.type == "text/html")
    return next(pages, None) or resolve(item.guid, None)


def _images(item: _Item, parts: list[_Item], base: str | None) -> list[Image]:
    """Read the pictures of a post; one that stands in the text's own item comes first."""
    own = [item] if item.kind == "text" and g2item.has_picture(item.element, base) else []
    return [g2item.picture(one.element, base) for one in (*own, *parts) if one.kind != "player"]


def _body(element: Element) -> str:
    """Give the body as HTML: of XHTML, NITF, other markup and plain text the first that is there."""
    read = [_inline(one) for one in g2item.inline(element)]
    return min(read, key=lambda ranked: ranked[0], default=(0, ""))[1]


def _inline(element: Element) -> tuple[int, str]:
    """Give a text that stands in an item as HTML, and how far it is from being it: 0 is XHTML."""
    declared = (attribute(element, "contenttype") or "").lower()
    if local_name(element) == "inlinedata":
        plain = element.text or ""
        return (3, plain) if "html" in declared else (4, markup.paragraphs(plain))
    page = next((body for html in newstree.below(element, "html") for body in children(html, "body")), None)
    if page is not None:
        return 0, feedtree.inner(page)
    body = next(newstree.below(element, "body.content"), None)
    return (1, nitf.to_html(body)) if body is not None else (2, feedtree.inner(element))


def _authors(about: Element | None) -> list[str]:
    """Give who wrote a post: the by-line; its single names where the creators are just those."""
    names = [name for one in children(about, "creator") if (name := words(find(one, "name")))]
    line = newstree.named(words(find(about, "by")))
    return names if not line or line == ", ".join(names) else [line]


def _tags(element: Element, about: Element | None) -> Iterator[str]:
    """Go through the names of what an item is about, in its own language, and its keywords."""
    for subject in children(about, "subject"):
        yield words(newstree.in_language(children(subject, "name"), language_of(element)))
    yield from (words(one) for one in children(about, "keyword"))


def _status(meta: Element | None) -> Status | None:
    """Give the publishing status; an embargo without an end withholds, a signal that kills cancels."""
    if any(code_of(one) in _KILLS for one in children(meta, "signal")):
        return Status.CANCELED
    said = code_of(find(meta, "pubstatus"))
    endless = find(meta, "embargoed")
    if endless is not None and not words(endless) and said != Status.CANCELED:
        return Status.WITHHELD
    return Status(said) if said in set(Status) else None


def _rights(element: Element) -> str | None:
    """Give the copyright notice and the terms of use."""
    infos = children(element, "rightsinfo")
    return newstree.as_rights(
        words(part) for info in infos for name in ("copyrightnotice", "usageterms") for part in children(info, name)
    )


def _moment(holder: Element | None, name: str) -> datetime | None:
    """Read a time; None where it is missing or stands for an unknown one."""
    found = dates.read(words(find(holder, name)))
    return None if found == _NO_TIME else found
