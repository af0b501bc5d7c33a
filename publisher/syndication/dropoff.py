"""Bundles into a partner's bucket (S3): every file with its checksum, what points to the others last.

A partner never sees half a bundle: media go first, then posts, then the files around them, the manifest at the end, and
after it `latest.json`, which names the folder. The folder is named after the content: what is there already is right,
and a drop that broke off goes on where it was.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from publisher.errors import FetchError, UsageError
from publisher.net import Guard
from publisher.syndication import bag
from publisher.syndication.archive import Part

LATEST: Final = "latest.json"
_SEEN: Final = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_FOR_GOOD: Final = {"AccessDenied", "NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidBucketName"}
_CHUNK: Final = 1 << 20
_RANKS: Final = {"media": 0, "captions": 0, "transcripts": 0, "items": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where to put bundles. `endpoint` None: Amazon; keys None: boto3's own chain knows them."""

    name: str
    prefix: str = ""
    region: str | None = None
    endpoint: str | None = None
    access_key: str | None = None
    secret_key: str | None = None


def drop(bucket: Bucket, parts: Sequence[Part], guard: Guard) -> int:
    """Put a bundle into a bucket; gives how many files had to be sent.

    Raises: FetchError; UsageError for an address that we may not connect to.
    """
    if bucket.endpoint:
        _check(bucket.endpoint, guard)
    client = _connect(bucket)
    try:
        sent = sum(_put(client, bucket, part) for rank in in_order(parts) for part in rank)
        body = latest(bucket.prefix, parts[0].entry.name.partition("/")[0])
        client.put_object(
            Bucket=bucket.name,
            Key=bucket.prefix + LATEST,
            Body=body,
            ContentType="application/json",
            ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
        )
    except ClientError as failure:
        code = str(failure.response.get("Error", {}).get("Code", ""))
        reason = f"the bucket does not take it: {code or failure}"
        raise FetchError(f"s3://{bucket.name}", reason, retry=code not in _FOR_GOOD) from failure
    except BotoCoreError as failure:
        raise FetchError(f"s3://{bucket.name}", f"it cannot be reached: {failure}") from failure
    finally:
        client.close()
    return sent


def _check(endpoint: str, guard: Guard) -> None:
    """Refuse an endpoint on a network that is none of the partner's. Raises: UsageError, FetchError."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise UsageError(endpoint, "is no address of a bucket's server")
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)}
    except OSError as failure:
        raise FetchError(endpoint, "its name cannot be resolved") from failure
    if not all(guard.permits(host, address) for address in found):
        raise UsageError(endpoint, "leads into a private network", "allow it under [network] allow_private")


def _connect(bucket: Bucket) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Open a client."""
    return boto3.client(
        "s3",
        region_name=bucket.region or "us-east-1",
        endpoint_url=bucket.endpoint,
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
        config=Config(retries={"total_max_attempts": 2}, connect_timeout=10, read_timeout=60),
    )


def latest(prefix: str, folder: str) -> bytes:
    """Write the document that names the newest bundle and its manifest, below a prefix that ends in "/"."""
    place = f"{prefix}{folder}/"
    return json.dumps({"bundle": place, "manifest": f"{place}{bag.MANIFEST}"}).encode()


def in_order(parts: Sequence[Part]) -> tuple[tuple[Part, ...], ...]:
    """Sort the files of a bundle: media, posts, the rest of the payload, the files around it, the manifest."""

    def rank(part: Part) -> int:
        name = part.entry.name.partition("/")[2]
        if name == bag.MANIFEST:
            return 4
        if not name.startswith(bag.PAYLOAD):
            return 3
        return _RANKS.get(name.split("/")[1], 2)

    ordered = sorted(parts, key=lambda part: (rank(part), part.entry.name))
    return tuple(tuple(many) for _, many in groupby(ordered, key=rank))


def _put(client: Any, bucket: Bucket, part: Part) -> int:  # noqa: ANN401 - as `_connect`
    """Send one file unless it is there; gives 1 where it was sent."""
    with ExitStack() as stack:
        body: bytes | IO[bytes]
        if not isinstance(part.content, Path):
            body = part.content if isinstance(part.content, bytes) else part.content.read()
            digest = hashlib.sha256(body).digest()
        else:
            body = stack.enter_context(part.content.open("rb"))
            digest = hashlib.file_digest(body, "sha256").digest()
            body.seek(0)
        try:
            client.put_object(
                Bucket=bucket.name,
                Key=bucket.prefix + part.entry.name,
                Body=body,
                IfNoneMatch="*",
                ChecksumSHA256=base64.b64encode(digest).decode(),
            )
        except ClientError as failure:
            if str(failure.response.get("Error", {}).get("Code")) in _SEEN:
                return 0
            raise
    return 1
