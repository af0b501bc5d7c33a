"""A local Amazon SES that speaks the real API, with an inbox to look at, for the demo, for a newcomer and for tests.

- `contract`: botocore's own model of the API: routes, members, types
- `account`: what the account may do and what it has sent; `operations`: what each call does
- `faults`: what goes wrong on purpose; `events`: what SES tells afterwards; `sqs`: the queue where it tells it
- `mail`: raw bytes as people read them; `inbox`: the pages; `knobs`: control over HTTP; `wire`: HTTP itself
- `server`: the sandbox, put together

Nothing leaves the machine, and no message is delivered to anybody.
"""

from publisher.sandbox.account import Rules
from publisher.sandbox.faults import Faults
from publisher.sandbox.server import Sandbox, serve

__all__ = ["Faults", "Rules", "Sandbox", "serve"]
