"""The body of a post as every format shares it: the post's own XHTML, with all its pictures and media in it.

A partner keeps at best the HTML, so the words that belong to a picture or a film stand there in full: `alt`, caption,
credit, long description, captions tracks and transcript, as elements and as plain links. What the post says of a
picture wins over what its HTML says, because editors mend the former. An `img` without `alt` means: not known.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from publisher.model import Image, Media, Post, Track
from publisher.syndication.markup import (
    add,
    flat,
    fragment,
    holds,
    paragraphs,
    parent_of,
    remove,
    replace,
    set_all,
    tag_of,
    text_of,
)
from publisher.syndication.words import Words, words_of

_PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dt"})
_PLAYERS: Final = {"video": "video", "audio": "audio"}
DEFAULT_TRACK: Final = "text/vtt"


def build(post: Post, language: str) -> etree._Element:
    """Give a `div` that holds the whole post; our own words in it are in `language`."""
    root = fragment(post.html) if post.html else paragraphs(post.text or post.summary)
    words = words_of(language)
    claimed: set[etree._Element] = set()
    for image in post.images:
        _place_image(root, image, claimed, words)
    for medium in post.media:
        _place_media(root, medium, claimed, words)
    for cell in list(root.iter("th")):
        _demote_empty(cell)
    return root


def _demote_empty(cell: etree._Element) -> None:
    """Let a heading of a table that says nothing be an ordinary cell: nobody could hear what it heads."""
    if not text_of(cell) and not any(flat(image.get("alt")) for image in cell.iter("img")):
        cell.tag = "td"
        cell.attrib.pop("scope", None)


# --- pictures -----------------------------------------------------------------------------------------------------


def _place_image(root: etree._Element, image: Image, claimed: set[etree._Element], words: Words) -> None:
    """Bring the picture that the HTML holds up to date, or add it at the end."""
    found = _find_image(root, image, claimed)
    if found is None and not _has_anything(image):
        return
    if found is None:
        found = etree.SubElement(root, "figure")
        if image.url:
            attributes = {"src": image.url, "width": image.width, "height": image.height}
            found = add(found, "img", attributes=attributes)
    claimed.add(found)
    if tag_of(found) == "figure":
        _complete(found, image, words, shown=False)
        return
    _set_alt(found, image)
    figure = _figure_of(found, image)
    if figure is not None:
        _complete(figure, image, words, shown=True)


def _has_anything(image: Image) -> bool:
    """Say whether there is anything to show of a picture: itself or a word about it."""
    return any((image.url, image.alt, image.caption, image.credit, image.long_description))


def _find_image(root: etree._Element, image: Image, claimed: set[etree._Element]) -> etree._Element | None:
    """Find the `img` of a picture, or the `figure` of one without address, that no picture before it has taken."""
    if image.url:
        return next((e for e in root.iter("img") if e.get("src") == image.url and e not in claimed), None)
    wanted = flat(image.caption)
    for figure in root.iter("figure"):
        if figure not in claimed and figure.find(".//img") is None and text_of(figure) == wanted:
            return figure
    return None


def _set_alt(element: etree._Element, image: Image) -> None:
    """Write what is known of the alternative text: the words, "" for decorative, no attribute for unknown."""
    if image.decorative:
        element.set("alt", "")
    elif image.alt is not None:
        set_all(element, {"alt": image.alt})
    else:
        element.attrib.pop("alt", None)


def _figure_of(element: etree._Element, image: Image) -> etree._Element | None:
    """Give the `figure` around an `img`; make one where there are words to show; None where there are none."""
    around = next(element.iterancestors("figure"), None)
    if around is not None or not (image.caption or image.credit or image.long_description):
        return around
    holder = element
    parent = parent_of(holder)
    if tag_of(parent) == "a" and len(parent) == 1 and not text_of(parent):
        holder = parent
    block = holder
    for ancestor in holder.iterancestors():
        if tag_of(ancestor) in _PARAGRAPHS:
            block = ancestor
    figure = etree.Element("figure")
    _detach(holder, figure, block)
    return figure


def _detach(holder: etree._Element, figure: etree._Element, block: etree._Element) -> None:
    """Move an element into a figure that stands where it stood, or after the paragraph it stood in."""
    if block is holder:
        replace(holder, figure)
    else:
        remove(holder)
        figure.tail, block.tail = block.tail, None
        block.addnext(figure)
        if not len(block) and not flat(block.text):
            remove(block)
    figure.append(holder)


def _complete(figure: etree._Element, image: Image, words: Words, *, shown: bool) -> None:
    """Give a figure its text alternative, long description, caption and credit, each once."""
    caption = figure.find(".//figcaption")
    if image.caption and (caption is None or not holds(caption, image.caption)):
        if caption is not None:
            caption.clear()
        caption = caption if caption is not None else etree.SubElement(figure, "figcaption")
        caption.text = flat(image.caption)
    if image.credit and (caption is None or not holds(caption, image.credit)):
        caption = caption if caption is not None else etree.SubElement(figure, "figcaption")
        _add_credit(caption, flat(image.credit))
    if not shown and image.alt and flat(image.alt) != flat(image.caption):
        alternative = etree.Element("p")
        alternative.set("class", "alternative")
        alternative.text = flat(image.alt)
        figure.insert(0, alternative)
    if image.long_description and not holds(figure, image.long_description):
        details = _details(words, words.description, image.long_description)
        if caption is not None:
            caption.addprevious(details)
        else:
            figure.append(details)


def _add_credit(caption: etree._Element, credit: str) -> None:
    """Write the credit behind the caption, as its own element."""
    if len(caption):
        caption[-1].tail = (caption[-1].tail or "") + " "
    elif caption.text:
        caption.text += " "
    add(caption, "span", credit, {"class": "credit"})


def _details(words: Words, title: str, text: str) -> etree._Element:
    """Make a disclosure: closed for those who do not need it, there for those who do."""
    details = etree.Element("details")
    add(details, "summary", title, {"lang": words.language, "dir": words.direction})
    details.extend(list(paragraphs(text)))
    return details


# --- films and sounds ---------------------------------------------------------------------------------------------


def _place_media(root: etree._Element, medium: Media, claimed: set[etree._Element], words: Words) -> None:
    """Bring the player that the HTML holds up to date, or add one at the end, with links that need no player."""
    player = _find_player(root, medium, claimed)
    if player is None:
        player = _add_player(root, medium, words)
    claimed.add(player)
    if tag_of(player) in _PLAYERS:
        _add_tracks(player, medium, words)
    present = {str(link.get("href")) for link in root.iter("a")}
    links = [link for link in _text_links(medium, words) if link[0] not in present]
    place = _block_of(player)
    if medium.transcript_text and not holds(root, medium.transcript_text):
        place.addnext(_details(words, words.transcript, medium.transcript_text))
    if links:
        place.addnext(_list_of_links(links))


def _find_player(root: etree._Element, medium: Media, claimed: set[etree._Element]) -> etree._Element | None:
    """Find the `video` or `audio` that plays a medium, itself or through a `source`."""
    for player in root.iter("video", "audio"):
        addresses = {player.get("src"), *(source.get("src") for source in player.iter("source"))}
        if medium.url in addresses and player not in claimed:
            return player
    return None


def _add_player(root: etree._Element, medium: Media, words: Words) -> etree._Element:
    """Add a player with native controls; a link where the type is none that a page plays."""
    kind = (medium.type or "").partition("/")[0]
    name = {"video": words.video, "audio": words.audio}.get(kind, words.file)
    figure = etree.SubElement(root, "figure")
    if kind in _PLAYERS:
        attributes = {"controls": "controls", "preload": "none", "src": medium.url}
        player = add(figure, _PLAYERS[kind], attributes=attributes)
        if kind == "video":
            set_all(player, {"poster": medium.poster})
        set_all(player, {"aria-label": medium.title or name})
        if medium.title:
            add(figure, "figcaption", medium.title)
        return player
    link = add(figure, "a", medium.title or name, {"href": medium.url})
    if not medium.title:
        set_all(link, {"lang": words.language, "dir": words.direction})
    return link


def _add_tracks(player: etree._Element, medium: Media, words: Words) -> None:
    """Give a player the captions files that it does not name yet."""
    present = {track.get("src") for track in player.iter("track")}
    for track in medium.captions:
        if track.url not in present:
            label = _track_name(track, words)
            attributes = {"kind": "captions", "src": track.url, "srclang": track.language, "label": label}
            add(player, "track", attributes=attributes)


def _track_name(track: Track, words: Words) -> str:
    """Name a captions file by its language."""
    return f"{words.captions} ({track.language})" if track.language else words.captions


def _text_links(medium: Media, words: Words) -> list[tuple[str, str, str | None, Words]]:
    """Name the addresses of captions and transcript: address, words, language of what it leads to."""
    links = [(track.url, _track_name(track, words), track.language, words) for track in medium.captions]
    if medium.transcript:
        links.append((medium.transcript, words.transcript, None, words))
    return links


def _list_of_links(links: list[tuple[str, str, str | None, Words]]) -> etree._Element:
    """Make a list of links to captions and transcripts: readers strip `track`, never `a`."""
    listed = etree.Element("ul")
    for address, name, language, words in links:
        attributes = {"href": address, "hreflang": language, "lang": words.language, "dir": words.direction}
        add(add(listed, "li"), "a", name, attributes)
    return listed


def _block_of(element: etree._Element) -> etree._Element:
    """Give the outermost figure or paragraph around an element, else the element."""
    blocks = [one for one in element.iterancestors() if tag_of(one) == "figure" or tag_of(one) in _PARAGRAPHS]
    return blocks[-1] if blocks else element
