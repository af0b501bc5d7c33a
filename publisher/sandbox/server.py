"""The sandbox itself: one account, one queue, one port.

/v2/email/...       SES v2, for boto3 with endpoint_url
/<account>/events   the queue of events, for boto3's SQS client
/inbox/             what was sent, for people
/_sandbox/...       state and faults, for tests in other processes
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from publisher.errors import OutsideError
from publisher.sandbox import sqs
from publisher.sandbox.account import Account, Rules, SentMessage
from publisher.sandbox.contract import Call, RefusedError, read_input
from publisher.sandbox.events import Herald
from publisher.sandbox.faults import Dice, Fault, Faults
from publisher.sandbox.operations import OPERATIONS, Caller
from publisher.sandbox.wire import Server


class Sandbox:
    """A local SES on a port of its own (0: any that is free), running until it is closed.

    `rules`, `faults`: how the account behaves, and what goes wrong. `folder` keeps every message as a file. `deliver`
    takes each event and its delay in seconds; it is the own queue unless another is set.

    Raises: OutsideError when the port cannot be had.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        rules: Rules | None = None,
        faults: Faults | None = None,
        folder: Path | None = None,
    ) -> None:
        self.host = host
        self.account = Account(rules or Rules(), folder=folder)
        self.queue = sqs.Queue()
        self.deliver: Callable[[str, float], object] = self._enqueue
        self._herald = Herald(self.account, self._tell, Dice(faults or Faults()))
        self._received = 0
        self._guard = threading.Lock()
        try:
            self._server = Server((host, port), self)
        except OSError as error:
            reason = f"cannot be listened on ({error.strerror})"
            raise OutsideError(f"{host}:{port}", reason, "Choose another --port") from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._thread.start()

    def _tell(self, text: str, delay: float) -> None:
        self.deliver(text, delay)

    def _enqueue(self, text: str, delay: float) -> None:
        self.queue.put(text, delay=delay)

    @property
    def port(self) -> int:
        """Give the port that it listens on."""
        port: int = self._server.server_address[1]
        return port

    @property
    def url(self) -> str:
        """Give the address for `endpoint_url`."""
        return f"http://{self.host}:{self.port}"

    @property
    def inbox_url(self) -> str:
        """Give the address of the inbox, for people."""
        return f"{self.url}/inbox/"

    @property
    def queue_url(self) -> str:
        """Give the address of the queue of events."""
        return f"{self.url}/{self.account.rules.account_id}/events"

    @property
    def messages(self) -> tuple[SentMessage, ...]:
        """Give the accepted messages, oldest first."""
        return self.account.messages

    @property
    def received(self) -> int:
        """Count the send requests that came in, whatever became of them."""
        return self._received

    @property
    def faults(self) -> Faults:
        """Give what goes wrong at present."""
        return self._herald.dice.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._herald.dice = Dice(faults)

    def count_send(self) -> Fault | None:
        """Count a send request, and choose what goes wrong with it."""
        with self._guard:
            self._received += 1
        return self._herald.dice.throw_send()

    def perform(self, call: Call, body: bytes, access_key: str) -> dict[str, Any]:
        """Perform a call.

        Raises: RefusedError with SES's own answer.
        """
        if call.name in self.account.rules.denied:
            arn = f"arn:aws:iam::{self.account.rules.account_id}:user/sandbox"
            reason = f"User: {arn} is not authorized to perform: ses:{call.name}"
            raise RefusedError("AccessDeniedException", reason, 403)
        caller = Caller(account=self.account, access_key=access_key, announce=self._herald.announce)
        return OPERATIONS[call.name](caller, read_input(call, body))

    def publish(self, kind: str, message_id: str, **detail: object) -> None:
        """Tell one more thing about a message, such as a late Bounce; `detail` in SES's own names.

        Raises: RefusedError for an unknown message or kind.
        """
        message = self.account.find(message_id)
        if message is None:
            raise RefusedError("NotFoundException", f"There is no message {message_id}.", 404)
        self._herald.publish(kind, message, detail)

    def reset(self) -> None:
        """Forget messages, events, suppression, used quota and faults."""
        self.account.forget()
        self.queue.clear()
        self.faults = Faults()
        with self._guard:
            self._received = 0

    def close(self) -> None:
        """Stop; open connections are ended."""
        self.queue.close()
        self._server.stop()
        self._thread.join()

    def __enter__(self) -> Self:
        """Use it as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop at the end of the context."""
        self.close()


def wait_until_stopped() -> None:
    """Wait for SIGINT or SIGTERM, then go on in good order."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(
    port: int = 8025,
    *,
    host: str = "127.0.0.1",
    folder: Path | None = None,
    ready: Callable[[Sandbox], None] | None = None,
) -> None:
    """Run a sandbox in the foreground until SIGINT or SIGTERM; `ready` is called once it answers.

    Raises: OutsideError when the port cannot be had.
    """
    with Sandbox(port, host=host, folder=folder) as sandbox:
        if ready:
            ready(sandbox)
        wait_until_stopped()
