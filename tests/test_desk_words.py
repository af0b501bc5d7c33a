"""The words of the desk: every one of them stands in the Arabic catalogue, filled as the English one is."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from babel.messages.pofile import read_po

from publisher import resources as shipped

_SAY = re.compile(r'\{%\s*say\s+"((?:[^"\\]|\\.)*)"')
_COUNT = re.compile(r'\{%\s*count\s+"([^"]*)"\s+"([^"]*)"')
_CODE = re.compile(r'(?:say|count)\(\s*"((?:[^"\\]|\\.)*)"')
_HOLE = re.compile(r"%\(\w+\)s")
_FORMS = 6  # of an Arabic plural


def _texts() -> list[str]:
    """Read every template of the desk."""
    return [file.read_text("utf-8") for file in sorted(shipped.find("templates/web/desk").glob("*.html"))]


def _arabic() -> dict[str, tuple[str, ...]]:
    """Read the catalogue: each English sentence with its translations."""
    folder = Path(str(resources.files("publisher.web") / "desk" / "locale"))
    catalogue = read_po(io.BytesIO((folder / "ar.po").read_bytes()), locale="ar")
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        found[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


def test_every_word_of_a_template_is_translated() -> None:
    """Nobody who works in Arabic meets an English sentence of ours in a page."""
    known = _arabic()
    said = {found.replace('\\"', '"') for text in _texts() for found in _SAY.findall(text)}
    counted = {one for text in _texts() for one, _many in _COUNT.findall(text)}
    assert said
    assert counted
    assert sorted(one for one in said | counted if not all(known.get(one, ("",)))) == []
    assert [one for one in counted if len(known[one]) != _FORMS] == []


def test_every_word_of_a_view_is_translated() -> None:
    """What views say, after something was done, as well."""
    folder = Path(str(resources.files("publisher.web") / "desk"))
    known = _arabic()
    said = {found for file in folder.glob("*.py") for found in _CODE.findall(file.read_text("utf-8"))}
    assert "Kept." in said
    assert sorted(one for one in said if one not in known) == []


def _table(file: str, name: str) -> dict[str, str]:
    """Read a table of words out of a module, which Django alone could import."""
    source = Path(str(resources.files("publisher.web"))) / file
    for node in ast.parse(source.read_text("utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            found: dict[str, str] = ast.literal_eval(node.value) if node.value else {}
            return found
    message = f"{file} has no {name}"
    raise AssertionError(message)


def test_every_state_role_and_right_is_translated() -> None:
    """What templates look up by a name is said in words, in both languages; every right has some."""
    known, words = _arabic(), _table("templatetags/desk.py", "WORDS")
    assert sorted(one for one in words.values() if not any(known.get(one, ("",)))) == []
    assert sorted(set(_table("desk/access.py", "ACTIONS")) - set(words)) == []


def test_every_deed_of_the_log_is_translated() -> None:
    """What a line of the log says was done, and what it tells besides, is said in words, in both languages."""
    known, deeds, names = _arabic(), _table("desk/deeds.py", "DEEDS"), _table("desk/deeds.py", "NAMES")
    assert sorted(one for one in (*deeds.values(), *names.values()) if not any(known.get(one, ("",)))) == []
    written = {action for text in _sources() for action in _actions(text)}
    assert {"edit", "approve", "grant", "late"} <= written
    assert sorted(written - deeds.keys()) == []


def _sources() -> list[str]:
    """Read every module that writes the log."""
    folder = Path(str(resources.files("publisher")))
    return [
        file.read_text("utf-8") for room in ("jobs", "store", "web", "cli") for file in (folder / room).rglob("*.py")
    ]


def _actions(text: str) -> Iterator[str]:
    """Give the actions that a module writes into the log by their names."""
    places = {"note": 2, "alert": 1}
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in places):
            continue
        if (
            isinstance(node.func.value, ast.Name)
            and node.func.value.id == "log"
            and len(node.args) > places[node.func.attr]
        ):
            action = node.args[places[node.func.attr]]
            parts = (action.body, action.orelse) if isinstance(action, ast.IfExp) else (action,)
            yield from (one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_a_translation_has_the_holes_of_its_sentence() -> None:
    """A value that is missing in one language would be lost there, one too many ends the page."""
    for english, translations in _arabic().items():
        holes = set(_HOLE.findall(english))
        for one in translations:
            assert set(_HOLE.findall(one)) <= holes, english
        if len(translations) == 1 and english:
            assert set(_HOLE.findall(translations[0])) == holes, english
