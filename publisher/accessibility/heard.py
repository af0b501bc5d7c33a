"""What a screen reader would come across, from the accessibility tree of a browser. Pure.

An approximation: each screen reader has its own words and order of them. It shows what is there, not how it sounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from publisher.accessibility.tree import is_blank

LABEL: Final = "An approximation: screen readers differ in words and order."

_SPOKEN: Final = {
    "article": "article",
    "banner": "banner",
    "button": "button",
    "caption": "caption",
    "complementary": "complementary",
    "contentinfo": "content information",
    "figure": "figure",
    "form": "form",
    "link": "link",
    "main": "main",
    "navigation": "navigation",
    "table": "table",
    "video": "video",
}
_WHOLE: Final = frozenset({"heading", "link", "button", "image"})  # their name is all that is said
_LISTS: Final = frozenset({"list", "DescriptionList"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A page as it is heard: the headings with their levels, the links, and line by line everything."""

    outline: tuple[tuple[int, str], ...]
    links: tuple[str, ...]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        """Write the transcript, which says of itself what it is."""
        return "\n".join((LABEL, "", *self.lines)) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """One object of the accessibility tree."""

    role: str
    name: str
    level: int
    ignored: bool
    children: tuple[str, ...]


def _read(raw: Mapping[str, Any]) -> _Node:
    """Read a node as the DevTools protocol writes it."""
    properties = {one["name"]: one["value"].get("value") for one in raw.get("properties", ())}
    return _Node(
        role=str(raw.get("role", {}).get("value", "")),
        name=" ".join(str(raw.get("name", {}).get("value", "")).split()),
        level=int(properties.get("level") or 0),
        ignored=bool(raw.get("ignored")),
        children=tuple(raw.get("childIds", ())),
    )


def listen(nodes: Sequence[Mapping[str, Any]]) -> Heard:
    """Put down what is heard, from the nodes of `Accessibility.getFullAXTree`, the root first."""
    tree = {str(raw["nodeId"]): _read(raw) for raw in nodes}
    order = list(_walk(tree, str(nodes[0]["nodeId"]))) if nodes else []
    return Heard(
        outline=tuple((node.level, node.name) for node in order if node.role == "heading"),
        links=tuple(node.name for node in order if node.role == "link"),
        lines=tuple(line for node in order if (line := _say(node, tree))),
    )


def _walk(tree: Mapping[str, _Node], root: str) -> Iterator[_Node]:
    """Go through what is not ignored, in reading order; what is said as a whole is not entered."""
    waiting = [root]
    while waiting:
        node = tree.get(waiting.pop())
        if node is None:
            continue
        if not node.ignored:
            yield node
        if node.ignored or node.role not in _WHOLE or _holds_link(node, tree):
            waiting += reversed(node.children)


def _holds_link(node: _Node, tree: Mapping[str, _Node]) -> bool:
    """Say whether there is a link in a heading, which is announced too."""
    if node.role != "heading":
        return False
    waiting = list(node.children)
    while waiting:
        inner = tree.get(waiting.pop())
        if inner is not None and inner.role == "link":
            return True
        waiting += inner.children if inner is not None else ()
    return False


def _say(node: _Node, tree: Mapping[str, _Node]) -> str:
    """Say one object as a screen reader might."""
    if node.role == "StaticText":
        return "" if is_blank(node.name) else node.name
    if node.role == "heading":
        return (
            f"heading level {node.level}, {node.name}" if not _holds_link(node, tree) else f"heading level {node.level}"
        )
    if node.role == "image":
        return f"graphic, {node.name}" if node.name else "graphic"
    if node.role in _LISTS:
        return f"list with {_items(node, tree)} items"
    if node.role == "listitem":
        return "•"
    spoken = _SPOKEN.get(node.role)
    return "" if spoken is None else f"{spoken}, {node.name}" if node.name else spoken


def _items(node: _Node, tree: Mapping[str, _Node]) -> int:
    """Count the items of a list."""
    return sum(1 for child in node.children if child in tree and tree[child].role == "listitem")
