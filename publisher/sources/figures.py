"""Pictures of a web page written as figures: every site's own way of saying "this is the caption" made one.

Structural rules only: an attribute that holds a caption, an element that is named one, the words of a box that holds
one picture and nothing of the running text, the words after a picture that repeat what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Container
from difflib import SequenceMatcher
from itertools import islice, takewhile
from typing import Final

from lxml import html as lxml_html
from lxml.html import HtmlElement

IMAGES: Final = ("img", "amp-img")
_SHOWN: Final = frozenset(
    {*IMAGES, "picture", "source", "video", "audio", "track", "amp-video", "amp-audio", "iframe", "amp-iframe"}
)
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_STRUCTURES: Final = ("blockquote", "ol", "pre", "table", "ul", "dl")
_WRAPPERS: Final = frozenset({"a", "center", "div", "p", "span"})
_CELLS: Final = frozenset({"li", "td", "th", "dd", "dt"})
_CAPTION: Final = re.compile(
    r"caption(?!ed|s?-?(?:toggle|button|container|wrapper))|cutline|legend|^description$|bild-?(?:unterschrift|text|zeile)|didascalia"
    r"|pie-?(?:de-?)?foto|epigrafe|(?:photo|image|img|pic(?:ture)?|media|figure)-?(?:desc(?:ription)?|text|title|info)$",
    re.IGNORECASE,
)
_CREDIT: Final = re.compile(
    r"credit|copyright|photographer|attribution|(?:photo|image|img)-?(?:by|source)|quelle", re.IGNORECASE
)
_UNSEEN: Final = re.compile(
    r"(?<![a-z])(?:off-?screen|visually-?hidden|visuallyhidden|sr-only|screen-?reader(?:-text)?|assistive-?text)(?![a-z])",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"^(?:https?:)?/{0,2}[^\s<>\"]+\.(?:jpe?g|png|gif|webp|avif)(?:[?#][^\s\"]*)?$", re.IGNORECASE
)
_PLACEHOLDER: Final = re.compile(
    r"^(?:data:|about:)|(?:blank|spacer|spaceball|empty|transparent|placeholder|lazy-?load\w*|loading|pixel|1x1)[\w.-]*$",
    re.IGNORECASE,
)
_SIZE: Final = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w+$)")
_SMALL_PRINT: Final = ("em", "i", "small")
_FILE: Final = re.compile(r"^[\w.%+-]+\.(?:jpe?g|png|gif|webp|avif|tiff?)$", re.IGNORECASE)
_LETTERS: Final = re.compile(r"[\W_]+")

_LONGEST: Final = 700  # letters that a caption may have
_SHORT: Final = 300  # letters that words may have which only their place makes a caption
_LABEL: Final = 160  # letters that words in a grid of pictures may have
_ALIKE: Final = 0.85
_CLIMB: Final = 8


def arrange(body: HtmlElement, *, running: Container[HtmlElement] = ()) -> None:
    """Write the pictures of a post's body as figures with captions; `running` are elements with words of the text."""
    for element in [one for one in body.iter() if _UNSEEN.search(one.get("class") or "")]:
        if (
            element.getparent() is not None
            and element is not body
            and next(element.iterancestors("figcaption"), None) is None
        ):
            # A label for screen readers, of a button that is not here; in a caption it is the source's own word.
            element.drop_tree()
    for image in list(body.iter(*IMAGES)):
        _find_address(image)
    for figure in list(body.iter("figure")):
        _drop_twins(figure)
    for image in list(body.iter(*IMAGES)):
        if image.getparent() is not None:
            frame(image, body, running)
    for figure in list(body.iter("figure")):
        if _images(figure) and figure.find(".//figure") is None and not any(True for _ in figure.iter(*_STRUCTURES)):
            _strip(figure)


# --- one picture ----------------------------------------------------------------------------------------------------


def _find_address(image: HtmlElement) -> None:
    """Give a picture whose `src` only keeps the place the address that another attribute holds."""
    source = (image.get("src") or "").strip()
    if source and not _PLACEHOLDER.search(source.split("?", 1)[0]):
        return
    if any(name in image.attrib for name in ("data-src", "data-srcset", "srcset", "data-original", "data-lazy-src")):
        return
    found = [
        value.strip() for name, value in image.items() if name not in {"src", "alt"} and _ADDRESS.match(value.strip())
    ]
    if found:
        image.set("data-src", found[0])


def _drop_twins(figure: HtmlElement) -> None:
    """Leave one of the copies of a picture in a figure: sites put a small one there until the large one has come."""
    kept: dict[str, HtmlElement] = {}
    for image in list(figure.iter(*IMAGES)):
        name = _file_of(image)
        first = kept.setdefault(name, image) if name else image
        if first is image:
            continue
        if image.get("alt") and not first.get("alt"):
            first.drop_tree()
            kept[name] = image
        else:
            image.drop_tree()


def _file_of(image: HtmlElement) -> str:
    """Give the name of a picture's file, whatever its size."""
    source = image.get("data-src") or image.get("src") or ""
    name = source.split("?", 1)[0].rsplit("/", 1)[-1]
    return "" if source.startswith("data:") else _SIZE.sub("", name)


def frame(image: HtmlElement, body: HtmlElement, running: Container[HtmlElement]) -> None:
    """Make a figure of one picture in `body` and the words about it, if there are any."""
    figure = next((up for up in image.iterancestors() if up.tag == "figure" and up is not body), None)
    if figure is not None and (_has_caption(figure) or _has_several(figure)):
        return
    box = figure if figure is not None else _box(image, body, running)
    cell = next((up for up in image.iterancestors() if up.tag in _CELLS), box)
    for around in (box, cell) if _holds(box, cell) else (box,):
        named = _named(around, image)
        caption = named if named is not None else _rest(around, image, running)
        if caption is not None:
            _make_figure(around, caption)
            return
    written = _attribute(image, box)
    if written:
        _add_caption(box, image, written)
        return
    after = _following(box, image)
    if after is not None:
        words = _words(after)
        after.drop_tree()
        _add_caption(box, image, words)


def _box(image: HtmlElement, body: HtmlElement, running: Container[HtmlElement]) -> HtmlElement:
    """Give the largest element around a picture that holds no other, nor words of the text."""
    box = image
    for up in list(image.iterancestors())[:_CLIMB]:
        if up is body or _has_several(up):
            break
        letters = len(_key(_words(up)))
        if letters > _LONGEST:
            break
        if _runs(up, running) and not (_is_cell(up) and letters <= _LABEL):
            break
        if any(True for _ in up.iter(*_HEADINGS, "ul", "ol", "blockquote", "pre")):
            break
        box = up
    return box


def _is_cell(element: HtmlElement) -> bool:
    """Say whether an element is one of several of a kind, or stands alone in one: in a grid or a list of pictures."""
    parent = element.getparent()
    if element.tag in _CELLS or element.tag == "table":
        return True
    return element.tag in {"tbody", "tr"} or (parent is not None and parent.tag in _CELLS and len(parent) == 1)


def _runs(element: HtmlElement, running: Container[HtmlElement]) -> bool:
    """Say whether words of the text stand in an element, other than in what is named a caption."""
    for one in element.iter():
        if one in running and not any(map(is_named, (one, *one.iterancestors()))) and not _is_small_print(one):
            return True
    return False


def _is_small_print(element: HtmlElement) -> bool:
    """Say whether the few words of an element all stand in italics or in small letters."""
    letters = _key(_words(element))
    return 0 < len(letters) <= _LABEL and any(_key(_words(one)) == letters for one in element.iter(*_SMALL_PRINT))


def is_named(element: HtmlElement) -> bool:
    """Say whether an element is named a caption."""
    name = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return element.tag == "figcaption" or any(_CAPTION.search(word) for word in name.split())


def _named(box: HtmlElement, image: HtmlElement) -> HtmlElement | None:
    """Give the element that is named a caption."""
    for element in box.iterdescendants():
        if not isinstance(element.tag, str) or _holds(element, image) or not _key(_words(element)):
            continue
        if is_named(element):
            return element
    return None


def _rest(box: HtmlElement, image: HtmlElement, running: Container[HtmlElement]) -> HtmlElement | None:
    """Give the one element beside a picture that holds all the other words of its box, if these can be a caption."""
    letters = _key(_words(box))
    if (
        not letters
        or len(letters) > _SHORT
        or (not _is_cell(box) and _runs(box, running))
        or _linked(box) > len(letters) / 2
    ):
        return None
    if any(True for _ in box.iter(*_HEADINGS)):
        return None
    worded = [one for one in box.iterdescendants() if isinstance(one.tag, str) and not _holds(one, image)]
    whole = [one for one in worded if _key(_words(one)) == letters]
    if whole and not (box.tag == "p" and whole[0].tag not in {"em", "i", "small", "span"}):
        return None if _FILE.match(_words(whole[0])) else whole[0]
    return None


def _attribute(image: HtmlElement, box: HtmlElement) -> str | None:
    """Give the caption that an attribute of the picture, or of an element around it, holds."""
    for element in (image, *image.iterancestors()):
        for name, value in element.items():
            if "caption" in name and not name.endswith("by") and len(_key(value)) > 2 and " " in value.strip():  # noqa: PLR2004 - words, no flag
                return _plain(value)
        if element is box:
            break
    return None


def _following(box: HtmlElement, image: HtmlElement) -> HtmlElement | None:
    """Give the element after a picture that is its caption."""
    here = box
    while here.getnext() is None:
        parent = here.getparent()
        if parent is None or parent.tag not in _WRAPPERS or _has_several(parent) or _key(_words(parent)):
            return None
        here = parent
    after = here.getnext()
    beside = after is not None and isinstance(after.tag, str) and not (here.tail or "").strip()
    return after if beside and after is not None and is_caption_of(after, image) else None


def is_caption_of(element: HtmlElement, image: HtmlElement) -> bool:
    """Say whether an element that follows a picture is its caption.

    By its name, by saying what the picture's alt text says, by its small letters, or because it is a list of one
    thing, which is no list.
    """
    words = _words(element)
    if not _key(words) or len(_key(words)) > _LONGEST or element.tag in _HEADINGS or _images(element):
        return False
    if is_named(element) or _is_alike(image.get("alt"), words) or _is_small_print(element):
        return True
    return element.tag in {"ul", "ol"} and len(element) == 1 and len(_key(words)) <= _SHORT and not _linked(element)


def _is_alike(alt: str | None, words: str) -> bool:
    """Say whether two texts are the same but for marks and small changes."""
    one, other = _key(alt or ""), _key(words)
    if min(len(one), len(other)) < 12:  # noqa: PLR2004 - less is a name or a chance
        return False
    return one == other or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


# --- making figures -------------------------------------------------------------------------------------------------


def _make_figure(box: HtmlElement, caption: HtmlElement) -> None:
    """Turn a box with a picture and its caption into a figure, or put one into a cell or a list item."""
    caption.tag = "figcaption"
    if box.tag == "figure":
        return
    for part in box.iter("table", "tbody", "thead", "tr", "td", "th"):
        if part is not box:
            part.tag = "div"
    if box.tag not in _CELLS:
        box.tag = "figure"
        return
    figure = lxml_html.Element("figure")
    figure.text, box.text = box.text, None
    figure.extend(list(box))
    box.append(figure)


def _add_caption(box: HtmlElement, image: HtmlElement, words: str) -> None:
    """Give a picture a caption of its own."""
    caption = lxml_html.Element("figcaption")
    caption.text = words
    if box.tag == "figure":
        box.append(caption)
        return
    holder = image
    for parent in takewhile(lambda up: up.tag in {"picture", "a"} and not _key(_words(up)), image.iterancestors()):
        holder = parent
    figure = lxml_html.Element("figure")
    holder.addprevious(figure)
    figure.tail, holder.tail = holder.tail, None
    figure.append(holder)
    figure.append(caption)


def _strip(figure: HtmlElement) -> None:
    """Drop from a figure all words but caption and credit: buttons, "enlarge", the site's own labels."""
    figure.text = None
    for child in list(figure):
        if not isinstance(child.tag, str):
            child.drop_tree()
            continue
        child.tail = None
        if (
            child.tag == "figcaption"
            or _CREDIT.search(child.get("class") or "")
            or child.tag in _SHOWN
            or child.tag in {"cite", "small"}
        ):
            continue
        if child.tag == "noscript" or any(
            one.tag in _SHOWN or one.tag == "figcaption" or _CREDIT.search(one.get("class") or "")
            for one in child.iter()
        ):
            _strip(child)
        else:
            figure.remove(child)


# --- looking --------------------------------------------------------------------------------------------------------


def _images(element: HtmlElement) -> list[HtmlElement]:
    """Give the pictures in an element; what stands in a noscript repeats the one before it."""
    return [
        one for one in element.iter(*IMAGES) if not any(up.tag == "noscript" for up in one.iterancestors())
    ] or list(
        element.iter(*IMAGES),
    )[:1]


def _has_several(element: HtmlElement) -> bool:
    """Say whether more than one picture stands in an element; does not look at the rest of a large one."""
    shown = (one for one in element.iter(*IMAGES) if not any(up.tag == "noscript" for up in one.iterancestors()))
    return len(list(islice(shown, 2))) > 1


def _has_caption(figure: HtmlElement) -> bool:
    """Say whether a figure has a caption with words."""
    return any(_key(_words(caption)) for caption in figure.iter("figcaption"))


def _holds(element: HtmlElement, image: HtmlElement) -> bool:
    """Say whether a picture stands in an element."""
    return any(up is element for up in image.iterancestors()) or element is image


def _words(element: HtmlElement) -> str:
    """Give the words of an element on one line."""
    return " ".join(str(element.text_content()).split())


def _plain(value: str) -> str:
    """Give the words of an attribute, which may hold HTML."""
    if "<" not in value:
        return " ".join(value.split())
    return _words(lxml_html.fragment_fromstring(value, create_parent="div"))


def _linked(element: HtmlElement) -> int:
    """Count the letters of an element that are links."""
    return sum(len(_key(_words(link))) for link in element.iter("a"))


def _key(text: str) -> str:
    """Give the letters and digits of a text."""
    return _LETTERS.sub("", text).casefold()
