"""Signed links: what they say, and that nobody else can write one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.unsubscribe import (
    LENGTH,
    Grant,
    Keys,
    Purpose,
    issue,
    mail_link,
    preferences_url,
    read,
    read_keys,
    rotate,
    unsubscribe_url,
    write_keys,
)
from publisher.errors import IntegrityError

KEYS = Keys(current=0, secrets={0: b"s" * 32})
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.sampled_from(Purpose))
def test_token_comes_back_as_it_went_in(subscriber: int, newsletter: int, purpose: Purpose) -> None:
    """Any subscriber and newsletter fit into 39 characters that stand in any URL and local part."""
    token = issue(KEYS, purpose, subscriber, newsletter)
    assert re.fullmatch(rf"[A-Za-z0-9_-]{{{LENGTH}}}", token)
    assert read(KEYS, purpose, token) == Grant(purpose=purpose, subscriber=subscriber, newsletter=newsletter)


@settings(deadline=None)
@given(st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_any_changed_character_makes_it_worthless(place: int, letter: str) -> None:
    """There is one spelling of a token: every other is refused."""
    token = issue(KEYS, Purpose.UNSUBSCRIBE, 42, 7)
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or read(KEYS, Purpose.UNSUBSCRIBE, changed) is None


@settings(deadline=None)
@given(st.text() | st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_any_text_is_refused(text: str) -> None:
    """What nobody signed says nothing, and is no failure either."""
    assert read(KEYS, Purpose.UNSUBSCRIBE, text) is None


def test_purpose_stands_in_the_signature() -> None:
    """A link to the choices cannot be posted as an unsubscription."""
    assert read(KEYS, Purpose.UNSUBSCRIBE, issue(KEYS, Purpose.PREFERENCES, 42, 7)) is None


def test_old_keys_go_on_reading() -> None:
    """After a rotation new tokens are signed with the new key, and mail already sent still works."""
    old = issue(KEYS, Purpose.UNSUBSCRIBE, 42, 7)
    rotated = rotate(KEYS, b"t" * 32)
    new = issue(rotated, Purpose.UNSUBSCRIBE, 42, 7)
    assert new != old
    assert read(rotated, Purpose.UNSUBSCRIBE, old)
    assert read(rotated, Purpose.UNSUBSCRIBE, new)
    assert read(KEYS, Purpose.UNSUBSCRIBE, new) is None


def test_key_ring_goes_round() -> None:
    """Sixteen keys are kept; the seventeenth pushes out the first."""
    keys = rotate(None, b"0" * 32)
    first = issue(keys, Purpose.UNSUBSCRIBE, 1, 1)
    for number in range(1, 17):
        assert read(keys, Purpose.UNSUBSCRIBE, first)
        keys = rotate(keys, bytes([number]) * 32)
    assert len(keys.secrets) == 16
    assert read(keys, Purpose.UNSUBSCRIBE, first) is None


def test_keys_are_written_and_read() -> None:
    """The file of keys gives the same ring back, and the ring shows no secret."""
    keys = rotate(KEYS, b"t" * 32)
    assert read_keys(write_keys(keys)) == keys
    assert "74747474" not in repr(keys)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"current": 0, "keys": {"0": "zz"}}', '{"current": 1, "keys": {}}'])
def test_damaged_file_of_keys_is_an_integrity_error(text: str) -> None:
    """A damaged ring is never replaced silently: the links in old mail depend on it."""
    with pytest.raises(IntegrityError):
        read_keys(text)


@pytest.mark.parametrize("secrets", [{0: b"short"}, {16: b"s" * 32}, {}])
def test_weak_or_impossible_rings_are_refused(secrets: dict[int, bytes]) -> None:
    """A short secret, an id that does not fit, and a ring that cannot sign are refused."""
    with pytest.raises(ValueError, match="key"):
        Keys(current=min(secrets, default=0), secrets=secrets)


@pytest.mark.parametrize(("subscriber", "newsletter"), [(-1, 1), (2**64, 1), (1, 2**32)])
def test_ids_that_do_not_fit_are_refused(subscriber: int, newsletter: int) -> None:
    """A token never says another id than it was given."""
    with pytest.raises(ValueError, match="do not fit"):
        issue(KEYS, Purpose.UNSUBSCRIBE, subscriber, newsletter)


def test_links_are_short_enough_for_a_header() -> None:
    """With a usual host name the link stays below 76 characters, where no library folds or encodes it."""
    token = issue(KEYS, Purpose.UNSUBSCRIBE, 2**40, 7)
    assert unsubscribe_url("https://n.example.org", token) == f"https://n.example.org/u/{token}"
    assert len(preferences_url("https://newsletters.example.org", token)) < 76
    assert mail_link("unsub@Example.org", token) == f"mailto:unsub+{token}@example.org"
    with pytest.raises(ValueError, match="is not an address"):
        mail_link("nobody", token)
