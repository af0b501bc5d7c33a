"""What changed between two versions of a post, in words that people can read out: paragraph by paragraph.

post, post -> title, paragraphs, descriptions of pictures; each with what it said and what it says now
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Final, Literal

from publisher.model import Post
from publisher.syndication.markup import flat, fragment, remove, tag_of
from publisher.syndication.text import render
from publisher.syndication.words import words_of

# A word, a sign of a script that parts no words, white space, any other sign.
_TOKEN: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\\w+|\\s+|.", re.DOTALL)
_LONGEST: Final = 1500  # tokens of a paragraph that are compared one by one
_MOST: Final = 1000  # paragraphs
_ALIKE: Final = 0.4  # below, two paragraphs have nothing in common but common words

What = Literal["title", "text", "picture"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words, and whether they are among those that changed."""

    words: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was. Nothing before: it was added; nothing after: it was removed."""

    what: What
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def compare(before: Post, after: Post) -> tuple[Difference, ...]:
    """Give what changed for readers, in reading order; nothing where only times, tags or rights did."""
    return (
        *_differ("title", _lines(before.title), _lines(after.title)),
        *_differ("text", _paragraphs(before), _paragraphs(after)),
        *_pictures(before, after),
    )


def _lines(text: str | None) -> list[str]:
    """Give a text as one paragraph, or none."""
    return [flat(text)] if flat(text) else []


def _paragraphs(post: Post) -> list[str]:
    """Give what a post says, without its pictures."""
    if not post.html:
        return [flat(part) for part in (post.text or post.summary or "").split("\n\n") if flat(part)][:_MOST]
    tree = fragment(post.html)
    for element in [one for one in tree.iter() if tag_of(one) in {"img", "video", "audio"}]:
        remove(element)
    return [flat(part) for part in render(tree, words_of(post.language or "en")).split("\n\n")][:_MOST]


def _pictures(before: Post, after: Post) -> Iterator[Difference]:
    """Compare what is said of pictures that stand in both versions."""
    known = {image.url: image for image in before.images if image.url}
    for image in after.images:
        old = known.get(image.url or "")
        if old is not None:
            yield from _differ("picture", _lines(old.alt), _lines(image.alt))


def _differ(what: What, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """Compare two texts by their paragraphs."""
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for old, new in zip_longest(before[old_from:old_to], after[new_from:new_to]):
            yield from _part(what, old, new)


def _part(what: What, old: str | None, new: str | None) -> Iterator[Difference]:
    """Compare two paragraphs word by word; those that have little in common are one removed and one added."""
    if old is None or new is None:
        yield Difference(what=what, before=_whole(old), after=_whole(new))
        return
    first, second = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(first), len(second)) > _LONGEST:
        yield Difference(what=what, before=_whole(old), after=_whole(new))
        return
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if what == "text" and _ratio(first, second) < _ALIKE:
        yield Difference(what=what, before=_whole(old), after=())
        yield Difference(what=what, before=(), after=_whole(new))
        return
    codes = matcher.get_opcodes()
    yield Difference(
        what=what,
        before=_join((first[start:end], kind != "equal") for kind, start, end, _, _ in codes),
        after=_join((second[start:end], kind != "equal") for kind, _, _, start, end in codes),
    )


def _ratio(first: Sequence[str], second: Sequence[str]) -> float:
    """Measure how much two paragraphs have in common, from 0 to 1, white space left out."""
    old, new = ([token for token in tokens if not token.isspace()] for tokens in (first, second))
    return SequenceMatcher(None, old, new, autojunk=False).ratio()


def _whole(text: str | None) -> tuple[Piece, ...]:
    """Mark all of a paragraph."""
    return (Piece(words=text, changed=True),) if text else ()


def _join(parts: Iterator[tuple[list[str], bool]]) -> tuple[Piece, ...]:
    """Put words together again; a space between two changed words is changed with them."""
    tokens = [(token, changed) for found, changed in parts for token in found]
    marks = [changed for _, changed in tokens]
    for place in range(1, len(tokens) - 1):
        if tokens[place][0].isspace() and marks[place - 1] and marks[place + 1]:
            marks[place] = True
    paired = zip((token for token, _ in tokens), marks, strict=True)
    return tuple(
        Piece(words="".join(token for token, _ in group), changed=changed)
        for changed, group in groupby(paired, key=lambda pair: pair[1])
    )
