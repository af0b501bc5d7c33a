"""What stands around an article on its page, told by names, links and frames: the signs, not the decisions."""

from __future__ import annotations

import re
from typing import Final

from lxml.html import HtmlElement

IMAGES: Final = frozenset({"img", "amp-img"})
PICTURES: Final = IMAGES | frozenset({"picture", "video", "audio", "amp-video", "amp-audio", "iframe", "amp-iframe"})
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
SEPARATE: Final = frozenset({"aside", "footer", "form"})
_NEVER: Final = frozenset(
    """
    base button canvas datalist dialog head input link meta nav object option script select style svg template
    textarea
    """.split(),
)

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
    |screen-reader\w*|sr-only|visually-?hidden|noprint
    """,
    ),
    re.IGNORECASE | re.VERBOSE,
)
_PLAYERS: Final = re.compile(
    r"(?:^|[./])(?:youtube(?:-nocookie)?\.com|youtu\.be|vimeo\.com|dailymotion\.com|soundcloud\.com|spotify\.com|ted\.com"
    r"|brightcove\.\w+|jwplatform\.com|jwplayer\.com|twitch\.tv|archive\.org|bilibili\.com|v\.qq\.com|rutube\.ru|vk\.com"
    r"|aparat\.com|kaltura\.com|megaphone\.fm|simplecast\.com|acast\.com|bandcamp\.com|peertube\.\w+|libsyn\.com)/",
    re.IGNORECASE,
)
_IMAGE_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)(?:$|[?#])", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CONTROLS: Final = re.compile(
    r"(?<![a-z])(?:mw-editsection|noprint|header-?link|heading-?link|anchor-?(?:link|icon)|permalink)(?![a-z])",
    re.IGNORECASE,
)
_SMALLEST: Final = 80  # CSS px; a smaller picture above the text is an icon


def drop_silent(root: HtmlElement) -> None:
    """Drop what no reader sees or what only works on the page itself; `noscript` stays, it may hold a picture."""
    for element in list(root.iter()):
        if element is root or element.getparent() is None:
            continue
        if not isinstance(element.tag, str) or element.tag in _NEVER or _is_hidden(element) or _is_useless(element):
            element.drop_tree()


def _is_useless(element: HtmlElement) -> bool:
    """Say whether an element only works on the page itself: an idle frame, "edit", a heading's own link."""
    if element.tag in {"a", "span"}:
        return bool(_CONTROLS.search(element.get("class") or ""))
    if element.tag not in {"iframe", "amp-iframe"} or _PLAYERS.search(
        element.get("src") or element.get("data-src") or ""
    ):
        return False
    figure = next(element.iterancestors("figure"), None)
    return figure is None or figure.find(".//figcaption") is None  # what has a caption is no advertisement


def _is_hidden(element: HtmlElement) -> bool:
    """Say whether an element is shown to nobody; a lazy picture may be hidden until a script runs."""
    if element.tag in IMAGES or element.tag in {"picture", "figure", "noscript"}:
        return False
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and _HIDDEN.search(style))


def name_of(element: HtmlElement) -> str:
    """Give the names of an element, their words parted by hyphens."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:400]
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", "-", names)


def is_side(element: HtmlElement) -> bool:
    """Say whether the names of an element are those of a box beside the article.

    A figure, or a picture, that leads nowhere else is one of the article whatever it is called.
    """
    single = element.tag == "figure" or element.tag in PICTURES
    return bool(_SIDE.search(name_of(element))) and not (single and not links_away(element))


def is_side_of_words(element: HtmlElement) -> bool:
    """Say whether the names of an element without pictures are those of a box beside the article."""
    return is_side(element) or bool(_SIDE_OF_WORDS.search(name_of(element)))


def is_aside(element: HtmlElement, within: HtmlElement) -> bool:
    """Say whether an element, or one around it inside `within`, is a box beside the article."""
    if element is within:
        return False
    for up in (element, *element.iterancestors()):
        if up is within:
            return False
        if (up.tag in SEPARATE or is_side(up)) and not (up.tag not in IMAGES and has_caption(up)):
            return True
    return False


def is_icon(image: HtmlElement) -> bool:
    """Say whether a picture is declared too small to illustrate anything."""
    written = [(image.get(name) or "").strip().removesuffix("px") for name in ("width", "height")]
    return any(int(size) < _SMALLEST for size in written if size.isascii() and size.isdecimal())


def has_caption(element: HtmlElement) -> bool:
    """Say whether an element is a picture with a caption, and leads nowhere else."""
    figure = element if element.tag == "figure" else element.find(".//figure")
    return figure is not None and figure.find(".//figcaption") is not None and not links_away(element)


def links_away(element: HtmlElement) -> bool:
    """Say whether a picture in it is a link to another page."""
    return bool(targets(element))


def targets(element: HtmlElement) -> frozenset[str]:
    """Give the other pages that pictures in an element lead to: no picture files, no places on this page."""
    links = [link for link in element.iter("a") if any(True for _ in link.iter(*IMAGES))]
    pages = (str(link.get("href") or "").strip() for link in links)
    return frozenset(page for page in pages if page and not page.startswith("#") and not _IMAGE_FILE.search(page))


def is_in(element: HtmlElement, box: HtmlElement) -> bool:
    """Say whether an element is a box or stands inside it."""
    return element is box or any(up is box for up in element.iterancestors())
