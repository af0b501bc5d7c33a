"""Raw bytes as SES reads them (headers) and as people read them (parts)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Final

from publisher.sandbox.contract import RefusedError

_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_NEXT_HEADER: Final = re.compile(r"\r?\n(?![ \t])")
_NAME: Final = re.compile(r"[!-9;-~]+")
_FOLD: Final = re.compile(r"\r?\n[ \t]+")
# SES sends a message on with one of each, and refuses it when there are two.
_AT_MOST_ONCE: Final = frozenset(
    """
    from sender reply-to to cc bcc subject message-id date in-reply-to references mime-version content-type
    content-transfer-encoding list-id list-unsubscribe list-unsubscribe-post list-help list-archive
    """.split(),
)
_LONGEST_LINE: Final = 998  # RFC 5322, 2.1.1
_LARGEST: Final = 40 * 1024 * 1024


Headers = tuple[tuple[str, str], ...]


def read_headers(raw: bytes) -> Headers:
    """Read the header block, unfolded, in order, and check the message as SES does before it takes it.

    Raises: RefusedError for what SES would not take as a message.
    """
    if len(raw) > _LARGEST:
        raise RefusedError("BadRequestException", "Message length is more than 41943040 bytes long.")
    headers = split_headers(raw)
    for name, _ in headers:
        if not _NAME.fullmatch(name):
            raise RefusedError("BadRequestException", f"Expected a header, found '{name[:60]}'.")
    seen = Counter(name.lower() for name, _ in headers)
    for name in _AT_MOST_ONCE:
        if seen[name] > 1:
            raise RefusedError("BadRequestException", f"Duplicate header '{name}'.")
    if _has_long_line(raw):
        raise RefusedError("BadRequestException", f"A line is longer than {_LONGEST_LINE} characters.")
    return headers


def _has_long_line(raw: bytes) -> bool:
    """Look for a line that is too long, leaping from line end to line end as far as one may be away."""
    start = 0
    while len(raw) - start > _LONGEST_LINE:
        start = raw.rfind(b"\n", start, start + _LONGEST_LINE + 2) + 1
        if start == 0:
            return True
    return False


def split_headers(raw: bytes) -> Headers:
    """Read the header block as it is; a line without a colon becomes a name that is none."""
    end = _BLANK_LINE.search(raw)
    block = raw[: end.start() if end else None].decode("latin-1").strip("\r\n")
    pairs = (line.partition(":") for line in _NEXT_HEADER.split(block))
    return tuple((name if colon else f"{name} ", _FOLD.sub(" ", value).strip()) for name, colon, value in pairs)


def find_header(headers: Headers, wanted: str) -> str | None:
    """Find a header by its name in any case."""
    return next((value for name, value in headers if name.lower() == wanted.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """A message as people read it; `html` and `text` None where there is no such part."""

    subject: str
    sender: str
    recipient: str
    headers: Headers
    html: str | None
    text: str | None


def make_readable(raw: bytes) -> Readable:
    """Decode a message for the inbox; what cannot be parsed is shown as it came."""
    try:
        return _read(message_from_bytes(raw, policy=policy.compat32))
    except (MessageError, ValueError, TypeError, LookupError):  # the parser raises these on hostile mail
        text = raw.decode("utf-8", "replace")
        return Readable(subject="", sender="", recipient="", headers=split_headers(raw), html=None, text=text)


def _read(parsed: Message) -> Readable:
    """Read a parsed message."""
    return Readable(
        subject=_decode(parsed["Subject"]),
        sender=_decode(parsed["From"]),
        recipient=_decode(parsed["To"]),
        headers=tuple((name, str(value)) for name, value in parsed.items()),
        html=_find_part(parsed, "text/html"),
        text=_find_part(parsed, "text/plain"),
    )


def _decode(value: object) -> str:
    """Decode a header (RFC 2047)."""
    if value is None:
        return ""
    try:
        return str(make_header(decode_header(str(value))))
    except (MessageError, ValueError, LookupError):
        return str(value)


def _find_part(parsed: Message, kind: str) -> str | None:
    """Find and decode the first part of a kind."""
    for part in parsed.walk():
        if part.get_content_type() == kind and not part.is_multipart():
            content = part.get_payload(decode=True)
            charset = str(part.get_content_charset() or "utf-8")
            return _decode_bytes(content if isinstance(content, bytes) else b"", charset)
    return None


def _decode_bytes(content: bytes, charset: str) -> str:
    """Decode bytes of a charset that may not exist."""
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
