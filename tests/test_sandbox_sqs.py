"""The sandbox's queue: at least once, and never lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from publisher.sandbox import Sandbox
from publisher.sandbox.contract import RefusedError
from publisher.sandbox.sqs import Queue, answer

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

URL = "http://127.0.0.1/123456789012/events"


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    """Give what was received."""
    return [message["Body"] for message in messages]


def test_received_message_comes_back_unless_it_is_deleted() -> None:
    """What a consumer that died had received is received again, under another receipt."""
    queue = Queue()
    queue.put("a")
    (first,) = queue.receive(visibility=0)
    (second,) = queue.receive(visibility=0)
    assert first["MessageId"] == second["MessageId"]
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    assert not queue.delete(first["ReceiptHandle"])
    assert queue.delete(second["ReceiptHandle"])
    assert not queue.delete(second["ReceiptHandle"])
    assert queue.receive() == []
    assert queue.count() == 0


def test_received_message_is_hidden_for_a_while() -> None:
    """Two consumers do not get the same message at the same time."""
    queue = Queue()
    for body in "abc":
        queue.put(body)
    assert bodies(queue.receive(most=2)) == ["a", "b"]
    assert bodies(queue.receive(most=2)) == ["c"]
    assert queue.count() == 3


def test_late_message_is_waited_for() -> None:
    """A long poll ends when the first message becomes visible, not before and not much later."""
    queue = Queue()
    queue.put("late", delay=0.05)
    assert queue.receive() == []
    assert bodies(queue.receive(wait=5)) == ["late"]


def test_waiting_consumer_is_woken() -> None:
    """A message that comes while somebody waits is given at once; closing ends the waiting."""
    queue = Queue()
    found: list[list[dict[str, Any]]] = []
    thread = threading.Thread(target=lambda: found.append(queue.receive(wait=20)))
    thread.start()
    queue.put("now")
    thread.join(5)
    assert bodies(found[0]) == ["now"]
    thread = threading.Thread(target=lambda: found.append(queue.receive(wait=20)))
    thread.start()
    queue.close()
    thread.join(5)
    assert found[1] == []


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("AmazonSQS.AddPermission", b"{}", "UnknownOperationException"),
        ("AmazonSQS.ReceiveMessage", b"no JSON", "SerializationException"),
        ("AmazonSQS.ReceiveMessage", b"[]", "SerializationException"),
        ("AmazonSQS.ReceiveMessage", b'{"QueueUrl": "http://127.0.0.1/123456789012/other"}', "QueueDoesNotExist"),
        ("AmazonSQS.GetQueueUrl", b'{"QueueName": "other"}', "QueueDoesNotExist"),
        ("AmazonSQS.ReceiveMessage", b'{"MaxNumberOfMessages": 11}', "InvalidParameterValue"),
        ("AmazonSQS.ReceiveMessage", b'{"WaitTimeSeconds": "x"}', "InvalidParameterValue"),
    ],
)
def test_wrong_requests_are_refused(target: str, body: bytes, code: str) -> None:
    """As SQS refuses them."""
    with pytest.raises(RefusedError) as caught:
        answer(Queue(), URL, target, body)
    assert caught.value.code == code


@pytest.fixture
def client() -> Iterator[tuple[Sandbox, SQSClient]]:
    """Run a sandbox and boto3's own SQS client for it."""
    with Sandbox() as sandbox:
        made = boto3.client(
            "sqs",
            region_name="eu-west-1",
            endpoint_url=sandbox.url,
            aws_access_key_id="AKID",
            aws_secret_access_key="x",
        )
        yield sandbox, made
        made.close()


def test_boto_speaks_to_it(client: tuple[Sandbox, SQSClient]) -> None:
    """Send, receive, delete one, delete several, ask, purge, with the real client."""
    sandbox, sqs = client
    url = sqs.get_queue_url(QueueName="events")["QueueUrl"]
    assert url == sandbox.queue_url
    for number in range(4):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(number))
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert sorted(message["Body"] for message in received) == ["0", "1", "2", "3"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"])
    done = sqs.delete_message_batch(
        QueueUrl=url,
        Entries=[{"Id": str(number), "ReceiptHandle": received[number]["ReceiptHandle"]} for number in (1, 2)],
    )
    assert len(done["Successful"]) == 2
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == "1"
    sqs.purge_queue(QueueUrl=url)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    with pytest.raises(ClientError) as caught:
        sqs.receive_message(QueueUrl=f"{sandbox.url}/123456789012/other")
    assert "QueueDoesNotExist" in str(caught.value) or "NonExistentQueue" in str(caught.value)
