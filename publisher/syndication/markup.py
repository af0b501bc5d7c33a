"""XML and XHTML trees: read, built and written through lxml alone, whatever characters come in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal

from lxml import etree, html

XHTML: Final = "http://www.w3.org/1999/xhtml"
XML: Final = "http://www.w3.org/XML/1998/namespace"
LANG: Final = f"{{{XML}}}lang"

# Everything that XML 1.0 (2.2) has no place for, lone surrogates included, and the controls that it advises against:
# readers take them for letters of Windows-1252.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
# The void elements of HTML 5 that libxml2, which knows HTML 4, closes.
_VOID_ENDS: Final = re.compile(r"></(?:source|track|wbr)>")
_SPACE: Final = re.compile(r"\s+")
_XML: Final = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
_HTML: Final = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")


def clean(text: str) -> str:
    """Drop the characters that XML forbids or advises against."""
    if text.isascii() and text.isprintable():
        return text
    return _FORBIDDEN.sub("", text)


def flat(text: str | None) -> str:
    """Give a text on one line, without space around it."""
    return _SPACE.sub(" ", text or "").strip()


def text_of(element: etree._Element) -> str:
    """Give all text inside an element on one line."""
    return flat("".join(str(part) for part in element.itertext()))


def holds(element: etree._Element, text: str) -> bool:
    """Say whether an element holds a text, however both are broken into lines and paragraphs."""
    return "".join(text.split()) in "".join("".join(str(part) for part in element.itertext()).split())


def tag_of(element: etree._Element) -> str:
    """Give an element's local name; "" for a node that is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def fragment(markup: str) -> etree._Element:
    """Read an XHTML fragment into a `div`; what is not well-formed is read as a browser would."""
    source = clean(markup)
    try:
        return etree.fromstring(f"<div>{source}</div>".encode(), _XML)
    except etree.XMLSyntaxError:
        found = html.fragment_fromstring(source.encode(), create_parent="div", parser=_HTML)
        # Through XML and back: a tree without the HTML classes, names and attributes that XML can write.
        return etree.fromstring(_writable(found), etree.XMLParser(recover=True, resolve_entities=False))


def _writable(tree: etree._Element) -> bytes:
    """Write an HTML tree as XML without the names that only HTML allows (`<o:p>`, `@click`)."""
    for element in tree.iter(etree.Element):
        if not _NAME.fullmatch(str(element.tag)):
            element.tag = "span"
        for name in list(element.attrib):
            if not _NAME.fullmatch(str(name)):
                del element.attrib[name]
    return etree.tostring(tree, encoding="utf-8")


_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def paragraphs(text: str | None) -> etree._Element:
    """Make a `div` of paragraphs from plain text, parted by blank lines."""
    root = etree.Element("div")
    for block in re.split(r"\n\s*\n", text or ""):
        if block.strip():
            add(root, "p", flat(block))
    return root


def add(
    parent: etree._Element,
    tag: str,
    text: str | None = None,
    attributes: Mapping[str, str | int | None] | None = None,
) -> etree._Element:
    """Append an element; attributes whose value is None are left out, forbidden characters dropped."""
    element = etree.SubElement(parent, tag)
    if text is not None:
        element.text = clean(text)
    set_all(element, attributes or {})
    return element


def set_all(element: etree._Element, attributes: Mapping[str, str | int | None]) -> None:
    """Set attributes; those whose value is None are left out."""
    for name, value in attributes.items():
        if value is not None:
            element.set(name, clean(str(value)))


def add_known(parent: etree._Element, pairs: Iterable[tuple[str, str | None]]) -> None:
    """Append an element with text for each pair whose text is known."""
    for tag, text in pairs:
        if text:
            add(parent, tag, text)


def parent_of(element: etree._Element) -> etree._Element:
    """Give the element around another; `LookupError` for the root, which has none."""
    parent = element.getparent()
    if parent is None:
        message = f"nothing stands around <{tag_of(element)}>"
        raise LookupError(message)
    return parent


def replace(old: etree._Element, new: etree._Element) -> None:
    """Put an element where another stands; the text behind it stays."""
    new.tail, old.tail = old.tail, None
    parent_of(old).replace(old, new)


def remove(element: etree._Element) -> None:
    """Take an element out; the text behind it stays."""
    before, parent = element.getprevious(), parent_of(element)
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    element.tail = None
    parent.remove(element)


def to_html(tree: etree._Element) -> str:
    """Write what is inside a tree as HTML: no self-closing tags, which feed readers misread."""
    return _VOID_ENDS.sub(">", _inside(tree, "html"))


def to_xhtml(tree: etree._Element) -> str:
    """Write what is inside a tree as well-formed XHTML."""
    return _inside(tree, "xml")


def _inside(tree: etree._Element, method: Literal["html", "xml"]) -> str:
    """Write the children and the leading text of an element."""
    shell = etree.Element("x")
    shell.text = tree.text
    head = etree.tostring(shell, encoding="unicode", method="html")[len("<x>") : -len("</x>")] if tree.text else ""
    parts = [etree.tostring(child, encoding="unicode", method=method, with_tail=True) for child in tree]
    return head + "".join(parts)


def in_xhtml(tree: etree._Element) -> etree._Element:
    """Copy a tree of plain names into the namespace of XHTML."""
    copy = etree.Element(f"{{{XHTML}}}{tag_of(tree)}", nsmap={None: XHTML})
    _copy_into(tree, copy)
    return copy


def _copy_into(source: etree._Element, target: etree._Element) -> None:
    """Copy text, attributes and children, without recursion: depth is the author's choice, not ours."""
    stack = [(source, target)]
    while stack:
        old, new = stack.pop()
        new.text = old.text
        for name, value in old.attrib.items():
            new.set(name, value)
        for child in old:
            made = etree.SubElement(new, f"{{{XHTML}}}{tag_of(child)}")
            made.tail = child.tail
            stack.append((child, made))


def write_pieces(
    root: etree._Element, holder: etree._Element, parts: Iterable[Callable[[], object]]
) -> Iterator[bytes]:
    """Write a document piece by piece: what `root` holds, and behind it in `holder` what each of `parts` adds there.

    Never more than one part is in memory. `holder` is the last element of the document and not empty.
    """
    whole = write_xml(root)
    end = len(whole) - whole.rindex(b"</" + _closing(holder))
    yield whole[:-end]
    for add_part in parts:
        add_part()
        yield write_xml(root)[len(whole) - end : -end]
        del holder[-1]
    yield whole[-end:]


def _closing(holder: etree._Element) -> bytes:
    """Give the name in the closing tag of an element."""
    name = etree.QName(holder).localname
    return (f"{holder.prefix}:{name}>" if holder.prefix else f"{name}>").encode()


def write_xml(tree: etree._Element) -> bytes:
    """Write a document: UTF-8 with its declaration, no added white space."""
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True) + b"\n"
