"""The rooms: who may import whom, and what a command costs to start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def test_imports_keep_to_the_contracts() -> None:
    """import-linter holds every contract of pyproject.toml."""
    run = subprocess.run(  # noqa: S603 - our own tool
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_help_loads_no_command() -> None:
    """`publisher --help` answers from its table alone."""
    code = (
        "import sys\n"
        "from publisher.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'lxml', 'django', 'boto3', 'feedparser', 'publisher.sources', 'publisher.web'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert run.returncode == 0, run.stderr
