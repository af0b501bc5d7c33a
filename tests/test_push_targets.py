"""Pushing: what arrives at webhooks, hubs, a WordPress and a bucket, and what happens when it does not."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto.server import ThreadedMotoServer
from PIL import Image as Picture

from publisher.errors import FetchError, UsageError
from publisher.jobs.outlets import enclosures, partners, practice, push, syndicate, withdraw
from publisher.jobs.outlets.push import WAITS, Courier
from publisher.jobs.outlets.shelf import Shelf
from publisher.model import AltOrigin, Image, Post, Status
from publisher.net import Client, Guard, Limits
from publisher.settings import Channel, Outlet, Settings, Site, Source
from publisher.store import posts, pushes
from publisher.syndication import dropoff, signature
from publisher.syndication.push import sign
from tests.sftp_server import PASSWORD, Server, serving

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
SETTINGS = Settings(
    site=Site(name="Harbour Post", url="https://news.example.org"),
    sources={"sea": Source(path=Path("sea"))},
    channels={"world": Channel(title="World", sources=("sea",), formats=("rss", "ninjs", "html", "zip"))},
    outlets={"radio": Outlet(channels=("world",))},
)
Asked = tuple[str, str, dict[str, str], bytes]
Respond = Callable[[Asked], tuple[int, bytes]]


class Partner:
    """A partner's server: keeps what it is asked, and answers as it is told."""

    def __init__(self, respond: Respond = lambda _: (200, b"{}")) -> None:
        self.asked: list[Asked] = []
        self.respond = respond
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Hands every request on."""

            def _take(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                names = {name.lower(): value for name, value in self.headers.items()}
                asked = (self.command, self.path, names, body)
                outer.asked.append(asked)
                status, content = outer.respond(asked)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                if status in {301, 302}:
                    self.send_header("Location", "http://169.254.169.254/")
                with contextlib.suppress(OSError):  # who asked has gone
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST = _take  # noqa: N815 - the library's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        """End the server."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def partner() -> Iterator[Partner]:
    """Start a partner's server."""
    found = Partner()
    yield found
    found.close()


@pytest.fixture
def courier(sqlite: str, tmp_path: Path) -> Iterator[Courier]:
    """Put together what pushing needs; loopback is allowed, as if it were the partner's network."""
    assert sqlite
    syndicate.declare(SETTINGS)
    guard = Guard.allowing(["127.0.0.1"])
    with Client(guard=guard, limits=Limits(connect=2, read=1, total=2)) as client:
        shelf = Shelf(bundles=tmp_path / "bundles", media=tmp_path / "media", key=signature.make_key())
        yield Courier(settings=SETTINGS, shelf=shelf, keys=tmp_path / "keys", way=client, guard=guard)


def make_post(uid: str = "https://example.org/1", **changes: Any) -> Post:  # noqa: ANN401 - any field of a post
    """Make a post."""
    values: dict[str, Any] = {
        "id": uid,
        "source": "sea",
        "url": uid,
        "title": "Boats leave",
        "html": "<p>At dawn.</p>",
        "text": "At dawn.",
        "published": NOW,
    }
    return Post(**values | changes)


def bring(*given: Post) -> None:
    """Let the source bring posts, and tell partners."""
    posts.add_posts("sea", given, NOW)
    syndicate.release(SETTINGS, NOW)


def target(courier: Courier, kind: str, url: str, *secrets: str, **options: str) -> int:
    """Push to a place from now on; gives its number."""
    made = pushes.add("radio", kind, url, options, actor="ann", now=NOW)  # type: ignore[arg-type]  # one of the kinds
    partners.save_secret(courier.keys, made.key, secrets)
    return made.key


def run(courier: Courier, at: datetime = NOW) -> tuple[int, list[str]]:
    """Push what is due; gives how much arrived and what was told."""
    told: list[str] = []
    return push.run(courier, at, told.append), told


# --- webhooks -------------------------------------------------------------------------------------------------------


def test_the_signature_is_that_of_the_specification() -> None:
    """HMAC-SHA256 over id, time and body; during a change of keys one signature by each."""
    first, second = (f"whsec_{base64.b64encode(bytes([n]) * 24).decode()}" for n in (1, 2))
    headers = sign("msg_1", datetime.fromtimestamp(1_700_000_000, UTC), b"{}", [first, second])
    assert headers["webhook-timestamp"] == "1700000000"
    expected = [
        "v1," + base64.b64encode(hmac.new(bytes([n]) * 24, b"msg_1.1700000000.{}", hashlib.sha256).digest()).decode()
        for n in (1, 2)
    ]
    assert headers["webhook-signature"].split(" ") == expected


@pytest.mark.parametrize("key", ["whsec_%%", "whsec_c2hvcnQ="])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    """A key that is no base64, or too short to protect, signs nothing."""
    with pytest.raises(UsageError):
        sign("1", NOW, b"", [key])


def test_webhooks_arrive_signed_and_in_order(courier: Courier, partner: Partner) -> None:
    """Only what happens from then on; each change once, with its own id."""
    bring(make_post("https://example.org/0"))
    key = partners.make_webhook_key()
    target(courier, "webhook", partner.url + "/hook", key)
    bring(make_post(), make_post("https://example.org/2"))
    withdraw.withdraw(SETTINGS, courier.shelf, "https://example.org/1", "kill", "Not true", actor="ann", now=NOW)
    assert run(courier) == (3, [])
    assert run(courier) == (0, [])
    seen = [(json.loads(body)["type"], json.loads(body)["data"]["uri"]) for _, _, _, body in partner.asked]
    assert sorted(seen[:2]) == [("post.new", "https://example.org/1"), ("post.new", "https://example.org/2")]
    assert seen[2] == ("post.kill", "https://example.org/1")
    assert len({headers["webhook-id"] for _, _, headers, _ in partner.asked}) == 3
    _, _, headers, body = partner.asked[0]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert sign(headers["webhook-id"], at, body, [key])["webhook-signature"] == headers["webhook-signature"]


def test_what_fails_is_tried_again_and_then_put_aside(courier: Courier, partner: Partner) -> None:
    """The same message id each time, ever later; at last a dead letter, and the next change goes on."""
    partner.respond = lambda _: (500, b"")
    number = target(courier, "webhook", partner.url, partners.make_webhook_key())
    bring(make_post())
    at = NOW
    for wait in WAITS:
        assert run(courier, at)[0] == 0
        assert run(courier, at + wait - timedelta(seconds=1)) == (0, [])
        at += wait
    assert pushes.dead_letters() == ()
    run(courier, at)
    (letter,) = pushes.dead_letters()
    assert (letter.target, letter.sequence) == (number, 1)
    assert "500" in letter.reason
    assert len({headers["webhook-id"] for _, _, headers, _ in partner.asked}) == 1
    partner.respond = lambda _: (204, b"")
    bring(make_post("https://example.org/2"))
    assert run(courier, at)[0] == 1
    assert pushes.retry(number) == 1
    assert run(courier, at)[0] == 2
    assert (pushes.dead_letters(), pushes.retry(number)) == ((), 0)


def test_a_kill_waits_for_no_change_that_failed(courier: Courier, partner: Partner) -> None:
    """It goes past what a place refuses, once; older news of its post is never told after it."""
    refused = {"https://example.org/1", "https://example.org/2"}

    def answer(asked: Asked) -> tuple[int, bytes]:
        data = json.loads(asked[3])
        return (500 if data["type"] == "post.new" and data["data"]["uri"] in refused else 204), b""

    partner.respond = answer
    number = target(courier, "webhook", partner.url, partners.make_webhook_key())
    bring(make_post())
    bring(make_post("https://example.org/2"))
    assert run(courier)[0] == 0
    withdraw.withdraw(SETTINGS, courier.shelf, "https://example.org/2", "kill", "Not true", actor="ann", now=NOW)
    assert run(courier) == (1, [])
    assert run(courier) == (0, [])
    assert [json.loads(body)["type"] for _, _, _, body in partner.asked] == ["post.new", "post.kill"]
    refused.clear()
    assert run(courier, NOW + timedelta(hours=1)) == (1, [])
    told = [(json.loads(body)["type"], json.loads(body)["data"]["uri"][-1]) for _, _, _, body in partner.asked]
    assert told == [("post.new", "1"), ("post.kill", "2"), ("post.new", "1")]
    assert (pushes.get(number).ahead, pushes.dead_letters()) == ((), ())


def test_a_kill_that_fails_is_tried_in_every_round(courier: Courier, partner: Partner) -> None:
    """While a place takes nothing, each round asks it for the kill alone, and says what it answered."""
    partner.respond = lambda _: (503, b"")
    target(courier, "webhook", partner.url, partners.make_webhook_key())
    bring(make_post(), make_post("https://example.org/2"))
    run(courier)
    withdraw.withdraw(SETTINGS, courier.shelf, "https://example.org/2", "kill", "Not true", actor="ann", now=NOW)
    done, (told,) = run(courier)
    assert (done, len(partner.asked)) == (0, 2)
    assert "a kill" in told
    assert "503" in told
    partner.respond = lambda _: (204, b"")
    assert run(courier)[0] == 1
    assert run(courier, NOW + timedelta(hours=1))[0] == 1
    assert [json.loads(body)["type"] for _, _, _, body in partner.asked[2:]] == ["post.kill", "post.new"]


def test_a_kill_that_was_refused_first_lets_the_rest_go_on(courier: Courier, partner: Partner) -> None:
    """It is tried in every round too, and once it is taken nothing waits any more."""
    target(courier, "webhook", partner.url, partners.make_webhook_key())
    bring(make_post())
    assert run(courier)[0] == 1
    partner.respond = lambda _: (503, b"")
    withdraw.withdraw(SETTINGS, courier.shelf, "https://example.org/1", "kill", "Not true", actor="ann", now=NOW)
    bring(make_post("https://example.org/2"))
    assert run(courier)[0] == 0
    partner.respond = lambda _: (204, b"")
    assert run(courier) == (2, [])
    assert [json.loads(body)["type"] for _, _, _, body in partner.asked[2:]] == ["post.kill", "post.new"]


def test_a_receiver_that_is_gone_is_left_alone(courier: Courier, partner: Partner) -> None:
    """410 means: never again."""
    partner.respond = lambda _: (410, b"")
    number = target(courier, "webhook", partner.url, partners.make_webhook_key())
    bring(make_post())
    run(courier)
    assert not pushes.get(number).active
    assert run(courier, NOW + timedelta(days=9)) == (0, [])


def test_a_partner_that_hangs_or_leads_astray_stops_nobody_else(courier: Courier, partner: Partner) -> None:
    """Redirects are not followed, private addresses not called, silence ends; the others get theirs."""

    def slow(_: Asked) -> tuple[int, bytes]:
        threading.Event().wait(1.5)
        return 200, b""

    astray, hanging = Partner(lambda _: (302, b"")), Partner(slow)
    for url in (astray.url, "http://10.255.255.1/hook", "http://[::1]:9/hook", hanging.url, partner.url):
        target(courier, "webhook", url, partners.make_webhook_key())
    bring(make_post())
    done, told = run(courier)
    astray.close()
    hanging.close()
    assert done == 1
    assert len(partner.asked) == 1
    assert len(told) == 4


# --- hubs -----------------------------------------------------------------------------------------------------------


def test_a_hub_is_told_once_for_many_changes(courier: Courier, partner: Partner) -> None:
    """The ping names the secret feed address as its topic."""
    target(courier, "websub", partner.url + "/hub", "https://news.example.org/api/v1/f/abc/world/feed.atom")
    bring(make_post(), make_post("https://example.org/2"))
    assert run(courier) == (2, [])
    ((_, path, headers, body),) = partner.asked
    assert (path, headers["content-type"]) == ("/hub", "application/x-www-form-urlencoded")
    assert parse_qs(body.decode()) == {
        "hub.mode": ["publish"],
        "hub.url": ["https://news.example.org/api/v1/f/abc/world/feed.atom"],
    }


def test_the_hubs_of_a_channel_are_told_of_its_secret_feeds(courier: Courier, partner: Partner) -> None:
    """From the moment that an address is made until it is revoked, and only where the channel itself has news."""
    hub = SETTINGS.channels["world"].model_copy(update={"hubs": (partner.url + "/hub",)})
    settings = SETTINGS.model_copy(update={"channels": {"world": hub}})
    addresses = partners.open_feed(settings, courier.keys, "radio", "world", actor="ann", now=NOW)
    assert [one.rpartition("/")[2] for one in addresses] == ["feed.rss", "feed.atom", "feed.json"]
    bring(make_post())
    assert run(courier) == (1, [])
    ((_, _, _, body),) = partner.asked
    assert parse_qs(body.decode())["hub.url"] == list(addresses)
    (kept,) = pushes.of_outlet("radio")
    partners.close_feed(courier.keys, "radio", int(kept.options["address"]), actor="ann", now=NOW)
    bring(make_post("https://example.org/2"))
    assert run(courier) == (0, [])
    assert partners.load_secret(courier.keys, kept.key) == ()
    assert len(partner.asked) == 1


# --- WordPress ------------------------------------------------------------------------------------------------------


class WordPress:
    """As much of a WordPress as its REST API shows: posts and media by number, found by slug."""

    def __init__(self) -> None:
        self.things: dict[str, dict[int, dict[str, Any]]] = {"posts": {}, "media": {}}
        self.uploaded: list[bytes] = []

    def __call__(self, asked: Asked) -> tuple[int, bytes]:
        """Answer a request."""
        method, path, headers, body = asked
        if headers.get("authorization") != "Basic " + base64.b64encode(b"editor:abcd efgh").decode():
            return 401, b"{}"
        _, _, rest = urlsplit(path).path.partition("/wp-json/wp/v2/")
        kind, _, number = rest.partition("/")
        things = self.things[kind]
        if method == "GET":
            (slug,) = parse_qs(urlsplit(path).query)["slug"]
            return 200, json.dumps([{"id": n, **one} for n, one in things.items() if one.get("slug") == slug]).encode()
        found = int(number) if number else len(things) + 1
        if headers["content-type"].startswith("image/"):
            self.uploaded.append(body)
            things[found] = {"source_url": f"https://wp.example/{found}.png"}
        else:
            things.setdefault(found, {}).update(json.loads(body))
        return 200, json.dumps({"id": found, **things[found]}).encode()


def test_a_wordpress_gets_pictures_posts_changes_and_kills(courier: Courier, partner: Partner, tmp_path: Path) -> None:
    """Media first with their words, one post however often it is sent, and a draft in place of what was killed."""
    file = tmp_path / "pier.png"
    Picture.new("RGB", (8, 8), "navy").save(file)
    pictures, site = Partner(lambda _: (200, file.read_bytes())), WordPress()
    partner.respond = site
    target(courier, "wordpress", partner.url, "abcd efgh", user="editor")
    image = Image(url=f"{pictures.url}/p.png", alt="A pier", alt_origin=AltOrigin.SOURCE, caption="Dawn.")
    image = replace(image, credit="Ann Lee", long_description="Three boats lie at it.")
    markup = f'<figure><img src="{image.url}" alt="A pier"/><figcaption>Dawn.</figcaption></figure><p>At dawn.</p>'
    bring(make_post(images=(image,), html=markup))
    enclosures.collect(courier.way, courier.shelf, print)  # type: ignore[arg-type]  # the same client
    pictures.close()
    assert run(courier) == (1, [])
    (post,) = site.things["posts"].values()
    (picture,) = site.things["media"].values()
    assert (picture["alt_text"], picture["caption"], len(site.uploaded)) == ("A pier", "Dawn. Ann Lee", 1)
    assert picture["description"] == "Three boats lie at it."
    assert (post["status"], post["title"], post["featured_media"]) == ("publish", "Boats leave", 1)
    assert 'src="https://wp.example/1.png"' in post["content"]
    bring(make_post(title="Boats return"))
    run(courier)
    assert (len(site.things["posts"]), post["title"]) == (1, "Boats return")
    withdraw.withdraw(SETTINGS, courier.shelf, "https://example.org/1", "kill", "Not true", actor="ann", now=NOW)
    run(courier)
    assert (post["status"], "At dawn" in post["content"], "Not true" in post["content"]) == ("draft", False, True)
    assert (post["featured_media"], post["excerpt"]) == (0, "")


def test_a_post_stays_in_a_wordpress_while_one_channel_has_it(courier: Courier, partner: Partner) -> None:
    """It leaves one of the partner's two channels; when it leaves the other too it becomes a draft."""
    site = WordPress()
    partner.respond = site
    settings = Settings(
        site=SETTINGS.site,
        sources=SETTINGS.sources,
        channels={
            "world": Channel(title="World", sources=("sea",)),
            "brief": Channel(title="In brief", sources=("sea",), tags=("Brief",)),
        },
        outlets={"radio": Outlet(channels=("world", "brief"))},
    )
    both = replace(courier, settings=settings)
    syndicate.declare(both.settings)
    target(both, "wordpress", partner.url, "abcd efgh", user="editor")

    def tell(*given: Post) -> None:
        posts.add_posts("sea", given, NOW)
        syndicate.release(both.settings, NOW)
        run(both)

    tell(make_post(tags=("Brief",)))
    tell(make_post(tags=()))
    (post,) = site.things["posts"].values()
    assert (post["status"], "At dawn" in post["content"]) == ("publish", True)
    tell(make_post(tags=(), status=Status.WITHHELD))
    assert (post["status"], "At dawn" in post["content"]) == ("draft", False)


def test_a_webhook_is_signed_at_the_time_that_it_is(courier: Courier, partner: Partner) -> None:
    """However long another partner hung before in the same round: a signature that is minutes old is refused."""

    def hang(_: Asked) -> tuple[int, bytes]:
        threading.Event().wait(3)  # longer than we wait for an answer
        return 200, b"{}"

    slow = Partner(hang)
    target(courier, "websub", slow.url, "https://news.example.org/f/x/feed.rss")
    target(courier, "webhook", partner.url, f"whsec_{base64.b64encode(bytes(24)).decode()}")
    bring(make_post())
    run(courier)
    slow.close()
    (asked,) = partner.asked
    assert int(asked[2]["webhook-timestamp"]) > int(NOW.timestamp())


def test_what_is_no_wordpress_is_told(courier: Courier, partner: Partner) -> None:
    """A page in the place of JSON is a failure with its reason, and is tried again."""
    partner.respond = lambda _: (200, b"<html>")
    number = target(courier, "wordpress", partner.url, "x", user="editor")
    bring(make_post())
    assert "does not answer as WordPress" in run(courier)[1][0]
    assert pushes.get(number).attempt == 1


# --- buckets --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Start an S3 of another make."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_a_bucket_gets_the_bundle_with_what_points_to_it_last(courier: Courier, s3: str) -> None:
    """Every file with its checksum; the manifest behind all others; a second drop sends nothing new."""
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    client: Any = boto3.client("s3", endpoint_url=s3, **keys)  # type: ignore[call-overload]  # keywords in a dict
    client.create_bucket(Bucket="stories")
    number = target(courier, "s3", "s3://stories/in", "a", "b", endpoint=s3)
    bring(make_post())
    assert run(courier) == (1, [])
    listed = client.list_objects_v2(Bucket="stories")["Contents"]
    names = [one["Key"] for one in sorted(listed, key=lambda one: one["LastModified"])]
    latest = json.loads(client.get_object(Bucket="stories", Key="in/world/latest.json")["Body"].read())
    assert latest["manifest"] in names
    manifest = json.loads(client.get_object(Bucket="stories", Key=latest["manifest"])["Body"].read())
    for file in (*manifest["files"], *manifest["items"][0]["files"]):
        found = client.get_object(Bucket="stories", Key=latest["bundle"] + file["path"], ChecksumMode="ENABLED")
        assert hashlib.sha256(found["Body"].read()).hexdigest() == file["sha256"]
    before = {one["Key"]: one["LastModified"] for one in listed}
    pushes.advance(number, 0)
    assert run(courier) == (1, [])
    after = {one["Key"]: one["LastModified"] for one in client.list_objects_v2(Bucket="stories")["Contents"]}
    assert {name for name in after if after[name] != before[name]} <= {"in/world/latest.json"}
    client.close()


def test_a_bucket_that_is_not_there_is_told(courier: Courier, s3: str) -> None:
    """A missing bucket is no reason to try for ever."""
    target(courier, "s3", "s3://nowhere", "a", "b", endpoint=s3)
    bring(make_post())
    assert "NoSuchBucket" in run(courier)[1][0]
    run(courier, NOW + WAITS[0])
    assert len(pushes.dead_letters()) == 1


@pytest.mark.parametrize("endpoint", ["http://10.0.0.1:9000", "http://169.254.169.254", "ftp://x", "http://"])
def test_a_bucket_on_a_private_network_is_refused(endpoint: str) -> None:
    """Partners' endpoints pass the same guard as every other address."""
    with pytest.raises((UsageError, FetchError)):
        dropoff.drop(dropoff.Bucket(name="x", endpoint=endpoint), (), Guard())


# --- SFTP -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Start a partner's SFTP server."""
    with serving(tmp_path / "partner") as found:
        yield found


def latest(server: Server, channel: str = "world") -> tuple[Path, dict[str, Any]]:
    """Give the folder of the newest bundle and its manifest."""
    pointer = json.loads((server.folder / "in" / channel / "latest.json").read_bytes())
    place = server.folder / pointer["bundle"].removeprefix("/")
    found: dict[str, Any] = json.loads((place / "manifest.json").read_bytes())
    return place, found


def test_an_sftp_server_gets_bundles_and_withdrawals(courier: Courier, server: Server) -> None:
    """One upload for many changes; after a kill the newest bundle holds its notice, and nothing of the story."""
    target(courier, "sftp", server.url, PASSWORD, host_keys=server.pin)
    bring(make_post(), make_post("https://example.org/2"))
    assert run(courier) == (2, [])
    place, manifest = latest(server)
    assert [item["status"] for item in manifest["items"]] == ["usable", "usable"]
    withdraw.withdraw(SETTINGS, courier.shelf, "https://example.org/1", "kill", "Not true", actor="ann", now=NOW)
    assert run(courier) == (1, [])
    place, manifest = latest(server)
    (killed,) = [item for item in manifest["items"] if item["status"] == "canceled"]
    assert (killed["uri"], killed["correctionNote"]) == ("https://example.org/1", "Not true")
    assert all(b"At dawn" not in (place / file["path"]).read_bytes() for file in killed["files"])
    assert run(courier) == (0, [])


def test_an_sftp_server_that_refuses_waits_and_becomes_a_dead_letter(courier: Courier, server: Server) -> None:
    """A wrong password is tried once more, then put aside; what was wrong is told, the password never."""
    number = target(courier, "sftp", server.url, "mistyped", host_keys=server.pin)
    bring(make_post())
    told = run(courier)[1]
    assert "does not let news in" in told[0]
    run(courier, NOW + WAITS[0])
    (letter,) = pushes.dead_letters()
    assert "mistyped" not in f"{told}{letter}"
    partners.save_secret(courier.keys, number, [PASSWORD])
    pushes.retry(number)
    assert run(courier, NOW + WAITS[0]) == (1, [])


def test_a_password_comes_from_the_environment_and_a_key_from_a_file(
    courier: Courier, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is kept here; where the environment lacks it the push waits and says so."""
    target(courier, "sftp", server.url, host_keys=server.pin, password_env="RADIO_SFTP")
    bring(make_post())
    assert "the environment has no RADIO_SFTP" in run(courier)[1][0]
    monkeypatch.setenv("RADIO_SFTP", PASSWORD)
    assert run(courier, NOW + WAITS[0]) == (1, [])
    file = server.keys / "id"
    server.user_key.write_private_key(file)
    target(courier, "sftp", server.url, host_keys=server.pin, key_file=str(file))
    bring(make_post("https://example.org/2"))
    assert run(courier, NOW + WAITS[0]) == (2, [])
    assert server.asked == [PASSWORD, PASSWORD]


def test_practice_is_pushed_to_whoever_asked_for_it(courier: Courier, server: Server) -> None:
    """A push of the practice channel brings what is played there and nothing else; other pushes never get it."""
    target(courier, "sftp", server.url, PASSWORD, host_keys=server.pin, channel="practice-radio")
    target(courier, "sftp", server.url, PASSWORD, host_keys=server.pin)
    bring(make_post())
    assert run(courier) == (1, [])
    practice.play(SETTINGS, courier.shelf, "radio", "new", NOW)
    practice.play(SETTINGS, courier.shelf, "radio", "kill", NOW)
    assert run(courier) == (2, [])
    assert [item["status"] for item in latest(server, "practice-radio")[1]["items"]] == ["canceled"]
    assert [item["uri"] for item in latest(server)[1]["items"]] == ["https://example.org/1"]
    with pytest.raises(UsageError, match="may not pull the channel practice-paper"):
        target(courier, "sftp", server.url, channel="practice-paper")
