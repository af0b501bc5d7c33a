"""A whole web page becomes one post.

A library says which words are the article's; the pictures, tables and lists are taken from the page's own tree, where
they stand between those words (`body`, `figures`); what the page says about itself comes from `metadata`.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Final

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from publisher.errors import FormatError
from publisher.model import Document, Posts
from publisher.sources import body, finish, markup, metadata
from publisher.sources.addresses import resolve
from publisher.sources.characters import decode
from publisher.sources.finish import Draft, Origin
from publisher.sources.surroundings import drop_silent

_PARSER: Final = lxml_html.HTMLParser(huge_tree=False, remove_pis=True, no_network=True)
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>", re.IGNORECASE)
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_LONGEST: Final = 6_000_000  # characters of a page that are looked at
_LONGEST_TEXT: Final = 1_000_000  # characters of its text; longer ones are books and data


def parse(document: Document, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read a web page as a post.

    Raises: FormatError when there is no article in it.
    """
    root = _tree(document)
    said = metadata.read(root, url=document.url)
    base = _base(root, document.url or said.url)
    drop_silent(root)
    container = body.find(root, _words(root, document.source), title=said.title)
    cleaned = markup.clean(container, base=base) if container is not None else markup.Cleaned()
    if not (cleaned.text or cleaned.images or cleaned.media):
        raise FormatError(document.source, "no article is found in this page")
    draft = Draft(
        id=finish.identity_of_file(document),
        url=said.url,
        title=said.title,
        kicker=said.kicker,
        authors=said.authors,
        published=said.published,
        updated=said.updated,
        summary=said.summary,
        html=cleaned.html,
        text=cleaned.text,
        tags=said.tags,
        images=cleaned.images,
        media=cleaned.media,
    )
    origin = Origin(
        source=document.source,
        title=said.site,
        language=language,
        declared=said.language,
        default_language=default_language,
        modified=document.modified,
    )
    return Posts(
        source=document.source,
        title=said.site,
        url=said.url,
        language=said.language,
        posts=(finish.post(draft, origin),),
    )


def _tree(document: Document) -> HtmlElement:
    """Read the page as a tree.

    Raises: FormatError.
    """
    text = _FORBIDDEN.sub("", _DECLARATION.sub("", decode(document)[:_LONGEST]))
    try:
        root = lxml_html.document_fromstring(text, parser=_PARSER)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise FormatError(document.source, "the page is empty") from error
    return root


def _base(root: HtmlElement, url: str | None) -> str | None:
    """Give the address that relative links of the page start from."""
    element = next(root.iter("base"), None)
    return (resolve(element.get("href"), url) if element is not None else None) or url


def _words(root: HtmlElement, source: str) -> str:
    """Let a library say which words of the page are the article's.

    Raises: FormatError when it fails, and for a page that is too long to be one post.
    """
    text = " ".join(str(root.text_content()).split())
    if len(text) > _LONGEST_TEXT:
        raise FormatError(source, f"the page holds more than {_LONGEST_TEXT:,} characters of text; no article does")
    try:
        found = bare_extraction(deepcopy(root), include_comments=False, with_metadata=False)
    except Exception as error:
        raise FormatError(source, "the page cannot be read") from error
    return getattr(found, "text", None) or text
