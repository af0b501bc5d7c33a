"""The partner's side: follow the changes of a publisher, keep what they say, and begin again where it broke off.

    /changes -> the description of a version -> its files and media, each checked by its hash -> a line in the log

The log is the only memory: a line is written after everything that it tells of lies in its place. So a receiver that is
killed anywhere misses nothing and repeats nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from publisher.errors import FetchError, FormatError, IntegrityError, OutsideError
from publisher.net import Client
from publisher.syndication import archive

LOG: Final = "changes.jsonl"
_PAGE: Final = 100
_SAFE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_USABLE: Final = "usable"
_GONE: Final = 410
_PARTIAL: Final = 206
_RANGE: Final = 416
_LARGEST: Final = 100 * 1024**3

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A change that was kept."""

    channel: str
    item: str
    version: int
    signal: str
    status: str
    note: str | None
    sequence: int


@dataclass(slots=True, kw_only=True)
class _Memory:
    """What the log says: where to go on, and which version of each post is here."""

    cursor: str = ""
    versions: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Pulls from one publisher into one folder. `url` is the address of the API; `token` goes into headers only."""

    url: str
    token: str
    folder: Path
    client: Client
    channel: str | None = None

    def follow(self, wait: int = 0) -> Iterator[Received]:
        """Give changes as they are kept, until there are no more; `wait` is how long to wait for one, in seconds.

        Raises: FetchError, IntegrityError for what is not what it should be, OutsideError for a folder that cannot be
        written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            memory = _recall(self.folder / LOG)
            while True:
                page = self._page(memory, wait)
                for change in page["changes"]:
                    received = self._keep(change, memory)
                    if received is not None:
                        yield received
                if not page["changes"]:
                    return
        except OSError as failure:
            fix = "check the folder and the space on the disk"
            raise OutsideError(str(self.folder), f"cannot be written: {failure.strerror}", fix) from failure

    def _page(self, memory: _Memory, wait: int) -> Json:
        """Fetch a page of changes; where our cursor is too old, begin anew: what is here already is not kept twice."""
        query = {"limit": str(_PAGE), "cursor": memory.cursor, "wait": str(wait), "channel": self.channel or ""}
        try:
            page = self._json(f"{self.url}/changes?" + urlencode({name: one for name, one in query.items() if one}))
        except FetchError as failure:
            if failure.status != _GONE or not memory.cursor:
                raise
            memory.cursor = ""
            return self._page(memory, 0)
        if not isinstance(page.get("changes"), list):
            raise FormatError(
                self.url, "it does not answer as a publisher does", "check the address: it ends in /api/v1"
            )
        return page

    def _keep(self, change: Json, memory: _Memory) -> Received | None:
        """Keep one change; None for one that is here already."""
        key = (_safe(str(change["channel"]), "channel", quoted=True), _safe(str(change["id"]), "id"))
        version, status = int(change["version"]), str(change["status"])
        known = memory.versions.get(key, 0) >= version
        if not known:
            place = self.folder / "posts" / key[0] / key[1]
            self._write(place, f"v{version}", self._json(str(change["version_href"])))
            if status != _USABLE:
                _remove_others(place, f"v{version}")
            memory.versions[key] = version
        _append(self.folder / LOG, change)
        memory.cursor = str(change["cursor"])
        if known:
            return None
        return Received(
            channel=str(change["channel"]),
            item=key[1],
            version=version,
            signal=str(change["signal"]),
            status=status,
            note=change.get("note"),
            sequence=int(change["sequence"]),
        )

    def _write(self, place: Path, name: str, described: Json) -> None:
        """Write a version beside its place, and move it there when it is whole."""
        part = place / f".part-{name}"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for file in described.get("files", ()):
            target = part / _safe(str(file["path"]), "file")
            target.write_bytes(self._checked(str(file["href"]), str(file["sha256"])))
        for medium in _media(described):
            self._write_medium(str(medium["href"]), str(medium["sha256"]))
        (part / "post.json").write_text(json.dumps(described, ensure_ascii=False, indent=1), encoding="utf-8")
        _sync(part)
        shutil.rmtree(place / name, ignore_errors=True)
        part.rename(place / name)

    def _write_medium(self, href: str, sha256: str) -> None:
        """Write a medium under its hash, once."""
        target = self.folder / "media" / _safe(sha256, "hash")
        if not target.exists():
            content = self._checked(href, sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".part-{sha256}")
            part.write_bytes(content)
            part.replace(target)

    def _checked(self, href: str, sha256: str) -> bytes:
        """Fetch a file. Raises: IntegrityError when it is not the one that was promised."""
        content = self.client.get(href, headers=self._headers()).content
        if hashlib.sha256(content).hexdigest() != sha256:
            raise IntegrityError(href, "is not what its description promises", "tell the publisher")
        return content

    def _json(self, href: str) -> Json:
        """Fetch a JSON document. Raises: FormatError."""
        content = self.client.get(href, headers=self._headers()).content
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as failure:
            raise FormatError(href, "is no JSON") from failure
        if not isinstance(found, dict):
            raise FormatError(href, "is no JSON object")
        return found

    def _headers(self) -> dict[str, str]:
        """Give the headers of a request; the client drops the token on the way to any other host."""
        return {"Authorization": f"Bearer {self.token}"}

    # --- bundles ----------------------------------------------------------------------------------------------------

    def pull_bundles(self, key: bytes | None = None) -> Iterator[Path]:
        """Pull the newest bundle of each channel, go on with one that broke off, and check all of it to the byte.

        Raises: FetchError, IntegrityError.
        """
        query = f"?{urlencode({'channel': self.channel})}" if self.channel else ""
        newest: dict[str, Json] = {}
        for one in self._json(f"{self.url}/bundles{query}").get("bundles", ()):
            newest.setdefault(_safe(str(one["channel"]), "channel", quoted=True), one)
        for name, one in newest.items():
            path = self.folder / "bundles" / f"{name}-{int(one['sequence'])}.zip"
            if not path.exists():
                self._pull_bundle(one, path)
                archive.verify(path, key=key).demand(str(path))
                yield path

    def _pull_bundle(self, one: Json, path: Path) -> None:
        """Pull one bundle into a file beside its place, from where the last try ended. Raises: IntegrityError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".part-{path.name}")
        start = part.stat().st_size if part.exists() else 0
        headers = {**self._headers(), "If-Range": f'"{one["sha256"]}"'}
        if start:
            headers["Range"] = f"bytes={start}-"
        with self.client.stream(
            str(one["href"]), headers=headers, max_bytes=_LARGEST, expect={200, _PARTIAL, _RANGE}
        ) as incoming:
            if incoming.status != _RANGE:
                with part.open("ab" if incoming.status == _PARTIAL else "wb") as file:
                    for chunk in incoming.chunks:
                        file.write(chunk)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != one["sha256"]:
            part.unlink()
            raise IntegrityError(str(one["href"]), "is not what the list of bundles promises", "pull it again")
        part.replace(path)


def _media(described: Json) -> Iterator[Json]:
    """Give the media of a description that can be pulled, text tracks included."""
    for medium in described.get("media", ()):
        for one in (medium, *medium.get("captions", ()), medium.get("transcript") or {}):
            if one.get("href") and one.get("sha256"):
                yield one


def _safe(name: str, what: str, *, quoted: bool = False) -> str:
    """Refuse a name that could lead out of the folder. Raises: IntegrityError."""
    found = quote(name.lower(), safe="").replace("%", "-") if quoted else name
    if not _SAFE.fullmatch(found):
        raise IntegrityError(f"{what} {name[:100]!r}", "is no name that may lie on this disk")
    return found


def _remove_others(place: Path, name: str) -> None:
    """Remove every version but one: the others were taken back."""
    for other in place.iterdir():
        if other.name != name:
            shutil.rmtree(other, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Make sure that the files of a folder are on the disk."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _append(log: Path, change: Json) -> None:
    """Write a change into the log."""
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(dict(change), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _recall(log: Path) -> _Memory:
    """Read the log; a last line that was cut off is removed, since what it tells of is fetched again."""
    memory = _Memory()
    if not log.exists():
        return memory
    good = 0
    with log.open("rb") as file:
        for line in file:
            try:
                change = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                change = None
            if not isinstance(change, dict):
                break
            good += len(line)
            key = (_safe(str(change["channel"]), "channel", quoted=True), str(change["id"]))
            memory.versions[key] = max(memory.versions.get(key, 0), int(change["version"]))
            memory.cursor = str(change["cursor"])
    if good < log.stat().st_size:
        with log.open("r+b") as file:
            file.truncate(good)
    return memory
