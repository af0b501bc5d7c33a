"""Rules about what moves and sounds."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from lxml.html import HtmlElement

from publisher.accessibility import animation
from publisher.accessibility.page import Kind, Page
from publisher.accessibility.rule import Problem, Rule, shorten
from publisher.accessibility.tree import tag_of
from publisher.model import Gate, Severity

_MOVING: Final = ("blink", "marquee", "bgsound")
_DATA: Final = re.compile(r"^data:image/[\w.+-]+(?P<parameters>(?:;[^,;]*)*),", re.IGNORECASE)


def _motion(page: Page) -> Iterator[Problem]:
    """Find what moves, sounds or changes by itself."""
    for element in page.tree.all(*_MOVING):
        yield Problem(element=element, detail=f"<{tag_of(element)}>")
    for element in page.tree.all("video", "audio"):
        if element.get("autoplay") is not None:
            yield Problem(element=element, detail=f"<{tag_of(element)} autoplay>")
    for element in page.tree.all("meta"):
        if (element.get("http-equiv") or "").strip().lower() == "refresh":
            yield Problem(element=element, detail=f"meta refresh {shorten(element.get('content') or '')}")


def _bytes_of(page: Page, source: str) -> bytes | None:
    """Give the bytes of a picture where they are at hand: in the message, or in the address itself."""
    if source in page.carried:
        return page.carried[source]
    found = _DATA.match(source)
    if found is None:
        return None
    content = unquote_to_bytes(source[found.end() :])
    if "base64" not in found["parameters"].lower():
        return content
    try:
        return base64.b64decode(content + b"=" * (-len(content) % 4))
    except binascii.Error:
        return None


def has_pictures(page: Page) -> bool:
    """Hold for pages with pictures whose bytes are at hand."""
    sources = (element.get("src") or "" for element in page.tree.all("img"))
    return any(source in page.carried or _DATA.match(source) for source in sources)


def _animated(page: Page) -> Iterator[Problem]:
    """Find pictures that move for more than five seconds, or flash."""
    for element in page.tree.all("img"):
        content = _bytes_of(page, element.get("src") or "")
        movement = None if content is None else animation.look_at(content)
        if movement is not None and not movement.is_harmless():
            yield Problem(element=element, detail=str(movement))


def _media(page: Page) -> Iterator[Problem]:
    """Find video and sound that some people get nothing of."""
    for element in page.tree.all("video", "audio"):
        if page.kind is Kind.MAIL:
            yield Problem(element=element, detail=f"<{tag_of(element)}> plays in few mail clients")
        elif element.tag == "video" and not _has_captions(element.iterdescendants("track")):
            yield Problem(element=element, detail="a video without captions")
    said = " ".join(link.name for link in page.links).casefold()
    titles = {one.post: one.title for one in page.expected}
    for post, medium in page.media:
        if not medium.captions and not medium.transcript and not medium.transcript_text:
            title = shorten(medium.title or titles.get(post) or medium.url)
            yield Problem(
                detail=f"{title} has neither captions nor transcript", gate=Gate.ACK, post=post, field="media"
            )
        elif medium.title and medium.title.casefold() not in said:
            yield Problem(detail=f"no link names {shorten(medium.title)}", gate=Gate.ACK, post=post, field="media")


def _has_captions(tracks: Iterator[HtmlElement]) -> bool:
    """Say whether one of the tracks of a video is for people who do not hear it."""
    return any((track.get("kind") or "subtitles").lower() in {"captions", "subtitles"} for track in tracks)


RULES: Final = (
    Rule(
        id="motion",
        test=26,
        wcag="2.2.2",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="Something moves, sounds or changes by itself",
        decide="It draws attention away from everything else, and sound drowns the screen reader.",
        fix="Take it out, or let people start it.",
        check=_motion,
        axe=("blink", "marquee", "meta-refresh", "no-autoplay-audio"),
    ),
    Rule(
        id="animation",
        test=27,
        wcag="2.2.2",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="A picture moves too long, or flashes",
        decide="Five seconds is the most without a way to stop it; more than three flashes a second can harm.",
        fix="Use its first frame, or let it end within five seconds.",
        check=_animated,
        applies=has_pictures,
    ),
    Rule(
        id="media-alternative",
        test=28,
        wcag="1.2.2",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="Video or sound leaves people out",
        decide="Who does not hear needs captions, who does not see a transcript; in mail neither can be reached.",
        fix="Show a still picture and link «Watch: TITLE (video, 3 min, captions, transcript)».",
        check=_media,
        axe=("video-caption", "audio-caption"),
    ),
)
