"""Rules about language and direction: what a screen reader needs to choose a voice, and bidi text to stand right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from publisher import language as languages
from publisher.accessibility.page import Page
from publisher.accessibility.rule import Problem, Rule, in_mail, shorten
from publisher.accessibility.tree import HEADINGS, UNSEEN, ancestors, is_blank, is_foreign
from publisher.model import Expected, Gate, Severity

_DIRECTIONS: Final = frozenset({"ltr", "rtl"})
_ADDRESS: Final = re.compile(r"\S+://\S+|\S+@\S+\.\S+|\bwww\.\S+")
_LOOKED_AT: Final = 600  # characters of a passage: its script shows early


def _is_tag(tag: str) -> bool:
    """Say whether a tag is written as HTML wants it and made of registered subtags."""
    return "_" not in tag and languages.is_valid(tag)


def _says_something(page: Page, element: HtmlElement) -> bool:
    """Say whether there is text in an element, or a picture that has a text."""
    for inner in page.tree.within(element):
        if inner.tag in UNSEEN:
            continue
        if inner in page.tree.texts or (inner.tag == "img" and not is_blank(inner.get("alt"))):
            return True
    return False


def _wrappers(page: Page) -> Iterator[HtmlElement]:
    """Go through the children of the body that say something; the body itself where bare text stands in it."""
    if page.tree.body in page.tree.texts:
        yield page.tree.body
    for child in page.tree.body:
        if isinstance(child.tag, str) and child.tag not in UNSEEN and _says_something(page, child):
            yield child


def _body_dir(page: Page) -> Iterator[Problem]:
    """Find children of the body with content whose direction is not said, or said wrong."""
    for wrapper in _wrappers(page):
        if wrapper is page.tree.body:
            yield Problem(element=wrapper, detail="text stands in the body without a wrapper")
            continue
        said = (wrapper.get("dir") or "").strip().lower()
        tag = (page.tree.langs[wrapper] or "").strip()
        if said == "auto":
            yield Problem(element=wrapper, detail='dir="auto" is a guess of the client', gate=Gate.INFO)
        elif said not in _DIRECTIONS:
            yield Problem(element=wrapper, detail=f'dir="{said}"' if said else "no dir")
        elif _is_tag(tag) and languages.direction(tag) != said:
            yield Problem(element=wrapper, detail=f'dir="{said}" around lang="{tag}"')


def _body_lang(page: Page) -> Iterator[Problem]:
    """Find children of the body with content whose language is not said."""
    for wrapper in _wrappers(page):
        if wrapper is page.tree.body:
            yield Problem(element=wrapper, detail="text stands in the body without a wrapper")
            continue
        tag = (wrapper.get("lang") or "").strip()
        if not tag:
            yield Problem(element=wrapper, detail="no lang")
        elif not _is_tag(tag):
            yield Problem(element=wrapper, detail=f'lang="{tag}" is no registered language')
        elif page.language and languages.primary(tag) != languages.primary(page.language):
            yield Problem(element=wrapper, detail=f'lang="{tag}", but the edition is in {page.language}')


def _html_lang(page: Page) -> Iterator[Problem]:
    """Find an html element that names no registered language."""
    tag = page.tree.root.get("lang")
    if not (tag or "").strip():
        yield Problem(element=page.tree.root, detail="no lang")
    elif not _is_tag((tag or "").strip()):
        yield Problem(element=page.tree.root, detail=f'lang="{tag}" is no registered language')


def _parts(page: Page) -> Iterator[Problem]:
    """Find passages in a language that is not said: by their script, by their post, and by tags that do not exist."""
    body = page.tree.body
    for element in page.tree.elements:
        tag = element.get("lang")
        if tag and element is not page.tree.root and element.getparent() is not body and not _is_tag(tag):
            yield Problem(element=element, detail=f'lang="{tag}" is no registered language')
    for element, own in page.tree.texts.items():
        text = own[:_LOOKED_AT]
        if not page.is_heard(element) or (text.isascii() and _is_latin(page.tree.langs[element])):
            continue
        text = _ADDRESS.sub(" ", text)
        if is_foreign(text, page.tree.langs[element]):
            yield Problem(element=element, detail=f"{shorten(text)} stands in lang={page.tree.langs[element]!r}")
    yield from _posts(page)


def _is_latin(tag: str | None) -> bool:
    """Say whether plain ASCII cannot contradict a language."""
    return not tag or not _is_tag(tag) or "Latn" in languages.scripts_of(tag)


def _posts(page: Page) -> Iterator[Problem]:
    """Find posts of ours that do not stand in their own language."""
    wanted = {one.anchor: one for one in page.expected if one.language}
    for element in page.tree.elements if wanted else ():
        one = wanted.pop(element.get("id") or element.get("name") or "", None)
        heading = None if one is None else _heading_after(page, element)
        if one is not None and heading is not None:
            yield from _post(page, one, heading)


def _post(page: Page, one: Expected, heading: HtmlElement) -> Iterator[Problem]:
    """Compare the language and direction around a post's heading with the post's own."""
    tag, wanted = page.tree.langs[heading] or "", one.language or ""
    if languages.primary(tag) != languages.primary(wanted):
        detail = f"{shorten(one.title)} is in {wanted} and stands in lang={tag!r}"
        yield Problem(element=heading, detail=detail, post=one.post, field="language")
        return
    said = next((above.get("dir") for above in (heading, *ancestors(heading)) if above.get("dir")), "")
    if said in _DIRECTIONS and said != languages.direction(wanted):
        detail = f'{shorten(one.title)} is in {wanted} and stands in dir="{said}"'
        yield Problem(element=heading, detail=detail, post=one.post, field="language")


def _heading_after(page: Page, element: HtmlElement) -> HtmlElement | None:
    """Find the heading that an anchor stands before."""
    start = page.tree.order[element]
    return next((one for one in page.tree.elements[start : start + 40] if one.tag in HEADINGS), None)


RULES: Final = (
    Rule(
        id="body-dir",
        test=1,
        wcag="1.3.2",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="Content of the mail does not say in which direction it runs",
        decide="Mail clients drop the html and body elements. Whatever stands directly in the body needs its own dir.",
        fix='Put everything into one <div lang="…" dir="ltr"> (or "rtl"), the only child of the body.',
        check=_body_dir,
        applies=in_mail,
        emc="Body content is wrapped in an element with dir",
    ),
    Rule(
        id="body-lang",
        test=2,
        wcag="3.1.1",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="Content of the mail does not say in which language it is",
        decide="Without it a screen reader reads the mail with whatever voice it had on. «und» says nothing either.",
        fix='Put everything into one <div lang="…" dir="…">, the only child of the body, with the tag of its language.',
        check=_body_lang,
        applies=in_mail,
        emc="Body content is wrapped in an element with lang",
    ),
    Rule(
        id="html-lang",
        test=6,
        wcag="3.1.1",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="The page does not name its language",
        decide="The tag must be registered: «en», «pt-BR», «sr-Latn»; «english» or «en_US» are no tags.",
        fix='Write the language on the html element: <html lang="en" dir="ltr">.',
        check=_html_lang,
        emc="The html element has lang",
        axe=("html-has-lang", "html-lang-valid", "html-xml-lang-mismatch"),
    ),
    Rule(
        id="language-of-parts",
        test=39,
        wcag="3.1.2",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="A passage in another language does not say so",
        decide="Names and words that have become part of the language around them need no mark; sentences do.",
        fix='Mark the passage: <span lang="fa" dir="rtl">…</span>, or correct the post\'s language.',
        check=_parts,
        axe=("valid-lang",),
    ),
)
