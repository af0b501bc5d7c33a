"""Bundles onto a partner's SFTP server: every file first as NAME.part, what points to the others last.

As in a bucket, media go first, then posts, then the files around them, the manifest at the end, and after it
`latest.json`, which names the folder. A file gets its name when all of it is there. The folder is named after the
content: what is there already is right, and a drop that broke off goes on where it was. The server proves who it is by
a key that was agreed on before; there is no trust at first sight. Plain FTP is not offered.
"""

from __future__ import annotations

import asyncio
import re
import socket
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join
from typing import Any, Final, Self, TypeVar
from urllib.parse import unquote, urlsplit

from publisher.errors import FetchError, OutsideError, PublisherError, UsageError
from publisher.net import Guard
from publisher.syndication import bag, dropoff
from publisher.syndication.archive import Part
from publisher.syndication.spool import Slice

try:
    import asyncssh
except ImportError:  # the optional extra is not installed: said where a server is named
    asyncssh = None  # type: ignore[assignment]  # checked before any use

T = TypeVar("T")
R = TypeVar("R")

PORT: Final = 22
_AT_ONCE: Final = 8  # files on their way
_CHUNK: Final = 1 << 18
_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_LONGEST: Final = 200  # characters of what a server says
_FORMS: Final = "write sftp://USER@HOST/FOLDER, or sftp://USER@HOST/~/FOLDER below the folder that a login begins in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where on which server bundles go, and as whom. `folder` "" is the one that a login begins in."""

    host: str
    port: int
    user: str
    folder: str

    @classmethod
    def read(cls, url: str) -> Self:
        """Read sftp://USER@HOST:PORT/FOLDER. Raises: UsageError."""
        parts = urlsplit(url)
        try:
            port = parts.port or PORT
        except ValueError as failure:
            raise UsageError(_hide(url), "its port is none", _FORMS) from failure
        if parts.scheme in {"ftp", "ftps"}:
            reason = "plain FTP is not offered: it sends the password and every story for anybody on the way to read"
            raise UsageError(_hide(url), reason, "ask the partner for SFTP, and write sftp://USER@HOST/FOLDER")
        if parts.scheme != "sftp" or not parts.hostname or not parts.username or parts.query or parts.fragment:
            raise UsageError(_hide(url), "is no address of an SFTP server and its user", _FORMS)
        if parts.password is not None:
            reason = "a password does not belong into an address: it would stand in the database and in logs"
            raise UsageError(_hide(url), reason, "give it by --password-stdin or --password-env")
        folder = unquote(parts.path).rstrip("/")
        folder = folder.removeprefix("/~").removeprefix("/") if f"{folder}/".startswith("/~/") else folder
        return cls(host=parts.hostname, port=port, user=unquote(parts.username), folder=folder)

    @property
    def name(self) -> str:
        """Name the place for people."""
        return f"sftp://{self.host}" + (f":{self.port}" if self.port != PORT else "")


def _hide(url: str) -> str:
    """Give an address without what may be a password."""
    return re.sub(r"//[^/@]*@", "//...@", url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Who is who: the fingerprints of keys by which the server is known, and what lets us in.

    Where there is a `key` (a private one, in a file), `password` is what protects it; None: nothing does.
    """

    host_keys: tuple[str, ...]
    password: str | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds to wait for a connection, for a login, and for each single answer."""

    connect: float = 10
    login: float = 30
    answer: float = 60


def require_library() -> None:
    """Refuse where the library is not installed. Raises: OutsideError."""
    if asyncssh is None:
        raise OutsideError("SFTP", "needs a library that is not installed", "install it: pip install 'publisher[sftp]'")


def read_host_key(text: str) -> str:
    """Give the fingerprint of a server's key, written as such or as a line of known_hosts or of a .pub file.

    Raises: UsageError, OutsideError.
    """
    require_library()
    words = text.split()
    if len(words) == 1 and _FINGERPRINT.fullmatch(words[0].rstrip("=")):
        return words[0].rstrip("=")
    for start in range(min(len(words), 3)):  # known_hosts has the host's name in front, and may have a mark before it
        try:
            return asyncssh.import_public_key(" ".join(words[start : start + 2])).get_fingerprint()
        except asyncssh.KeyImportError:
            continue
    fix = "write SHA256:... as the partner's `ssh-keygen -lf` shows it, or the public key itself"
    raise UsageError(f"--host-key {text[:_LONGEST]}", "is no key of a server", fix)


def drop(  # noqa: PLR0913, PLR0917 - what, where to, how it is known, and what may be connected to
    place: Place, proof: Proof, folder: str, parts: Sequence[Part], guard: Guard, patience: Patience = Patience()
) -> int:
    """Put a bundle into a folder below a place; gives how many files had to be sent.

    Raises: FetchError; UsageError for a key that cannot be read, and for an address that we may not connect to;
    OutsideError where the library or a file of ours is missing.
    """
    require_library()
    return asyncio.run(_drop(place, proof, (folder, parts), guard, patience))


async def _drop(
    place: Place, proof: Proof, bundle: tuple[str, Sequence[Part]], guard: Guard, patience: Patience
) -> int:
    """Connect and upload; the one place where failures of the library become ours."""
    witness = _Witness(proof.host_keys)
    try:
        async with _connect(place, proof, witness, guard, patience) as client:
            return await _upload(_Uploads(client, patience.answer), join(place.folder, bundle[0]), bundle[1])
    except PublisherError:
        raise
    except (asyncssh.Error, OSError) as failure:
        raise explain(place, proof, witness.seen, failure) from failure


class _Witness:
    """Says whether a server's key is one that was agreed on, and remembers what it was."""

    def __init__(self, agreed: tuple[str, ...]) -> None:
        self._agreed = agreed
        self.seen = ""

    def make(self) -> asyncssh.SSHClient:
        """Give the library what asks us."""
        outer = self

        class Client(asyncssh.SSHClient):
            """Asks about each key."""

            def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
                """Say whether the key is one of those agreed on."""
                del host, addr, port
                outer.seen = key.get_fingerprint()
                return outer.seen in outer._agreed

        return Client()


@asynccontextmanager
async def _connect(
    place: Place, proof: Proof, witness: _Witness, guard: Guard, patience: Patience
) -> AsyncIterator[asyncssh.SFTPClient]:
    """Log in at an address that the guard has checked; nothing of this machine's own SSH settings counts."""
    keys = [_read_key(proof)] if proof.key else None
    connection = await asyncssh.connect(
        sock=_dial(place, guard, patience.connect),
        username=place.user,
        password=None if proof.key else proof.password,
        client_keys=keys,
        client_factory=witness.make,
        known_hosts=([], [], []),
        agent_path=None,
        config=None,
        gss_auth=False,
        login_timeout=patience.login,
    )
    try:
        async with asyncio.timeout(patience.answer):
            client = await connection.start_sftp_client()
        yield client
    finally:
        connection.abort()  # every answer that counts was waited for; a server that hangs would never say goodbye


def _read_key(proof: Proof) -> asyncssh.SSHKey:
    """Read a private key. Raises: UsageError."""
    name = str(proof.key)
    try:
        return asyncssh.read_private_key(name, proof.password)
    except OSError as failure:
        raise UsageError(name, f"the private key cannot be read: {failure.strerror}") from failure
    except asyncssh.KeyEncryptionError as failure:
        fix = "give what protects it by --password-stdin or --password-env"
        raise UsageError(name, "the private key is protected, and not by what was given", fix) from failure
    except asyncssh.KeyImportError as failure:
        raise UsageError(name, f"is no private key: {_said(failure)}") from failure


def _dial(place: Place, guard: Guard, seconds: float) -> socket.socket:
    """Connect to an address that the guard has checked, and to no other one of the same name.

    Raises: UsageError for a host inside a private network; OSError.
    """
    found = dict.fromkeys(str(one[4][0]) for one in _resolve(place))
    open_to_us = [address for address in found if guard.permits(place.host, address)]
    if found and not open_to_us:
        raise UsageError(place.name, "leads into a private network", "allow it under [network] allow_private")
    failure: OSError = OSError("its name has no address")
    for address in open_to_us:
        try:
            connected = socket.create_connection((address, place.port), timeout=seconds)
        except OSError as error:
            failure = error
        else:
            connected.setblocking(False)  # noqa: FBT003 - the library's own parameter
            return connected
    raise failure


def _resolve(place: Place) -> list[tuple[Any, ...]]:
    """Ask for the addresses of a host. Raises: FetchError."""
    try:
        return list(socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as failure:
        raise FetchError(place.name, "its name cannot be resolved") from failure


# --- uploading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Uploads:
    """The server's files, each answer waited for so long and no longer."""

    client: asyncssh.SFTPClient
    patience: float

    async def ask(self, answer: Awaitable[object]) -> object:
        """Wait for an answer. Raises: TimeoutError."""
        async with asyncio.timeout(self.patience):
            return await answer

    async def size(self, path: str) -> int | None:
        """Give the size of a file; None: there is none."""
        try:
            async with asyncio.timeout(self.patience):
                return (await self.client.stat(path)).size
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            return None

    async def make_folder(self, path: str) -> None:
        """Make a folder unless it is there."""
        try:
            await self.ask(self.client.mkdir(path))
        except (asyncssh.SFTPFailure, asyncssh.SFTPFileAlreadyExists):
            async with asyncio.timeout(self.patience):
                if not await self.client.isdir(path):
                    raise

    async def put(self, path: str, part: Part) -> int:
        """Send a file unless it is there; gives 1 where it was sent."""
        if await self.size(path) == part.entry.size:
            return 0
        await self.replace(path, _pieces(part.content), part.entry.size)
        return 1

    async def replace(self, path: str, pieces: Iterable[bytes], size: int) -> None:
        """Write a file beside its place, and give it its name when all of it is there."""
        aside = f"{path}.part"
        async with asyncio.timeout(self.patience):
            file = await self.client.open(aside, "wb")
        try:
            for piece in pieces:
                await self.ask(file.write(piece))
        finally:
            await self.ask(file.close())
        kept = await self.size(aside)
        if kept != size:
            raise asyncssh.SFTPFailure(f"it kept {kept or 0} of {size} bytes")
        try:
            await self.ask(self.client.posix_rename(aside, path))
        except asyncssh.SFTPOpUnsupported:
            if await self.size(path) is not None:
                await self.ask(self.client.remove(path))
            await self.ask(self.client.rename(aside, path))


def _pieces(content: bytes | Path | Slice) -> Iterator[bytes]:
    """Give bytes at hand, or those on disk, piece by piece."""
    if isinstance(content, Slice):
        yield from content.pieces()
        return
    if isinstance(content, bytes):
        yield from (content[at : at + _CHUNK] for at in range(0, len(content), _CHUNK))
        return
    try:
        with content.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece
    except OSError as failure:
        raise OutsideError(str(content), f"cannot be read: {failure.strerror}", "Build the bundle again.") from failure


async def _upload(server: _Uploads, folder: str, parts: Sequence[Part]) -> int:
    """Send a bundle in its order, then say which one is the newest."""
    top = parts[0].entry.name.partition("/")[0]
    sent = 0
    whole = next(part for part in parts if part.entry.name == f"{top}/{bag.MANIFEST}")
    if await server.size(join(folder, whole.entry.name)) != whole.entry.size:
        await _make_folders(server, folder, parts)
        for rank in dropoff.in_order(parts):
            sent += sum(await _each(rank, lambda part: server.put(join(folder, part.entry.name), part)))
    latest = dropoff.latest(f"{folder}/" if folder else "", top)
    await server.replace(join(folder, dropoff.LATEST), _pieces(latest), len(latest))
    return sent


async def _make_folders(server: _Uploads, folder: str, parts: Sequence[Part]) -> None:
    """Make the folders of a bundle, the upper ones first; the one that the partner named has to be there."""
    depths: dict[int, set[str]] = {0: {folder}}
    for part in parts:
        below = dirname(part.entry.name)
        while below:
            depths.setdefault(below.count("/") + 1, set()).add(join(folder, below))
            below = dirname(below)
    for _, paths in sorted(depths.items()):
        await _each(sorted(paths - {""}), server.make_folder)


async def _each(things: Sequence[T], do: Callable[[T], Awaitable[R]]) -> list[R]:
    """Do something with each of many, some at a time."""
    done: list[R] = []
    for at in range(0, len(things), _AT_ONCE):
        done += await asyncio.gather(*(do(thing) for thing in things[at : at + _AT_ONCE]))
    return done


# --- what went wrong ------------------------------------------------------------------------------------------------


def explain(place: Place, proof: Proof, shown: str, failure: Exception) -> FetchError:
    """Say in plain words what failed, and whether a later try may succeed; `shown` is the server's key as it came."""
    if isinstance(failure, asyncssh.HostKeyNotVerifiable):
        reason = f"the server shows another key ({shown or 'unknown'}) than the one agreed on: it may be somebody else"
        return FetchError(place.name, reason, "ask the partner which key is right, and add the push anew", retry=False)
    if isinstance(failure, asyncssh.PermissionDenied):
        means = "this key" if proof.key else "this password"
        return FetchError(place.name, f"the server does not let {place.user} in with {means}", retry=False)
    for kinds, reason, retry in _reasons():
        if isinstance(failure, kinds):
            return FetchError(place.name, reason.format(folder=place.folder or "its folder"), retry=retry)
    return FetchError(place.name, f"the server does not take it: {_said(failure) or type(failure).__name__}")


def _reasons() -> tuple[tuple[tuple[type[Exception], ...], str, bool], ...]:
    """Give what failures mean, and whether a later try may succeed."""
    return (
        ((asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect), "the user may not write in {folder}", False),
        ((asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath), "there is no folder {folder}", False),
        ((asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded), "the server's disk is full", True),
        (
            (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.ConnectionLost),
            "the connection broke",
            True,
        ),
        ((TimeoutError,), "the server does not answer any more", True),
        ((OSError,), "it cannot be reached", True),
    )


def _said(failure: Exception) -> str:
    """Give what a server or the library says, as one short line."""
    words = "".join(mark if unicodedata.category(mark)[0] != "C" else " " for mark in str(failure))
    return " ".join(words.split())[:_LONGEST]
