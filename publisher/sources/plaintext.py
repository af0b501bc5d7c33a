"""Plain text becomes one post: a note, a letter, a poem, or an article copied out of a web page with all around it.

    blocks -> the head (navigation, kicker, title, by-line, date) -> the tail (boxes, by-line) -> the body -> HTML

Only structure decides, with small word lists (`phrases`) for what structure cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Final

from publisher.errors import FormatError
from publisher.model import Document, Posts
from publisher.sources import blocks, dates, detection, finish, markup, phrases
from publisher.sources.blocks import Block, Kind
from publisher.sources.characters import decode
from publisher.sources.finish import Draft, Origin
from publisher.sources.people import name_of

_LONGEST_TITLE: Final = 140  # columns
_LONGEST_HEADING: Final = 72
_MOST_HEADING_WORDS: Final = 10
_MOST_KICKER_WORDS: Final = 4
_TITLE_WORDS: Final = 5
_TITLE_COLUMNS: Final = 24  # of a title in a script without blanks
_TAIL: Final = 0.4  # of the words, in which boxes below a text may begin
_LAST_BOX: Final = 8  # words of a heading of a box
_MAIL_HEADER: Final = re.compile(
    r"^(from|to|cc|bcc|date|subject|sent|reply-to|von|an|betreff|datum|от|кому|тема|дата)\s*:\s*(.*)$", re.IGNORECASE
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1b]")
_DATE_LINE: Final = re.compile(r"\b(?:19|20)\d\d\b|[١۱۲٢][\d٠-٩۰-۹]{3}|\d{4}年")
_LABEL: Final = re.compile(r"^[^\d:]{3,30}:\s*")
_MONTH_FIRST: Final = re.compile(r"^(?:[^\W\d_]+,\s*)?([^\W\d_]{3,12})\.?\s+(\d{1,2}),?\s+(\d{4})$")
_SMALL_WORDS: Final = 4


@dataclass(slots=True, kw_only=True)
class _Text:
    """A text while it is taken apart; `copied` says that something shows it was copied out of a page."""

    blocks: list[Block]
    title: str | None = None
    kicker: str | None = None
    authors: list[str] = field(default_factory=list)
    published: datetime | None = None
    copied: bool = False


def parse(document: Document, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read a plain text as a post.

    Raises: FormatError when it is empty or no text.
    """
    text = decode(document)
    if len(_CONTROL.findall(text[:10_000])) > len(text[:10_000]) / 100:
        raise FormatError(document.source, "this is no text")
    taken = _Text(blocks=blocks.cut(text))
    if not taken.blocks:
        raise FormatError(document.source, "the text is empty")
    taken.copied = any(block.kind is Kind.PICTURE or _is_navigation(block) for block in taken.blocks)
    spoken = language or detection.detect(text) or default_language
    _take_mail(taken, spoken)
    _take_tail(taken)
    _take_head(taken, spoken)
    cleaned = markup.clean(_write(taken.blocks, taken), base=None)
    draft = Draft(
        id=finish.identity_of_file(document),
        url=document.url,
        title=taken.title,
        kicker=taken.kicker,
        authors=tuple(taken.authors),
        published=taken.published,
        html=cleaned.html,
        text=cleaned.text,
        images=cleaned.images,
    )
    origin = Origin(
        source=document.source,
        language=language,
        default_language=default_language,
        modified=document.modified,
    )
    return Posts(source=document.source, url=document.url, posts=(finish.post(draft, origin),))


# --- the tail -------------------------------------------------------------------------------------------------------


def _take_tail(text: _Text) -> None:
    """Take what stands below the words: boxes of the page, navigation, the by-line."""
    signed = _signature(text.blocks)
    if signed is not None:
        name, place = signed
        text.authors.append(name)
        rest = text.blocks[place + 1 :]
        boxed = next((number for number, block in enumerate(rest) if _heads_box(block)), None)
        text.copied = text.copied or boxed is not None
        text.blocks = text.blocks[:place] + rest[:boxed]
    text.blocks = text.blocks[: _end(text)]


def _signature(parts: Sequence[Block]) -> tuple[str, int] | None:
    """Give the name in the by-line at the end, and its place: below it stand at most boxes of the page.

    With nothing but headings above it, it is the by-line of what is below.
    """
    for place in range(len(parts) - 1, 0, -1):
        block = parts[place]
        name = _signed(block)
        if name is not None:
            below = parts[place + 1 :]
            has_words = any(one.kind is not Kind.HEADING for one in parts[:place])
            is_last = not below or (has_words and any(_heads_box(one) for one in below[:3]))
            return (name, place) if is_last else None
    return None


def _signed(block: Block) -> str | None:
    """Give the name in a block that is a by-line; a mail parts its signature, short lines all, by two dashes."""
    if block.is_line():
        return phrases.author(block.text, signed=True)
    is_short = all(blocks.width(line) <= _LONGEST_HEADING for line in block.lines)
    if block.kind is Kind.LINES and block.lines[0] in {"--", "—"} and is_short:
        return phrases.author(f"-- {block.lines[1]}", signed=True)
    return None


def _end(text: _Text) -> int:
    """Give the number of blocks before the boxes of the page."""
    total = sum(len(block.text) for block in text.blocks)
    before = 0
    for place, block in enumerate(text.blocks):
        late = place > 0 and before >= (1 - _TAIL) * total
        known = block.is_line() and phrases.is_box(block.text)
        if late and (known or (text.copied and _heads_box(block))) and _is_rest(text.blocks[place:]):
            return place
        before += len(block.text)
    return len(text.blocks)


def _is_rest(parts: Sequence[Block]) -> bool:
    """Say whether the blocks from a box's heading on can all be boxes: short lines, lists, one paragraph each."""
    prose = [block for block in parts[1:] if block.kind is Kind.WORDS and _is_prose(block)]
    heads = sum(_heads_box(block) for block in parts)
    return len(prose) <= 2 * heads


def _heads_box(block: Block) -> bool:
    """Say whether a block is the heading of a box below a text."""
    if (
        block.kind not in {Kind.WORDS, Kind.HEADING}
        or len(block.lines) > 1
        or not blocks.is_bare(block.text.rstrip(":"))
    ):
        return False
    return len(block.text.split()) <= _LAST_BOX and phrases.opens_box(block.text)


# --- the head -------------------------------------------------------------------------------------------------------


def _take_mail(text: _Text, language: str) -> None:
    """Take the header lines of a mail that was saved as text."""
    first = text.blocks[0]
    lines = [_MAIL_HEADER.match(line) for line in first.lines]
    fields = {found[1].lower(): found[2].strip() for found in lines if found}
    if len(fields) < 2 or len(fields) != len(first.lines):  # noqa: PLR2004 - one such line may be anything
        return
    text.blocks = text.blocks[1:]
    text.title = next((fields[name] for name in ("subject", "betreff", "тема") if fields.get(name)), None)
    sender = next((fields[name] for name in ("from", "von", "от") if fields.get(name)), None)
    name = name_of(sender)
    text.authors.extend([name] if name else [])
    stamp = next((fields[name] for name in ("date", "sent", "datum", "дата") if fields.get(name)), None)
    text.published = dates.read(stamp, language)


def _take_head(text: _Text, language: str) -> None:
    """Take navigation, kicker, title, by-line and date off the top."""
    parts = _split_top(text.blocks, language)
    place = next((n for n, block in enumerate(parts) if not _is_of_head(block, parts[n + 1 :])), len(parts))
    head = parts[:place]
    rest = [block for block in parts[place:] if not _is_navigation(block)]
    lines = [block for block in head if not _is_navigation(block)]
    lines = [block for block in lines if not _take_fact(text, block, language)]
    number = _title_of(lines, copied=text.copied, titled=text.title is not None)
    if number is not None:
        text.title = lines[number].text
        above = lines[:number]
        text.kicker = above[-1].text if above and _can_kick(above[-1]) else None
        # What is too long for a heading of the page belongs to the words: nothing else would keep it.
        words = [block for block in above if _is_prose(block) or blocks.width(block.text) > _LONGEST_HEADING]
        lines = words + lines[number + 1 :]
    text.blocks = lines + rest


def _is_of_head(block: Block, below: Sequence[Block]) -> bool:
    """Say whether a block may stand above the words: a short line that is no sentence, or a marked heading.

    A picture that comes before any title is the title, copied twice.
    """
    if block.kind is Kind.HEADING:
        return True
    if block.kind is Kind.LINES:
        return False
    if block.kind is Kind.PICTURE or not block.is_line():
        return False
    return bool(below) and blocks.width(block.text) <= _LONGEST_TITLE and not _is_prose(block)


def _is_prose(block: Block) -> bool:
    """Say whether a block is a paragraph: it ends as sentences do, or is long."""
    return blocks.ends_sentence(block.text) or blocks.width(block.text) > _LONGEST_TITLE


def _take_fact(text: _Text, block: Block, language: str) -> bool:
    """Take a by-line or a date; say whether the block was one."""
    name = phrases.author(block.text)
    if name is not None:
        text.authors.append(name)
        return True
    return _take_date(text, block, language)


def _take_date(text: _Text, block: Block, language: str) -> bool:
    """Take a line that is a date; say whether it was one."""
    if len(block.text.split()) > _MOST_HEADING_WORDS or not _DATE_LINE.search(block.text):
        return False
    moment = _date(block.text, language)
    text.published = text.published or moment
    return moment is not None


def _split_top(parts: list[Block], language: str) -> list[Block]:
    """Part the lines of a first block that holds title, by-line and date without blank lines between them."""
    for place, block in enumerate(parts[:2]):
        lines = [Block(kind=Kind.WORDS, lines=(line,)) for line in block.lines]
        facts = lines[1:] if place == 0 else lines
        if block.kind is Kind.LINES and len(lines) <= 4 and all(_is_fact(line, language) for line in facts):  # noqa: PLR2004 - title, name, office, date
            return [*parts[:place], *lines, *parts[place + 1 :]]
    return parts


def _is_fact(block: Block, language: str) -> bool:
    """Say whether a line is a by-line or a date."""
    return phrases.author(block.text) is not None or _date(block.text, language) is not None


def _date(line: str, language: str) -> datetime | None:
    """Read a line that is a date, perhaps after a word and a colon ("Published: November 12, 2026")."""
    words = _LABEL.sub("", line)
    american = _MONTH_FIRST.match(words)
    if american:
        words = f"{american[2]} {american[1]} {american[3]}"
    return dates.read(words, language) or dates.read(words, "en")


def _title_of(lines: Sequence[Block], *, copied: bool, titled: bool) -> int | None:
    """Give the place of the title among the lines of the head."""
    if titled or not lines:
        return None
    marked = next((number for number, block in enumerate(lines) if block.kind is Kind.HEADING), None)
    if marked is not None:
        return marked
    kicked = next((number for number, block in enumerate(lines[:-1]) if phrases.is_kicker(block.text)), None)
    if kicked is not None:
        return kicked + 1
    if not copied and not lines[0].text.isupper():
        return 0
    full = (number for number, block in enumerate(lines) if _is_full(block.text))
    return next(full, 0)


def _is_full(line: str) -> bool:
    """Say whether a line has words enough for a headline."""
    return len(line.split()) >= _TITLE_WORDS or (" " not in line and blocks.width(line) >= _TITLE_COLUMNS)


def _can_kick(block: Block) -> bool:
    """Say whether a line is short enough to stand above a headline."""
    return len(block.text.split()) <= _MOST_KICKER_WORDS and blocks.width(block.text) <= _LONGEST_HEADING // 2


def _is_navigation(block: Block) -> bool:
    """Say whether a block only helps to move about on the page it was copied from."""
    return block.is_line() and phrases.is_navigation(block.text)


# --- the body -------------------------------------------------------------------------------------------------------


def _write(parts: Sequence[Block], text: _Text) -> str:
    """Write the blocks as HTML; a lone one-line text without a title is a paragraph."""
    written = []
    for place, block in enumerate(parts):
        before = parts[place - 1] if place else None
        after = parts[place + 1] if place + 1 < len(parts) else None
        heads = text.title is not None and _is_heading(block, before, after)
        written.append(f"<h2>{escape(block.text)}</h2>" if heads else _WRITERS[block.kind](block))
    return "".join(written)


def _is_heading(block: Block, before: Block | None, after: Block | None) -> bool:
    """Say whether a bare line between paragraphs is a sub-heading."""
    if not block.is_line() or after is None or not blocks.is_bare(block.text):
        return False
    if blocks.width(block.text) > _LONGEST_HEADING or len(block.text.split()) > _MOST_HEADING_WORDS:
        return False
    leads = after.kind in {Kind.ITEMS, Kind.STEPS, Kind.PICTURE, Kind.QUOTE, Kind.LINES} or _is_prose(after)
    follows = before is None or before.kind is not Kind.WORDS or _is_prose(before)
    return leads and follows and _is_titled(block.text)


def _is_titled(line: str) -> bool:
    """Say whether a line is written as headings are: it begins large, and is short or has large words throughout."""
    words = line.split()
    first = next((mark for mark in line if mark.isalnum()), "")
    if not first or first.islower():
        return False
    long = [word for word in words if len(word) > _SMALL_WORDS and word[0].isalpha()]
    large = [word for word in long if word[0].isupper() or word[0].lower() == word[0].upper()]
    return len(words) <= 6 or len(large) >= len(long) / 2  # noqa: PLR2004 - words of a short heading


def _paragraph(block: Block) -> str:
    """Write a paragraph."""
    return f"<p>{escape(block.text)}</p>"


def _lines(block: Block) -> str:
    """Write lines whose breaks mean something."""
    return f"<p>{'<br/>'.join(map(escape, block.lines))}</p>"


def _heading(block: Block) -> str:
    """Write a marked heading; the first level is the title's."""
    level = min(max(block.level, 2), 4)
    return f"<h{level}>{escape(block.text)}</h{level}>"


def _items(block: Block) -> str:
    """Write a list."""
    name = "ol" if block.kind is Kind.STEPS else "ul"
    return f"<{name}>{''.join(f'<li>{escape(line)}</li>' for line in block.lines)}</{name}>"


def _quote(block: Block) -> str:
    """Write a quotation."""
    return f"<blockquote>{''.join(f'<p>{escape(line)}</p>' for line in block.lines)}</blockquote>"


def _picture(block: Block) -> str:
    """Write a picture that left its words and no address."""
    words = escape(block.text, quote=True)
    credit = f'<span class="credit">{escape(block.credit)}</span>' if block.credit else ""
    return f'<figure><img alt="{words}"/><figcaption>{words}</figcaption>{credit}</figure>'


_WRITERS: Final = {
    Kind.WORDS: _paragraph,
    Kind.LINES: _lines,
    Kind.HEADING: _heading,
    Kind.ITEMS: _items,
    Kind.STEPS: _items,
    Kind.QUOTE: _quote,
    Kind.PICTURE: _picture,
}
