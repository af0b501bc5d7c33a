"""What the operator declared, in words, with its place: the file and its line, the environment, or built in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from babel.dates import format_timedelta
from pydantic import BaseModel, SecretStr

from publisher.web.strings import PageWording

_OWN: Final = frozenset({"folder", "home"})  # what a command names, not the file
_HEADER: Final = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")
_SIGNED_IN: Final = re.compile(r"(?<=://)[^/@\s]+@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One key: its value in words, and where it was said; `line` 0 where that is no file, `variable` "" likewise."""

    key: str
    value: str
    line: int
    variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table of the file."""

    name: str
    rows: tuple[Row, ...]


def number_lines(text: str) -> dict[str, int]:
    """Find the line of each key of a settings file: "site.name" -> 4."""
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            section = header[1].replace('"', "").replace("'", "")
        elif key and not line.lstrip().startswith("#"):
            found.setdefault(f"{section}.{key[1]}", number)
    return found


def name_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that set a key: "ses.region" -> "PUBLISHER_SES__REGION"."""
    prefix = "PUBLISHER_"
    names = (name for name in environ if name.startswith(prefix) and "__" in name)
    return {name.removeprefix(prefix).lower().replace("__", "."): name for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Reads settings as people read them; `lines` and `variables` say where each was said."""

    lines: Mapping[str, int]
    variables: Mapping[str, str]
    words: PageWording

    def read(self, settings: BaseModel) -> Iterator[Section]:
        """Give the sections: one for each table, and one for each thing that has a name."""
        for name in type(settings).model_fields:
            value = getattr(settings, name)
            if isinstance(value, BaseModel):
                yield self._read_section(name, value)
            elif name not in _OWN:
                for own, one in value.items():
                    yield self._read_section(f"{name}.{own}", one)

    def _read_section(self, name: str, section: BaseModel) -> Section:
        """Read one table."""
        fields = type(section).model_fields
        rows = (self._read_row(f"{name}.{field.alias or key}", getattr(section, key)) for key, field in fields.items())
        return Section(name=name, rows=tuple(rows))

    def _read_row(self, path: str, value: object) -> Row:
        """Read one key. What the environment sets lies over the file."""
        variable = self.variables.get(path.lower(), "")
        nested = (line for key, line in self.lines.items() if key.startswith(f"{path}."))
        line = 0 if variable else self.lines.get(path) or next(nested, 0)
        return Row(key=path.rpartition(".")[2], value=self.write(value), line=line, variable=variable)

    def write(self, value: object) -> str:
        """Write a value; a secret only says that there is one, and nothing is a dash."""
        if isinstance(value, SecretStr):
            return self.words.say("set; it is not shown") if value.get_secret_value() else "–"
        if isinstance(value, bool):
            return self.words.say("yes") if value else self.words.say("no")
        if isinstance(value, timedelta):
            return format_timedelta(value, threshold=2, locale=self.words.language)
        return self._write_many(value) or "–"

    def _write_many(self, value: object) -> str:
        """Write a text, a list or a table; "" for an empty one."""
        if isinstance(value, list | tuple | set | frozenset):
            return ", ".join(self.write(one) for one in value)
        if isinstance(value, Mapping | BaseModel):
            pairs = value.items() if isinstance(value, Mapping) else iter(value)
            return "; ".join(f"{key}: {self.write(one)}" for key, one in pairs)
        text = value.as_posix() if isinstance(value, Path) else "" if value is None else str(value)
        return _SIGNED_IN.sub("…@", text)
