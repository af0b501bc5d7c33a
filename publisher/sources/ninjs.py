"""ninjs 1.x to 3.1, the JSON of the IPTC.

The versions spell the same names in three ways (`versioncreated`, `versionCreated`, `body_html` against `bodies` with
roles), so names are compared without case and underscore, and both shapes are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from publisher.errors import FormatError
from publisher.language import normalise
from publisher.model import AltOrigin, Document, Image, Media, Posts, Skipped, Status, Track
from publisher.sources import dates, finish, markup, mediarss, players
from publisher.sources.addresses import resolve
from publisher.sources.credits import find_credit
from publisher.sources.finish import Draft, Origin
from publisher.sources.newstree import as_rights, named
from publisher.sources.trees import printable

Item = dict[str, Any]  # with folded names; every value is checked where it is read

_LISTS: Final = ("items", "_items", "results")
_OWN_NAMES: Final = frozenset(
    "versioncreated pubstatus bodyhtml bodytext bodyxhtml bodies headlines slugline associations renditions".split(),
)
_PICTURES: Final = frozenset({"picture", "graphic", "photo", "image"})
_PLAYERS: Final = frozenset({"video", "audio"})
_TRANSCRIPT: Final = "transcript"
_CAPTIONS: Final = frozenset({"text/vtt", "application/x-subrip", "application/ttml+xml"})
_ROLE_LANGUAGE: Final = re.compile(r"^(?:captions?|subtitles?)[-_:]([A-Za-z]{2,3}(?:-\w+)*)$")
_KICKERS: Final = ("kicker", "overline", "eyebrow")
_MAIN: Final = ("main", "headline", "title", "")
_SUMMARIES: Final = ("summary", "abstract", "lead", "short", "")
_ALTS: Final = ("alttext", "alt", "drol:alttext")


def is_ninjs(value: object) -> bool:
    """Say whether a JSON value is a ninjs item or a list of them."""
    return any(True for item in _items(value) if isinstance(item, dict) and _looks_so(item))


def parse(document: Document, value: object, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read ninjs that is parsed already.

    Raises: FormatError when there is no item in it.
    """
    items = list(_items(value))
    if not items:
        raise FormatError(document.source, "there is no ninjs item in it")
    origin = Origin(
        source=document.source,
        language=language,
        default_language=default_language,
        modified=document.modified,
    )
    posts, skipped = [], []
    for position, item in enumerate(items):
        if isinstance(item, dict):
            posts.append(finish.post(_draft(_fold(item), position, document.url), origin))
        else:
            skipped.append(Skipped(source=document.source, reason=f"item {position + 1}: it is no JSON object"))
    return Posts(source=document.source, posts=tuple(posts), skipped=tuple(skipped))


def _items(value: object) -> Iterator[object]:
    """Go through the items of a document: one, a list, or a list under one of the usual names."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        inner = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
        yield from [value] if inner is None or _looks_so(value) else inner


def _looks_so(item: Item) -> bool:
    """Say whether an object has an item's identity and a name that only ninjs uses."""
    folded = _fold(item)
    return isinstance(folded.get("uri"), str) and bool(folded.keys() & _OWN_NAMES)


def _draft(item: Item, position: int, base: str | None) -> Draft:
    """Read one item."""
    url = resolve(_text(item, "url") or _text(item, "uri"), base)
    html = _body(item)
    cleaned = markup.clean(html or "", base=url or base)
    attached = [thing for other in _associated(item) if (thing := _attached(other, base)) is not None]
    own = _attached(item, base)
    attached = [own, *attached] if own is not None else attached
    images = tuple(thing for thing in attached if isinstance(thing, Image))
    media = tuple(thing for thing in attached if isinstance(thing, Media))
    updated = _moment(item, "versioncreated")
    published = _moment(item, "firstpublished") or _moment(item, "firstcreated") or _moment(item, "contentcreated")
    return Draft(
        position=position,
        id=_text(item, "uri"),
        url=url,
        title=_text(item, "headline") or _role(item, "headlines", _MAIN) or _text(item, "title"),
        kicker=_role(item, "headlines", _KICKERS),
        language=_text(item, "language"),
        authors=tuple(_authors(item)),
        published=published or updated,
        updated=updated,
        summary=None if own else markup.plain(_described(item, "text", _SUMMARIES) or _described(item, "html", ())),
        html=cleaned.html,
        text=cleaned.text,
        tags=tuple(_tags(item)),
        images=mediarss.overrule_images(cleaned.images, images),
        media=mediarss.merge_media(media, cleaned.media),
        status=_status(item),
        embargo=_moment(item, "embargoeduntil") or _moment(item, "embargoed"),
        rights=_rights(item),
    )


# --- pictures and media -----------------------------------------------------------------------------------------------


def _associated(item: Item) -> Iterator[Item]:
    """Go through the items that belong to an item: by name in 1.x, as a list since 2.0.

    A copyright notice that only repeats the item's own says nothing of who made the picture.
    """
    value = item.get("associations")
    others = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    for other in others:
        if isinstance(other, dict):
            folded = _fold(other)
            is_repeated = folded.get("copyrightnotice") == item.get("copyrightnotice")
            yield {**folded, "copyrightnotice": None} if is_repeated else folded


def _attached(item: Item, base: str | None) -> Image | Media | None:
    """Read an item as the picture or player it is."""
    kind = (_text(item, "type") or "").lower()
    if kind in _PICTURES:
        return _picture(item, base)
    is_medium = kind in _PLAYERS or (kind == "component" and _text(item, "rel") == "medium")
    return _player(item, kind, base) if is_medium else None


def _picture(item: Item, base: str | None) -> Image:
    """Read a picture with its words."""
    best = max(_renditions(item, "image/", base), key=_width, default={})
    alt = _described(item, "alttext", _ALTS)
    caption = _described(item, "caption", ("caption",)) or _described(item, "text", ("",))
    credit = _described(item, "creditline", ("creditline", "credit")) or _text(item, "byline") or _text(item, "by")
    return Image(
        url=best.get("href"),
        alt=alt,
        alt_origin=None if alt is None else AltOrigin.FEED,
        decorative=alt == "",
        caption=caption or None,
        credit=credit or find_credit(caption) or _text(item, "copyrightnotice"),
        long_description=_described(item, "extendeddescription", ("extendeddescription",)) or None,
        width=_width(best) or None,
        height=_number(best.get("height")),
    )


def _player(item: Item, kind: str, base: str | None) -> Media | None:
    """Read a video, a sound or another medium with captions and transcript; None for one without an address."""
    every = list(_renditions(item, None, base))
    texts = [one for one in every if one["contenttype"] in _CAPTIONS or _name(one) == _TRANSCRIPT]
    posters = list(_renditions(item, "image/", base)) if kind in _PLAYERS else []
    posters = [one for one in every if _name(one) == "poster"] or posters
    shown = [one for one in every if one not in texts and _name(one) != "poster"]
    if kind in _PLAYERS:
        shown = [one for one in shown if (one["contenttype"] or "").startswith(f"{kind}/")]
    best = max(shown, key=_width, default=None)
    if best is None:
        return None
    return Media(
        url=best["href"],
        type=best["contenttype"],
        title=_text(item, "headline") or _role(item, "headlines", _MAIN) or _text(item, "title"),
        captions=tuple(
            Track(url=one["href"], type=one["contenttype"], language=_track_language(one))
            for one in texts
            if one["contenttype"] in _CAPTIONS
        ),
        transcript=next((one["href"] for one in texts if one["contenttype"] not in _CAPTIONS), None),
        transcript_text=markup.clean(_body_of(item, (_TRANSCRIPT,)) or "", base=None).text or None,
        duration=_number(best.get("duration")),
        poster=max(posters, key=_width, default={}).get("href"),
    )


def _name(rendition: Item) -> str:
    """Give the name of a rendition, in lower case."""
    return (_text(rendition, "name") or "").lower()


def _renditions(item: Item, kind: str | None, base: str | None) -> Iterator[Item]:
    """Go through the renditions of a kind (None: all) that have an address; one that names no kind is a picture."""
    value = item.get("renditions")
    named = (
        [{"name": name, **rendition} for name, rendition in value.items() if isinstance(rendition, dict)]
        if isinstance(value, dict)
        else value
    )
    for rendition in named if isinstance(named, list) else ():
        if not isinstance(rendition, dict):
            continue
        folded = _fold(rendition)
        url = resolve(_text(folded, "href"), base)
        declared = (
            _text(folded, "contenttype") or _text(folded, "mimetype") or (players.guess_type(url) if url else None)
        )
        fits = kind is None or (declared.startswith(kind) if declared else kind == "image/")
        if url and fits:
            yield {**folded, "href": url, "contenttype": declared}


def _track_language(rendition: Item) -> str | None:
    """Give the language of a captions file, which ninjs has room for in its name only."""
    named = _ROLE_LANGUAGE.match(_text(rendition, "name") or "")
    return normalise(_text(rendition, "language") or (named[1] if named else None))


# --- words ------------------------------------------------------------------------------------------------------------


def _body(item: Item) -> str | None:
    """Give the body as HTML: markup where there is any, else paragraphs."""
    return _body_of(item, None)


def _body_of(item: Item, roles: tuple[str, ...] | None) -> str | None:
    """Give the body with one of these roles as HTML; None: the main one, which is any but a transcript."""
    if roles is None:
        for name in ("bodyhtml", "bodyxhtml"):
            if _text(item, name):
                return _text(item, name)
        if _text(item, "bodytext"):
            return markup.paragraphs(_text(item, "bodytext") or "")
    bodies = [body for body in _objects(item, "bodies") if _text(body, "value")]
    fitting = [body for body in bodies if _fits(body, roles)]
    fitting.sort(key=lambda body: "html" not in (_text(body, "contenttype") or ""))
    if not fitting:
        return None
    value = _text(fitting[0], "value") or ""
    return value if "html" in (_text(fitting[0], "contenttype") or "") else markup.paragraphs(value)


def _fits(body: Item, roles: tuple[str, ...] | None) -> bool:
    """Say whether a body has one of the roles."""
    role = (_text(body, "role") or "").lower()
    return role != _TRANSCRIPT if roles is None else role in roles


def _described(item: Item, suffix: str, roles: tuple[str, ...]) -> str | None:
    """Give a description: `description_suffix` of 1.x, or a role since 2.0; "" where it is there and empty."""
    value = item.get(f"description{suffix}")
    if isinstance(value, str):
        return " ".join(printable(value).split())
    return _role(item, "descriptions", roles)


def _role(item: Item, name: str, roles: tuple[str, ...]) -> str | None:
    """Give the value of the first of these roles in a list of values with roles; "" where it is there and empty."""
    values = _objects(item, name)
    for role in roles:
        for value in values:
            if (_text(value, "role") or "").lower().rsplit("/", 1)[-1] == role and isinstance(value.get("value"), str):
                words = printable(value["value"])
                is_plain = "<" not in words or _text(value, "contenttype") == "text/plain"
                return " ".join(words.split()) if is_plain else markup.plain(words) or ""
    return None


def _authors(item: Item) -> Iterator[str]:
    """Go through the authors: the people named so, else the by-line."""
    people = [person for person in _objects(item, "people") + _objects(item, "person") if _is_author(person)]
    names = [name for person in people if (name := _text(person, "name"))]
    byline = _text(item, "byline") or _text(item, "by")
    yield from names or ([named(byline)] if byline else [])


def _is_author(person: Item) -> bool:
    """Say whether a person wrote the item rather than occurs in it."""
    return (_text(person, "rel") or _text(person, "role") or "").lower() in {"author", "creator", "byline", "writer"}


def _tags(item: Item) -> Iterator[str]:
    """Go through the names of what the item is about, and its keywords."""
    for name in ("subject", "subjects"):
        yield from (tag for subject in _objects(item, name) if (tag := _text(subject, "name")))
    keywords = item.get("keywords")
    for word in keywords if isinstance(keywords, list) else ():
        if isinstance(word, str):
            yield printable(word)


def _status(item: Item) -> Status | None:
    """Give the publishing status; None for what is none."""
    named = (_text(item, "pubstatus") or "").lower()
    return Status(named) if named in set(Status) else None


def _rights(item: Item) -> str | None:
    """Give the copyright notice and the terms of use."""
    info = item.get("rightsinfo")
    told = _fold(info) if isinstance(info, dict) else {}
    parts = [_text(item, "copyrightnotice"), _text(item, "usageterms"), _text(told, "usageterms")]
    return as_rights(parts)


# --- values -----------------------------------------------------------------------------------------------------------


def _fold(item: Item) -> Item:
    """Write an object's names without case, underscore and hyphen."""
    return {name.replace("_", "").replace("-", "").lower(): value for name, value in item.items()}


def _objects(item: Item, name: str) -> list[Item]:
    """Give a list of objects, with folded names."""
    value = item.get(name)
    return [_fold(thing) for thing in value if isinstance(thing, dict)] if isinstance(value, list) else []


def _text(item: Item, name: str) -> str | None:
    """Give a text; None where there is none."""
    value = item.get(name)
    return printable(value).strip() or None if isinstance(value, str) else None


def _moment(item: Item, name: str) -> datetime | None:
    """Give a time."""
    return dates.from_value(item.get(name))


def _number(value: object) -> int | None:
    """Give a whole number above 0."""
    return int(value) if isinstance(value, int | float) and 0 < value < 10**7 else None


def _width(rendition: Item) -> int:
    """Give the width of a rendition; 0 where it is not known."""
    return _number(rendition.get("width")) or 0
