"""The table of what is tested."""

from __future__ import annotations

from pathlib import Path

from publisher.accessibility.audit import RULES
from publisher.accessibility.coverage import BEGIN, END, main, renew, table

DOCUMENT = Path(__file__).parent.parent / "docs" / "accessibility.md"


def test_the_table_in_the_docs_is_current() -> None:
    """Whoever changes a rule writes the table anew."""
    written = DOCUMENT.read_text("utf-8")
    assert renew(written) == written
    assert BEGIN in written


def test_every_rule_is_in_the_table() -> None:
    """With its criterion and the place where it is asked."""
    lines = table().splitlines()[2:]
    assert len(lines) == len(RULES)
    for rule, line in zip(RULES, lines, strict=True):
        assert f"`{rule.id}`" in line
        assert line.count(" | ") == 7
    assert sum("| browser |" in line for line in lines) == 2
    assert sum("| posts |" in line for line in lines) == 2


def test_a_document_is_renewed_between_its_marks(tmp_path: Path) -> None:
    """What stands around the table stays; a document without marks stays whole."""
    file = tmp_path / "a.md"
    file.write_text(f"before\n{BEGIN}\nan old table\n{END}\nafter\n", encoding="utf-8")
    main([str(file)])
    renewed = file.read_text("utf-8")
    assert renewed.startswith("before\n")
    assert renewed.endswith("after\n")
    assert "an old table" not in renewed
    assert renew("no marks") == "no marks"
