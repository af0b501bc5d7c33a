"""Which rule tests what: the table in docs/accessibility.md, written from the rules themselves.

Write it anew with `python -m publisher.accessibility.coverage docs/accessibility.md`; a test holds it current.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from publisher.accessibility.audit import RULES
from publisher.accessibility.browser import FORCED_DARK, REFLOW
from publisher.accessibility.judgement import RULES as JUDGEMENTS
from publisher.accessibility.rule import Rule

BEGIN: Final = "<!-- coverage: begin -->"
END: Final = "<!-- coverage: end -->"
_HEAD: Final = (
    "| Test | Rule | WCAG 2.2 | Severity | Gate | Where | Email Markup Consortium | axe-core |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def _where(rule: Rule) -> str:
    """Say where a rule is asked."""
    if rule in (FORCED_DARK, REFLOW):
        return "browser"
    return "posts" if rule in JUDGEMENTS else "page"


def _row(rule: Rule) -> str:
    """Write one line of the table."""
    cells = (
        str(rule.test or "–"),
        f"`{rule.id}`: {rule.message}",
        rule.wcag or "–",
        rule.severity.value,
        rule.gate.value,
        _where(rule),
        rule.emc or "–",
        ", ".join(rule.axe) or "–",
    )
    return f"| {' | '.join(cells)} |\n"


def table() -> str:
    """Write the table of all rules in Markdown, in the order of the scorecard."""
    return _HEAD + "".join(_row(rule) for rule in RULES)


def renew(document: str) -> str:
    """Put the table of today between its two marks; a document without them stays as it is."""
    before, begin, rest = document.partition(BEGIN)
    _old, end, after = rest.partition(END)
    return f"{before}{begin}\n{table()}{end}{after}" if begin and end else document


def main(arguments: list[str]) -> None:
    """Renew the table in the files named."""
    for name in arguments:
        file = Path(name)
        file.write_text(renew(file.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
