"""Setting up SES and looking whether it is well: against a local SES, and without any."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from publisher.cli.main import main
from publisher.delivery import checkup, provision, receiving
from publisher.delivery.checkup import Verdict
from publisher.delivery.control import AccountState, EventDestination, Identity
from publisher.delivery.provision import Domain, Place, Publication
from publisher.delivery.quota import Allowance
from publisher.delivery.receiving import Receiving
from publisher.sandbox import Rules, Sandbox
from tests.certificates import make_certificate, make_context
from tests.dns_server import serve_dns
from tests.imap_server import PASSWORD, USER, Post, serve
from tests.smtp_server import Letterbox, serve_smtp

SETTINGS = """
[site]
name = "Harbour News"
url = "https://news.example.org"
postal_address = "4 Quay Street, Haven"
[ses]
region = "eu-west-1"
{ses}
[events]
{events}
[network]
resolver = "127.0.0.1:{dns}"
[sources.notes]
path = "notes"
[newsletters.daily]
title = "Harbour Daily"
from = "Harbour News <news@example.org>"
sources = ["notes"]
schedule = "weekdays at 07:30"
[newsletters.weekly]
title = "Harbour Weekly"
from = "Harbour Weekly <weekly@mail.example.net>"
sources = ["notes"]
"""
QUEUE = 'queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/harbour-events"'
NOBODY = 'endpoint_url = "http://127.0.0.1:9"'  # the discard port: refused at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """A folder with settings and a home."""

    folder: Path
    database: Path
    capture: pytest.CaptureFixture[str]

    def migrate(self) -> None:
        """Put a database into the home whose tables are up to date."""
        shutil.copy(self.database, self.folder / "var" / "publisher.sqlite3")

    def write(self, *, ses: str = "", events: str = "", dns: int = 9, replacing: tuple[str, str] = ("", "")) -> None:
        """Write the settings."""
        text = SETTINGS.format(ses=ses, events=events, dns=dns).replace(*replacing)
        (self.folder / "settings.toml").write_text(text, encoding="utf-8")

    def call(self, *arguments: str, status: int = 0) -> str:
        """Call a command; gives what it printed."""
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--settings", str(self.folder / "settings.toml"), "--home", str(self.folder / "var")])
        said = self.capture.readouterr()
        assert ended.value.code == status, said
        return said.out or said.err

    def lead_to(self, site: Site) -> None:
        """Let the address of the pages be one that answers."""
        file = self.folder / "settings.toml"
        file.write_text(file.read_text().replace("https://news.example.org", site.url), encoding="utf-8")

    def examine(self, status: int) -> dict[str, dict[str, str]]:
        """Call the doctor; gives its checks by name."""
        document = json.loads(self.call("doctor", "--json", status=status))
        assert document["passed"] is (status == 0)
        return {one["name"]: one for one in document["checks"]}


@pytest.fixture
def newsroom(tmp_path: Path, sqlite: str, capsys: pytest.CaptureFixture[str]) -> Newsroom:
    """Make a newsroom that has never called AWS."""
    (tmp_path / "var").mkdir()
    made = Newsroom(folder=tmp_path, database=Path(sqlite.removeprefix("sqlite:///")), capture=capsys)
    made.write()
    return made


@pytest.fixture
def ses() -> Iterator[Sandbox]:
    """Run a local SES that knows one of the two domains."""
    with Sandbox(rules=Rules(max_24_hour=50_000, max_send_rate=14, identities=frozenset({"example.org"}))) as sandbox:
        yield sandbox


@pytest.fixture
def dns() -> Iterator[int]:
    """Run a DNS server that knows the policy of one domain."""
    with serve_dns({"_dmarc.example.org": ["v=DMARC1; p=quarantine"], "_dmarc.mail.example.net": ["hello"]}) as port:
        yield port


class Site(ThreadingHTTPServer):
    """Readers' pages over TLS, which answer a POST as they are told to; `asked` is what came."""

    answer = 200

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.socket = make_context(certificate).wrap_socket(self.socket, server_side=True)
        self.asked: list[tuple[str, bytes]] = []

    @property
    def url(self) -> str:
        """Give the address."""
        return f"https://localhost:{self.server_address[1]}"


class _Page(BaseHTTPRequestHandler):
    """One request."""

    server: Site

    def do_POST(self) -> None:
        """Answer as told."""
        self.server.asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.answer)
        self.send_header("Location", "/login")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Topics(BaseHTTPRequestHandler):
    """Amazon SNS with two topics: one signs with SHA-256, the other does not say, which means SHA-1."""

    def do_POST(self) -> None:
        """Answer GetTopicAttributes."""
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        said = "<entry><key>SignatureVersion</key><value>2</value></entry>" if "%3Anew" in asked else ""
        result = f"<GetTopicAttributesResult><Attributes>{said}</Attributes></GetTopicAttributesResult>"
        body = f"<GetTopicAttributesResponse>{result}</GetTopicAttributesResponse>".encode()
        self.send_response(404 if "%3Agone" in asked else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Run readers' pages whose certificate is trusted."""
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Site(certificate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def read_actions(policy: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Find the statement that allows each action."""
    return {action: statement for statement in policy["Statement"] for action in statement["Action"]}


# --- publisher setup ses ------------------------------------------------------------------------------------------


def test_setup_needs_no_aws(newsroom: Newsroom) -> None:
    """Every record is there without credentials; the tokens say where they come from."""
    document = json.loads(newsroom.call("setup", "ses", "--offline", "--json"))
    records = {(one["name"], one["type"]): one for one in document["dns"]}
    for domain in ("example.org", "mail.example.net"):
        assert records[f"bounces.{domain}", "MX"]["value"] == "10 feedback-smtp.eu-west-1.amazonses.com"
        assert records[f"bounces.{domain}", "TXT"]["value"] == "v=spf1 include:amazonses.com ~all"
        assert records[f"_dmarc.{domain}", "TXT"]["value"].startswith("v=DMARC1; p=none;")
        dkim = records[f"TOKEN1._domainkey.{domain}", "CNAME"]
        assert dkim["value"] == "TOKEN1.dkim.amazonses.com"
        assert "get-email-identity" in dkim["note"]
    assert len(document["dns"]) == 12
    assert any("ACCOUNT-ID" in note for note in document["notes"])


def test_setup_asks_for_the_real_tokens(newsroom: Newsroom, ses: Sandbox) -> None:
    """A domain that SES knows gets its own tokens; one that it does not know gets the reason."""
    newsroom.write(ses=f'endpoint_url = "{ses.url}"')
    document = json.loads(newsroom.call("setup", "ses", "--json"))
    names = {one["name"] for one in document["dns"] if one["type"] == "CNAME"}
    assert {f"sandbox{number}._domainkey.example.org" for number in (1, 2, 3)} < names
    assert "TOKEN1._domainkey.mail.example.net" in names
    assert any("mail.example.net" in note and "NotFoundException" in note for note in document["notes"])
    assert any(ses.url in note for note in document["notes"])


def test_setup_goes_on_when_ses_cannot_be_reached(newsroom: Newsroom) -> None:
    """Without a network the text is whole, with the reason why the tokens are missing."""
    newsroom.write(ses=NOBODY)
    text = newsroom.call("setup", "ses")
    assert "TOKEN1._domainkey.example.org. CNAME TOKEN1.dkim.amazonses.com." in text
    assert "The DKIM tokens are missing: Amazon SES" in text
    assert '[ses]\nregion = "eu-west-1"\nconfiguration_set = "newsletters"\n[events]\nqueue_url = ' in text
    assert '\ntopic_arns = ["arn:aws:sns:eu-west-1:' in text
    for part in ("DNS records", "IAM policy", "settings.toml", "production access", "publisher doctor"):
        assert part in text


def test_policy_allows_these_senders_and_one_queue(newsroom: Newsroom) -> None:
    """The policy names identities, configuration set, senders and queue, and creates nothing."""
    newsroom.write(ses='configuration_set = "harbour"', events=QUEUE)
    actions = read_actions(json.loads(newsroom.call("setup", "ses", "--offline", "--json"))["policy"])
    sending = actions["ses:SendRawEmail"]
    assert sending is actions["ses:SendEmail"]
    assert sending["Resource"] == [
        "arn:aws:ses:eu-west-1:111122223333:identity/example.org",
        "arn:aws:ses:eu-west-1:111122223333:identity/mail.example.net",
        "arn:aws:ses:eu-west-1:111122223333:configuration-set/harbour",
    ]
    allowed = sending["Condition"]["StringEquals"]["ses:FromAddress"]
    assert allowed == ["news@example.org", "weekly@mail.example.net"]
    assert actions["sqs:DeleteMessage"]["Resource"] == "arn:aws:sqs:eu-west-1:111122223333:harbour-events"
    assert {"ses:GetAccount", "ses:PutSuppressedDestination", "sqs:ReceiveMessage"} < set(actions)
    assert not [one for one in actions if "Create" in one or "*" in one]


def test_request_is_filled_in(newsroom: Newsroom) -> None:
    """The request names site, newsletters, number, consent, leaving and bounces, and fits into AWS's field."""
    request = json.loads(newsroom.call("setup", "ses", "--offline", "--subscribers", "1200", "--json"))["request"]
    for part in (
        "Harbour News",
        "https://news.example.org",
        "Harbour Daily",
        "1,200",
        "double opt-in",
        "4 Quay Street",
    ):
        assert part in request
    for part in ("one click", "bounce", "complaint"):
        assert part in request
    assert "[" not in request
    assert len(request) <= 5000


def test_setup_without_a_newsletter_says_what_is_missing(newsroom: Newsroom) -> None:
    """Nobody sends, so there is nothing to set up."""
    (newsroom.folder / "settings.toml").write_text('[site]\nname = "Empty"\n', encoding="utf-8")
    assert "declare one: [newsletters.daily]" in newsroom.call("setup", "ses", status=2).replace("Declare", "declare")


# --- the text itself ----------------------------------------------------------------------------------------------


def read_options(words: Sequence[str]) -> dict[str, str]:
    """Read the options of a command of the AWS command line."""
    return {
        name.removeprefix("--"): "" if value.startswith("--") else value
        for name, value in zip(words, [*words[1:], "--"], strict=True)
        if name.startswith("--")
    }


def test_commands_are_what_the_apis_take() -> None:
    """Every command is an operation of AWS, with parameters that its model knows and takes."""
    place = Place(region="eu-west-1", account="111122223333")
    domain = Domain(name="example.org", mail_from="bounces.example.org")
    publication = Publication(
        name="N", url="https://n.example", postal_address="", titles=("T",), senders=("a@b.example",)
    )
    taking = Receiving(address="leave@in.example.org", bucket="harbour-mail", place=place)
    steps = (
        *provision.list_steps([domain], place),
        *receiving.list_steps(taking),
        provision.request_step(publication, place),
    )
    session = botocore.session.get_session()
    for step in steps:
        words = shlex.split(step.command)
        assert tuple(words) == step.words
        _, api, name = words[:3]
        model = session.get_service_model(api.removesuffix("api"))
        operation = model.operation_model("".join(part.capitalize() for part in name.split("-")))
        shape = operation.input_shape
        assert shape is not None
        members = {one.replace("URL", "Url").lower(): one for one in shape.members}
        options = read_options(words[3:])
        assert options.pop("region") == "eu-west-1"
        options.pop("query", None)
        if name == "subscribe":
            options["endpoint"] = options.pop("notification-endpoint")  # the command line's own word for it
        for option in options:
            assert option.replace("-", "").lower() in members, step.command
        documents = {
            members[option.replace("-", "").lower()]: json.loads(value)
            for option, value in options.items()
            if value.startswith("{") and option not in {"attribute-value", "policy"}
        }
        for member, document in documents.items():
            report = ParamValidator().validate(document, shape.members[member])
            assert not report.has_errors(), report.generate_report()


def test_events_are_led_into_the_queue_as_they_are() -> None:
    """Raw delivery, SHA-256 signatures, a dead-letter queue, and nobody else may write."""
    place = Place(region="cn-north-1", account="111122223333")
    assert place.host == "amazonaws.com.cn"
    steps = {step.words[2]: step.words for step in provision.list_steps([], place)}
    assert "RawMessageDelivery=true" in steps["subscribe"]
    assert "SignatureVersion=2" in steps["create-topic"]
    attributes = json.loads(read_options(steps["create-queue"])["attributes"])
    assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].endswith(":ses-events-dead")
    condition = json.loads(attributes["Policy"])["Statement"][0]["Condition"]
    assert condition == {"ArnEquals": {"aws:SourceArn": "arn:aws-cn:sns:cn-north-1:111122223333:ses-events"}}
    policy = json.loads(read_options(steps["set-topic-attributes"])["attribute-value"])
    assert policy["Statement"][0]["Principal"] == {"Service": "ses.amazonaws.com"}


def test_receiving_is_printed_where_it_is_set(newsroom: Newsroom) -> None:
    """The MX, the commands and the policy of unsubscriptions by mail; without a bucket, none of them."""
    assert "receipt-rule" not in newsroom.call("setup", "ses", "--offline")
    mailbox = """
    [mailbox]
    address = "leave@in.example.org"
    queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/harbour-mail-told"
    bucket = "harbour-mail"
    [sources.notes]"""
    newsroom.write(replacing=("[sources.notes]", mailbox))
    document = json.loads(newsroom.call("setup", "ses", "--offline", "--json"))
    mx = next(one for one in document["dns"] if one["name"] == "in.example.org")
    assert (mx["type"], mx["value"]) == ("MX", "10 inbound-smtp.eu-west-1.amazonaws.com")
    commands = " ".join(step["command"] for step in document["steps"])
    assert '"Recipients": ["leave@in.example.org"]' in commands
    assert "harbour-mail-told" in commands
    assert commands.index("create-queue --queue-name harbour-mail-told") < commands.index("put-bucket-notification")
    actions = read_actions(document["policy"])
    assert actions["s3:DeleteObject"]["Resource"] == "arn:aws:s3:::harbour-mail/*"
    assert actions["sqs:DeleteMessage"]["Resource"] == "arn:aws:sqs:eu-west-1:111122223333:harbour-mail-told"
    assert "put-account-details" in document["steps"][-1]["command"]


def test_only_our_own_services_may_write() -> None:
    """The bucket takes mail of one receipt rule of the account, the queue messages of that bucket alone."""
    place = Place(region="us-east-1", account="111122223333", queue="told")
    steps = {
        step.words[2]: step.words
        for step in receiving.list_steps(Receiving(address="a@b.example", bucket="m", place=place))
    }
    assert "--create-bucket-configuration" not in steps["create-bucket"]
    (put,) = json.loads(read_options(steps["put-bucket-policy"])["policy"])["Statement"]
    assert put["Principal"] == {"Service": "ses.amazonaws.com"}
    assert put["Condition"]["StringEquals"]["AWS:SourceArn"].endswith(
        ":receipt-rule-set/publisher:receipt-rule/publisher"
    )
    (tell,) = json.loads(json.loads(read_options(steps["create-queue"])["attributes"])["Policy"])["Statement"]
    assert tell["Condition"]["ArnEquals"] == {"aws:SourceArn": "arn:aws:s3:::m"}


def test_place_is_read_out_of_queue_and_topic() -> None:
    """What the settings name says region, account and names; what they do not say stays to fill in."""
    topic = "arn:aws-us-gov:sns:us-gov-west-1:111122223333:told"
    found = provision.find_place(region=None, configuration_set=None, queue_url=None, topics=("no ARN", topic))
    assert (found.region, found.account, found.topic, found.partition) == (
        "us-gov-west-1",
        "111122223333",
        "told",
        "aws-us-gov",
    )
    assert provision.find_place(region=None, configuration_set=None, queue_url=None, topics=()) == Place()


def test_dkim_keys_may_lie_elsewhere() -> None:
    """Some regions keep DKIM keys in a zone of their own."""
    domain = Domain(
        name="example.org", mail_from="b.example.org", tokens=("abc",), zone="dkim.eu-south-2.amazonses.com"
    )
    first = provision.list_records(domain, Place())[0]
    assert first.value == "abc.dkim.eu-south-2.amazonses.com"


def test_request_of_a_closed_site_promises_no_form() -> None:
    """Where nobody can sign up, the request does not say that people do."""
    text = provision.write_request(
        Publication(name="N", url="u", postal_address="", titles=("T",), senders=("s",), open_to_all=False)
    )
    assert "double opt-in" not in text
    assert "[HOW MANY]" in text


# --- publisher doctor ---------------------------------------------------------------------------------------------


def test_doctor_is_content_when_all_is_well(newsroom: Newsroom, ses: Sandbox, site: Site, dns: int) -> None:
    """A whole set-up ends with 0, and each line says ok or why it was left out."""
    newsroom.write(
        ses=f'endpoint_url = "{ses.url}"\nconfiguration_set = "harbour"',
        events=f'queue_url = "{ses.queue_url}"',
        dns=dns,
        replacing=("mail.example.net", "example.org"),
    )
    newsroom.migrate()
    newsroom.lead_to(site)
    checks = newsroom.examine(0)
    left_out = {name for name, one in checks.items() if one["verdict"] != "ok"}
    assert left_out == {"mailbox"}
    assert checks["clock"]["found"].endswith("AWS")
    assert checks["unsubscribe answer"]["found"] == "a POST is answered at once"
    assert site.asked == [(f"/u/{'A' * 39}", b"List-Unsubscribe=One-Click")]
    assert checks["DMARC of example.org"]["found"] == "_dmarc.example.org says p=quarantine"
    assert checks["event queue"]["found"] == "reachable, about 0 messages wait"
    assert "14 a second" in checks["quota"]["found"]
    for line in newsroom.call("doctor").splitlines():
        assert line.startswith(("ok ", "skipped "))


def test_doctor_names_what_ses_does_not_know(newsroom: Newsroom, ses: Sandbox) -> None:
    """A domain that is no identity, no configuration set and no queue are three lines with a way out."""
    newsroom.write(ses=f'endpoint_url = "{ses.url}"')
    newsroom.migrate()
    checks = newsroom.examine(4)
    for name in ("identity mail.example.net", "configuration set", "event queue"):
        assert checks[name]["verdict"] == "mend"
        assert checks[name]["fix"]
    assert checks["identity example.org"]["verdict"] == "ok"


def test_doctor_says_that_ses_cannot_be_reached(newsroom: Newsroom) -> None:
    """No network is a finding, not a traceback; an empty home is another."""
    newsroom.write(ses=NOBODY, events='queue_url = "http://127.0.0.1:9/1/events"')
    checks = newsroom.examine(4)
    assert checks["SES account"]["verdict"] == "mend"
    assert checks["event queue"]["verdict"] == "mend"
    assert checks["database"]["fix"] == "run: publisher migrate"
    assert not (newsroom.folder / "var" / "publisher.sqlite3").exists()
    assert checks["boto3 attempts"]["verdict"] == "ok"


def test_doctor_looks_at_a_mail_that_arrived(newsroom: Newsroom) -> None:
    """Only the mail counts then; what is missing in it ends with 4, what is no mail with 3."""
    mail = newsroom.folder / "received.eml"
    covered = "From:List-Unsubscribe:List-Unsubscribe-Post"
    lines = [
        "Received: from a by b",
        f"DKIM-Signature: v=1; d=example.org; h={covered}; b=x",
        "From: News <news@example.org>",
        "List-Unsubscribe: <https://n.example.org/u/abc>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]
    mail.write_text("\n".join([*lines, "", "Hello"]), encoding="ascii")
    said = newsroom.call("doctor", "--received", str(mail)).splitlines()
    assert len(said) == 4
    assert all(line.startswith("ok ") for line in said)
    mail.write_text("\n".join([*lines[:-1], "", "Hello"]), encoding="ascii")
    assert "mend    one-click headers" in newsroom.call("doctor", "--received", str(mail), status=4)
    newsroom.call("doctor", "--received", str(newsroom.folder / "none.eml"), status=3)


def test_doctor_tries_the_mail_server(newsroom: Newsroom) -> None:
    """Where mail leaves by SMTP, the server is asked to let us in, and nothing is sent."""
    box = Letterbox()
    with serve_smtp(box) as port:
        server = f'transport = "smtp"\n[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"'
        newsroom.write(ses=server)
        found = newsroom.examine(4)["mail server"]
    assert (found["verdict"], found["found"]) == ("ok", f"127.0.0.1:{port}, none, without a login")
    found = newsroom.examine(4)["mail server"]
    assert (found["verdict"], "[smtp] host" in found["fix"]) == ("mend", True)
    assert box.taken == []
    assert not (newsroom.folder / "var" / "keys").exists()


def test_doctor_asks_the_dns(newsroom: Newsroom, dns: int) -> None:
    """A policy that is missing has to be set; a DNS that does not answer leaves the question open."""
    newsroom.write(ses='transport = "outbox"', dns=dns)
    checks = newsroom.examine(4)
    assert checks["DMARC of example.org"]["verdict"] == "ok"
    assert checks["DMARC of mail.example.net"]["verdict"] == "mend"
    newsroom.write(ses='transport = "outbox"')
    checks = newsroom.examine(4)
    assert checks["DMARC of example.org"]["verdict"] == "skipped"
    assert checks["DMARC of example.org"]["fix"] == "look it up: dig TXT _dmarc.example.org"


@pytest.mark.parametrize(
    ("texts", "verdict", "found"),
    [
        (["v=DMARC1; p=none; rua=mailto:x@example.org"], Verdict.OK, "_dmarc.example.org says p=none"),
        (["v=spf1 -all", "v=DMARC1;P=Reject"], Verdict.OK, "_dmarc.example.org says p=reject"),
        ([], Verdict.MEND, "there is none"),
        (["v=DMARC10; p=none"], Verdict.MEND, "there is none"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], Verdict.MEND, "2 records"),
        (["v=DMARC1; sp=none"], Verdict.MEND, "names no policy"),
        (["v=DMARC1; p=maybe"], Verdict.MEND, "names no policy"),
    ],
)
def test_policies_of_domains(texts: list[str], verdict: Verdict, found: str) -> None:
    """One record that names a policy is what providers ask for."""
    check = checkup.check_dmarc("example.org", "_dmarc.example.org", texts)
    assert (check.verdict, bool(check.fix)) == (verdict, verdict is Verdict.MEND)
    assert found in check.found


def test_names_of_policies() -> None:
    """A policy may stand at a name above."""
    assert checkup.list_dmarc_names("a.example.org") == ("_dmarc.a.example.org", "_dmarc.example.org")
    assert checkup.list_dmarc_names("localhost") == ("_dmarc.localhost",)


def test_doctor_leaves_ses_out_when_mail_leaves_otherwise(newsroom: Newsroom, site: Site) -> None:
    """With another transport the lines of SES say why they were skipped."""
    newsroom.write(ses='transport = "outbox"')
    newsroom.migrate()
    newsroom.lead_to(site)
    checks = newsroom.examine(0)
    assert checks["SES account"] == {
        "name": "SES account",
        "verdict": "skipped",
        "found": 'mail leaves by transport = "outbox"',
        "fix": "",
    }
    assert checks["event queue"]["verdict"] == "skipped"


@pytest.mark.parametrize(("answer", "said"), [(302, "302"), (403, "403"), (404, "404"), (500, "500")])
def test_doctor_sees_pages_that_do_not_answer(newsroom: Newsroom, site: Site, answer: int, said: str) -> None:
    """A redirect, a login, a challenge and a failure in the place of the unsubscribe page are told with the way out."""
    site.answer = answer
    newsroom.write(ses='transport = "outbox"')
    newsroom.migrate()
    newsroom.lead_to(site)
    check = newsroom.examine(4)["unsubscribe answer"]
    assert said in check["found"]
    assert "publisher serve" in check["fix"]


def test_doctor_opens_the_mailbox(newsroom: Newsroom, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mailbox that opens is ok; a wrong password, and bounces that nobody reads, have to be mended."""
    post = Post()
    post.put(b"Subject: letter\r\n\r\n")
    with serve(post) as port, serve_smtp(Letterbox()) as smtp:
        mailbox = f"""
        [smtp]
        host = "127.0.0.1"
        port = {smtp}
        security = "none"
        [mailbox]
        host = "localhost"
        user = "{USER}"
        port = {port}
        security = "none"
        [sources.notes]"""
        newsroom.write(ses='transport = "smtp"', replacing=("[sources.notes]", mailbox))
        newsroom.migrate()
        newsroom.lead_to(site)
        monkeypatch.setenv("PUBLISHER_MAILBOX__PASSWORD", PASSWORD)
        assert newsroom.examine(0)["mailbox"]["found"] == "leave@example.org at localhost: open, about 1 mails"
        assert not any(line.startswith("SELECT") for line in post.said)
        monkeypatch.setenv("PUBLISHER_MAILBOX__PASSWORD", "wrong")
        assert "PUBLISHER_MAILBOX__PASSWORD" in newsroom.examine(4)["mailbox"]["fix"]
    newsroom.write(ses='transport = "smtp"')
    newsroom.lead_to(site)
    assert "return_path" in newsroom.examine(4)["mailbox"]["fix"]


def test_doctor_looks_how_topics_sign(
    newsroom: Newsroom, ses: Sandbox, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SHA-1 is told with the command that changes it; SHA-256 is ok; a topic that is not there is told."""
    topics = [f"arn:aws:sns:eu-west-1:111122223333:{name}" for name in ("old", "new")]
    sns = ThreadingHTTPServer(("127.0.0.1", 0), Topics)
    thread = threading.Thread(target=sns.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{sns.server_address[1]}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    topics.append(topics[0].replace(":old", ":gone"))
    newsroom.write(
        ses=f'endpoint_url = "{ses.url}"\nconfiguration_set = "harbour"',
        events=f'queue_url = "{ses.queue_url}"\ntopic_arns = {json.dumps(topics)}',
        replacing=("mail.example.net", "example.org"),
    )
    newsroom.migrate()
    newsroom.lead_to(site)
    with closing(sns.socket):
        checks = newsroom.examine(4)
        sns.shutdown()
        thread.join()
    old, new, gone = (checks[f"signature of {topic}"] for topic in topics)
    assert "--attribute-name SignatureVersion --attribute-value 2" in old["fix"]
    assert (new["verdict"], new["found"]) == ("ok", "version 2, SHA-256")
    assert "sns:GetTopicAttributes" in gone["fix"]


@pytest.mark.parametrize(
    ("old", "new", "name", "said"),
    [
        ("weekdays at 07:30", "now and then", "settings", "schedule"),
        ("title =", "titel =", "settings", "titel"),
        ("https://news", "http://news", "unsubscribe URL", "not https"),
        ("https://news", f"https://{'long' * 6}", "unsubscribe URL", "of at most 74"),
    ],
)
def test_doctor_ends_with_2_for_wrong_settings(newsroom: Newsroom, old: str, new: str, name: str, said: str) -> None:
    """What the operator wrote wrong is named, with its own exit status."""
    newsroom.write(ses='transport = "outbox"', replacing=(old, new))
    check = newsroom.examine(2)[name]
    assert check["verdict"] == "mend"
    assert said in check["found"]
    assert check["fix"]


def test_doctor_sees_a_database_that_is_none(newsroom: Newsroom) -> None:
    """A damaged file is a line of the doctor."""
    newsroom.write(ses='transport = "outbox"')
    (newsroom.folder / "var" / "publisher.sqlite3").write_text("this is no database" * 100, encoding="utf-8")
    assert "no SQLite database" in newsroom.examine(4)["database"]["found"]


def test_doctor_sees_a_database_that_is_behind(newsroom: Newsroom) -> None:
    """Tables that are missing are told, and not made: the doctor only reads."""
    newsroom.write(ses='transport = "outbox"')
    (newsroom.folder / "var" / "publisher.sqlite3").touch()
    for _ in range(2):
        check = newsroom.examine(4)["database"]
        assert check["found"].endswith("is behind")
        assert check["fix"] == "run: publisher migrate"


def test_doctor_without_settings_says_how_to_make_some(newsroom: Newsroom) -> None:
    """Without a settings file there is one line, and the exit status of wrong settings."""
    (newsroom.folder / "settings.toml").unlink()
    checks = newsroom.examine(2)
    assert list(checks) == ["settings"]
    assert "publisher init" in checks["settings"]["fix"]


def test_sending_stays_lean() -> None:
    """The process that sends loads neither of the two commands."""
    code = "import sys, publisher.cli.send; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    loaded = set(ended.stdout.split())
    assert not loaded & {"publisher.cli.setup", "publisher.cli.doctor", "publisher.delivery.provision"}


# --- what is judged -----------------------------------------------------------------------------------------------

WELL = Identity(
    name="example.org",
    verified=True,
    dkim="SUCCESS",
    dkim_bits=2048,
    dkim_tokens=(),
    mail_from="bounces.example.org",
    mail_from_status="SUCCESS",
)


@pytest.mark.parametrize(
    ("identity", "verdicts"),
    [
        (WELL, "ok ok ok"),
        (replace(WELL, verified=False), "mend ok ok"),
        (replace(WELL, dkim="PENDING"), "ok mend ok"),
        (replace(WELL, dkim_bits=1024), "ok mend ok"),
        (replace(WELL, dkim_bits=0), "ok ok ok"),
        (replace(WELL, mail_from=None, mail_from_status=""), "ok ok mend"),
        (replace(WELL, mail_from_status="PENDING"), "ok ok mend"),
    ],
)
def test_identity_is_judged(identity: Identity, verdicts: str) -> None:
    """Verified, DKIM and MAIL FROM are three lines; each bad one has its way out."""
    checks = checkup.check_identity(identity)
    assert [one.verdict for one in checks] == verdicts.split()
    assert all(bool(one.fix) is (one.verdict is Verdict.MEND) for one in checks)


@pytest.mark.parametrize(
    ("most", "sent", "production", "enforcement", "verdicts"),
    [
        (50_000, 10, True, "HEALTHY", "ok ok ok"),
        (-1, 10, True, "HEALTHY", "ok ok ok"),
        (200, 200, False, "HEALTHY", "ok mend mend"),
        (50_000, 0, True, "PROBATION", "mend ok ok"),
    ],
)
def test_account_is_judged(most: float, sent: float, production: bool, enforcement: str, verdicts: str) -> None:  # noqa: FBT001 - a case of the table
    """Standing, production access and quota are three lines."""
    allowance = Allowance(max_24_hour=most, max_send_rate=14, sent_24_hour=sent)
    state = AccountState(allowance=allowance, sending_enabled=True, production=production, enforcement=enforcement)
    assert [one.verdict for one in checkup.check_account(state)] == verdicts.split()


@pytest.mark.parametrize(
    ("seconds", "verdict", "said"),
    [
        (0, "ok", "0 seconds behind"),
        (299, "ok", "299 seconds ahead"),
        (-300, "ok", "300 seconds behind"),
        (301, "mend", "ahead of AWS"),
        (-301, "mend", "behind AWS"),
    ],
)
def test_a_clock_that_is_wrong(seconds: int, verdict: str, said: str) -> None:
    """More than five minutes either way is told: AWS refuses what is signed then."""
    told = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    check = checkup.check_clock(told, told + timedelta(seconds=seconds))
    assert (check.verdict, said in check.found, bool(check.fix)) == (verdict, True, verdict == "mend")
    assert checkup.check_clock(None, told).verdict is Verdict.SKIPPED


def test_topics_that_matter_are_listed_once() -> None:
    """What SES publishes to counts as well as what the settings believe; a bus and a destination that is off do not."""
    told = EventDestination(name="a", enabled=True, kinds=frozenset(), target="arn:aws:sns:eu-west-1:1:told")
    bus = replace(told, target="arn:aws:events:eu-west-1:1:event-bus/default")
    off = replace(told, enabled=False, target="arn:aws:sns:eu-west-1:1:off")
    believed = ["arn:aws:sns:eu-west-1:1:mine", told.target]
    assert checkup.list_topics(believed, [told, bus, off]) == tuple(believed)
    assert checkup.list_topics([], [told, bus, off]) == (told.target,)


def test_events_that_go_nowhere_are_named() -> None:
    """A destination that is off counts for nothing, and Send is missed when it is not published."""
    kinds = frozenset({"DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"})
    on = EventDestination(name="on", enabled=True, kinds=kinds, target="")
    off = EventDestination(name="off", enabled=False, kinds=frozenset({"SEND"}), target="")
    check = checkup.check_destinations("harbour", [on, off])
    assert (check.verdict, check.found) == (Verdict.MEND, "these events go nowhere: SEND")
    assert checkup.check_destinations("harbour", [on, replace(off, enabled=True)]).verdict is Verdict.OK
    assert checkup.check_destinations("harbour", []).verdict is Verdict.MEND
