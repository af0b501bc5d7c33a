"""Rules about structure: lists, ids, ARIA, landmarks, and what the page tells the client about itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from lxml.html import HtmlElement

from publisher import language as languages
from publisher.accessibility import aria
from publisher.accessibility.page import Page
from publisher.accessibility.rule import Problem, Rule, in_mail, on_web, shorten
from publisher.accessibility.tree import LAYOUT_ROLES, UNSEEN, ancestors, is_blank, role_of, tag_of
from publisher.model import Gate, Severity

_ZOOM: Final = 2.0
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_LISTS: Final = frozenset({"ul", "ol", "menu"})
_HELPERS: Final = frozenset({"script", "template", "style"})


# --- what the page says about itself -------------------------------------------------------------------------------


def _viewport(page: Page) -> Iterator[Problem]:
    """Find pages that do not let people zoom."""
    for meta in page.tree.all("meta"):
        if (meta.get("name") or "").strip().lower() != "viewport":
            continue
        pairs = (part.partition("=") for part in re.split(r"[,;]", (meta.get("content") or "").lower()))
        said = {name.strip(): value.strip() for name, _, value in pairs}
        if said.get("user-scalable") in {"no", "0", "false"}:
            yield Problem(element=meta, detail=f"user-scalable={said['user-scalable']}")
        elif _is_below(said.get("maximum-scale"), _ZOOM):
            yield Problem(element=meta, detail=f"maximum-scale={said['maximum-scale']}")


def _is_below(text: str | None, limit: float) -> bool:
    """Say whether a text is a number, and one below a limit (-1 means none)."""
    try:
        number = float(text or "")
    except ValueError:
        return False
    return 0 <= number < limit


def _charset(page: Page) -> Iterator[Problem]:
    """Find pages that do not say, or say wrong, how their letters are written."""
    said = None
    for meta in page.tree.all("meta"):
        about = (meta.get("http-equiv") or "").lower()
        found = _CHARSET.search(meta.get("content") or "") if about == "content-type" else None
        said = said or meta.get("charset") or (found and found[1])
    if not said:
        yield Problem(element=page.tree.root, detail="the HTML does not say it")
    if page.headers is None:
        return
    if page.charset is None:
        yield Problem(detail="the part's header does not say it", where="Content-Type")
    elif page.charset not in _UTF8:
        yield Problem(detail=f"the part's header says {page.charset}, not utf-8", where="Content-Type")


def _wrapper(page: Page) -> Iterator[Problem]:
    """Find mails whose wrapper is no article with a name."""
    children = [child for child in page.tree.body if isinstance(child.tag, str) and child.tag not in UNSEEN]
    wrapper = next((child for child in children if role_of(child) == "article"), None)
    if wrapper is None:
        yield Problem(element=children[0] if children else page.tree.body, detail='no role="article"')
        return
    if is_blank(wrapper.get("aria-label")) and is_blank(wrapper.get("aria-labelledby")):
        yield Problem(element=wrapper, detail="no aria-label")
    said, tag = wrapper.get("aria-roledescription"), page.tree.langs[wrapper]
    if is_blank(said):
        yield Problem(element=wrapper, detail="no aria-roledescription")
    elif tag and languages.is_valid(tag) and languages.contradicts(tag, said or "", least=3):
        yield Problem(element=wrapper, detail=f"aria-roledescription {shorten(said or '')} is not in {tag}")


# --- lists and ids -------------------------------------------------------------------------------------------------


def _lists(page: Page) -> Iterator[Problem]:
    """Find items outside lists, and in lists what is no item."""
    for item in page.tree.all("li"):
        parent = item.getparent()
        if page.is_heard(item) and parent is not None and parent.tag not in _LISTS and role_of(parent) != "list":
            yield Problem(element=item, detail=f"li in {tag_of(parent)}")
    for item in page.tree.all("dt", "dd"):
        parent = item.getparent()
        group = parent.getparent() if parent is not None and parent.tag == "div" else parent
        if page.is_heard(item) and parent is not None and (group is None or group.tag != "dl"):
            yield Problem(element=item, detail=f"{tag_of(item)} in {tag_of(parent)}")
    for made_of, kinds in ((_LISTS, {"li"}), ({"dl"}, {"dt", "dd", "div"})):
        for whole in page.tree.all(*made_of):
            if page.is_heard(whole) and role_of(whole) not in LAYOUT_ROLES:
                yield from _strangers(page, whole, kinds | _HELPERS)


def _strangers(page: Page, whole: HtmlElement, kinds: set[str]) -> Iterator[Problem]:
    """Find what stands in a list without being an item."""
    if whole in page.tree.texts:
        yield Problem(element=whole, detail=f"text {shorten(page.tree.texts[whole])} directly in {tag_of(whole)}")
    for child in whole:
        if isinstance(child.tag, str) and child.tag not in kinds:
            yield Problem(element=child, detail=f"{tag_of(child)} in {tag_of(whole)}")


def _ids(page: Page) -> Iterator[Problem]:
    """Find names that several elements have; an element with the same id and name has one."""
    owners: defaultdict[str, list[HtmlElement]] = defaultdict(list)
    for element in page.tree.elements:
        names = {element.get("id"), element.get("name") if element.tag == "a" else None}
        for name in names:
            if name:
                owners[name].append(element)
    for name, elements in owners.items():
        if len(elements) > 1:
            yield Problem(element=elements[1], detail=f"{shorten(name)} names {len(elements)} elements")


# --- ARIA ----------------------------------------------------------------------------------------------------------


def _aria(page: Page) -> Iterator[Problem]:
    """Find roles and aria- attributes that do not exist, or not there."""
    for element in page.tree.labelled:
        roles = (element.get("role") or "").lower().split()
        if roles and not aria.ROLES.intersection(roles):
            yield Problem(element=element, detail=f'role="{element.get("role")}" does not exist')
        said = {str(name): value for name, value in element.items() if str(name).startswith("aria-")}
        if said:
            role = next((one for one in roles if one in aria.ROLES), aria.OWN_ROLES.get(tag_of(element), ""))
            for problem in _attributes(said, role, tag_of(element), page.tree.ids):
                yield Problem(element=element, detail=problem)


def _attributes(said: dict[str, str], role: str, tag: str, ids: Mapping[str, HtmlElement]) -> Iterator[str]:
    """Find what is wrong with the aria- attributes of one element."""
    for name, value in said.items():
        if name not in aria.ATTRIBUTES:
            yield f"{name} does not exist"
        elif name in aria.VALUES and value.strip().lower() not in aria.VALUES[name]:
            yield f'{name}="{value}" is no value it has'
        elif name in aria.NUMBERS and not _is_number(value):
            yield f'{name}="{value}" is no number'
        elif name in aria.REFERENCES and not all(one in ids for one in value.split()):
            yield f'{name}="{value}" names an element that is not there'
        elif name in aria.ONLY_ON and role not in aria.ONLY_ON[name]:
            yield f"{name} has no meaning on {role or tag}"
    nameless = role in aria.NAMELESS_ROLES or (not role and tag in aria.NAMELESS_TAGS)
    if nameless and ("aria-label" in said or "aria-labelledby" in said):
        yield f"{role or tag} cannot have a label"
    if "aria-roledescription" in said and (not role or role in aria.NAMELESS_ROLES):
        yield f"aria-roledescription on {role or tag}, which has no role to describe"


def _is_number(text: str) -> bool:
    """Say whether a text is a number as ARIA writes them."""
    return bool(re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", text, re.ASCII))


# --- landmarks, on the web -----------------------------------------------------------------------------------------

_LANDMARK_TAGS: Final = frozenset({"main", "nav", "aside", "header", "footer"})
_LANDMARK_ROLES: Final = frozenset("main navigation complementary banner contentinfo region search form".split())


def _is_landmark(element: HtmlElement) -> bool:
    """Say whether an element is a landmark."""
    return role_of(element) in _LANDMARK_ROLES or (not role_of(element) and element.tag in _LANDMARK_TAGS)


def _is_main(element: HtmlElement) -> bool:
    """Say whether an element is the main landmark."""
    return role_of(element) == "main" or (element.tag == "main" and not role_of(element))


def _landmarks(page: Page) -> Iterator[Problem]:
    """Find web pages without one main part, and content outside every landmark."""
    mains = [element for element in page.tree.elements if _is_main(element)]
    if len(mains) != 1:
        detail = "there is no main" if not mains else f"there are {len(mains)} of main"
        yield Problem(element=page.tree.body, detail=detail)
    for element in page.tree.texts:
        if page.is_heard(element) and not _is_covered(element):
            yield Problem(element=element, detail=f"{shorten(page.tree.texts[element])} stands outside of them")
            return


def _is_covered(element: HtmlElement) -> bool:
    """Say whether an element stands in a landmark, or is a link that skips to one."""
    if element.tag == "a" and (element.get("href") or "").startswith("#"):
        return True
    return any(_is_landmark(one) for one in (element, *ancestors(element)))


RULES: Final = (
    Rule(
        id="zoom",
        test=12,
        wcag="1.4.4",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="The page does not let people zoom",
        decide="People with low vision need twice the size at least.",
        fix='Write <meta name="viewport" content="width=device-width, initial-scale=1"> and nothing more.',
        check=_viewport,
        emc="Zoom is not disabled",
        axe=("meta-viewport",),
    ),
    Rule(
        id="aria",
        test=16,
        wcag="4.1.2",
        severity=Severity.CRITICAL,
        gate=Gate.BLOCK,
        message="ARIA is used in a way that does not exist",
        decide="Wrong ARIA is worse than none: it hides what the element is.",
        fix="Remove it, and use the HTML element that means this.",
        check=_aria,
        emc="ARIA attributes are allowed and valid",
        axe=(
            *("aria-allowed-attr", "aria-valid-attr", "aria-valid-attr-value", "aria-roles", "aria-prohibited-attr"),
            "aria-roledescription",
        ),
    ),
    Rule(
        id="duplicate-id",
        test=17,
        wcag="4.1.2",
        severity=Severity.MINOR,
        gate=Gate.BLOCK,
        message="Several elements have the same name",
        decide="Links within the page and labels go to the first one.",
        fix="Give each id, and each <a name>, once.",
        check=_ids,
        emc="No duplicate ids",
        axe=("duplicate-id", "duplicate-id-aria"),
    ),
    Rule(
        id="list",
        test=22,
        wcag="1.3.1",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="A list is not well formed",
        decide="Screen readers say how many items there are, and which one this is: only where the markup is right.",
        fix="Put only <li> into <ul> and <ol>, and every <li> into one of them.",
        check=_lists,
        axe=("list", "listitem", "definition-list", "dlitem"),
    ),
    Rule(
        id="charset",
        test=31,
        wcag="4.1.1",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="How letters are written is not said",
        decide="Without it, clients guess, and every letter that is not English may be another one.",
        fix='Write <meta charset="utf-8"> first in the head, and Content-Type: text/html; charset=utf-8 on the part.',
        check=_charset,
        emc="Charset is declared",
    ),
    Rule(
        id="wrapper-role",
        test=32,
        wcag="4.1.2",
        severity=Severity.MINOR,
        gate=Gate.INFO,
        message="The mail is not presented as one article with a name",
        decide="A courtesy: in webmail, the mail is then told from the page around it.",
        fix='Put role="article", aria-label="SUBJECT" and aria-roledescription (in its language) on the wrapper.',
        check=_wrapper,
        applies=in_mail,
    ),
    Rule(
        id="landmarks",
        test=33,
        wcag="1.3.1",
        severity=Severity.MODERATE,
        gate=Gate.BLOCK,
        message="The landmarks of the page are not right",
        decide="On the web, screen reader users go from landmark to landmark. In mail they would only add noise.",
        fix="Put everything into <header>, <nav>, <main> (once) and <footer>.",
        check=_landmarks,
        applies=on_web,
        axe=("region", "landmark-one-main", "landmark-unique", "landmark-no-duplicate-main"),
    ),
)
