"""Bytes with what tells them apart: strong ETags, encodings, conditional and partial answers (RFC 9110, 9530)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import brotli
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from publisher.web.outlets.problems import ProblemError

CHUNK: Final = 1 << 18
_SMALL: Final = 400  # bytes; below that, encoding gains nothing
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
_BROTLI_QUALITY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One form of a representation: its bytes, its own ETag and digest."""

    content: bytes
    coding: str
    etag: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """What is answered with: every form that it is offered in, the plain one first. `items`: what was delivered.

    `source` is the entity tag of the representation that this one was copied from.
    """

    media_type: str
    forms: tuple[Encoded, ...]
    modified: datetime | None = None
    sequence: int = 0
    items: str = "[]"
    source: str = ""


def represent(  # noqa: PLR0913 - by keyword, each with a default
    content: bytes,
    media_type: str,
    *,
    modified: datetime | None = None,
    sequence: int = 0,
    items: str = "[]",
    accepted: str | None = None,
) -> Representation:
    """Make a representation in every encoding; in those of an Accept-Encoding alone where it serves one answer only.

    `sequence` is the change up to which it is true; 0 where that makes no difference.
    """
    mark = f".{sequence:x}" if sequence else ""
    forms = [_encode(content, "", mark)]
    weights = None if accepted is None else _weights(accepted)
    for coding, compress in _CODINGS:
        if len(content) >= _SMALL and (weights is None or _takes(weights, coding)):
            forms.append(_encode(compress(content), coding, mark))
    return Representation(media_type=media_type, forms=tuple(forms), modified=modified, sequence=sequence, items=items)


_CODINGS: Final[tuple[tuple[str, Callable[[bytes], bytes]], ...]] = (
    ("br", lambda content: bytes(brotli.compress(content, quality=_BROTLI_QUALITY))),
    ("gzip", lambda content: gzip.compress(content, mtime=0)),
)


def _encode(content: bytes, coding: str, mark: str) -> Encoded:
    """Describe one form; its entity tag ends with `mark`."""
    digest = hashlib.sha256(content).digest()
    tag = base64.urlsafe_b64encode(digest[:18]).decode()
    return Encoded(
        content=content,
        coding=coding,
        etag=f'"{tag}{mark}"',
        digest=f"sha-256=:{base64.b64encode(digest).decode()}:",
    )


def choose(representation: Representation, accepted: str) -> Encoded:
    """Give the form that a client takes (RFC 9110, 12.5.3): br, gzip, else the plain one."""
    plain, *others = representation.forms
    if not accepted or not others:
        return plain
    weights = _weights(accepted)
    return next((form for form in others if _takes(weights, form.coding)), plain)


@lru_cache(maxsize=256)
def _weights(accepted: str) -> Mapping[str, float]:
    """Read an Accept-Encoding; what cannot be read is not accepted."""
    found: dict[str, float] = {}
    for part in accepted[:400].lower().split(","):
        name, _, weight = part.partition(";")
        try:
            found[name.strip()] = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            found[name.strip()] = 0.0
    return found


def _takes(weights: Mapping[str, float], coding: str) -> bool:
    """Say whether a client takes an encoding."""
    return weights.get(coding, weights.get("*", 0.0)) > 0


def matches(header: str, etag: str) -> bool:
    """Say whether an If-None-Match names an entity tag (RFC 9110, 13.1.2): a list, weakly compared, or "*"."""
    return header.strip() == "*" or etag in _TAG.findall(header)


def respond(request: HttpRequest, found: Representation, *, is_part: bool = False) -> HttpResponse:
    """Answer with a representation, or with 304 where the client has it; never with 304 for part of something."""
    form = choose(found, str(request.META.get("HTTP_ACCEPT_ENCODING", "")))
    wanted = str(request.META.get("HTTP_IF_NONE_MATCH", ""))
    if wanted and not is_part and matches(wanted, form.etag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(form.content, content_type=found.media_type)
        response.headers["Content-Length"] = str(len(form.content))
        response.headers["Repr-Digest"] = form.digest
        if form.coding:
            response.headers["Content-Encoding"] = form.coding
    response.headers["ETag"] = form.etag
    response.headers["Vary"] = "Accept-Encoding, Authorization"
    response.headers["Cache-Control"] = "private, no-cache"
    if found.modified is not None:
        response.headers["Last-Modified"] = http_date(found.modified)
    return response


def http_date(moment: datetime) -> str:
    """Write a time for a header."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


# --- files, also in part --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file to answer with; its hash is its ETag, and the same bytes always have the same."""

    path: Path
    sha256: str
    size: int
    media_type: str
    name: str


def respond_file(request: HttpRequest, file: Stored, go_on: Callable[[], bool]) -> HttpResponseBase:
    """Answer with a file, a part of it (one range), or 304; `go_on` is asked before each piece.

    Raises: ProblemError 404 where it is gone, 416 for a range behind its end.
    """
    etag = f'"{file.sha256}"'
    if matches(str(request.META.get("HTTP_IF_NONE_MATCH", "")), etag):
        unchanged = HttpResponse(status=304, headers={"ETag": etag, "Vary": "Authorization"})
        del unchanged.headers["Content-Type"]
        return unchanged
    if not file.path.is_file():
        raise ProblemError(404, "not-found", "The file is not there any more: begin with the newest one.")
    part = _part(request, file, etag)
    first, last = part or (0, file.size - 1)
    response = StreamingHttpResponse(
        _pieces(file.path, first, last - first + 1, go_on),
        status=206 if part else 200,
        content_type=file.media_type,
    )
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["Vary"] = "Authorization"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
    if part:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    return response


def _part(request: HttpRequest, file: Stored, etag: str) -> tuple[int, int] | None:
    """Read a Range (RFC 9110, 14); None: all of it. Raises: ProblemError 416."""
    found = _RANGE.fullmatch(str(request.META.get("HTTP_RANGE", "")).strip())
    condition = str(request.META.get("HTTP_IF_RANGE", "")).strip()
    if found is None or found.group(0) == "bytes=-" or (condition and condition != etag) or not file.size:
        return None
    start, end = found.groups()
    if len(start) > 18 or len(end) > 18:  # noqa: PLR2004 - longer than any file
        first, last = file.size, file.size
    elif start:
        first, last = int(start), min(int(end) if end else file.size - 1, file.size - 1)
    else:
        first, last = max(0, file.size - int(end)), file.size - 1
    if first >= file.size or last < first:
        raise ProblemError(416, "range", f"The file has {file.size} bytes.", {"Content-Range": f"bytes */{file.size}"})
    return first, last


def _pieces(path: Path, first: int, size: int, go_on: Callable[[], bool]) -> Iterator[bytes]:
    """Give a part of a file; ends early, so that the client sees a broken answer, when it may not go on."""
    with path.open("rb") as file:
        file.seek(first)
        while size and go_on() and (piece := file.read(min(CHUNK, size))):
            size -= len(piece)
            yield piece
