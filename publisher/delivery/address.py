"""Mail addresses as SES and every mail server take them: ASCII local part, domain in punycode (RFC 5321, RFC 5890)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Final

import idna

# RFC 5321, 4.5.3.1: 64 octets before the @ and 254 in all.
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254
# RFC 5322, 3.2.3: dot-atom. Quoted local parts are legal and refused: nobody has one, and parsers fight over them.
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def write_ascii(address: str) -> str:
    """Write an address as it goes over the wire: the domain in lower-case punycode, the local part as it is.

    Raises: ValueError with the reason, for what no mail server can take.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain:
        message = f"{address!r} is not an address: it needs one @ between a name and a domain"
        raise ValueError(message)
    if len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        message = (
            f"{address!r} cannot be mailed: before the @ stand up to 64 ASCII letters, digits and .+-_ and the like"
        )
        raise ValueError(message)
    try:
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        message = f"{address!r} cannot be mailed: {domain!r} is no domain name ({error})"
        raise ValueError(message) from error
    if not _DOMAIN.fullmatch(ascii_domain):
        message = f"{address!r} cannot be mailed: {domain!r} is no domain name"
        raise ValueError(message)
    written = f"{local}@{ascii_domain}"
    if len(written) > _LONGEST:
        message = f"{address!r} cannot be mailed: it is longer than {_LONGEST} characters"
        raise ValueError(message)
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A name for people and an address for servers; the address is kept as it goes over the wire."""

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", write_ascii(self.address))
        if any(unicodedata.category(mark) == "Cc" for mark in self.name):
            message = f"the name of a mailbox must not hold control characters: {self.name!r}"
            raise ValueError(message)

    @property
    def domain(self) -> str:
        """Give what stands behind the @."""
        return self.address.rpartition("@")[2]


def parse(text: str) -> Mailbox:
    """Read `Example News <news@example.org>` or a bare address.

    Raises: ValueError with the reason.
    """
    name, address = parseaddr(text)
    if not address:
        message = f'{text!r} is not a mailbox: write it like "Example News <news@example.org>"'
        raise ValueError(message)
    return Mailbox(name=name, address=address)
