"""Captions of films: WebVTT and SubRip, read as far as needed to tell whether they hold together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from publisher.accessibility.rule import Rule, shorten
from publisher.accessibility.tree import is_blank
from publisher.errors import FormatError
from publisher.model import Finding, Gate, Severity

_TIMES: Final = re.compile(
    r"^\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})\s*-->\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})(?:\s.*)?$",
    re.ASCII,
)
_TAGS: Final = re.compile(r"<[^>]*>")
_SIGNATURE: Final = "WEBVTT"
_BLOCKS: Final = ("NOTE", "STYLE", "REGION")
_FASTEST: Final = 25.0  # characters a second: nobody reads faster
_MOST_QUOTED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One caption: when it is shown, in seconds, and what it says; `line` is where it begins in the file."""

    start: float
    end: float
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something in a captions file that people would stumble over."""

    line: int
    message: str

    def __str__(self) -> str:
        """Write it for people."""
        return f"line {self.line}: {self.message}"


def parse(content: bytes, *, name: str = "captions") -> tuple[Cue, ...]:
    """Read a WebVTT or SubRip file; cues in the order of the file.

    Raises FormatError, which names `name`, where there is not one cue in it.
    """
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    cues = tuple(_cues(text.split("\n")))
    if not cues:
        raise FormatError(name, "no captions in it", "Give a WebVTT (.vtt) or SubRip (.srt) file in UTF-8")
    return cues


def _cues(lines: list[str]) -> Iterator[Cue]:
    """Go through the cues: a line with two times, and the lines after it up to an empty one."""
    at = 0
    while at < len(lines):
        if lines[at].startswith(_BLOCKS):
            at = _end(lines, at)
            continue
        found = _TIMES.match(lines[at])
        if found:
            end = _end(lines, at)
            said = "\n".join(_TAGS.sub("", line) for line in lines[at + 1 : end]).strip()
            yield Cue(start=_seconds(found.groups()[:4]), end=_seconds(found.groups()[4:]), text=said, line=at + 1)
            at = end
        at += 1


def _end(lines: list[str], start: int) -> int:
    """Find the empty line that ends a block."""
    return next((at for at in range(start, len(lines)) if not lines[at].strip()), len(lines))


def _seconds(parts: tuple[str | None, ...]) -> float:
    """Read hours, minutes, seconds and thousandths."""
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def check(content: bytes, *, name: str = "captions") -> tuple[Flaw, ...]:
    """Find what is wrong with a captions file: order, overlaps, empty and impossible cues, reading speed.

    Raises FormatError where there is not one cue in it.
    """
    cues = parse(content, name=name)
    flaws = [flaw for cue in cues for flaw in _alone(cue)]
    for before, cue in pairwise(cues):
        if cue.start < before.start:
            flaws.append(Flaw(line=cue.line, message="begins before the one above it"))
        elif cue.start < before.end and cue.text != before.text and before.end > before.start:
            flaws.append(Flaw(line=cue.line, message="overlaps the one above it"))
    if name.lower().endswith(".vtt") and not content.lstrip(b"\xef\xbb\xbf").startswith(_SIGNATURE.encode()):
        flaws.append(Flaw(line=1, message=f"a WebVTT file begins with {_SIGNATURE}"))
    return tuple(sorted(flaws, key=lambda flaw: flaw.line))


def _alone(cue: Cue) -> Iterator[Flaw]:
    """Find what is wrong with one cue."""
    if is_blank(cue.text):
        yield Flaw(line=cue.line, message="says nothing")
    if cue.end <= cue.start:
        yield Flaw(line=cue.line, message="ends before it begins")
    elif len(cue.text) > _FASTEST * (cue.end - cue.start):
        speed = len(cue.text) / (cue.end - cue.start)
        yield Flaw(
            line=cue.line, message=f"{shorten(cue.text, _MOST_QUOTED)} goes by at {speed:.0f} characters a second"
        )


def transcript(cues: tuple[Cue, ...]) -> str:
    """Write captions as plain text, each line once: what somebody can use who neither sees nor hears the film."""
    lines: list[str] = []
    for cue in cues:
        said = " ".join(cue.text.split())
        if said and (not lines or lines[-1] != said):
            lines.append(said)
    return "\n".join(lines)


FLAW: Final = Rule(
    id="captions-flaw",
    test=28,
    wcag="1.2.2",
    severity=Severity.MODERATE,
    gate=Gate.ACK,
    message="The captions do not hold together",
    decide="Would somebody who only reads the captions get everything that is said, in time and in order?",
    fix="Mend the captions file at this line.",
    check=None,
)


def to_findings(flaws: tuple[Flaw, ...]) -> tuple[Finding, ...]:
    """Write the flaws of a captions file as findings, each with its line."""
    return tuple(
        Finding(
            rule=FLAW.id,
            test=FLAW.test,
            wcag=FLAW.wcag,
            severity=FLAW.severity,
            gate=FLAW.gate,
            message=f"{FLAW.message}: {flaw.message}",
            fix=FLAW.fix,
            selector=f"line {flaw.line}",
        )
        for flaw in flaws
    )
