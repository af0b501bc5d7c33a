"""An accessible page for one post: landmarks, skip link, figures, tracks, schema.org metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import jinja2
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from lxml import etree
from markupsafe import Markup, escape

from publisher.language import direction, primary
from publisher.model import Direction, Post
from publisher.syndication import content, dates, metadata, templates
from publisher.syndication.channel import Channel
from publisher.syndication.markup import replace, tag_of, to_html
from publisher.syndication.release import Release, prepare
from publisher.syndication.words import Words, words_of

MEDIA_TYPE: Final = "text/html"

_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time for machines and for people."""

    iso: str
    shown: str


def write(
    release: Release,
    channel: Channel,
    *,
    addresses: Mapping[str, str] | None = None,
    folders: Sequence[Path] = (),
) -> bytes:
    """Write the page of a post; `addresses` says where media lie that the bundle holds, by their own address."""
    words = release.words
    values: dict[str, object] = {
        "page_title": f"{release.title} - {channel.publisher}",
        "release": release,
        "channel": channel,
        "times": times_of(release),
        "body": Markup(to_html(page_body(release, addresses or {}))),  # noqa: S704 - a tree written by lxml
        "linked_data": _script(metadata.describe(release, channel)),
        "channel_lang": lang_of(channel.language, direction(channel.language), release.language),
    }
    return render("post.html.j2", values, (release.language, release.direction, words), folders)


def render(
    template: str,
    values: Mapping[str, object],
    language: tuple[str, Direction, Words],
    folders: Sequence[Path],
) -> bytes:
    """Fill a template of pages; our own words are marked where they are not in the page's language."""
    tag, way, words = language
    frame = {
        "language": tag,
        "direction": way,
        "words": words,
        "words_lang": lang_of(words.language, words.direction, tag),
    }
    environment: jinja2.Environment = templates.load(folders)
    return environment.get_template(template).render({**frame, **values}).encode()


def lang_of(language: str, way: Direction, around: str) -> Markup:
    """Give the attributes of a part in another language than what is around it; nothing where it is the same."""
    if primary(language) == primary(around):
        return Markup()
    return Markup(' lang="{}" dir="{}"').format(language, way)


@lru_cache(maxsize=1024)
def show(moment: datetime, language: str) -> Moment:
    """Give a time in the words of a language, in UTC."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    day, hour = format_date(moment, "long", locale=locale), format_time(moment, "short", tzinfo=UTC, locale=locale)
    return Moment(iso=dates.to_rfc3339(moment), shown=f"{day}, {hour} UTC")


def times_of(release: Release) -> list[tuple[str, Moment]]:
    """Give the times that readers see: published, and updated where that is later."""
    words, published = release.words, release.post.published
    times = [(words.published, show(published, words.language))] if published else []
    if release.moment and release.moment != published:
        times.append((words.updated, show(release.moment, words.language)))
    return times


def page_body(release: Release, addresses: Mapping[str, str]) -> etree._Element:
    """Give the body as it stands in a page of its own: headings below the title, pictures that say what is missing."""
    root = content.tree(release)[0]
    settle_headings(root)
    _settle_pictures(root, release.words)
    _settle_tables(root, release)
    _settle_addresses(root, addresses)
    return root


def settle_headings(root: etree._Element, top: int = 2) -> None:
    """Let headings begin at level `top` and go down one level at a time (WCAG 1.3.1)."""
    last = top - 1
    for heading in root.iter(*_HEADINGS):
        level = min(max(int(tag_of(heading)[1]), top), last + 1, len(_HEADINGS))
        heading.tag = f"h{level}"
        last = level


def _settle_pictures(root: etree._Element, words: Words) -> None:
    """Give each picture without a known alternative an empty one, and say visibly that nothing describes it."""
    for image in root.iter("img"):
        if image.get("alt") is not None:
            continue
        image.set("alt", "")
        figure = next(image.iterancestors("figure"), None)
        if figure is None or figure.find(".//figcaption") is None:
            note = etree.Element("span")
            note.text = words.no_description
            note.set("class", "quiet")
            note.set("lang", words.language)
            note.set("dir", words.direction)
            image.addnext(note)


def _settle_tables(root: etree._Element, release: Release) -> None:
    """Let wide tables scroll inside a region that the keyboard reaches (WCAG 1.4.10, 2.1.1)."""
    for table in list(root.iter("table")):
        if any(tag_of(around) == "table" for around in table.iterancestors()):
            continue
        region = etree.Element("div")
        for name, value in {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": release.title}.items():
            region.set(name, value)
        replace(table, region)
        region.append(table)


def _settle_addresses(root: etree._Element, addresses: Mapping[str, str]) -> None:
    """Lead to the copies inside the bundle where there are any."""
    if not addresses:
        return
    for element in root.iter("img", "video", "audio", "source", "track", "a"):
        for name in ("src", "href", "poster"):
            value = element.get(name)
            if value is not None and value in addresses:
                element.set(name, addresses[value])
        if element.get("srcset"):
            del element.attrib["srcset"]


def _script(data: Mapping[str, object]) -> Markup:
    """Write JSON so that no text in it can end the script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for mark, written in {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}.items():
        text = text.replace(mark, written)
    return Markup(text)  # noqa: S704 - the three characters that HTML sees in a script are gone


def write_transcript(post: Post, address: str) -> bytes:
    """Write what a web page says as an accessible page of its own, which leads to where it came from."""
    release = prepare(post, Channel())
    values: dict[str, object] = {
        "page_title": release.title,
        "release": release,
        "address": address,
        "body": Markup(to_html(page_body(release, {}))),  # noqa: S704 - a tree written by lxml
    }
    return render("transcript.html.j2", values, (release.language, release.direction, release.words), ())


def write_index(
    releases: Sequence[Release],
    channel: Channel,
    paths: Mapping[str, str],
    *,
    feeds: Sequence[tuple[str, str]] = (),
    folders: Sequence[Path] = (),
) -> bytes:
    """Write the landing page of a bundle; `paths` leads from a post's URI to its page."""
    words = words_of(channel.language)
    undescribed = sum(image.alt is None and not image.decorative for one in releases for image in one.post.images)
    values: dict[str, object] = {
        "page_title": channel.title,
        "channel": channel,
        "feeds": feeds,
        "posts": [_row(release, paths.get(release.uri)) for release in releases],
        "statement": _statement(undescribed),
    }
    return render("index.html.j2", values, (channel.language, direction(channel.language), words), folders)


def _row(release: Release, path: str | None) -> Mapping[str, object]:
    """Give one line of the landing page."""
    words = release.words
    return {
        "title": release.title,
        "path": path,
        "language": release.language,
        "direction": release.direction,
        "note": escape(release.note) if release.note else None,
        "words_lang": lang_of(words.language, words.direction, release.language),
        "moment": show(release.moment, words.language) if release.moment else None,
    }


def _statement(undescribed: int) -> str:
    """Say how many pictures nobody has described."""
    if not undescribed:
        return "No picture in this package lacks a description, unless its source marked it as decorative."
    pictures = "1 picture" if undescribed == 1 else f"{undescribed} pictures"
    return f"{pictures} came without a description from the source; the manifest names each."
