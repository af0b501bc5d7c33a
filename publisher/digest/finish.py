"""What MJML and the inliner leave undone in a mail, and how to keep them from breaking what was right.

MJML's renderer prints attribute values with a debug formatter: a no-break space, a joiner, a vowel sign or a backslash
comes out as an escape in plain sight. So everything is ASCII when it goes in (`protect`), and becomes letters again
when the tree is written (`write`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from lxml import etree, html
from premailer import Premailer

_ATTRIBUTES: Final = re.compile(r"<mj-title>[^<]*|<(?=[A-Za-z])[^<>]*>")
_UNSAFE: Final = re.compile(r"[\\\t\r\n]")
_REFERENCES: Final = {"\\": "&#92;", "\t": " ", "\r": " ", "\n": " "}
_INLINED: Final = "data-inline"
_COMMENT_TABLE: Final = re.compile(r"<table(?![^>]*\brole=)", re.IGNORECASE)
_TEMPLATE_MARK: Final = re.compile(r"\{\{")
# What keeps the inliner from breaking a mail: `!important`, sizes and media queries stay, and nothing is fetched.
_SAFE: Final[dict[str, Any]] = {
    "strip_important": False,
    "keep_style_tags": True,
    "disable_basic_attributes": ["width", "height", "align", "valign", "bgcolor"],
    "allow_network": False,
    "disable_validation": True,
    "align_floating_images": False,
    "cssutils_logging_level": logging.CRITICAL,
}


# What a template must not use, and why: each breaks the mail for somebody, whatever stands in it.
_FORBIDDEN: Final = (
    (r"<mj-preview\b", "mj-preview", "it stands outside the language of the mail"),
    (r"\bbackground-url=", "background-url", "Outlook's twin of it has no alternative text"),
    (r"<mj-font\b|@import\b|<link\b|\burl\(", "styles, fonts or grounds from an address", "they need the network"),
    (
        r"<mj-(?:accordion|carousel|navbar|social|hero)\b",
        "mj-accordion, mj-carousel, mj-navbar, mj-social or mj-hero",
        "what becomes of it cannot be used with a screen reader",
    ),
    (r"<(?:script|iframe|video|audio|form)\b", "script, iframe, video, audio or form", "mail clients drop it"),
)


def forbidden(template: str) -> Iterator[tuple[str, str]]:
    """Name what the source of a mail template uses although no mail should, with the reason."""
    return ((element, reason) for pattern, element, reason in _FORBIDDEN if re.search(pattern, template))


def protect(mjml: str) -> str:
    """Write a template's output so that MJML's renderer cannot spoil an attribute or a title.

    Every character that is not ASCII becomes a numeric reference everywhere; inside tags, white space other than a
    space becomes one, and a backslash a reference too.
    """
    ascii_only = mjml.encode("ascii", "xmlcharrefreplace").decode("ascii")
    return _ATTRIBUTES.sub(_protect_tag, ascii_only)


def _protect_tag(found: re.Match[str]) -> str:
    """Write one tag without the ASCII characters that get spoilt."""
    tag = found.group()
    return _UNSAFE.sub(lambda mark: _REFERENCES[mark.group()], tag) if _UNSAFE.search(tag) else tag


class _Inliner(Premailer):  # type: ignore[misc]  # the library has no type information
    """The inliner, with what it reads out of a style sheet remembered: that is most of its work, edition by edition."""

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
        """Read a style sheet, or remember it."""
        return _remember(css_body, ruleset_index)


@lru_cache(maxsize=64)
def _remember(css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
    """Read a style sheet as the inliner does."""
    reader = Premailer(**_SAFE)
    rules: tuple[list[Any], list[Any]] = reader._parse_style_rules(css_body, ruleset_index)  # noqa: SLF001 - as above
    return rules


def inline(document: str) -> html.HtmlElement:
    """Read the mail and put the author's styles where mail clients want them; the renderer's own stay as they are."""
    root = html.document_fromstring(document, parser=html.HTMLParser(huge_tree=True, encoding=None))
    for style in root.iter("style"):
        if style.attrib.pop(_INLINED, None) is None and style.get("media") is None:
            style.set(Premailer.attribute_name, "ignore")
    _Inliner(**_SAFE).transform(root)
    return root


def mend(root: html.HtmlElement, *, role_description: str | None) -> None:
    """Remove what is no valid HTML, give every layout table its role, and name the mail in its reader's language."""
    for comment in root.iter(etree.Comment):
        comment.text = _COMMENT_TABLE.sub('<table role="presentation"', comment.text or "")
    for element in root.iter("img", "table", "td", "div"):
        if element.tag == "img":
            if element.get("height") == "auto":
                del element.attrib["height"]
        elif element.tag == "td":
            element.attrib.pop("vertical-align", None)
        elif element.tag == "table":
            if element.get("role") is None and not _has_headings(element):
                element.set("role", "presentation")
        elif element.tag == "div" and element.get("aria-roledescription"):
            _describe_role(element, role_description)


def _has_headings(table: html.HtmlElement) -> bool:
    """Say whether a table itself, not one inside it, has headings."""
    return any(next(head.iterancestors("table")) is table for head in table.iter("th"))


def _describe_role(wrapper: html.HtmlElement, role_description: str | None) -> None:
    """Say "email" in the reader's language, or nothing where we have no word for it."""
    if role_description:
        wrapper.set("aria-roledescription", role_description)
    else:
        del wrapper.attrib["aria-roledescription"]


def write(root: html.HtmlElement) -> str:
    """Write the document; `{{`, which SES would take for a template, stands as a reference."""
    written: str = etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return _TEMPLATE_MARK.sub("&#123;&#123;", written)
