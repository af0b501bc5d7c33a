"""The pages as they are served: sign of life, headers, languages, errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reader_builders import get
from tests.web_builders import publisher, serving, write_settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small newsroom."""
    return write_settings(tmp_path_factory.mktemp("newsroom"))


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """Serve it."""
    with serving(folder) as address:
        yield address


def test_the_server_says_that_it_lives(site: str) -> None:
    """/healthz answers once the database does."""
    answer = get(f"{site}/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.parametrize("path", ["/", "/nothing", "/healthz"])
def test_every_answer_has_the_security_headers(site: str, path: str) -> None:
    """No inline style, no foreign file, no frame, no referrer for others, no guessed type; no cookie."""
    answer = get(f"{site}{path}")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers


def test_a_site_with_tls_says_so_to_browsers(tmp_path: Path) -> None:
    """Behind a web server with TLS browsers are told to keep to it, and cookies keep to it and to the site."""
    write_settings(tmp_path, "[web]\nproxies = 1\n", url="https://news.example.org")
    with serving(tmp_path) as site:
        names = {"Host": "news.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        answer = get(f"{site}/desk/account/login/", headers=names)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" in get(f"{site}/sign-up/daily", headers=names).headers
        cookies = answer.headers.get_list("Set-Cookie")
        assert cookies
        for cookie in cookies:
            assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        plain = get(f"{site}/", headers={**names, "X-Forwarded-Proto": "http"})
        assert "Strict-Transport-Security" not in plain.headers  # RFC 6797, 7.2


def test_a_foreign_host_name_is_refused(site: str) -> None:
    """A link made of the host name that a request claims would lead elsewhere."""
    assert get(f"{site}/", headers={"Host": "evil.example"}).status_code == 400


def test_a_page_that_is_not_there_says_so(site: str) -> None:
    """The answer is an accessible page with a way back."""
    answer = get(f"{site}/nothing")
    assert answer.status_code == 404
    assert "This page is not here" in answer.text
    assert 'href="/"' in answer.text


def test_the_style_sheet_is_kept_for_a_year(site: str) -> None:
    """Its address changes with its content, so browsers need not ask again."""
    page = get(f"{site}/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = get(f"{site}{address}")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in get(f"{site}/style-000000000000.css").headers["Cache-Control"]


def test_an_account_is_made_and_its_password_shown_once(folder: Path, site: str) -> None:
    """`publisher user add` works beside a server; a weak password and an unknown role are refused with the reason."""
    assert site
    made = publisher(folder, "user", "add", "maria", "--role", "editor")
    assert made.returncode == 0, made.stderr
    assert "Password, shown only now: " in made.stdout
    weak = publisher(folder, "user", "add", "jan", "--role", "admin", "--password-stdin", text="123\n")
    assert weak.returncode == 2
    assert "too short" in weak.stderr
    assert publisher(folder, "user", "add", "jan", "--role", "owner").returncode == 2
