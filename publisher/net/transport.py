"""httpx on connections that the guard has checked.

A name is resolved once per connection, and the address that was checked is the one connected to, so that an answer of
the name server that changes in between (DNS rebinding) gains nothing; TLS and the Host header keep the name.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import httpcore
import httpx

from publisher.net.guard import Guard

Resolver = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a host, best first.

    Raises: OSError, UnicodeError.
    """
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


# When the request that this thread is busy with has to be over, on the monotonic clock.
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


class RefusedError(httpcore.ConnectError):
    """The guard does not let us connect."""


@contextmanager
def within_seconds(total: float) -> Iterator[None]:
    """Hold every request made inside to a time-out as a whole."""
    token = _deadline.set(time.monotonic() + total)
    try:
        yield
    finally:
        _deadline.reset(token)


def _within(timeout: float | None) -> float | None:
    """Shorten a time-out to what the whole request has left.

    Raises: httpcore.ReadTimeout when nothing is left.
    """
    deadline = _deadline.get()
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        message = "the answer took too long as a whole"
        raise httpcore.ReadTimeout(message)
    return left if timeout is None else min(timeout, left)


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no single wait outlasts the request, so that an answer dripping in cannot hang us."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, _within(timeout)))

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class _GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name, asks the guard about each address, and connects to those it let through."""

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("the host name has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._plain.connect_tcp(address, port, _within(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream)
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses that may be connected to.

        Raises: httpcore.ConnectError when the name is unknown, RefusedError when every address is off limits.
        """
        try:
            found = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(error) from error
        permitted = [address for address in found if self._guard.permits(host, address)]
        if found and not permitted:
            named = f"{host} leads to {found[0]}," if host != found[0] else f"{host} is"
            message = f"{named} an address that is not on the public internet"
            raise RefusedError(message)
        return permitted


class _Body(httpx.SyncByteStream):
    """The body of an answer of httpcore, as httpx wants it."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class GuardedTransport(httpx.BaseTransport):
    """httpx on a pool of connections that all come from the guarded backend."""

    def __init__(self, guard: Guard, resolver: Resolver, tls: ssl.SSLContext, connections: int = 50) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            network_backend=_GuardedBackend(guard, resolver),
            max_connections=connections,
            max_keepalive_connections=10,
            keepalive_expiry=15,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and give the answer, its body still unread."""
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            ),
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
