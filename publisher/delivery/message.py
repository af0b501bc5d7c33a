"""An edition as bytes, built once, cut where recipients differ.

    Rendered + Headers -> build -> Message            3 ms, once per edition and language
    Message + Envelope -> splice -> bytes             microseconds, once per recipient

Building a MIME message costs a thousand times more than joining its pieces, so nothing is built per recipient. The
values that are spliced in pass no library that would check them: here is where they are checked.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from publisher.delivery.address import Mailbox, write_ascii
from publisher.errors import FormatError
from publisher.model import Envelope, Message, Rendered, Slot

# A quoted-printable line holds 76 characters (RFC 2045, 6.7), the last of which is the "=" of a soft line break.
LONGEST_VALUE: Final = 75
# " <" + the address + ">," on a header line of its own, within the 78 characters of RFC 5322, 2.1.1.
LONGEST_ONE_CLICK: Final = 74

_LONGEST_LINE: Final = 78  # of a header, RFC 5322, 2.1.1
_CRLF: Final = b"\r\n"
_MARKER: Final = re.compile("|".join(re.escape(slot.marker) for slot in Slot))
_ANY_MARKER: Final = re.compile(r"\.slot\.invalid", re.IGNORECASE)
_BY_MARKER: Final = {slot.marker: slot for slot in Slot}
_IN_BODY: Final = frozenset({Slot.UNSUBSCRIBE, Slot.UNSUBSCRIBE_MAIL, Slot.PREFERENCES})
_IN_LETTER: Final = frozenset({Slot.LINK, Slot.UNSUBSCRIBE, Slot.PREFERENCES})

# What may stand in a header, in an HTML attribute and in a quoted-printable body alike: no quotes, no "<", no "&",
# and no "=", which quoted-printable would read as the start of an escape.
_LINK: Final = re.compile(r"https?://[!#$%()*+,./0-9:;?@A-Z\[\]_a-z~-]+")
_MAIL_LINK: Final = re.compile(r"mailto:[!#$%*+./0-9?@A-Z_a-z~-]+")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]+")
_LIST_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """What the headers of an edition say, the same for every recipient.

    `list_id` names the newsletter for good, in the shape of a domain ("weekly.example.org", RFC 2919); `list_name` is
    its name for people, left out where it is not ASCII. `list_help` and `archive` are addresses of pages.
    `unsubscribe_mailbox` takes unsubscriptions by mail, and only when somebody reads it: None leaves it out.
    """

    sender: Mailbox
    list_id: str
    language: str
    reply_to: Mailbox | None = None
    list_name: str = ""
    list_help: str | None = None
    archive: str | None = None
    unsubscribe_mailbox: str | None = None

    def __post_init__(self) -> None:
        if len(self.list_id) > LONGEST_VALUE or not _LIST_LABEL.fullmatch(self.list_id):
            message = f"list_id must look like weekly.example.org, in lower case, not {self.list_id!r}"
            raise ValueError(message)
        if not _LANGUAGE.fullmatch(self.language):
            message = f"language must be a tag like en or pt-BR, not {self.language!r}"
            raise ValueError(message)
        for name in ("list_help", "archive"):
            _check_page(name, getattr(self, name))
        if self.unsubscribe_mailbox is not None:
            write_ascii(self.unsubscribe_mailbox)


def _check_page(name: str, url: str | None) -> None:
    """Refuse an address that a List-* header could only hold folded or encoded."""
    if url is not None and (
        len(url) > LONGEST_VALUE or not re.fullmatch(r"https?://[\x21\x23-\x3b\x3d\x3f-\x7e]+", url)
    ):
        message = f"{name} must be a web address of at most {LONGEST_VALUE} ASCII characters, not {url!r}"
        raise ValueError(message)


# --- building -----------------------------------------------------------------------------------------------------


def build(rendered: Rendered, headers: Headers) -> Message:
    """Write an edition as multipart/alternative with its slots open; text only where `rendered.html` is empty.

    Raises: FormatError when a part has no unsubscribe link, or a slot that cannot stand in a body.
    """
    bodies = [("text/plain", rendered.text)]
    if rendered.html:
        bodies.append(("text/html", rendered.html))
    for kind, body in bodies:
        _check_slots(kind, body)
    pieces: list[bytes | Slot] = [*_write_headers(rendered.subject, headers)]
    if len(bodies) == 1:
        pieces += [_write_part_headers("text/plain"), *_write_body(rendered.text)]
    else:
        pieces += _write_alternatives(bodies)
    message = _join(pieces, headers.sender.address)
    in_headers = [Slot.UNSUBSCRIBE] + [Slot.UNSUBSCRIBE_MAIL] * (headers.unsubscribe_mailbox is not None)
    _check_count(message, bodies, in_headers)
    return message


def build_letter(rendered: Rendered, sender: Mailbox, reply_to: Mailbox | None = None) -> Message:
    """Write a letter to one person, who asked for it: not bulk, with no list to unsubscribe from in its headers.

    Raises: FormatError when a part holds a slot that cannot stand in a letter.
    """
    bodies = [("text/plain", rendered.text), ("text/html", rendered.html)]
    for kind, body in bodies:
        _check_letter_slots(kind, body)
    pieces: list[bytes | Slot] = [
        _fold_mailbox("From", sender),
        b"To: ",
        Slot.ADDRESS,
        _CRLF,
        *([_fold_mailbox("Reply-To", reply_to)] if reply_to else []),
        SMTP.header_factory("Subject", _clean(rendered.subject)).fold(policy=SMTP).encode("ascii"),
        b"Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n",  # RFC 3834, 5.2
        f"Content-Language: {rendered.language}\r\nMIME-Version: 1.0\r\n".encode("ascii"),
        *_write_alternatives(bodies),
    ]
    message = _join(pieces, sender.address)
    _check_count(message, bodies, [])
    return message


def _check_letter_slots(kind: str, body: str) -> None:
    """Refuse what would reach a reader as it is."""
    found = [_BY_MARKER[marker] for marker in _MARKER.findall(body)]
    if len(_ANY_MARKER.findall(body)) != len(found) or not set(found) <= _IN_LETTER:
        raise FormatError(f"the {kind} part", "a slot in it cannot stand in a letter", "Mend the template")


def _check_slots(kind: str, body: str) -> None:
    """Refuse a part that a template left without its links, or with a mangled one."""
    found = [_BY_MARKER[marker] for marker in _MARKER.findall(body)]
    if Slot.UNSUBSCRIBE not in found:
        raise FormatError(
            f"the {kind} part", "it has no unsubscribe link", "Put the unsubscribe slot into the template"
        )
    wrong = [slot.value for slot in found if slot not in _IN_BODY]
    if wrong:
        raise FormatError(
            f"the {kind} part", f"the slot {wrong[0]!r} cannot stand in a body", "Take it out of the template"
        )
    if len(_ANY_MARKER.findall(body)) != len(found):
        reason = "the address of a slot was changed, so that it would reach readers as it is"
        raise FormatError(f"the {kind} part", reason, "Write the slot's address exactly as it is given to the template")


def _write_headers(subject: str, headers: Headers) -> Iterator[bytes | Slot]:
    """Write the header block of a newsletter, without the MIME headers of the body.

    Message-ID, Date, Feedback-ID and Return-Path are left to the transport: SES overwrites them.
    """
    yield _fold_mailbox("From", headers.sender)
    yield b"To: "
    yield Slot.ADDRESS
    yield _CRLF
    if headers.reply_to:
        yield _fold_mailbox("Reply-To", headers.reply_to)
    yield SMTP.header_factory("Subject", _clean(subject)).fold(policy=SMTP).encode("ascii")
    yield _write_list_id(headers)
    # email.policy folds a long List-Unsubscribe into RFC 2047 encoded words, which no mail client follows.
    yield b"List-Unsubscribe:\r\n <"
    yield Slot.UNSUBSCRIBE
    if headers.unsubscribe_mailbox is not None:
        yield b">,\r\n <"
        yield Slot.UNSUBSCRIBE_MAIL
    yield b">\r\n"
    yield b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"  # RFC 8058, 3.1: these words exactly
    for name, url in (("List-Help", headers.list_help), ("List-Archive", headers.archive)):
        if url is not None:
            yield _fold_plain(name, f"<{url}>")
    yield b"Precedence: bulk\r\n"
    yield b"Auto-Submitted: auto-generated\r\n"
    yield b"X-Auto-Response-Suppress: OOF, AutoReply\r\n"
    yield f"Content-Language: {headers.language}\r\n".encode("ascii")
    yield b"MIME-Version: 1.0\r\n"


def _clean(words: str) -> str:
    """Make words fit for a header: single spaces, nothing that is no text (RFC 5322, 2.2)."""
    printable = "".join(" " if unicodedata.category(mark) in {"Cc", "Cs"} else mark for mark in words)
    return " ".join(printable.split())


def _fold_mailbox(name: str, mailbox: Mailbox) -> bytes:
    """Write a header that names somebody (RFC 5322, 3.6.2), the name encoded where it must be (RFC 2047)."""
    words = _clean(mailbox.name)
    if not words:
        return f"{name}: {mailbox.address}\r\n".encode("ascii")
    quoted = _quote(words)
    if not words.isascii() or len(quoted) > LONGEST_VALUE:
        # email.policy leaves a long ASCII name on a line too long, and cuts others so that its own parser adds a space.
        quoted = Header(words, "utf-8", header_name=name).encode(linesep="\r\n")
    return _fold_plain(name, quoted, f"<{mailbox.address}>")


def _quote(words: str) -> str:
    """Write words as a quoted-string (RFC 5322, 3.2.4)."""
    return '"' + words.replace("\\", r"\\").replace('"', r"\"") + '"'


def _write_list_id(headers: Headers) -> bytes:
    """Write List-Id (RFC 2919) with the newsletter's name where plain ASCII can say it."""
    name = " ".join(headers.list_name.split())
    if not name or not name.isascii() or not name.isprintable() or len(name) > LONGEST_VALUE - 2:
        return _fold_plain("List-Id", f"<{headers.list_id}>")
    return _fold_plain("List-Id", _quote(name), f"<{headers.list_id}>")


def _fold_plain(name: str, *words: str) -> bytes:
    """Write a header whose words are ASCII and must stay whole, folding only between them."""
    line = f"{name}: {' '.join(words)}"
    if max(map(len, line.splitlines())) > _LONGEST_LINE:
        line = f"{name}: " + "\r\n ".join(words)
    if max(map(len, line.splitlines())) > _LONGEST_LINE:
        line = f"{name}:" + "".join(f"\r\n {word}" for word in words)
    return f"{line}\r\n".encode("ascii")


def _write_part_headers(kind: str) -> bytes:
    """Write the MIME headers of a body part, and the blank line that ends them."""
    return f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode("ascii")


def _write_alternatives(bodies: list[tuple[str, str]]) -> Iterator[bytes | Slot]:
    """Write the parts of multipart/alternative, the richest last (RFC 2046, 5.1.4)."""
    digest = hashlib.sha256("\0".join(body for _, body in bodies).encode("utf-8", "surrogatepass"))
    boundary = f"=_{digest.hexdigest()[:32]}".encode("ascii")  # "=_" never stands in quoted-printable
    yield b'Content-Type: multipart/alternative;\r\n boundary="' + boundary + b'"\r\n\r\n'
    for kind, body in bodies:
        yield b"--" + boundary + _CRLF + _write_part_headers(kind)
        yield from _write_body(body)
    yield b"--" + boundary + b"--\r\n"


def _write_body(body: str) -> Iterator[bytes | Slot]:
    """Encode a body as quoted-printable in which each slot has a line of its own between soft line breaks.

    So a value of up to 75 characters is never cut, and never makes a line too long, whatever stands around it.
    """
    plain = body.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    at = 0
    for found in _MARKER.finditer(plain):
        before = _encode_segment(plain[at : found.start()])
        yield before if before.endswith(b"\n") or not before else before + b"=\r\n"
        yield _BY_MARKER[found.group()]
        at = found.end()
        yield b"" if plain[at] == "\n" else b"=\r\n"
    yield _encode_segment(plain[at:])


def _encode_segment(segment: str) -> bytes:
    """Encode a run of text so that a soft line break may follow it within 76 characters."""
    # The guard keeps the last line one character shorter, and a space before the cut a space.
    encoded = binascii.b2a_qp(segment.encode("utf-8", "replace") + b"A", istext=True)[:-1]
    return encoded.replace(b"\n", _CRLF)


def _join(pieces: list[bytes | Slot], sender: str) -> Message:
    """Join neighbouring bytes, so that parts and slots take turns."""
    parts: list[bytes] = []
    slots: list[Slot] = []
    run: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, Slot):
            parts.append(b"".join(run))
            slots.append(piece)
            run = []
        else:
            run.append(piece)
    return Message(parts=(*parts, b"".join(run)), slots=tuple(slots), sender=sender)


def _check_count(message: Message, bodies: list[tuple[str, str]], in_headers: list[Slot]) -> None:
    """Make sure that every slot was cut open, none twice, and that no marker is left in the bytes."""
    expected = Counter([Slot.ADDRESS, *in_headers])
    for _, body in bodies:
        expected.update(_BY_MARKER[marker] for marker in _MARKER.findall(body))
    left = any(b".slot.invalid" in part for part in message.parts)
    if Counter(message.slots) != expected or left:
        found = ", ".join(f"{slot.value} {number}" for slot, number in sorted(Counter(message.slots).items()))
        raise FormatError("the message", f"its slots do not add up ({found})", "Look for slots in subject and headers")


# --- per recipient ------------------------------------------------------------------------------------------------


def splice(message: Message, envelope: Envelope) -> bytes:
    """Fill the slots of a message for one recipient.

    Raises: ValueError when a value is missing or could break the message.
    """
    values = splice_values(message, envelope)
    pieces = [message.parts[0]]
    for slot, part in zip(message.slots, message.parts[1:], strict=True):
        pieces.append(values[slot])
        pieces.append(part)
    return b"".join(pieces)


def splice_values(message: Message, envelope: Envelope) -> dict[Slot, bytes]:
    """Give what goes into each slot of a message.

    Raises: ValueError when a value is missing or could break the message.
    """
    return {slot: _CHECKS[slot](_value(slot, envelope)) for slot in set(message.slots)}


def _value(slot: Slot, envelope: Envelope) -> str:
    """Find what goes into a slot."""
    if slot is Slot.ADDRESS:
        return envelope.address
    try:
        return envelope.values[slot]
    except KeyError:
        message = f"the envelope has no value for the slot {slot.value!r}"
        raise ValueError(message) from None


def _check_address(value: str) -> bytes:
    """Take an address, and write it as it goes over the wire."""
    return write_ascii(value).encode("ascii")


def _check_pattern(pattern: re.Pattern[str], longest: int) -> Callable[[str], bytes]:
    """Make the check of a slot that takes what a pattern allows, up to a length."""

    def check(value: str) -> bytes:
        if len(value) > longest or not pattern.fullmatch(value):
            message = f"{value!r} cannot be spliced in: at most {longest} characters like {pattern.pattern}"
            raise ValueError(message)
        return value.encode("ascii")

    return check


_CHECKS: Final[Mapping[Slot, Callable[[str], bytes]]] = {
    Slot.ADDRESS: _check_address,
    Slot.UNSUBSCRIBE: _check_pattern(_LINK, LONGEST_ONE_CLICK),
    Slot.UNSUBSCRIBE_MAIL: _check_pattern(_MAIL_LINK, LONGEST_VALUE),
    Slot.PREFERENCES: _check_pattern(_LINK, LONGEST_VALUE),
    Slot.LINK: _check_pattern(_LINK, LONGEST_VALUE),
    Slot.DELIVERY: _check_pattern(_IDENTIFIER, LONGEST_VALUE),
}


def fill(text: str, values: Mapping[Slot, str]) -> str:
    """Fill the slots of rendered HTML or text, for previews; slots without a value stay.

    Raises: ValueError when a value could break the page.
    """
    checked = {slot: _CHECKS[slot](value).decode("ascii") for slot, value in values.items()}
    return _MARKER.sub(lambda found: checked.get(_BY_MARKER[found.group()], found.group()), text)


def stamp(raw: bytes, *, moment: datetime, message_id: str) -> bytes:
    """Put Date and Message-ID before a message, for transports that do not write their own (RFC 5322, 3.6).

    `message_id` without its angle brackets.

    Raises: ValueError when it could break the header.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+", message_id):
        message = f"{message_id!r} is no message id"
        raise ValueError(message)
    return f"Date: {format_datetime(moment)}\r\nMessage-ID: <{message_id}>\r\n".encode("ascii") + raw
