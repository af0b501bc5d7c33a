"""Keep a picture: fetch it once, make it fit for mail, store it under the hash of its bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Protocol
from urllib.parse import unquote_to_bytes

from publisher.errors import FetchError, FormatError, OutsideError
from publisher.media import embedded, picture
from publisher.media.kind import EXTENSIONS, SNIFFED, sniff
from publisher.media.store import Store, picture_key
from publisher.model import MediaFile

MAX_PICTURE: Final = 25 * 1024 * 1024
MAX_FILE: Final = 2 * 1024 * 1024 * 1024

_VERSION: Final = 1  # of the records; another number makes all pictures be fetched again
_ACCEPT: Final = {"Accept": "image/jpeg, image/png, image/gif, image/webp, image/avif;q=0.9, */*;q=0.1"}
_SHOWN: Final = 80


class Incoming(Protocol):
    """An answer whose body is still on its way."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Give the headers, looked up in any case."""
        ...

    @property
    def chunks(self) -> Iterator[bytes]:
        """Give the body, once."""
        ...


class Fetcher(Protocol):
    """The guarded way out: `publisher.net.Client`, which is handed in, since rooms beside each other do not meet."""

    def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> AbstractContextManager[Incoming]:
        """Fetch an address; only a success comes back.

        Raises: FetchError, also while going through the chunks.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """A picture in the store: sizes in its own pixels, `size` in bytes, `words` what it said about itself.

    `moves` says that it is a short animation.
    """

    url: str
    sha256: str
    media_type: str
    width: int
    height: int
    size: int
    moves: bool = False
    words: embedded.Embedded = field(default_factory=embedded.Embedded)

    @property
    def name(self) -> str:
        """Give its file name, by which pages ask for it."""
        return f"{self.sha256}.{EXTENSIONS[self.media_type]}"

    @property
    def key(self) -> str:
        """Give its key in the store."""
        return str(picture_key(self.name))


def keep(
    url: str,
    client: Fetcher,
    store: Store,
    *,
    width: int | None = picture.MAIL_WIDTH,
    max_bytes: int = MAX_PICTURE,
) -> KeptPicture:
    """Give the picture at an address (http, https or data), from the store where it was kept before.

    `width` is the most that is kept, in pixels; None: as wide as it is.
    Raises: FetchError when it cannot be fetched, FormatError when it is no picture that a mail can show,
    OutsideError when the store cannot be used.
    """
    known = recall(url, store, width=width)
    if known is not None:
        return known
    return keep_bytes(url, _fetch(url, client, max_bytes), store, width=width)


def keep_bytes(url: str, content: bytes, store: Store, *, width: int | None = picture.MAIL_WIDTH) -> KeptPicture:
    """Keep a picture whose bytes are at hand; `url` is what posts call it.

    Raises: FormatError when it is no picture that a mail can show, OutsideError when the store cannot be used.
    """
    try:
        prepared = picture.prepare(content, width=width)
    except FormatError as error:
        raise FormatError(_shown(url), error.reason, error.fix) from error
    words = embedded.Embedded()
    with suppress(FormatError):  # a picture that can be shown is not refused for what it says about itself
        words = embedded.read(content)
    kept = KeptPicture(
        url=url,
        sha256=hashlib.sha256(prepared.content).hexdigest(),
        media_type=prepared.media_type,
        width=prepared.width,
        height=prepared.height,
        size=len(prepared.content),
        moves=prepared.moves,
        words=words,
    )
    if not store.has(kept.key):
        store.write(kept.key, prepared.content, kept.media_type)
    store.write(_record_key(url, width), _write_record(kept), "application/json")
    return kept


def recall(url: str, store: Store, *, width: int | None = picture.MAIL_WIDTH) -> KeptPicture | None:
    """Give a picture that was kept before, without fetching anything; None where it was not, or is gone.

    Raises: OutsideError when the store cannot be used.
    """
    written = store.read(_record_key(url, width))
    kept = _read_record(url, written) if written else None
    return kept if kept and store.has(kept.key) else None


def fetch_file(  # noqa: PLR0913 - by keyword, each with a default
    url: str,
    client: Fetcher,
    folder: Path,
    *,
    language: str | None = None,
    max_bytes: int = MAX_FILE,
    pages: bool = False,
) -> MediaFile:
    """Fetch a medium as it is (a video, captions, a picture in full) into a folder, named by the hash of its bytes.

    It goes to disk as it comes in. Its type is read from its bytes, then from the server. `pages`: a web page is what
    is wanted, or may be.
    Raises: FetchError when it cannot be fetched, FormatError for a web page in its place, OutsideError when the folder
    cannot be used.
    """
    try:
        found = _fetch_file(url, client, folder, language, max_bytes)
    except OSError as error:
        raise _no_room(folder, error) from error
    if found.media_type == "text/html" and not pages:
        found.path.unlink(missing_ok=True)
        raise FormatError(_shown(url), "the server sent a web page instead of a file", "Check the address")
    return found


def _fetch_file(url: str, client: Fetcher, folder: Path, language: str | None, max_bytes: int) -> MediaFile:
    """Fetch a medium beside its place, and move it there when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as file:
        temporary = Path(file.name)
        try:
            sha256, size, claimed = _download(url, client, file, max_bytes)
            file.seek(0)
            media_type = sniff(file.read(SNIFFED)) or claimed
            path = folder / f"{sha256}.{EXTENSIONS.get(media_type, 'bin')}"
            file.close()
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return MediaFile(url=url, sha256=sha256, media_type=media_type, path=path, size=size, language=language)


def _fetch(url: str, client: Fetcher, max_bytes: int) -> bytes:
    """Give the bytes at an address; they wait on disk until they are all there."""
    if url.startswith("data:"):
        return _read_data(url)
    try:
        with tempfile.TemporaryFile() as file:
            _download(url, client, file, max_bytes)
            file.seek(0)
            return file.read()
    except OSError as error:
        raise _no_room(Path(tempfile.gettempdir()), error) from error


def _no_room(folder: Path, error: OSError) -> OutsideError:
    """Say that a folder cannot be written into."""
    reason = f"nothing can be written there: {error.strerror or error}"
    return OutsideError(str(folder), reason, "Check the folder, its owner and the space on the disk")


def _download(url: str, client: Fetcher, file: IO[bytes], max_bytes: int) -> tuple[str, int, str]:
    """Write what lies at an address into a file; give its SHA-256, its size and the type that the server claims."""
    digest, size = hashlib.sha256(), 0
    with client.stream(url, headers=_ACCEPT, max_bytes=max_bytes) as incoming:
        claimed = incoming.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        for chunk in incoming.chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
    if not size:
        raise FetchError(_shown(url), "the server sent nothing")
    return digest.hexdigest(), size, claimed if claimed in EXTENSIONS else "application/octet-stream"


def _read_data(url: str) -> bytes:
    """Give the bytes that stand in an address itself (RFC 2397)."""
    head, mark, body = url.partition(",")
    content = unquote_to_bytes(body)
    if not mark:
        raise FormatError(_shown(url), "it is no data address")
    if not head.endswith(";base64"):
        return content
    try:
        return base64.b64decode(content)
    except binascii.Error as error:
        raise FormatError(_shown(url), f"its data cannot be read: {error}") from error


def _shown(url: str) -> str:
    """Give an address as messages show it: a data address holds a whole picture."""
    return url if len(url) <= _SHOWN or not url.startswith("data:") else f"{url[:_SHOWN]}..."


# --- records: which picture an address led to -----------------------------------------------------------------------


def _record_key(url: str, width: int | None) -> str:
    """Give the key of the record of an address at a width."""
    digest = hashlib.sha256(f"{width or 0} {url}".encode(errors="surrogatepass")).hexdigest()
    return f"addresses/{digest[:2]}/{digest}.json"


def _write_record(kept: KeptPicture) -> bytes:
    """Write a record."""
    return json.dumps(
        {
            "version": _VERSION,
            "url": kept.url if not kept.url.startswith("data:") else None,
            "sha256": kept.sha256,
            "media_type": kept.media_type,
            "width": kept.width,
            "height": kept.height,
            "size": kept.size,
            "moves": kept.moves,
            "alt": dict(kept.words.alt),
            "description": dict(kept.words.description),
        },
        ensure_ascii=False,
    ).encode(errors="surrogatepass")


def _read_record(url: str, written: bytes) -> KeptPicture | None:
    """Read a record; None for one of another version or a broken one, so that the picture is fetched again."""
    try:
        record: Mapping[str, object] = json.loads(written)
        if record["version"] != _VERSION:
            return None
        kept = KeptPicture(
            url=url,
            sha256=str(record["sha256"]),
            media_type=str(record["media_type"]),
            width=_whole(record["width"]),
            height=_whole(record["height"]),
            size=_whole(record["size"]),
            moves=bool(record["moves"]),
            words=embedded.Embedded(alt=_pairs(record["alt"]), description=_pairs(record["description"])),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return kept if kept.media_type in EXTENSIONS and picture_key(kept.name) else None


def _whole(value: object) -> int:
    """Read a number of a record."""
    if not isinstance(value, int) or value < 1:
        raise ValueError(value)
    return value


def _pairs(value: object) -> embedded.Words:
    """Read words of a record."""
    if not isinstance(value, dict):
        raise TypeError(value)
    return tuple((str(tag), str(text)) for tag, text in value.items())
