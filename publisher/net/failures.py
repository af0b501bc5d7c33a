"""Every failure of httpx and httpcore, in our words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from typing import Final

import httpcore
import httpx

from publisher.errors import FetchError
from publisher.net.transport import RefusedError
from publisher.net.unpack import UnpackError

# Every failure of the two libraries, in our words: the reason, and whether a later try may succeed. `None`: the
# library's own message says it. A test walks both libraries and fails on a class that is missing here.
REASONS: Final[Mapping[type[Exception], tuple[str | None, bool]]] = {
    RefusedError: (None, False),
    UnpackError: (None, True),
    httpcore.ConnectTimeout: ("the server could not be reached in time", True),
    httpcore.ReadTimeout: ("the server did not answer in time", True),
    httpcore.WriteTimeout: ("the server did not take the request in time", True),
    httpcore.PoolTimeout: ("no connection was free in time", True),
    httpcore.TimeoutException: ("it took too long", True),
    httpcore.ConnectError: ("the server cannot be reached", True),
    httpcore.ReadError: ("the connection broke while reading", True),
    httpcore.WriteError: ("the connection broke while writing", True),
    httpcore.NetworkError: ("the connection broke", True),
    httpcore.RemoteProtocolError: ("the server does not keep to the HTTP protocol", True),
    httpcore.LocalProtocolError: ("this request cannot be written in HTTP", False),
    httpcore.ProtocolError: ("the HTTP protocol was broken", True),
    httpcore.ProxyError: ("the proxy failed", True),
    httpcore.UnsupportedProtocol: ("only http and https addresses can be fetched", False),
    httpcore.ConnectionNotAvailable: ("no connection was free", True),
    httpx.ConnectTimeout: ("the server could not be reached in time", True),
    httpx.ReadTimeout: ("the server did not answer in time", True),
    httpx.WriteTimeout: ("the server did not take the request in time", True),
    httpx.PoolTimeout: ("no connection was free in time", True),
    httpx.TimeoutException: ("it took too long", True),
    httpx.ConnectError: ("the server cannot be reached", True),
    httpx.ReadError: ("the connection broke while reading", True),
    httpx.WriteError: ("the connection broke while writing", True),
    httpx.CloseError: ("the connection broke while closing", True),
    httpx.NetworkError: ("the connection broke", True),
    httpx.RemoteProtocolError: ("the server does not keep to the HTTP protocol", True),
    httpx.LocalProtocolError: ("this request cannot be written in HTTP", False),
    httpx.ProtocolError: ("the HTTP protocol was broken", True),
    httpx.ProxyError: ("the proxy failed", True),
    httpx.UnsupportedProtocol: ("only http and https addresses can be fetched", False),
    httpx.TransportError: ("the request failed on its way", True),
    httpx.DecodingError: ("the answer is not compressed as it claims", True),
    httpx.TooManyRedirects: ("the address leads from one redirect to the next", False),
    httpx.RequestError: ("the request failed", True),
    httpx.HTTPStatusError: ("the server refused", True),
    httpx.HTTPError: ("the request failed", True),
    httpx.InvalidURL: ("this is no address that can be fetched", False),
    httpx.CookieConflict: ("the server sets one cookie twice", False),
    httpx.StreamConsumed: ("the answer was already read", False),
    httpx.StreamClosed: ("the answer was already closed", False),
    httpx.ResponseNotRead: ("the answer was not read", False),
    httpx.RequestNotRead: ("the request was not read", False),
    httpx.StreamError: ("the answer cannot be read", False),
}
FOREIGN: Final = tuple(REASONS)

# --- the way out of each kind of failure

_ADDRESS: Final = "Check the address: open it in a browser"
_LATER: Final = "Try again later; if it stays so, open the address in a browser, and tell who runs the server"
_NAME: Final = "Check the spelling of the address, and that this machine is online"
_ALLOW: Final = "If it is meant, add the host to [network] allow_private in the settings"
_TLS: Final = "Check that the address may begin with https://, or ask who runs the server to mend it"
_REDIRECT: Final = "Open the address in a browser, and write the one that it ends at"
_WRITE: Final = "Write an address that begins with https:// or http://"

_FIXES: Final[Mapping[type[Exception], str]] = {
    RefusedError: _ALLOW,
    UnpackError: _LATER,
    httpx.TooManyRedirects: _REDIRECT,
    httpcore.UnsupportedProtocol: _WRITE,
    httpx.UnsupportedProtocol: _WRITE,
    httpcore.LocalProtocolError: _WRITE,
    httpx.LocalProtocolError: _WRITE,
    httpx.InvalidURL: _WRITE,
}


def shown(url: str) -> str:
    """Give an address without the password that may stand in it."""
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"


def explain(url: str, error: Exception) -> FetchError:
    """Turn a failure of httpx or httpcore into ours, with what a person can do about it."""
    reason, retry = next(REASONS[cls] for cls in type(error).__mro__ if cls in REASONS)
    fix = next((_FIXES[cls] for cls in type(error).__mro__ if cls in _FIXES), _LATER if retry else _ADDRESS)
    cause = error.args[0] if error.args else None
    if isinstance(cause, ssl.SSLError):
        reason, fix, retry = f"no safe connection: {cause.reason or cause}", _TLS, False
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = f"its certificate is not valid: {cause.verify_message}"
    elif isinstance(cause, (socket.gaierror, UnicodeError)):
        reason, fix = "the host name is not known", _NAME
    elif isinstance(cause, OSError) and cause.strerror:
        reason = f"{reason} ({cause.strerror})"
    return FetchError(shown(url), reason or str(error), fix, retry=retry)
