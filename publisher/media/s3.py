"""The picture store in a bucket of Amazon S3, or of anything that speaks its protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from publisher.errors import OutsideError
from publisher.media.store import check_key

if TYPE_CHECKING:  # the stubs are a library of the lint extra, not installed where the program runs
    from mypy_boto3_s3 import S3Client

_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_FOREVER: Final = "public, max-age=31536000, immutable"  # what is addressed by its hash never changes
_CONFIG: Final = Config(connect_timeout=10, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})


class S3Store:
    """A store in a bucket, all keys below a prefix."""

    def __init__(self, client: S3Client, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    @classmethod
    def connect(cls, bucket: str, prefix: str = "") -> Self:
        """Open a bucket with the credentials, the region and the endpoint that AWS's own configuration names.

        Raises: OutsideError when that configuration names no region or cannot be read.
        """
        try:
            return cls(boto3.client("s3", config=_CONFIG), bucket, prefix)
        except (BotoCoreError, ValueError) as error:
            raise OutsideError(f"s3://{bucket}", f"S3 cannot be used: {error}", _fix("")) from error

    def write(self, key: str, content: bytes, media_type: str) -> None:
        """Keep bytes; S3 shows an object whole or not at all."""
        name = self._name(key)
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=name,
                Body=content,
                ContentType=media_type,
                CacheControl=_FOREVER if media_type.startswith("image/") else "no-cache",
            )
        except (ClientError, BotoCoreError) as error:
            raise self._failed(name, error) from error

    def read(self, key: str) -> bytes | None:
        """Give the bytes; None where there are none."""
        name = self._name(key)
        try:
            return self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            if _code(error) in _ABSENT:
                return None
            raise self._failed(name, error) from error

    def has(self, key: str) -> bool:
        """Say whether there are bytes under a key."""
        name = self._name(key)
        try:
            self._client.head_object(Bucket=self._bucket, Key=name)
        except (ClientError, BotoCoreError) as error:
            if _code(error) in _ABSENT:
                return False
            raise self._failed(name, error) from error
        return True

    def _name(self, key: str) -> str:
        """Give the name of the object."""
        return self._prefix + check_key(key)

    def _failed(self, name: str, error: Exception) -> OutsideError:
        """Say that the bucket cannot be used."""
        return OutsideError(
            f"s3://{self._bucket}/{name}", f"the picture store cannot be used: {error}", _fix(_code(error))
        )


def _code(error: Exception) -> str:
    """Give the code of an answer of S3; "" where there was no answer."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def _fix(code: str) -> str:
    """Say what a person can do."""
    return {
        "NoSuchBucket": "Make the bucket, or change [media] bucket",
        "AccessDenied": "Allow s3:GetObject, s3:PutObject and s3:ListBucket for it",
        "403": "Allow s3:GetObject, s3:PutObject and s3:ListBucket for it",
    }.get(code, "Check the credentials, the region and the name of the bucket")
