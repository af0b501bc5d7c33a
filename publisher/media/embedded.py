"""The words that a picture carries inside: its alt text and its extended description (IPTC Photo Metadata 2021.1).

They stand in XMP, in several languages. What is read is a suggestion for a person, never the alt text by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from publisher.errors import FormatError
from publisher.language import primary
from publisher.media.containers import LONGEST_XMP, read_xmp, write_xmp

DEFAULT: Final = "x-default"

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_IPTC: Final = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
_META: Final = "adobe:ns:meta/"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_ALT: Final = f"{{{_IPTC}}}AltTextAccessibility"
_DESCRIPTION: Final = f"{{{_IPTC}}}ExtDescrAccessibility"
_PACKET: Final = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n%b\n<?xpacket end="w"?>'
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

Words = tuple[tuple[str, str], ...]


def _clean(text: str) -> str:
    """Write a text on one line, without characters that XML cannot hold."""
    return " ".join(_CONTROLS.sub(" ", text).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The alt text and the extended description of a picture: pairs of language tag and text.

    The tag of what counts in every other language is "x-default".
    """

    alt: Words = ()
    description: Words = ()

    def __bool__(self) -> bool:
        return bool(self.alt or self.description)

    def alt_in(self, language: str) -> str | None:
        """Give the alt text in a language; None where it is only there in others."""
        return _choose(self.alt, language)

    def description_in(self, language: str) -> str | None:
        """Give the extended description in a language; None where it is only there in others."""
        return _choose(self.description, language)


def _choose(words: Words, language: str) -> str | None:
    """Give the text in a language, else in a near one of the same name, else the one for all others."""
    by_tag = {tag.lower(): text for tag, text in reversed(words)}
    near = {primary(tag): text for tag, text in reversed(words) if tag != DEFAULT}
    return by_tag.get(language.lower()) or near.get(primary(language)) or by_tag.get(DEFAULT)


def read(content: bytes) -> Embedded:
    """Read what a JPEG, PNG or WebP file says about itself; nothing for every other kind of file.

    Raises: FormatError for a broken file, and for XMP that is no XML or wants more than XMP may.
    """
    packet = read_xmp(content)
    if packet is None or not packet.strip(b"\0 \r\n\t"):
        return Embedded()
    root = _parse(packet)
    return Embedded(alt=_words(root, _ALT), description=_words(root, _DESCRIPTION))


def write(content: bytes, embedded: Embedded) -> bytes:
    """Write the words into a JPEG, PNG or WebP file; what else its XMP says stays. The pixels are not touched.

    Raises: FormatError for every other kind of file, a broken one, and words that are too long for it.
    """
    packet = read_xmp(content)
    root = _parse(packet) if packet and packet.strip(b"\0 \r\n\t") else _new()
    for name, words in ((_ALT, embedded.alt), (_DESCRIPTION, embedded.description)):
        _replace(root, name, words)
    return write_xmp(content, _PACKET % etree.tostring(root, encoding="utf-8"))


def _parse(packet: bytes) -> etree._Element:
    """Parse an XMP packet: no entities, no document type, nothing from outside."""
    if len(packet) > LONGEST_XMP:
        raise FormatError("picture", f"its XMP is longer than {LONGEST_XMP:,} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(packet.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FormatError("picture", f"its XMP is no XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise FormatError("picture", "its XMP declares a document type, which XMP never does")
    return root


def _words(root: etree._Element, name: str) -> Words:
    """Read a property that has a text per language, the first one of each."""
    found: dict[str, str] = {}
    for item in (item for one in root.iter(name) for item in one.iter(f"{{{_RDF}}}li")):
        text = _clean("".join(str(part) for part in item.itertext()))
        if text:
            found.setdefault(_clean(item.get(f"{{{_XML}}}lang") or DEFAULT), text)
    return tuple(found.items())


def _new() -> etree._Element:
    """Make an XMP packet that says nothing yet."""
    root = etree.Element(f"{{{_META}}}xmpmeta", nsmap={"x": _META})
    etree.SubElement(root, f"{{{_RDF}}}RDF", nsmap={"rdf": _RDF})
    return root


def _replace(root: etree._Element, name: str, words: Iterable[tuple[str, str]]) -> None:
    """Put a property in place of what is there under its name."""
    for old in list(root.iter(name)):
        parent = old.getparent()
        if parent is not None:
            parent.remove(old)
    pairs = [(tag, cleaned) for tag, text in words if (cleaned := _clean(text))]
    if not pairs:
        return
    rdf = root if root.tag == f"{{{_RDF}}}RDF" else root.find(f".//{{{_RDF}}}RDF")
    if rdf is None:
        raise FormatError("picture", "its XMP holds no RDF")
    description = rdf.find(f"{{{_RDF}}}Description")
    if description is None:
        description = etree.SubElement(rdf, f"{{{_RDF}}}Description")
        description.set(f"{{{_RDF}}}about", "")
    container = etree.SubElement(etree.SubElement(description, name, nsmap={"Iptc4xmpCore": _IPTC}), f"{{{_RDF}}}Alt")
    # XMP 1, 8.2.2.4: the first of the alternatives is the one for all other languages.
    if all(tag != DEFAULT for tag, _ in pairs):
        pairs.insert(0, (DEFAULT, pairs[0][1]))
    for tag, text in sorted(pairs, key=lambda pair: pair[0] != DEFAULT):
        item = etree.SubElement(container, f"{{{_RDF}}}li")
        item.set(f"{{{_XML}}}lang", tag)
        item.text = text
