"""Bundles as files: written whole or not at all, and checked so that no changed byte goes unseen."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal

from publisher.errors import IntegrityError, OutsideError
from publisher.model import Bundle, MediaFile, Packed
from publisher.syndication import bag, container, manifest, signature
from publisher.syndication.container import CHUNK, Entry
from publisher.syndication.spool import Slice, SpooledFile

Signer = Literal["given", "home", "unknown", "none"]

# A manifest of ten thousand posts has some 40 MB; whatever is larger is an attack on the reader's memory.
LARGEST_TAG_FILE: Final = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a bundle: where, and what."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a check of a bundle found.

    `signer`: "given" and "home" are keys that you know, "unknown" is the key inside the bundle, which proves only that
    all of it comes from one hand; "none": no signature could be read. `kid` names the key.
    """

    problems: tuple[Problem, ...]
    signer: Signer = "none"
    kid: str | None = None
    sequence: str | None = None
    channel: str | None = None
    posts: int = 0
    files: int = 0
    size: int = 0

    @property
    def ok(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.problems

    def demand(self, subject: str) -> None:
        """Go on only with a sound bundle.

        Raises:
            IntegrityError: something is wrong; the first problem and how many more there are.
        """
        if self.problems:
            first, more = self.problems[0], len(self.problems) - 1
            also = f" (and {more} more)" if more else ""
            reason = f"{first.where}: {first.reason}{also}"
            raise IntegrityError(subject, reason, "Fetch the bundle again, and tell its publisher if it stays so.")


# --- writing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a container: bytes at hand, a file on disk to be copied, or what waits in a spool."""

    entry: Entry
    content: bytes | Path | Slice


def lay_out(bundle: Bundle, *, key: bytes) -> tuple[Part, ...]:
    """Sign a bundle and put its files in order; media are read once, to see that they are what they were.

    Raises:
        IntegrityError: a media file is not what its hash says.
        OutsideError: a media file cannot be read.
        UsageError: the key cannot sign.
    """
    listed = manifest.write(bundle.manifest)
    signed = signature.sign(listed, key)
    payload = manifest.payload_of(bundle.manifest)
    tags = bag.tag_files(listed, signed, manifest.info_of(bundle.manifest), payload)
    top = bag.folder(str(bundle.manifest["sequence"]))
    found: dict[str, Part] = {file.path: _file_part(f"{top}/{file.path}", file) for file in bundle.files}
    for medium in bundle.media:
        path = manifest.path_of(medium)
        if path not in found:
            found[path] = _media_part(f"{top}/{path}", medium)
    first = tuple(_part(f"{top}/{name}", content) for name, content in tags.items())
    return (*first, *(found[path] for path in sorted(found)))


def _file_part(name: str, file: Packed) -> Part:
    """Describe a file of a bundle; what waits in a spool stays there."""
    if isinstance(file, SpooledFile):
        return Part(entry=Entry(name=name, size=file.kept.size, crc=file.kept.crc), content=file.kept)
    return _part(name, file.content)


def _part(name: str, content: bytes) -> Part:
    """Describe bytes at hand."""
    return Part(entry=Entry(name=name, size=len(content), crc=zlib.crc32(content)), content=content)


def _media_part(name: str, medium: MediaFile) -> Part:
    """Describe a file on disk."""
    try:
        with medium.path.open("rb") as file:
            digest, crc, size = measure(file, medium.size + 1)
    except OSError as cause:
        raise OutsideError(str(medium.path), f"cannot be read: {cause.strerror}", "Fetch it again.") from cause
    if (digest, size) != (medium.sha256, medium.size):
        raise IntegrityError(str(medium.path), f"is not what was fetched from {medium.url}", "Fetch it again.")
    return Part(entry=Entry(name=name, size=size, crc=crc), content=medium.path)


def measure(file: IO[bytes], size: int) -> tuple[str, int, int]:
    """Read at most `size` bytes and give SHA-256, CRC-32 and how many there were."""
    digest, crc, left = hashlib.sha256(), 0, size
    while left and (piece := file.read(min(CHUNK, left))):
        digest.update(piece)
        crc = zlib.crc32(piece, crc)
        left -= len(piece)
    return digest.hexdigest(), crc, size - left


def stream(parts: tuple[Part, ...]) -> Iterator[bytes]:
    """Give the bytes of a container piece by piece; `container.length` says beforehand how many there are.

    Raises:
        OutsideError: a media file went away or changed its length meanwhile.
    """
    for part in parts:
        yield container.local_header(part.entry)
        if isinstance(part.content, bytes):
            yield part.content
        elif isinstance(part.content, Slice):
            yield from part.content.pieces()
        else:
            yield from _copy(part.content, part.entry.size)
    yield from container.directory([part.entry for part in parts])


def _copy(path: Path, size: int) -> Iterator[bytes]:
    """Give a file's bytes piece by piece."""
    left = size
    try:
        with path.open("rb") as file:
            while left and (piece := file.read(min(CHUNK, left))):
                left -= len(piece)
                yield piece
    except OSError as cause:
        raise OutsideError(str(path), f"cannot be read: {cause.strerror}", "Build the bundle again.") from cause
    if left:
        raise OutsideError(str(path), "became shorter while it was copied", "Build the bundle again.")


def write(bundle: Bundle, path: Path, *, key: bytes) -> str:
    """Write a signed bundle to a file, whole or not at all, and give the SHA-256 of the file.

    Raises:
        IntegrityError, OutsideError, UsageError: as `lay_out` and `stream`; or the file cannot be written.
    """
    parts = lay_out(bundle, key=key)
    digest = hashlib.sha256()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in stream(parts):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as cause:
        raise OutsideError(str(path), f"cannot be written: {cause.strerror}", "Choose another place.") from cause
    return digest.hexdigest()


# --- checking -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What lies in a container: the top folder, the files around the payload, hash and size of each payload file."""

    top: str
    tags: Mapping[str, bytes]
    payload: Mapping[str, tuple[str, int]]
    order: tuple[str, ...]


@contextmanager
def open_bundle(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """Open a bundle for reading; gives the file and its size.

    Raises:
        OutsideError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield file, os.fstat(file.fileno()).st_size
    except OSError as cause:
        raise OutsideError(str(path), f"cannot be read: {cause.strerror}", "Name a bundle.") from cause


def verify(path: Path, *, key: bytes | None = None, home_key: bytes | None = None) -> Verification:
    """Check a bundle; everything that is wrong becomes a problem with its place, whatever the bytes are.

    `key` is the public key (PEM) that must have signed it; without it `home_key` is tried, and any other signer is
    "unknown".

    Raises:
        UsageError: `key` or `home_key` is no key.
        OutsideError: the file cannot be read.
    """
    wanted = signature.key_id(key, "--key") if key else None
    home = signature.key_id(home_key, "the home's key") if home_key else None
    with open_bundle(path) as (file, size):
        seen, problems = _look(file, size)
    if seen is None:
        return Verification(problems=problems, size=size)
    return _judge(seen, problems, (wanted, home), size)


def _look(file: IO[bytes], size: int) -> tuple[_Seen | None, tuple[Problem, ...]]:
    """Read a container once from front to back."""
    tags: dict[str, bytes] = {}
    payload: dict[str, tuple[str, int]] = {}
    order: list[str] = []
    problems: list[Problem] = []
    top = ""
    try:
        for entry in container.scan(file, size):
            folder, _, name = entry.name.partition("/")
            top = top or folder
            if folder != top or not name:
                problems.append(Problem(where=entry.name, reason=f"lies outside the bundle's folder {top}"))
                continue
            if name in tags or name in payload:
                problems.append(Problem(where=name, reason="stands twice in the container"))
                continue
            order.append(name)
            problems += _take(file, entry, name, tags, payload)
    except IntegrityError as failure:
        problems.append(Problem(where=_below(failure.subject, top), reason=failure.reason))
    if not order:
        return None, tuple(problems)
    return _Seen(top=top, tags=tags, payload=payload, order=tuple(order)), tuple(problems)


def _below(name: str, top: str) -> str:
    """Give a path as it is inside the bundle's folder."""
    return name.removeprefix(f"{top}/") if top else name


def _take(
    file: IO[bytes],
    entry: Entry,
    name: str,
    tags: dict[str, bytes],
    payload: dict[str, tuple[str, int]],
) -> list[Problem]:
    """Read one file: what is small and about the bundle is kept, everything else only measured."""
    file.seek(entry.start)
    if name.startswith(bag.PAYLOAD):
        digest, crc, _ = measure(file, entry.size)
        payload[name] = (digest, entry.size)
    elif entry.size > LARGEST_TAG_FILE:
        return [Problem(where=name, reason=f"is larger than {LARGEST_TAG_FILE} bytes")]
    else:
        tags[name] = file.read(entry.size)
        crc = zlib.crc32(tags[name])
    return [] if crc == entry.crc else [Problem(where=name, reason="was changed: its checksum (CRC-32) does not match")]


def _judge(
    seen: _Seen,
    found: tuple[Problem, ...],
    keys: tuple[str | None, str | None],
    size: int,
) -> Verification:
    """Hold what lies in the container against what the manifest promises."""
    problems = list(found)
    signer, kid, wrong = _check_signature(seen, *keys)
    problems += wrong
    listed: Mapping[str, object] = {}
    if bag.MANIFEST in seen.tags:
        try:
            listed = manifest.read(seen.tags[bag.MANIFEST])
            problems += _check_files(seen, listed)
        except IntegrityError as failure:
            problems.append(Problem(where=failure.subject, reason=failure.reason))
    else:
        problems.append(Problem(where=bag.MANIFEST, reason="is missing"))
    channel, items = listed.get("channel"), listed.get("items")
    return Verification(
        problems=tuple(dict.fromkeys(problems)),
        signer=signer,
        kid=kid,
        sequence=str(listed["sequence"]) if listed else None,
        channel=str(channel.get("name")) if isinstance(channel, dict) else None,
        posts=len(items) if isinstance(items, list) else 0,
        files=len(seen.payload),
        size=size,
    )


def _check_signature(seen: _Seen, wanted: str | None, home: str | None) -> tuple[Signer, str | None, list[Problem]]:
    """Say who signed the manifest, and whether that is who should have."""
    document, content = seen.tags.get(bag.SIGNATURE), seen.tags.get(bag.MANIFEST)
    if document is None or content is None:
        return "none", None, [Problem(where=bag.SIGNATURE, reason="is missing")] if document is None else []
    try:
        made = signature.read(document, content)
    except IntegrityError as failure:
        return "none", None, [Problem(where=failure.subject, reason=failure.reason)]
    if not made.valid:
        return "none", made.kid, [Problem(where=bag.SIGNATURE, reason="does not match: the manifest was changed")]
    if wanted is not None and made.kid != wanted:
        reason = f"was made by another key ({made.kid}) than the given one ({wanted})"
        return "unknown", made.kid, [Problem(where=bag.SIGNATURE, reason=reason)]
    if wanted is not None:
        return "given", made.kid, []
    return ("home" if made.kid == home else "unknown"), made.kid, []


def _check_files(seen: _Seen, listed: Mapping[str, object]) -> list[Problem]:
    """Compare the payload with the manifest, and everything around it with what must be there."""
    promised = {one.path: one for one in manifest.payload_of(listed)}
    problems: list[Problem] = []
    for path in sorted(set(promised) | set(seen.payload)):
        if path not in seen.payload:
            problems.append(Problem(where=path, reason="is in the manifest but not in the container"))
        elif path not in promised:
            problems.append(Problem(where=path, reason="is in the container but not in the manifest"))
        elif seen.payload[path] != (promised[path].sha256, promised[path].size):
            problems.append(Problem(where=path, reason="was changed: its SHA-256 is not the one in the manifest"))
    tags = bag.tag_files(
        seen.tags[bag.MANIFEST],
        seen.tags.get(bag.SIGNATURE, b""),
        manifest.info_of(listed),
        tuple(promised.values()),
    )
    problems += _check_tags(seen, tags)
    if seen.top != bag.folder(str(listed["sequence"])):
        problems.append(Problem(where=seen.top, reason="the folder is not named after the sequence"))
    if not problems and seen.order != (*tags, *sorted(promised)):
        problems.append(Problem(where="container", reason="its files are not in the order in which they are written"))
    return problems


def _check_tags(seen: _Seen, tags: Mapping[str, bytes]) -> list[Problem]:
    """Compare the files around the payload with what must be there."""
    problems = [
        Problem(where=name, reason="is missing" if name not in seen.tags else "was changed after it was written")
        for name, content in tags.items()
        if seen.tags.get(name) != content
    ]
    extra = sorted(set(seen.tags) - set(tags))
    return problems + [Problem(where=name, reason="does not belong into a bundle") for name in extra]
