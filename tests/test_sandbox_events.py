"""What the sandbox tells about messages, in SES's own JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from publisher.delivery.feedback import Kind, parse
from publisher.delivery.message import splice
from publisher.sandbox.account import Account, Rules, SentMessage
from publisher.sandbox.contract import RefusedError
from publisher.sandbox.events import Herald
from publisher.sandbox.faults import Dice, Faults
from tests.builders import make_envelope, make_message

KINDS = ["Send", "Delivery", "Bounce", "Complaint", "Reject", "DeliveryDelay", "Rendering Failure"]


class Listener:
    """Keeps what is told, and how late."""

    def __init__(self, rules: Rules | None = None, faults: Faults | None = None) -> None:
        self.told: list[dict[str, Any]] = []
        self.delays: list[float] = []
        self.account = Account(rules or Rules())
        self.herald = Herald(self.account, self.hear, Dice(faults or Faults()))

    def hear(self, text: str, delay: float) -> None:
        """Take one event."""
        self.told.append(json.loads(text))
        self.delays.append(delay)

    def kinds(self) -> list[str]:
        """Name the events that were told."""
        return [event["eventType"] for event in self.told]


def make_sent(recipient: str = "reader@example.net", raw: bytes | None = None) -> SentMessage:
    """Give an accepted message."""
    return SentMessage(
        number=1,
        id="0102-abc",
        at=datetime(2026, 11, 22, tzinfo=UTC),
        sender="news@example.org",
        recipients=(recipient,),
        raw=splice(make_message(), make_envelope(recipient)) if raw is None else raw,
        tags={"delivery": "01J0", "attempt": "1"},
        configuration_set="newsletters",
    )


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("reader@example.net", ["Send", "Delivery"]),
        ("success@simulator.amazonses.com", ["Send", "Delivery"]),
        ("bounce+label@simulator.amazonses.com", ["Send", "Bounce"]),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"]),
        ("ooto@simulator.amazonses.com", ["Send", "Delivery"]),
        ("suppressionlist@simulator.amazonses.com", ["Send", "Bounce"]),
        ("other@simulator.amazonses.com", ["Send", "Delivery"]),
    ],
)
def test_simulator_addresses(recipient: str, expected: list[str]) -> None:
    """Each address of the simulator does what AWS says it does, with any label."""
    listener = Listener()
    listener.herald.announce(make_sent(recipient))
    assert listener.kinds() == expected


def test_suppressed_address_bounces() -> None:
    """SES accepts a message to a suppressed address, and tells that it did not deliver it."""
    listener = Listener()
    listener.account.suppress("reader@example.net", "COMPLAINT")
    listener.herald.announce(make_sent())
    assert listener.kinds() == ["Send", "Bounce"]
    assert listener.told[1]["bounce"]["bounceSubType"] == "OnAccountSuppressionList"


def test_virus_is_rejected_after_it_was_accepted() -> None:
    """A 200 is not delivery."""
    listener = Listener()
    listener.herald.announce(make_sent(raw=b"Subject: x\r\n\r\nEICAR-STANDARD-ANTIVIRUS-TEST-FILE\r\n"))
    assert listener.kinds() == ["Send", "Reject"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_what_our_parser_reads(kind: str) -> None:
    """The sandbox writes and delivery reads the same shapes, with the tags and the account."""
    listener = Listener()
    listener.herald.publish(kind, make_sent(), {})
    (found,) = parse(json.dumps(listener.told[0]))
    assert found.kind is Kind(kind)
    assert (found.delivery, found.attempt, found.account) == ("01J0", 1, "123456789012")
    assert found.recipient == "reader@example.net"


def test_mail_is_described_as_ses_does() -> None:
    """Headers, destination and tags, each tag a list; nothing of the headers once the bytes are forgotten."""
    listener = Listener()
    listener.herald.publish("Send", make_sent(), {})
    listener.herald.publish("Send", make_sent(raw=b""), {})
    listener.herald.publish("Send", make_sent(raw=b"X-Long: " + b"x" * 11_000 + b"\r\n\r\n"), {})
    whole, forgotten, long = (event["mail"] for event in listener.told)
    assert whole["tags"]["delivery"] == ["01J0"]
    assert whole["tags"]["ses:configuration-set"] == ["newsletters"]
    assert {"name": "Precedence", "value": "bulk"} in whole["headers"]
    assert whole["headersTruncated"] is False
    for mail in (forgotten, long):
        assert (mail["headersTruncated"], mail["headers"]) == (True, [])


def test_details_may_be_laid_over() -> None:
    """A test may say what bounced and how."""
    listener = Listener()
    listener.herald.publish("Bounce", make_sent(), {"bounceType": "Transient", "bounceSubType": "MailboxFull"})
    assert listener.told[0]["bounce"]["bounceSubType"] == "MailboxFull"
    assert listener.told[0]["bounce"]["bouncedRecipients"]


def test_unknown_kind_is_refused() -> None:
    """A misspelled kind is told."""
    with pytest.raises(RefusedError, match="Bounced"):
        Listener().herald.publish("Bounced", make_sent(), {})


def test_events_may_be_lost_duplicated_and_late() -> None:
    """The faults hit events as they hit requests."""
    lost = Listener(faults=Faults(event_lost=1))
    lost.herald.announce(make_sent())
    assert lost.told == []
    twice = Listener(faults=Faults(event_duplicate=1, event_delay=2))
    twice.herald.announce(make_sent())
    assert twice.kinds() == ["Send", "Send", "Delivery", "Delivery"]
    assert twice.told[0] == twice.told[1]
    assert twice.delays == [2] * 4


def test_shares_bounce_and_complain() -> None:
    """A breaker can be tested with an audience that bounces or complains."""
    for faults, last in ((Faults(bounce=1), "Bounce"), (Faults(complaint=1), "Complaint")):
        listener = Listener(faults=faults)
        listener.herald.announce(make_sent())
        assert listener.kinds()[-1] == last


def test_events_may_be_off() -> None:
    """Without events nothing is told."""
    listener = Listener(Rules(events="none"))
    listener.herald.announce(make_sent())
    assert listener.told == []


def test_events_may_be_wrapped() -> None:
    """A topic without raw delivery puts each event into an envelope."""
    listener = Listener(Rules(events="sns"))
    listener.herald.announce(make_sent())
    assert {envelope["Type"] for envelope in listener.told} == {"Notification"}
    assert [parse(json.dumps(envelope))[0].kind for envelope in listener.told] == [Kind.SEND, Kind.DELIVERY]
