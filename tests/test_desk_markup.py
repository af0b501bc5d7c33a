"""The markup of the desk: the W3C's own checker finds no error on any page, in any state, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk_builders import Furnished, Person, furnish, write_newsroom
from tests.desk_states import mistakes, states
from tests.nu import check_texts
from tests.web_builders import SETTINGS, serving

ENOUGH = 35  # pages and states, at the least


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with posts, editions and accounts."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-markup"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_checker_of_the_w3c_finds_no_error(room: tuple[str, Furnished], tmp_path: Path, language: str) -> None:
    """Every page, and every page after a refused form, as it comes from the server."""
    site, furnished = room
    pages: dict[str, str] = {}
    with Person(site, furnished.sessions["admin"], language) as admin:
        for path in states(furnished):
            answer = admin.get(path)
            while answer.is_redirect:
                answer = admin.get(answer.headers["Location"])
            assert f'<html lang="{language}"' in answer.text, path
            pages[path] = answer.text
        for page, path, data in mistakes(furnished):
            pages[f"{page} after {path}"] = admin.say(path, data, page=page)
        post = f"/desk/posts/{furnished.posts['agency-jam']}/"
        pages[f"{post} refused"] = admin.send(post, {"version": "1", "decorative-0": "on"}).text
    with Person(site, None, language) as stranger:
        pages["door"] = stranger.get("/desk/account/login/").text
        pages["door, shut"] = stranger.send("/desk/account/login/", {"login": "x", "password": "y"}).text
    assert len(pages) >= ENOUGH
    assert check_texts(pages, tmp_path) == []
