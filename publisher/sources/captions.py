"""Which words of an HTML tree are the caption and the credit of which picture.

Read from `figure`, and where there is none from the class names that publishing systems give to captions, if the box
around one holds a single picture and little else.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import Final, Literal

from lxml.etree import _Element as Element

from publisher.sources.credits import find_credit

_CAPTION: Final = re.compile(
    r"(?<![a-z])(?:wp-?)?(?:(?:fig|photo|image|img|picture|media)?captions?|legende?|cutline|bildunterschrift"
    r"|didascalia)(?![a-z])",
    re.IGNORECASE,
)
_CREDIT: Final = re.compile(
    r"(?<![a-z])(?:(?:photo|image|img|picture|media)?(?:credits?|copyright|attribution)|photographer|photo-?by"
    r"|(?:img|image|photo)-?source|quelle)(?![a-z])",
    re.IGNORECASE,
)
Kind = Literal["caption", "credit"]

_INLINE: Final = frozenset(
    """
    a abbr b bdi bdo cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup tt u var wbr
    """.split(),
)
_SILENT: Final = frozenset({"audio", "iframe", "img", "object", "picture", "svg", "video"})
_CLIMB: Final = 4  # levels from a caption up to the box it shares with its picture
_REACH: Final = 8  # levels from a picture up to that box
_LONGEST_CAPTION: Final = 1500
_LONGEST_CREDIT: Final = 200
_MOST_OTHER_WORDS: Final = 200  # characters beside picture and caption in a box that is not a figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said beside a picture; `credit` None: read it out of the caption."""

    caption: str | None = None
    credit: str | None = None

    def known_credit(self) -> str | None:
        """Give the credit that stands beside the caption, else the one inside it."""
        return self.credit or find_credit(self.caption)


@dataclass(slots=True, kw_only=True)
class _Boxes:
    """The targets inside each element, each one's place in the document, and which elements hold little else."""

    inside: dict[Element, list[Element]] = field(default_factory=dict)
    places: dict[Element, int] = field(default_factory=dict)
    room: dict[Element, bool] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Pairing:
    """The words by picture, and the elements whose words are said by then."""

    words: dict[Element, Words] = field(default_factory=dict)
    consumed: set[Element] = field(default_factory=set)


def pair(root: Element, targets: Iterable[Element]) -> Pairing:
    """Pair captions and credits with the pictures, videos and sounds among `targets`."""
    pairing = Pairing()
    boxes = _boxes(targets)
    if not boxes.inside:
        return pairing
    for place, element in enumerate(root.iter()):
        if element in boxes.places:
            boxes.places[element] = place
    for place, element in enumerate(root.iter()):
        kind = _kind(element)
        if kind is None or element in boxes.inside or (kind == "caption" and _is_inside(element, pairing.consumed)):
            continue
        said = text_of(element)
        if not said or len(said) > (_LONGEST_CAPTION if kind == "caption" else _LONGEST_CREDIT):
            continue
        target = _target(element, place, boxes)
        if target is not None:
            _say(pairing, target, element, kind, said)
    return pairing


def text_of(element: Element) -> str:
    """Give the words of an element on one line, with a blank between the boxes inside it."""
    pieces: list[str] = []
    _collect(element, pieces)
    return " ".join("".join(pieces).split())


def _collect(element: Element, pieces: list[str]) -> None:
    """Collect the texts of an element; depth is bounded by the parser."""
    if element.text:
        pieces.append(element.text)
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in _SILENT:
            boxed = tag not in _INLINE or bool(child.get("class"))
            if boxed:
                pieces.append(" ")
            _collect(child, pieces)
            if boxed:
                pieces.append(" ")
        if child.tail:
            pieces.append(child.tail)


def _kind(element: Element) -> Kind | None:
    """Say whether an element looks like a caption, a credit or neither."""
    name = element.get("class")
    named = _kind_of_class(name) if name else None
    if named:
        return named
    if element.tag == "figcaption":
        return "caption"
    return "credit" if element.tag in {"cite", "small"} and _figure(element) is not None else None


@lru_cache(maxsize=4096)
def _kind_of_class(name: str) -> Kind | None:
    """Say what the class of an element calls it."""
    if _CREDIT.search(name):
        return "credit"
    return "caption" if _CAPTION.search(name) else None


def _figure(element: Element) -> Element | None:
    """Give the figure an element stands in."""
    return next(element.iterancestors("figure"), None)


def _is_inside(element: Element, consumed: set[Element]) -> bool:
    """Say whether an element stands, a few levels up, in one whose words are said."""
    return any(ancestor in consumed for ancestor in islice(element.iterancestors(), _REACH))


def _boxes(targets: Iterable[Element]) -> _Boxes:
    """Map every element to the targets inside it, up to the nearest figure or a few levels."""
    boxes = _Boxes()
    for target in targets:
        boxes.places[target] = 0
        for ancestor in islice(target.iterancestors(), _REACH):
            boxes.inside.setdefault(ancestor, []).append(target)
            if ancestor.tag == "figure":
                break
    return boxes


def _target(element: Element, place: int, boxes: _Boxes) -> Element | None:
    """Give the picture that an element speaks of."""
    in_figure = _figure(element) is not None
    for level, ancestor in enumerate(element.iterancestors()):
        inside = boxes.inside.get(ancestor)
        if inside and ancestor.tag == "figure":
            before = bisect_left(inside, place, key=boxes.places.__getitem__)
            return inside[max(before - 1, 0)]
        if inside:
            return inside[0] if len(inside) == 1 and (in_figure or _is_box(ancestor, boxes.room)) else None
        if ancestor.tag == "figure" or (level >= _CLIMB and not in_figure):
            break
    return None


def _is_box(element: Element, room: dict[Element, bool]) -> bool:
    """Say whether an element holds little more than a picture and its words."""
    if element not in room:
        said = len(text_of(element))
        fits = said <= _LONGEST_CAPTION + _MOST_OTHER_WORDS
        room[element] = fits and said - _told(element) <= _MOST_OTHER_WORDS
    return room[element]


def _told(element: Element) -> int:
    """Count the characters of the captions and credits in a box."""
    return sum(len(text_of(part)) for part in element.iter() if _kind(part) and not _is_nested(part, element))


def _is_nested(part: Element, box: Element) -> bool:
    """Say whether a caption or credit stands inside another one in the same box."""
    for ancestor in part.iterancestors():
        if ancestor is box:
            return False
        if _kind(ancestor):
            return True
    return False


def _say(pairing: Pairing, target: Element, element: Element, kind: Kind, said: str) -> None:
    """Note the words of an element for its picture; a second caption or credit that differs stays where it is."""
    words = pairing.words.get(target, Words())
    known = words.caption if kind == "caption" else words.credit
    if known is None:
        pairing.words[target] = replace(words, caption=said) if kind == "caption" else replace(words, credit=said)
    elif known != said:
        return
    pairing.consumed.add(element)
