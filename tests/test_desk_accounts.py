"""How people come in: passkeys in a browser, codes of a second factor, and the sign-on of an organisation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import struct
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Browser, Page, ViewportSize

from tests.desk_builders import PASSWORD, Furnished, Person, furnish, write_newsroom
from tests.web_builders import SETTINGS, chromium, is_narrow, serving, violations

pytestmark = pytest.mark.browser

_SECRET: Final = "a secret that both sides know"
_KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_STEP: Final = 30  # seconds that a code is good for
_ACCOUNT: Final = "/desk/account"


class _Provider(BaseHTTPRequestHandler):
    """An OpenID provider that knows one person and asks nothing."""

    asked: Final[list[dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        """Answer with the configuration, the keys or who it is; lead back from the sign-in."""
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/authorize":
            self.asked.append(query)
            self.send_response(302)
            back = urlencode({"code": "a-code", "state": query["state"][0]})
            self.send_header("Location", f"{query['redirect_uri'][0]}?{back}")
            self.end_headers()
        elif path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key()))
            self._answer({"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})
        elif path == "/who":
            self._answer({"sub": "42", "preferred_username": "nova", "email": "nova@example.org"})
        else:
            paths = {"authorization": "authorize", "token": "token", "userinfo": "who"}
            ends = {f"{name}_endpoint": f"{self._base()}/{end}" for name, end in paths.items()}
            self._answer({"issuer": self._base(), "jwks_uri": f"{self._base()}/keys", **ends})

    def do_POST(self) -> None:
        """Give a token for a code, to whom the secret is known."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        basic = base64.b64encode(f"desk:{_SECRET}".encode()).decode()
        if form.get("client_secret") != [_SECRET] and self.headers.get("Authorization") != f"Basic {basic}":
            self.send_error(401)
            return
        now = int(time.time())
        claims = {"iss": self._base(), "aud": "desk", "sub": "42", "iat": now, "exp": now + 600}
        told = {**claims, "preferred_username": "nova", "email": "nova@example.org", **_nonce(self.asked)}
        token = jwt.encode(told, _KEY, algorithm="RS256", headers={"kid": "one"})
        self._answer({"access_token": "t", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def _base(self) -> str:
        """Give the address of the provider."""
        return f"http://{self.headers['Host']}"

    def _answer(self, value: object) -> None:
        """Answer with JSON."""
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the library
        """Say nothing."""


def _nonce(asked: list[dict[str, list[str]]]) -> dict[str, str]:
    """Give back what the last request wanted to find again."""
    return {"nonce": asked[-1]["nonce"][0]} if "nonce" in asked[-1] else {}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Serve the provider on the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with accounts, to which an organisation's sign-on leads; by a name, as passkeys need one."""
    sign_on = f'[sign_on]\nserver_url = "{provider}"\nclient_id = "desk"\nname = "Harbour Authority"\n'
    folder = write_newsroom(tmp_path_factory.mktemp("desk-accounts"), SETTINGS + sign_on)
    furnished = furnish(folder)
    with serving(folder, PUBLISHER_SIGN_ON__CLIENT_SECRET=_SECRET) as site:
        yield site.replace("127.0.0.1", "localhost"), furnished


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with chromium() as started:
        yield started


def _sign_in(page: Page, name: str) -> None:
    """Sign in with the password."""
    page.goto(f"{_ACCOUNT}/login/")
    page.fill("#id_login", name)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _open(page: Page, path: str) -> None:
    """Open a page of the account; where the password is asked for once more, give it."""
    page.goto(f"{_ACCOUNT}/{path}")
    if "/reauthenticate/" in page.url:
        page.fill("#id_password", PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")


def _sign_out(page: Page) -> None:
    """Sign out with the button of every page."""
    page.goto("/desk/")
    with page.expect_navigation():
        page.click("form[action$='/logout/'] button")


def _look(page: Page) -> None:
    """Ask axe about the page that is open, and whether it fits a telephone."""
    browser = page.context.browser
    assert browser is not None
    size: ViewportSize = {"width": 320, "height": 700}
    twin = browser.new_context(storage_state=page.context.storage_state(), bypass_csp=True, viewport=size)
    shown = twin.new_page()
    shown.goto(page.url)
    assert (page.url, violations(shown)) == (page.url, [])
    assert is_narrow(shown), page.url
    twin.close()


def test_somebody_signs_in_with_a_passkey(browser: Browser, room: tuple[str, Furnished]) -> None:
    """Added once with a name, it opens the desk without a password; the rules against foreign scripts hold."""
    context = browser.new_context(base_url=room[0])
    page = context.new_page()
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None)
    tool = context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tool.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    _sign_in(page, "viewer")
    _open(page, "2fa/webauthn/add/")
    _look(page)
    _open(page, "2fa/webauthn/add/")  # whoever looks at the page elsewhere gets the challenge
    page.fill("#id_name", "My telephone")
    page.check("#id_passwordless")
    with page.expect_navigation():
        page.click("#mfa_webauthn_add")
    _open(page, "2fa/webauthn/")
    assert "My telephone" in page.locator("main").inner_text()
    _look(page)
    _sign_out(page)
    page.goto(f"{_ACCOUNT}/login/?next=/desk/inbox/")
    with page.expect_navigation(url="**/desk/inbox/"):
        page.click("#passkey_login")
    assert "Signed in as viewer" in page.locator("nav.parts").inner_text()
    assert blocked == []
    context.close()


def _code(secret: str, moment: float) -> str:
    """Compute the code of a second factor (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(moment) // _STEP), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def _activate(page: Page) -> None:
    """Switch the second factor on; a code that ran out on the way is asked for anew."""
    for _ in range(5):
        _open(page, "2fa/totp/activate/")
        secret = page.locator("#authenticator_secret").input_value()
        page.fill("#id_code", _code(secret, time.time()))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if "activate" not in page.url:
            return
    message = "no code was accepted"
    raise AssertionError(message)


def test_a_second_factor_is_asked_for_and_can_be_recovered(browser: Browser, room: tuple[str, Furnished]) -> None:
    """After it is switched on a password alone opens nothing; a recovery code does, once."""
    context = browser.new_context(base_url=room[0])
    page = context.new_page()
    _sign_in(page, "approver")
    _open(page, "2fa/totp/activate/")
    assert page.locator("#authenticator_secret").count() == 1
    _look(page)
    _activate(page)
    _open(page, "2fa/recovery-codes/")
    _look(page)
    codes = re.findall(r"\b[0-9a-f]{8}\b", page.locator("main").inner_html())
    assert len(codes) >= 5
    _sign_out(page)
    _sign_in(page, "approver")
    assert "/2fa/authenticate/" in page.url
    page.goto("/desk/")
    assert page.url.startswith(f"{room[0]}{_ACCOUNT}/")
    page.fill("#id_code", "000000")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".problem, .summary").count() >= 1
    page.fill("#id_code", codes[0])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Signed in as approver" in page.locator("nav.parts").inner_text()
    context.close()


def test_the_sign_on_of_an_organisation_opens_an_account_without_a_role(
    browser: Browser, room: tuple[str, Furnished]
) -> None:
    """Whoever comes from there has an account and may do nothing; with a role, the same way leads to the desk."""
    context = browser.new_context(base_url=room[0])
    page = context.new_page()
    page.goto(f"{_ACCOUNT}/login/")
    page.get_by_role("button", name="Harbour Authority").click()
    page.wait_for_url("**/desk/")
    assert "You may not see this page" in page.locator("main").inner_text()
    assert "code_challenge" in _Provider.asked[-1]
    with Person(room[0], room[1].sessions["admin"]) as admin:
        form = {"account": "nova", "scope": "newsletters.weekly", "role": "viewer"}
        assert "Kept." in admin.say("/desk/rights/", form, page="/desk/rights/")
    context.clear_cookies()
    page.goto(f"{_ACCOUNT}/login/?next=/desk/newsletters/")
    page.get_by_role("button", name="Harbour Authority").click()
    page.wait_for_url("**/desk/newsletters/")
    assert "Signed in as nova" in page.locator("nav.parts").inner_text()
    assert page.locator("main h2").count() == 1
    context.close()


def test_guessing_a_password_is_slowed_down(room: tuple[str, Furnished]) -> None:
    """After some wrong ones the right one is not looked at either; others, from elsewhere, are not held up."""
    site = room[0].replace("localhost", "127.0.0.1")
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.9")
    with httpx.Client(base_url=site, transport=elsewhere, timeout=60) as stranger:
        door = stranger.get(f"{_ACCOUNT}/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', door)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "login": "second", "password": "wrong"}
        for _ in range(12):
            stranger.post(f"{_ACCOUNT}/login/", data=form)
        answer = stranger.post(f"{_ACCOUNT}/login/", data={**form, "password": PASSWORD})
        assert answer.status_code in {200, 429}
        assert stranger.get("/desk/").is_redirect
