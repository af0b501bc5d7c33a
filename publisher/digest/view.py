"""A digest as the templates want it: every decision taken, every word of ours in its language.

Mail, text and web page are written from one view, so that they cannot differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from publisher import language as languages
from publisher.digest.look import Look
from publisher.digest.pictures import is_shown
from publisher.digest.strings import Wording, wording
from publisher.digest.text import describe
from publisher.model import Digest, DigestPost, Direction, Media, Picture

WIDTH: Final = 536  # CSS pixels between the margins of the sheet
_LEAST_SECTIONS: Final = 4
_SOUND: Final = re.compile(r"\.(?:mp3|m4a|ogg|oga|opus|wav|flac|aac)(?:[?#]|$)", re.IGNORECASE)
_MINUTE: Final = 60
_BETWEEN: Final = " · "


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Says our words in a page of one language; where we have none in it, in English, marked as such."""

    words: Wording
    page: str

    def __call__(self, message: str, **values: str) -> Markup:
        """Give a sentence as HTML."""
        return self.mark(self.words.say(message, **values))

    def count(self, one: str, many: str, number: int) -> Markup:
        """Give a sentence about a number as HTML."""
        return self.mark(self.words.count(one, many, number))

    def plain_count(self, one: str, many: str, number: int) -> str:
        """Give a sentence about a number as plain text."""
        return self.words.count(one, many, number)

    def plain(self, message: str, **values: str) -> str:
        """Give a sentence as plain text."""
        return self.words.say(message, **values)

    @property
    def is_own(self) -> bool:
        """Say whether the words are in the language of the page."""
        return languages.primary(self.words.language) == languages.primary(self.page)

    @property
    def attributes(self) -> Markup:
        """Give the attributes that an element needs which holds words of ours alone."""
        if self.is_own:
            return Markup("")
        return Markup(' lang="{}" dir="{}"').format(self.words.language, self.words.direction)

    def mark(self, text: str) -> Markup:
        """Write a text of ours as HTML that names its language where it is not the page's."""
        if self.is_own or not text:
            return escape(text)
        return Markup('<span lang="{}" dir="{}">{}</span>').format(self.words.language, self.words.direction, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture or a caption alone (`src` None), sized for the sheet; its own size is None where it is not known."""

    src: str | None
    alt: str | None
    caption: str | None
    width: int
    height: int | None
    own_width: int | None
    own_height: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of ours: what it says and where it leads."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A post for the templates; `body` is XHTML, `text` its plain twin, `href` None where there is no page of it."""

    anchor: str
    title: str
    href: str | None
    own_href: str | None
    language: str
    direction: Direction
    is_foreign: bool
    meta: Markup
    line: str
    image_line: str
    picture: Shown | None
    body: Markup
    text: str
    media: tuple[Link, ...]
    rest: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """Posts under a heading; `anchor` is its place in the page."""

    title: str | None
    anchor: str
    href: str | None
    posts: tuple[PostView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a mail leaves to the web page: ids of posts that are shortened, and how many are not in it at all."""

    shortened: frozenset[str] = frozenset()
    missing: int = 0


def sections(digest: Digest, look: Look, cut: Cut) -> tuple[SectionView, ...]:
    """Give the sections of a digest for the templates."""
    names = {post.post.source_title or post.post.source for post in digest.posts()}
    by_source = {section.title for section in digest.sections} & names
    made = []
    for number, section in enumerate(digest.sections, 1):
        anchor = f"section-{number}"
        around = _Around(section=section.title, with_source=len(names) > 1 and not by_source)
        posts = tuple(_post(post, digest, cut, around) for post in section.posts)
        made.append(
            SectionView(title=section.title, anchor=anchor, href=_contents_href(digest, look, anchor), posts=posts),
        )
    return tuple(made)


def has_contents(digest: Digest, look: Look) -> bool:
    """Say whether the mail opens with links to its sections."""
    titled = [section for section in digest.sections if section.title]
    if look.contents == "none" or not titled:
        return False
    if look.contents == "web":
        return digest.web_url is not None
    return look.contents == "anchors" or (len(titled) >= _LEAST_SECTIONS and digest.web_url is not None)


def _contents_href(digest: Digest, look: Look, anchor: str) -> str | None:
    """Give where a line of the contents leads: into the web edition, or to a place in the mail."""
    if look.contents == "anchors":
        return f"#{anchor}"
    return f"{digest.web_url}#{anchor}" if digest.web_url else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What the page says around a post already: the heading of its section, and whether its source is plain."""

    section: str | None
    with_source: bool


def _post(post: DigestPost, digest: Digest, cut: Cut, around: _Around) -> PostView:
    """Give one post for the templates."""
    words = wording(post.language)
    if languages.primary(words.language) != languages.primary(post.language):
        words = wording(digest.language)
    href = post.url or (f"{digest.web_url}#{post.anchor}" if digest.web_url else None)
    shown = _shown(post.picture)
    facts = _facts(post, digest, words, around)
    rest = None
    if post.post.id in cut.shortened and href:
        rest = Link(text=words.say("Read the rest: %(title)s", title=post.title), href=href)
    return PostView(
        anchor=post.anchor,
        title=post.title,
        href=href,
        own_href=post.url,
        language=post.language,
        direction=post.direction,
        is_foreign=languages.primary(post.language) != languages.primary(digest.language)
        or post.direction != digest.direction,
        meta=_isolate(facts, post.direction, strong=bool(facts) and facts[0] == post.post.kicker),
        line=_BETWEEN.join(facts),
        image_line=describe(shown.alt if shown and shown.src else None, words),
        picture=shown,
        body=Markup(post.html),  # noqa: S704 - made by `body` and `compose`, which let known markup pass only
        text=post.text,
        media=tuple(link for medium in post.media for link in _media(medium, post, words)),
        rest=rest,
    )


def _facts(post: DigestPost, digest: Digest, words: Wording, around: _Around) -> tuple[str, ...]:
    """Say what the page has not said yet: the kicker, who wrote the post, where, and when if not today."""
    kicker = post.post.kicker if post.post.kicker != around.section else None
    source = post.post.source_title if around.with_source else None
    day = post.post.published.date() if post.post.published else digest.date
    authors = words.join([author.name for author in post.post.authors])
    parts = (kicker, authors, source, words.short_day(day) if day != digest.date else None)
    return tuple(" ".join(part.split()) for part in parts if part and part.strip())


def _isolate(facts: Sequence[str], direction: Direction, *, strong: bool) -> Markup:
    """Put facts in a row; where they run in different directions each says its own, or they would change places."""
    ways = [_direction_of(fact, direction) for fact in facts]
    written = [escape(fact) for fact in facts]
    if strong:
        written[0] = Markup("<strong>{}</strong>").format(facts[0])
    if set(ways) - {direction}:
        written = [
            Markup('<span dir="{}">{}</span>').format(way, fact) for way, fact in zip(ways, written, strict=True)
        ]
    return Markup(" · ").join(written)


def _direction_of(text: str, default: Direction) -> Direction:
    """Give the direction of the first letter that has one (Unicode bidirectional algorithm, P2)."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return default


def _shown(picture: Picture | None) -> Shown | None:
    """Size a picture for the sheet: never wider than it, never larger than the picture itself."""
    if picture is None:
        return None
    image = picture.image
    width, height = scale(image.width, image.height)
    src = image.url if is_shown(picture) else None
    return Shown(
        src=src,
        alt=picture.alt,
        caption=picture.caption,
        width=width,
        height=height,
        own_width=image.width,
        own_height=image.height,
    )


def scale(width: int | None, height: int | None) -> tuple[int, int | None]:
    """Fit a size into the sheet; what is not known is as wide as the sheet."""
    if not width or width <= 0:
        return WIDTH, None
    shown = min(width, WIDTH)
    return shown, max(1, round(height * shown / width)) if height and height > 0 else None


def _media(medium: Media, post: DigestPost, words: Wording) -> Sequence[Link]:
    """Link a video or a sound by what it is, how long it takes and what goes with it, and its transcript."""
    is_sound = (medium.type or "").startswith("audio") or (not medium.type and bool(_SOUND.search(medium.url)))
    title = " ".join((medium.title or post.title).split())
    facts = [words.say("audio" if is_sound else "video")]
    if medium.duration:
        facts.append(words.count("%(n)s min", "%(n)s min", max(1, round(medium.duration / _MINUTE))))
    facts += [words.say("captions")] if medium.captions else []
    facts += [words.say("transcript")] if medium.transcript or medium.transcript_text else []
    said = words.say("Listen: %(title)s" if is_sound else "Watch: %(title)s", title=title)
    links = [Link(text=f"{said} ({words.say(', ').join(facts)})", href=medium.url)]
    if medium.transcript:
        links.append(Link(text=words.say("Transcript: %(title)s", title=title), href=medium.transcript))
    return links
