"""Bytes as text, whatever characters they are written in, and references to characters as what they stand for."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from typing import Final

from publisher.model import Document
from publisher.sources import encoding

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED: Final = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_REFERENCE: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_HEAD: Final = 4096  # bytes; browsers look for a declaration in the first 1024
_TOO_WRONG: Final = 50  # one unreadable character in so many: the claimed encoding is not the real one
# What the names mean on the web (WHATWG Encoding, 4.2): larger sets than those they were registered for.
_MEANT: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "utf-16": "utf-16",
}


def decode(document: Document) -> str:
    """Give the text of a document: its byte order mark, the sender's claim, its own claim, UTF-8, a guess; never fails.

    A claim that some bytes contradict is taken all the same when UTF-8 does not fit either; not one that makes every
    fiftieth character unreadable.
    """
    content = document.content
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name, "replace").lstrip("\ufeff")
    claims = list(_claims(document))
    for name in (*claims, "utf-8"):
        try:
            return content.decode(name)
        except UnicodeError:
            continue
    text = content.decode(claims[0], "replace") if claims else ""
    if claims and text.count("\ufffd") * _TOO_WRONG <= len(text):
        return text
    return content.decode(encoding.guess(content), "replace")


def unescape(line: str | None) -> str | None:
    """Decode what was escaped once too often on its way into a feed ("Q&amp;A &#8211; one"); markup stays as it is."""
    if not line or not _REFERENCE.search(line):
        return line
    decoded = html.unescape(line)
    return line if "<" in decoded or ">" in decoded else decoded


def _claims(document: Document) -> Iterator[str]:
    """Give the codecs that the sender and the document itself name."""
    found = _DECLARED.search(document.content[:_HEAD])
    for claim in (document.charset, found[1].decode("ascii") if found else None):
        try:
            name = codecs.lookup(claim or "").name
            "".encode(name)
        except (LookupError, ValueError):
            continue  # an unknown name, or a codec that makes no text ("base64")
        yield _MEANT.get(name, name)
