"""What a message costs: built once, spliced for each recipient, and sent by boto3 to the sandbox.

The best of several rounds counts, because other work on the machine can only add to it. The sandbox runs in a process
of its own; it takes the other core, checks, keeps and tells events as always.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

from publisher.delivery.address import Mailbox
from publisher.delivery.message import Headers, build, splice
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.delivery.unsubscribe import Keys, Purpose, issue, read, unsubscribe_url
from publisher.model import Accepted, Envelope, Message, Rendered, Slot

ROUNDS = 5
SENDS = 1_000
SPLICE_TARGET = 20.0
HTML_BYTES, TEXT_BYTES = 46_500, 8_300
HEADERS = Headers(
    sender=Mailbox(name="Harbour Post", address="news@example.org"),
    list_id="weekly.example.org",
    language="en",
)
SENTENCE = "The boats left the harbour before dawn, and nobody on the pier said a word: not even the “captain”, Žofie. "


def make_rendered() -> Rendered:
    """Give an edition of the usual size: 46 KB of HTML and 8 KB of text."""
    link = Slot.UNSUBSCRIBE.marker
    paragraph = f'<p style="margin:0 0 16px;font-size:16px;line-height:24px">{SENTENCE}</p>\n'
    html = paragraph * (HTML_BYTES // len(paragraph))
    text = f"{SENTENCE}\n" * (TEXT_BYTES // len(SENTENCE))
    return Rendered(
        subject="Boats leave the harbour",
        html=f'<html lang="en"><body>{html}<a href="{link}">Unsubscribe</a></body></html>',
        text=f"{text}\nUnsubscribe: {link}\n",
        web="",
        language="en",
        direction="ltr",
    )


def best(work: Callable[[], object], times: int) -> float:
    """Give the seconds of one call, in the best of several rounds."""
    fastest = float("inf")
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(times):
            work()
        fastest = min(fastest, (time.perf_counter() - begin) / times)
    return fastest


def build_with_email(rendered: Rendered) -> bytes:
    """Build the same message with the standard library, as one would for each recipient."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "news@example.org", "reader@example.net", rendered.subject
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def make_envelope(token: str, number: int = 0) -> Envelope:
    """Address the edition to somebody."""
    return Envelope(
        address=f"reader{number}@example.net",
        values={Slot.UNSUBSCRIBE: unsubscribe_url("https://news.example.org", token)},
        tags={"delivery": f"01J{number}", "attempt": "1", "edition": "01E0"},
    )


def measure_sends(message: Message, token: str) -> tuple[float, float]:
    """Send to a sandbox in another process: sends a second, and CPU milliseconds a send on our side."""
    with subprocess.Popen([sys.executable, "-m", "publisher.sandbox"], stdout=subprocess.PIPE, text=True) as sandbox:
        if sandbox.stdout is None:
            message_ = "the sandbox does not say where it listens"
            raise RuntimeError(message_)
        options = SesOptions(
            region="eu-west-1",
            endpoint_url=sandbox.stdout.readline().strip(),
            access_key="AKID",
            secret_key="x",  # noqa: S106 - opens nothing
        )
        transport = SesTransport(options)
        envelopes = [make_envelope(token, number) for number in range(SENDS)]
        rates, costs = [], []
        for _ in range(ROUNDS):
            begin, cpu = time.perf_counter(), time.process_time()
            accepted = sum(isinstance(transport.send(message, envelope), Accepted) for envelope in envelopes)
            rates.append(accepted / (time.perf_counter() - begin))
            costs.append((time.process_time() - cpu) / SENDS * 1000)
        transport.close()
        sandbox.terminate()
    return max(rates), min(costs)


def main() -> int:
    """Measure and print; 1 when a target is missed."""
    rendered = make_rendered()
    keys = Keys(current=0, secrets={0: b"s" * 32})
    token = issue(keys, Purpose.UNSUBSCRIBE, 42, 7)
    message, envelope = build(rendered, HEADERS), make_envelope(token)
    splicing = best(lambda: splice(message, envelope), 2_000) * 1e6
    print(f"message of {len(splice(message, envelope)):,} bytes")
    print(f"build, once per edition     {best(lambda: build(rendered, HEADERS), 20) * 1e3:8.2f} ms")
    print(f"  standard library          {best(lambda: build_with_email(rendered), 20) * 1e3:8.2f} ms")
    print(f"splice, per recipient       {splicing:8.2f} us   (target {SPLICE_TARGET:.0f})")
    print(f"token, issue                {best(lambda: issue(keys, Purpose.UNSUBSCRIBE, 42, 7), 2_000) * 1e6:8.2f} us")
    print(f"token, read                 {best(lambda: read(keys, Purpose.UNSUBSCRIBE, token), 2_000) * 1e6:8.2f} us")
    rate, cost = measure_sends(message, token)
    print(f"boto3 to the sandbox        {rate:8.0f} sends/s, one thread, {cost:.2f} ms of CPU each on our side")
    return 0 if splicing <= SPLICE_TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
