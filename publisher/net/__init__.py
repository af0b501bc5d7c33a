"""The one guarded way out to the network, for sources, media and push.

    Client.get, post, stream -> transport: resolve the name -> guard: which addresses are public? -> connect to one

Only http and https; no proxy and no cookie; each redirect goes through the same door; what goes wrong is a
`FetchError`. In reading order: guard, transport, unpack, failures, client. Beside it `dns`, which asks this machine's
DNS server for text records, for the doctor.
"""

from publisher.net.client import MAX_BYTES, SUCCESS, Answer, Client, Incoming, Limits, open_client, retry_after
from publisher.net.guard import Guard, is_public

__all__ = [
    "MAX_BYTES",
    "SUCCESS",
    "Answer",
    "Client",
    "Guard",
    "Incoming",
    "Limits",
    "is_public",
    "open_client",
    "retry_after",
]
