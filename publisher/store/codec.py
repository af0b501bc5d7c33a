"""Values of `publisher.model` as JSON text and back, and the hash of a text."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

V = TypeVar("V")


@lru_cache(maxsize=32)
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any class of values
    """Make the reader and writer of a kind of value, once."""
    return TypeAdapter(kind)


def write(value: object) -> str:
    """Give a value as JSON text, keys in order; half a surrogate pair, which no database takes, becomes a "?"."""
    kind: Any = type(value)
    document = _adapter(kind).dump_python(value, mode="json")
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def read(kind: type[V], text: str) -> V:
    """Give the value that a JSON text is."""
    wanted: Any = kind
    value: V = _adapter(wanted).validate_json(text)
    return value


def digest(*texts: str) -> str:
    """Hash texts; where one ends and the next begins counts."""
    found = hashlib.sha256()
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()
