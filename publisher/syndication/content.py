"""The body of a post as it stands inside a feed: language and direction on an element that readers keep."""

from __future__ import annotations

from lxml import etree

from publisher.syndication.markup import add, fragment
from publisher.syndication.release import Release


def tree(release: Release) -> etree._Element:
    """Give a `div` that holds `<div lang dir>` with the correction note and the body.

    Atom drops its outermost `div` (RFC 4287, 3.1.1.3), and with it what is said there: hence two.
    """
    shell = etree.Element("div")
    inner = add(shell, "div", attributes={"lang": release.language, "dir": release.direction})
    add_note(inner, release)
    body = fragment(release.body)
    if body.text and len(inner):
        inner[-1].tail = body.text
    else:
        inner.text = body.text
    inner.extend(list(body))
    return shell


def add_note(parent: etree._Element, release: Release) -> None:
    """Tell readers what was corrected, or why the post is gone, before anything else."""
    words = release.words
    title = words.withdrawn if release.killed else words.correction
    if not release.note and not release.killed:
        return
    note = add(parent, "p", attributes={"class": "correction"})
    strong = add(note, "strong", title, {"lang": words.language, "dir": words.direction})
    if release.note:
        strong.tail = f": {release.note}"
