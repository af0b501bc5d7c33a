"""The partner's side: follow the changes of a publisher, keep what they say, and begin again where it broke off.

    /changes -> the description of a version -> its files and media, each checked by its hash -> a line in the log

The log is the only memory: a line is written after everything that it tells of lies in its place. So a receiver that is
killed anywhere misses nothing and repeats nothing. What was withdrawn leaves nothing behind: no other version of it, no
picture that no other post shows, no bundle that held it.
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
from publisher.net import Client, Limits
from publisher.syndication import archive

LOG: Final = "changes.jsonl"

# A server holds a question for changes open for 25 seconds, a picture has up to 25 MB, and a large bundle takes hours.
LIMITS: Final = Limits(bytes=64 * 1024 * 1024, read=90, total=24 * 3600)
_PAGE: Final = 100
_SAFE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_USABLE: Final = "usable"
_MISSING: Final = 404
_GONE: Final = 410
_PARTIAL: Final = 206
_RANGE: Final = 416
_LARGEST: Final = 100 * 1024**3
_BUNDLE: Final = re.compile(r"(.+)-[0-9]+\.zip")

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
            self._fetch(place, f"v{version}", str(change["version_href"]))
            if status != _USABLE:
                self._remove_others(place, f"v{version}")
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

    def _fetch(self, place: Path, name: str, href: str) -> None:
        """Fetch a version; what was withdrawn between its description and its files is described anew, once."""
        try:
            self._write(place, name, self._json(href))
        except (FetchError, IntegrityError) as failure:
            if isinstance(failure, FetchError) and failure.status != _MISSING:
                raise
            self._write(place, name, self._json(href))

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
            _sync_file(part)
            part.replace(target)

    def _remove_others(self, place: Path, name: str) -> None:
        """Remove every version but one, and the media that no other post shows: they were taken back."""
        others = [other for other in place.iterdir() if other.name != name]
        shown = {sha256 for other in others for sha256 in _shown(other / "post.json")}
        for other in others:
            shutil.rmtree(other, ignore_errors=True)
        if shown:
            shown.difference_update(*map(_shown, self.folder.glob("posts/*/*/v*/post.json")))
        for sha256 in shown:
            (self.folder / "media" / sha256).unlink(missing_ok=True)

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
                self._pull_bundle(one, path, key)
                yield path
        self._remove_bundles(newest)

    def _remove_bundles(self, newest: Mapping[str, Json]) -> None:
        """Remove bundles that are not the newest of their channel any more: they may hold what was withdrawn."""
        wanted = None if self.channel is None else quote_name(self.channel)
        for path in (self.folder / "bundles").glob("*.zip"):
            found = _BUNDLE.fullmatch(path.name)
            if found is None or (wanted is not None and found[1] not in {wanted, *newest}):
                continue
            if found[1] not in newest or path.name != f"{found[1]}-{int(newest[found[1]]['sequence'])}.zip":
                path.unlink()

    def _pull_bundle(self, one: Json, path: Path, key: bytes | None) -> None:
        """Pull one bundle beside its place, from where the last try ended, and check it before it goes there.

        Raises: IntegrityError.
        """
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
        try:
            _check_bundle(part, one, key)
        except IntegrityError:
            part.unlink()
            raise
        _sync_file(part)
        part.replace(path)


def _check_bundle(path: Path, promised: Json, key: bytes | None) -> None:
    """Check a bundle by its hash, and then to the byte. Raises: IntegrityError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != promised["sha256"]:
        raise IntegrityError(str(promised["href"]), "is not what the list of bundles promises", "pull it again")
    archive.verify(path, key=key).demand(str(promised["href"]))


def _media(described: Json) -> Iterator[Json]:
    """Give the media of a description that can be pulled, text tracks included."""
    for medium in described.get("media", ()):
        for one in (medium, *medium.get("captions", ()), medium.get("transcript") or {}):
            if one.get("href") and one.get("sha256"):
                yield one


def quote_name(name: str) -> str:
    """Write the name of a channel as a folder's."""
    return quote(name.lower(), safe="").replace("%", "-")


def _safe(name: str, what: str, *, quoted: bool = False) -> str:
    """Refuse a name that could lead out of the folder. Raises: IntegrityError."""
    found = quote_name(name) if quoted else name
    if not _SAFE.fullmatch(found):
        raise IntegrityError(f"{what} {name[:100]!r}", "is no name that may lie on this disk")
    return found


def _shown(description: Path) -> set[str]:
    """Give the hashes of the media of a version that is kept; none where it cannot be read."""
    try:
        found = json.loads(description.read_bytes())
    except (OSError, ValueError):
        return set()
    return {str(one["sha256"]) for one in _media(found) if _SAFE.fullmatch(str(one["sha256"]))}


def _sync(folder: Path) -> None:
    """Make sure that the files of a folder are on the disk."""
    for path in folder.iterdir():
        _sync_file(path)


def _sync_file(path: Path) -> None:
    """Make sure that a file is on the disk."""
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
