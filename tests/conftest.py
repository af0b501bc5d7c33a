"""What all tests share: the rule that no test leaves this machine."""

from __future__ import annotations

import sys

_LOOPBACK = ("127.", "::1", "::ffff:127.", "localhost", "0.0.0.0")  # noqa: S104 - compared, not bound


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse every connection that would leave this machine."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
        if not str(host).startswith(_LOOPBACK):
            message = f"a test tried to reach {host}"
            raise ConnectionRefusedError(message)


sys.addaudithook(_stay_here)
