"""What changed since an edition was mailed, said first on its page: a list in plain words, each change with its words.

What was and what is now are named by words; `del` and `ins` only mark which of them changed, since few screen readers
announce them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lxml import html
from lxml.html import HtmlElement

from publisher import language as languages
from publisher.store.archive import Standing
from publisher.syndication.difference import Difference, Piece, compare
from publisher.web.strings import PageWording

_MOST: Final = 30  # changes of one story; beyond that it is another story


def open_with(root: HtmlElement, posts: Sequence[Standing], words: PageWording) -> None:
    """Put what was corrected or withdrawn in front of the stories of a page; nothing where nothing was."""
    said = [standing for standing in posts if standing.kind]
    main = next(root.iter("main"), None)
    if not said or main is None:
        return
    section = _make("section", {"aria-labelledby": "changes", "lang": words.language, "dir": words.direction})
    section.append(_make("h2", {"id": "changes", "class": "section"}, words.say("Changed since this was mailed")))
    for standing in said:
        section.extend(_tell(standing, words))
    main.insert(0, section)


def _tell(standing: Standing, words: PageWording) -> Iterable[HtmlElement]:
    """Tell what became of one story."""
    place = {"href": f"#post-{standing.position + 1}"}
    own = _spoken(standing, words)
    if standing.kind == "kill":
        heading = _make("h3", {}, "", _make("a", place, words.say("This story was withdrawn")))
        return [heading, *([_make("p", own, standing.note)] if standing.note else [])]
    heading = _make("h3", own, "", _make("a", place, standing.post.title or standing.post.id))
    note = _make("p", {}, f"{words.say('Corrected')}: ", _make("span", own, standing.note))
    if standing.at is not None:
        note.append(_make("time", {"datetime": standing.at.isoformat()}, f" ({words.moment(standing.at)})"))
    found = compare(standing.post, standing.corrected)[:_MOST] if standing.corrected else ()
    items = [_item(one, own, words) for one in found]
    return [heading, note, *([_make("ul", {}, "", *items)] if items else [])]


def _spoken(standing: Standing, words: PageWording) -> dict[str, str]:
    """Give the language of a story's own words, where it is another than that of the page's."""
    language = standing.post.language
    if not language or language == words.language:
        return {}
    return {"lang": language, "dir": standing.post.direction or languages.direction(language)}


def _item(one: Difference, own: Mapping[str, str], words: PageWording) -> HtmlElement:
    """Tell one change."""
    if one.what == "title":
        name = words.say("Title")
    elif one.what == "picture":
        name = words.say("Description of a picture")
    else:
        name = words.say("Text")
    item = _make("li", {}, "", _make("strong", {}, name))
    if one.before:
        said = words.say("It said:") if one.after else words.say("Removed:")
        item.append(_say(said, one.before, "del", own))
    if one.after:
        said = words.say("It says now:") if one.before else words.say("Added:")
        item.append(_say(said, one.after, "ins", own))
    return item


def _say(label: str, pieces: Sequence[Piece], tag: str, own: Mapping[str, str]) -> HtmlElement:
    """Write a label, and words of which some changed."""
    quoted = _make("span", own)
    for piece in pieces:
        if piece.changed:
            quoted.append(_make(tag, {}, piece.words))
        elif len(quoted):
            quoted[-1].tail = (quoted[-1].tail or "") + piece.words
        else:
            quoted.text = (quoted.text or "") + piece.words
    return _make("p", {}, f"{label} ", quoted)


def _make(tag: str, attributes: Mapping[str, str], text: str = "", *inside: HtmlElement) -> HtmlElement:
    """Make an element that holds a text, then others."""
    made = html.Element(tag, dict(attributes))
    made.text = text or None
    made.extend(inside)
    return made
