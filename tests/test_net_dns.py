"""Text records of the DNS: read whole or not at all, whatever a server answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FetchError, FormatError
from publisher.net.dns import Resolver, ask_texts, find_resolver, read_resolver, read_texts, write_question
from tests.dns_server import answer, serve_dns

NAME = "_dmarc.example.org"
POLICY = "v=DMARC1; p=none; rua=mailto:dmarc@example.org"
QUESTION = write_question(NAME, 7)


def test_records_of_a_name() -> None:
    """Every record comes whole, aliases on the way are passed over; a name without any has none."""
    with serve_dns({NAME: [POLICY, "x" * 300]}) as port:
        resolver = Resolver(host="127.0.0.1", port=port)
        assert ask_texts(NAME, resolver) == (POLICY, "x" * 300)
        assert ask_texts("other.example.org", resolver) == ()


def test_a_long_answer_comes_by_tcp() -> None:
    """What does not fit into a datagram is asked for again."""
    with serve_dns({NAME: ["y" * 250] * 20}) as port:
        assert ask_texts(NAME, Resolver(host="127.0.0.1", port=port)) == ("y" * 250,) * 20


def test_the_answer_to_another_question_is_passed_over() -> None:
    """Whoever guesses at answers must guess the number of the question."""
    with serve_dns({NAME: [POLICY]}, mute=1) as port:
        assert ask_texts(NAME, Resolver(host="127.0.0.1", port=port)) == (POLICY,)


def test_a_name_that_does_not_exist_has_no_records() -> None:
    """Code 3 is an answer; code 2 is a server that failed."""
    with serve_dns({}, code=3) as port:
        assert ask_texts(NAME, Resolver(host="127.0.0.1", port=port)) == ()
    with serve_dns({}, code=2) as port, pytest.raises(FetchError, match="failed with code 2"):
        ask_texts(NAME, Resolver(host="127.0.0.1", port=port))


def test_nobody_there() -> None:
    """A server that is not there is one failure of ours."""
    with pytest.raises(FetchError, match=r"DNS server 127\.0\.0\.1"):
        ask_texts(NAME, Resolver(host="127.0.0.1", port=9))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "too early"),
        (answer(QUESTION, {NAME: [POLICY]})[:-1], "too early"),
        (answer(write_question(NAME, 8), {}), "another question"),
        (QUESTION, "another question"),
        (answer(write_question("_dmarc.example.net", 7), {}), "repeats another"),
    ],
)
def test_answers_that_are_not_believed(raw: bytes, reason: str) -> None:
    """What is cut short or belongs to something else says nothing."""
    with pytest.raises(FormatError, match=reason):
        read_texts(raw, QUESTION)


@given(st.binary(), st.binary(max_size=80))
def test_any_bytes_are_texts_or_our_error(head: bytes, tail: bytes) -> None:
    """Nothing that a server says is a crash."""
    for raw in (head, answer(QUESTION, {NAME: [POLICY]})[: len(QUESTION) + 14] + tail):
        try:
            found = read_texts(raw, QUESTION)
        except FormatError:
            continue
        assert all(isinstance(text, str) for text in found)


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".org"])
def test_what_is_no_name(name: str) -> None:
    """A name has labels of 1 to 63 letters."""
    with pytest.raises(ValueError, match="no name of the DNS"):
        write_question(name, 1)


def test_the_server_of_this_machine(tmp_path: Path) -> None:
    """The first one that the system names; none where it names none."""
    file = tmp_path / "resolv.conf"
    file.write_text("# nameserver 192.0.2.1\nsearch x\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n", encoding="ascii")
    assert find_resolver(file) == Resolver(host="192.0.2.2")
    file.write_text("search x\n", encoding="ascii")
    assert find_resolver(file) is None
    assert find_resolver(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.0.2.53", "192.0.2.53", 53),
        ("127.0.0.1:5353", "127.0.0.1", 5353),
        ("2001:db8::53", "2001:db8::53", 53),
        ("[2001:db8::53]:5353", "2001:db8::53", 5353),
    ],
)
def test_servers_in_the_settings(text: str, host: str, port: int) -> None:
    """With a port or without, in both versions of the protocol."""
    assert read_resolver(text) == Resolver(host=host, port=port)
