"""What is documented is there, and what is there is documented."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import click
import pytest

from publisher.cli.main import COMMANDS

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def load(name: str) -> click.Command:
    """Import a command by its name."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_readme(name: str) -> None:
    """Nobody has to guess that a command exists."""
    assert f"`publisher {name}" in README


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    """--help says what it does, describes each option, and shows a call."""
    command = load(name)
    assert command.help
    subcommands = command.commands.values() if isinstance(command, click.Group) else [command]
    for one in subcommands:
        assert one.help
        assert (one.epilog or command.epilog or "").startswith("Example: publisher ")
        for parameter in one.params:
            assert isinstance(parameter, click.Argument) or getattr(parameter, "help", None), parameter.name


def test_every_command_that_the_readme_names_exists() -> None:
    """The README promises nothing that is not there."""
    named = set(re.findall(r"`(?:\.venv/bin/)?publisher ([a-z]+)", README))
    assert named <= set(COMMANDS)


def test_every_link_in_the_documents_leads_somewhere() -> None:
    """Relative links of README and docs/ are files of the project."""
    for document in (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
