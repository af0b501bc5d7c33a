"""What a screen reader would come across."""

from __future__ import annotations

from typing import Any

from publisher.accessibility.heard import LABEL, listen


def node(key: str, role: str, name: str = "", *children: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give a node as the DevTools protocol writes it."""
    return {
        "nodeId": key,
        "role": {"value": role},
        "name": {"value": name},
        "childIds": list(children),
        "properties": [{"name": "level", "value": {"value": 2}}] if role == "heading" else [],
    } | more


TREE = [
    node("1", "RootWebArea", "Digest", "2"),
    node("2", "generic", "", "3", "4", "6", "9", "12", "14", "15", "16", "17", ignored=True),
    node("3", "heading", "Ferries", "3a"),
    node("3a", "StaticText", "Ferries"),
    node("4", "heading", "Boats leave", "5"),
    node("5", "link", "Boats leave", "5a"),
    node("5a", "StaticText", "Boats leave"),
    node("6", "list", "", "7", "8"),
    node("7", "listitem", "", "7a"),
    node("7a", "StaticText", "Anna"),
    node("8", "listitem", "", "gone"),
    node("9", "image", "A red boat"),
    node("12", "image", ""),
    node("14", "StaticText", " "),
    node("15", "navigation", "Contents"),
    node("16", "main"),
    node("17", "whatever", "x"),
]


def test_a_page_is_heard_in_order() -> None:
    """Headings, links and pictures are said as a whole; what is ignored is not said."""
    heard = listen(TREE)
    assert heard.outline == ((2, "Ferries"), (2, "Boats leave"))
    assert heard.links == ("Boats leave",)
    assert heard.lines == (
        "heading level 2, Ferries",
        "heading level 2",
        "link, Boats leave",
        "list with 2 items",
        "•",
        "Anna",
        "•",
        "graphic, A red boat",
        "graphic",
        "navigation, Contents",
        "main",
    )
    assert str(heard).startswith(LABEL)


def test_an_empty_tree_says_nothing() -> None:
    """No nodes, no words; a heading whose children are gone is still one."""
    assert listen([]).lines == ()
    assert listen([node("1", "heading", "Boats", "gone")]).outline == ((2, "Boats"),)
