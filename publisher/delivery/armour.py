"""The base64 of a message for one recipient, in which only what differs is encoded for that recipient.

    base64 writes three bytes as four letters, so the letters of a part depend only on how many bytes before it are
    still waiting for their third: none, one or two. Each part is kept in up to three spellings, and joined.

Encoding the whole of a digest of 60 KB again for everybody took a quarter of what a recipient costs.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from publisher.delivery.message import splice_values
from publisher.model import Envelope, Message

_GROUP: Final = 3  # bytes that make four letters (RFC 4648, 4)
_MESSAGES: Final = 128  # an edition in every language and format


class _Spelling(NamedTuple):
    """A part behind bytes that wait: what completes their group, the letters of whole groups, what waits next."""

    head: bytes
    letters: bytes
    tail: bytes


def write(message: Message, envelope: Envelope) -> bytes:
    """Write the base64 of what `splice` gives, on one line.

    Raises: ValueError when a value is missing or could break the message.
    """
    values = splice_values(message, envelope)
    pieces: list[bytes] = []
    loose = b""  # not encoded yet
    for part, value in zip(_open_parts(message), (*map(values.__getitem__, message.slots), b""), strict=True):
        spelling = part.spell(len(loose) % _GROUP)
        if spelling is None:
            loose += part.raw
        else:
            pieces += (b2a_base64(loose + spelling.head, newline=False), spelling.letters)
            loose = spelling.tail
        loose += value
    pieces.append(b2a_base64(loose, newline=False))
    return b"".join(pieces)


class _Part:
    """The same bytes of every recipient's message, spelled when a spelling is first needed."""

    __slots__ = ("_spellings", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._spellings: dict[int, _Spelling] = {}

    def spell(self, waiting: int) -> _Spelling | None:
        """Give the spelling behind so many bytes that wait for their third; None: this part does not complete them."""
        known = self._spellings.get(waiting)
        missing = -waiting % _GROUP
        if known is None and missing <= len(self.raw):
            known = self._spellings[waiting] = _spell(self.raw, missing)
        return known


def _spell(raw: bytes, missing: int) -> _Spelling:
    """Cut a part where groups end."""
    ends = len(raw) - (len(raw) - missing) % _GROUP
    return _Spelling(head=raw[:missing], letters=b2a_base64(raw[missing:ends], newline=False), tail=raw[ends:])


@lru_cache(maxsize=_MESSAGES)
def _open_parts(message: Message) -> Sequence[_Part]:
    """Keep the spellings of a message for as long as it is being sent."""
    return tuple(map(_Part, message.parts))
