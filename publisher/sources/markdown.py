"""Posts written in Markdown, with front matter in YAML.

Keys: id, title, date, updated, lang, author, tags, kicker, summary, link, image, alt, caption, credit, embargo; others
are ignored. A picture with a title (`![alt](address "title")`) has that as its caption.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any, Final

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from publisher.errors import FormatError
from publisher.model import AltOrigin, Document, Image, Posts
from publisher.sources import dates, finish, markup, mediarss
from publisher.sources.addresses import resolve
from publisher.sources.characters import decode
from publisher.sources.credits import find_credit
from publisher.sources.finish import Draft, Origin
from publisher.sources.trees import printable

_FRONT: Final = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_OPENING: Final = re.compile(r"\A---[ \t]*\r?\n")
_MOST_FRONT: Final = 64_000  # characters
_MOST_BODY: Final = 2_000_000
_FIX: Final = "write 'key: value', one on a line, between two lines of ---"

Front = dict[str, Any]  # what YAML holds; every value is checked where it is read


def has_front_matter(text: str) -> bool:
    """Say whether a text begins with front matter."""
    return bool(_OPENING.match(text))


def parse(document: Document, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read a Markdown file as a post.

    Raises: FormatError when its front matter is no YAML, or a key holds what it cannot be.
    """
    text = printable(decode(document))
    found = _FRONT.match(text)
    if found is None and has_front_matter(text):
        raise FormatError(document.source, "line 1: the front matter has no end", "close it with a line of ---")
    front = _front(document.source, found[1]) if found else {}
    body = text[found.end() :] if found else text
    if len(body) > _MOST_BODY:
        reason = f"the text holds {len(body)} characters, more than any post"
        raise FormatError(document.source, reason, "split it into several files")
    link = _link(front, document)
    heading, html = _render(body, _text(front, "title"))
    base = link or document.url
    cleaned = markup.clean(html, base=base)
    draft = Draft(
        id=_text(front, "id") or finish.identity_of_file(document),
        url=link or document.url,
        title=_text(front, "title") or heading,
        kicker=_text(front, "kicker"),
        language=_text(front, "lang"),
        authors=_texts(document.source, front, "author"),
        published=_moment(document.source, front, "date"),
        updated=_moment(document.source, front, "updated"),
        summary=markup.plain(_text(front, "summary")),
        html=cleaned.html,
        text=cleaned.text,
        tags=_texts(document.source, front, "tags", parted=True),
        images=_with_main(cleaned.images, front, base),
        media=cleaned.media,
        embargo=_moment(document.source, front, "embargo"),
    )
    origin = Origin(
        source=document.source,
        language=language,
        default_language=default_language,
        modified=document.modified,
    )
    return Posts(source=document.source, posts=(finish.post(draft, origin),))


def _front(source: str, written: str) -> Front:
    """Read the front matter.

    Raises: FormatError with the line of the file.
    """
    if len(written) > _MOST_FRONT:
        raise FormatError(source, f"the front matter holds {len(written)} characters", _FIX)
    try:
        front = yaml.safe_load(written)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 2  # line 1 is the opening ---
        raise FormatError(source, f"line {line}: the front matter is no YAML: {error.problem}", _FIX) from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError, AttributeError) as error:
        raise FormatError(source, f"line 2: the front matter is no YAML: {error}", _FIX) from error
    if front is None:
        return {}
    if not isinstance(front, dict):
        raise FormatError(source, "line 2: the front matter holds no keys", _FIX)
    return {key.lower(): value for key, value in front.items() if isinstance(key, str)}


def _render(body: str, title: str | None) -> tuple[str | None, str]:
    """Write the body as HTML; its first heading is the title where there is none, and never said twice."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    reader.add_render_rule("image", _image)
    tokens = reader.parse(body)
    heading = None
    if len(tokens) >= len(_HEADING) and [token.type for token in tokens[:3]] == _HEADING and tokens[0].tag == "h1":
        written = reader.renderer.render(tokens[1:2], reader.options, {})
        heading = markup.plain(written)
        if title is None or heading == title:
            tokens = tokens[3:]
    return heading, reader.renderer.render(tokens, reader.options, {})


_HEADING: Final = ["heading_open", "inline", "heading_close"]


def _image(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:  # noqa: ANN401 - the library's own signature
    """Write a picture; its title is its caption."""
    token = tokens[at]
    alt = renderer.renderInlineAsText(token.children, options, env) if token.children else token.content
    title = token.attrGet("title")
    image = f'<img src="{escape(str(token.attrGet("src") or ""))}" alt="{escape(alt)}">'
    if not title:
        return image
    return f"<figure>{image}<figcaption>{escape(str(title))}</figcaption></figure>"


def _link(front: Front, document: Document) -> str | None:
    """Give the address of the post.

    Raises: FormatError for an address that nobody can follow.
    """
    written = _text(front, "link")
    link = resolve(written, document.url)
    if written and link is None:
        raise FormatError(document.source, f"front matter: link {written!r} is no address", "write https://…")
    return link


def _with_main(images: tuple[Image, ...], front: Front, base: str | None) -> tuple[Image, ...]:
    """Put the picture of the front matter before those of the text, or its words to the same one."""
    named = [_text(front, key) for key in ("image", "caption", "credit")]
    if not named[0]:
        return images
    alt = _words(front.get("alt"))
    main = Image(
        url=resolve(named[0], base),
        alt=alt,
        alt_origin=None if alt is None else AltOrigin.SOURCE,
        decorative=alt == "",
        caption=named[1],
        credit=named[2] or find_credit(named[1]),
    )
    if main.url is None:
        return (main, *images)
    same = tuple(image for image in images if image.url == main.url)
    if not same:
        return (main, *images)
    return tuple(replace(mediarss.merge_images((main,), (image,))[0]) if image in same else image for image in images)


def _moment(source: str, front: Front, key: str) -> datetime | None:
    """Give a time of the front matter.

    Raises: FormatError for what is no time.
    """
    value = front.get(key)
    if value is None or value == "":
        return None
    moment = dates.from_value(value)
    if moment is None:
        raise FormatError(
            source, f"front matter: {key} {str(value)[:60]!r} is no date", "write 2026-11-30 or 2026-11-30T07:30:00Z"
        )
    return moment


def _texts(source: str, front: Front, key: str, *, parted: bool = False) -> tuple[str, ...]:
    """Give one text or a list of them; `parted`: one text may hold several, parted by commas.

    Raises: FormatError for anything else.
    """
    value = front.get(key)
    if value is None:
        return ()
    one = _words(value)
    if one is not None:
        return tuple(part.strip() for part in one.split(",")) if parted else (one,)
    many = [_words(part) for part in value] if isinstance(value, list) else [None]
    if None in many:
        raise FormatError(source, f"front matter: {key} is neither a text nor a list of texts", _FIX)
    return tuple(filter(None, many))


def _text(front: Front, key: str) -> str | None:
    """Give a text of the front matter; None for an empty one."""
    return _words(front.get(key)) or None


def _words(value: object) -> str | None:
    """Give what YAML read as a text, a number or a time, as one line; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        return " ".join(value.split())
    return str(value) if isinstance(value, int | float | datetime) else None
