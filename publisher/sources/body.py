"""The body of a post inside a whole web page.

A library reads the page and says which words are the article's (`hints`); here the place of those words in the page's
own tree is found, and what stands between and before them is kept or dropped, so that pictures, tables and lists stay
where the page has them.

    measure every element -> the smallest element around the words -> drop what is not of the post -> lead pictures
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final

from lxml.html import HtmlElement

from publisher.sources.figures import arrange, frame, is_caption_of

PICTURES: Final = frozenset(
    {"img", "amp-img", "picture", "video", "audio", "amp-video", "amp-audio", "iframe", "amp-iframe"}
)
_IMAGES: Final = frozenset({"img", "amp-img"})
_BLOCKS: Final = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav noscript ol p pre section summary table tbody td tfoot
    th thead tr ul
    """.split(),
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS: Final = frozenset({"p", "pre", *_HEADINGS})
_STRUCTURES: Final = frozenset({"blockquote", "dl", "ol", "pre", "table", "ul"})
_NEVER: Final = frozenset(
    """
    base button canvas datalist dialog form head input link meta nav object option script select style svg template
    textarea
    """.split(),
)
_SEPARATE: Final = frozenset({"aside", "footer"})
# What sites call the boxes around an article, in names of classes and ids. Whole words, as far as names have them.
# The first are never around a picture of the article, the second sometimes are.
_NAMES: Final = r"(?<![a-z])(?<!has-)(?<!no-)(?<!with-)(?<!is-)(?:{})(?![a-z])"
_SIDE: Final = re.compile(
    _NAMES.format(
        r"""
    ad|ads|advert\w*|ad-?slot|ad-?unit|sponsor\w*|promo\w*|outbrain|taboola|dfp|teads
    |related\w*|recommend\w*|recirc\w*|read-?(?:more|next|also)|more-(?:from|on|stories|news)|also-?(?:read|on)|see-also
    |most-?(?:read|popular|viewed|shared)|up-?next|next-(?:post|article|story)|prev(?:ious)?-post
    |share\w*|sharing|social\w*|follow-us|sns|addthis\w*|sharedaddy
    |comments|comment-(?:list|form|area|section)|comments?-\w+|disqus\w*|replies|respond|reactions
    |newsletter\w*|subscri\w*|sign-?up|paywall|donat\w*|membership|cookie\w*|consent|gdpr
    |sidebar|side-?rail|right-?rail|breadcrumbs?|pagination|pager|nav|navbar|navigation|menu|toolbar|masthead
    |footer|byline\w*|avatar\w*|author-?(?:bio|box|card|image|info|photo|pic\w*|thumb\w*|avatar)|about-?author
    |tag-?(?:list|cloud)|logo|icons?|badges?|emoji\w*|navbox\w*|catlinks
    """,
    ),
    re.IGNORECASE | re.VERBOSE,
)
_SIDE_OF_WORDS: Final = re.compile(
    _NAMES.format(
        r"""
    popular|trending|latest|tools|bio|tags|topics|print|widget\w*|toc|tooltip|modal|popup|overlay|skip|jump
    |screen-reader\w*|sr-only|visually-?hidden|mw-editsection|noprint
    """,
    ),
    re.IGNORECASE | re.VERBOSE,
)
_PLAYERS: Final = re.compile(
    r"(?:^|[./])(?:youtube(?:-nocookie)?\.com|youtu\.be|player\.vimeo\.com|vimeo\.com|dailymotion\.com|soundcloud\.com|spotify\.com"
    r"|brightcove\.\w+|jwplatform\.com|jwplayer\.com|ted\.com|twitch\.tv|archive\.org|bilibili\.com|v\.qq\.com|rutube\.ru"
    r"|vk\.com|aparat\.com|kaltura\.com|megaphone\.fm|simplecast\.com|acast\.com|bandcamp\.com|peertube\.\w+|libsyn\.com)/",
    re.IGNORECASE,
)
_IMAGE_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)(?:$|[?#])", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[.!?…。！？؟।۔]['\"”’»)]*\s*$")
_LETTERS: Final = re.compile(r"[\W_]+")

_GRAM: Final = 12  # letters of a run that two texts have to share
_SHARED: Final = 0.6  # of a block's runs, for the block to be the article's
_WHOLE: Final = 0.98  # of the article's words, that the element around them has to hold
_PROSE: Final = 80  # letters that make an unknown block a paragraph of its own
_OPENING: Final = 40  # letters of the first block that is surely the article's; dates and by-lines are shorter
_CAPTION: Final = 700  # letters beside a picture that can be about it
_SMALLEST: Final = 80  # CSS px; a smaller picture above the text is an icon
_LEADS: Final = 6


@dataclass(slots=True, kw_only=True)
class _Facts:
    """What an element holds, itself and all inside: letters, those in links, those of the article; pictures, images.

    `own`: words of the article stand in the element itself. `place` and `end` are places in the order of the page.
    """

    chars: int = 0
    linked: int = 0
    marked: int = 0
    pictures: int = 0
    images: int = 0
    place: int = 0
    end: int = 0
    own: bool = False


@dataclass(slots=True, kw_only=True)
class _Page:
    """A page with the facts of each element, and the places of the first and last words of the article."""

    facts: dict[HtmlElement, _Facts]
    openings: tuple[int, ...] = ()
    first: int = 0
    last: int = 0

    def of(self, element: HtmlElement) -> _Facts:
        """Give the facts of an element."""
        return self.facts[element]


def find(root: HtmlElement, hints: str, *, title: str | None = None) -> HtmlElement | None:
    """Take the article out of a page: the element around the words of `hints`, without what is not the article's.

    `title` marks the heading above it, which is left out. Changes the tree. None where the page holds none of the words.
    """
    _drop_silent(root)
    page = _measure(root, hints)
    if not page.of(root).marked:
        return None
    container = _container(root, page)
    heading = _heading(root, title)
    page.first = _first(page, heading)
    running = {element for element, facts in page.facts.items() if facts.own}
    leads = [_framed(lead, running) for lead in list(_leads(container, page, heading))]
    _prune(container, page)
    _drop_heading(container, heading)
    _drop_dangling(container)
    for lead in reversed(leads):
        _move(lead, container)
    arrange(container, running=running)
    return container


# --- measuring ----------------------------------------------------------------------------------------------------------


def _drop_silent(root: HtmlElement) -> None:
    """Drop what no reader sees or what only works on the page itself; `noscript` stays, it may hold a picture."""
    for element in list(root.iter()):
        if element is root or element.getparent() is None:
            continue
        if not isinstance(element.tag, str) or element.tag in _NEVER or _is_hidden(element):
            element.drop_tree()
        elif element.tag in {"iframe", "amp-iframe"} and not _is_player(element):
            element.drop_tree()


def _is_player(element: HtmlElement) -> bool:
    """Say whether a frame plays a video or a sound."""
    return bool(_PLAYERS.search(element.get("src") or element.get("data-src") or ""))


def _is_hidden(element: HtmlElement) -> bool:
    """Say whether an element is shown to nobody; a lazy picture may be hidden until a script runs."""
    if element.tag in _IMAGES or element.tag in {"picture", "figure", "noscript"}:
        return False
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and _HIDDEN.search(style))


def _measure(root: HtmlElement, hints: str) -> _Page:
    """Count what each element holds."""
    texts, linked = _texts(root)
    grams = _grams(_key(hints))
    lines = frozenset(map(_key, hints.splitlines()))
    seen: set[str] = set()
    page = _Page(facts={})
    marks: list[int] = []
    openings: list[int] = []
    elements = list(root.iter())
    for place, element in enumerate(elements):
        key = _key(texts.get(element, ""))
        facts = _Facts(chars=len(key), linked=min(linked.get(element, 0), len(key)), place=place, end=place)
        if key and key not in seen and (key in lines or _is_shared(key, grams)):
            facts.marked, facts.own = len(key), True
            marks.append(place)
            if len(key) >= _GRAM:
                seen.add(key)
            if facts.linked <= len(key) / 2 and _is_opening(element, texts[element], len(key)):
                openings.append(place)
        facts.pictures = element.tag in PICTURES
        facts.images = element.tag in _IMAGES
        page.facts[element] = facts
    for element in reversed(elements):
        _add(page, element)
    page.openings = tuple(openings or marks)
    page.last = marks[-1] if marks else 0
    return page


def _is_opening(element: HtmlElement, text: str, letters: int) -> bool:
    """Say whether a block of the article's words can be its first; dates and by-lines are short and no sentences."""
    if element.tag in _HEADINGS:
        return letters >= _PROSE
    return letters >= _OPENING or (element.tag == "p" and letters >= _GRAM and bool(_SENTENCE_END.search(text)))


def _add(page: _Page, element: HtmlElement) -> None:
    """Add what an element holds to its parent."""
    parent = page.facts.get(element.getparent())
    if parent is None:
        return
    facts = page.of(element)
    parent.chars += facts.chars
    parent.linked += facts.linked
    parent.marked += facts.marked
    parent.pictures += facts.pictures
    parent.images += facts.images
    parent.end = max(parent.end, facts.end)


def _texts(root: HtmlElement) -> tuple[dict[HtmlElement, str], dict[HtmlElement, int]]:
    """Give the words that stand in each block, not in the blocks inside it, and how many letters of them are links."""
    pieces: defaultdict[HtmlElement, list[str]] = defaultdict(list)
    linked: defaultdict[HtmlElement, int] = defaultdict(int)
    block: dict[HtmlElement, HtmlElement] = {}
    in_link: dict[HtmlElement, bool] = {}
    for element in root.iter():
        parent = element.getparent() if element is not root else None
        is_block = parent is None or element.tag in _BLOCKS or "-" in element.tag
        block[element] = element if is_block or parent is None else block[parent]
        in_link[element] = element.tag == "a" or (parent is not None and in_link[parent])
        outside = [(element.text, element)] + ([(element.tail, parent)] if parent is not None else [])
        for words, holder in outside:
            if words and holder is not None and not words.isspace():
                pieces[block[holder]].append(words)
                linked[block[holder]] += len(_key(words)) if in_link[holder] else 0
    return {element: "".join(parts) for element, parts in pieces.items()}, linked


def _key(text: str) -> str:
    """Give the letters and digits of a text."""
    return _LETTERS.sub("", text).casefold()


def _grams(key: str) -> frozenset[str]:
    """Give the runs of letters in a text."""
    return frozenset(key[start : start + _GRAM] for start in range(max(len(key) - _GRAM, 0) + 1))


def _is_shared(key: str, grams: frozenset[str]) -> bool:
    """Say whether a block's letters are the article's."""
    if len(key) < _GRAM:
        return False
    starts = range(0, len(key) - _GRAM + 1)
    return sum(key[start : start + _GRAM] in grams for start in starts) >= _SHARED * len(starts)


# --- finding ------------------------------------------------------------------------------------------------------------


def _container(root: HtmlElement, page: _Page) -> HtmlElement:
    """Go down to the smallest element that holds the words."""
    here = root
    while True:
        needed = _WHOLE * page.of(here).marked
        inner = next((child for child in here if page.of(child).marked >= needed), None)
        if inner is None or inner.tag in _PARAGRAPHS or inner.tag not in _BLOCKS | {"html", "span", "font"}:
            return here
        here = inner


def _heading(root: HtmlElement, title: str | None) -> HtmlElement | None:
    """Give the heading that shows the title, the highest of them."""
    key = _key(title or "")
    shown = [element for element in root.iter(*_HEADINGS) if key and _is_same(_key(element.text_content()), key)]
    return min(shown, key=lambda element: str(element.tag), default=None)


def _first(page: _Page, heading: HtmlElement | None) -> int:
    """Give the place of the article's first words: below the heading, if most of them are."""
    above = page.of(heading).place if heading is not None else 0
    below = [place for place in page.openings if place > above]
    return below[0] if len(below) > len(page.openings) / 2 else page.openings[0]


def _is_same(shown: str, title: str) -> bool:
    """Say whether a heading shows a title, which may carry the site's name at its end."""
    return shown == title or (len(shown) >= _GRAM and (title.startswith(shown) or shown.startswith(title)))


def _leads(container: HtmlElement, page: _Page, heading: HtmlElement | None) -> Iterator[HtmlElement]:
    """Give the boxes of the pictures that stand above the words but outside their element, in order."""
    scope, start = _scope(container, page, heading)
    if scope is None:
        return
    taken: list[HtmlElement] = []
    for image in scope.iter(*_IMAGES):
        facts = page.of(image)
        if (
            not start <= facts.place < page.first
            or _is_in(image, container)
            or any(_is_in(image, box) for box in taken)
        ):
            continue
        box = _box(image, page)
        if _is_icon(image) or _is_aside(box, scope) or _is_teaser(box, page) or _is_aside(image, box):
            continue
        taken.append(box)
    yield from taken[:_LEADS]


def _framed(box: HtmlElement, running: Container[HtmlElement]) -> HtmlElement:
    """Give the box of a lead picture together with the words about it, which may stand beside the box."""
    image = next(box.iter(*_IMAGES))
    parent = box.getparent()
    if parent is not None:
        frame(image, parent, running)
    figure = next(image.iterancestors("figure"), None)
    return figure if figure is not None and not _is_in(figure, box) else box


def _scope(
    container: HtmlElement,
    page: _Page,
    heading: HtmlElement | None,
) -> tuple[HtmlElement | None, int]:
    """Give the element in which a lead picture may stand, and the place from which on."""
    own = next(container.iterancestors("article"), None)
    if own is not None and (heading is None or _is_in(heading, own)):
        return own, page.of(own).place
    if heading is None or page.of(heading).place > page.first:
        return None, 0
    around = next((up for up in heading.iterancestors() if _is_in(container, up)), None)
    return around, page.of(heading).place


def _is_in(element: HtmlElement, box: HtmlElement) -> bool:
    """Say whether an element is a box or stands inside it."""
    return element is box or any(up is box for up in element.iterancestors())


def _box(image: HtmlElement, page: _Page) -> HtmlElement:
    """Give the largest element around a picture that is about it alone."""
    figure = next(image.iterancestors("figure"), None)
    if figure is not None:
        return figure
    box = image
    for up in image.iterancestors():
        facts = page.of(up)
        if (
            facts.marked
            or facts.images > 1
            or facts.chars > _CAPTION
            or up.find(".//h1") is not None
            or up.tag == "body"
        ):
            break
        box = up
    return box


# --- pruning ------------------------------------------------------------------------------------------------------------


def _prune(container: HtmlElement, page: _Page) -> None:
    """Drop from an element what is not the article's, top down."""
    container_marked = page.of(container).marked
    for child in list(container):
        facts = page.of(child)
        if facts.marked and facts.end >= page.first:
            if _is_listing(child, facts) or _is_orphan(child, facts, container_marked):
                child.drop_tree()
            elif not _is_whole(child, facts):
                _prune(child, page)
        elif not _is_wanted(child, facts, page, container):
            child.drop_tree()


def _is_listing(element: HtmlElement, facts: _Facts) -> bool:
    """Say whether an element with words of the article is only a box of links to others."""
    return bool(_SIDE.search(_name(element))) and facts.linked > facts.chars / 2


def _is_whole(element: HtmlElement, facts: _Facts) -> bool:
    """Say whether an element with words of the article is kept as it is: a paragraph, a list, a table of data."""
    if element.tag in _PARAGRAPHS or element.tag == "figure":
        return True
    return (
        element.tag in _STRUCTURES
        and facts.marked >= facts.chars / 2
        and not any(True for _ in element.iter("p", "div"))
    )


def _is_orphan(element: HtmlElement, facts: _Facts, around: int) -> bool:
    """Say whether an element is the caption of a picture or video that only a script brings."""
    if element.tag not in {"figure", "figcaption"} or facts.pictures or facts.marked > around / 2:
        return False
    return not any(True for _ in element.iter("blockquote", "ol", "pre", "table", "ul"))


def _is_wanted(element: HtmlElement, facts: _Facts, page: _Page, container: HtmlElement) -> bool:
    """Say whether an element without any word of the article belongs to it all the same."""
    if facts.place < page.first and facts.marked:
        return False
    if facts.pictures:
        return _is_picture_wanted(element, facts, page, container)
    if element.tag not in _BLOCKS:
        return not facts.chars or element.tag in {"br", "wbr"} or not _is_side(element)
    if not facts.chars:
        return element.tag in {"hr", "li", "td", "th", "tr"}
    return _is_text_wanted(element, facts, page)


def _is_text_wanted(element: HtmlElement, facts: _Facts, page: _Page) -> bool:
    """Say whether words that the library passed over are the article's."""
    before = element.getprevious()
    pictures = list(before.iter(*_IMAGES)) if before is not None else []
    if pictures and is_caption_of(element, pictures[-1]):
        return True
    if (
        _is_side(element)
        or element.tag in _SEPARATE
        or _is_orphan(element, facts, facts.chars)
        or facts.linked > facts.chars / 2
        or facts.end > page.last
    ):
        return False
    if element.tag in {"td", "th", "tr", "li", "dt", "dd", "caption"}:
        return True
    if facts.place < page.first:
        return facts.chars >= _PROSE and element.tag not in _HEADINGS and not facts.linked
    return facts.chars >= _PROSE or element.tag in _HEADINGS or element.tag in _STRUCTURES


def _is_picture_wanted(element: HtmlElement, facts: _Facts, page: _Page, container: HtmlElement) -> bool:
    """Say whether an element with pictures and no word of the article belongs to it; several are judged one by one."""
    if facts.place > page.last and not _is_illustration(element, facts, container):
        return False
    if facts.place < page.first and _links_away(element):
        return False
    if _is_side(element) and not _has_caption(element):
        return False
    if element.tag == "figure" or element.tag in PICTURES:
        return True
    if _is_teaser(element, page):
        return False
    if facts.images > 1 or facts.chars > _CAPTION:
        return _keep_pictures(element, page)
    return any(not _is_aside(one, element) for one in element.iter(*PICTURES))


def _keep_pictures(element: HtmlElement, page: _Page) -> bool:
    """Drop from a box of several pictures, or of many words, what is neither; False when nothing is left."""
    for child in list(element):
        facts = page.of(child)
        kept = _is_picture_wanted(child, facts, page, element) if facts.pictures else facts.chars <= _CAPTION
        if not kept or (not facts.pictures and page.of(element).chars > _CAPTION * max(page.of(element).images, 1)):
            child.drop_tree()
    return any(True for _ in element.iter(*PICTURES))


def _is_illustration(element: HtmlElement, facts: _Facts, container: HtmlElement) -> bool:
    """Say whether a picture below the last word is still the article's: beside its paragraphs, and no listing."""
    return (
        element.getparent() is container
        and not facts.linked
        and element.tag in {"figure", "p", "div", "img", "picture"}
    )


def _has_caption(element: HtmlElement) -> bool:
    """Say whether an element is a picture with a caption, and leads nowhere else."""
    figure = element if element.tag == "figure" else element.find(".//figure")
    return figure is not None and figure.find(".//figcaption") is not None and not _links_away(element)


def _is_teaser(element: HtmlElement, page: _Page) -> bool:
    """Say whether a picture advertises another page: its link is also the link of words beside it."""
    targets = {link.get("href") for link in element.iter("a") if _has_image(link) and _is_page(link)}
    facts = page.of(element)
    worded = [link for link in element.iter("a") if _key(link.text_content()) and link.get("href") in targets]
    if worded and element.tag != "figure":
        return True
    headed = element.tag != "figure" and any(True for _ in element.iter(*_HEADINGS))
    return bool(targets) and (headed or (facts.images > 1 and facts.linked > facts.chars / 2 and facts.chars > 0))


def _links_away(element: HtmlElement) -> bool:
    """Say whether a picture in it is a link to another page."""
    return any(_has_image(link) and _is_page(link) for link in element.iter("a"))


def _has_image(link: HtmlElement) -> bool:
    """Say whether a link is a picture."""
    return any(True for _ in link.iter(*_IMAGES))


def _is_page(link: HtmlElement) -> bool:
    """Say whether a link leads to a page, not to the picture itself or to a place on this page."""
    href = (link.get("href") or "").strip()
    return bool(href) and not href.startswith("#") and not _IMAGE_FILE.search(href)


def _is_side(element: HtmlElement) -> bool:
    """Say whether the names of an element are those of a box beside the article."""
    single = element.tag == "figure" or element.tag in PICTURES
    return bool(_SIDE.search(_name(element))) and not (single and not _links_away(element))


def _is_aside(element: HtmlElement, within: HtmlElement) -> bool:
    """Say whether an element, or one around it up to `within`, is a box beside the article."""
    if element is within:
        return False
    for up in (element, *element.iterancestors()):
        if up is within:
            return False
        if (up.tag in _SEPARATE or _is_side(up)) and not (up.tag != "img" and _has_caption(up)):
            return True
    return False


def _is_icon(image: HtmlElement) -> bool:
    """Say whether a picture is declared too small to illustrate anything."""
    sizes = [
        int(size) for name in ("width", "height") if (size := (image.get(name) or "").removesuffix("px")).isdecimal()
    ]
    return any(size < _SMALLEST for size in sizes)


def _name(element: HtmlElement) -> str:
    """Give the names of an element, its words parted."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:400]
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", "-", names)


# --- tidying ------------------------------------------------------------------------------------------------------------


def _drop_heading(container: HtmlElement, heading: HtmlElement | None) -> None:
    """Drop the heading that is the title, and a heading of the first order above the words."""
    if heading is not None and heading is not container and _is_in(heading, container):
        heading.drop_tree()


def _drop_dangling(container: HtmlElement) -> None:
    """Drop headings at the end, which announce nothing any more."""
    for heading in reversed(list(container.iter(*_HEADINGS))):
        after = (
            "".join(heading.xpath("following::text()[normalize-space()][1]")) if heading.getparent() is not None else ""
        )
        following = [
            one for one in heading.itersiblings() if _key(one.text_content()) or one.find(".//img") is not None
        ]
        if after and (following or not _is_last(heading, container)):
            return
        heading.drop_tree()


def _is_last(element: HtmlElement, container: HtmlElement) -> bool:
    """Say whether no word and no picture follows inside the container."""
    here = element
    while here is not container:
        for one in here.itersiblings():
            if _key(one.text_content()) or one.tag in PICTURES or one.find(".//img") is not None:
                return False
        parent = here.getparent()
        if parent is None or (here.tail and not here.tail.isspace()):
            return False
        here = parent
    return True


def _move(box: HtmlElement, container: HtmlElement) -> None:
    """Put a box at the top of the container, without the words that follow it."""
    box.drop_tree()
    box.tail = None
    container.insert(0, box)
    if container.text and not container.text.isspace():
        box.tail, container.text = container.text, None
