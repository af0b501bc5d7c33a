"""SES through the real client: what is requested, that it is requested once, and what each answer becomes."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from publisher.delivery.lean import LeanTransport
from publisher.delivery.message import splice
from publisher.delivery.outcome import SERVICE_REACTIONS
from publisher.delivery.ses import SesOptions, SesTransport, connect, require_one_attempt
from publisher.errors import TransportError
from publisher.model import Accepted, InDoubt, NotAccepted, Reaction
from publisher.sandbox import Faults, Rules, Sandbox
from tests.builders import UNSUBSCRIBE, make_envelope, make_message

KEY, SECRET = "AKIDEXAMPLE", "secret"


Kind = type[SesTransport | LeanTransport]


@pytest.fixture(params=[SesTransport, LeanTransport], ids=["plain", "lean"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Hold boto3's client and the one beside it to the same contract."""
    found: Kind = request.param
    return found


def open_transport(
    kind: Kind, url: str, configuration_set: str | None = None, *, read_seconds: float = 30
) -> SesTransport | LeanTransport:
    """Open a transport to a local SES."""
    return kind(
        SesOptions(
            region="eu-west-1",
            endpoint_url=url,
            configuration_set=configuration_set,
            read_seconds=read_seconds,
            access_key=KEY,
            secret_key=SECRET,
        ),
    )


@pytest.fixture
def ses() -> Iterator[Sandbox]:
    """Run a local SES."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def transport(kind: Kind, ses: Sandbox) -> Iterator[SesTransport | LeanTransport]:
    """Send to that SES."""
    made = open_transport(kind, ses.url, "newsletters")
    yield made
    made.close()


def test_message_arrives_byte_for_byte(ses: Sandbox, transport: SesTransport | LeanTransport) -> None:
    """What SES gets is what was spliced: one recipient, the sender, the tags, the configuration set, nothing else."""
    message, envelope = make_message(), make_envelope(delivery="01J0", attempt="1", edition="01E0")
    outcome = transport.send(message, envelope)
    (sent,) = ses.messages
    assert outcome == Accepted(message_id=sent.id)
    assert sent.raw == splice(message, envelope)
    assert sent.recipients == ("reader@example.net",)
    assert sent.sender == "news@example.org"
    assert sent.tags == {"delivery": "01J0", "attempt": "1", "edition": "01E0"}
    assert sent.configuration_set == "newsletters"
    assert sent.access_key == KEY


def test_tags_and_configuration_set_may_be_absent(kind: Kind, ses: Sandbox) -> None:
    """Without tags and without a configuration set the request has neither."""
    transport = open_transport(kind, ses.url)
    transport.send(make_message(), make_envelope())
    transport.close()
    (sent,) = ses.messages
    assert (sent.tags, sent.configuration_set) == ({}, None)


def test_recipient_with_a_foreign_domain(ses: Sandbox, transport: SesTransport | LeanTransport) -> None:
    """The domain of a recipient goes over the wire in punycode, in the request and in the header."""
    transport.send(make_message(), make_envelope("leser@bücher.example"))
    (sent,) = ses.messages
    assert sent.recipients == ("leser@xn--bcher-kva.example",)
    assert b"To: leser@xn--bcher-kva.example\r\n" in sent.raw


def test_recipient_that_cannot_be_mailed_makes_no_request(
    ses: Sandbox, transport: SesTransport | LeanTransport
) -> None:
    """An address that would break the message fails its row and never reaches SES."""
    outcome = transport.send(make_message(), make_envelope("a@example.org, b@example.org"))
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code, ses.received) == (Reaction.FAIL, "BadEnvelope", 0)


@pytest.mark.parametrize(
    ("faults", "expected", "accepted"),
    [
        (Faults(hang=1), "ReadTimeoutError", 1),
        (Faults(drop=1), "ConnectionClosedError", 1),
        (Faults(reset=1), "ConnectionClosedError", 1),
        (Faults(empty=1), "NoMessageId", 1),
        (Faults(proxy=1), "NoMessageId", 0),
        (Faults(error_500=1), "InternalServiceErrorException", 1),
        (Faults(error_503=1), "ServiceUnavailable", 0),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_lost_answer_is_in_doubt_and_asked_once(
    kind: Kind, ses: Sandbox, faults: Faults, expected: str, accepted: int
) -> None:
    """Whatever swallows the answer, SES sees the request once, and the row is in doubt."""
    ses.faults = faults
    transport = open_transport(kind, ses.url, read_seconds=0.3)
    outcome = transport.send(make_message(), make_envelope())
    transport.close()
    assert isinstance(outcome, InDoubt)
    assert outcome.code == expected
    assert (ses.received, len(ses.messages)) == (1, accepted)


@pytest.mark.parametrize(
    ("error", "message", "expected"),
    [
        (("TooManyRequestsException", 429), "Maximum sending rate exceeded.", Reaction.RETRY),
        (("LimitExceededException", 400), "Daily message quota exceeded.", Reaction.PAUSE),
        (("AccountSuspendedException", 400), "suspended", Reaction.STOP_ALL),
        (("SendingPausedException", 400), "paused", Reaction.PAUSE),
        (("MailFromDomainNotVerifiedException", 400), "MAIL FROM", Reaction.STOP),
        (("NotFoundException", 404), "Configuration set <x> does not exist.", Reaction.STOP),
        (("MessageRejected", 400), "Email rejected", Reaction.FAIL),
        (("BadRequestException", 400), "Missing final '@domain'", Reaction.FAIL),
        (("ExpiredTokenException", 403), "expired", Reaction.RETRY),
        (("AccessDeniedException", 403), "not authorized to perform ses:SendRawEmail", Reaction.STOP),
    ],
)
def test_error_bodies_of_ses(
    ses: Sandbox,
    transport: SesTransport | LeanTransport,
    error: tuple[str, int],
    message: str,
    expected: Reaction,
) -> None:
    """Real error bodies over real HTTP have the reaction of the table, and each request is made once."""
    code, status = error
    ses.faults = Faults(refuse=1, code=code, status=status, message=message)
    outcome = transport.send(make_message(), make_envelope())
    assert outcome == NotAccepted(
        reaction=expected,
        code="DailyQuota" if expected is Reaction.PAUSE and "quota" in message else code,
        reason=message,
    )
    assert (ses.received, ses.messages) == (1, ())


# Whose signature is refused first: the lean client hands over to the plain one for good.
_CODES = sorted(SERVICE_REACTIONS, key=lambda code: ("Signature" in code or "Missing" in code, code))


def test_each_code_of_the_table_over_http(kind: Kind, ses: Sandbox) -> None:
    """SES's own error body for each code that is known: the reaction is the table's, and nobody is mailed."""
    transport = open_transport(kind, ses.url)
    for code in _CODES:
        ses.faults = Faults(refuse=1, code=code, status=400, message="in SES's words")
        outcome = transport.send(make_message(), make_envelope())
        expected = NotAccepted(reaction=SERVICE_REACTIONS[code], code=code, reason="in SES's words")
        assert outcome == expected, code
    transport.close()
    assert ses.messages == ()
    assert ses.received - len(_CODES) == (kind is LeanTransport)


def test_unverified_sender_stops_and_unverified_recipient_fails(kind: Kind) -> None:
    """In SES's own sandbox a stranger fails; a sender that is no identity stops everybody."""
    with Sandbox(rules=Rules(production=False, identities=frozenset({"example.org"}))) as ses:
        transport = open_transport(kind, ses.url)
        stranger = transport.send(make_message(), make_envelope("stranger@example.net"))
        friend = transport.send(make_message(), make_envelope("friend@example.org"))
        ses.account.change(Rules(identities=frozenset({"other.example"})))
        sender = transport.send(make_message(), make_envelope("friend@example.org"))
        transport.close()
    assert isinstance(stranger, NotAccepted)
    assert stranger.reaction is Reaction.FAIL
    assert isinstance(friend, Accepted)
    assert isinstance(sender, NotAccepted)
    assert sender.reaction is Reaction.STOP


def test_nobody_there_is_safe_to_repeat(kind: Kind) -> None:
    """A refused connection provably sent nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    transport = open_transport(kind, f"http://127.0.0.1:{port}")
    outcome = transport.send(make_message(), make_envelope())
    transport.close()
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code) == (Reaction.RETRY, "EndpointConnectionError")


def test_no_credentials_stop_the_edition(
    kind: Kind, ses: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A machine without credentials is told so by every send, and nothing is requested."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    transport = kind(SesOptions(region="eu-west-1", endpoint_url=ses.url))
    outcome = transport.send(make_message(), make_envelope())
    transport.close()
    assert isinstance(outcome, NotAccepted)
    assert (outcome.reaction, outcome.code, ses.received) == (Reaction.STOP, "NoCredentialsError", 0)


@pytest.mark.parametrize("fault", [Faults(drop=1), Faults(hang=1)], ids=["drop", "hang"])
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_environment_cannot_turn_retries_on(
    kind: Kind, ses: Sandbox, monkeypatch: pytest.MonkeyPatch, mode: str, fault: Faults
) -> None:
    """AWS_MAX_ATTEMPTS and AWS_RETRY_MODE, which make boto3 send up to five times, change nothing: SES sees it once."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "5")
    monkeypatch.setenv("AWS_RETRY_MODE", mode)
    ses.faults = fault
    transport = open_transport(kind, ses.url, read_seconds=0.3)
    transport.send(make_message(), make_envelope())
    transport.close()
    assert ses.received == 1


def test_a_client_that_retries_would_have_sent_again(ses: Sandbox) -> None:
    """The test of retries can fail: a client with two attempts reaches SES twice, and is refused at start."""
    ses.faults = Faults(error_503=1)
    client = connect(
        SesOptions(region="eu-west-1", endpoint_url=ses.url, access_key=KEY, secret_key=SECRET),
        attempts=2,
    )
    with pytest.raises(client.exceptions.ClientError):
        client.send_email(
            FromEmailAddress="news@example.org",
            Destination={"ToAddresses": ["a@example.net"]},
            Content={"Raw": {"Data": b"From: news@example.org\r\n\r\n"}},
        )
    assert ses.received == 2
    with pytest.raises(TransportError, match="more than once"):
        require_one_attempt(client)


def test_stray_endpoint_variable_is_ignored(kind: Kind, ses: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where mail goes is said in the settings, never by AWS_ENDPOINT_URL."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    transport = open_transport(kind, ses.url)
    assert isinstance(transport.send(make_message(), make_envelope()), Accepted)
    transport.close()
    client = connect(SesOptions(region="eu-west-1"), attempts=1)
    assert client.meta.endpoint_url == "https://email.eu-west-1.amazonaws.com"
    client.close()


def test_missing_region_is_a_transport_error(kind: Kind, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a region the transport cannot be opened, and says where to set it."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(TransportError, match=r"settings\.toml"):
        kind(SesOptions())


def test_threads_share_a_transport(ses: Sandbox, transport: SesTransport | LeanTransport) -> None:
    """Several threads send at the same time, and each message arrives once."""
    message = make_message()

    def send(first: int) -> None:
        for number in range(first, first + 10):
            transport.send(message, make_envelope(f"reader{number}@example.net"))

    threads = [threading.Thread(target=send, args=(first,)) for first in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent.recipients[0] for sent in ses.messages) == sorted(f"reader{n}@example.net" for n in range(40))


def test_emulator_for_node_accepts_it_too(kind: Kind) -> None:
    """The happy path works against aws-ses-v2-local as well, which `make browser` installs from npm."""
    command = Path(__file__).parent / "node" / "node_modules" / ".bin" / "aws-ses-v2-local"
    if not command.exists() or shutil.which("node") is None:
        pytest.skip("aws-ses-v2-local is not installed: make browser, where there is node and npm")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = [str(command), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(options, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        while "running" not in (line := process.stdout.readline()):
            assert line, "aws-ses-v2-local ended before it ran"
        transport = open_transport(kind, f"http://127.0.0.1:{port}")
        outcome = transport.send(make_message(), make_envelope())
        transport.close()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/store", timeout=5) as answer:
            (kept,) = json.load(answer)["emails"]
        process.terminate()
    assert isinstance(outcome, Accepted)
    assert kept["subject"] == "Boats leave the harbour"
    assert kept["destination"]["to"] == ["reader@example.net"]
    assert "The boats left at dawn." in kept["body"]["html"]
    assert UNSUBSCRIBE in kept["body"]["text"]


def test_emulator_written_by_others_accepts_it(kind: Kind) -> None:
    """The happy path works against moto too, whose authors read the same documents."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = SesOptions(region="eu-west-1", endpoint_url=f"http://{host}:{port}", access_key=KEY, secret_key=SECRET)
    control = connect(options, attempts=1)
    control.create_email_identity(EmailIdentity="news@example.org")
    transport = kind(options)
    outcome = transport.send(make_message(), make_envelope(delivery="01J0"))
    transport.close()
    control.close()
    server.stop()
    assert isinstance(outcome, Accepted)
    assert outcome.message_id
