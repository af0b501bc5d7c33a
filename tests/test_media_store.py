"""Where pictures are kept: a folder and a bucket, held to the same contract."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from socket import create_server
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from publisher.errors import OutsideError
from publisher.media import FolderStore, S3Store, Store, open_store, picture_key
from publisher.media.store import check_key
from publisher.settings import MediaStore

if TYPE_CHECKING:  # the stubs come with the lint extra
    from mypy_boto3_s3 import S3Client

KEY = "pictures/ab/abcdef.jpg"
QUICK = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 1})


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Run an S3 written by others."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def connect(endpoint: str) -> S3Client:
    """Make a client of the emulator."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="example",
        config=QUICK,
    )


def bucket(endpoint: str, name: str, prefix: str = "", *, make: bool = True) -> S3Store:
    """Open a bucket."""
    client = connect(endpoint)
    if make:
        client.create_bucket(Bucket=name)
    return S3Store(client, name, prefix)


@pytest.fixture(params=["folder", "s3", "s3 below a prefix"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Give a store of each kind."""
    if request.param == "folder":
        return FolderStore(tmp_path / "media")
    endpoint = request.getfixturevalue("endpoint")
    name = f"pictures-{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]}"
    return bucket(endpoint, name, "/a/b/" if "prefix" in request.param else "")


def test_what_is_written_is_read(store: Store) -> None:
    """Bytes come back as they went in; the same key again replaces them; another key has none."""
    assert not store.has(KEY)
    assert store.read(KEY) is None
    store.write(KEY, b"first", "image/jpeg")
    assert store.has(KEY)
    store.write(KEY, b"second", "image/jpeg")
    assert store.read(KEY) == b"second"
    assert store.read("pictures/ab/other.jpg") is None


@pytest.mark.parametrize(
    "key", ["../secret.jpg", "/etc/passwd.txt", "a/../b.jpg", "a//b.jpg", "a.jpg\n", "A.jpg", "a", ""]
)
def test_no_key_leads_out_of_the_store(key: str, tmp_path: Path) -> None:
    """A key that is no key is refused before anything is touched."""
    with pytest.raises(ValueError, match="not a key"):
        FolderStore(tmp_path).read(key)


@given(st.text(alphabet="ab./\\\n~%0", max_size=20))
def test_keys_are_paths_that_only_go_down(key: str) -> None:
    """What passes as a key has no part that leads up, and no root."""
    try:
        check_key(key)
    except ValueError:
        return
    assert ".." not in key.split("/")
    assert not key.startswith("/")


def test_pictures_are_asked_for_by_their_name_alone() -> None:
    """A name is a SHA-256 and an ending; whatever else people try has no key."""
    name = "0f" * 32
    assert picture_key(f"{name}.jpg") == f"pictures/0f/{name}.jpg"
    for wrong in (f"{name}.exe", f"{name}.jpg\n", f"../{name}.jpg", f"{name.upper()}.jpg", name, ""):
        assert picture_key(wrong) is None


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    """Many writers of one key leave one whole file, and nothing else."""
    store = FolderStore(tmp_path)
    contents = [bytes([65 + number]) * 200_000 for number in range(6)]
    threads = [threading.Thread(target=store.write, args=(KEY, content, "image/jpeg")) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read(KEY) in contents
    assert [path.name for path in store.path(KEY).parent.iterdir()] == ["abcdef.jpg"]


def test_a_folder_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    """Where a file stands in place of a folder, each call names the place and the way out."""
    (tmp_path / "media").write_bytes(b"")
    store = FolderStore(tmp_path / "media")
    with pytest.raises(OutsideError, match="picture store cannot be used"):
        store.write(KEY, b"x", "image/jpeg")
    with pytest.raises(OutsideError, match="Check the folder"):
        store.read(KEY)
    assert not store.has(KEY)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """When the last step fails, the new file beside the place is taken away again."""
    store = FolderStore(tmp_path)
    store.path(KEY).mkdir(parents=True)
    with pytest.raises(OutsideError):
        store.write(KEY, b"x", "image/jpeg")
    assert [path.name for path in store.path(KEY).parent.iterdir()] == ["abcdef.jpg"]


def test_pictures_are_readable_by_a_web_server(tmp_path: Path) -> None:
    """Other users of the machine may read what is kept."""
    store = FolderStore(tmp_path)
    store.write(KEY, b"x", "image/jpeg")
    assert store.path(KEY).stat().st_mode & 0o777 == 0o644


def test_a_bucket_says_what_its_pictures_are(endpoint: str) -> None:
    """Media type and caching go along, so that a bucket can serve pictures itself."""
    store = bucket(endpoint, "typed-pictures")
    store.write(KEY, b"x", "image/jpeg")
    store.write("addresses/ab/ab.json", b"{}", "application/json")
    client = connect(endpoint)
    head = client.head_object(Bucket="typed-pictures", Key=KEY)
    assert (head["ContentType"], "immutable" in head["CacheControl"]) == ("image/jpeg", True)
    assert client.head_object(Bucket="typed-pictures", Key="addresses/ab/ab.json")["CacheControl"] == "no-cache"


def test_a_bucket_that_is_not_there_says_so(endpoint: str) -> None:
    """A missing bucket is a failure that names it, not a picture that is not there."""
    store = bucket(endpoint, "no-such-bucket-anywhere", make=False)
    with pytest.raises(OutsideError, match=r"s3://no-such-bucket-anywhere/.*Make the bucket"):
        store.write(KEY, b"x", "image/jpeg")
    with pytest.raises(OutsideError, match="Make the bucket"):
        store.read(KEY)


def test_an_s3_that_does_not_answer_says_so() -> None:
    """Where nobody listens, each call fails with a message."""
    with create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    store = bucket(f"http://127.0.0.1:{port}", "pictures", make=False)
    with pytest.raises(OutsideError, match="cannot be used"):
        store.write(KEY, b"x", "image/jpeg")
    with pytest.raises(OutsideError, match="cannot be used"):
        store.read(KEY)
    with pytest.raises(OutsideError, match="cannot be used"):
        store.has(KEY)


def test_the_settings_choose_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in the home, or a bucket with what AWS's own configuration says; a wrong one is a message."""
    folder = open_store(MediaStore(), tmp_path)
    assert isinstance(folder, FolderStore)
    assert folder.folder == tmp_path / "media"
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert isinstance(open_store(MediaStore(store="s3", bucket="pictures"), tmp_path), S3Store)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "no address")
    with pytest.raises(OutsideError, match="S3 cannot be used"):
        open_store(MediaStore(store="s3", bucket="pictures"), tmp_path)
