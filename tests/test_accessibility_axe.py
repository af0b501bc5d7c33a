"""What axe-core found becomes findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publisher.accessibility.axe import Seen, newest, options, to_findings, version_of
from publisher.accessibility.page import Kind, read_html
from tests.mails import make_mail


def violation(name: str, *tags: str, impact: str | None = "serious", **node: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give a violation as axe-core writes it."""
    return {
        "id": name,
        "impact": impact,
        "tags": list(tags),
        "help": "Something must be so",
        "description": "Ensure it is so",
        "nodes": [{"target": ["#post-1"], "html": "<a>", "any": [], "all": []} | node],
    }


def test_the_newest_axe_is_chosen(tmp_path: Path) -> None:
    """By the version in its own text; other files are none."""
    for name, text in (("a", "/*! axe v4.9.10 */"), ("b", "/*! axe v4.14.1 */"), ("c", "something else")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = newest([tmp_path / name for name in "abcd"])
    assert found == (tmp_path / "b", (4, 14, 1))
    assert newest([tmp_path / "c"]) is None
    assert newest([]) is None
    assert version_of("axe") == (0, 0, 0)


def test_landmarks_are_asked_of_web_pages_only() -> None:
    """A mail stands inside the page of its client."""
    assert options(Kind.MAIL)["rules"]["region"] == {"enabled": False}
    assert options(Kind.WEB)["rules"] == {name: {"enabled": True} for name in ("target-size", "css-orientation-lock")}


def test_the_length_of_a_film_is_not_waited_for() -> None:
    """Nothing is fetched, so that it never comes; style sheets are still read."""
    assert options(Kind.MAIL)["preload"] == {"assets": ["cssom"]}


@pytest.mark.parametrize(
    ("found", "test", "wcag", "gate", "severity"),
    [
        (violation("color-contrast", "wcag2aa", "wcag143"), 7, "1.4.3", "block", "serious"),
        (violation("nested-interactive", "wcag2a", "wcag412"), 0, "4.1.2", "block", "serious"),
        (violation("tabindex", "best-practice", impact="minor"), 0, "", "ack", "minor"),
        (violation("identical-links-same-purpose", "wcag2aaa", "wcag249"), 19, "2.4.9", "info", "serious"),
        (violation("target-size", "wcag22aa", "wcag258", impact=None), 23, "2.5.8", "ack", "moderate"),
        (violation("reflow-like", "wcag21aa", "wcag1410"), 0, "1.4.10", "block", "serious"),
    ],
)
def test_violations_get_a_gate(found: dict[str, Any], test: int, wcag: str, gate: str, severity: str) -> None:
    """That of our own rule where one asks the same, else by the level of the criterion."""
    (finding,) = to_findings([Seen(mode="light, 800 px", violations=[found])], read_html(make_mail()))
    assert (finding.test, finding.wcag, finding.gate.value, finding.severity.value) == (test, wcag, gate, severity)
    assert finding.rule == f"axe/{found['id']}"
    assert finding.fix


def test_a_place_is_told_once_with_its_modes() -> None:
    """What holds everywhere says so."""
    one = violation("color-contrast", "wcag143", any=[{"message": "too faint"}])
    page = read_html(make_mail())
    (some,) = to_findings([Seen(mode="dark, 800 px", violations=[one]), Seen(mode="light", violations=[])], page)
    assert "too faint" in some.message
    assert "dark, 800 px" in some.message
    (every,) = to_findings([Seen(mode=f"mode {at}", violations=[one]) for at in range(4)], page)
    assert "in all modes" in every.message


@pytest.mark.parametrize("target", ["#post-1", ["#frame", "p"], "p:nonsense(", "svg|a"])
def test_any_selector_is_taken(target: object) -> None:
    """Frames nest selectors, and some cannot be read here."""
    one = violation("color-contrast", "wcag143", target=[target])
    assert to_findings([Seen(mode="light", violations=[one])], read_html(make_mail()))
