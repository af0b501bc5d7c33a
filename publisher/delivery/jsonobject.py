"""A JSON object out of a queue: whatever else lies there is told, and never a crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from publisher.errors import FormatError


def read_object(text: str, wrong: Callable[[str], FormatError]) -> dict[str, Any]:
    """Read a JSON object; `wrong` makes of a reason what is raised for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong("it is not JSON") from error
    if not isinstance(found, dict):
        raise wrong("it is no JSON object")
    return found
