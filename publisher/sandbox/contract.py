"""The API as botocore's model describes it: which operation a request means, and whether its input is right.

boto3 itself checks little of what it sends; SES checks everything. The model is the description of SES's own checks
that is at hand, so the sandbox refuses what the model refuses.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape


class RefusedError(Exception):
    """An answer that is not a yes: the error code, the HTTP status, and the message in SES's words."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message, status)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that the model knows: the operation and what its path and query say."""

    operation: OperationModel
    path: Mapping[str, str]
    query: Mapping[str, list[str]]

    @property
    def name(self) -> str:
        """Give the operation's name, such as "SendEmail"."""
        return self.operation.name


@cache
def _routes() -> tuple[tuple[str, re.Pattern[str], OperationModel], ...]:
    """Compile the routes of SES v2, the literal ones first."""
    model = botocore.session.get_session().get_service_model("sesv2")
    found = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        uri = operation.http["requestUri"]
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(uri))
        found.append((uri.count("{"), operation.http["method"], re.compile(pattern), operation))
    found.sort(key=lambda route: route[0])
    return tuple(route[1:] for route in found)


def find_call(method: str, path: str, query: str) -> Call | None:
    """Find the operation of a request; None for what is no address of the API."""
    for route_method, pattern, operation in _routes():
        found = pattern.fullmatch(path) if route_method == method else None
        if found:
            names = {name: unquote(value) for name, value in found.groupdict().items()}
            return Call(operation=operation, path=names, query=parse_qs(query))
    return None


def read_input(call: Call, body: bytes) -> dict[str, Any]:
    """Read and check the input of an operation; blobs become bytes.

    Raises: RefusedError with BadRequestException or SerializationException, as SES answers.
    """
    shape = call.operation.input_shape
    if not isinstance(shape, StructureShape):
        return {}
    try:
        given = json.loads(body) if body else {}
    except ValueError as error:
        raise RefusedError("SerializationException", "the body is not JSON") from error
    if not isinstance(given, dict):
        raise RefusedError("SerializationException", "the body must be a JSON object")
    for name, member in shape.members.items():
        where = member.serialization.get("location")
        wire = member.serialization.get("name", name)
        if where == "uri":
            given[name] = call.path[wire]
        elif where == "querystring" and wire in call.query:
            given[name] = _read_query(member, call.query[wire])
    return _check_structure(shape, given, "input")


def _read_query(shape: Shape, values: list[str]) -> object:
    """Read what a query string says as the model's type."""
    if shape.type_name == "list":
        return values
    if shape.type_name == "integer" and values[0].lstrip("-").isdigit():
        return int(values[0])
    return values[0]


def _check(shape: Shape, value: object, where: str) -> object:
    """Check a value against its shape, and give it back with blobs decoded."""
    check = _CHECKS.get(shape.type_name)
    return check(shape, value, where) if check else value


def _refuse(where: str, reason: str) -> RefusedError:
    """Say what is wrong with a member, as the API does."""
    return RefusedError("BadRequestException", f"1 validation error detected: Value at '{where}' {reason}")


def _check_structure(shape: Shape, value: object, where: str) -> dict[str, Any]:
    """Check a structure: no unknown member, every required one."""
    if not isinstance(value, dict) or not isinstance(shape, StructureShape):
        raise _refuse(where, "must be an object")
    for name in shape.required_members:
        if value.get(name) is None:
            raise _refuse(f"{where}.{name}", "must not be null")
    checked = {}
    for name, member in value.items():
        if name not in shape.members:
            raise _refuse(f"{where}.{name}", "is not a member of the model")
        if member is not None:
            checked[name] = _check(shape.members[name], member, f"{where}.{name}")
    return checked


def _check_list(shape: Shape, value: object, where: str) -> list[Any]:
    """Check a list and each thing in it."""
    if not isinstance(value, list) or not isinstance(shape, ListShape):
        raise _refuse(where, "must be a list")
    _check_size(shape, len(value), where)
    return [_check(shape.member, one, f"{where}.{number}") for number, one in enumerate(value, 1)]


def _check_map(shape: Shape, value: object, where: str) -> dict[str, Any]:
    """Check a map and each value in it."""
    if not isinstance(value, dict) or not isinstance(shape, MapShape):
        raise _refuse(where, "must be an object")
    return {key: _check(shape.value, one, f"{where}.{key}") for key, one in value.items()}


def _check_string(shape: Shape, value: object, where: str) -> str:
    """Check a text: length, pattern, list of values."""
    if not isinstance(value, str):
        raise _refuse(where, "must be a string")
    _check_size(shape, len(value), where)
    pattern = shape.metadata.get("pattern")
    if pattern and not re.search(pattern, value):
        raise _refuse(where, f"must satisfy regular expression pattern: {pattern}")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        raise _refuse(where, f"must satisfy enum value set: [{', '.join(allowed)}]")
    return value


def _check_number(shape: Shape, value: object, where: str) -> int:
    """Check a whole number and its range."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise _refuse(where, "must be a number")
    _check_size(shape, value, where)
    return value


def _check_boolean(_shape: Shape, value: object, where: str) -> bool:
    """Check a yes or no."""
    if not isinstance(value, bool):
        raise _refuse(where, "must be true or false")
    return value


def _check_blob(shape: Shape, value: object, where: str) -> bytes:
    """Decode bytes (base64 in JSON)."""
    try:
        decoded = binascii.a2b_base64(value, strict_mode=True) if isinstance(value, str) else None
    except binascii.Error:
        decoded = None
    if decoded is None:
        raise _refuse(where, "must be base64")
    _check_size(shape, len(decoded), where)
    return decoded


def _check_size(shape: Shape, size: int, where: str) -> None:
    """Check the model's least and most."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        raise _refuse(where, f"must be at least {least}")
    if most is not None and size > most:
        raise _refuse(where, f"must be at most {most}")


_CHECKS: Final[Mapping[str, Callable[[Shape, object, str], object]]] = {
    "structure": _check_structure,
    "list": _check_list,
    "map": _check_map,
    "string": _check_string,
    "integer": _check_number,
    "long": _check_number,
    "boolean": _check_boolean,
    "blob": _check_blob,
}
