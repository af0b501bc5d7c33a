"""The figures of a statement come out of reports, and out of nothing else."""

from __future__ import annotations

from typing import Any

from publisher.accessibility.statement import Figures, sum_up


def make_report(*findings: tuple[str, str], repairs: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """Make a report of findings (gate, criterion) and repairs (rule, after)."""
    return {
        "rules": ["image-alt", "language"],
        "findings": [{"gate": gate, "wcag": wcag} for gate, wcag in findings],
        "repairs": [{"rule": rule, "after": after} for rule, after in repairs],
    }


def test_nothing_is_claimed_without_a_report() -> None:
    """No edition, no figures."""
    assert sum_up([]) == Figures()


def test_a_criterion_counts_once_for_each_edition() -> None:
    """Two findings of one criterion in an edition are one edition; criteria come in their own order."""
    reports = [
        make_report(("ack", "1.1.1"), ("ack", "1.1.1"), ("block", "1.4.10"), ("ack", "1.4.3")),
        make_report(("ack", "1.1.1"), ("ack", "")),
        make_report(),
    ]
    found = sum_up(reports)
    assert (found.editions, found.clean, found.found, found.rules) == (3, 1, 2, 2)
    assert found.criteria == (("1.1.1", 2), ("1.4.3", 1), ("1.4.10", 1))


def test_what_is_for_information_is_no_barrier() -> None:
    """An edition with nothing but hints is one in which nothing was found."""
    found = sum_up([make_report(("info", "1.3.1"))])
    assert (found.clean, found.criteria) == (1, ())


def test_pictures_that_were_left_out_are_counted() -> None:
    """Those that nobody had described; other repairs are none of them."""
    repairs = (("image-alt", "left out of the mail"), ("image-alt", 'alt=""'), ("heading-order", "h2"))
    assert sum_up([make_report(repairs=repairs), make_report(repairs=repairs[:1])]).left_out == 2
