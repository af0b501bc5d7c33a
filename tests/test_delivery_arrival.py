"""A newsletter as it arrived: who signed it, and whether its one-click headers are whole and signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery.arrival import check_arrival
from publisher.delivery.checkup import Check, Verdict
from publisher.errors import FormatError

WHOLE = "From:To:Subject:List-Unsubscribe:\r\n List-Unsubscribe-Post"
PLAIN = "From:To:Subject:List-Unsubscribe"
LINK = "<https://n.example.org/u/abc>"
POST = "List-Unsubscribe=One-Click"


def arrive(*signatures: tuple[str, str], link: str = LINK, post: str = POST, more: str = "") -> dict[str, Check]:
    """Let a newsletter arrive with some signatures; gives what is said of it by name."""
    signed = "".join(
        f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=x;\r\n h={headers};\r\n b=AbC=\r\n"
        for domain, headers in signatures
    )
    raw = (
        f"Received: from a by b\r\n{signed}{more}From: News <news@news.example.org>\r\nTo: r@example.net\r\n"
        f"List-Unsubscribe:\r\n {link}\r\nList-Unsubscribe-Post: {post}\r\nSubject: Hello\r\n\r\nHello\r\n"
    )
    return {one.name: one for one in check_arrival(raw.encode())}


def wrong(checks: dict[str, Check]) -> set[str]:
    """Name the checks that did not pass."""
    return {name for name, one in checks.items() if one.verdict is Verdict.MEND and one.fix}


@pytest.mark.parametrize("domain", ["news.example.org", "example.org", "mail.news.example.org"])
def test_a_mail_as_it_should_arrive(domain: str) -> None:
    """Signed by the sender's domain, one above or one below, over both headers."""
    assert wrong(arrive(("amazonses.com", WHOLE), (domain, WHOLE))) == set()


def test_headers_that_are_not_signed() -> None:
    """The signature must be the sender's own, and cover both."""
    checks = arrive(("news.example.org", PLAIN), ("amazonses.com", WHOLE))
    assert wrong(checks) == {"one-click signed"}
    assert checks["one-click signed"].found == "not signed: list-unsubscribe-post"
    halves = arrive(("example.org", PLAIN), ("news.example.org", "From:List-Unsubscribe-Post"))
    assert halves["one-click signed"].found == "not signed: both by one signature"


def test_nobody_signed() -> None:
    """A signature that says nothing is none."""
    checks = arrive(("", WHOLE), ("example.org", ""))
    assert checks["DKIM signature of news.example.org"].found == "signed by nobody"
    assert wrong(checks) == {"DKIM signature of news.example.org", "one-click signed"}


@pytest.mark.parametrize(
    "changes",
    [
        {"link": "<http://n.example.org/u/abc>"},
        {"link": "=?utf-8?q?=3Chttps=3A//n?="},
        {"link": "<https://n.example.org/u/=?abc>"},
        {"post": "One-Click"},
    ],
)
def test_headers_that_were_changed(changes: dict[str, str]) -> None:
    """What no mail program follows is told."""
    assert wrong(arrive(("example.org", WHOLE), **changes)) == {"one-click headers"}


def test_headers_that_were_repeated() -> None:
    """Servers refuse or misread what stands there twice."""
    checks = arrive(("example.org", WHOLE), more="Subject: Other\r\n")
    assert checks["headers once"].found == "repeated: Subject"


@pytest.mark.parametrize("raw", [b"", b"From: a@example.org\r\n\r\nhello", b"Received: x\r\n\r\nhello"])
def test_what_did_not_arrive(raw: bytes) -> None:
    """A draft says nothing about the way."""
    with pytest.raises(FormatError, match="none that arrived"):
        check_arrival(raw)


@given(st.binary(), st.binary(max_size=100))
def test_any_bytes_are_judged_or_our_error(raw: bytes, words: bytes) -> None:
    """Nothing in a mail is a crash."""
    for one in (raw, b"Received: x\r\nFrom: a@example.org\r\nDKIM-Signature: " + words + b"\r\n\r\n" + raw):
        try:
            assert len(check_arrival(one)) == 4
        except FormatError:
            continue
