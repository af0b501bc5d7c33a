"""A whole post below its heading: foreign XHTML becomes markup that every mail client and screen reader can take.

Only elements and attributes of the tables below survive. Headings begin below the post's own, pictures take the
decision of `pictures`, tables that lay out become plain blocks, links and headings without a word disappear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final

from lxml import etree, html

from publisher.accessibility import repairs
from publisher.accessibility.repairs import Context
from publisher.digest import sentences, tables
from publisher.digest.pictures import Decision, is_shown
from publisher.model import AltOrigin, Image, Picture, Repair

_DROPPED: Final = (
    *("script", "style", "iframe", "object", "embed", "form", "input", "button", "select", "textarea", "svg", "math"),
    *("canvas", "audio", "video", "noscript", "template", "link", "meta", "title", "head", "map", "area", "dialog"),
)
_KEPT: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        "p div span blockquote pre code kbd samp var abbr cite q em strong b i u s del ins".split(), frozenset()
    ),
    **dict.fromkeys(
        "mark small sub sup br hr ul dl dt dd figure figcaption caption thead tbody tr ruby rt rp".split(), frozenset()
    ),
    **dict.fromkeys("h1 h2 h3 h4 h5 h6 table tfoot".split(), frozenset()),
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "ol": frozenset({"start", "reversed"}),
    "li": frozenset({"value"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
}
_EVERYWHERE: Final = frozenset({"lang", "dir"})
_LINKS: Final = ("http://", "https://", "mailto:", "tel:")
_ICON: Final = 40  # CSS pixels: a picture that small among words is an emoji or a sign
_NUMBER: Final = re.compile(r"\d{1,4}")
_BLOCKS: Final = frozenset(
    "p div blockquote pre ul ol dl table figure hr h1 h2 h3 h4 h5 h6 li dd dt td th caption".split()
)

_HOLDS_FIGURES: Final = frozenset({"div", "blockquote", "li", "td"})

# What the accessibility room mends in any text; pictures, players and layout tables have been dealt with before.
_REPAIRS: Final = (
    repairs.drop_empty,
    repairs.rebase_headings,
    repairs.name_links,
    repairs.mark_passages,
    repairs.give_direction,
)

Decide = Callable[[Image], Decision]


@dataclass(slots=True)
class Body:
    """A post's own markup on its way through the steps of `adapt`."""

    root: html.HtmlElement
    images: tuple[Image, ...]
    decide: Decide
    decisions: list[Decision] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """A post's markup made fit, with what became of its pictures, and what was mended on the way."""

    html: str
    decisions: tuple[Decision, ...]
    repairs: tuple[Repair, ...]


def adapt(markup: str, context: Context, *, images: tuple[Image, ...], decide: Decide) -> Adapted:
    """Make the XHTML of a whole post fit to stand below its heading."""
    root = _read(markup)
    body = Body(root=root, images=images, decide=decide)
    _keep_known(root)
    _place_pictures(body)
    _mend_links(root)
    _mend_lists(root)
    tables.adapt(root, context.headline)
    made = tuple(replace(one, post=context.post) for repair in _REPAIRS for one in repair(root, context))
    _drop_empty(root)
    _wrap_loose_text(root)
    _drop_headline(root, context.headline)
    return Adapted(html=serialise(root), decisions=tuple(body.decisions), repairs=made)


def _drop_headline(root: html.HtmlElement, headline: str) -> None:
    """Take the headline from the beginning of the text that it was made of; a link in it keeps its words."""
    first = root[0] if len(root) and not (root.text or "").strip() else None
    if first is None or first.tag != "p" or not first.text:
        return
    words = " ".join(first.text.split())
    rest = sentences.after(headline, words if len(first) else f"{words}\n")
    if rest.strip() == words:
        return
    first.text = rest.strip() + (" " if len(first) and first.text[-1].isspace() else "")
    if not len(first) and not first.text:
        root.remove(first)


def _read(markup: str) -> html.HtmlElement:
    """Read a fragment as XHTML, and as HTML where it is not well-formed."""
    strict = html.XHTMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(f"<div>{markup}</div>", strict)
    except etree.XMLSyntaxError:
        return html.fragment_fromstring(markup, create_parent="div", parser=html.HTMLParser(huge_tree=True))


def serialise(root: html.HtmlElement) -> str:
    """Write what stands inside an element as XHTML."""
    inside = etree.tostring(root, encoding="unicode", method="xml", with_tail=False)
    return inside[inside.index(">") + 1 : inside.rindex("</")].strip() if "</" in inside else ""


def _keep_known(root: html.HtmlElement) -> None:
    """Drop what a mail must not hold, unwrap what nobody knows, and leave only attributes that mean something."""
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    for element in list(root.iter()):
        if element is root or element.getparent() is None:
            continue
        if element.tag in _DROPPED:
            element.drop_tree()
        elif element.tag not in _KEPT:
            element.drop_tag()
        else:
            _keep_attributes(element)


def _keep_attributes(element: html.HtmlElement) -> None:
    """Leave the attributes that the table allows; numbers must be numbers."""
    language = element.get("lang") or element.get("xml:lang")
    allowed = _KEPT[str(element.tag)] | _EVERYWHERE
    for name, value in list(element.attrib.items()):
        is_number = name in {"colspan", "rowspan", "start", "value", "width", "height"}
        if name not in allowed or (is_number and not _NUMBER.fullmatch(value)):
            del element.attrib[name]
    if language:
        element.set("lang", language)


def _place_pictures(body: Body) -> None:
    """Let every picture stand as the decision about it says."""
    for image in list(body.root.iter("img")):
        if _is_icon(image):
            _replace_by_text(image, image.get("alt") or "")
    for figure in list(body.root.iter("figure")):
        _place_figure(body, figure)
    for image in list(body.root.iter("img")):
        if image.get("data-done") is None:
            _place_lone(body, image)
    for image in body.root.iter("img"):
        del image.attrib["data-done"]


def _is_icon(image: html.HtmlElement) -> bool:
    """Say whether a picture is a sign among words."""
    sizes = [int(image.get(side) or 0) for side in ("width", "height")]
    return any(sizes) and max(sizes) <= _ICON


def _replace_by_text(element: html.HtmlElement, text: str) -> None:
    """Put words where an element was."""
    element.tail = text + (element.tail or "")
    element.drop_tree()


def _words(element: html.HtmlElement) -> str:
    """Give the text of an element, white space collapsed."""
    return " ".join(str(element.text_content()).split())


def _known(body: Body, src: str | None, caption: str | None, element: html.HtmlElement | None) -> Image:
    """Find what the post knows about a picture: by address, else by caption, else what the markup says."""
    for image in body.images:
        if (src and image.url == src) or (not src and caption and image.url is None and image.caption == caption):
            return image
    alt = element.get("alt") if element is not None else None
    is_address = src is not None and src.startswith((*_LINKS, "data:image/", "cid:"))
    return Image(
        url=src if is_address else None,
        alt=alt,
        alt_origin=None if alt is None else AltOrigin.SOURCE,
        caption=caption,
    )


def _place_figure(body: Body, figure: html.HtmlElement) -> None:
    """Rebuild a figure from the decision about its picture; one without a picture is a plain block."""
    if figure.getparent() is None:
        return
    found = figure.findall(".//img")
    captions = figure.findall(".//figcaption")
    if len(found) > 1 or (not found and not captions) or figure.find(".//table") is not None:
        figure.tag = "div"
        for caption in captions:
            caption.tag = "p"
        return
    image = found[0] if found else None
    caption_text = _words(captions[0]) if captions else None
    known = _known(body, image.get("src") if image is not None else None, caption_text, image)
    decision = body.decide(known)
    body.decisions.append(decision)
    _rebuild(figure, decision.picture)


def _rebuild(figure: html.HtmlElement, picture: Picture | None) -> None:
    """Fill a figure with a picture and its caption; drop it where nothing is left."""
    tail = figure.tail
    language = {name: figure.get(name) for name in _EVERYWHERE if figure.get(name)}
    figure.clear()
    figure.tail = tail
    for name, value in language.items():
        figure.set(name, str(value))
    if picture is None:
        figure.drop_tree()
        return
    if is_shown(picture):
        figure.append(_img(picture))
    if picture.caption:
        caption = etree.SubElement(figure, "figcaption")
        caption.text = picture.caption


def _img(picture: Picture) -> html.HtmlElement:
    """Write the img element of a picture."""
    element = html.Element("img", {"src": picture.image.url or "", "data-done": ""})
    if picture.alt is not None:
        element.set("alt", picture.alt)
    for side in ("width", "height"):
        size = getattr(picture.image, side)
        if size:
            element.set(side, str(size))
    return element


def _upwards(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Go from an element to the top."""
    yield element
    yield from element.iterancestors()


def _parent_tag(element: html.HtmlElement) -> str:
    """Give the name of the element around another; "" at the top."""
    parent = element.getparent()
    return "" if parent is None else str(parent.tag)


def _place_lone(body: Body, image: html.HtmlElement) -> None:
    """Put a picture that stands outside a figure into one of its own, beside the paragraph it stood in."""
    decision = body.decide(_known(body, image.get("src"), None, image))
    body.decisions.append(decision)
    block = next((above for above in _upwards(image) if _parent_tag(above) in _HOLDS_FIGURES), image)
    if decision.picture is not None:
        figure = html.Element("figure")
        block.addnext(figure)
        figure.tail, block.tail = block.tail, None
        _rebuild(figure, decision.picture)
    image.drop_tree()


def _mend_links(root: html.HtmlElement) -> None:
    """Keep a link only where it leads somewhere."""
    for link in list(root.iter("a")):
        href = (link.get("href") or "").strip()
        if not href.startswith(_LINKS):
            link.drop_tag()
        else:
            link.set("href", href)


def _mend_lists(root: html.HtmlElement) -> None:
    """Let lists hold items only, and items stand in lists only."""
    for item in list(root.iter("li")):
        if _parent_tag(item) not in {"ul", "ol"}:
            item.tag = "div"
    for items in list(root.iter("ul", "ol")):
        if (items.text or "").strip():
            first = html.Element("li")
            first.text, items.text = items.text, None
            items.insert(0, first)
        for child in list(items):
            _put_into_item(child)
    for pairs in list(root.iter("dl")):
        if any(child.tag not in {"dt", "dd"} for child in pairs) or len(pairs) == 0 or pairs[0].tag != "dt":
            pairs.tag = "div"
    for part in list(root.iter("dt", "dd")):
        if _parent_tag(part) != "dl":
            part.tag = "p" if part.tag == "dt" else "div"


def _put_into_item(child: html.HtmlElement) -> None:
    """Wrap what stands in a list without being an item, and the words behind an item."""
    tail = (child.tail or "").strip()
    child.tail = None
    if child.tag != "li":
        item = html.Element("li")
        child.addprevious(item)
        item.append(child)
        child = item
    if tail:
        behind = html.Element("li")
        behind.text = tail
        child.addnext(behind)


def _drop_empty(root: html.HtmlElement) -> None:
    """Drop blocks and marks that hold nothing, the innermost first."""
    for element in reversed(list(root.iter())):
        if element is root or element.tag in {"img", "br", "hr", "td", "th"} or element.getparent() is None:
            continue
        if not _words(element) and next(element.iter("img", "hr"), None) is None:
            element.drop_tree()


def _wrap_loose_text(root: html.HtmlElement) -> None:
    """Put text that stands directly in the body, and inline elements, into paragraphs."""
    paragraph = _paragraph_before(root, 0, root.text)
    root.text = None
    for child in list(root):
        if child is paragraph:
            continue
        tail, child.tail = child.tail, None
        if child.tag in _BLOCKS:
            paragraph = None
        elif paragraph is None:
            paragraph = html.Element("p")
            child.addprevious(paragraph)
            paragraph.append(child)
        else:
            paragraph.append(child)
        if tail and tail.strip():
            if paragraph is None:
                paragraph = _paragraph_before(root, root.index(child) + 1, tail)
            else:
                child.tail = tail
        elif paragraph is not None:
            child.tail = tail


def _paragraph_before(root: html.HtmlElement, at: int, text: str | None) -> html.HtmlElement | None:
    """Open a paragraph with loose words; None where there are none."""
    if not text or not text.strip():
        return None
    paragraph = html.Element("p")
    paragraph.text = text.lstrip()
    root.insert(at, paragraph)
    return paragraph


def paragraph(words: str) -> str:
    """Write words as one paragraph of XHTML; "" for none."""
    return f"<p>{escape(words, quote=False)}</p>" if words else ""
