"""The files around the payload that make a folder a bag (BagIt 1.0, RFC 8493), each a function of the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from publisher.syndication.markup import flat

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.sig"
PAYLOAD: Final = "data/"
# What comes before the payload, in this order: whoever reads from the front knows first what to expect.
TAG_FILES: Final = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", MANIFEST, SIGNATURE)

_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_SEQUENCE_SHOWN: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A file below data/ as the manifest describes it."""

    path: str
    sha256: str
    size: int


def folder(sequence: str) -> str:
    """Name the one folder at the top of a bundle."""
    return f"bundle-{sequence[:_SEQUENCE_SHOWN]}"


def tag_files(
    manifest: bytes, signature: bytes, info: Mapping[str, str], payload: Sequence[Payload]
) -> dict[str, bytes]:
    """Write the files around a payload, in the order of `TAG_FILES`."""
    files = {
        "bagit.txt": _DECLARATION,
        "bag-info.txt": _info(info, payload),
        "manifest-sha256.txt": _lines((one.path, one.sha256) for one in sorted(payload, key=lambda one: one.path)),
        MANIFEST: manifest,
        SIGNATURE: signature,
    }
    sums = ((name, hashlib.sha256(content).hexdigest()) for name, content in sorted(files.items()))
    files["tagmanifest-sha256.txt"] = _lines(sums)
    return {name: files[name] for name in TAG_FILES}


def _info(info: Mapping[str, str], payload: Sequence[Payload]) -> bytes:
    """Write bag-info.txt; no Bagging-Date, because the same posts give the same bag."""
    total = sum(one.size for one in payload)
    lines = {**info, "Payload-Oxum": f"{total}.{len(payload)}"}
    return "".join(f"{name}: {flat(value)}\n" for name, value in lines.items() if flat(value)).encode()


def _lines(sums: Iterable[tuple[str, str]]) -> bytes:
    """Write checksums and paths, two spaces between them."""
    return "".join(f"{digest}  {path}\n" for path, digest in sums).encode()
