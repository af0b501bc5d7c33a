"""Why something was refused, in Arabic: every sentence that code of the desk refuses with is known."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

import pytest

from publisher.errors import UsageError
from publisher.web.desk import refusals
from publisher.web.strings import PageWording

ARABIC: Final = PageWording(language="ar", catalogue="ar", direction="rtl")
ENGLISH: Final = PageWording(language="en", catalogue="en", direction="ltr")
_ERRORS: Final = frozenset({"UsageError", "NothingUsableError"})
_ROOT: Final = Path(str(resources.files("publisher")))
# what forms of the desk run into; pages that take files have words of their own
_FILES: Final = (
    *(f"jobs/{name}.py" for name in ("editions/release", "editions/rework", "editions/trial", "readers/barriers")),
    *(f"store/{name}.py" for name in ("edits", "wishes")),
    *(f"web/desk/{name}.py" for name in ("alerting", "barriers", "edition", "people", "rights", "sending", "writing")),
)


def _said(name: str) -> Iterator[str]:
    """Give the parts of the errors that a module raises, with something in their holes."""
    for node in ast.walk(ast.parse((_ROOT / name).read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ERRORS:
            for argument in node.args:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)
                elif isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
                    yield "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in argument.values)


@pytest.mark.parametrize("name", _FILES)
def test_every_refusal_of_the_desk_is_said_in_arabic(name: str) -> None:
    """A new one without a translation fails here."""
    found = list(_said(name))
    assert found
    assert [one for one in found if refusals.translate(one, ARABIC) is None] == []


def test_every_sentence_has_a_translation() -> None:
    """None is the English one."""
    holes = re.compile(r"%\((\w+)\)s")
    for english in refusals.SENTENCES:
        filled = holes.sub("7", english)
        said = refusals.translate(filled, ARABIC)
        assert said is not None
        assert said != filled, english


def test_a_refusal_is_said_whole() -> None:
    """Subject, reason and way out; what somebody typed is isolated, a state is in words."""
    failure = UsageError("this edition", "it is sent: what people have got cannot be changed any more")
    assert refusals.explain(failure, ARABIC) == (
        "هذا العدد: حالته «أُرسل»: ما وصل إلى الناس لا يمكن تغييره",
        "ar",
    )
    failure = UsageError("the time", "'soon' is no date with a time", "choose a day and an hour")
    assert refusals.explain(failure, ARABIC)[0] == "الموعد: \u2068'soon'\u2069 ليس تاريخًا مع وقت. اختر يومًا وساعة"
    assert refusals.explain(failure, ENGLISH) == (
        "the time: 'soon' is no date with a time. Choose a day and an hour",
        "en",
    )


def test_what_is_not_known_stays_english_and_is_marked_so() -> None:
    """Half a sentence in each language helps nobody."""
    failure = UsageError("the time", "the stars are against it")
    assert refusals.explain(failure, ARABIC) == ("the time: the stars are against it", "en")
