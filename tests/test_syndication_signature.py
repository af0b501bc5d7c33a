"""Signatures: ours read by others, nobody else's taken for ours."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey
from joserfc.jws import FlattenedJSONSerialization

from publisher.errors import IntegrityError, UsageError
from publisher.syndication import signature

KEY = signature.make_key()
PUBLIC = signature.public_key(KEY)
SIGNED = signature.sign(b"content", KEY)


def rsa_keys() -> tuple[bytes, bytes]:
    """Give a key of another kind, private and public."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    )
    return private, public


def test_what_is_signed_is_valid_and_names_its_key() -> None:
    """The signature carries the key that made it."""
    read = signature.read(SIGNED, b"content")
    assert read.valid
    assert read.kid == signature.key_id(PUBLIC)
    assert read.key == PUBLIC


def test_the_same_content_gets_the_same_signature() -> None:
    """Rebuilding a bundle gives the same bytes."""
    assert signature.sign(b"content", KEY) == SIGNED


def test_a_library_that_we_did_not_write_accepts_it() -> None:
    """It is a detached JWS (RFC 7515, appendix F; RFC 7797)."""
    found = json.loads(SIGNED)
    key = OKPKey.import_key(PUBLIC)
    document: FlattenedJSONSerialization = {
        "protected": found["protected"],
        "signature": found["signature"],
        "payload": "content",
    }
    assert jws.deserialize_json(document, key, algorithms=["Ed25519"]).payload == b"content"
    assert signature.key_id(PUBLIC) == key.thumbprint()


def test_other_content_is_not_signed() -> None:
    """One changed byte is enough."""
    assert not signature.read(SIGNED, b"Content").valid


@given(st.integers(0, len(SIGNED) * 8 - 1))
def test_no_bit_of_a_signature_can_be_flipped(bit: int) -> None:
    """A changed signature is unreadable or does not match: also where base64 has room to spare."""
    changed = bytearray(SIGNED)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        read = signature.read(bytes(changed), b"content")
    except IntegrityError:
        return
    assert not read.valid


@given(st.binary(max_size=80) | st.text().map(str.encode) | st.sampled_from([b"[]", b"{}", b"1", b"[" * 9999]))
def test_any_bytes_are_no_signature(document: bytes) -> None:
    """Whatever stands in the file, the answer is our error."""
    with pytest.raises(IntegrityError):
        signature.read(document, b"content")


def test_a_key_of_another_kind_is_refused() -> None:
    """The message says which kind is wanted."""
    private, public = rsa_keys()
    with pytest.raises(UsageError, match="no Ed25519 key"):
        signature.sign(b"content", private)
    with pytest.raises(UsageError, match="no Ed25519 key"):
        signature.key_id(public)


def test_what_is_no_key_is_refused() -> None:
    """The message names the file and a way out."""
    with pytest.raises(UsageError, match=r"notes\.txt: is no private key"):
        signature.public_key(b"hello", "notes.txt")
    with pytest.raises(UsageError, match=r"notes\.txt: is no public key"):
        signature.key_id(b"hello", "notes.txt")


def test_the_private_key_stands_in_for_its_public_half() -> None:
    """Whoever has the one need not look for the other."""
    assert signature.key_id(KEY) == signature.key_id(PUBLIC)


def test_a_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """It is written with mode 0600, in a folder that is made where it is missing, and read back as it is."""
    path = tmp_path / "keys" / "signing.pem"
    signature.save_key(KEY, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signature.load_key(path) == KEY
    assert [file.name for file in path.parent.iterdir()] == ["signing.pem"]


def test_no_key_is_written_over(tmp_path: Path) -> None:
    """A second key under the same name is refused and the first stays."""
    path = tmp_path / "signing.pem"
    signature.save_key(KEY, path)
    with pytest.raises(UsageError, match="there is a key already"):
        signature.save_key(signature.make_key(), path)
    assert signature.load_key(path) == KEY


def test_a_folder_that_cannot_hold_keys_is_named(tmp_path: Path) -> None:
    """A file where a folder should be gives a message, no traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        signature.save_key(KEY, tmp_path / "file" / "signing.pem")


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    """The message names the path."""
    with pytest.raises(UsageError, match=r"gone\.pem: cannot be read"):
        signature.load_key(tmp_path / "gone.pem")
