"""The elements and attributes that posts are made of, and what foreign ones become."""

from __future__ import annotations

from typing import Final

from publisher.sources import pictures, players

INLINE: Final = {
    "acronym": "abbr",
    "strike": "s",
    "tt": "code",
    "font": "span",
    "span": "span",
    **{name: name for name in "a abbr b bdi bdo cite code del dfn em i ins kbd mark q s samp small".split()},
    **{name: name for name in "strong sub sup time u var ruby rb rt rp".split()},
}
PARAGRAPHS: Final = (
    {"p": "p"} | {name: name for name in "h1 h2 h3 h4 h5 h6 pre".split()} | {"summary": "p", "legend": "p"}
)
BOXES: Final = frozenset("blockquote ul ol dl table thead tbody tfoot tr td th caption".split())
LIST_PARTS: Final = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
UNWRAPPED: Final = frozenset(
    """
    address article aside body center details div fieldset figcaption figure footer form header hgroup main menu nav
    section
    """.split(),
)
SEE_THROUGH: Final = frozenset({"picture"})
# Elements whose content is not read.
ALONE: Final = frozenset({*pictures.TAGS, *players.TAGS, "br", "hr", "wbr", "source", "track"})
# Elements that say something only with one of these attributes.
ONLY_WITH: Final = {"a": {"href"}, "span": {"lang", "dir"}, "font": {"lang", "dir"}}
KNOWN: Final = frozenset(
    {*INLINE, *PARAGRAPHS, *BOXES, *LIST_PARTS, *UNWRAPPED, *players.TAGS, *pictures.TAGS}
    | set("br hr wbr picture source track".split()),
)
TABLE: Final = frozenset("table thead tbody tfoot tr td th".split())
DIRECTIONS: Final = frozenset({"ltr", "rtl", "auto"})
SCOPES: Final = frozenset({"row", "col", "rowgroup", "colgroup"})
# The attributes that an element keeps beside `lang`, `dir` and a link's address.
OWN: Final = {
    "abbr": ("title",),
    "acronym": ("title",),
    "dfn": ("title",),
    "li": ("value",),
    "ol": ("start", "type", "reversed"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope", "abbr"),
    "time": ("datetime",),
}
