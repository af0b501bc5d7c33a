"""A partner's SFTP server on loopback, for tests: a real one, that goes wrong where it is told to."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from publisher.syndication.sftp import Place, Proof

PASSWORD = "open-sesame"


@dataclass(kw_only=True)
class Server:
    """A partner's server: what it lets in, what it does wrong, and what happened."""

    folder: Path
    keys: Path
    password: str = PASSWORD
    room: int | None = None  # bytes that it still takes
    lost: bool = False  # whether it goes away, instead of saying that there is no room
    silent: bool = False
    forgets: bool = False  # takes bytes and keeps none
    renames: bool = True  # knows how to put a file in another's place
    asked: list[str] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    port: int = 0
    host_key: Any = None
    user_key: Any = None
    end: Any = None

    @property
    def pin(self) -> str:
        """Give what the server is known by."""
        found: str = self.host_key.get_fingerprint()
        return found

    @property
    def url(self) -> str:
        """Give the address of its folder."""
        return f"sftp://news@127.0.0.1:{self.port}/in"

    def place(self, folder: str = "in") -> Place:
        """Give the place to upload to."""
        return Place(host="127.0.0.1", port=self.port, user="news", folder=folder)

    def proof(self, password: str | None = PASSWORD, key: Path | None = None) -> Proof:
        """Give what is agreed on."""
        return Proof(host_keys=("SHA256:" + "A" * 43, self.pin), password=password, key=key)

    def whole(self) -> dict[str, str]:
        """Give every file that is not called .part, with its hash."""
        files = (file for file in sorted(self.folder.rglob("*")) if file.is_file() and file.suffix != ".part")
        return {str(file.relative_to(self.folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def make_door(server: Server) -> type[asyncssh.SSHServer]:
    """Let in by password and by key."""

    class Door(asyncssh.SSHServer):
        """Asks who is there."""

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            server.asked.append(password)
            return (username, password) == ("news", server.password)

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            known: bool = username == "news" and key == server.user_key.convert_to_public()
            return known

    return Door


def make_files(server: Server) -> type[asyncssh.SFTPServer]:
    """Keep files, as long as nothing is to go wrong."""

    class Files(asyncssh.SFTPServer):
        """Behaves as it is told."""

        def __init__(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
            super().__init__(chan, chroot=str(server.folder).encode())

        async def write(self, file_obj: object, offset: int, data: bytes) -> int:
            if server.silent:
                await server.end.wait()
            if server.room is not None:
                self._fill(len(data))
            kept: Any = len(data) if server.forgets else super().write(file_obj, offset, data)
            return int(kept)

        def _fill(self, size: int) -> None:
            server.room = (server.room or 0) - size
            if server.room < 0:
                if server.lost:
                    self.channel.get_connection().abort()
                raise OSError(errno.ENOSPC, "No space left on device")

        def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
            if not server.renames:
                raise asyncssh.SFTPOpUnsupported("no such thing")
            super().posix_rename(oldpath, newpath)
            server.placed.append(newpath.decode())

    return Files


def run_server(server: Server, ready: threading.Event, stop: list[Callable[[], object]]) -> None:
    """Serve until told to stop."""

    async def serve() -> None:
        end = server.end = asyncio.Event()
        loop = asyncio.get_running_loop()
        acceptor = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=make_door(server),
            server_host_keys=[server.host_key],
            sftp_factory=make_files(server),
        )
        server.port = acceptor.get_port()
        stop.append(lambda: loop.call_soon_threadsafe(end.set))
        ready.set()
        await end.wait()
        acceptor.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=10)

    asyncio.run(serve())


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Start a partner's server with one folder, `in`."""
    (folder / "served" / "in").mkdir(parents=True)
    (folder / "keys").mkdir(exist_ok=True)
    found = Server(folder=folder / "served", keys=folder / "keys")
    found.host_key = asyncssh.generate_private_key("ssh-ed25519")
    found.user_key = asyncssh.generate_private_key("ssh-ed25519")
    ready, stop = threading.Event(), list[Callable[[], object]]()
    thread = threading.Thread(target=run_server, args=(found, ready, stop))
    thread.start()
    assert ready.wait(60)
    yield found
    stop[0]()
    thread.join(60)
