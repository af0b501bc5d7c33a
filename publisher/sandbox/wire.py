"""HTTP: one connection a thread, requests routed to the API, the queue, the inbox and the knobs."""

from __future__ import annotations

import ipaddress
import json
import re
import secrets
import socket
import struct
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from publisher.sandbox import inbox, sqs
from publisher.sandbox.contract import RefusedError, find_call
from publisher.sandbox.faults import Fault, Faults
from publisher.sandbox.knobs import Knobbed, administer
from publisher.sandbox.operations import OPERATIONS

_LARGEST: Final = 64 * 1024 * 1024
_SIGNED: Final = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/")
_SENDS: Final = frozenset({"SendEmail", "SendBulkEmail"})
_JSON: Final = "application/json"
_Request = socket.socket | tuple[bytes, socket.socket]
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST


class Server(ThreadingHTTPServer):
    """The listening socket and its open connections."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], sandbox: Knobbed) -> None:
        self.sandbox = sandbox
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request: _Request, client_address: object) -> None:
        """Remember the connection, so that a stop need not wait for its client."""
        with self._guard:
            self._open.update({request} if isinstance(request, socket.socket) else ())
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Request) -> None:
        """Forget the connection and close it."""
        with self._guard:
            self._open -= {request}
        super().shutdown_request(request)

    def stop(self) -> None:
        """End every connection, then the listening."""
        self.stopping.set()
        self.shutdown()
        with self._guard:
            for one in self._open:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it was closed at the other end
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection; answers requests until the client leaves."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Keep quiet: the inbox shows what happened."""

    def handle(self) -> None:
        """Answer until the client leaves, in whatever way it does."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def _answer(self) -> None:
        """Read a request, and let the sandbox answer it."""
        body = self._read_body()
        if body is None:
            return
        parts = urlsplit(self.path)
        try:
            self._route(parts.path, parts.query, body)
        except RefusedError as refused:
            self._refuse(refused)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 - the library finds them by these names

    def _read_body(self) -> bytes | None:
        """Read the body; None when it cannot be read, and the client has been told."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > _LARGEST:
            self.close_connection = True
            self._refuse(RefusedError("BadRequestException", "The body must have a length of up to 64 MB.", 413))
            return None
        return self.rfile.read(int(length))

    def _route(self, path: str, query: str, body: bytes) -> None:
        """Find out who answers."""
        sandbox = self.server.sandbox
        target = self.headers.get("X-Amz-Target")
        if target is not None:
            self._read_access_key()
            answer = sqs.answer(sandbox.queue, sandbox.queue_url, target, body)
            self._send_json(answer, type_="application/x-amz-json-1.0")
        elif path.startswith("/v2/"):
            self._call(path, query, body)
        elif path == "/":
            self._send(b"", status=HTTPStatus.FOUND, headers={"Location": "/inbox/"})
        elif path.startswith("/inbox/") and self.command in {"GET", "HEAD"}:
            self._check_host()
            self._send_page(inbox.show(sandbox.account, path.removeprefix("/inbox/").strip("/")))
        elif path.startswith("/_sandbox/"):
            self._check_host()
            self._send_json(administer(sandbox, self.command, path.removeprefix("/_sandbox/"), self._read_json(body)))
        else:
            raise RefusedError("UnknownOperationException", f"There is nothing at {path}.", 404)

    def _call(self, path: str, query: str, body: bytes) -> None:
        """Answer a call of the SES API, or let it fail on purpose."""
        sandbox = self.server.sandbox
        access_key = self._read_access_key()
        call = find_call(self.command, path, query)
        if call is None or call.name not in OPERATIONS:
            name = call.name if call else f"{self.command} {path}"
            raise RefusedError("UnknownOperationException", f"The sandbox has no {name}.", 404)
        fault = sandbox.count_send() if call.name in _SENDS else None
        _refuse_before(fault, sandbox.faults)
        if fault is Fault.PROXY:
            self._send(b"<html><title>Sign in to the network</title></html>", type_="text/html")
            return
        answer = sandbox.perform(call, body, access_key)
        if fault is None:
            self._send_json(answer)
        else:
            self._fail_after(fault)

    def _fail_after(self, fault: Fault) -> None:
        """Lose the answer to a send that was accepted."""
        if fault is Fault.ERROR_500:
            raise RefusedError("InternalServiceErrorException", "The sandbox failed after accepting.", 500)
        if fault is Fault.EMPTY:
            self._send(b"")
            return
        self.close_connection = True
        if fault is Fault.HANG:
            self.server.stopping.wait(self.server.sandbox.faults.hang_seconds)
        if fault is Fault.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.connection.close()

    def _read_access_key(self) -> str:
        """Find who signed the request; the signature itself is not checked, there is no secret to check it with."""
        found = _SIGNED.match(self.headers.get("Authorization", ""))
        if not found:
            raise RefusedError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
        return found[1]

    def _check_host(self) -> None:
        """Refuse pages of other sites that reach for this address by a name of theirs (DNS rebinding)."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            if host not in {"localhost", self.server.sandbox.host}:
                raise RefusedError("AccessDeniedException", "Use the address of this machine.", 403) from None

    def _read_json(self, body: bytes) -> object:
        """Read JSON that no other site's page can post: browsers ask first for this media type."""
        if self.command == "GET":
            return {}
        if self.headers.get_content_type() != _JSON:
            raise RefusedError("BadRequestException", "Send application/json.", 415)
        try:
            return json.loads(body or b"{}")
        except ValueError as error:
            raise RefusedError("SerializationException", "the body is not JSON") from error

    def _refuse(self, refused: RefusedError) -> None:
        """Write an error as the API does: for SQS the type is in the body too."""
        content = {"__type": refused.code, "message": refused.message}
        if not self.headers.get("X-Amz-Target"):
            del content["__type"]
        self._send_json(content, status=refused.status, headers={"x-amzn-ErrorType": refused.code})

    def _send_page(self, page: inbox.Page) -> None:
        """Write a page of the inbox, with the policy that keeps mails harmless."""
        headers = {
            "Content-Security-Policy": page.policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        if page.download:
            headers["Content-Disposition"] = f'attachment; filename="{page.download}"'
        self._send(page.content, status=page.status, type_=page.type, headers=headers)

    def _send_json(
        self,
        content: object,
        *,
        status: int = HTTPStatus.OK,
        type_: str = _JSON,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Write a JSON answer."""
        self._send(json.dumps(content).encode("utf-8"), status=status, type_=type_, headers=headers)

    def _send(
        self,
        content: bytes,
        *,
        status: int = HTTPStatus.OK,
        type_: str = _JSON,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Write an answer."""
        lines = [
            f"HTTP/1.1 {int(status)} {HTTPStatus(status).phrase}",
            f"Content-Type: {type_}",
            f"Date: {self.date_time_string()}",
            f"Content-Length: {len(content)}",
            f"x-amzn-RequestId: {secrets.token_hex(16)}",
            *(f"{name}: {value}" for name, value in (headers or {}).items()),
            *(["Connection: close"] if self.close_connection else []),
        ]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(head if self.command == "HEAD" else head + content)
        self.wfile.flush()


def _refuse_before(fault: Fault | None, faults: Faults) -> None:
    """Refuse a send that was not accepted, on purpose."""
    if fault is Fault.ERROR_503:
        raise RefusedError("ServiceUnavailable", "The sandbox is unavailable.", 503)
    if fault is Fault.THROTTLE:
        raise RefusedError("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
    if fault is Fault.REFUSE:
        raise RefusedError(faults.code, faults.message, faults.status)
