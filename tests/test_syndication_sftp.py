"""Bundles onto an SFTP server: a real one on loopback, whole or broken in every way that servers break."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncssh
import pytest
from PIL import Image as Picture

from publisher.errors import FetchError, UsageError
from publisher.model import AltOrigin, Image, MediaFile, Post
from publisher.net import Guard
from publisher.syndication import archive, sftp, signature
from publisher.syndication.archive import Part
from publisher.syndication.bundle import make
from publisher.syndication.channel import Channel
from publisher.syndication.sftp import Patience, Place, Proof
from tests.sftp_server import PASSWORD, Server, serving

KEY = signature.make_key()
LOOPBACK = Guard.allowing(["127.0.0.1"])
SHORT = Patience(connect=20, login=20, answer=1)
LONG = Patience()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Start a partner's server with one folder, `in`."""
    with serving(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Part, ...]:
    """Make a bundle of three posts and a picture."""
    file = tmp_path_factory.mktemp("media") / "pier.png"
    Picture.effect_noise((400, 300), 90).save(file)
    content = file.read_bytes()
    url = "https://example.org/pier.png"
    medium = MediaFile(
        url=url, sha256=hashlib.sha256(content).hexdigest(), media_type="image/png", path=file, size=len(content)
    )
    image = Image(url=url, alt="A pier", alt_origin=AltOrigin.SOURCE)
    posts = [
        Post(
            id=f"https://example.org/{n}",
            source="sea",
            title=f"Boats {n}",
            text="At dawn.",
            html="<p>At dawn.</p>",
            images=(image,),
            published=datetime(2026, 11, 20, tzinfo=UTC),
        )
        for n in range(3)
    ]
    return archive.lay_out(make(posts, Channel(formats=("atom", "ninjs", "html")), media=[medium]), key=KEY)


def send(server: Server, parts: tuple[Part, ...], proof: Proof | None = None, patience: Patience = LONG) -> int:
    """Drop a bundle."""
    return sftp.drop(server.place(), proof or server.proof(), "world", parts, LOOPBACK, patience)


def read(part: Part) -> bytes:
    """Give the bytes of a file of a bundle."""
    if isinstance(part.content, Path):
        return part.content.read_bytes()
    return part.content if isinstance(part.content, bytes) else part.content.read()


def check_whole(server: Server, parts: tuple[Part, ...]) -> None:
    """Check that everything lies there, and that what points to it says where."""
    latest = json.loads((server.folder / "in/world/latest.json").read_bytes())
    top = parts[0].entry.name.partition("/")[0]
    assert latest == {"bundle": f"in/world/{top}/", "manifest": f"in/world/{top}/manifest.json"}
    wanted = {f"in/world/{part.entry.name}": hashlib.sha256(read(part)).hexdigest() for part in parts}
    assert {name: digest for name, digest in server.whole().items() if not name.endswith("latest.json")} == wanted
    assert not list(server.folder.rglob("*.part"))


# --- what arrives ----------------------------------------------------------------------------------------------------


def test_a_bundle_arrives_with_what_points_to_it_last(server: Server, parts: tuple[Part, ...]) -> None:
    """Media before posts, the manifest behind all files, the pointer behind the manifest; once is enough."""
    assert send(server, parts) == len(parts)
    check_whole(server, parts)
    places = [re.sub(r".*?bundle-\w+/", "", name) for name in server.placed]
    kinds = ["latest" if "latest" in one else one.split("/")[1] if one.startswith("data/") else one for one in places]
    assert kinds.index("media") == 0
    assert kinds.index("items") > max(n for n, kind in enumerate(kinds) if kind == "media")
    assert kinds[-2:] == ["manifest.json", "latest"] or kinds[-2].endswith("manifest.json")
    assert send(server, parts) == 0
    check_whole(server, parts)


def test_a_server_that_cannot_replace_files_is_served_too(server: Server, parts: tuple[Part, ...]) -> None:
    """Where a file cannot be put in another's place, the old pointer goes first."""
    server.renames = False
    assert send(server, parts) == len(parts)
    assert send(server, parts) == 0
    check_whole(server, parts)


def test_a_login_begins_in_a_folder(server: Server, parts: tuple[Part, ...]) -> None:
    """Without a folder in the address, that one is it."""
    place = Place.read(f"sftp://news@127.0.0.1:{server.port}")
    assert sftp.drop(place, server.proof(), "world", parts, LOOPBACK) == len(parts)
    latest = json.loads((server.folder / "world/latest.json").read_bytes())
    assert (server.folder / latest["manifest"]).is_file()


def test_a_key_lets_us_in(server: Server, parts: tuple[Part, ...]) -> None:
    """A private key in a file, with what protects it; no password goes over the wire."""
    plain, protected = server.keys / "plain", server.keys / "protected"
    server.user_key.write_private_key(plain)
    server.user_key.write_private_key(protected, passphrase="secret", rounds=50)
    assert send(server, parts, server.proof(None, plain)) == len(parts)
    assert send(server, parts, server.proof("secret", protected)) == 0
    assert server.asked == []
    for password in (None, "wrong"):
        with pytest.raises(UsageError, match="protected"):
            send(server, parts, server.proof(password, protected))
    plain.write_text("nothing")
    with pytest.raises(UsageError, match="is no private key"):
        send(server, parts, server.proof(None, plain))
    with pytest.raises(UsageError, match="cannot be read"):
        send(server, parts, server.proof(None, server.keys / "gone"))


# --- what goes wrong -------------------------------------------------------------------------------------------------


def check_fails(server: Server, parts: tuple[Part, ...], proof: Proof | None = None) -> FetchError:
    """Drop a bundle that cannot arrive; whatever has its name is whole, and nothing points to the rest."""
    with pytest.raises(FetchError) as caught:
        send(server, parts, proof, SHORT)
    sizes = {f"in/world/{part.entry.name}": part.entry.size for part in parts}
    for name in server.whole():
        assert (server.folder / name).stat().st_size == sizes[name]
    assert not any(name.endswith(("latest.json", "/manifest.json")) for name in server.whole())
    assert PASSWORD not in str(caught.value)
    return caught.value


def test_another_host_key_ends_it_before_a_password_is_shown(server: Server, parts: tuple[Part, ...]) -> None:
    """The key that came is told, so that people can ask the partner about it; trying again would not help."""
    failure = check_fails(server, parts, Proof(host_keys=("SHA256:" + "B" * 43,), password=PASSWORD))
    assert server.pin in str(failure)
    assert "agreed on" in failure.reason
    assert not failure.retry
    assert server.asked == []


def test_who_is_not_let_in_is_told_so(server: Server, parts: tuple[Part, ...]) -> None:
    """A wrong password and a strange key: told as what they are."""
    failure = check_fails(server, parts, server.proof("mistyped"))
    assert "does not let news in with this password" in failure.reason
    assert "mistyped" not in str(failure)
    assert not failure.retry
    strange = server.keys / "strange"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(strange)
    assert "with this key" in check_fails(server, parts, server.proof(None, strange)).reason


@pytest.mark.parametrize("lost", [False, True])
def test_what_broke_off_goes_on(server: Server, parts: tuple[Part, ...], *, lost: bool) -> None:
    """A full disk and a connection that breaks leave nothing that looks whole; the next try sends the rest alone."""
    server.room, server.lost = 40_000, lost
    failure = check_fails(server, parts)
    assert failure.retry
    assert ("broke" if lost else "No space left") in failure.reason
    before = len(server.whole())
    server.room = None
    assert send(server, parts) == len(parts) - before
    check_whole(server, parts)


def test_a_server_that_falls_silent_is_left(server: Server, parts: tuple[Part, ...]) -> None:
    """Each answer is waited for so long and no longer."""
    server.silent = True
    failure = check_fails(server, parts)
    assert "does not answer any more" in failure.reason
    assert failure.retry


def test_a_server_that_keeps_less_than_it_took_is_noticed(server: Server, parts: tuple[Part, ...]) -> None:
    """What lies there is measured before it gets its name."""
    server.forgets = True
    assert re.search(r"kept 0 of \d+ bytes", check_fails(server, parts).reason)


def test_a_folder_that_is_not_there_is_told(server: Server, parts: tuple[Part, ...]) -> None:
    """A mistyped folder is not made; neither is one below a file."""
    for folder, reason in (("inn", "there is no folder inn"), ("file", "")):
        (server.folder / "file").write_bytes(b"")
        with pytest.raises(FetchError) as caught:
            sftp.drop(server.place(folder), server.proof(), "world", parts, LOOPBACK)
        assert reason in str(caught.value)
    assert not (server.folder / "inn").exists()


def test_what_is_no_ssh_server_is_told(parts: tuple[Part, ...]) -> None:
    """Nobody listens there, something else does, or the name leads nowhere: an error that names the place."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        place = Place(host="127.0.0.1", port=port, user="news", folder="")
        with pytest.raises(FetchError, match=rf"sftp://127\.0\.0\.1:{port}: it cannot be reached"):
            sftp.drop(place, Proof(host_keys=()), "world", parts, LOOPBACK)
    nowhere = Place(host="nowhere.invalid", port=22, user="news", folder="")
    with pytest.raises(FetchError, match="cannot be resolved"):
        sftp.drop(nowhere, Proof(host_keys=()), "world", parts, LOOPBACK)


def test_a_server_in_a_private_network_is_not_called(server: Server, parts: tuple[Part, ...]) -> None:
    """The same guard as for every other address, asked about the address that is connected to."""
    with pytest.raises(UsageError, match="private network"):
        sftp.drop(server.place(), server.proof(), "world", parts, Guard())
    assert server.asked == []


def test_every_failure_of_the_library_becomes_ours() -> None:
    """Whatever it raises is told in a line, and none of it takes a server's control characters along."""
    place = Place(host="partner.example", port=22, user="news", folder="")
    kinds = [one for _, one in inspect.getmembers(asyncssh, inspect.isclass) if issubclass(one, asyncssh.Error)]
    assert len(kinds) > 30
    for kind in kinds:
        failure = kind.__new__(kind)
        Exception.__init__(failure, "odd\x1b[31m\r\nwords")
        told = sftp.explain(place, Proof(host_keys=()), "", failure)
        assert str(told).startswith("sftp://partner.example: ")
        assert str(told).isprintable(), kind


# --- addresses and keys ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "folder", "port"),
    [
        ("sftp://news@partner.example/in", "/in", 22),
        ("sftp://news@partner.example:2222/a%20b/", "/a b", 2222),
        ("sftp://news@partner.example/~/in", "in", 22),
        ("sftp://news@partner.example/~", "", 22),
        ("sftp://news@partner.example", "", 22),
    ],
)
def test_an_address_says_where(url: str, folder: str, port: int) -> None:
    """A folder from the top, or below the one that a login begins in."""
    assert Place.read(url) == Place(host="partner.example", port=port, user="news", folder=folder)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://news:secret@partner.example/in", "plain FTP is not offered"),
        ("ftps://partner.example", "plain FTP is not offered"),
        ("sftp://news:secret@partner.example/in", "a password does not belong into an address"),
        ("sftp://partner.example/in", "is no address of an SFTP server"),
        ("sftp://news@/in", "is no address of an SFTP server"),
        ("sftp://news@partner.example:x/in", "its port is none"),
        ("https://news@partner.example", "is no address of an SFTP server"),
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str, reason: str) -> None:
    """What is wrong with it is told, and never the password in it."""
    with pytest.raises(UsageError, match=reason) as caught:
        Place.read(url)
    assert "secret" not in str(caught.value)


def test_a_host_key_is_read_in_every_usual_form() -> None:
    """A fingerprint, a .pub file's line, a line of known_hosts; nothing else."""
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    public = key.export_public_key().decode().strip()
    for text in (key.get_fingerprint(), public, f"{public} ann@example", f"partner.example {public}"):
        assert sftp.read_host_key(text) == key.get_fingerprint()
    for text in ("", "MD5:aa:bb", "SHA256:short", "ssh-ed25519 AAAA"):
        with pytest.raises(UsageError, match="--host-key"):
            sftp.read_host_key(text)
