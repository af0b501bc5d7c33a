"""Who made a bundle: a detached Ed25519 signature over the manifest, as JSON Web Signature (RFC 7515, 7797, 9864).

The signature carries its public key, so that a bundle can be checked without knowing anybody; whether that key is the
one you trust is another question, which only a key that came another way answers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import rfc8785
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from publisher.errors import IntegrityError, UsageError

_RAW: Final = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
_PUBLIC_PEM: Final = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature that was read: the key it names, the key it carries, and whether that key made it."""

    kid: str
    key: bytes
    valid: bool


def make_key() -> bytes:
    """Make a new private key, as PEM."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_key(private: bytes, subject: str = "signing key") -> bytes:
    """Give the public half of a private key, both as PEM.

    Raises:
        UsageError: what was given is no Ed25519 private key.
    """
    return _private(private, subject).public_key().public_bytes(*_PUBLIC_PEM)


def key_id(public: bytes, subject: str = "public key") -> str:
    """Name a public key (PEM) by its JWK thumbprint (RFC 7638).

    Raises:
        UsageError: what was given is no Ed25519 public key.
    """
    return _thumbprint(_public(public, subject).public_bytes(*_RAW))


def save_key(private: bytes, path: Path) -> None:
    """Write a private key so that only its owner reads it: whole or not at all, and never over another key.

    Raises:
        UsageError: there is a file already, or the folder cannot be written.
    """
    if path.exists():
        raise UsageError(str(path), "there is a key already", "Choose another name or move it away.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(private)
                file.flush()
                os.fsync(file.fileno())
            os.link(name, path)  # fails where another process was quicker
        finally:
            Path(name).unlink()
    except OSError as cause:
        raise UsageError(str(path), f"cannot be written: {cause.strerror}", "Choose a folder you may write.") from cause


def load_key(path: Path) -> bytes:
    """Read a key file, private or public, as it is.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as cause:
        raise UsageError(str(path), f"cannot be read: {cause.strerror}", "Name a key file in PEM.") from cause


def sign(content: bytes, private: bytes) -> bytes:
    """Sign bytes and give the signature file; the same bytes and key always give the same file."""
    key = _private(private, "signing key")
    raw = key.public_key().public_bytes(*_RAW)
    protected = _encode(rfc8785.dumps(_header(raw)))
    return _document(protected, key.sign(protected + b"." + content))


def read(document: bytes, content: bytes) -> Signature:
    """Read a signature file and say whether the key it carries made it.

    Raises:
        IntegrityError: the file is not a signature as this program writes it, to the byte.
    """
    try:
        found = json.loads(document)
        protected, signature = str(found["protected"]).encode("ascii"), _decode(str(found["signature"]))
        raw = _decode(str(json.loads(_decode(protected.decode()))["jwk"]["x"]))
        key = Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as cause:
        raise IntegrityError("manifest.json.sig", "is no signature") from cause
    if protected != _encode(rfc8785.dumps(_header(raw))) or document != _document(protected, signature):
        raise IntegrityError("manifest.json.sig", "was changed after it was written")
    return Signature(
        kid=_thumbprint(raw),
        key=key.public_bytes(*_PUBLIC_PEM),
        valid=_is_signed(key, signature, protected + b"." + content),
    )


def _is_signed(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Say whether a key made a signature."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _header(raw: bytes) -> dict[str, bool | str | list[str] | dict[str, str]]:
    """Give the protected header: the content stands beside it, not inside it (RFC 7797)."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _encode(raw).decode()}
    return {"alg": "Ed25519", "b64": False, "crit": ["b64"], "jwk": jwk, "kid": _thumbprint(raw)}


def _thumbprint(raw: bytes) -> str:
    """Hash a public key as RFC 7638 says."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _encode(raw).decode()}
    return _encode(hashlib.sha256(rfc8785.dumps(jwk)).digest()).decode()


def _document(protected: bytes, signature: bytes) -> bytes:
    """Write the flattened JSON form (RFC 7515, 7.2.2) without the payload."""
    return rfc8785.dumps({"protected": protected.decode(), "signature": _encode(signature).decode()})


def _encode(content: bytes) -> bytes:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _decode(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _private(pem: bytes, subject: str) -> Ed25519PrivateKey:
    """Read a private key."""
    fix = "Make one by leaving --key out, or name an Ed25519 key without passphrase in PEM."
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as cause:
        raise UsageError(subject, "is no private key", fix) from cause
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(subject, "is no Ed25519 key", fix)
    return key


def _public(pem: bytes, subject: str) -> Ed25519PublicKey:
    """Read a public key; of a private one its public half."""
    fix = "Name the .pub file that was made with the signing key."
    try:
        if b"PRIVATE KEY" in pem:
            return _private(pem, subject).public_key()
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as cause:
        raise UsageError(subject, "is no public key", fix) from cause
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(subject, "is no Ed25519 key", fix)
    return key
