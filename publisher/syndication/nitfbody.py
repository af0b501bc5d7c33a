"""XHTML as the body of NITF: what it has an element for keeps it, everything else keeps its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from publisher.syndication.markup import LANG, add, flat, holds, tag_of, text_of

_NAMESPACE: Final = "http://iptc.org/std/NITF/2006-10-18/"
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE: Final = {"a": "a", "em": "em", "strong": "em", "i": "em", "b": "em", "q": "q", "br": "br"}
_PLAYERS: Final = frozenset({"video", "audio"})
_NO_TEXT: Final = frozenset({"img", "video", "audio", "source", "track", "picture"})
# What flows inside a paragraph; any other element ends it.
_PHRASES: Final = frozenset(
    "a abbr b bdi bdo br cite code data del dfn em i img ins kbd mark q s samp small span strong sub sup time u var wbr"
    " picture".split(),
)


class Shelf:
    """The media elements of a post that wait for their place in the text; each is taken once."""

    def __init__(self) -> None:
        self._by_address: dict[str, list[etree._Element]] = {}
        self._by_words: list[tuple[str, etree._Element]] = []

    def put(self, media: etree._Element, address: str | None, words: str) -> None:
        """Add an element: what has no address is found by its words."""
        if address:
            self._by_address.setdefault(address, []).append(media)
        else:
            self._by_words.append((words, media))

    def take(self, address: str) -> etree._Element | None:
        """Take what lies at an address; None where nothing waits for it."""
        waiting = self._by_address.get(address)
        return waiting.pop(0) if waiting else None

    def take_by_words(self, figure: etree._Element) -> etree._Element | None:
        """Take what has the words of a figure; None where nothing has."""
        for place, (words, media) in enumerate(self._by_words):
            if words and holds(figure, words):
                del self._by_words[place]
                return media
        return None

    def rest(self) -> list[etree._Element]:
        """Give everything that nobody took, in the order in which it came."""
        return [one for many in self._by_address.values() for one in many] + [one for _, one in self._by_words]


def name(tag: str) -> str:
    """Give an element's name in the namespace of NITF."""
    return f"{{{_NAMESPACE}}}{tag}"


def fill(tree: etree._Element, content: etree._Element, media: Shelf) -> None:
    """Write what is inside a tree into a body.content; each medium stands where the tree shows it, or at the end."""
    _fill_blocks(tree, content, media)
    content.extend(media.rest())


def _fill_blocks(source: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write the children of an element as blocks; loose words become a paragraph."""
    paragraph: etree._Element | None = None
    if flat(source.text):
        paragraph = add(target, name("p"), source.text)
    for child in source:
        if tag_of(child) in _PHRASES:
            paragraph = paragraph if paragraph is not None else add(target, name("p"))
            _add_inline(child, paragraph)
            _take_media(child, target, media)
        else:
            paragraph = None
            _add_block(child, target, media)
        if flat(child.tail) or (paragraph is not None and child.tail):
            paragraph = paragraph if paragraph is not None else add(target, name("p"))
            _append_text(paragraph, child.tail or "")
    for empty in [one for one in target.iterchildren(name("p")) if not len(one) and not flat(one.text)]:
        target.remove(empty)


def _add_block(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write one block."""
    tag = tag_of(child)
    writer = _BLOCKS.get(tag)
    if writer:
        writer(child, target, media)
    elif tag in _HEADINGS:
        _add_phrase(child, target, "hl2", media)
    elif tag in _PLAYERS:
        _take_media(child, target, media)
    else:
        _fill_blocks(child, target, media)


def _add_phrase(child: etree._Element, target: etree._Element, tag: str, media: Shelf) -> None:
    """Write a block of running text, and behind it the media that stand in it."""
    made = add(target, name(tag))
    _fill_inline(child, made)
    if not text_of(made):
        target.remove(made)
    _keep_language(child, made)
    _take_media(child, target, media)


def _add_paragraph(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write a paragraph."""
    _add_phrase(child, target, "p", media)


def _add_pre(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write preformatted text, which holds no elements in NITF."""
    add(target, name("pre"), "".join(str(part) for part in child.itertext()))
    _take_media(child, target, media)


def _add_list(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write a list; one without lines would not be valid and says nothing."""
    made = add(target, name(tag_of(child)))
    for line in child:
        _fill_blocks(line, add(made, name("li")), media)
    if not len(made):
        target.remove(made)


def _add_quote(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write a quotation as a block of its own."""
    _fill_blocks(child, add(add(target, name("bq")), name("block")), media)


def _add_rule(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write a break between two parts."""
    del child, media
    add(target, name("hr"))


def _add_table(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write a table with its caption, rows, header cells and spans."""
    rows = [row for row in child.iter("tr") if len(row)]
    if not rows:
        _fill_blocks(child, target, media)
        return
    table = add(target, name("table"))
    caption = child.find("caption")
    if caption is not None and text_of(caption):
        add(table, name("caption"), text_of(caption))
    for row in rows:
        made = add(table, name("tr"))
        for cell in row:
            tag = "th" if tag_of(cell) == "th" else "td"
            spans = {key: value for key in ("colspan", "rowspan") if (value := cell.get(key, "")).isdigit()}
            _fill_blocks(cell, add(made, name(tag), attributes=spans), media)


def _add_terms(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write a list of terms."""
    made = add(target, name("dl"))
    for line in child.iter("dt", "dd"):
        if tag_of(line) == "dt":
            add(made, name("dt"), text_of(line))
        else:
            _fill_blocks(line, add(made, name("dd")), media)
    if not len(made):
        target.remove(made)


def _add_figure(child: etree._Element, target: etree._Element, media: Shelf) -> None:
    """Write a figure as its media; one that shows none of the post's media keeps its words."""
    if _take_media(child, target, media):
        return
    found = media.take_by_words(child)
    if found is not None:
        target.append(found)
    else:
        _fill_blocks(child, target, media)


def _take_media(child: etree._Element, target: etree._Element, media: Shelf) -> bool:
    """Move the media elements of what an element shows behind it; say whether there was any."""
    taken = [media.take(shown.get("src", "")) for shown in child.iter("img", "video", "audio", "source")]
    found = [one for one in taken if one is not None]
    target.extend(found)
    return bool(found)


# --- running text -------------------------------------------------------------------------------------------------


def _fill_inline(source: etree._Element, target: etree._Element) -> None:
    """Write text and phrases."""
    _append_text(target, source.text or "")
    for child in source:
        _add_inline(child, target)
        _append_text(target, child.tail or "")


def _add_inline(child: etree._Element, target: etree._Element) -> None:
    """Write one phrase; an element that NITF lacks leaves its words."""
    tag = tag_of(child)
    if tag in _NO_TEXT:
        return
    written = _INLINE.get(tag)
    if written is None:
        _fill_inline(child, target)
        return
    made = add(target, name(written))
    if written == "a":
        made.set("href", child.get("href", ""))
    if written != "br":
        _fill_inline(child, made)
        _keep_language(child, made)


def _keep_language(source: etree._Element, target: etree._Element) -> None:
    """Say the language of a part where the HTML says it."""
    language = source.get("lang")
    if language:
        target.set(LANG, language)


def _append_text(target: etree._Element, text: str) -> None:
    """Append text behind the last child."""
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text


_Writer = Callable[[etree._Element, etree._Element, Shelf], None]  # noqa: SLF001 - lxml names its type so
_BLOCKS: Final[Mapping[str, _Writer]] = {
    "p": _add_paragraph,
    "pre": _add_pre,
    "ul": _add_list,
    "ol": _add_list,
    "blockquote": _add_quote,
    "hr": _add_rule,
    "table": _add_table,
    "dl": _add_terms,
    "figure": _add_figure,
}
