"""The queue of events: the sandbox's, and one written by others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import boto3
import pytest
from moto.server import ThreadedMotoServer

from publisher.delivery.feedback import FeedbackEvent, Kind
from publisher.delivery.queue import EventQueue, QueueOptions
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.errors import StoreError, TransportError
from publisher.sandbox import Rules, Sandbox
from tests.builders import make_envelope, make_message

KEY, SECRET = "AKIDEXAMPLE", "secret"
ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:sandbox"


def open_queue(url: str, topics: tuple[str, ...] = (TOPIC,)) -> EventQueue:
    """Open a queue on this machine."""
    return EventQueue(
        QueueOptions(queue_url=url, region="eu-west-1", topics=topics, access_key=KEY, secret_key=SECRET),
    )


@pytest.fixture
def ses() -> Iterator[Sandbox]:
    """Run a local SES that has sent one message."""
    with Sandbox() as sandbox:
        transport = SesTransport(
            SesOptions(region="eu-west-1", endpoint_url=sandbox.url, access_key=KEY, secret_key=SECRET),
        )
        transport.send(make_message(), make_envelope(delivery="01J0", attempt="1"))
        transport.close()
        yield sandbox


@pytest.fixture
def queue(ses: Sandbox) -> Iterator[EventQueue]:
    """Ask that SES's queue."""
    made = open_queue(ses.queue_url)
    yield made
    made.close()


def test_events_are_handed_over_and_deleted(ses: Sandbox, queue: EventQueue) -> None:
    """What becomes of a message comes through the queue once, with the tags that we put on."""
    heard: list[FeedbackEvent] = []
    polled = queue.poll(heard.extend, wait_seconds=0)
    assert [(event.kind, event.delivery, event.attempt) for event in heard] == [
        (Kind.SEND, "01J0", 1),
        (Kind.DELIVERY, "01J0", 1),
    ]
    assert (polled.events, polled.skipped) == (2, ())
    assert ses.queue.count() == 0
    assert queue.poll(heard.extend, wait_seconds=0).events == 0
    assert len(heard) == 2


def test_what_the_handler_could_not_commit_stays(ses: Sandbox, queue: EventQueue) -> None:
    """A handler that fails keeps the messages in the queue, and its failure comes through."""

    def fail(_events: Sequence[FeedbackEvent]) -> None:
        raise StoreError("the database", "is away")

    with pytest.raises(StoreError):
        queue.poll(fail, wait_seconds=0)
    assert ses.queue.count() == 2


def test_what_cannot_be_read_stays_and_the_rest_goes_on(ses: Sandbox, queue: EventQueue) -> None:
    """A message that is no event is reported and left for a person; its neighbours are handled."""
    ses.queue.put("no JSON")
    heard: list[FeedbackEvent] = []
    polled = queue.poll(heard.extend, wait_seconds=0)
    assert len(heard) == 2
    assert len(polled.skipped) == 1
    assert "not JSON" in polled.skipped[0].reason
    assert ses.queue.count() == 1


def test_greeting_of_a_new_destination_is_deleted(ses: Sandbox, queue: EventQueue) -> None:
    """SES's first message is no JSON, and no failure."""
    ses.queue.clear()
    ses.queue.put("Successfully validated SNS topic for Amazon SES event publishing.")
    assert queue.poll(lambda _: None, wait_seconds=0).skipped == ()
    assert ses.queue.count() == 0


def test_events_of_another_account_are_refused(ses: Sandbox) -> None:
    """Whoever else may write to the queue cannot suppress our readers."""
    strange = open_queue(ses.queue_url, (TOPIC.replace(ACCOUNT, "999999999999"),))
    heard: list[FeedbackEvent] = []
    polled = strange.poll(heard.extend, wait_seconds=0)
    strange.close()
    assert heard == []
    assert all(f"the AWS account {ACCOUNT}" in skipped.reason for skipped in polled.skipped)
    assert ses.queue.count() == 2


def test_topics_need_not_be_named(ses: Sandbox) -> None:
    """Where none is named every event counts."""
    anyone = open_queue(ses.queue_url, ())
    assert anyone.poll(lambda _: None, wait_seconds=0).events == 2
    anyone.close()


def test_events_in_sns_envelopes() -> None:
    """A topic without raw delivery wraps each event."""
    with Sandbox(rules=Rules(events="sns")) as ses:
        transport = SesTransport(
            SesOptions(region="eu-west-1", endpoint_url=ses.url, access_key=KEY, secret_key=SECRET),
        )
        transport.send(make_message(), make_envelope())
        transport.close()
        other = open_queue(ses.queue_url, (TOPIC.replace("sandbox", "other"),))
        polled = other.poll(lambda _: None, wait_seconds=0)
        other.close()
        assert polled.events == 0
        assert all(f"the topic {TOPIC}" in skipped.reason for skipped in polled.skipped)
        ses.queue.clear()
        ses.publish("Delivery", ses.messages[0].id)
        queue = open_queue(ses.queue_url)
        assert queue.poll(lambda _: None, wait_seconds=0).events == 1
        queue.close()


def test_queue_that_went_away_after_the_commit_is_told(ses: Sandbox, queue: EventQueue) -> None:
    """What is committed stays committed; the messages come again and change nothing."""
    with pytest.raises(TransportError, match="tidied"):
        queue.poll(lambda _: ses.close(), wait_seconds=0)


def test_queue_that_is_not_there_is_a_transport_error(ses: Sandbox) -> None:
    """A wrong address is told with the setting to look at."""
    wrong = open_queue(f"{ses.url}/{ACCOUNT}/other")
    with pytest.raises(TransportError, match="queue_url"):
        wrong.poll(lambda _: None, wait_seconds=0)
    wrong.close()


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sqs.eu-central-1.amazonaws.com/123456789012/events", "eu-central-1"),
        ("https://sqs.us-gov-west-1.amazonaws.com/123456789012/events", "us-gov-west-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/events", "cn-north-1"),
        ("https://eu-west-3.queue.amazonaws.com/123456789012/events", "eu-west-3"),
    ],
)
def test_region_is_read_out_of_the_address(url: str, region: str) -> None:
    """The address of a queue names its region: it need not be set twice."""
    queue = EventQueue(QueueOptions(queue_url=url, access_key=KEY, secret_key=SECRET))
    assert queue.region == region
    queue.close()


def test_address_that_is_none_is_a_transport_error() -> None:
    """A queue_url that is no address is told when the queue is opened."""
    with pytest.raises(TransportError, match="queue_url"):
        EventQueue(QueueOptions(queue_url="events", region="eu-west-1"))


def test_queue_written_by_others() -> None:
    """The same poller works against moto's SQS, whose authors read the same documents."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "sqs",
        region_name="eu-west-1",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )
    url = client.create_queue(QueueName="events")["QueueUrl"]
    mail = {"timestamp": "2026-11-22T07:30:00.000Z", "messageId": "1", "sendingAccountId": ACCOUNT, "tags": {}}
    body = json.dumps({"eventType": "Send", "mail": mail, "send": {}})
    for _ in range(12):
        client.send_message(QueueUrl=url, MessageBody=body)
    heard: list[FeedbackEvent] = []
    queue = open_queue(url)
    while queue.poll(heard.extend, wait_seconds=0).events:
        pass
    queue.close()
    client.close()
    server.stop()
    assert len(heard) == 12
    assert len({event.id for event in heard}) == 1
