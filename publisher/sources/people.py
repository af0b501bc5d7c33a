"""Names of authors, as feeds write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml.etree import _Element as Element

from publisher.sources.feedtree import local_name, namespace
from publisher.sources.markup import plain

_MAIL: Final = r"[\w.+%-]{1,80}@[\w.-]{1,80}"
_MAIL_NAME: Final = re.compile(rf"^(?:mailto:)?{_MAIL}\s*\((.+)\)$")  # RSS 2.0: mail (Name)
_NAME_MAIL: Final = re.compile(rf"^(.+?)\s*[<(\[]\s*(?:mailto:)?\s*{_MAIL}\s*[>)\]]$")
_ONLY_MAIL: Final = re.compile(rf"^<?(?:mailto:)?{_MAIL}>?$")


def name_of(text: str | None) -> str | None:
    """Give the name in a line that may hold a mail address too; the address where it is all there is."""
    words = plain(text.replace("<", "(").replace(">", ")")) if text and "@" in text else plain(text)
    if not words:
        return None
    found = _MAIL_NAME.match(words) or _NAME_MAIL.match(words)
    return found[1].strip() or words if found else words


def authors_of(item: Element) -> Iterator[str]:
    """Go through the authors of an item: `dc:creator` and `author` as they come, else `itunes:author`."""
    named = [child for child in item if local_name(child) in {"creator", "author"}]
    spoken = [child for child in named if "itunes" not in namespace(child)] or named
    for child in spoken:
        inner = next((part.text for part in child if local_name(part) == "name"), None)
        mail = next((part.text for part in child if local_name(part) == "email"), None)
        name = name_of(inner or (mail if len(child) else child.text))
        if name:
            yield name
