"""The pictures of an HTML tree: where each really lies, what its alt text says, and which images are no pictures."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from lxml.etree import _Element as Element

from publisher.model import AltOrigin, Image
from publisher.sources.addresses import resolve
from publisher.sources.captions import Words, text_of

TAGS: Final = ("img", "amp-img")
# Where lazy pages keep the real address until a script runs, best first; sets of candidates come after plain addresses.
LAZY: Final = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-orig-src",
    "data-original-src",
    "data-url",
    "data-img-src",
)
LAZY_SETS: Final = ("data-srcset", "data-lazy-srcset", "data-original-set")
TWIN: Final = "data-twin"  # marks what stood in a noscript element

HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_STYLE_SIZE: Final = {
    name: re.compile(rf"(?<![-\w]){name}\s*:\s*(\d{{1,6}})(?:\.\d+)?px", re.IGNORECASE) for name in ("width", "height")
}
_SIZE: Final = re.compile(r"\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*$")
_BEACON_HOST: Final = re.compile(
    r"https?://(?:pixel|beacon|track(?:er|ing)?|counter|count|analytics|telemetry|metrics|stats?)\d*\.",
    re.IGNORECASE,
)
_BEACON_PATH: Final = re.compile(
    r"/(?:(?:pixel|beacon|track(?:er|ing)?|counter|count|spacer|blank|transparent|clear|1x1|[abopt]|open|imp|hit|piwik"
    r"|matomo|_{0,2}utm|impression)(?:\.(?:gif|png|php|aspx?))?(?:\?|$)|~r/|~ff/|~4/)",
    re.IGNORECASE,
)
_EMOJI: Final = re.compile(r"(?<![a-z])(?:emoji|smiley|smilies|emoticon)", re.IGNORECASE)
_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)", re.IGNORECASE)
_CANDIDATE: Final = re.compile(r"\s*([^\s,]\S*?)(?:\s+([\d.]{1,12})([wx]))?\s*(?:,(?=\s|http|/|$)|$)")
SIZE_SUFFIX: Final = re.compile(r"-\d+x\d+(?=\.\w+$)")
_SHORTEST_DATA: Final = 512  # characters; a shorter data: address is a placeholder or a spacer
_GOOD_WIDTH: Final = 1200  # twice the column of a mail
_LONGEST_SET: Final = 20_000
_LONGEST_EMOJI: Final = 10


def read(element: Element, base: str | None) -> Image:
    """Read one `img` element, without the words around it."""
    alt = element.get("alt")
    words = " ".join(alt.split()) if alt is not None else None
    decorative = alt == "" or (not words and is_unspoken(element))
    alt = "" if decorative else words or None
    return Image(
        url=address(element, base),
        alt=alt,
        alt_origin=None if alt is None else AltOrigin.SOURCE,
        decorative=decorative,
        width=_size(element, "width"),
        height=_size(element, "height"),
        long_description=_described_by(element),
    )


def add_words(image: Image, words: Words | None) -> Image:
    """Give a picture the caption and the credit that stand beside it."""
    if words is None:
        return image
    return replace(image, caption=words.caption, credit=words.known_credit())


def merge(first: Image, second: Image) -> Image:
    """Make one of two records of the same picture: what the first one does not know, the second tells.

    An alt text that says something wins over an empty one.
    """
    spoken = first if first.alt or not second.alt else second
    spoken = spoken if spoken.alt is not None else (first if first.alt is not None else second)
    return replace(
        first,
        url=first.url or second.url,
        alt=spoken.alt,
        alt_origin=spoken.alt_origin,
        decorative=spoken.decorative,
        caption=first.caption or second.caption,
        credit=first.credit or second.credit,
        long_description=first.long_description or second.long_description,
        width=first.width or second.width,
        height=first.height or second.height,
    )


def address(element: Element, base: str | None) -> str | None:
    """Give the address a picture really lies at: lazy attributes, `src`, sets of candidates, the link around it."""
    plain = [element.get(name) for name in LAZY]
    sets = [pick(element.get(name)) for name in LAZY_SETS]
    source = element.get("src")
    own = [source] if source and not _is_placeholder(source) else []
    wide = [pick(element.get("srcset")), *_picture_sources(element)]
    for candidate in filter(None, (*plain, *sets, *own, *wide)):
        found = resolve(candidate, base)
        if found:
            return found
    if source and source.startswith("data:image/") and len(source) >= _SHORTEST_DATA:
        return source
    link = next(element.iterancestors("a"), None)
    target = link.get("href") if link is not None else None
    return resolve(target, base) if target and _FILE.search(target) else None


def pick(srcset: str | None) -> str | None:
    """Give the best candidate of a `srcset`: the smallest that is sharp in a mail, else the largest."""
    if not srcset:
        return None
    candidates: list[tuple[float, str]] = []
    for found in _CANDIDATE.finditer(srcset[:_LONGEST_SET]):
        url, number, unit = found.groups()
        width = _number(number) if unit == "w" else _number(number) * _GOOD_WIDTH / 2
        candidates.append((width, url))
    sharp = [candidate for candidate in candidates if candidate[0] >= _GOOD_WIDTH]
    if sharp:
        return min(sharp)[1]
    return max(candidates, key=lambda candidate: candidate[0])[1] if candidates else None


def emoji(element: Element) -> str | None:
    """Give the characters that a picture of an emoji stands for; None for real pictures."""
    alt = (element.get("alt") or "").strip()
    if not alt or len(alt) > _LONGEST_EMOJI:
        return None
    if _EMOJI.search(element.get("class") or "") or all(unicodedata.category(mark) in _EMOJI_MARKS for mark in alt):
        return alt
    return None


_EMOJI_MARKS: Final = frozenset({"So", "Sk", "Mn", "Me", "Cf", "Cs"})


def is_hidden(element: Element) -> bool:
    """Say whether an element is there for nobody."""
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and HIDDEN.search(style))


def is_unspoken(element: Element) -> bool:
    """Say whether the source marks a picture as one that assistive technology passes over."""
    return element.get("role") in {"presentation", "none"} or element.get("aria-hidden") == "true"


def is_noise(element: Element, image: Image) -> bool:
    """Say whether an image is a tracking pixel, a spacer, or nothing at all."""
    sizes = [size for size in (image.width, image.height) if size is not None]
    if any(size <= 1 for size in sizes) or (len(sizes) == 2 and max(sizes) <= 3):  # noqa: PLR2004 - two sides, dots
        return True
    if image.alt or image.caption:
        return False
    if image.url is None:
        source = (element.get("src") or "").strip()
        return not source or source.startswith("data:")
    return bool(_BEACON_HOST.match(image.url) or _BEACON_PATH.search(image.url))


def is_twin(lazy: Image, twin: Image) -> bool:
    """Say whether a picture from a noscript element repeats the one before it."""
    if lazy.url is None or twin.url is None:
        return True
    return _stem(lazy.url) == _stem(twin.url)


def _stem(url: str) -> str:
    """Give the file of an address, whatever its size and query."""
    return SIZE_SUFFIX.sub("", url.split("?", 1)[0].rsplit("/", 1)[-1])


def _number(text: str | None) -> float:
    """Read a descriptor of a candidate; 1 where it is missing or broken."""
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 1.0


def _is_placeholder(source: str) -> bool:
    """Say whether a `src` only keeps the place for a script."""
    return source.lstrip().lower().startswith(("data:", "about:", "javascript:"))


def _picture_sources(element: Element) -> list[str | None]:
    """Give the candidates of the `source` elements beside an `img` in `picture`."""
    parent = element.getparent()
    if parent is None or parent.tag != "picture":
        return []
    return [pick(source.get(name)) for source in parent.iter("source") for name in ("srcset", "data-srcset")]


def _size(element: Element, name: str) -> int | None:
    """Give the width or height in CSS px, from the attribute or the style."""
    found = _SIZE.match(element.get(name) or "") or _STYLE_SIZE[name].search(element.get("style") or "")
    return int(found[1]) if found else None


def _described_by(element: Element) -> str | None:
    """Give the words of the element that `aria-describedby` names."""
    name = element.get("aria-describedby")
    if not name:
        return None
    described = element.getroottree().xpath("//*[@id=$name]", name=name.split()[0])
    return (text_of(described[0]) or None) if isinstance(described, list) and described else None
