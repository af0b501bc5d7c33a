"""Links of a mail that lead over our own address, so that it can be counted how often each is followed.

    https://news.example.org/l/EDITION/WORD      one word per edition and link, the same in everybody's mail

The word says nothing about where the link leads or who follows it: the target stands in our table, never in the
address, so that nobody can make us lead anywhere else. Left as they are: whatever is not https, leads to our own pages,
belongs to one reader, or shows its address as its text, which mail programs would call a fraud. The plain text keeps
its links as they are: there the address is what people read.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from typing import Final
from urllib.parse import urlsplit

from publisher.delivery.unsubscribe import Keys
from publisher.model import Link

LENGTH: Final = 16

_BYTES: Final = 12
_PURPOSE: Final = b"click-v1\0"
_ANCHOR: Final = re.compile(r"""(<a\b(?:[^>"']|"[^"]*"|'[^']*')*>)(.*?)(?=</a>)""", re.DOTALL | re.IGNORECASE)
_HREF: Final = re.compile(r"""(\shref=)("[^"]*"|'[^']*')""", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>")
_LIKE_AN_ADDRESS: Final = re.compile(r"https?:|\bwww\.|^[^\s/]+\.[a-z]{2,}(?:/\S*)?$", re.IGNORECASE)
_OF_ONE_READER: Final = ".slot.invalid"
_LONGEST: Final = 2000  # characters of an address that browsers take


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A mail whose links are counted, and what each word stands for, in the order of the mail."""

    html: str
    links: tuple[Link, ...]


def sign(keys: Keys, edition: str, url: str) -> str:
    """Give the word of a link of an edition: nobody can guess it, or tell the address by it."""
    secret = keys.secrets[keys.current]
    mac = hmac.digest(secret, _PURPOSE + edition.encode() + b"\0" + url.encode("utf-8", "replace"), "sha256")
    return urlsafe_b64encode(mac[:_BYTES]).decode("ascii")


def write_url(site: str, edition: str, token: str) -> str:
    """Write the address that a mail carries."""
    return f"{site}/l/{edition}/{token}"


def wrap(html: str, site: str, edition: str, give: Callable[[str], str]) -> Wrapped:
    """Let the links of a mail lead over our address; `give` gives the word of a link. Their texts stay as they are."""
    known: dict[str, str] = {}

    def change(found: re.Match[str]) -> str:
        tag, inner = found[1], found[2]
        href = _HREF.search(tag)
        url = unescape(href[2][1:-1]).strip() if href else ""
        if href is None or not _is_counted(url, inner, site):
            return found[0]
        token = known.setdefault(url, give(url))
        return f'{tag[: href.start()]}{href[1]}"{escape(write_url(site, edition, token))}"{tag[href.end() :]}{inner}'

    wrapped = _ANCHOR.sub(change, html)
    return Wrapped(html=wrapped, links=tuple(Link(token=token, url=url) for url, token in known.items()))


def _is_counted(url: str, inner: str, site: str) -> bool:
    """Say whether a link may lead over our address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme != "https" or not host or _OF_ONE_READER in host or len(url) > _LONGEST:
        return False
    if host == urlsplit(site).hostname or not url.isprintable() or " " in url:
        return False
    return not _LIKE_AN_ADDRESS.search(unescape(_TAG.sub("", inner)).strip())
