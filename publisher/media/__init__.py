"""The picture store: pictures fetched once, made fit for mail, kept by the hash of their bytes.

    address -> keep -> fetch (a client of net, handed in) -> prepare (pure) -> Store -> KeptPicture

In reading order: kind (what a file is), containers, embedded (the words inside a picture), animation, picture, store,
s3, place, keep. What is fetched is believed in nothing: its type is read from its bytes, its size is capped on the way
and again in pixels, and only pixels that were decoded and written anew are ever shown.
"""

from publisher.media.embedded import Embedded
from publisher.media.keep import Fetcher, KeptPicture, fetch_file, keep, keep_bytes, recall
from publisher.media.picture import DISPLAY_WIDTH, MAIL_WIDTH, display_size
from publisher.media.place import open_store
from publisher.media.s3 import S3Store
from publisher.media.store import FolderStore, Store, picture_key

__all__ = [
    "DISPLAY_WIDTH",
    "MAIL_WIDTH",
    "Embedded",
    "Fetcher",
    "FolderStore",
    "KeptPicture",
    "S3Store",
    "Store",
    "display_size",
    "fetch_file",
    "keep",
    "keep_bytes",
    "open_store",
    "picture_key",
    "recall",
]
