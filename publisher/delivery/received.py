"""Mail that Amazon SES receives for us: it puts each into a bucket of S3, and a queue tells that it lies there.

The queue may carry S3's own notifications, or SES's about a receipt rule, as they are or out of a topic. A mail that
was acted on is deleted from the bucket after the commit; what was not stays there. Notifications about another bucket
and what cannot be read stay in the queue, for its dead-letter queue and for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from publisher.delivery.incoming import LONGEST, Mail
from publisher.delivery.jsonobject import read_object
from publisher.delivery.queue import Messages, QueueOptions
from publisher.errors import FormatError, TransportError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_GONE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_CONFIG: Final = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3, "mode": "standard"})
_DENIED: Final = "allow s3:GetObject, s3:DeleteObject and s3:ListBucket on it in the IAM policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A mail that lies in a bucket, and for whom SES took it, where that is told."""

    key: str
    recipients: tuple[str, ...] = ()


class ReceivedMailbox:
    """Reads the mail that SES put into a bucket.

    Every call raises TransportError, with the way out, when queue or bucket cannot be used.
    """

    def __init__(self, options: QueueOptions, bucket: str) -> None:
        self._messages = Messages(options, "[mailbox] queue_url")
        self._bucket = bucket
        try:
            self._s3: S3Client = boto3.session.Session().client(
                "s3",
                region_name=self._messages.region,
                aws_access_key_id=options.access_key,
                aws_secret_access_key=options.secret_key,
                config=_CONFIG,
            )
        except (BotoCoreError, ValueError) as error:
            raise self._fail("cannot be used", error) from error

    @property
    def name(self) -> str:
        """Name the mailbox for people."""
        return f"bucket {self._bucket}"

    def look(self, handle: Callable[[Sequence[Mail]], Sequence[bool]], stop: Event) -> int:
        """Hand over what was received, some mails at a time; gives how many there were.

        `handle` says of each mail whether it acted on it, once that is committed; what it raises comes through, and
        the mails come again.
        """
        total = 0
        while not stop.is_set() and (messages := self._messages.receive(1)):
            total += self._take(messages, handle)
        return total

    def _take(self, messages: Sequence[MessageTypeDef], handle: Callable[[Sequence[Mail]], Sequence[bool]]) -> int:
        """Hand over the mails that some messages tell of."""
        lying: list[Lying] = []
        done: list[MessageTypeDef] = []
        for message in messages:
            try:
                lying += read_notification(message.get("Body", ""), self._bucket)
            except FormatError:
                continue  # it comes again, until the queue gives it up to its dead letters
            done.append(message)
        mails: list[tuple[str, Mail]] = []
        for one in lying:
            raw = self._get(one.key)
            if raw is not None:
                mails.append((one.key, Mail(raw=raw, recipients=one.recipients)))
        acted = handle([mail for _, mail in mails])
        for (key, _), is_done in zip(mails, acted, strict=True):
            if is_done:
                self._remove(key)
        self._messages.delete(done)
        return len(mails)

    def count(self) -> int:
        """Say about how many mails wait, and make sure that the bucket can be read."""
        try:
            self._s3.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError) as error:
            raise self._fail("cannot be read", error) from error
        return self._messages.count()

    def _get(self, key: str) -> bytes | None:
        """Fetch the beginning of a mail; None: it is gone."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"]
            try:
                return body.read(LONGEST)
            finally:
                body.close()
        except ClientError as error:
            if str(error.response.get("Error", {}).get("Code")) in _GONE:
                return None
            raise self._fail("cannot be read", error) from error
        except (BotoCoreError, OSError) as error:
            raise self._fail("cannot be read", error) from error

    def _remove(self, key: str) -> None:
        """Delete a mail that was acted on."""
        try:
            self._s3.delete_object(Bucket=self._bucket, Key=key)
        except (BotoCoreError, ClientError) as error:
            raise self._fail("cannot be tidied", error) from error

    def _fail(self, what: str, error: Exception) -> TransportError:
        """Say what is wrong with the bucket."""
        return TransportError(f"s3://{self._bucket}", f"{what} ({error})", f"look at [mailbox] bucket, and {_DENIED}")

    def close(self) -> None:
        """Close the connections."""
        self._messages.close()
        self._s3.close()


def read_notification(body: str, bucket: str) -> tuple[Lying, ...]:
    """Read which mails a message tells of; none for S3's own test.

    Raises: FormatError for what is no such message, and for one about another bucket.
    """
    found = read_object(body, _wrong)
    if found.get("Type") == "Notification":
        found = read_object(str(found.get("Message")), _wrong)
    if found.get("Event") == "s3:TestEvent":
        return ()
    try:
        lying = _read_s3(found) if "Records" in found else _read_ses(found)
    except (KeyError, TypeError, AttributeError) as error:
        raise _wrong(f"{type(error).__name__}: {error}") from error
    strange = next((name for name, _ in lying if name != bucket), None)
    if strange is not None:
        raise _wrong(f"it is about the bucket {strange}, not {bucket}")
    return tuple(one for _, one in lying)


def _read_s3(found: Mapping[str, Any]) -> list[tuple[str, Lying]]:
    """Read S3's notification: bucket and key of each object that was made."""
    made = (one["s3"] for one in found["Records"] if str(one["eventName"]).startswith("ObjectCreated"))
    return [(str(one["bucket"]["name"]), Lying(key=unquote_plus(str(one["object"]["key"])))) for one in made]


def _read_ses(found: Mapping[str, Any]) -> list[tuple[str, Lying]]:
    """Read SES's notification of a receipt rule."""
    receipt = found["receipt"]
    action = receipt["action"]
    recipients = tuple(map(str, receipt.get("recipients") or ()))
    return [(str(action["bucketName"]), Lying(key=str(action["objectKey"]), recipients=recipients))]


def _wrong(reason: str) -> FormatError:
    """Say what is wrong with a notification."""
    return FormatError("a notification", f"tells of no mail ({reason})", "Look at who may write to the queue")
