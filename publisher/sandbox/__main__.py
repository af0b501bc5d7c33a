"""`python -m publisher.sandbox [PORT]`: a sandbox in a process of its own; prints its address when it is ready."""

from __future__ import annotations

import sys

from publisher.sandbox.server import Sandbox, serve


def _print_address(sandbox: Sandbox) -> None:
    """Tell the process that started this one where to send."""
    sys.stdout.write(f"{sandbox.url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0, ready=_print_address)
