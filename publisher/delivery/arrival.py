"""What became of a message of ours on its way: read out of one that arrived, as its reader's mailbox shows it. Pure.

Large providers offer their own button to unsubscribe only where a signature of the sender's domain covers both headers
(RFC 8058, 4). Whether SES and all that lies behind it do that is not written anywhere: it shows in a mail that arrived.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr
from typing import Final

from publisher.delivery.checkup import Check, judge
from publisher.errors import FormatError

_LINK: Final = re.compile(r"<(https://[^<>\s]+)>")
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"  # RFC 8058, 3.1
_WHOLE: Final = ("list-unsubscribe", "list-unsubscribe-post")
_ONCE: Final = ("From", "To", "Subject", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-ID", "Date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A DKIM signature (RFC 6376, 3.5): whose, and over which headers, in lower case."""

    domain: str
    headers: frozenset[str]


def check_arrival(raw: bytes) -> tuple[Check, ...]:
    """Judge a newsletter as it arrived. Raises FormatError for what is no mail of anybody."""
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        sender = parseaddr(str(mail["From"] or ""))[1].rpartition("@")[2].lower()
        signatures = tuple(filter(None, map(_read_signature, map(str, mail.get_all("DKIM-Signature", [])))))
        repeated = [name for name in _ONCE if len(mail.get_all(name, [])) > 1]
        links = [" ".join(str(mail[name] or "").split()) for name in _WHOLE]
    except Exception as error:  # the parser of mail raises anything on hostile bytes
        raise FormatError("the mail", "it cannot be read") from error
    if not sender or not _has_received(mail):
        reason = "it is none that arrived: it names no sender, or no server that received it"
        raise FormatError(
            "the mail", reason, "save it with all its headers, as the mailbox shows them under «original»"
        )
    aligned = [one for one in signatures if _is_aligned(one.domain, sender)]
    return (
        _check_alignment(sender, signatures, aligned),
        _check_one_click(*links),
        _check_cover(aligned),
        judge(
            "headers once",
            f"repeated: {', '.join(repeated)}" if repeated else "none is repeated",
            "look which server on the way adds them",
            well=not repeated,
        ),
    )


def _has_received(mail: Message) -> bool:
    """Say whether a server took the mail."""
    return bool(mail.get_all("Received") or mail.get_all("DKIM-Signature"))


def _read_signature(text: str) -> Signature | None:
    """Read whose a signature is and what it covers; None where it does not say."""
    tags = dict(part.partition("=")[::2] for part in re.sub(r"\s+", "", text).split(";") if part)
    domain, headers = tags.get("d", "").lower(), tags.get("h", "").lower()
    return Signature(domain=domain, headers=frozenset(headers.split(":"))) if domain and headers else None


def _is_aligned(domain: str, sender: str) -> bool:
    """Say whether a signature counts for the sender's domain (RFC 7489, 3.1.1): its own, or one above or below it."""
    return domain == sender or sender.endswith(f".{domain}") or domain.endswith(f".{sender}")


def _check_alignment(sender: str, signatures: Sequence[Signature], aligned: Sequence[Signature]) -> Check:
    """Judge who signed."""
    signed = ", ".join(sorted({one.domain for one in signatures})) or "nobody"
    fix = "set the DKIM records: publisher setup ses"
    return judge(f"DKIM signature of {sender}", f"signed by {signed}", fix, well=bool(aligned))


def _check_one_click(link: str, post: str) -> Check:
    """Judge the headers for unsubscribing with one click, as they arrived."""
    well = post == _ONE_CLICK and bool(_LINK.search(link)) and "=?" not in link
    found = (
        "List-Unsubscribe and List-Unsubscribe-Post arrived whole" if well else f"{link or 'none'}; {post or 'none'}"
    )
    return judge("one-click headers", found, "look which server on the way changes them", well=well)


def _check_cover(aligned: Sequence[Signature]) -> Check:
    """Judge whether a signature of the sender covers both headers."""
    well = any(one.headers.issuperset(_WHOLE) for one in aligned)
    missing = sorted(set(_WHOLE) - set[str]().union(*(one.headers for one in aligned)))
    found = "both are signed" if well else f"not signed: {', '.join(missing) or 'both by one signature'}"
    return judge("one-click signed", found, "ask whoever signs your mail to sign these headers too", well=well)
