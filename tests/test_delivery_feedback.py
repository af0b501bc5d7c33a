"""SES's events: every wrapping, every kind, and what each does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.feedback import FeedbackEvent, Kind, Meaning, judge, parse
from publisher.errors import FormatError
from publisher.model import Mark

MOMENT = "2026-11-22T07:30:00.123Z"
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."


def make_event(kind: str = "Delivery", detail: dict[str, Any] | None = None, **mail: Any) -> dict[str, Any]:  # noqa: ANN401
    """Write an event as SES does."""
    key = {"DeliveryDelay": "deliveryDelay", "Rendering Failure": "failure"}.get(kind, kind.lower())
    return {
        "eventType": kind,
        "mail": {
            "timestamp": "2026-11-22T07:29:59.000Z",
            "messageId": "0102-abc",
            "source": "news@example.org",
            "sendingAccountId": "123456789012",
            "destination": ["reader@example.net"],
            "tags": {"delivery": ["01J0"], "attempt": ["2"], "edition": ["01E0"], "ses:configuration-set": ["cs"]},
            **mail,
        },
        key: {"timestamp": MOMENT} if detail is None else detail,
    }


def read_one(event: dict[str, Any]) -> FeedbackEvent:
    """Read an event about one recipient."""
    (found,) = parse(json.dumps(event))
    return found


def test_event_is_found_by_its_tags() -> None:
    """Our own tags come back as lists, and say which attempt of which delivery it was."""
    found = read_one(
        make_event("Delivery", {"timestamp": MOMENT, "smtpResponse": "250  ok\n", "recipients": ["r@x.y"]})
    )
    assert found == FeedbackEvent(
        id=found.id,
        kind=Kind.DELIVERY,
        at=datetime(2026, 11, 22, 7, 30, 0, 123000, tzinfo=UTC),
        message_id="0102-abc",
        recipient="r@x.y",
        delivery="01J0",
        attempt=2,
        edition="01E0",
        reason="250 ok",
        account="123456789012",
    )


def test_every_wrapping_gives_the_same_event() -> None:
    """Raw from SQS, in an SNS notification, and from EventBridge."""
    event = make_event()
    notification = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(event)}
    bridge = {"source": "aws.ses", "detail-type": "Email Delivered", "detail": event}
    assert parse(json.dumps(event)) == parse(json.dumps(notification)) == parse(json.dumps(bridge))


@pytest.mark.parametrize("body", [GREETING, json.dumps({"Type": "Notification", "Message": GREETING})])
def test_first_message_of_a_new_destination_is_ignored(body: str) -> None:
    """SES greets a new destination with plain text; that is no failure."""
    assert parse(body) == ()


def test_identity_feedback_has_no_tags() -> None:
    """Notifications of an identity name their kind differently and carry no tags: the message id finds the row."""
    event = make_event("Bounce", {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": MOMENT})
    event["notificationType"] = event.pop("eventType")
    del event["mail"]["tags"]
    found = read_one(event)
    assert (found.kind, found.delivery, found.attempt, found.message_id) == (Kind.BOUNCE, None, None, "0102-abc")


def test_one_event_for_each_recipient_that_is_named() -> None:
    """A complaint may name everybody at a domain; each is a value of its own with an id of its own."""
    detail = {"complainedRecipients": [{"emailAddress": "a@x.y"}, {"emailAddress": "b@x.y"}], "timestamp": MOMENT}
    found = parse(json.dumps(make_event("Complaint", detail)))
    assert [event.recipient for event in found] == ["a@x.y", "b@x.y"]
    assert len({event.id for event in found}) == 2


def test_copies_have_the_same_id_and_other_events_another() -> None:
    """The id hashes kind, message, recipient and time, so that a duplicate changes nothing."""
    base = read_one(make_event())
    assert read_one(make_event()).id == base.id
    others = [
        make_event("Send"),
        make_event(messageId="0102-other"),
        make_event(destination=["other@example.net"]),
        make_event(detail={"timestamp": "2026-11-22T07:30:01.000Z"}),
    ]
    assert len({base.id, *(read_one(other).id for other in others)}) == 5


def test_send_takes_the_time_of_the_mail() -> None:
    """A Send says nothing of its own, not even when."""
    found = read_one(make_event("Send", {}))
    assert found.at == datetime(2026, 11, 22, 7, 29, 59, tzinfo=UTC)
    assert found.recipient == "reader@example.net"


@pytest.mark.parametrize("number", ["", "two", "²", "-1"])
def test_attempt_that_is_no_number_is_unknown(number: str) -> None:
    """Whoever may write tags cannot make us count wrongly."""
    assert read_one(make_event(tags={"attempt": [number], "delivery": []})).attempt is None


HARD = Meaning(mark=Mark.BOUNCED, blame="hard")
SOFT = Meaning(mark=Mark.BOUNCED, blame="soft")
EDITION = Meaning(mark=Mark.BOUNCED, alarm=True)
THROWN_AWAY = Meaning(taken=False, alarm=True, halt=True)
COMPLAINED = Meaning(mark=Mark.COMPLAINED, blame="complaint")


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("Send", {}, Meaning()),
        ("Delivery", {}, Meaning(mark=Mark.DELIVERED)),
        ("Bounce", {"bounceType": "Permanent", "bounceSubType": "General"}, HARD),
        ("Bounce", {"bounceType": "Permanent", "bounceSubType": "NoEmail"}, HARD),
        ("Bounce", {"bounceType": "Permanent", "bounceSubType": "Suppressed"}, HARD),
        ("Bounce", {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList"}, HARD),
        ("Bounce", {"bounceType": "Transient", "bounceSubType": "General"}, SOFT),
        ("Bounce", {"bounceType": "Transient", "bounceSubType": "MailboxFull"}, SOFT),
        ("Bounce", {"bounceType": "Undetermined", "bounceSubType": "Undetermined"}, SOFT),
        ("Bounce", {"bounceType": "Transient", "bounceSubType": "MessageTooLarge"}, EDITION),
        ("Bounce", {"bounceType": "Transient", "bounceSubType": "ContentRejected"}, EDITION),
        ("Bounce", {"bounceType": "Transient", "bounceSubType": "AttachmentRejected"}, EDITION),
        ("Complaint", {"complaintFeedbackType": "abuse"}, COMPLAINED),
        ("Complaint", {}, COMPLAINED),
        ("Complaint", {"complaintSubType": "OnAccountSuppressionList"}, COMPLAINED),
        ("Complaint", {"complaintFeedbackType": "not-spam"}, Meaning()),
        ("Reject", {"reason": "Bad content"}, THROWN_AWAY),
        ("Rendering Failure", {"errorMessage": "x"}, THROWN_AWAY),
        ("DeliveryDelay", {"delayType": "MailboxFull"}, Meaning()),
        ("Open", {}, Meaning()),
        ("Click", {}, Meaning()),
        ("Subscription", {}, Meaning()),
    ],
)
def test_reactions(kind: str, detail: dict[str, Any], expected: Meaning) -> None:
    """Each event does what the table says: who is blamed, who is told, what stops."""
    assert judge(read_one(make_event(kind, detail))) == expected


def test_reason_is_what_the_other_side_said() -> None:
    """The ledger shows the diagnostic code of a bounce, or the reason of a rejection."""
    bounced = [{"emailAddress": "a@x.y", "diagnosticCode": "smtp; 550\n 5.1.1 unknown"}]
    detail = {"bounceType": "Permanent", "bouncedRecipients": bounced}
    assert read_one(make_event("Bounce", detail)).reason == "smtp; 550 5.1.1 unknown"
    assert read_one(make_event("Reject", {"reason": "Bad content"})).reason == "Bad content"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[]",
        "null",
        '{"eventType": "Delivery"}',
        '{"eventType": "Nothing", "mail": {}}',
        json.dumps(make_event(timestamp="yesterday") | {"delivery": {}}),
        json.dumps({**make_event(), "mail": "x"}),
        json.dumps({"Type": "Notification", "Message": "no JSON"}),
        "[" * 100_000,
        "{" + " " * 300_000 + "}",
    ],
    ids=range(11),
)
def test_what_is_no_event_is_a_format_error(body: str) -> None:
    """Anybody may write to a queue that is set up badly; nothing of it makes a crash."""
    with pytest.raises(FormatError):
        parse(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(Kind), st.sampled_from(["mail", "detail", "tags", "destination", "timestamp"]), JSON)
def test_any_value_anywhere_is_an_event_or_a_format_error(kind: Kind, place: str, value: object) -> None:
    """Whatever stands where something else should, the answer is a value or our error."""
    event = make_event(kind.value)
    if place == "mail":
        event["mail"] = value
    elif place == "detail":
        event[next(reversed(event))] = value
    else:
        event["mail"][place] = value
    try:
        found = parse(json.dumps(event))
    except FormatError:
        return
    for one in found:
        assert isinstance(judge(one), Meaning)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_an_event_or_a_format_error(text: str) -> None:
    """Any body of a queue message gives values or our error."""
    try:
        found = parse(text)
    except FormatError:
        return
    assert found == ()
