"""Mail addresses as they go over the wire."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.address import Mailbox, parse, write_ascii


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        ("reader@example.net", "reader@example.net"),
        (" Reader@Example.NET ", "Reader@example.net"),
        ("o'brien+news@example.co.uk", "o'brien+news@example.co.uk"),
        ("leser@bücher.example", "leser@xn--bcher-kva.example"),
        ("reader@مثال.example", "reader@xn--mgbh0fb.example"),
    ],
)
def test_address_is_written_for_the_wire(given_: str, written: str) -> None:
    """The domain becomes lower-case punycode, the local part stays as it is."""
    assert write_ascii(given_) == written


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.org",
        "a@",
        "a@b",
        "a b@example.org",
        "a@exa mple.org",
        "a@example.org\r\nBcc: x@example.org",
        "josé@example.org",
        "a..b@example.org",
        ".a@example.org",
        "a@-example.org",
        "a@xn--.example",
        "a@\u0000.example",
        "a@\u2603\ufe0f\u200d.\u0378",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 63}.{'f' * 20}",
        f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.org.example",
        '"quoted"@example.org',
        "a<b>@example.org",
    ],
)
def test_what_no_server_takes_is_refused(address: str) -> None:
    """What could break a header, or what SES cannot mail, is refused with the address in the message."""
    with pytest.raises(ValueError, match=r"cannot be mailed|is not an address"):
        write_ascii(address)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """Any text gives an ASCII address that is its own written form, or ValueError."""
    try:
        written = write_ascii(text)
    except ValueError:
        return
    assert written.isascii()
    assert written.isprintable()
    assert write_ascii(written) == written


def test_mailbox_is_read_from_settings_text() -> None:
    """A name and an address in angle brackets are parted."""
    assert parse("Example News <news@Example.org>") == Mailbox(name="Example News", address="news@example.org")
    assert parse("news@example.org").name == ""
    assert parse("news@example.org").domain == "example.org"


@pytest.mark.parametrize("text", ["", "Example News", "<>", "Example <news>"])
def test_what_is_no_mailbox_is_refused(text: str) -> None:
    """A text without an address is refused with the way to write it."""
    with pytest.raises(ValueError, match="is not a"):
        parse(text)


def test_name_of_a_mailbox_holds_no_line_break() -> None:
    """A display name cannot end a header early."""
    with pytest.raises(ValueError, match="control"):
        Mailbox(name="News\r\nBcc: x@example.org", address="news@example.org")
