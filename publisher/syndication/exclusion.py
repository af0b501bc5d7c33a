"""Media that a partner may not use: their words take their place, so that no text breaks."""

from __future__ import annotations

import dataclasses

from lxml import etree

from publisher.model import Post
from publisher.syndication.markup import flat, fragment, remove, replace, to_xhtml

_ALTERNATIVE = "alternative"


def named_in(post: Post, excluded: frozenset[str]) -> tuple[str, ...]:
    """List which of these addresses a post shows, sorted."""
    return tuple(sorted(_addresses(post) & excluded))


def _addresses(post: Post) -> set[str]:
    """Collect the addresses of everything that a post shows or plays."""
    images = {image.url for image in post.images if image.url}
    posters = {medium.poster for medium in post.media if medium.poster}
    return images | posters | {medium.url for medium in post.media}


def without(post: Post, excluded: frozenset[str]) -> Post:
    """Give a post without the media at these addresses; a picture keeps its place as words."""
    if not named_in(post, excluded):
        return post
    images = tuple(dataclasses.replace(image, url=None) if image.url in excluded else image for image in post.images)
    media = tuple(
        dataclasses.replace(medium, poster=None) if medium.poster in excluded else medium
        for medium in post.media
        if medium.url not in excluded
    )
    return dataclasses.replace(post, images=images, media=media, html=_html(post.html, excluded))


def _html(markup: str | None, excluded: frozenset[str]) -> str | None:
    """Take the elements that show excluded media out of a body."""
    if not markup:
        return markup
    root = fragment(markup)
    for element in list(root.iter("img", "video", "audio")):
        addresses = {element.get("src"), *(source.get("src") for source in element.iter("source"))}
        if addresses & excluded:
            _replace(element)
        elif element.get("poster") in excluded:
            del element.attrib["poster"]
    return to_xhtml(root)


def _replace(element: etree._Element) -> None:
    """Put a picture's words in its place; inside a figure the body writes them, a film leaves nothing but its words."""
    words = flat(element.get("alt"))
    if words and next(element.iterancestors("figure"), None) is None:
        span = etree.Element("span")
        span.set("class", _ALTERNATIVE)
        span.text = words
        replace(element, span)
    else:
        remove(element)
