"""The stored page of an edition, framed for the archive: its way around, its withdrawn stories, its own policy.

The page itself stays as it was approved; what is added here is links, meta data, and what editors said since.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import html
from lxml.html import HtmlElement

from publisher.model import Rendered
from publisher.store.archive import Published, Standing
from publisher.web import strings
from publisher.web.middleware import POLICY
from publisher.web.reader import barrier, changes
from publisher.web.strings import PageWording


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around an edition: where it belongs, what came before and after, which languages it has."""

    site: str
    newsletter: str
    title: str
    edition: Published
    before: Published | None
    after: Published | None
    languages: tuple[str, ...]
    language: str
    words: PageWording

    def url_of(self, edition: Published) -> str:
        """Give the path of an edition."""
        return f"/archive/{self.newsletter}/{edition.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """A page, and the policy that lets its own style sheet be used."""

    html: str
    policy: str


def frame(rendered: Rendered, posts: Sequence[Standing], around: Frame) -> Framed:
    """Frame the page of an edition."""
    root = html.document_fromstring(rendered.web, parser=html.HTMLParser(huge_tree=True))
    _describe_anew(root, posts)
    _own_pictures(root, around)  # before stories are taken out: a picture is asked for by its place in the whole page
    for standing in posts:
        article = _article(root, standing.position)
        if article is not None:
            _mend(article, standing, around)
    changes.open_with(root, posts, around.words)
    _describe(root, rendered, around)
    _lead_around(root, around)
    written = "<!DOCTYPE html>\n" + html.tostring(root, encoding="unicode")
    return Framed(html=written, policy=_policy(root))


def _describe_anew(root: HtmlElement, posts: Sequence[Standing]) -> None:
    """Let pictures say what editors wrote about them since: a barrier that was mended is gone here too."""
    for standing in posts if any(one.repaired for one in posts) else ():
        article = _article(root, standing.position)
        for image in article.iter("img") if article is not None else ():
            found = standing.repaired.get(image.get("src", ""))
            if found is not None:
                image.set("alt", found.alt or "")


def _article(root: HtmlElement, position: int) -> HtmlElement | None:
    """Find the story at a place of the page."""
    return next((one for one in root.iter("article") if one.get("id") == f"post-{position + 1}"), None)


def _mend(article: HtmlElement, standing: Standing, around: Frame) -> None:
    """Take out a story that was withdrawn, say what was corrected, and end each with a way to report a barrier."""
    words = around.words
    own = {"lang": words.language, "dir": words.direction}
    title = standing.post.title or ""
    if standing.kind == "kill":
        level = next((str(one.tag) for one in article.iter("h2", "h3")), "h2")
        for child in list(article):
            article.remove(child)
        article.text = None
        article.append(_make(level, words.say("This story was withdrawn"), own))
        if standing.note:
            article.append(_make("p", standing.note))
        return
    if standing.kind == "correction":
        head = next(iter(article), None)
        note = _make("p", f"{words.say('Corrected')}: {standing.note}", own)
        article.insert(1 if head is not None else 0, note)
    link = _make("a", words.say("Report a barrier: %(title)s", title=title), {"href": _barrier(around, standing)})
    article.append(_make("p", "", {**own, "class": "meta"}, link))


def _make(tag: str, text: str = "", attributes: Mapping[str, str] | None = None, *inside: HtmlElement) -> HtmlElement:
    """Make an element that holds a text, then others."""
    made = html.Element(tag, dict(attributes or {}))
    made.text = text or None
    made.extend(inside)
    return made


def _barrier(around: Frame, standing: Standing) -> str:
    """Give the address where a barrier in this story is reported."""
    return barrier.link_to(around.newsletter, around.edition.id, standing.position + 1)


def picture_urls(rendered: Rendered) -> tuple[str, ...]:
    """Give the addresses of the pictures of a page, in its order."""
    root = html.document_fromstring(rendered.web, parser=html.HTMLParser(huge_tree=True))
    return tuple(one.get("src", "") for one in root.iter("img"))


def _own_pictures(root: HtmlElement, around: Frame) -> None:
    """Show pictures from our own copies: whoever reads the archive is told to nobody else."""
    for number, one in enumerate(list(root.iter("img"))):
        if one.get("src", "").startswith(("http://", "https://")):
            language = f"?lang={around.language}" if len(around.languages) > 1 else ""
            one.set("src", f"{around.url_of(around.edition)}/picture/{number}{language}")
            one.attrib.pop("srcset", None)
            one.set("loading", "lazy")


def _describe(root: HtmlElement, rendered: Rendered, around: Frame) -> None:
    """Add what other programs read: its own address, neighbours, languages, feeds, and a card to share it with."""
    head = root.find("head")
    if head is None:
        return
    here = f"{around.site}{around.url_of(around.edition)}"
    head.append(_make("link", "", {"rel": "canonical", "href": here}))
    for tag in around.languages if len(around.languages) > 1 else ():
        head.append(_make("link", "", {"rel": "alternate", "hreflang": tag, "href": f"{here}?lang={tag}"}))
    for kind, media_type in (
        ("atom", "application/atom+xml"),
        ("rss", "application/rss+xml"),
        ("json", "application/feed+json"),
    ):
        address = f"/archive/{around.newsletter}/feed.{kind}"
        head.append(_make("link", "", {"rel": "alternate", "type": media_type, "title": around.title, "href": address}))
    for rel, neighbour in (("prev", around.before), ("next", around.after)):
        if neighbour is not None:
            head.append(_make("link", "", {"rel": rel, "href": around.url_of(neighbour)}))
    card = {
        "og:type": "article",
        "og:title": rendered.subject,
        "og:site_name": around.title,
        "og:url": here,
        "og:locale": around.language.replace("-", "_"),
        "article:published_time": around.edition.at.isoformat(timespec="seconds"),
    }
    head.extend([_make("meta", "", {"property": name, "content": value}) for name, value in card.items()])


def _lead_around(root: HtmlElement, around: Frame) -> None:
    """Add the way around: all editions, the one before, the one after, other languages, signing up."""
    words = around.words
    items = [_make("li", "", {}, _make("a", text, more)) for text, more in _ways(around)]
    way = _make("nav", "", {"aria-label": words.say("More editions"), "lang": words.language, "dir": words.direction})
    way.append(_make("ul", "", {}, *items))
    footer = next(root.iter("footer"), None)
    if footer is not None:
        footer.insert(0, way)


def _ways(around: Frame) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the words and attributes of each link of the way around."""
    words = around.words
    yield words.say("All editions of %(name)s", name=around.title), {"href": f"/archive/{around.newsletter}/"}
    for neighbour, said, rel in (
        (around.before, "Earlier: %(title)s", "prev"),
        (around.after, "Later: %(title)s", "next"),
    ):
        if neighbour is not None:
            yield words.say(said, title=neighbour.title), {"href": around.url_of(neighbour), "rel": rel}
    for tag in around.languages:
        if tag != around.language:
            address = f"{around.url_of(around.edition)}?lang={tag}"
            yield strings.wording(tag).name_of(tag), {"href": address, "lang": tag, "hreflang": tag}
    yield words.say("Sign up for %(name)s", name=around.title), {"href": f"/sign-up/{around.newsletter}"}


def _policy(root: HtmlElement) -> str:
    """Allow the style sheets that stand in the page, by their hashes, and no other."""
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256((one.text or '').encode()).digest()).decode()}'"
        for one in root.iter("style")
    ]
    return POLICY.replace("style-src 'self'", " ".join(["style-src 'self'", *hashes]))
