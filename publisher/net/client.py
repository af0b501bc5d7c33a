"""The client: fetch and send, within limits."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import responses
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Final, Self

import httpx

from publisher import __version__
from publisher.errors import FetchError
from publisher.net.failures import FOREIGN, explain, shown
from publisher.net.guard import Guard
from publisher.net.transport import GuardedTransport, Resolver, resolve, within_seconds
from publisher.net.unpack import ACCEPTED, unpack
from publisher.settings import Settings

MAX_BYTES: Final = 10 * 1024 * 1024
SUCCESS: Final = range(200, 300)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT: Final = timedelta(days=2)
_WAYS_OUT: Final[Mapping[int, str]] = {
    401: "It asks for a name and password: look for a public address, or ask its owner",
    403: "It does not let this program in: ask its owner",
    404: "Check the address",
    410: "It is gone for good: remove the source",
    429: "It is asked too often: try again later, and less often",
}
_TOO_LARGE: Final = "Look for a shorter one: many feeds have an address that gives their newest posts only"


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): when the server may be asked again, at most two days away."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=int(text[:9]))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        wait = moment.astimezone(UTC) - now if moment.tzinfo else moment.replace(tzinfo=UTC) - now
    return now + min(max(wait, timedelta(0)), _LONGEST_WAIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much and how long: `bytes` after unpacking; `connect`, `read`, `total` in seconds; `connections` at once."""

    bytes: int = MAX_BYTES
    connect: float = 10
    read: float = 20
    total: float = 60
    redirects: int = 5
    connections: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered; `url` is the address after redirects, `headers` are looked up in any case."""

    status: int
    url: str
    headers: Mapping[str, str]
    content: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An answer whose body is still on its way: go through `chunks` once, inside the `with`."""

    status: int
    url: str
    headers: Mapping[str, str]
    chunks: Iterator[bytes] = field(repr=False)


def user_agent(contact: str) -> str:
    """Say who is asking: the program, its version and the address of people who answer for it."""
    return f"Publisher/{__version__} (+{contact})" if contact else f"Publisher/{__version__}"


def _now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


@cache
def _usual_certificates() -> ssl.SSLContext:
    """Load the authorities that certificates are checked against, once: it takes tens of milliseconds."""
    return httpx.create_ssl_context()


class Client:
    """The guarded way out; one for a whole run, shared by its threads. Close it, or use it in a `with`.

    `contact` is the address put into User-Agent; `tls` the certificates to trust instead of the usual ones.
    """

    def __init__(  # noqa: PLR0913 - each has a default that production keeps
        self,
        *,
        guard: Guard | None = None,
        limits: Limits | None = None,
        contact: str = "",
        resolver: Resolver = resolve,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._http = httpx.Client(
            transport=GuardedTransport(
                guard or Guard(), resolver, tls or _usual_certificates(), self.limits.connections
            ),
            headers={"User-Agent": user_agent(contact), "Accept": "*/*", "Accept-Encoding": ACCEPTED},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect, pool=self.limits.total),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
        expect: Container[int] = SUCCESS,
    ) -> Answer:
        """Fetch an address, following redirects.

        Raises: FetchError, also for a status that is not expected.
        """
        with self.stream(url, headers=headers, max_bytes=max_bytes, expect=expect) as incoming:
            return _whole(incoming)

    def post(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Container[int] = SUCCESS,
    ) -> Answer:
        """Send bytes to an address; a redirect is not followed but refused, since it would leak or lose them.

        Raises: FetchError, also for a status that is not expected.
        """
        request = _build(self._http, "POST", url, headers, content)
        with self._in_time(url), self._sent(request) as response:
            self._check(response, url, expect)
            return _whole(self._incoming(response, url, self.limits.bytes))

    @contextmanager
    def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
        expect: Container[int] = SUCCESS,
    ) -> Iterator[Incoming]:
        """Fetch an address without keeping its bytes: `for chunk in incoming.chunks: file.write(chunk)`.

        Raises: FetchError, also while going through the chunks.
        """
        with self._in_time(url), ExitStack() as stack:
            response = self._follow(stack, url, headers)
            self._check(response, url, expect)
            yield self._incoming(response, url, self.limits.bytes if max_bytes is None else max_bytes)

    @contextmanager
    def _in_time(self, url: str) -> Iterator[None]:
        """Hold everything inside to the total time-out, and turn what the libraries raise into ours."""
        try:
            with within_seconds(self.limits.total):
                yield
        except FOREIGN as error:
            raise explain(url, error) from error

    @contextmanager
    def _sent(self, request: httpx.Request) -> Iterator[httpx.Response]:
        """Send one request and close its answer at the end."""
        response = self._http.send(request, stream=True)
        try:
            yield response
        finally:
            response.close()

    def _follow(self, stack: ExitStack, url: str, headers: Mapping[str, str] | None) -> httpx.Response:
        """Send a request and those that its redirects lead to; each answer but the last is closed at once."""
        request = _build(self._http, "GET", url, headers, None)
        for _ in range(self.limits.redirects + 1):
            response = stack.enter_context(self._sent(request))
            location = response.headers.get("Location")
            if response.status_code not in _REDIRECTS or not location:
                return response
            response.close()
            request = _build(self._http, "GET", *_next(request, location, headers), None)
        message = "too many redirects"
        raise httpx.TooManyRedirects(message)

    def _check(self, response: httpx.Response, url: str, expect: Container[int]) -> None:
        """Refuse an answer with a status that the caller does not expect.

        Raises: FetchError with the time of Retry-After where there is one.
        """
        status = response.status_code
        if status in expect:
            return
        phrase = responses.get(status, "no known status")
        raise FetchError(
            shown(url),
            f"the server answered {status} ({phrase})",
            _way_out(response),
            retry=status in _LATER,
            again=retry_after(response.headers.get("Retry-After"), self._clock()),
            status=status,
        )

    def _incoming(self, response: httpx.Response, url: str, max_bytes: int) -> Incoming:
        """Give the answer with its body unpacked and counted while it comes in."""
        chunks = unpack(response.iter_raw(), response.headers.get("Content-Encoding", ""))
        return Incoming(
            status=response.status_code,
            url=str(response.url),
            headers=response.headers,
            chunks=_capped(chunks, shown(url), max_bytes),
        )


def open_client(settings: Settings, limits: Limits | None = None) -> Client:
    """Open the way out that an operator's settings allow; the caller closes it. Raises: SettingsError."""
    return Client(guard=Guard.allowing(settings.network.allow_private), contact=settings.site.url, limits=limits)


def _build(
    http: httpx.Client,
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    content: bytes | None,
) -> httpx.Request:
    """Write a request, refusing addresses that are none of ours before anything is resolved."""
    request = http.build_request(method, url, headers=headers, content=content)
    if request.url.scheme not in {"http", "https"}:
        raise httpx.UnsupportedProtocol(url)
    if not request.url.host:
        raise httpx.InvalidURL(url)
    return request


def _next(
    request: httpx.Request, location: str, headers: Mapping[str, str] | None
) -> tuple[str, Mapping[str, str] | None]:
    """Give the address of the next hop and the headers for it: secrets do not travel to another origin."""
    target = request.url.join(location)
    here, there = request.url, target
    if (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port) or not headers:
        return str(target), headers
    secret = {"authorization", "cookie"}
    return str(target), {name: value for name, value in headers.items() if name.lower() not in secret}


def _way_out(response: httpx.Response) -> str:
    """Say what a person can do about a refusal."""
    status = response.status_code
    if status in _REDIRECTS:
        return f"It moved to {response.headers.get('Location', 'an unknown place')}: change the address"
    usual = "Try again later" if status in _LATER else "Open the address in a browser to see what it wants"
    return _WAYS_OUT.get(status, usual)


def _capped(chunks: Iterator[bytes], url: str, max_bytes: int) -> Iterator[bytes]:
    """Pass chunks on until they are too many.

    Raises: FetchError.
    """
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise FetchError(url, f"the answer is larger than {max_bytes:,} bytes", _TOO_LARGE, retry=False)
        yield chunk


def _whole(incoming: Incoming) -> Answer:
    """Read an answer to its end."""
    content = b"".join(incoming.chunks)
    return Answer(status=incoming.status, url=incoming.url, headers=incoming.headers, content=content)
