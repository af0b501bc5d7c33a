"""The request that sends one raw message through SES, signed: AWS Signature Version 4, and nothing but what it needs.

    write_body   sender, recipient, message, tags          -> the pieces of a JSON document, as boto3 writes it
    sign         target, pieces, keys, time                -> the head of the HTTP request

boto3's client spends a millisecond on each message for what never changes within an edition. Tests hold every header
and every byte of the body to botocore's own signer and serialiser.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where requests go: the host as its header says it, the path, the scope of the signature, who says he asks."""

    host: str
    path: str
    region: str
    service: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Credentials; `token` comes with those that end."""

    access: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def write_body(
    sender: str, recipient: str, data: bytes, tags: Mapping[str, str], configuration_set: str | None
) -> tuple[bytes, bytes, bytes]:
    """Write the body of SendEmail in three pieces, of which the middle one is the message: `data`, its base64."""
    before = (
        f'{{"FromEmailAddress": {json.dumps(sender)}, "Destination": {{"ToAddresses": [{json.dumps(recipient)}]}}, '
    )
    after = '"}}'
    if tags:
        after += f', "EmailTags": {json.dumps([{"Name": name, "Value": value} for name, value in tags.items()])}'
    if configuration_set:
        after += f', "ConfigurationSetName": {json.dumps(configuration_set)}'
    return (
        f'{before}"Content": {{"Raw": {{"Data": "'.encode("ascii"),
        data,
        f"{after}}}".encode("ascii"),
    )


def sign(target: Target, pieces: Sequence[bytes], keys: Keys, now: datetime) -> bytes:
    """Write the head of a POST of these pieces, with its signature; the blank line is its end.

    `now` is in UTC.
    """
    moment = f"{now:%Y%m%dT%H%M%SZ}"
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    # in the order of their names, as they are signed
    signed = [("content-type", _TYPE), ("host", target.host), ("x-amz-date", moment)]
    if keys.token:
        signed.append(("x-amz-security-token", keys.token))
    names = ";".join(name for name, _ in signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed)
    request = f"POST\n{target.path}\n\n{lines}\n{names}\n{digest.hexdigest()}"
    scope = f"{moment[:8]}/{target.region}/{target.service}/aws4_request"
    document = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = _derive(keys.secret, moment[:8], target.region, target.service)
    signature = hmac.digest(key, document.encode(), "sha256").hex()
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed)
    return (
        f"POST {target.path} HTTP/1.1\r\n{headers}"
        f"authorization: {_ALGORITHM} Credential={keys.access}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}\r\n"
        f"accept-encoding: identity\r\nuser-agent: {target.user_agent}\r\n"
        f"content-length: {sum(map(len, pieces))}\r\n\r\n"
    ).encode("ascii")


@lru_cache(maxsize=4)
def _derive(secret: str, day: str, region: str, service: str) -> bytes:
    """Derive the key of a day, which the secret itself never leaves."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
