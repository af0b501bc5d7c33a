"""A sender that is killed in the middle, again and again: nobody twice, nobody lost, and the counts add up.

The whole matrix is `python bench/crash.py`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.crash import MATRIX, TROUBLED, Cell, run_cell
from publisher.store import database

CELLS = (
    Cell(engine="sqlite", policy="hold", fault="drop", events="duplicated", recipients=200, kills=2, seed=7),
    Cell(engine="sqlite", policy="reconcile-resend", fault="reset", events="reordered", recipients=200, kills=2),
)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.policy}-{cell.fault}")
def test_killed_on_sqlite(cell: Cell, sqlite: str, tmp_path: Path) -> None:
    """Kill -9 at random moments: what the policy promises holds."""
    finding = run_cell(cell, sqlite, tmp_path / "home")
    database.open_database(sqlite)
    assert finding.broken == ()
    assert finding.kills == cell.kills


@pytest.mark.postgres
def test_killed_on_postgres(postgres: str, tmp_path: Path) -> None:
    """The same with Postgres, where the dead sender is known by the home's lock."""
    cell = Cell(engine="postgres", policy="reconcile-hold", fault="empty", events="in order", recipients=200, kills=2)
    finding = run_cell(cell, postgres, tmp_path / "home")
    database.open_database(postgres)
    assert finding.broken == ()


def test_killed_while_the_disk_is_full(sqlite: str, tmp_path: Path) -> None:
    """Killed, and refused by the disk in between: as before."""
    cell = Cell(
        engine="sqlite", policy="hold", fault="none", events="in order", trouble="disk", recipients=200, kills=1
    )
    finding = run_cell(cell, sqlite, tmp_path / "home")
    database.open_database(sqlite)
    assert finding.broken == ()


@pytest.mark.proof
@pytest.mark.parametrize("cell", TROUBLED, ids=lambda cell: f"{cell.engine}-{cell.policy}-{cell.fault}-{cell.trouble}")
def test_a_database_in_trouble(cell: Cell, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Restarts, full disks and foreign locks, while the sender is killed again and again."""
    url: str = request.getfixturevalue(cell.engine)
    finding = run_cell(replace(cell, seed=11), url, tmp_path / "home")
    database.open_database(url)
    assert finding.broken == ()
    assert finding.troubles > 0


@pytest.mark.proof
@pytest.mark.parametrize("cell", MATRIX, ids=lambda cell: f"{cell.engine}-{cell.policy}-{cell.fault}-{cell.events}")
def test_the_whole_matrix(cell: Cell, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Sixteen cells: databases, policies, faults of SES and ways in which events come."""
    url: str = request.getfixturevalue(cell.engine)
    finding = run_cell(replace(cell, seed=11), url, tmp_path / "home")
    database.open_database(url)
    assert finding.broken == ()
