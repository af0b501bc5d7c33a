"""What can be mended without asking (ATAG 2.0, B.3.2.1): each change with what was before and after.

A repair never invents a description of a picture (ATAG 2.0, B.2.3.2), and leaves alone what it does not understand.
It works on a fragment, the text of one post, and gives well-formed XHTML back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree, html
from lxml.html import HtmlElement

from publisher import language as languages
from publisher.accessibility import wording
from publisher.accessibility.tables import own
from publisher.accessibility.tree import (
    HEADINGS,
    LAYOUT_ROLES,
    ancestors,
    is_blank,
    is_foreign,
    nearest,
    role_of,
    tag_of,
    visible_text,
)
from publisher.model import Repair

Detect = Callable[[str], str | None]
_Problems = Iterator[Repair]

_QUOTED: Final = 160
_LAST: Final = 6
_SENTENCES: Final = frozenset({"p", "a", "span", *HEADINGS})  # a paragraph in these would end them
_PLAYERS: Final = ("video", "audio")
_SPEAKING: Final = ("img", "svg", "object", "video", "audio", "iframe", "input")


def _know_nothing(_text: str) -> str | None:
    """Detect no language."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known about the text to mend.

    `language` is the post's own; `level` that of its heading, so that headings in it begin one below; `headline` and
    `url` are the post's. `detect` names the language of a passage, None where it cannot tell. `say` translates the
    words "Watch" and "Listen".
    """

    language: str
    level: int = 1
    headline: str = ""
    url: str | None = None
    post: str | None = None
    detect: Detect = _know_nothing
    say: Callable[[str], str] = str


def _write(element: HtmlElement) -> str:
    """Write an element without what follows it."""
    return etree.tostring(element, method="xml", encoding="unicode", with_tail=False)


def _quote(element: HtmlElement) -> str:
    """Write the beginning of an element for a report."""
    written = " ".join(_write(element).split())
    return written if len(written) <= _QUOTED else f"{written[: _QUOTED - 1]}…"


def _label(element: HtmlElement) -> str:
    """Write the opening tag of an element for a report."""
    return _quote(element).partition(">")[0] + ">"


def _rename(element: HtmlElement, tag: str) -> None:
    """Give an element another tag."""
    element.tag = tag


# --- the repairs, in the order in which they are made --------------------------------------------------------------


def give_direction(root: HtmlElement, context: Context) -> _Problems:
    """Write `dir` wherever a language is named that runs the other way, and correct a wrong one."""
    for element in root.iter():
        tag = element.get("lang") if isinstance(element.tag, str) else None
        if not tag or not languages.is_valid(tag):
            continue
        outer = next((above.get("lang") for above in ancestors(element) if above.get("lang")), context.language)
        wanted, said = languages.direction(tag), (element.get("dir") or "").lower()
        if said == wanted or (not said and languages.direction(outer or "") == wanted):
            continue
        before = _label(element)
        element.set("dir", wanted)
        yield Repair(rule="body-dir", before=before, after=_label(element))


def mark_passages(root: HtmlElement, context: Context) -> _Problems:
    """Name the language of elements whose text is in another script, where it can be told."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or len(element) or is_blank(element.text) or element is root:
            continue
        around = next((one.get("lang") for one in (element, *ancestors(element)) if one.get("lang")), context.language)
        found = context.detect(element.text or "") if is_foreign(element.text or "", around) else None
        if found and languages.is_valid(found):
            before = _label(element)
            element.set("lang", found)
            element.set("dir", languages.direction(found))
            yield Repair(rule="language-of-parts", before=before, after=_label(element))


def drop_empty(root: HtmlElement, _context: Context) -> _Problems:
    """Take out links and headings that say nothing, and hold nothing."""
    for element in list(root.iter("a", *HEADINGS)):
        is_target = element.get("href") is None and bool(element.get("name") or element.get("id"))
        if element.tag == "a" and is_target:
            continue
        named = element.get("aria-label") or element.get("title")
        if is_blank(visible_text(element)) and not named and next(element.iterdescendants(*_SPEAKING), None) is None:
            before = _quote(element)
            element.drop_tree()
            yield Repair(rule="link-name" if element.tag == "a" else "heading-empty", before=before, after="")


def rebase_headings(root: HtmlElement, context: Context) -> _Problems:
    """Let headings begin one level below the post's own, and leave out none on the way down."""
    depths: list[int] = []
    for element in root.iter(*HEADINGS):
        was = HEADINGS[tag_of(element)]
        while depths and depths[-1] >= was:
            depths.pop()
        depths.append(was)
        level = min(_LAST, context.level + len(depths))
        if level != was:
            _rename(element, f"h{level}")
            said = visible_text(element)
            yield Repair(rule="heading-order", before=f"h{was} {said}", after=f"h{level} {said}")


def tell_tables_apart(root: HtmlElement, _context: Context) -> _Problems:
    """Say of layout tables that they are, and give header cells of data tables their scope."""
    for table in root.iter("table"):
        if role_of(table) in LAYOUT_ROLES:
            continue
        headers = own(table, "th")
        if not headers and not own(table, "caption"):
            before = _label(table)
            table.set("role", "presentation")
            yield Repair(rule="layout-table-role", before=before, after=_label(table))
        for header in headers:
            if header.get("scope") is None:
                before = _quote(header)
                header.set("scope", _scope(header))
                yield Repair(rule="data-table", before=before, after=_quote(header))


def _scope(header: HtmlElement) -> str:
    """Tell whether a header cell is about its row or its column: the first of a row with data is about the row."""
    row = header.getparent()
    cells = [] if row is None else [cell for cell in row if cell.tag in {"td", "th"}]
    return "row" if cells and cells[0] is header and any(cell.tag == "td" for cell in cells) else "col"


def name_links(root: HtmlElement, context: Context) -> _Problems:
    """Give links to the post itself, which are called "Read more", the headline as well."""
    for element in root.iter("a"):
        said = visible_text(element)
        is_own = bool(context.url) and element.get("href") == context.url
        if not is_own or not context.headline or len(element) or not wording.is_generic(said, context.language):
            continue
        before = _quote(element)
        element.text = f"{said.rstrip(' .…:')}: {context.headline}"
        yield Repair(rule="link-text-generic", before=before, after=_quote(element))


def still_media(root: HtmlElement, context: Context) -> _Problems:
    """Put a link, under the still picture where there is one, in the place of players, which mails cannot hold."""
    for player in list(root.iter(*_PLAYERS)):
        source = player.get("src") or next((one.get("src") for one in player.iter("source") if one.get("src")), None)
        before, tail = _label(player), player.tail
        if source is None:
            player.drop_tree()
            yield Repair(rule="media-alternative", before=before, after="")
            continue
        word = context.say("Watch" if player.tag == "video" else "Listen")
        title = player.get("title") or player.get("aria-label") or context.headline or source.rpartition("/")[2]
        linked = html.Element("span" if nearest(player, _SENTENCES) is not None else "p")
        poster = player.get("poster")
        if poster:
            linked.append(html.Element("img", {"src": poster, "alt": ""}))
        link = html.Element("a", {"href": source})
        linked.append(link)
        link.text = f"{word}: {title}"
        linked.tail, player.tail = tail, None
        player.addprevious(linked)
        player.drop_tree()
        yield Repair(rule="media-alternative", before=before, after=_quote(linked))


def stop_motion(root: HtmlElement, _context: Context) -> _Problems:
    """Take the motion out of what blinks and scrolls; its words stay."""
    for element in list(root.iter("blink", "marquee")):
        before = _label(element)
        _rename(element, "span")
        for name in list(element.attrib):
            del element.attrib[name]
        yield Repair(rule="motion", before=before, after="<span>")


REPAIRS: Final = (
    stop_motion,
    still_media,
    drop_empty,
    rebase_headings,
    tell_tables_apart,
    name_links,
    mark_passages,
    give_direction,
)


def mend(fragment: str, context: Context) -> tuple[str, tuple[Repair, ...]]:
    """Make every repair on a fragment; the fragment comes back as it was where nothing had to be done."""
    if is_blank(fragment):
        return fragment, ()
    root = html.fragment_fromstring(fragment, create_parent="div", parser=html.HTMLParser(huge_tree=True))
    made = tuple(replace(one, post=context.post) for repair in REPAIRS for one in repair(root, context))
    if not made:
        return fragment, ()
    return _write(root).removeprefix("<div>").removesuffix("</div>"), made
