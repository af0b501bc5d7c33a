"""Raw bytes as SES reads them, and as people do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.message import splice
from publisher.sandbox.contract import RefusedError
from publisher.sandbox.mail import find_header, make_readable, read_headers, split_headers
from tests.builders import UNSUBSCRIBE, make_envelope, make_message


def test_headers_are_unfolded_in_order() -> None:
    """Names keep their case, values lose their folds."""
    raw = b"From: a@example.org\r\nSubject: one\r\n two\r\n\tthree\r\n\r\nBody: no header\r\n"
    assert read_headers(raw) == (("From", "a@example.org"), ("Subject", "one two three"))
    assert find_header(read_headers(raw), "SUBJECT") == "one two three"
    assert find_header(read_headers(raw), "To") is None


def test_our_messages_are_taken() -> None:
    """What delivery builds passes SES's own checks."""
    headers = read_headers(splice(make_message(), make_envelope()))
    assert find_header(headers, "List-Unsubscribe") == f"<{UNSUBSCRIBE}>"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no colon\r\n\r\n",
        b"Bad Name: x\r\n\r\n",
        b"To: a@b.c\r\nto: d@e.f\r\n\r\n",
        b"X: y\r\n\r\n" + b"a" * 999,
        b"X: " + b"y" * (40 * 1024 * 1024),
    ],
    ids=["empty", "no colon", "name with a space", "two To", "long line", "too large"],
)
def test_what_ses_does_not_take_is_refused(raw: bytes) -> None:
    """Each is a BadRequestException with the reason."""
    with pytest.raises(RefusedError) as caught:
        read_headers(raw)
    assert caught.value.code == "BadRequestException"


def test_message_becomes_readable() -> None:
    """Subject, sender and both parts are decoded for people."""
    message = make_message(subject="Žluté lodě", text=f"Ζωή {UNSUBSCRIBE} https://unsubscribe.slot.invalid/\n")
    mail = make_readable(splice(message, make_envelope()))
    assert mail.subject == "Žluté lodě"
    assert mail.sender == '"Harbour Post" <news@example.org>'
    assert mail.recipient == "reader@example.net"
    assert mail.text is not None
    assert mail.text.startswith("Ζωή")
    assert mail.html is not None
    assert UNSUBSCRIBE in mail.html


def test_strange_charsets_do_not_stop_anybody() -> None:
    """A charset that does not exist is read as UTF-8, with marks for what cannot be."""
    raw = b"Subject: =?nonsense?q?x?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nZlut\xc3\xa9 \xff\r\n"
    mail = make_readable(raw)
    assert mail.text is not None
    assert mail.text.startswith("Zluté")
    assert mail.html is None
    assert mail.subject


def test_mail_that_breaks_the_parser_is_shown_as_it_came() -> None:
    """A charset that Python's parser stumbles over does not hide the message."""
    mail = make_readable(b"Subject: Boats\r\nContent-Type: multipart/mixed; boundary*=u\0t'x'b\r\n\r\n--b\r\n")
    assert mail.text is not None
    assert "Subject: Boats" in mail.text
    assert mail.headers[0] == ("Subject", "Boats")


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_readable(raw: bytes) -> None:
    """Whatever was accepted can be looked at."""
    mail = make_readable(raw)
    assert isinstance(mail.subject, str)
    assert all(isinstance(value, str) for _, value in mail.headers)
    assert isinstance(split_headers(raw), tuple)


@settings(deadline=None)
@given(st.lists(st.sampled_from([0, 1, 76, 900, 996, 997, 998, 999, 1000, 2500]), max_size=6))
def test_line_is_too_long_from_the_999th_character(lengths: list[int]) -> None:
    """998 characters pass and 999 do not, wherever the line stands."""
    raw = b"X-First: y\r\n\r\n" + b"\r\n".join(b"x" * length for length in lengths)
    try:
        read_headers(raw)
    except RefusedError:
        assert max(lengths) > 998
    else:
        assert max(lengths, default=0) <= 998
