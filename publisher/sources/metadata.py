"""What a web page says about itself: JSON-LD, OpenGraph, meta elements, microdata, words around the headline."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from lxml.html import HtmlElement

from publisher.language import normalise
from publisher.sources.addresses import resolve
from publisher.sources.finish import utc
from publisher.sources.markup import plain

Json = Mapping[str, object]
T = TypeVar("T")

_ARTICLES: Final = re.compile(
    r"(?:Article|BlogPosting|Report|Posting|Review|Recipe|LiveBlogPosting|MediaObject|Story|Essay|CreativeWork)$",
)
_PAGES: Final = ("WebPage", "ItemPage")
_PARTS: Final = re.compile(r"\s+(?:[|·•»«\-–—:]{1,2})\s+|\s*\|\s*")
_BY: Final = re.compile(
    r"^(?:(?:written|posted|reported|story|words|text|article|published|analysis)\s+)?"
    r"(?:by|von|par|por|de|di|da|door|av|af|przez|od|szerző|yazan|автор|автори|текст|от|מאת|بقلم|نویسنده|نوشته|作者|文|记者|記者|撰文|par|oleh)"
    r"(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"\s*[;|]\s*|\s+(?:and|und|et|y|e|en|och|og|oraz|и|та|ve)\s+|\s*&\s*|,\s+|、|،\s*")
_WITH: Final = re.compile(r"\s*\((?:with|avec|mit|con|com|with reporting by)\s+([^()]{2,200})\)", re.IGNORECASE)
_NO_NAME: Final = re.compile(r"\d|@|https?:|www\.")
_DATE_IN_PATH: Final = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:[/-]|$)")
_COMPACT: Final = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?$")
_LOOSE_ZONE: Final = re.compile(r"\s*(?:UTC|GMT|Z)$|(?<=\d)\s+(?=[+-]\d\d:?\d\d$)", re.IGNORECASE)
_KICKER: Final = re.compile(
    r"kicker|eyebrow|overline|over-?title|sur-?titre|surtitle|dachzeile|rubric|topline|antetitulo|occhiello|pre-?headline|slug-?line",
    re.IGNORECASE,
)
_BYLINE: Final = re.compile(
    r"(?<![a-z])(?:by-?line|author|dateline-?author|writer)(?:s|-?name)?(?![a-z-])", re.IGNORECASE
)
_MOST_TAGS: Final = 15
_LONGEST_NAME: Final = 60
_SHORTEST_NAME: Final = 2
_LONGEST_KICKER: Final = 60
_LONGEST_JSON: Final = 1_000_000

_TITLES: Final = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title")
_AUTHORS: Final = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
)
_PUBLISHED: Final = (
    "article:published_time article:published og:published_time datepublished parsely-pub-date sailthru.date pubdate "
    "publishdate publish_date publish-date date dc.date.issued dcterms.created dcterms.issued dc.date dcterms.date "
    "ptime pdate article_date_original cxenseparse:recs:publishtime citation_publication_date"
).split()
_UPDATED: Final = (
    "article:modified_time og:updated_time datemodified lastmod last-modified dcterms.modified utime".split()
)
_DESCRIPTIONS: Final = ("og:description", "description", "twitter:description", "dc.description", "dcterms.description")
_TAGS: Final = ("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
_SITES: Final = ("og:site_name", "application-name", "apple-mobile-web-app-title", "dc.publisher", "copyright")
_LANGUAGES: Final = ("content-language", "language", "dc.language", "og:locale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about itself; None and () where it says nothing. `url` is its canonical address."""

    title: str | None = None
    kicker: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    url: str | None = None
    summary: str | None = None
    tags: tuple[str, ...] = ()
    site: str | None = None


def read(root: HtmlElement, *, url: str | None) -> Metadata:
    """Read a page's metadata; `url` is the address it came from."""
    meta = _meta(root)
    linked = _linked_data(root)
    site = _first(_texts(meta, _SITES[:3])) or _name(linked.get("publisher"))
    authors = _authors(root, meta, linked)
    address = _address(root, meta, linked, url)
    return Metadata(
        title=_title(root, meta, linked, (site, *authors)),
        kicker=_kicker(root),
        authors=authors,
        published=_published(root, meta, linked, address or url),
        updated=_first(map(moment, (*_strings(linked.get("dateModified")), *_texts(meta, _UPDATED)))),
        language=_language(root, meta, linked),
        url=address,
        summary=_first((*_texts(meta, _DESCRIPTIONS), *map(plain, _strings(linked.get("description"))))),
        tags=_tags(root, meta, linked),
        site=site,
    )


# --- where it stands ------------------------------------------------------------------------------------------------


def _meta(root: HtmlElement) -> dict[str, list[str]]:
    """Give the contents of the meta elements and of microdata, by name in lower case."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv") or element.get("itemprop")
        content = element.get("content")
        if name and content and content.strip():
            found[name.strip().lower()].append(content)
    return found


def _texts(meta: Mapping[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    """Give what the meta elements of these names say, the best name first."""
    for name in names:
        for content in meta.get(name, ()):
            text = plain(content)
            if text:
                yield text


def _linked_data(root: HtmlElement) -> Json:
    """Give the JSON-LD of the page's article, else of the page; {} where there is none."""
    things: list[Json] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "") and script.text and len(script.text) <= _LONGEST_JSON:
            things.extend(_things(_load(script.text)))
    for wanted in (_is_article, _is_page):
        found = next((thing for thing in things if wanted(thing)), None)
        if found is not None:
            return found
    return {}


def _load(text: str) -> object:
    """Read JSON as sites write it: wrapped in CDATA or comments, with line breaks in strings."""
    stripped = re.sub(r"^\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:\]\]>|-->)\s*$", "", text.strip())
    try:
        return json.loads(stripped.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _things(data: object, depth: int = 0) -> Iterator[Json]:
    """Go through all objects in JSON-LD, whole graphs included."""
    if depth > 4:  # noqa: PLR2004 - list, graph, page, article
        return
    if isinstance(data, list):
        for one in data:
            yield from _things(one, depth + 1)
    elif isinstance(data, dict):
        yield data
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart"):
            yield from _things(data.get(name), depth + 1)


def _types(thing: Json) -> tuple[str, ...]:
    """Give the types of an object."""
    return tuple(kind.rsplit("/", 1)[-1] for kind in _strings(thing.get("@type")))


def _is_article(thing: Json) -> bool:
    """Say whether an object is an article of any kind."""
    return any(_ARTICLES.search(kind) for kind in _types(thing)) and any(
        name in thing for name in ("headline", "name", "author")
    )


def _is_page(thing: Json) -> bool:
    """Say whether an object is a page."""
    return any(kind in _PAGES for kind in _types(thing))


def _strings(value: object) -> tuple[str, ...]:
    """Give the texts in a value that may be one or several."""
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, list):
        return tuple(text for one in value for text in _strings(one))
    return ()


def _name(value: object) -> str | None:
    """Give the name of a thing that may be written as an object or a text."""
    if isinstance(value, list):
        return _first(_name(one) for one in value)
    if isinstance(value, dict):
        return _first(map(plain, _strings(value.get("name"))))
    return _first(map(plain, _strings(value)))


def _first(values: Iterable[T | None]) -> T | None:
    """Give the first value that is one."""
    return next((value for value in values if value), None)


# --- what it says ---------------------------------------------------------------------------------------------------


def _title(root: HtmlElement, meta: Mapping[str, list[str]], linked: Json, names: tuple[str | None, ...]) -> str | None:
    """Give the headline, without the name of the site; as the page's own heading writes it, if that says the same."""
    head = plain(root.findtext(".//title"))
    headings = [text for element in islice(root.iter("h1"), 20) if (text := _line(element))]
    said = _first((*map(plain, _strings(linked.get("headline"))), *_texts(meta, _TITLES), head))
    if said is None:
        return headings[0] if headings else None
    shown = max((text for text in headings if _key(text) and _key(text) in _key(said)), key=len, default=None)
    if shown is not None and len(_key(shown)) > len(_key(said)) / 3:
        return shown
    return _without_site(said, names)


def _without_site(title: str, names: tuple[str | None, ...]) -> str:
    """Cut the name of the site or an author off the end, or the beginning, of a title."""
    known = {_key(name) for name in names if name}
    parts = [part for part in _PARTS.split(title) if part]
    while len(parts) > 1 and (_key(parts[-1]) in known or _is_label(parts, parts[-1])):
        title = title[: title.rindex(parts.pop())].rstrip(" |·•»«-–—:")
    for name in filter(None, names):
        rest = title.removeprefix(name)
        if rest != title and rest.lstrip()[:1] in set("|·•:»–—-"):
            return rest.lstrip(" |·•:»–—-")
    return title


def _is_label(parts: list[str], last: str) -> bool:
    """Say whether the last part of a title is a short name after a longer sentence and a bar."""
    return len(last.split()) <= 3 and len(" ".join(parts[:-1]).split()) >= 4  # noqa: PLR2004 - a name, a sentence


def _kicker(root: HtmlElement) -> str | None:
    """Give the short line above the headline that is named one."""
    heading = next(root.iter("h1"), None)
    if heading is None:
        return None
    near = [*heading.iterdescendants(), *heading.itersiblings(preceding=True)]
    near += [one for parent in islice(heading.iterancestors(), 1) for one in parent.itersiblings(preceding=True)]
    for element in near[:30]:
        if isinstance(element.tag, str) and _KICKER.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            words = _line(element)
            if words and len(words) <= _LONGEST_KICKER:
                return words
    return None


def _authors(root: HtmlElement, meta: Mapping[str, list[str]], linked: Json) -> tuple[str, ...]:
    """Give the names of the authors."""
    author = linked.get("author") or linked.get("creator")
    named = [name for one in (author if isinstance(author, list) else [author]) if (name := _name(one))]
    for names in (named, list(_texts(meta, _AUTHORS)), _signed(root)):
        found = {_key(name): name for text in reversed(names) for name in reversed(split_names(text))}
        if found:
            return tuple(reversed(found.values()))
    return ()


def _signed(root: HtmlElement) -> list[str]:
    """Give what elements that are marked or named as a by-line say; the most exact mark first."""
    marked = root.xpath("//*[@rel='author' or @itemprop='author' or @itemprop='creator']")
    elements: list[HtmlElement] = list(marked) if isinstance(marked, list) else []
    for element in elements[:5]:
        inner = element.xpath(".//*[@itemprop='name']")
        words = _line(inner[0] if isinstance(inner, list) and inner else element)
        if words and split_names(words):
            return [words]
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in {"body", "html"} and _BYLINE.search(_tokens(element)):
            words = _line(element)
            if words and split_names(words):
                return [words]
    return []


def _tokens(element: HtmlElement) -> str:
    """Give the class names of an element."""
    return element.get("class") or ""


def split_names(line: str) -> tuple[str, ...]:
    """Give the names in a by-line: without "by", dates, addresses and roles; () where it holds none."""
    text = _BY.sub("", _WITH.sub(r", \1", " ".join(line.split()))).strip(" ,;:|-–—/")
    names: list[str] = []
    parts = _AND.split(text)
    if any(len(part) < _SHORTEST_NAME for part in parts):
        parts = [text]  # "Mac & i" is one name
    for part in parts:
        name = _BY.sub("", part.strip(" ,;:|-–—/")).strip()
        if not name or _NO_NAME.search(name) or len(name) > _LONGEST_NAME:
            if names or _NO_NAME.search(name):
                break
            continue
        names.append(name)
    return tuple(names)


def _address(root: HtmlElement, meta: Mapping[str, list[str]], linked: Json, url: str | None) -> str | None:
    """Give the page's canonical address; one that leads to the front page of a site is a mistake of its template."""
    links = [link.get("href") for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]
    for candidate in (*links, *meta.get("og:url", ()), *_strings(linked.get("url"))):
        found = resolve(candidate, url)
        if found and found.split("://", 1)[-1].partition("/")[2].strip("/"):
            return found
    return resolve(url, None)


def _published(root: HtmlElement, meta: Mapping[str, list[str]], linked: Json, url: str | None) -> datetime | None:
    """Give the moment of publication."""
    said = (*_strings(linked.get("datePublished")), *_texts(meta, _PUBLISHED), *_strings(linked.get("dateCreated")))
    found = _first(map(moment, said)) or _first(map(moment, _times(root)))
    if found is None and url:
        path = _DATE_IN_PATH.search(url)
        found = moment("-".join((path[1], path[2].zfill(2), path[3].zfill(2)))) if path else None
    return found


def _times(root: HtmlElement) -> Iterator[str]:
    """Give the times that the page marks as its own, the most exact mark first."""
    marked = root.xpath("//*[@itemprop='datePublished' or @pubdate or @property='datePublished']")
    for element in marked if isinstance(marked, list) else []:
        yield element.get("datetime") or element.get("content") or element.get("title") or element.text or ""
    heading = next(root.iter("h1"), None)
    around = next(heading.iterancestors("article", "main", "header"), None) if heading is not None else None
    for element in (around if around is not None else root).iter("time"):
        yield element.get("datetime") or element.text or ""


def moment(text: str) -> datetime | None:
    """Read a date as pages write it (ISO 8601 and near it); one without a zone is taken as UTC. None: no date."""
    stripped = text.strip()
    compact = _COMPACT.match(stripped)
    if compact:
        year, month, day, *clock = compact.groups()
        stripped = f"{year}-{month}-{day}" + (f"T{clock[0]}:{clock[1]}:{clock[2] or '00'}" if clock[0] else "")
    stripped = re.sub(r"(?<=[+-]\d\d)(\d\d)$", r":\1", _LOOSE_ZONE.sub("", stripped)).replace("/", "-")
    try:
        return utc(datetime.fromisoformat(stripped))
    except (ValueError, OverflowError):
        return None


def _language(root: HtmlElement, meta: Mapping[str, list[str]], linked: Json) -> str | None:
    """Give the language that the page declares."""
    own = (root.get("lang"), root.get("{http://www.w3.org/XML/1998/namespace}lang"), root.get("xml:lang"))
    body = next(root.iter("body"), None)
    declared = (
        *own,
        body.get("lang") if body is not None else None,
        *_strings(linked.get("inLanguage")),
        *_texts(meta, _LANGUAGES),
    )
    return _first(normalise(str(tag).split(",")[0]) for tag in declared if tag)


def _tags(root: HtmlElement, meta: Mapping[str, list[str]], linked: Json) -> tuple[str, ...]:
    """Give the page's keywords; the best source that has any."""
    linked_tags = [link for link in root.iter("a") if "tag" in (link.get("rel") or "").lower().split()]
    sources: list[Iterable[str | None]] = [map(plain, _strings(linked.get("keywords")))]
    sources += [_texts(meta, (name,)) for name in _TAGS[:-1]]
    sources += [map(_line, linked_tags), _texts(meta, _TAGS[-1:])]
    for source in sources:
        words = [word.strip() for text in source if text for word in re.split(r"[,;،、]", text)]
        found = tuple(dict.fromkeys(word for word in words if word and len(word) <= _LONGEST_NAME))
        if found:
            return found[:_MOST_TAGS]
    return ()


def _line(element: HtmlElement) -> str | None:
    """Give the words of an element on one line."""
    return plain(" ".join(str(element.text_content()).split()))


def _key(text: str) -> str:
    """Give the letters and digits of a text."""
    return re.sub(r"[\W_]+", "", text).casefold()
