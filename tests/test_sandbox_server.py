"""The sandbox over HTTP: knobs, guards, starting and stopping."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from publisher.delivery.ses import SesOptions, SesTransport
from publisher.errors import OutsideError
from publisher.model import Accepted, InDoubt, NotAccepted
from publisher.sandbox import Faults, Sandbox
from publisher.sandbox.contract import RefusedError
from tests.builders import make_envelope, make_message

JSON = {"Content-Type": "application/json"}
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKID/20261122/eu-west-1/ses/aws4_request, Signature=0"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox."""
    with Sandbox() as running:
        yield running


def ask(
    sandbox: Sandbox,
    method: str,
    path: str,
    body: Any = None,  # noqa: ANN401 - any JSON
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """Make a request; gives status and JSON."""
    connection = http.client.HTTPConnection(sandbox.host, sandbox.port, timeout=5)
    try:
        raw = json.dumps(body) if body is not None else None
        connection.request(method, path, raw, JSON if headers is None else headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    finally:
        connection.close()


def open_transport(sandbox: Sandbox, read_seconds: float = 5) -> SesTransport:
    """Open a transport to a sandbox."""
    options = SesOptions(
        region="eu-west-1",
        endpoint_url=sandbox.url,
        read_seconds=read_seconds,
        access_key="AKID",
        secret_key="x",
    )
    return SesTransport(options)


def test_knobs_work_from_another_process(sandbox: Sandbox) -> None:
    """State, messages, faults, rules, events and reset, over HTTP alone."""
    transport = open_transport(sandbox)
    transport.send(make_message(), make_envelope(delivery="01J0"))
    assert ask(sandbox, "GET", "/_sandbox/state") == (200, {"received": 1, "accepted": 1, "queued": 2})
    status, messages = ask(sandbox, "GET", "/_sandbox/messages")
    assert status == 200
    (message,) = messages
    assert (message["recipients"], message["tags"]) == (["reader@example.net"], {"delivery": "01J0"})

    late = {"kind": "Bounce", "message": message["id"], "detail": {"bounceType": "Transient"}}
    assert ask(sandbox, "POST", "/_sandbox/events", late)[0] == 200
    assert sandbox.queue.count() == 3

    assert ask(sandbox, "POST", "/_sandbox/faults", {"error_503": 1})[0] == 200
    assert isinstance(transport.send(make_message(), make_envelope()), InDoubt)
    rules = {"identities": ["other.example"], "max_send_rate": 5}
    assert ask(sandbox, "POST", "/_sandbox/rules", rules)[0] == 200
    assert sandbox.account.rules.identities == frozenset({"other.example"})

    assert ask(sandbox, "POST", "/_sandbox/reset", {})[0] == 200
    assert ask(sandbox, "GET", "/_sandbox/state")[1] == {"received": 0, "accepted": 0, "queued": 0}
    assert isinstance(transport.send(make_message(), make_envelope()), NotAccepted)
    transport.close()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_sandbox/other", {}, 404),
        ("/_sandbox/faults", {"typo": 1}, 400),
        ("/_sandbox/faults", {"drop": "x"}, 400),
        ("/_sandbox/faults", [], 400),
        ("/_sandbox/rules", {"typo": 1}, 400),
        ("/_sandbox/events", {"kind": "Send", "message": "other"}, 404),
    ],
)
def test_wrong_knobs_are_told(sandbox: Sandbox, path: str, body: object, status: int) -> None:
    """A misspelled fault or rule is refused with the reason, never ignored."""
    found, answer = ask(sandbox, "POST", path, body)
    assert found == status
    assert answer["message"]


def test_pages_of_other_sites_cannot_reach_the_knobs(sandbox: Sandbox) -> None:
    """What a browser sends without asking is refused: plain forms, and names that lead here (DNS rebinding)."""
    assert ask(sandbox, "POST", "/_sandbox/reset", {}, {"Content-Type": "text/plain"})[0] == 415
    for path in ("/_sandbox/state", "/inbox/"):
        assert ask(sandbox, "GET", path, headers={"Host": "evil.example"})[0] == 403
    assert ask(sandbox, "GET", "/_sandbox/state", headers={"Host": f"localhost:{sandbox.port}"})[0] == 200


def test_unsigned_calls_are_refused(sandbox: Sandbox) -> None:
    """The API wants a signature, though it does not check it; so does the queue."""
    assert ask(sandbox, "GET", "/v2/email/account")[0] == 403
    assert ask(sandbox, "GET", "/v2/email/account", headers=SIGNED)[0] == 200
    assert ask(sandbox, "POST", "/", {}, {"X-Amz-Target": "AmazonSQS.ReceiveMessage"})[0] == 403


@pytest.mark.parametrize(("method", "path"), [("GET", "/favicon.ico"), ("POST", "/inbox/"), ("GET", "/v2/email/x")])
def test_other_addresses_are_not_found(sandbox: Sandbox, method: str, path: str) -> None:
    """What is not there is said in JSON."""
    status, answer = ask(sandbox, method, path, headers=SIGNED)
    assert status == 404
    assert answer["message"]


def test_body_without_a_usable_length_is_refused(sandbox: Sandbox) -> None:
    """Neither an endless body nor a lying length is read."""
    for headers in ({"Content-Length": "99999999999"}, {"Content-Length": "x"}, {"Transfer-Encoding": "chunked"}):
        with socket.create_connection((sandbox.host, sandbox.port), timeout=5) as connection:
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sendall(f"POST /v2/email/outbound-emails HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_head_has_no_body(sandbox: Sandbox) -> None:
    """HEAD gives the headers of GET."""
    connection = http.client.HTTPConnection(sandbox.host, sandbox.port, timeout=5)
    connection.request("HEAD", "/inbox/")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0
    connection.close()


def test_hanging_requests_end_with_the_sandbox() -> None:
    """Stopping does not wait for a client that waits."""
    sandbox = Sandbox(faults=Faults(hang=1))
    transport = open_transport(sandbox, read_seconds=30)
    outcomes: list[object] = []
    thread = threading.Thread(target=lambda: outcomes.append(transport.send(make_message(), make_envelope())))
    thread.start()
    while not sandbox.account.count():
        threading.Event().wait(0.01)
    sandbox.close()
    thread.join(5)
    transport.close()
    assert isinstance(outcomes[0], InDoubt)


def test_hanging_request_may_end_by_itself(sandbox: Sandbox) -> None:
    """`hang_seconds` closes the connection without an answer."""
    sandbox.faults = Faults(hang=1, hang_seconds=0.05)
    transport = open_transport(sandbox)
    assert isinstance(transport.send(make_message(), make_envelope()), InDoubt)
    transport.close()


def test_events_may_go_elsewhere(sandbox: Sandbox) -> None:
    """Another queue can take the events instead of the own one."""
    told: list[str] = []
    sandbox.deliver = lambda text, _delay: told.append(text)
    transport = open_transport(sandbox)
    transport.send(make_message(), make_envelope())
    transport.close()
    assert (len(told), sandbox.queue.count()) == (2, 0)


def test_unknown_message_has_no_events(sandbox: Sandbox) -> None:
    """An event needs a message."""
    with pytest.raises(RefusedError):
        sandbox.publish("Send", "other")


def test_taken_port_is_told(sandbox: Sandbox) -> None:
    """A port that somebody has is an error with a way out."""
    with pytest.raises(OutsideError, match="--port"):
        Sandbox(sandbox.port)


def test_process_of_its_own_starts_and_stops() -> None:
    """It prints its address when it answers, and ends in good order on SIGTERM."""
    command = [sys.executable, "-m", "publisher.sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        options = SesOptions(region="eu-west-1", endpoint_url=url, access_key="AKID", secret_key="x")
        transport = SesTransport(options)
        assert isinstance(transport.send(make_message(), make_envelope()), Accepted)
        transport.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
