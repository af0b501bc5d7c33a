"""The ZIP of a bundle: readable for everybody, one form only."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import IntegrityError
from publisher.syndication import container
from publisher.syndication.container import Entry

NAMES = st.from_regex(r"[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,2}\.txt", fullmatch=True)


def pack(files: dict[str, bytes]) -> bytes:
    """Write files as one container."""
    entries = [Entry(name=name, size=len(content), crc=zlib.crc32(content)) for name, content in files.items()]
    pieces = [container.local_header(entry) + files[entry.name] for entry in entries]
    return b"".join([*pieces, *container.directory(entries)])


def scan(raw: bytes) -> list[Entry]:
    """Read a container."""
    return list(container.scan(io.BytesIO(raw), len(raw)))


@given(st.dictionaries(NAMES, st.binary(max_size=50), min_size=1, max_size=5))
def test_what_is_written_is_read_by_us_and_by_others(files: dict[str, bytes]) -> None:
    """Our reader and Python's find the same names and bytes, and the length is known beforehand."""
    raw = pack(files)
    entries = scan(raw)
    assert {entry.name: raw[entry.start : entry.start + entry.size] for entry in entries} == files
    with zipfile.ZipFile(io.BytesIO(raw)) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == files
    assert container.length(entries) == len(raw)


def test_a_number_too_wide_for_zip_goes_into_its_zip64_field() -> None:
    """A film of five gigabytes has a header that Python's reader understands, and so has what stands behind it."""
    size = 5 * 1024**3
    first, second = Entry(name="film.mp4", size=size, crc=1), Entry(name="b.txt", size=0, crc=0)
    assert len(container.local_header(first)) == 30 + len("film.mp4") + 20
    tail = b"".join(container.directory([first, second]))
    assert b"PK\6\6" in tail
    assert size.to_bytes(8, "little") * 2 in tail
    assert container.length([first, second]) > size


@pytest.mark.proof
def test_a_container_of_more_than_four_gigabytes_opens_elsewhere(tmp_path: Path) -> None:
    """Python's reader opens a container with a hole of 4.5 GB in it and finds the file behind."""
    size = 4_500_000_000
    crc = 0
    for _ in range(45):
        crc = zlib.crc32(bytes(100_000_000), crc)
    first, second = Entry(name="film.mp4", size=size, crc=crc), Entry(name="b.txt", size=2, crc=zlib.crc32(b"hi"))
    path = tmp_path / "wide.zip"
    with path.open("wb") as file:
        file.write(container.local_header(first))
        file.seek(size, 1)
        file.write(container.local_header(second) + b"hi")
        file.writelines(container.directory([first, second]))
    with zipfile.ZipFile(path) as other:
        assert other.read("b.txt") == b"hi"
        assert other.getinfo("film.mp4").file_size == size
    with path.open("rb") as file:
        assert [entry.size for entry in container.scan(file, path.stat().st_size)] == [size, 2]
    path.unlink()


@pytest.mark.proof
def test_more_files_than_zip_can_count_still_open() -> None:
    """65,536 files need the wide end of the directory."""
    files = {f"f{number}": b"" for number in range(65_536)}
    raw = pack(files)
    assert len(scan(raw)) == 65_536
    with zipfile.ZipFile(io.BytesIO(raw)) as other:
        assert len(other.namelist()) == 65_536


@given(st.binary(max_size=200))
def test_any_bytes_give_files_or_our_error(raw: bytes) -> None:
    """Nothing that is not ours passes, and nothing else than our error comes out."""
    with pytest.raises(IntegrityError):
        scan(raw)


@given(st.binary(max_size=200))
def test_any_bytes_after_a_good_beginning_give_our_error(rest: bytes) -> None:
    """The same holds where the first header looks right."""
    good = pack({"a.txt": b"hello"})
    with pytest.raises(IntegrityError):
        scan(good[:-22] + b"x" + rest)


@pytest.mark.parametrize(
    "name",
    ["../up", "/root", "a//b", "a/../b", ".hidden", "a/.b", "UPPER", "a\\b", "c:/x", "", "ä", "a/", "x" * 256],
)
def test_a_path_that_could_lead_elsewhere_is_unsafe(name: str) -> None:
    """Nothing absolute, hidden, above, in capitals or beyond ASCII is a safe name."""
    assert not container.is_safe(name)


def test_an_ordinary_path_is_safe() -> None:
    """What bundles use is allowed."""
    assert container.is_safe("bundle-0a/data/items/ff/v1/post.ninjs.json")


def zipped(name: str, content: bytes, method: int) -> bytes:
    """Write a container with Python's own writer."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as other:
        other.writestr(zipfile.ZipInfo(name), content, method)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (zipped("bomb.txt", b"\0" * 10**7, zipfile.ZIP_DEFLATED), "compressed"),
        (zipped("../up.txt", b"x", zipfile.ZIP_STORED), "no safe path"),
        (zipped("a.txt", b"x", zipfile.ZIP_STORED), "directory"),
        (pack({"a.txt": b"x"}).replace(b"\x21\0", b"\x22\0", 1), "not as this program writes it"),
        (b"", "no bundle"),
        (b"PK\3\4short", "cut off"),
        (pack({"a.txt": b"hello"})[:40], "cut off"),
        (pack({"a.txt": b"hello"})[:-3], "cut off"),
        (pack({"a.txt": b"hello"}) + b"!", "behind the end"),
    ],
)
def test_what_is_wrong_is_said(raw: bytes, reason: str) -> None:
    """Every kind of foreign or broken container has its own reason."""
    with pytest.raises(IntegrityError) as caught:
        scan(raw)
    assert reason in caught.value.reason


def test_a_container_with_too_many_files_is_refused_before_it_fills_the_memory() -> None:
    """The files are counted while they are read."""
    raw = container.local_header(Entry(name="a", size=0, crc=0)) * 9
    with pytest.raises(IntegrityError, match="too many: a container holds at most 3"):
        list(container.scan(io.BytesIO(raw), len(raw), most=3))


def test_a_wide_file_that_is_not_there_is_cut_off() -> None:
    """A header that promises five gigabytes is read as such."""
    raw = container.local_header(Entry(name="film.mp4", size=5 * 1024**3, crc=1))
    with pytest.raises(IntegrityError, match="ends too early"):
        list(container.scan(io.BytesIO(raw), len(raw)))
