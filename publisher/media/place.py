"""Which store the settings choose."""

from __future__ import annotations

from pathlib import Path

from publisher.media.s3 import S3Store
from publisher.media.store import FolderStore, Store
from publisher.settings import MediaStore


def open_store(choice: MediaStore, home: Path) -> Store:
    """Open the store that the settings name: a bucket, or the folder `media` in the home.

    Raises: OutsideError when AWS's own configuration is not enough to open the bucket.
    """
    if choice.store == "s3" and choice.bucket:
        return S3Store.connect(choice.bucket)
    return FolderStore(home / "media")
