"""The partners' API against its own description: whatever is asked, it never fails on its side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from publisher.jobs.outlets import partners, syndicate
from publisher.model import Post
from publisher.settings import load
from publisher.store import database, outlets, posts
from tests.web_builders import serving, write_settings

schemathesis = pytest.importorskip("schemathesis", reason="asks whatever the OpenAPI document allows")

_CHANNELS = """
[channels.world]
title = "World"
sources = ["sample"]
[outlets.radio]
channels = ["world"]
"""
_EXAMPLES = 8


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, _ours: None) -> Iterator[tuple[str, str]]:
    """Serve a newsroom with a post; gives the address of its API and a token."""
    folder: Path = write_settings(tmp_path_factory.mktemp("newsroom"), _CHANNELS)
    with serving(folder) as url:
        database.open_database(f"sqlite:///{folder}/home/publisher.sqlite3")
        now = datetime.now(UTC)
        found = load(folder / "settings.toml", {})
        syndicate.declare(found)
        posts.add_posts("sample", [Post(id="1", source="sample", title="Boats", text="At dawn.")], now)
        syndicate.release(found, now)
        outlets.set_quota("radio", 0, 0)
        token = partners.issue_token("radio", actor="ann", now=now)
        database.close_database()
        yield f"{url}/api/v1", token


def test_whatever_is_asked_the_api_never_fails(api: tuple[str, str]) -> None:
    """Every operation of the OpenAPI document, with values that it allows and others: no answer of 500 and above."""
    url, token = api
    headers = {"Authorization": f"Bearer {token}"}
    document: Any = schemathesis.openapi.from_dict(httpx.get(f"{url}/openapi.json").json())
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) >= 14
    wrong: list[str] = []
    seen: set[int] = set()
    for operation in operations:

        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:  # noqa: ANN401 - a case of schemathesis
            if case.query.get("wait"):
                case.query["wait"] = 0
            case.headers["Authorization"] = headers["Authorization"]  # the library makes up others
            answer = case.call(base_url=url.removesuffix("/api/v1"), headers=headers)
            seen.add(answer.status_code)
            if answer.status_code >= 500 or (answer.status_code == 401 and "/f/" not in case.path):
                wrong.append(f"{case.method} {case.formatted_path}: {answer.status_code}")
            elif answer.status_code >= 400:
                assert answer.headers["content-type"][0].startswith("application/problem+json")

        ask()
    assert wrong == []
    assert {200, 404} <= seen


def test_every_operation_says_what_it_is(api: tuple[str, str]) -> None:
    """The document names each operation, describes it, and says which need a token."""
    document = httpx.get(f"{api[0]}/openapi.json").json()
    operations = [(path, one) for path, many in document["paths"].items() for one in many.values()]
    assert all(one["summary"] and one["description"] for _, one in operations)
    assert [path for path, one in operations if "security" not in one] == [
        "/api/v1/",
        "/api/v1/f/{secret}/{channel}/feed.{suffix}",
        "/api/v1/f/{secret}/{channel}/archive/{stretch}.{suffix}",
    ]
