"""Documents become posts. Everything here is pure but `fetch`.

    parse -> kinds.recognise -> feed | jsonfeed | ninjs | newsmlg2 | nitf | article | markdown | plaintext
          -> markup, finish -> Posts

A broken item is a value with a reason, never the end of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from publisher.errors import FormatError
from publisher.model import Document, Posts
from publisher.sources import article, feed, jsonfeed, kinds, markdown, newsmlg2, ninjs, nitf, plaintext
from publisher.sources.kinds import Kind, Recognised

__all__ = ["parse"]

_READERS: Final[Mapping[Kind, Callable[..., Posts]]] = {
    Kind.FEED: feed.parse,
    Kind.NEWSML: newsmlg2.parse,
    Kind.NITF: nitf.parse,
    Kind.PAGE: article.parse,
    Kind.MARKDOWN: markdown.parse,
    Kind.PLAIN: plaintext.parse,
}


def parse(document: Document, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read the posts of a document, whatever it is called; `language` is the source's own setting and wins.

    Raises: FormatError for a document that nothing can be read from, and for a list of sources.
    """
    recognised = kinds.recognise(document)
    reader = _READERS.get(recognised.kind)
    if reader is not None:
        posts: Posts = reader(document, language=language, default_language=default_language)
        return posts
    if recognised.kind is Kind.OPML:
        reason = "this is a list of sources (OPML), not a source"
        raise FormatError(document.source, reason, "declare it as a source in the settings, or give its feeds")
    return _parse_json(document, recognised, language, default_language)


def _parse_json(document: Document, recognised: Recognised, language: str | None, default_language: str) -> Posts:
    """Read what is written in JSON."""
    if recognised.kind is Kind.NINJS:
        return ninjs.parse(document, recognised.value, language=language, default_language=default_language)
    value = recognised.value if isinstance(recognised.value, dict) else {}
    return jsonfeed.parse(document, value, language=language, default_language=default_language)
