"""Which rules of a page's style sheets match which of its elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml.html import HtmlElement

from publisher.accessibility import css
from publisher.accessibility.css import Scheme, StyleRule
from publisher.accessibility.tree import Tree

Matches = dict[HtmlElement, list[int]]


class _Index:
    """Elements by class and by id, made once for all selectors of a page."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._classes: dict[str, list[HtmlElement]] = {}
        self._ids: dict[str, list[HtmlElement]] = {}
        for element in tree.elements:
            for name in (element.get("class") or "").split():
                self._classes.setdefault(name, []).append(element)
            identity = element.get("id")
            if identity:
                self._ids.setdefault(identity, []).append(element)

    def find(self, rule: StyleRule) -> Iterator[HtmlElement]:
        """Go through the elements that a rule's selector matches."""
        if rule.xpath is not None:
            found = rule.xpath(self._tree.root)
            yield from (one for one in found if isinstance(one, HtmlElement)) if isinstance(found, list) else ()
            return
        wanted = rule.compound
        if wanted is None:
            return
        for element in self._candidates(wanted):
            if wanted.tag is None or element.tag == wanted.tag:
                names = (element.get("class") or "").split() if wanted.classes else []
                if all(name in names for name in wanted.classes):
                    yield element

    def _candidates(self, wanted: css.Compound) -> Iterator[HtmlElement]:
        """Go through the elements that may match, by the rarest thing that is asked for."""
        if wanted.id is not None:
            yield from self._ids.get(wanted.id, ())
        elif wanted.classes:
            yield from self._classes.get(wanted.classes[0], ())
        elif wanted.tag is not None:
            yield from self._tree.all(wanted.tag)
        else:
            yield from self._tree.elements


def read_sheets(tree: Tree) -> tuple[StyleRule, ...]:
    """Read all the `<style>` of a page."""
    rules: list[StyleRule] = []
    for element in tree.all("style"):
        media = css.scheme(element.get("media") or "")
        if media is not None and element.text:
            read = css.parse_sheet(element.text)
            rules += read if media is Scheme.BOTH else (replace(rule, scheme=media) for rule in read)
    return tuple(rules)


def match(tree: Tree, rules: tuple[StyleRule, ...]) -> Matches:
    """Find the rules of each element, as places in `rules`, the weakest first."""
    matches: Matches = {}
    if rules:
        index = _Index(tree)
        order = sorted(range(len(rules)), key=lambda place: (rules[place].specificity, place))
        for place in order:
            for element in index.find(rules[place]):
                matches.setdefault(element, []).append(place)
    return matches
