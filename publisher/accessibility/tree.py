"""HTML as a tree with the indexes that the rules need, made in one walk.

The parser is as tolerant as a mail client: any text gives a tree, an empty one in the worst case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree, html
from lxml.html import HtmlElement

from publisher import language as languages

# Nothing inside these is ever shown or spoken.
UNSEEN: Final = frozenset({"head", "script", "style", "template", "title"})
BLOCKS: Final = frozenset(
    """address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul
    """.split(),
)
HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
LAYOUT_ROLES: Final = frozenset({"presentation", "none"})

# <!--[if mso]> ... <![endif]--> is a comment for all but those it names; <!--[if !mso]><!--> ... <!--<![endif]-->,
# and the same without the dashes, is markup for all but those.
_OPENING: Final = re.compile(r"<!(--)?\[if([^\]<>]{0,200})\](--)?>(<!(?:--)?>)?", re.IGNORECASE)
_CLOSING: Final = re.compile(r"<!(?:--[ ]?<!)?\[endif\](?:--)?>", re.IGNORECASE)
_OUTLOOK: Final = re.compile(r"(?<!!)\b(?:mso|vml)\b", re.IGNORECASE)
_WORDS: Final = re.compile(r"\w")
_SPEAKING: Final = frozenset({"img", "area", "input"})
_NAMED: Final = etree.XPath("//*[@id]")
_LABELLED: Final = etree.XPath("//*[@role or @*[starts-with(name(), 'aria-')]]")
_EMPTY: Final = b"<html><head></head><body></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A parsed page.

    `elements` in document order, comments left out; `order` is the place of each in it. `texts` holds the text that
    stands in an element itself, not in its children, where there is any. `labelled` have a role or an aria-
    attribute; `ids` leads to the first element of each id. `tags` groups the elements; `langs` is the nearest `lang`
    around an element, None where there is none. `comments` are the insides of the comments that Outlook reads;
    `outlook` is the page as Outlook for Windows reads it, None where it has no VML.
    """

    root: HtmlElement
    body: HtmlElement
    elements: tuple[HtmlElement, ...]
    order: Mapping[HtmlElement, int]
    texts: Mapping[HtmlElement, str]
    labelled: tuple[HtmlElement, ...]
    ids: Mapping[str, HtmlElement]
    tags: Mapping[str, tuple[HtmlElement, ...]]
    langs: Mapping[HtmlElement, str | None]
    comments: tuple[str, ...]
    outlook: HtmlElement | None

    def all(self, *tags: str) -> Iterator[HtmlElement]:
        """Go through the elements with these tags; each tag in document order."""
        for tag in tags:
            yield from self.tags.get(tag, ())

    def within(self, element: HtmlElement) -> Iterator[HtmlElement]:
        """Go through an element and everything in it, in document order."""
        return (inner for inner in element.iter() if inner in self.order)


def is_blank(text: str | None) -> bool:
    """Say whether a text has nothing to see or to hear: spaces, joiners, soft hyphens and other formatting."""
    if not text or text.isspace():
        return True
    if _WORDS.search(text):
        return False
    return not any(unicodedata.category(letter)[0] in "LNPS" for letter in text)


def squeeze(text: str | None) -> str:
    """Write a text with single spaces."""
    return " ".join((text or "").split())


def has_class(element: HtmlElement, name: str) -> bool:
    """Say whether an element is of a class."""
    return name in (element.get("class") or "").split()


def role_of(element: HtmlElement) -> str:
    """Give the first role that an element names, in lower case; "" for none."""
    return next(iter((element.get("role") or "").lower().split()), "")


def tag_of(element: HtmlElement) -> str:
    """Give the tag of an element as text, in lower case."""
    return str(element.tag).lower()


def ancestors(element: HtmlElement) -> Iterator[HtmlElement]:
    """Go up from the parent of an element to the root."""
    above = element.getparent()
    while above is not None:
        yield above
        above = above.getparent()


def nearest(element: HtmlElement, tags: frozenset[str]) -> HtmlElement | None:
    """Give the nearest ancestor with one of these tags."""
    return next((above for above in ancestors(element) if above.tag in tags), None)


def _parse(text: str) -> HtmlElement:
    """Read any text as HTML."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError:  # nothing in it at all
        root = None
    if not isinstance(root, HtmlElement) or root.tag != "html":
        root = etree.fromstring(_EMPTY, html.HTMLParser(encoding="utf-8"))
    return root


def _conditional(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Go through the conditional parts of a page: begin, end, what stands in them for Outlook, and: is it a comment.

    Each is looked at once, so that time grows with the length of the page and no faster.
    """
    at = 0
    while opening := _OPENING.search(text, at):
        closing = _CLOSING.search(text, opening.end())
        if closing is None:
            return
        is_comment = bool(opening[1]) and not opening[3] and not opening[4]
        inside = text[opening.end() : closing.start()] if _OUTLOOK.search(opening[2]) else ""
        yield opening.start(), closing.end(), inside, is_comment
        at = closing.end()


def _as_outlook(text: str) -> str:
    """Open the comments that Outlook opens, and leave out what it is told to leave out."""
    parts: list[str] = []
    at = 0
    for start, end, inside, _is_comment in _conditional(text):
        parts += (text[at:start], inside)
        at = end
    return "".join((*parts, text[at:]))


def build(text: str) -> Tree:
    """Parse a page and index it."""
    root = _parse(text)
    body = root.find("body")
    if body is None:
        body = html.Element("body")
        root.append(body)
    elements: list[HtmlElement] = []
    tags: dict[str, list[HtmlElement]] = {}
    texts: dict[HtmlElement, str] = {}
    langs: dict[HtmlElement, str | None] = {}
    for node in root.iter():
        parent = node.getparent()
        if parent is not None and node.tail and not node.tail.isspace():
            texts[parent] = texts.get(parent, "") + node.tail
        if not isinstance(node.tag, str):
            continue
        elements.append(node)
        tags.setdefault(node.tag, []).append(node)
        if node.text and not node.text.isspace():
            texts[node] = node.text
        own = node.get("lang")
        langs[node] = own if own is not None else langs.get(parent) if parent is not None else None
    comments = tuple(inside for _, _, inside, is_comment in _conditional(text) if is_comment and inside)
    return Tree(
        root=root,
        body=body,
        elements=tuple(elements),
        order={element: place for place, element in enumerate(elements)},
        texts={element: own for element, own in texts.items() if not is_blank(own)},
        labelled=tuple(_LABELLED(root)),
        ids={element.get("id", ""): element for element in reversed(_NAMED(root))},
        tags={tag: tuple(found) for tag, found in tags.items()},
        langs=langs,
        comments=comments,
        outlook=_parse(_as_outlook(text)) if "<v:" in text.lower() else None,
    )


def visible_text(element: HtmlElement, *, with_alts: bool = False) -> str:
    """Give all the text in an element, with single spaces; what is never shown is left out.

    Blocks are set apart by a space, as a line break would. With `with_alts`, pictures speak in their place.
    """
    if not len(element):
        return "" if element.tag in UNSEEN else squeeze(element.text)
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            _open(node, parts)
            if with_alts and node.tag in _SPEAKING:
                parts.append(f" {node.get('alt') or ''} ")
        elif event == "end" and node.tag in BLOCKS:
            parts.append(" ")
        if event != "start" and node is not element and node.tail and not _is_unseen(node):
            parts.append(node.tail)
    return squeeze("".join(parts))


def _is_unseen(node: etree._Element) -> bool:
    """Say whether the text after a node stands in something that is not shown."""
    parent = node.getparent()
    return parent is not None and parent.tag in UNSEEN


def _open(node: etree._Element, parts: list[str]) -> None:
    """Note what an element begins with."""
    if node.tag in BLOCKS or node.tag == "br":
        parts.append(" ")
    if node.text and node.tag not in UNSEEN:
        parts.append(node.text)


def name_of(tree: Tree, element: HtmlElement) -> str:
    """Give what a screen reader calls a link or a heading: its text and pictures, else a label; "" for nothing."""
    text = visible_text(element, with_alts=True)
    if not is_blank(text):
        return text
    for identity in (element.get("aria-labelledby") or "").split():
        if identity in tree.ids:
            return visible_text(tree.ids[identity], with_alts=True)
    labels = [element.get("aria-label"), element.get("title")]
    labels += [inner.get("aria-label") or inner.get("title") for inner in element.iterdescendants("img", "svg", "span")]
    return next((squeeze(label) for label in labels if not is_blank(label)), "")


def is_foreign(text: str, tag: str | None) -> bool:
    """Say whether a text is surely not in the language that is declared for it."""
    return bool(tag) and languages.is_valid(tag or "") and languages.contradicts(tag or "", text)
