"""Documents from the network and from files: the only I/O of this room.

expand("feeds/")   -> the places to read, in order
read(place)        -> Document
get(url, ...)      -> Document | NotModified, a conditional request that keeps to the host's manners
"""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from publisher.errors import FetchError, FormatError
from publisher.model import Document, NotModified, Validators
from publisher.net import MAX_BYTES, SUCCESS, Answer, Client

SUFFIXES: Final = (
    ".xml .rss .atom .rdf .cdf .opml .json .md .markdown .html .htm .xhtml .txt".split()  # .ninjs.json ends in .json
)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_WANTED: Final = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"
_MAX_AGE: Final = re.compile(r"(?:^|[,\s])max-age=\"?(\d+)", re.IGNORECASE)
_NOT_MODIFIED: Final = 304
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=6)
# What says that the host itself is in trouble, not only one of its pages.
_BUSY: Final = frozenset({429, 503})
_WEB_ADDRESS: Final = "Write one such as https://example.org/feed.xml"
_NAME_ONE: Final = "Name a file, a folder or a web address"

# --- from the network -----------------------------------------------------------------------------------------------


def backoff(failures: int, *, jitter: float = 0.0) -> timedelta:
    """Say how long to leave a host alone after so many failures in a row: a minute, doubled each time, up to six hours.

    `jitter` from 0 to 1 adds up to a quarter, so that many pullers do not come back together.
    """
    wait = _FIRST_WAIT * (1 << min(max(failures - 1, 0), 20))
    return min(wait, _LONGEST_WAIT) * (1 + jitter / 4)


@dataclass(slots=True)
class _Host:
    """What we know of one host."""

    lock: Lock = field(default_factory=Lock)
    failures: int = 0
    again: datetime | None = None


class Manners:
    """What keeps us polite: one request per host at a time, and none before a host in trouble may be asked again.

    One for a whole run, shared by its threads.
    """

    def __init__(self) -> None:
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._lock = Lock()

    def again(self, host: str) -> datetime | None:
        """Say when a host may be asked again; None: now."""
        with self._lock:
            return self._hosts[host].again

    @contextmanager
    def turn(self, url: str, now: datetime, *, jitter: float = 0.0) -> Iterator[None]:
        """Wait for the one place at a host, and remember how it went.

        Raises: FetchError when the host asked to be left alone until later.
        """
        host = urlsplit(url).netloc.lower()
        with self._lock:
            known = self._hosts[host]
        with known.lock:
            if known.again is not None and now < known.again:
                reason = f"{host} asked for, or needs, a pause until {known.again:%Y-%m-%d %H:%M} UTC"
                fix = "it is asked again then; nothing has to be done"
                raise FetchError(url, reason, fix, retry=True, again=known.again)
            try:
                yield
            except FetchError as error:
                if error.retry and (error.status is None or error.status in _BUSY):
                    known.failures += 1
                    known.again = error.again or now + backoff(known.failures, jitter=jitter)
                    error.again = known.again
                raise
            known.failures, known.again = 0, None


def get(  # noqa: PLR0913 - all but three by keyword
    source: str,
    validators: Validators,
    client: Client,
    *,
    manners: Manners,
    now: datetime,
    jitter: float = 0.0,
) -> Document | NotModified:
    """Fetch a source, unless it is as it was (RFC 9110, 13).

    Raises: FormatError when that is no web address. FetchError; its `again` says when a host that is busy or out of
    reach may be asked again.
    """
    _require_host(source)
    headers = {"Accept": _WANTED}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    with manners.turn(source, now, jitter=jitter):
        answer = client.get(source, headers=headers, expect={*SUCCESS, _NOT_MODIFIED})
    if answer.status == _NOT_MODIFIED:
        return NotModified(source=source, max_age=max_age(answer.headers.get("Cache-Control")))
    return _document(source, answer)


def _document(source: str, answer: Answer) -> Document:
    """Give an answer as a document, with the sender's claims about it."""
    media_type, charset = content_type(answer.headers.get("Content-Type"))
    last_modified = answer.headers.get("Last-Modified")
    return Document(
        source=source,
        content=answer.content,
        url=answer.url,
        media_type=media_type,
        charset=charset,
        modified=moment(last_modified),
        etag=answer.headers.get("ETag"),
        last_modified=last_modified,
        max_age=max_age(answer.headers.get("Cache-Control")),
    )


def max_age(value: str | None) -> timedelta | None:
    """Read for how long an answer is fresh (RFC 9111, 5.2.2.1), a day at most; None where it does not say."""
    found = _MAX_AGE.search(value or "")
    return timedelta(seconds=min(int(found[1][:9]), 86400)) if found else None


def content_type(value: str | None) -> tuple[str | None, str | None]:
    """Read a Content-Type header: media type and charset in lower case, None for what it does not say."""
    if not value:
        return None, None
    header = Message()
    header["Content-Type"] = " ".join(value.split())
    media_type = header.get_content_type() if "/" in value else None
    charset = header.get_param("charset")
    return media_type, charset.strip().lower() or None if isinstance(charset, str) else None


def moment(value: str | None) -> datetime | None:
    """Read an HTTP date; None for none and for what is no date."""
    try:
        found = parsedate_to_datetime(value or "")
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# --- from files -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a document is: `source` is its name in reports; `path` is None for an address to fetch."""

    source: str
    path: Path | None = None


def expand(source: str, *, home: Path | None = None) -> tuple[Place, ...]:
    """Find what a source stands for: an address, a file, or the files of a folder and its folders in sorted order.

    A relative path is looked up in `home` (None: the current folder), and keeps the name it was given. In folders only
    files with one of SUFFIXES count, and no hidden ones; links are followed, but never around in a circle.

    Raises: FormatError when there is nothing there, or nothing of use.
    """
    if source.lower().startswith(("http://", "https://")):
        _require_host(source)
        return (Place(source=source),)
    path = (home or Path()) / source
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from error
    if not is_folder:
        return (Place(source=source, path=path),)
    places = tuple(_walk(Path(source), path, ()))
    if not places:
        reason = "the folder holds no feed and no post"
        raise FormatError(source, reason, f"Files are known by their endings: {' '.join(SUFFIXES)}")
    return places


def _require_host(url: str) -> None:
    """Refuse an address that names no host."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise FormatError(url, "this is no web address", _WEB_ADDRESS)


def _walk(name: Path, path: Path, above: tuple[tuple[int, int], ...]) -> Iterator[Place]:
    """Go through a folder; `above` identifies the folders we came through, so that a link back up is seen."""
    try:
        here = path.stat()
        children = sorted(child.name for child in path.iterdir())
    except OSError:
        yield Place(source=str(name), path=path)  # reading it will say what is wrong with it
        return
    identity = (here.st_dev, here.st_ino)
    if identity in above:
        return
    for child in children:
        if child.startswith("."):
            continue
        if (path / child).is_dir():
            yield from _walk(name / child, path / child, (*above, identity))
        elif child.lower().endswith(tuple(SUFFIXES)):
            yield Place(source=str(name / child), path=path / child)


def read(place: Place, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read a file, never more than `max_bytes` of it.

    Raises: FormatError.
    """
    path = place.path or Path(place.source)
    try:
        # Not to hang on a pipe nobody writes to.
        with open(path, "rb", opener=_open_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FormatError(place.source, "this is no ordinary file", _NAME_ONE)
            content = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(place.source, error) from error
    if len(content) > max_bytes:
        fix = "Cut it into smaller files"
        raise FormatError(place.source, f"the file is larger than {max_bytes:,} bytes", fix)
    return Document(source=place.source, content=content, modified=datetime.fromtimestamp(int(status.st_mtime), UTC))


def _open_at_once(path: str, flags: int) -> int:
    """Open a file without waiting for anything."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _unreadable(source: str, error: OSError | ValueError) -> FormatError:
    """Say why a file cannot be read."""
    if _SCHEME.match(source) and "://" in source:
        return FormatError(source, "only http and https addresses can be fetched", _WEB_ADDRESS)
    if isinstance(error, FileNotFoundError):
        return FormatError(source, "there is no such file or folder", "Check the path")
    if isinstance(error, PermissionError):
        return FormatError(source, "this user may not read it", "Give it the right to, or name another")
    if isinstance(error, OSError) and error.strerror:
        return FormatError(source, error.strerror.lower(), "Check the path")
    return FormatError(source, "this is no path to a file", _NAME_ONE)
