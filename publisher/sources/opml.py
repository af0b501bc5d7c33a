"""OPML: a list of sources, not a source."""

from __future__ import annotations

from publisher.errors import FormatError
from publisher.model import Document
from publisher.sources import feedtree
from publisher.sources.addresses import resolve
from publisher.sources.feedtree import local_name


def is_opml(document: Document) -> bool:
    """Say whether a document is a list of sources."""
    return feedtree.root_name(feedtree.read_text(document)) == "opml"


def parse(content: bytes, source: str) -> tuple[tuple[str, str], ...]:
    """Give title and address of every source in the list, in its order, each address once.

    What is no web address is given as it stands: whoever fetches it says so.

    Raises: FormatError when it is no OPML, or names no source.
    """
    root = feedtree.parse_xml(feedtree.read_text(Document(source=source, content=content)))
    if root is None or local_name(root) != "opml":
        raise FormatError(source, "this is no OPML document", "export the list of sources again")
    found: dict[str, str] = {}
    for outline in root.iter():
        if local_name(outline) != "outline":
            continue
        named = {name.lower(): value for name, value in outline.items()}
        written = " ".join((named.get("xmlurl") or "").split())
        url = resolve(written, None) or written
        if url and url not in found:
            found[url] = " ".join((named.get("title") or named.get("text") or "").split()) or url
    if not found:
        raise FormatError(source, "the list names no source", "each outline needs an xmlUrl with http or https")
    return tuple((title, url) for url, title in found.items())
