"""SES with boto3's client out of the way of each message: signed here, sent over a connection that is kept.

    once          boto3's own client says where it would send, how it signs, and whether a proxy is in between
    each message  credentials as boto3 keeps them fresh, sigv4, one request, boto3's own parser for what is no yes

What is special goes through the plain client as before: a proxy, a path that needs quoting, keys that no header can
hold. So does everything from the first request on whose signature SES refuses, which provably sent nothing.
"""

from __future__ import annotations

import json
import os
import re
import select
import socket
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException, HTTPResponse
from typing import Final
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.credentials import Credentials
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import get_cert_path
from botocore.parsers import create_parser
from botocore.utils import get_environ_proxies

from publisher.delivery import armour
from publisher.delivery.address import write_ascii
from publisher.delivery.outcome import from_exception, from_response
from publisher.delivery.ses import CONNECT_SECONDS, SesOptions, SesTransport, rehearse
from publisher.delivery.sigv4 import Keys, Target, sign, write_body
from publisher.delivery.transport import prepare
from publisher.model import Envelope, Message, NotAccepted, Outcome

_OPERATION: Final = "SendEmail"
_LONGEST_ANSWER: Final = 1 << 20
_REDIRECT: Final = 300
_SCOPE: Final = re.compile(r"Credential=[^/]*/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, ")
_PLAIN_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_~-]+)+")
_PLAIN_VALUE: Final = re.compile(r"[\x21-\x7e]+")
# What SES says to a signature that it cannot follow; it looks at nothing else before.
_UNSIGNED: Final = frozenset(
    """
    IncompleteSignature IncompleteSignatureException InvalidSignatureException SignatureDoesNotMatch
    MissingAuthenticationToken MissingAuthenticationTokenException
    """.split(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How the plain client would reach SES. `trust` verifies the server; None: plain HTTP, to this machine."""

    url: str
    host: str
    port: int
    target: Target
    trust: ssl.SSLContext | None


class LeanTransport:
    """Sends through SES at less than a third of the cost of the plain client. Safe to share between threads.

    Raises: TransportError when boto3 cannot be set up, or would try more than once.
    """

    def __init__(self, options: SesOptions) -> None:
        self.options = options
        self._session = botocore.session.get_session()
        self._plain = SesTransport(options, boto3.session.Session(botocore_session=self._session))
        self._lock = threading.Lock()
        self._way: _Way | None = None
        self._is_plain = False
        self._credentials: Credentials | None = None
        self._idle: deque[socket.socket] = deque()

    def send(self, message: Message, envelope: Envelope) -> Outcome:
        """Send to one recipient, once."""
        try:
            way = self._find_way()
            keys = self._find_keys()
        except Exception as error:  # noqa: BLE001 - boto3 looks for credentials in many places; nothing was sent yet
            return from_exception(error, sender=message.sender)
        if way is None or keys is None:
            return self._plain.send(message, envelope)
        data = prepare(message, envelope, armour.write)
        if isinstance(data, NotAccepted):
            return data
        recipient = write_ascii(envelope.address)
        pieces = write_body(message.sender, recipient, data, envelope.tags, self.options.configuration_set)
        head = sign(way.target, pieces, keys, datetime.now(UTC))
        try:
            answer = self._ask(way, b"".join((head, *pieces)))
        except Exception as error:  # noqa: BLE001 - whatever foreign bytes lead to, the row gets an outcome
            if isinstance(error, ClientError) and error.response["Error"]["Code"] in _UNSIGNED:
                self._is_plain = True
                return self._plain.send(message, envelope)
            return from_exception(error, sender=message.sender)
        return from_response(answer)

    # --- once -----------------------------------------------------------------------------------------------------

    def _find_way(self) -> _Way | None:
        """Say where to send; None: only the plain client can."""
        if self._way is None and not self._is_plain:
            self._open_way()
        return None if self._is_plain else self._way

    def _open_way(self) -> None:
        """Ask the plain client where it would send; one thread does, the others wait."""
        with self._lock:
            if self._way is None and not self._is_plain:
                self._way = self._read_way(rehearse(self._plain.client))
                self._is_plain = self._way is None

    def _read_way(self, request: AWSPreparedRequest) -> _Way | None:
        """Read where a request would have gone, and how it was signed."""
        parts = urlsplit(request.url)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        scope = _SCOPE.search(headers.get("authorization", ""))
        agent = headers.get("user-agent", "")
        proxies = self._plain.client.meta.config.proxies or get_environ_proxies(request.url)  # type: ignore[attr-defined]  # the stubs do not know it
        if not scope or not parts.hostname or parts.query or proxies.get(parts.scheme):
            return None
        if not _PLAIN_PATH.fullmatch(parts.path) or not agent.isascii() or not agent.isprintable():
            return None
        secure = parts.scheme == "https"
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        port = parts.port or (443 if secure else 80)
        host = name if port == (443 if secure else 80) else f"{name}:{port}"
        target = Target(host=host, path=parts.path, region=scope["region"], service=scope["service"], user_agent=agent)
        return _Way(
            url=request.url, host=parts.hostname, port=port, target=target, trust=self._trust() if secure else None
        )

    def _trust(self) -> ssl.SSLContext:
        """Trust whom boto3 trusts: AWS_CA_BUNDLE, ca_bundle of the profile, REQUESTS_CA_BUNDLE, else its own list."""
        bundle = self._session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
        return ssl.create_default_context(cafile=get_cert_path(bundle or True))  # type: ignore[arg-type]  # a path passes

    def _find_keys(self) -> Keys | None:
        """Give credentials that are valid now; boto3 fetches those that end anew. None: only the plain client can.

        Raises: NoCredentialsError, and what boto3 raises when it cannot fetch them.
        """
        if self._credentials is None:
            self._credentials = self._open_credentials()
        frozen = self._credentials.get_frozen_credentials()
        values = [value for value in (frozen.access_key, frozen.secret_key, frozen.token) if value]
        if not frozen.access_key or not frozen.secret_key:
            raise NoCredentialsError
        if not all(map(_PLAIN_VALUE.fullmatch, values)):
            return None
        return Keys(access=frozen.access_key, secret=frozen.secret_key, token=frozen.token)

    def _open_credentials(self) -> Credentials:
        """Take the credentials of a local SES, or those that boto3's chain finds."""
        if self.options.access_key and self.options.secret_key:
            return Credentials(self.options.access_key, self.options.secret_key)
        found: Credentials | None = self._session.get_credentials()
        if found is None:
            raise NoCredentialsError
        return found

    # --- each message ---------------------------------------------------------------------------------------------

    def _ask(self, way: _Way, request: bytes) -> dict[str, object]:
        """Make one request, once; gives what SES said to it.

        Raises: ClientError for what is no yes, and the exceptions of botocore for what went wrong on the way.
        """
        connection = self._take_idle() or _connect(way, self.options.read_seconds)
        try:
            connection.sendall(request)
            response = HTTPResponse(connection, method="POST")
            response.begin()
            body = response.read(_LONGEST_ANSWER)
            reusable = not response.will_close and response.isclosed()
        except BaseException as error:
            connection.close()
            raise _explain(error, way) from error
        if reusable:
            self._idle.append(connection)
        else:
            connection.close()
        if response.status >= _REDIRECT:
            raise self._refuse(response, body)
        try:
            answer = json.loads(body or b"{}")
        except ValueError:
            return {}
        return answer if isinstance(answer, dict) else {}

    def _take_idle(self) -> socket.socket | None:
        """Take a connection that is open; one that has something to read without being asked was closed."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            poll = select.poll()
            poll.register(connection, select.POLLIN)
            if not poll.poll(0):
                return connection
            connection.close()
        return None

    def _refuse(self, response: HTTPResponse, body: bytes) -> ClientError:
        """Read an error as boto3 reads it."""
        model = self._plain.client.meta.service_model.operation_model(_OPERATION)
        parser = create_parser(model.service_model.protocol)
        given = {"status_code": response.status, "headers": HeadersDict(response.getheaders()), "body": body}
        return ClientError(parser.parse(given, model.output_shape), _OPERATION)  # type: ignore[arg-type]  # None is none of ours

    def close(self) -> None:
        """Close the connections."""
        while self._idle:
            self._idle.pop().close()
        self._plain.close()


def _text(value: str | bytes) -> str:
    """Read a header, which botocore keeps as bytes or as text."""
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _connect(way: _Way, read_seconds: float) -> socket.socket:
    """Connect as boto3 does; leaves nothing open when it fails.

    Raises: the exceptions of botocore for what provably sent nothing.
    """
    try:
        connection = socket.create_connection((way.host, way.port), timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise ConnectTimeoutError(endpoint_url=way.url, error=error) from error
    except OSError as error:
        raise EndpointConnectionError(endpoint_url=way.url, error=error) from error
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if way.trust is not None:
            connection = way.trust.wrap_socket(connection, server_hostname=way.host)
    except BaseException as error:
        connection.close()
        if isinstance(error, ssl.SSLError):
            raise SSLError(endpoint_url=way.url, error=error) from error
        if isinstance(error, TimeoutError):
            raise ConnectTimeoutError(endpoint_url=way.url, error=error) from error
        if isinstance(error, OSError):
            raise EndpointConnectionError(endpoint_url=way.url, error=error) from error
        raise
    connection.settimeout(read_seconds)
    return connection


def _explain(error: BaseException, way: _Way) -> BaseException:
    """Say in botocore's words what went wrong once the request was on its way: whether it was taken is not known."""
    if isinstance(error, TimeoutError):
        return ReadTimeoutError(endpoint_url=way.url, error=error)
    if isinstance(error, ssl.SSLError):
        return HTTPClientError(error=error)
    if isinstance(error, OSError | HTTPException):
        return ConnectionClosedError(endpoint_url=way.url, error=error)
    return error
