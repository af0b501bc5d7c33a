"""The last step of every reader: what a document says of one post becomes a Post.

Decides what no format decides: the language and the direction, the identity, a title where there is none.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from publisher import language as languages
from publisher.model import Author, Direction, Document, Image, Media, Post, Status
from publisher.sources import detection
from publisher.sources.addresses import canonical
from publisher.sources.trees import printable

_TITLE_WORDS: Final = 10
_TITLE_CHARACTERS: Final = 80  # for scripts that put no blank between words
_SAMPLE: Final = 600  # characters of each text that tell its language
_LONGEST_ID: Final = 2000
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
# Full stops, marks of question and exclamation in Latin, CJK, Arabic and Devanagari, then closing quotes.
_SENTENCE_END: Final = re.compile("[.!?\u2026\u3002\uff01\uff1f\u061f\u0964:]['\"\u201d\u2019\u00bb)]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is the same for all posts of a document.

    `language` is the source's own setting and wins over everything; `declared` what the document says of itself;
    `modified` stands in for the date of a post that has none.
    """

    source: str
    title: str | None = None
    language: str | None = None
    declared: str | None = None
    default_language: str = "en"
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a document says of one post; everything may be missing.

    `id` is the identity the document gives (guid, Atom id, front matter, a file's path); `language` what is declared
    for this post alone, and `direction` with it. Texts are plain, `html` and `text` come from `markup.clean`.
    """

    position: int = 0
    id: str | None = None
    url: str | None = None
    title: str | None = None
    kicker: str | None = None
    language: str | None = None
    direction: Direction | None = None
    authors: tuple[str, ...] = ()
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


def post(draft: Draft, origin: Origin) -> Post:
    """Make a Post of a draft."""
    title = one_line(draft.title)
    summary = _words(draft.summary)
    text = _words(draft.text)
    sample = " ".join(part[:_SAMPLE] for part in (title, summary, text) if part)
    language = choose_language(sample, draft.language, origin)
    return Post(
        id=identity(draft, origin.source),
        source=origin.source,
        source_title=one_line(origin.title),
        position=draft.position,
        url=draft.url,
        title=title or first_words(summary if text is None else text),
        kicker=one_line(draft.kicker),
        language=language,
        direction=choose_direction(language, draft),
        authors=tuple(Author(name=name) for name in _distinct(draft.authors)),
        published=draft.published or origin.modified,
        updated=draft.updated,
        summary=summary,
        html=draft.html or None,
        text=text,
        tags=_distinct(draft.tags),
        images=draft.images,
        media=draft.media,
        status=draft.status,
        embargo=draft.embargo,
        rights=one_line(draft.rights),
    )


def choose_language(sample: str, declared: str | None, origin: Origin) -> str | None:
    """Decide on a post's language; None where nothing says it and there is no word to tell it from.

    The source's setting, else what is declared unless the script contradicts it, else a confident detection, else the
    default, unless that is written in other letters.
    """
    setting = languages.normalise(origin.language)
    if setting:
        return setting
    for tag in (declared, origin.declared):
        said = languages.normalise(tag)
        if said and not languages.contradicts(said, sample):
            return said
    if not sample.strip():
        return None
    return detection.detect(sample) or detection.guess(sample, origin.default_language)


def choose_direction(language: str | None, draft: Draft) -> Direction | None:
    """Decide on a post's direction: what is declared, if its language was believed too; else that of the language."""
    if language is None:
        return None
    believed = draft.direction is not None and languages.normalise(draft.language) == language
    return draft.direction if believed else languages.direction(language)


def identity(draft: Draft, source: str) -> str:
    """Give a post's identity: its own, else its address without tracking, else a hash of source and position."""
    own = one_line(draft.id)
    if own:
        return own if len(own) <= _LONGEST_ID else _hash(own)
    return canonical(draft.url) if draft.url else _hash(f"{source}\n{draft.position}")


def identity_of_file(document: Document) -> str | None:
    """Give the identity of a post that is a whole file: its path in the source; None for what came by network."""
    return None if document.url else document.source


def first_words(text: str | None) -> str | None:
    """Make a title of the first words of a text, cut at a word and marked as cut."""
    paragraph = next((part for part in (text or "").split("\n") if part.strip()), "")
    words = paragraph.split()
    if not words:
        return None
    kept = " ".join(words[:_TITLE_WORDS])
    if len(kept) > _TITLE_CHARACTERS:
        cut = kept[:_TITLE_CHARACTERS]
        kept = cut.rsplit(" ", 1)[0] if " " in cut else cut
    if kept == " ".join(words):
        return kept
    return kept.rstrip(" ,;:\u2013\u2014-") + ("" if _SENTENCE_END.search(kept) else "…")


def one_line(text: str | None) -> str | None:
    """Write a text on one line; None for an empty one."""
    return " ".join(printable(_BREAKS.sub(" ", text)).split()) or None if text else None


def utc(moment: datetime | None) -> datetime | None:
    """Write a time in UTC; one without a zone is taken as UTC."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _words(text: str | None) -> str | None:
    """Give a text of several paragraphs; None for an empty one."""
    return printable(text).strip() or None if text else None


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give names on one line each, without empty ones and repetitions."""
    return tuple(dict.fromkeys(line for name in names if (line := one_line(name))))


def _hash(text: str) -> str:
    """Give a short stable name for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
