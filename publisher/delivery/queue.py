"""Where SES's events come from: an SQS queue, asked with long polls. No public address, no signature to check.

At least once and in any order, which is why an event has an id. A message is deleted only after the handler has come
back, that is after its commit; what cannot be read stays, for the queue's dead-letter queue and for a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from publisher.delivery.feedback import FeedbackEvent, parse
from publisher.errors import FormatError, TransportError
from publisher.model import Skipped

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_MOST: Final = 10  # SQS gives no more at a time
_LONGEST_WAIT: Final = 20
_REGION: Final = re.compile(r"sqs[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.|^(?P<old>[a-z]{2}(?:-[a-z]+)+-\d)\.queue\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOptions:
    """Which queue; `topics` are the ARNs of topics whose events are believed, (): whoever may write to the queue is.

    Region and endpoint are read out of the address of the queue. Credentials come from boto3's chain; the two
    `access...` fields are for a local SES alone.
    """

    queue_url: str
    region: str | None = None
    topics: tuple[str, ...] = ()
    access_key: str | None = None
    secret_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one poll brought: events handled, and messages left in the queue with the reason."""

    events: int = 0
    skipped: tuple[Skipped, ...] = ()


class Messages:
    """The messages of a queue, whatever they say; `setting` is where the operator named it.

    Raises: TransportError when boto3 cannot be set up.
    """

    def __init__(self, options: QueueOptions, setting: str = "[events] queue_url") -> None:
        self.options = options
        self._setting = setting
        parts = urlsplit(options.queue_url)
        found = _REGION.search(parts.hostname or "")
        region = options.region or ((found["region"] or found["old"]) if found else None)
        config = Config(
            connect_timeout=5,
            read_timeout=_LONGEST_WAIT + 10,
            retries={"total_max_attempts": 3, "mode": "standard"},
            ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # the stubs do not know it yet
        )
        try:
            self._client: SQSClient = boto3.session.Session().client(
                "sqs",
                region_name=region,
                endpoint_url=f"{parts.scheme}://{parts.netloc}",
                aws_access_key_id=options.access_key,
                aws_secret_access_key=options.secret_key,
                config=config,
            )
        except (BotoCoreError, ValueError) as error:
            fix = f"Look at {setting} and [ses] region in settings.toml"
            raise TransportError(options.queue_url, f"boto3 cannot be set up ({error})", fix) from error

    @property
    def region(self) -> str:
        """Give the region that requests are signed for."""
        return self._client.meta.region_name

    def receive(self, wait_seconds: int) -> Sequence[MessageTypeDef]:
        """Take up to ten messages; those that are not deleted come again. Raises TransportError."""
        try:
            answer = self._client.receive_message(
                QueueUrl=self.options.queue_url,
                MaxNumberOfMessages=_MOST,
                WaitTimeSeconds=min(wait_seconds, _LONGEST_WAIT),
            )
        except (BotoCoreError, ClientError) as error:
            raise self._fail("asked", "sqs:ReceiveMessage", error) from error
        return answer.get("Messages", [])

    def delete(self, messages: Sequence[MessageTypeDef]) -> None:
        """Delete what is done; what cannot be deleted comes again and changes nothing. Raises TransportError."""
        if not messages:
            return
        entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(messages)]
        try:
            self._client.delete_message_batch(QueueUrl=self.options.queue_url, Entries=entries)  # type: ignore[arg-type]
        except (BotoCoreError, ClientError) as error:
            raise self._fail("tidied", "sqs:DeleteMessage", error) from error

    def count(self) -> int:
        """Say about how many messages wait, without taking one. Raises TransportError when it cannot be asked."""
        try:
            answer = self._client.get_queue_attributes(
                QueueUrl=self.options.queue_url,
                AttributeNames=["ApproximateNumberOfMessages"],
            )
        except (BotoCoreError, ClientError) as error:
            raise self._fail("asked", "sqs:GetQueueAttributes", error) from error
        return int(answer.get("Attributes", {}).get("ApproximateNumberOfMessages", 0))

    def _fail(self, what: str, action: str, error: Exception) -> TransportError:
        """Say what is wrong with the queue."""
        fix = f"Look at {self._setting}, and allow {action} in the IAM policy"
        return TransportError(self.options.queue_url, f"cannot be {what} ({error})", fix)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class EventQueue:
    """Takes events from an SQS queue.

    Raises: TransportError when boto3 cannot be set up.
    """

    def __init__(self, options: QueueOptions) -> None:
        self._messages = Messages(options)

    @property
    def region(self) -> str:
        """Give the region that requests are signed for."""
        return self._messages.region

    def poll(self, handle: Callable[[Sequence[FeedbackEvent]], None], *, wait_seconds: int = _LONGEST_WAIT) -> Polled:
        """Take up to ten messages, hand their events over, and delete them once `handle` has come back.

        What `handle` raises comes through, and the messages come again later. Raises TransportError when the queue
        cannot be asked.
        """
        events: list[FeedbackEvent] = []
        done: list[MessageTypeDef] = []
        skipped: list[Skipped] = []
        for message in self._messages.receive(wait_seconds):
            try:
                events += self._read(message)
            except FormatError as error:
                skipped.append(Skipped(source=f"message {message.get('MessageId', '?')}", reason=error.reason))
            else:
                done.append(message)
        if events:
            handle(events)
        self._messages.delete(done)
        return Polled(events=len(events), skipped=tuple(skipped))

    def count(self) -> int:
        """Say about how many messages wait, without taking one. Raises TransportError when it cannot be asked."""
        return self._messages.count()

    def _read(self, message: MessageTypeDef) -> tuple[FeedbackEvent, ...]:
        """Read a message, and refuse one that came by another topic, or that another account's SES wrote.

        A topic that hands on events as they are does not name itself; the account always does.
        """
        events = parse(message.get("Body", ""))
        topics = self._messages.options.topics
        accounts = {topic.split(":")[4] for topic in topics}
        for event in events if topics else ():
            if event.topic and event.topic not in topics:
                raise _refuse(f"the topic {event.topic}")
            if event.account not in accounts:
                raise _refuse(f"the AWS account {event.account or '(none)'}")
        return events

    def close(self) -> None:
        """Close the connections."""
        self._messages.close()


def _refuse(origin: str) -> FormatError:
    """Say from where an event comes that is not believed."""
    reason = f"comes from {origin}, which [events] topic_arns does not name"
    return FormatError("an event", reason, "Look at who may write to the queue")
