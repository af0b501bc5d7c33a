"""Mail that SES receives: the bucket and the queue, as others wrote them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from publisher.delivery.incoming import LONGEST, Mail
from publisher.delivery.queue import QueueOptions
from publisher.delivery.received import Lying, ReceivedMailbox, read_notification
from publisher.errors import FormatError, StoreError, TransportError

if TYPE_CHECKING:  # the stubs come with the lint extra
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

BUCKET = "harbour-mail"
KEY, SECRET = "AKIDEXAMPLE", "secret"
NEVER = threading.Event()
NAMES = ("Records", "receipt", "action", "s3", "Type", "Message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """A bucket and a queue."""

    s3: S3Client
    sqs: SQSClient
    queue_url: str

    def receive(self, key: str, raw: bytes) -> None:
        """Do what SES and S3 do when a mail comes."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=raw)
        self.tell(make_event(key))

    def tell(self, body: str) -> None:
        """Put a message into the queue."""
        self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)

    def keys(self) -> list[str]:
        """Say what lies in the bucket."""
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def waiting(self) -> int:
        """Say how many messages are in the queue, also those that were taken and not deleted."""
        told = self.sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["All"])["Attributes"]
        return int(told["ApproximateNumberOfMessages"]) + int(told["ApproximateNumberOfMessagesNotVisible"])

    def open(self, bucket: str = BUCKET, end: str = "") -> ReceivedMailbox:
        """Open the mailbox; `end` makes the address of the queue a wrong one."""
        url = f"{self.queue_url}{end}"
        options = QueueOptions(queue_url=url, region="eu-west-1", access_key=KEY, secret_key=SECRET)
        return ReceivedMailbox(options, bucket)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run moto; gives its address."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def aws(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Make an empty bucket and an empty queue."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server)
    common: dict[str, Any] = {
        "region_name": "eu-west-1",
        "endpoint_url": server,
        "aws_access_key_id": KEY,
        "aws_secret_access_key": SECRET,
    }
    s3, sqs = boto3.client("s3", **common), boto3.client("sqs", **common)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    url = sqs.create_queue(QueueName="mail")["QueueUrl"]
    with closing(s3), closing(sqs):
        made = Aws(s3=s3, sqs=sqs, queue_url=url)
        yield made
        for key in made.keys():  # noqa: SIM118 - no dict
            s3.delete_object(Bucket=BUCKET, Key=key)
        s3.delete_bucket(Bucket=BUCKET)
        sqs.delete_queue(QueueUrl=url)


def make_event(key: str, bucket: str = BUCKET, name: str = "ObjectCreated:Put") -> str:
    """Write S3's notification."""
    return json.dumps({"Records": [{"eventName": name, "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]})


def make_receipt(key: str, *recipients: str) -> dict[str, Any]:
    """Write SES's notification of a receipt rule."""
    action = {"type": "S3", "bucketName": BUCKET, "objectKey": key}
    return {"notificationType": "Received", "receipt": {"recipients": list(recipients), "action": action}, "mail": {}}


def take(seen: list[Mail], wanted: bytes) -> Callable[[Sequence[Mail]], list[bool]]:
    """Make a handler that keeps what it saw, and acts on mails that hold some words."""

    def handle(mails: Sequence[Mail]) -> list[bool]:
        seen.extend(mails)
        return [wanted in mail.raw for mail in mails]

    return handle


def test_mails_acted_on_are_deleted_and_others_stay(aws: Aws) -> None:
    """What was acted on leaves bucket and queue; a letter stays in the bucket and is told of no more."""
    aws.receive("mail/1", b"Subject: unsubscribe\r\n\r\n")
    aws.receive("mail/2", b"Subject: letter\r\n\r\n")
    aws.receive("mail/3", b"x" * (LONGEST + 10))
    seen: list[Mail] = []
    with closing(aws.open()) as mailbox:
        assert mailbox.count() == 3
        assert mailbox.look(take(seen, b"unsubscribe"), NEVER) == 3
        assert mailbox.look(take(seen, b""), NEVER) == 0
        assert mailbox.name == "bucket harbour-mail"
    assert aws.keys() == ["mail/2", "mail/3"]
    assert aws.waiting() == 0
    assert sorted(len(mail.raw) for mail in seen) == [19, 24, LONGEST]


def test_what_was_not_committed_comes_again(aws: Aws) -> None:
    """A handler that fails keeps mail and message."""
    aws.receive("1", b"Subject: unsubscribe\r\n\r\n")

    def fail(_mails: Sequence[Mail]) -> list[bool]:
        raise StoreError("the database", "is away")

    with closing(aws.open()) as mailbox, pytest.raises(StoreError):
        mailbox.look(fail, NEVER)
    assert aws.keys() == ["1"]
    assert aws.waiting() == 1


def test_a_mail_that_is_gone_is_done(aws: Aws) -> None:
    """A message that comes again after its mail was deleted is deleted too."""
    aws.tell(make_event("never-there"))
    seen: list[Mail] = []
    with closing(aws.open()) as mailbox:
        assert mailbox.look(take(seen, b""), NEVER) == 0
    assert (seen, aws.waiting()) == ([], 0)


def test_what_cannot_be_read_stays_in_the_queue(aws: Aws) -> None:
    """Nonsense, and a message about somebody else's bucket, wait for the dead-letter queue; the rest goes on."""
    aws.tell("no JSON")
    aws.tell(make_event("1", bucket="elsewhere"))
    aws.receive("good", b"Subject: unsubscribe\r\n\r\n")
    with closing(aws.open()) as mailbox:
        assert mailbox.look(take([], b""), NEVER) == 1
    assert aws.waiting() == 2


def test_nothing_is_asked_of_a_worker_that_stops(aws: Aws) -> None:
    """A stop leaves everything where it is."""
    aws.receive("1", b"x")
    stop = threading.Event()
    stop.set()
    with closing(aws.open()) as mailbox:
        assert mailbox.look(take([], b""), stop) == 0
    assert aws.waiting() == 1


def test_a_bucket_that_is_not_there_is_told(aws: Aws) -> None:
    """A wrong name is an error of ours that names the setting, before anything is done."""
    aws.tell(make_event("1", bucket="nowhere-at-all"))
    with closing(aws.open("nowhere-at-all")) as mailbox:
        with pytest.raises(TransportError, match=r"\[mailbox\] bucket"):
            mailbox.count()
        with pytest.raises(TransportError, match=r"\[mailbox\] bucket"):
            mailbox.look(take([], b""), NEVER)
    with closing(aws.open(end="-no")) as lost, pytest.raises(TransportError, match=r"\[mailbox\] queue_url"):
        lost.look(take([], b""), NEVER)


@pytest.mark.parametrize(
    ("body", "lying"),
    [
        (make_event("mail/a+b%3D"), [Lying(key="mail/a b=")]),
        (json.dumps(make_receipt("k", "leave+x@example.org")), [Lying(key="k", recipients=("leave+x@example.org",))]),
        (json.dumps({"Type": "Notification", "Message": json.dumps(make_receipt("k"))}), [Lying(key="k")]),
        (json.dumps({"Type": "Notification", "Message": make_event("k")}), [Lying(key="k")]),
        (json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}), []),
        (make_event("k", name="ObjectRemoved:Delete"), []),
    ],
    ids=["S3", "SES", "SES through a topic", "S3 through a topic", "S3's test", "a deletion"],
)
def test_shapes_of_notifications(body: str, lying: list[Lying]) -> None:
    """S3 and SES tell of a mail in their own ways, through a topic or not."""
    assert list(read_notification(body, BUCKET)) == lying


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_message_is_read_or_a_format_error(value: object) -> None:
    """Whoever may write to the queue, what they write is a value or our error."""
    for body in (json.dumps(value), str(value)):
        try:
            assert read_notification(body, BUCKET) == ()
        except FormatError:
            continue
