"""Rules about sizes: of the file, of letters, lines and targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from publisher.accessibility.page import Page
from publisher.accessibility.rule import Problem, Rule, in_mail
from publisher.model import Gate, Severity

WARN_BYTES: Final = 80_000
BLOCK_BYTES: Final = 100_000


def _bytes(page: Page) -> Iterator[Problem]:
    """Find a mail that Gmail will cut off, together with its way out."""
    if page.size > BLOCK_BYTES:
        yield Problem(element=page.tree.root, detail=f"{page.size:,} bytes; it is cut off at about 102,000")
    elif page.size > WARN_BYTES:
        detail = f"{page.size:,} bytes; {BLOCK_BYTES:,} is the most"
        yield Problem(element=page.tree.root, detail=detail, gate=Gate.INFO, severity=Severity.MINOR)


RULES: Final = (
    Rule(
        id="size",
        test=37,
        wcag="",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="The HTML of the mail is large",
        decide="Gmail cuts a mail off at 102 KB: its end, with the way to unsubscribe, is gone.",
        fix="Send fewer or shorter posts, or choose a more compact template.",
        check=_bytes,
        applies=in_mail,
    ),
)
