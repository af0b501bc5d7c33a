"""Base64 written in pieces is base64 of the whole."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery import armour
from publisher.delivery.message import splice
from publisher.model import Envelope, Message, Slot

_parts = st.lists(st.binary(max_size=7) | st.binary(min_size=50, max_size=200), min_size=1, max_size=7)
_words = st.text("abcXYZ019-", min_size=1, max_size=9)
_filled = [slot for slot in Slot if slot is not Slot.ADDRESS]


def make_message(parts: list[bytes], slots: list[Slot]) -> Message:
    """Make a message of these parts."""
    return Message(parts=tuple(parts), slots=tuple(slots), sender="news@example.org")


def make_envelope(name: str, words: str) -> Envelope:
    """Address somebody, with the same end of every link."""
    links: dict[Slot, str] = {
        slot: f"mailto:{words}@example.org" if slot is Slot.UNSUBSCRIBE_MAIL else f"https://example.org/{words}"
        for slot in _filled
    }
    return Envelope(address=f"{name}@example.org", values={**links, Slot.DELIVERY: words})


@given(parts=_parts, data=st.data(), people=st.lists(st.tuples(_words, _words), min_size=1, max_size=4))
def test_pieces_are_the_whole(parts: list[bytes], data: st.DataObject, people: list[tuple[str, str]]) -> None:
    """Whatever the lengths of parts and values, each recipient's letters are those of the spliced bytes."""
    slots = data.draw(st.lists(st.sampled_from(list(Slot)), min_size=len(parts) - 1, max_size=len(parts) - 1))
    message = make_message(parts, slots)
    for name, words in people:
        envelope = make_envelope(name.strip("-") or "a", words)
        assert armour.write(message, envelope) == b64encode(splice(message, envelope))


def test_what_breaks_a_message_is_refused() -> None:
    """A value that could break the message is refused as `splice` refuses it, and so is one that is missing."""
    message = make_message([b"To: ", b"\r\n"], [Slot.ADDRESS])
    with pytest.raises(ValueError, match="address"):
        armour.write(message, Envelope(address="nobody", values={}))
    lacking = make_message([b"<", b">"], [Slot.UNSUBSCRIBE])
    with pytest.raises(ValueError, match="no value for the slot 'unsubscribe'"):
        armour.write(lacking, Envelope(address="reader@example.org", values={}))
