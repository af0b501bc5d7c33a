"""The style of every element as mail clients work it out: in light, in dark, and with `<style>` stripped.

Presentational attributes, the client's own defaults, `<style>` (class, id, element and whatever else cssselect knows)
and inline styles, in CSS's order of precedence. Equal styles under equal parents are worked out once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from lxml.html import HtmlElement

from publisher.accessibility import css
from publisher.accessibility.colour import BLACK, WHITE, Colour
from publisher.accessibility.css import Scheme, StyleRule, Value
from publisher.accessibility.matching import Matches, match, read_sheets
from publisher.accessibility.tree import UNSEEN, Tree, tag_of

_LINK: Final = Colour(0, 0, 238)
_DARK_PAGE: Final = Colour(18, 18, 18)
_DARK_LINK: Final = Colour(158, 158, 255)
_CLEAR: Final = Colour(0, 0, 0, 0)
_MARKED: Final = Colour(255, 255, 0)

_MEDIUM: Final = 16.0
_SIZES: Final = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
}
_FONT_SIZES: Final = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}
_OWN_SIZES: Final = {
    "h1": 2.0,
    "h2": 1.5,
    "h3": 1.17,
    "h4": 1.0,
    "h5": 0.83,
    "h6": 0.67,
    "small": 0.83,
    "big": 1.2,
    "sub": 0.83,
    "sup": 0.83,
}
_BOLD: Final = frozenset("b strong th h1 h2 h3 h4 h5 h6".split())
_UNDERLINED: Final = frozenset({"u", "ins"})
_LENGTH: Final = re.compile(r"^(-?\d*\.?\d+)(px|pt|em|rem|%)?$")
_BOLD_FROM: Final = 600
_INVISIBLE_SIZE: Final = 1.0  # pixels: what people write to hide a preheader

# The attributes that style an element; everything else in it cannot change how it looks.
_STYLING: Final = frozenset(
    "style bgcolor color background text link align hidden size aria-hidden".split(),
)


_IS_LINK: Final = ("href", "")  # where it leads makes no difference


class Line(NamedTuple):
    """A line height: times the font size where `relative`, else pixels."""

    value: float
    relative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What an element looks like.

    `colour` None: not known. `background` is what is painted under its text, already mixed; None where that is a
    picture. `line` None: the client's own. `sized`: somebody chose the size. `own_*`, `padding` and `display` are the
    element's own, the rest is inherited. `silent`: screen readers do not hear it; `hidden`: nobody sees it.
    """

    colour: Colour | None = BLACK
    background: Colour | None = WHITE
    backdrop: Colour | None = WHITE
    link: Colour = _LINK
    opacity: float = 1.0
    size: float = _MEDIUM
    sized: bool = False
    bold: bool = False
    line: Line | None = None
    underlined: bool = False
    align: str = ""
    hidden: bool = False
    silent: bool = False
    display: str = ""
    padding: float = 0.0
    bordered: bool = False
    painted: bool = False

    def line_ratio(self) -> float | None:
        """Give the line height as a multiple of the font size; None where nobody chose one."""
        if self.line is None or not self.size:
            return None
        return self.line.value if self.line.relative else self.line.value / self.size


Styled = Mapping[HtmlElement, Style]


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """The styles of a page: `light`; `dark` where the page has one; `bare` without its `<style>`.

    Two elements that look alike under parents that look alike share one Style, so `is` compares.
    """

    light: Styled
    dark: Styled | None
    bare: Styled


def _length(text: Value, size: float) -> float | None:
    """Read a length as pixels; None for what only a client can work out."""
    found = _LENGTH.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    number = float(found[1])
    return number * {"pt": 4 / 3, "em": size, "rem": _MEDIUM, "%": size / 100}.get(found[2] or "px", 1.0)


# --- what they come to ---------------------------------------------------------------------------------------------

Properties = dict[str, Value]


def _legacy_colour(text: str) -> Value:
    """Read a colour attribute, which may leave out the #."""
    text = text.strip()
    return css.parse_colour(f"#{text}" if re.fullmatch(r"[0-9a-fA-F]{3}|[0-9a-fA-F]{6}", text) else text)


def _hint(tag: str, attributes: Mapping[str, str]) -> Properties:
    """Read the attributes that style an element without a style."""
    found: Properties = {}
    if "bgcolor" in attributes:
        found["background-color"] = _legacy_colour(attributes["bgcolor"])
    if attributes.get("background"):
        found["background-image"] = "picture"
    if tag == "font" and "color" in attributes:
        found["color"] = _legacy_colour(attributes["color"])
    if tag == "font" and attributes.get("size") in _FONT_SIZES:
        found["font-size"] = f"{_FONT_SIZES[attributes['size']]}px"
    if tag == "body" and "text" in attributes:
        found["color"] = _legacy_colour(attributes["text"])
    if attributes.get("align"):
        found["text-align"] = attributes["align"].lower()
    if "hidden" in attributes:
        found["display"] = "none"
    return found


def _default(tag: str, attributes: Mapping[str, str], above: Style) -> Properties:
    """Give what every client does with a tag that nobody styles."""
    found: Properties = {}
    if tag == "a" and "href" in attributes:
        found |= {"color": above.link, "text-decoration": "underline"}
    elif tag in _UNDERLINED:
        found["text-decoration"] = "underline"
    elif tag == "mark":
        found |= {"color": BLACK, "background-color": _MARKED}
    if tag in _BOLD:
        found["font-weight"] = "bold"
    if tag in _OWN_SIZES:
        found["font-size"] = f"{_OWN_SIZES[tag]}em"
    if tag in UNSEEN:
        found["display"] = "none"
    return found


Looks = tuple[str, tuple[tuple[str, str], ...]]  # a tag and its styling attributes
Chosen = tuple[int, ...]  # the rules of an element, as places in the sheet


class _Cascade:
    """The passes over a tree with the rules of its sheet; they share what is equal, so that it is the same."""

    def __init__(self, tree: Tree, rules: tuple[StyleRule, ...]) -> None:
        self._rules = rules
        self._known: dict[tuple[int, int, Chosen], Style] = {}
        numbers: dict[Looks, int] = {}
        self._family: list[tuple[HtmlElement, HtmlElement | None, int]] = []
        for element in tree.elements:
            items = element.items()
            styling = tuple([pair for pair in items if pair[0] in _STYLING]) if items else ()
            if element.tag == "a" and element.get("href") is not None:
                styling = (*styling, _IS_LINK)
            looks = (tag_of(element), styling)
            self._family.append((element, element.getparent(), numbers.setdefault(looks, len(numbers))))
        self._looks = tuple(numbers)

    def run(self, start: Style, matches: Matches, schemes: frozenset[Scheme]) -> Styled:
        """Work out every element's style from the top down."""
        styles: dict[HtmlElement, Style] = {}
        known, rules = self._known, self._rules
        for element, parent, number in self._family:
            above = start if parent is None else styles[parent]
            matched = matches.get(element)
            chosen = tuple([at for at in matched if rules[at].scheme in schemes]) if matched else ()
            key = (id(above), number, chosen)
            style = known.get(key)
            if style is None:
                tag, styling = self._looks[number]
                style = known[key] = self._resolve(above, tag, dict(styling), chosen)
            styles[element] = style
        return styles

    def _resolve(self, above: Style, tag: str, attributes: Mapping[str, str], chosen: Chosen) -> Style:
        """Work out one style."""
        inline = css.parse_style(attributes.get("style", ""))
        ruled = [declaration for at in chosen for declaration in self._rules[at].declarations]
        properties = _default(tag, attributes, above) | _hint(tag, attributes)
        for important in (False, True):
            for layer in (ruled, inline):
                properties |= {one.name: one.value for one in layer if one.important is important}
        return _compute(above, tag, attributes, properties)


def _compute(above: Style, tag: str, attributes: Mapping[str, str], properties: Properties) -> Style:
    """Turn properties into a style, below a parent's."""
    size, sized = _size(above, properties.get("font-size"), tag)
    colour = _colour(above, properties.get("color", "inherit"))
    opacity = above.opacity * _number(properties.get("opacity"), 1.0)
    backdrop = above.backdrop if opacity < above.opacity else above.background
    if above.opacity < 1 and opacity == above.opacity:
        backdrop = above.backdrop
    background, painted = _background(above, properties, colour, opacity)
    hidden = above.hidden or _is_hidden(properties, opacity)
    decoration = str(properties.get("text-decoration", ""))
    link = _legacy_colour(attributes["link"]) if tag == "body" and "link" in attributes else above.link
    return Style(
        colour=colour,
        background=background,
        backdrop=backdrop,
        link=link if isinstance(link, Colour) else above.link,
        opacity=opacity,
        size=size,
        sized=sized,
        bold=_is_bold(above, properties.get("font-weight")),
        line=_line(above, properties.get("line-height"), size),
        underlined=above.underlined or "underline" in decoration,
        align=str(properties.get("text-align", above.align)),
        hidden=hidden,
        silent=hidden or above.silent or attributes.get("aria-hidden") == "true",
        display=str(properties.get("display", "")),
        padding=sum(_length(properties.get(name), size) or 0.0 for name in ("padding-top", "padding-bottom")),
        bordered=properties.get("border-bottom") == "seen",
        painted=painted,
    )


def _colour(above: Style, value: Value) -> Colour | None:
    """Work out the colour of the text; None where only a client knows it."""
    if isinstance(value, Colour) or value is None:
        return value
    return BLACK if value == "initial" else above.colour


def _background(
    above: Style, properties: Properties, colour: Colour | None, opacity: float
) -> tuple[Colour | None, bool]:
    """Work out what lies under the text, and whether the element painted it itself."""
    value = properties.get("background-color", _CLEAR)
    own = colour if value == "currentcolor" else value
    if own is None:
        return None, True
    if isinstance(own, Colour) and own.alpha > 0:
        thinned = opacity / above.opacity if above.opacity else 0.0
        below = above.background or (WHITE if own.alpha * thinned == 1 else None)
        return (own.over(below, thinned) if below else None), True
    if properties.get("background-image") == "picture":
        return None, True
    return above.background, False


def _size(above: Style, value: Value, tag: str) -> tuple[float, bool]:
    """Work out the font size, and whether somebody chose it."""
    if not isinstance(value, str) or value in {"inherit", "unset"}:
        return above.size, above.sized
    if value == f"{_OWN_SIZES.get(tag)}em":
        return above.size * _OWN_SIZES[tag], above.sized
    if value in _SIZES:
        return _SIZES[value], True
    if value in {"smaller", "larger"}:
        return above.size * (0.833 if value == "smaller" else 1.2), True
    size = _length(value, above.size)
    return (above.size, above.sized) if size is None else (size, True)


def _line(above: Style, value: Value, size: float) -> Line | None:
    """Work out the line height."""
    if not isinstance(value, str) or value in {"inherit", "unset"}:
        return above.line
    found = _LENGTH.match(value)
    if found is None:
        return None if value in {"normal", "initial"} else above.line
    if found[2] is None:
        return Line(float(found[1]), relative=True)
    pixels = _length(value, size)
    return None if pixels is None else Line(pixels, relative=False)


def _is_bold(above: Style, value: Value) -> bool:
    """Work out whether the text is bold."""
    if not isinstance(value, str) or value in {"inherit", "unset"}:
        return above.bold
    return value in {"bold", "bolder"} or (value.isdecimal() and int(value) >= _BOLD_FROM)


def _number(value: Value, otherwise: float) -> float:
    """Read a number between 0 and 1, also as per cent."""
    found = _LENGTH.match(value) if isinstance(value, str) else None
    if found is None or found[2] not in {None, "%"}:
        return otherwise
    return min(1.0, max(0.0, float(found[1]) / (100 if found[2] else 1)))


def _is_hidden(properties: Properties, opacity: float) -> bool:
    """Say whether nobody sees an element: not shown, or made too small or too thin to be seen."""
    if properties.get("display") == "none" or properties.get("visibility") in {"hidden", "collapse"} or opacity == 0:
        return True
    if properties.get("overflow") == "hidden":
        return any(_length(properties.get(name), 0) in {0.0, 1.0} for name in ("max-height", "height"))
    return False


def is_seen(style: Style) -> bool:
    """Say whether text in this style can be seen; a pixel's height is how preheaders are hidden."""
    return not style.hidden and style.size > _INVISIBLE_SIZE


def _declares_dark(tree: Tree, rules: tuple[StyleRule, ...]) -> bool:
    """Say whether the page tells the client that it can be dark."""
    for meta in tree.all("meta"):
        if (meta.get("name") or "").lower() in {"color-scheme", "supported-color-schemes"}:
            return "dark" in (meta.get("content") or "").lower()
    return any(one.name == "color-scheme" and "dark" in str(one.value) for rule in rules for one in rule.declarations)


def work_out(tree: Tree) -> Styles:
    """Work out the styles of a page in light, in dark and bare."""
    rules = read_sheets(tree)
    matches = match(tree, rules)
    cascade = _Cascade(tree, rules)
    start, dark_start = Style(), Style()
    if _declares_dark(tree, rules):
        dark_start = Style(colour=WHITE, background=_DARK_PAGE, backdrop=_DARK_PAGE, link=_DARK_LINK)
    light = cascade.run(start, matches, frozenset({Scheme.BOTH, Scheme.LIGHT}))
    has_dark = dark_start.colour is WHITE or any(rule.scheme is Scheme.DARK for rule in rules)
    dark = cascade.run(dark_start, matches, frozenset({Scheme.BOTH, Scheme.DARK})) if has_dark else None
    bare = cascade.run(start, {}, frozenset()) if matches else light
    return Styles(light=light, dark=dark, bare=bare)
