"""Text records of the DNS (RFC 1035): one question to one server, by UDP, and by TCP where the answer is too long.

What comes back was written by anybody: it is read to its end, or not believed.
"""

from __future__ import annotations

import re
import secrets
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.errors import FetchError, FormatError

_TXT: Final = 16
_IN: Final = 1
_HEAD: Final = struct.Struct("!6H")
_RECORD: Final = struct.Struct("!HHIH")
_IS_ANSWER, _CUT, _ASKED, _CODE = 0x8000, 0x0200, 0x0100, 0x000F
_NO_SUCH_NAME: Final = 3
_LONGEST_LABEL: Final = 63
_MOST_RECORDS: Final = 100
_MOST_BYTES: Final = 65_535
_SECONDS: Final = 2.0
_TRIES: Final = 2
_PORT: Final = 53
_SERVER: Final = re.compile(r"^\s*nameserver\s+([0-9A-Fa-f.:]+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """A server that knows names."""

    host: str
    port: int = _PORT


def find_resolver(file: Path = Path("/etc/resolv.conf")) -> Resolver | None:
    """Give the first server that this machine asks; None where the system does not say it in a file."""
    try:
        found = _SERVER.search(file.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None
    return Resolver(host=found[1]) if found else None


def read_resolver(text: str) -> Resolver:
    """Read a server as the settings name it: an address, and a port after a colon where it is not 53."""
    host, _, port = text.rpartition(":") if text.count(":") == 1 or text.startswith("[") else (text, "", "")
    return Resolver(host=host.strip("[]"), port=int(port or _PORT))


def ask_texts(name: str, resolver: Resolver) -> tuple[str, ...]:
    """Give the text records of a name; () where it has none. Raises FetchError when nobody answers that can be read."""
    number = secrets.randbelow(0x1_0000)
    question = write_question(name, number)
    try:
        raw = _ask_by_udp(question, resolver)
        if _is_cut(raw):
            raw = _ask_by_tcp(question, resolver)
        return read_texts(raw, question)
    except (OSError, FormatError) as error:
        reason = error.reason if isinstance(error, FormatError) else str(error) or type(error).__name__
        raise FetchError(f"DNS server {resolver.host}", f"gives no answer about {name}: {reason}") from error


def _ask_by_udp(question: bytes, resolver: Resolver) -> bytes:
    """Ask once or twice; what another question was answered with is passed over."""
    kind = socket.AF_INET6 if ":" in resolver.host else socket.AF_INET
    with socket.socket(kind, socket.SOCK_DGRAM) as line:
        line.settimeout(_SECONDS)
        line.connect((resolver.host, resolver.port))
        for _ in range(_TRIES):
            line.send(question)
            with suppress(TimeoutError):
                while True:
                    raw = line.recv(_MOST_BYTES)
                    if raw[:2] == question[:2]:
                        return raw
    message = f"nothing within {_SECONDS * _TRIES:.0f} seconds"
    raise TimeoutError(message)


def _ask_by_tcp(question: bytes, resolver: Resolver) -> bytes:
    """Ask for the whole of a long answer."""
    with socket.create_connection((resolver.host, resolver.port), timeout=_SECONDS) as line:
        line.sendall(len(question).to_bytes(2) + question)
        with line.makefile("rb") as stream:
            return stream.read(int.from_bytes(stream.read(2)))


def write_question(name: str, number: int) -> bytes:
    """Ask for the text records of a name. Raises ValueError for what is no name."""
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    if not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        message = f"{name!r} is no name of the DNS"
        raise ValueError(message)
    written = b"".join(bytes([len(label)]) + label for label in labels)
    return _HEAD.pack(number, _ASKED, 1, 0, 0, 0) + written + b"\0" + struct.pack("!2H", _TXT, _IN)


def _is_cut(raw: bytes) -> bool:
    """Say whether there was more than fits into a datagram."""
    return len(raw) >= _HEAD.size and bool(_HEAD.unpack_from(raw)[1] & _CUT)


def read_texts(raw: bytes, question: bytes) -> tuple[str, ...]:
    """Read the text records out of the answer to a question. Raises FormatError."""
    try:
        number, flags, _, answers, _, _ = _HEAD.unpack_from(raw)
        if number != _HEAD.unpack_from(question)[0] or not flags & _IS_ANSWER:
            raise _wrong("it answers another question")
        if flags & _CODE not in {0, _NO_SUCH_NAME}:
            raise _wrong(f"the server failed with code {flags & _CODE}")
        if raw[_HEAD.size : len(question)].lower() != question[_HEAD.size :].lower():
            raise _wrong("it repeats another question")
        return tuple(_read_records(raw, len(question), min(answers, _MOST_RECORDS)))
    except (struct.error, IndexError) as error:
        raise _wrong("it ends too early") from error


def _read_records(raw: bytes, at: int, number: int) -> list[str]:
    """Read so many records from a place on; those of other types, such as aliases, are passed over."""
    texts = []
    for _ in range(number):
        at = _skip_name(raw, at)
        kind, group, _, length = _RECORD.unpack_from(raw, at)
        at += _RECORD.size
        if (kind, group) == (_TXT, _IN):
            texts.append(_read_strings(raw[at : at + length], length))
        at += length
    return texts


def _skip_name(raw: bytes, at: int) -> int:
    """Give the place behind a name; where it goes on elsewhere does not matter here."""
    while (length := raw[at]) > 0:
        if length > _LONGEST_LABEL:
            return at + 2
        at += 1 + length
    return at + 1


def _read_strings(data: bytes, length: int) -> str:
    """Join the strings of a record."""
    if len(data) < length:
        raise _wrong("it ends too early")
    pieces, at = [], 0
    while at < length:
        pieces.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(pieces).decode("utf-8", "replace")


def _wrong(reason: str) -> FormatError:
    """Say what is wrong with an answer."""
    return FormatError("an answer of the DNS", reason)
