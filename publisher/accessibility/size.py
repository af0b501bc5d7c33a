"""Rules about sizes: of the file, of letters and lines, of what is tapped, and how text is spread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from publisher.accessibility import contrast
from publisher.accessibility.cascade import Style, Styled, is_seen
from publisher.accessibility.css import parse_style
from publisher.accessibility.page import Link, Page
from publisher.accessibility.rule import Problem, Rule, in_mail, shorten
from publisher.accessibility.tree import BLOCKS, HEADINGS, ancestors, is_blank, visible_text
from publisher.model import Gate, Severity

WARN_BYTES: Final = 80_000
BLOCK_BYTES: Final = 100_000

_SMALLEST: Final = 14.0
_LINE: Final = 1.5
_LARGE: Final = 24.0
_TARGET: Final = 24.0
_NORMAL_LINE: Final = 1.2
_SPACING: Final = frozenset({"line-height", "letter-spacing", "word-spacing"})
_ENOUGH: Final = 0.005  # 1.5 written as pixels is seldom exact


def _bytes(page: Page) -> Iterator[Problem]:
    """Find a mail that Gmail will cut off, together with its way out."""
    if page.size > BLOCK_BYTES:
        yield Problem(element=page.tree.root, detail=f"{page.size:,} bytes; it is cut off at about 102,000")
    elif page.size > WARN_BYTES:
        detail = f"{page.size:,} bytes; {BLOCK_BYTES:,} is the most"
        yield Problem(element=page.tree.root, detail=detail, gate=Gate.INFO, severity=Severity.MINOR)


# --- letters and lines ---------------------------------------------------------------------------------------------


def _is_title(element: HtmlElement) -> bool:
    """Say whether an element stands in a heading, whose lines may be tighter."""
    return element.tag in HEADINGS or any(above.tag in HEADINGS for above in ancestors(element))


def _small(page: Page, styled: Styled, skip: Styled) -> Iterator[Problem]:
    """Find letters that are too small and lines that are too tight, one problem for each size."""
    found: dict[str, list[HtmlElement]] = {}
    for element in page.tree.texts:
        style = styled[element]
        if skip.get(element) is style or not is_seen(style):
            continue
        for complaint in _complaints(element, style):
            found.setdefault(complaint, []).append(element)
    for complaint, elements in found.items():
        more = f" (and {len(elements) - 1} more)" if len(elements) > 1 else ""
        yield Problem(element=elements[0], detail=f"{complaint}, at {shorten(page.tree.texts[elements[0]])}{more}")


def _complaints(element: HtmlElement, style: Style) -> Iterator[str]:
    """Say what is wrong with the size of text; what nobody chose is the reader's own choice."""
    if style.sized and style.size < _SMALLEST - _ENOUGH:
        yield f"{style.size:g} px letters, {_SMALLEST:g} px is the least"
    ratio = style.line_ratio()
    if ratio is not None and ratio < _LINE - _ENOUGH and style.size < _LARGE and not _is_title(element):
        yield f"lines {ratio:.2f} times the letters, {_LINE:g} times is the least"


def _letters(page: Page) -> Iterator[Problem]:
    """Find small letters and tight lines."""
    return _small(page, page.styles.light, {})


def _fixed(page: Page) -> Iterator[Problem]:
    """Find spacing that people cannot widen, because it is marked important on the element."""
    for element in page.tree.elements:
        style = element.get("style")
        if style and "important" in style:
            fixed = {one.name for one in parse_style(style) if one.important} & _SPACING
            if fixed:
                yield Problem(element=element, detail=", ".join(sorted(fixed)))


def _bare(page: Page) -> Iterator[Problem]:
    """Find what is faint or small only where `<style>` is dropped."""
    yield from contrast.bare_failures(page)
    if page.styles.bare is not page.styles.light:
        yield from _small(page, page.styles.bare, page.styles.light)


def _justified(page: Page) -> Iterator[Problem]:
    """Find text spread over the whole line."""
    for element in page.tree.texts:
        style = page.styles.light[element]
        if style.align == "justify" and not style.hidden:
            yield Problem(element=element, detail=shorten(page.tree.texts[element]))
            return


# --- targets -------------------------------------------------------------------------------------------------------


def _block(element: HtmlElement) -> HtmlElement | None:
    """Find what an element is set apart in."""
    return next((above for above in ancestors(element) if above.tag in BLOCKS), None)


def _is_alone(page: Page, link: Link, block: HtmlElement) -> bool:
    """Say whether a link is all the text that its block holds."""
    if block.tag == "body":
        return False
    inside = set(page.tree.within(link.element))
    spoken = (one for one in page.tree.within(block) if one in page.tree.texts)
    return all(one in inside for one in spoken)


def _targets(page: Page) -> Iterator[Problem]:
    """Find links on a line of their own that are too low to hit."""
    for link in page.links:
        style = page.styles.light[link.element]
        if not is_seen(style) or is_blank(visible_text(link.element)) or _holds_picture(link.element):
            continue
        block = _block(link.element)
        if block is None or not _is_alone(page, link, block):
            continue
        height = _height(page, link.element, style, block)
        if height is not None and height < _TARGET - _ENOUGH * _TARGET:
            yield Problem(element=link.element, detail=f"{shorten(link.name)} is {height:.0f} px high")


def _holds_picture(element: HtmlElement) -> bool:
    """Say whether a picture makes a link as high as itself."""
    return next(element.iterdescendants("img"), None) is not None


def _height(page: Page, element: HtmlElement, style: Style, block: HtmlElement) -> float | None:
    """Work out the height of a link in pixels; None where nobody chose it."""
    inner = [page.styles.light[one] for one in page.tree.within(element) if one in page.tree.texts]
    biggest = max(inner, key=lambda one: one.size, default=style)
    ratio = biggest.line_ratio()
    around = page.styles.light[block]
    padding = style.padding + (around.padding if style.display in {"block", "inline-block"} else 0)
    if ratio is None and not biggest.sized and not padding:
        return None
    return biggest.size * (ratio or _NORMAL_LINE) + padding


RULES: Final = (
    Rule(
        id="target-size",
        test=23,
        wcag="2.5.8",
        severity=Severity.SERIOUS,
        gate=Gate.ACK,
        message="A link is too low to hit",
        decide="24 px at least for what stands alone. Enough room around it helps as well.",
        fix="Give the link display:inline-block and padding, or larger letters and lines.",
        check=_targets,
        axe=("target-size",),
    ),
    Rule(
        id="text-size",
        test=24,
        wcag="1.4.8",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="Text is small or tight",
        decide="14 px is the least, 16 px is comfortable; lines 1.5 times as high as letters keep the place.",
        fix="Write font-size:16px and line-height:1.5 (without a unit).",
        check=_letters,
    ),
    Rule(
        id="text-spacing-fixed",
        test=24,
        wcag="1.4.12",
        severity=Severity.SERIOUS,
        gate=Gate.ACK,
        message="Spacing is fixed so that people cannot widen it",
        decide="Style sheets of readers lose against !important on the element.",
        fix="Take !important away.",
        check=_fixed,
        axe=("avoid-inline-spacing",),
    ),
    Rule(
        id="justified",
        test=25,
        wcag="1.4.8",
        severity=Severity.MODERATE,
        gate=Gate.BLOCK,
        message="Text is spread over the whole line",
        decide="The rivers of space that it makes are hard to follow, above all with dyslexia.",
        fix="Align it to the start of the line.",
        check=_justified,
    ),
    Rule(
        id="reflow",
        test=34,
        wcag="1.4.10",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="The page has to be scrolled sideways on a narrow screen",
        decide="At 320 px, which is also 1280 px at 400 %, everything must fit the width.",
        fix="Use max-width instead of width, and one column.",
        check=None,
    ),
    Rule(
        id="size",
        test=37,
        wcag="",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="The HTML of the mail is large",
        decide="Gmail cuts a mail off at 102 KB: its end, with the way to unsubscribe, is gone.",
        fix="Send fewer or shorter posts, or choose a more compact template.",
        check=_bytes,
        applies=in_mail,
    ),
    Rule(
        id="without-style",
        test=40,
        wcag="1.4.3",
        severity=Severity.MODERATE,
        gate=Gate.ACK,
        message="The mail needs its <style>, which some clients drop",
        decide="Gmail drops all of it in several cases. What remains must be as easy to read.",
        fix="Write colours, sizes and line heights on the elements themselves.",
        check=_bare,
    ),
)
