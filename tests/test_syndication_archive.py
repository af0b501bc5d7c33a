"""Bundles as files: sound ones pass, and whatever is done to one is found and named."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import bagit
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.errors import IntegrityError, OutsideError, UsageError
from publisher.model import MediaFile
from publisher.syndication import archive, bag, bundle, container, manifest, signature
from publisher.syndication.archive import Verification
from publisher.syndication.channel import Channel
from publisher.syndication.container import Entry
from tests.builders import make_post, make_rich_post

KEY = signature.make_key()
PUBLIC = signature.public_key(KEY)
OTHER = signature.make_key()
SMALL = Channel(name="radio", title="Radio", formats=("text",))


def make_media_file(path: Path, content: bytes = b"picture" * 1000) -> MediaFile:
    """Write a picture as the media store keeps it."""
    path.write_bytes(content)
    return MediaFile(
        url="https://example.org/harbour.jpg",
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="image/jpeg",
        path=path,
        size=len(content),
    )


def write_small(path: Path) -> bytes:
    """Write a small bundle and give its bytes."""
    archive.write(bundle.make([make_post()], SMALL), path, key=KEY)
    return path.read_bytes()


def check(path: Path, raw: bytes) -> Verification:
    """Verify bytes as a file."""
    path.write_bytes(raw)
    return archive.verify(path, key=PUBLIC)


def repack(raw: bytes, changes: dict[str, bytes | None]) -> bytes:
    """Lay a bundle out anew with other files in it, as somebody would who knows how."""
    files: dict[str, bytes | None] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as other:
        files = {name.partition("/")[2]: other.read(name) for name in other.namelist()}
        top = other.namelist()[0].partition("/")[0]
    files |= changes
    entries, pieces = [], []
    for name, content in files.items():
        if content is not None:
            path = name.removeprefix("!") if name.startswith("!") else f"{top}/{name}"
            entry = Entry(name=path, size=len(content), crc=zlib.crc32(content))
            entries.append(entry)
            pieces += [container.local_header(entry), content]
    return b"".join([*pieces, *container.directory(entries)])


# --- sound bundles ------------------------------------------------------------------------------------------------


def test_a_bundle_passes_and_says_what_it_is(tmp_path: Path) -> None:
    """The check names signer, sequence, channel and how much is in it."""
    made = bundle.make([make_rich_post()], Channel(name="world", title="World"))
    archive.write(made, tmp_path / "a.zip", key=KEY)
    found = archive.verify(tmp_path / "a.zip", key=PUBLIC)
    assert found.ok
    assert found.signer == "given"
    assert found.kid == signature.key_id(PUBLIC)
    assert found.sequence == made.manifest["sequence"]
    assert (found.channel, found.posts, found.files) == ("world", 1, len(made.files))
    assert found.size == (tmp_path / "a.zip").stat().st_size
    found.demand("a.zip")


def test_an_empty_bundle_passes(tmp_path: Path) -> None:
    """A channel without posts is still a channel."""
    archive.write(bundle.make([]), tmp_path / "a.zip", key=KEY)
    assert archive.verify(tmp_path / "a.zip").ok


def test_a_rebuild_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    """Nothing depends on the clock, the order of sets or the process; the hash of the file is given back."""
    first = archive.write(bundle.make([make_rich_post()]), tmp_path / "a.zip", key=KEY)
    (tmp_path / "key.pem").write_bytes(KEY)
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.builders import make_rich_post\n"
        "from publisher.syndication import archive, bundle\n"
        "key = Path(sys.argv[1], 'key.pem').read_bytes()\n"
        "print(archive.write(bundle.make([make_rich_post()]), Path(sys.argv[1], 'b.zip'), key=key))\n"
    )
    root = Path(__file__).parent.parent
    ran = subprocess.run(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(root), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    assert ran.stdout.strip() == first
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest() == first


def test_the_bag_is_valid_for_the_library_of_congress(tmp_path: Path) -> None:
    """The `bagit` library accepts the unpacked bundle, and notices one changed byte."""
    archive.write(bundle.make([make_rich_post()]), tmp_path / "a.zip", key=KEY)
    with zipfile.ZipFile(tmp_path / "a.zip") as other:
        other.extractall(tmp_path / "out")
    folder = next((tmp_path / "out").iterdir())
    assert bagit.Bag(str(folder)).is_valid()
    page = folder / "data" / "index.html"
    page.write_bytes(page.read_bytes() + b" ")
    assert not bagit.Bag(str(folder)).is_valid()


def test_media_are_copied_from_disk_once_for_each_content(tmp_path: Path) -> None:
    """Two addresses with the same bytes give one file named by its hash."""
    one = make_media_file(tmp_path / "one.jpg")
    two = dataclasses.replace(one, url="https://example.org/same.jpg")
    first, second = (
        make_rich_post(),
        make_rich_post(id="2", images=(dataclasses.replace(make_rich_post().images[0], url=two.url),)),
    )
    made = bundle.make([first, second], media=[one, two])
    archive.write(made, tmp_path / "a.zip", key=KEY)
    assert archive.verify(tmp_path / "a.zip").ok
    with zipfile.ZipFile(tmp_path / "a.zip") as other:
        inside = [name for name in other.namelist() if "/media/" in name]
        assert [name.rpartition("/")[2] for name in inside] == [f"{one.sha256}.jpg"]
        assert other.read(inside[0]) == one.path.read_bytes()


def test_the_stream_has_the_length_that_was_announced(tmp_path: Path) -> None:
    """A server may say Content-Length before it sends."""
    made = bundle.make([make_rich_post()], media=[make_media_file(tmp_path / "one.jpg")])
    parts = archive.lay_out(made, key=KEY)
    sent = b"".join(archive.stream(parts))
    assert len(sent) == container.length([part.entry for part in parts])


# --- who signed ---------------------------------------------------------------------------------------------------


def test_without_a_key_the_signer_is_unknown(tmp_path: Path) -> None:
    """The embedded key proves that all of it comes from one hand, not whose."""
    write_small(tmp_path / "a.zip")
    found = archive.verify(tmp_path / "a.zip")
    assert (found.ok, found.signer) == (True, "unknown")


def test_the_home_key_is_known(tmp_path: Path) -> None:
    """Our own bundles are recognised without naming a key; those of others stay unknown."""
    write_small(tmp_path / "a.zip")
    assert archive.verify(tmp_path / "a.zip", home_key=PUBLIC).signer == "home"
    found = archive.verify(tmp_path / "a.zip", home_key=signature.public_key(OTHER))
    assert (found.ok, found.signer) == (True, "unknown")


def test_a_wrong_key_is_a_problem(tmp_path: Path) -> None:
    """A sound bundle of somebody else is refused, and both keys are named."""
    write_small(tmp_path / "a.zip")
    found = archive.verify(tmp_path / "a.zip", key=signature.public_key(OTHER))
    assert [problem.where for problem in found.problems] == ["manifest.json.sig"]
    assert "another key" in found.problems[0].reason


def test_what_is_no_key_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """The message says what was expected."""
    write_small(tmp_path / "a.zip")
    with pytest.raises(UsageError, match="is no public key"):
        archive.verify(tmp_path / "a.zip", key=b"hello")


# --- broken bundles -----------------------------------------------------------------------------------------------


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_flipped_bit_is_found(tmp_path: Path, data: st.DataObject) -> None:
    """Wherever it is: in a header, a name, a text, the manifest, the signature, the directory."""
    path = tmp_path / "flip.zip"
    raw = bytearray(write_small(path))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    found = check(path, bytes(raw))
    assert not found.ok
    assert all(problem.where and problem.reason for problem in found.problems)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_cut_is_found(tmp_path: Path, data: st.DataObject) -> None:
    """A truncated download never passes."""
    path = tmp_path / "cut.zip"
    raw = write_small(path)
    assert not check(path, raw[: data.draw(st.integers(0, len(raw) - 1))]).ok


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=st.binary(max_size=300))
def test_any_bytes_give_problems(tmp_path: Path, raw: bytes) -> None:
    """Whatever the file is, the answer is a list of problems."""
    found = check(tmp_path / "any.zip", raw)
    assert not found.ok
    with pytest.raises(IntegrityError, match=r"any\.zip: "):
        found.demand("any.zip")


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"data/index.html": b"<p>other"}, "data/index.html", "SHA-256"),
        ({"data/index.html": None}, "data/index.html", "not in the container"),
        ({"data/more.html": b"x"}, "data/more.html", "not in the manifest"),
        ({"more.txt": b"x"}, "more.txt", "does not belong"),
        ({"!elsewhere/data/x.txt": b"x"}, "elsewhere/data/x.txt", "outside"),
        ({"bag-info.txt": b"Contact-Name: Eve\n"}, "bag-info.txt", "changed"),
        ({"bagit.txt": None}, "bagit.txt", "missing"),
        ({"manifest-sha256.txt": b""}, "manifest-sha256.txt", "changed"),
        ({"manifest.json": None}, "manifest.json", "missing"),
        ({"manifest.json": b"{}"}, "manifest.json", "sequence"),
        ({"manifest.json": b'{"a": 1}'}, "manifest.json", "canonical"),
        ({"manifest.json": b"[" * 100_000}, "manifest.json", "no JSON"),
        ({"manifest.json.sig": None}, "manifest.json.sig", "missing"),
        ({"manifest.json.sig": b"{}"}, "manifest.json.sig", "no signature"),
    ],
)
def test_a_repacked_bundle_is_found_out(
    tmp_path: Path, changes: dict[str, bytes | None], where: str, reason: str
) -> None:
    """Somebody who lays the container out correctly around other files is named file and fault."""
    raw = write_small(tmp_path / "a.zip")
    found = check(tmp_path / "b.zip", repack(raw, changes))
    assert any(problem.where == where and reason in problem.reason for problem in found.problems), found.problems


def test_a_manifest_of_somebody_else_is_found_out(tmp_path: Path) -> None:
    """A changed manifest that is canonical, with a sequence that fits, does not match the signature."""
    raw = write_small(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as other:
        name = next(name for name in other.namelist() if name.endswith("/manifest.json"))
        listed = json.loads(other.read(name))
    listed["items"][0]["title"] = "Other"
    del listed["sequence"]
    listed["sequence"] = hashlib.sha256(manifest.write(listed)).hexdigest()
    found = check(tmp_path / "b.zip", repack(raw, {"manifest.json": manifest.write(listed)}))
    assert ("manifest.json.sig", "does not match: the manifest was changed") in {
        (problem.where, problem.reason) for problem in found.problems
    }


@pytest.mark.parametrize(
    "listed",
    [
        {},
        {"items": 1, "files": []},
        {"items": [], "files": [1]},
        {"items": [], "files": [{}]},
        {"items": [], "files": [{"path": "data/a", "sha256": "0", "bytes": -1}]},
        {"items": [], "files": [{"path": "data/a", "sha256": "0", "bytes": 1}] * 2},
        {"items": [{"files": None}], "files": []},
    ],
)
def test_a_hostile_manifest_gives_problems(tmp_path: Path, listed: dict[str, object]) -> None:
    """Wrong types and repeated files are our error, signed or not."""
    whole = {**listed, "sequence": hashlib.sha256(manifest.write(listed)).hexdigest()}
    raw = write_small(tmp_path / "a.zip")
    written = manifest.write(whole)
    changes = {"manifest.json": written, "manifest.json.sig": signature.sign(written, KEY)}
    assert not check(tmp_path / "b.zip", repack(raw, dict(changes))).ok


def test_a_file_that_stands_twice_is_found(tmp_path: Path) -> None:
    """Two files of one name mean different things to different readers."""
    raw = write_small(tmp_path / "a.zip")
    entries, pieces = [], []
    with zipfile.ZipFile(tmp_path / "a.zip") as other:
        for name in [*other.namelist(), other.namelist()[-1]]:
            content = other.read(name)
            entry = Entry(name=name, size=len(content), crc=zlib.crc32(content))
            entries.append(entry)
            pieces += [container.local_header(entry), content]
    found = check(tmp_path / "b.zip", b"".join([*pieces, *container.directory(entries)]))
    assert raw
    assert any("stands twice" in problem.reason for problem in found.problems)


def test_another_order_is_found(tmp_path: Path) -> None:
    """The same files in another order are another container."""
    raw = write_small(tmp_path / "a.zip")
    found = check(tmp_path / "b.zip", repack(raw, {"bagit.txt": None}))
    assert not found.ok
    with zipfile.ZipFile(tmp_path / "a.zip") as other:
        content = other.read(other.namelist()[0])
    moved = repack(repack(raw, {"bagit.txt": None}), {"bagit.txt": content})
    found = check(tmp_path / "b.zip", moved)
    assert [problem.reason for problem in found.problems] == [
        "its files are not in the order in which they are written"
    ]


def test_a_folder_of_another_name_is_found(tmp_path: Path) -> None:
    """The folder is named after the sequence."""
    raw = write_small(tmp_path / "a.zip")
    top = bag.folder(str(archive.verify(tmp_path / "a.zip").sequence)).encode()
    found = check(tmp_path / "b.zip", raw.replace(top, b"bundle-0000000000000000"))
    assert any("named after the sequence" in problem.reason for problem in found.problems)


def test_many_problems_are_counted_in_one_line(tmp_path: Path) -> None:
    """The message of a command stays short."""
    raw = write_small(tmp_path / "a.zip")
    found = check(tmp_path / "b.zip", repack(raw, {"data/index.html": None, "bagit.txt": None}))
    with pytest.raises(IntegrityError, match=r"and \d+ more"):
        found.demand("b.zip")


def test_a_tag_file_that_fills_the_memory_is_not_read(tmp_path: Path) -> None:
    """A manifest of more than 128 MB is refused by its size alone."""
    path = tmp_path / "big.zip"
    entry = Entry(name="bundle-0/manifest.json", size=archive.LARGEST_TAG_FILE + 1, crc=0)
    with path.open("wb") as file:
        file.write(container.local_header(entry))
        file.seek(entry.size, 1)
        file.writelines(container.directory([entry]))
    found = archive.verify(path)
    assert any("is larger than" in problem.reason for problem in found.problems)


# --- the world outside --------------------------------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Neither a missing file nor a folder gives a traceback."""
    with pytest.raises(OutsideError, match=r"gone\.zip: cannot be read"):
        archive.verify(tmp_path / "gone.zip")
    with pytest.raises(OutsideError, match="cannot be read"):
        archive.verify(tmp_path)


def test_a_medium_that_changed_on_disk_stops_the_bundle(tmp_path: Path) -> None:
    """What was fetched and what would be shipped must be the same bytes; nothing half-written stays."""
    medium = make_media_file(tmp_path / "one.jpg")
    made = bundle.make([make_rich_post()], media=[medium])
    medium.path.write_bytes(b"other")
    with pytest.raises(IntegrityError, match="is not what was fetched"):
        archive.write(made, tmp_path / "a.zip", key=KEY)
    medium.path.unlink()
    with pytest.raises(OutsideError, match="cannot be read"):
        archive.write(made, tmp_path / "a.zip", key=KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_medium_that_shrinks_while_it_is_copied_stops_the_bundle(tmp_path: Path) -> None:
    """The container would be broken; the reader of the stream hears of it."""
    medium = make_media_file(tmp_path / "one.jpg")
    made = bundle.make([make_rich_post()], Channel(formats=("rss",)), media=[medium])
    parts = archive.lay_out(made, key=KEY)
    medium.path.write_bytes(b"short")
    with pytest.raises(OutsideError, match="became shorter"):
        list(archive.stream(parts))
    medium.path.unlink()
    with pytest.raises(OutsideError, match="cannot be read"):
        list(archive.stream(parts))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where a folder should be gives a message, no traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideError, match="cannot be written"):
        archive.write(bundle.make([]), tmp_path / "file" / "a.zip", key=KEY)
