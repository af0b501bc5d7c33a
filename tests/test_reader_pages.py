"""Readers' pages over HTTP: what strangers learn (nothing), what scanners change (nothing), what erasing leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from lxml import html

from publisher.web.reader import urls
from tests.reader_builders import (
    BOTH,
    EMPTY,
    FORGED,
    Newsroom,
    every_path,
    get,
    heading,
    make_database,
    open_newsroom,
    post,
    request,
    sign_up,
)
from tests.web_builders import publisher


@pytest.fixture(scope="module", params=BOTH)
def newsroom(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Serve a newsroom from which one edition went out."""
    database = make_database(request, "reader_pages")
    with open_newsroom(tmp_path_factory.mktemp("newsroom"), database) as served:
        yield served


# --- signing up -----------------------------------------------------------------------------------------------------


def test_known_and_unknown_addresses_get_the_same_answer(newsroom: Newsroom) -> None:
    """Neither the form nor the request for a link tells whether an address is subscribed."""
    known, unknown = (sign_up(newsroom.site, one) for one in ("first@example.org", "nobody@example.org"))
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    answers = [
        post(f"{newsroom.site}/settings", data={"email": one}) for one in ("first@example.org", "no@example.org")
    ]
    assert answers[0].text == answers[1].text


def test_a_mistyped_address_is_explained_at_its_field(newsroom: Newsroom) -> None:
    """The page says what is wrong in its title, in a summary that leads to the field, and at the field itself."""
    answer = post(f"{newsroom.site}/sign-up/daily", data={"email": "maria at example"})
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert 'href="#email"' in answer.text
    assert 'aria-invalid="true" aria-describedby="email-problem"' in answer.text
    assert 'value="maria at example"' in answer.text


def test_an_address_in_another_script_is_taken(newsroom: Newsroom) -> None:
    """Its domain goes over the wire in punycode."""
    assert heading(sign_up(newsroom.site, "leser@bücher.example")) == "Look into your mailbox"
    assert newsroom.wait_for_link("leser@xn--bcher-kva.example", "c") == newsroom.link(
        "leser@xn--bcher-kva.example", "c"
    )


def test_a_throw_away_address_may_be_refused(newsroom: Newsroom) -> None:
    """The operator chose so; subdomains count."""
    answer = post(f"{newsroom.site}/sign-up/daily", data={"email": "x@eu.mailinator.com"})
    assert answer.status_code == 422
    assert "thrown away soon" in answer.text


def test_letters_to_one_address_are_capped_without_a_word(newsroom: Newsroom) -> None:
    """The fourth request of a day is answered like the first, and sends nothing."""
    answers = [sign_up(newsroom.site, "flooded@example.org", one) for one in ["daily"] * 5]
    assert len({answer.text for answer in answers}) == 1
    sign_up(newsroom.site, "after@example.org")
    newsroom.wait_for_link("after@example.org", "c")
    assert len(newsroom.letters("flooded@example.org")) in {1, 2, 3}


def test_the_form_for_other_pages_needs_nothing_of_ours(newsroom: Newsroom) -> None:
    """What the page shows to copy is a plain form that posts to us; a person presses one more button."""
    page = get(f"{newsroom.site}/sign-up/daily/form").text
    assert "&lt;form method=" in page
    answer = post(f"{newsroom.site}/sign-up/daily", data={"email": "far@example.org", "place": "form"})
    assert heading(answer) == "One more step"
    assert 'name="place" value="form"' in answer.text


# --- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["c", "p", "m", "o", "n"])
def test_forged_links_get_one_answer(newsroom: Newsroom, path: str) -> None:
    """Forged, damaged and foreign tokens are told the same, by GET and by POST."""
    foreign = newsroom.link("first@example.org", "u").rpartition("/")[2]
    answers = [
        request(method, f"{newsroom.site}/{path}/{token}", data={"action": "erase"} if method == "POST" else None)
        for token in (*FORGED[:3], foreign)
        for method in ("GET", "POST")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r'href="/[^"]*lang=', "", answer.text) for answer in answers}) == 1


def test_a_forged_unsubscription_looks_like_a_real_one(newsroom: Newsroom) -> None:
    """Who posts an invented token learns nothing."""
    real = post(newsroom.site + newsroom.link("first@example.org", "u"))
    forged = post(f"{newsroom.site}/u/{'A' * 39}")
    assert real.status_code == forged.status_code == 200
    assert re.sub(r'href="/[^"]*lang=', "", real.text) == re.sub(r'href="/[^"]*lang=', "", forged.text)


@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "empty"])
def test_one_click_works_as_mail_clients_send_it(newsroom: Newsroom, kind: str) -> None:
    """RFC 8058: by POST in either form, without cookie, page or redirect; twice is once."""
    address = f"click-{kind}@example.org"
    newsroom.subscribe(address)
    link = newsroom.site + newsroom.link(address, "u")
    bodies: dict[str, dict[str, Any]] = {
        "urlencoded": {"data": {"List-Unsubscribe": "One-Click"}},
        "multipart": {"files": {"List-Unsubscribe": (None, "One-Click")}},
        "empty": {},
    }
    for _ in range(2):
        answer = post(link, follow_redirects=False, **bodies[kind])
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    states = [row for row in newsroom.rows()["subscription"] if "unsubscribed" in row]
    assert len(states) >= 1


def test_looking_changes_nothing(newsroom: Newsroom) -> None:
    """GET and HEAD by scanners of mail, over every address there is, leave every table as it is."""
    paths = every_path(newsroom, "looked")
    newsroom.wait_for_quiet()
    before = newsroom.rows()
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = request(method, newsroom.site + path)
            wanted = {404} if any(word in path for word in EMPTY) else {302 if path.startswith("/l/") else 200}
            assert answer.status_code in (wanted if method != "OPTIONS" else {*wanted, 405}), (method, path)
    assert newsroom.rows() == before


def test_no_address_is_forgotten(newsroom: Newsroom) -> None:
    """The tests over all addresses ask every one that readers' pages answer at."""
    paths = [path.partition("?")[0].removeprefix("/") for path in every_path(newsroom, "counted")]
    asked = [one for one in urls.urlpatterns if any(one.pattern.match(path) for path in paths)]
    assert [str(one.pattern) for one in urls.urlpatterns if one not in asked] == []


def test_every_answer_protects_its_reader(newsroom: Newsroom) -> None:
    """Every address, by GET and by a POST of nothing: the headers of safety, no cookie, and no file of anybody else."""
    for path in every_path(newsroom, "safe"):
        for method in ("GET", "POST"):
            answer = request(method, newsroom.site + path, data={"x": "y"} if method == "POST" else None)
            said = answer.headers
            assert answer.status_code < 500, (method, path)
            assert "default-src 'none'" in said["Content-Security-Policy"], path
            assert "unsafe" not in said["Content-Security-Policy"], path
            assert said["X-Content-Type-Options"] == "nosniff", path
            assert said["X-Frame-Options"] == "DENY", path
            assert said["Referrer-Policy"] == "same-origin", path
            assert said["Cross-Origin-Opener-Policy"] == "same-origin", path
            assert "camera=()" in said["Permissions-Policy"], path
            assert "Set-Cookie" not in said, path
            is_own = re.match(r"/[clupmon]/|/settings|/sign-up|/barrier", path) is not None
            assert (said.get("Cache-Control") == "no-store") >= is_own, path
            _require_own_files(answer, newsroom.site)


def _require_own_files(answer: httpx.Response, site: str) -> None:
    """Hold a page to files of its own site, and to no script."""
    if answer.is_redirect or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return
    root = html.document_fromstring(answer.text)
    assert root.xpath("//script | //iframe | //object | //*[@onclick or @onload]") == []
    loaded = root.xpath("//*/@src | //link[@rel='stylesheet' or @rel='icon' or @rel='preload']/@href")
    assert all(one.startswith(("/", "data:", site)) and not one.startswith("//") for one in loaded)
    assert all(one.startswith(("/", "?", site)) for one in root.xpath("//form/@action"))


@pytest.mark.parametrize("path", ["c", "m", "o", "n"])
def test_links_that_are_over_get_the_answer_of_forged_ones(newsroom: Newsroom, path: str) -> None:
    """Too old and used up are told as little as invented."""
    who = f"over-{path}"
    paths = {one[1]: newsroom.site + one for one in every_path(newsroom, who) if re.match(r"/[cmon]/[^/]+$", one)}
    link = paths[path]
    assert get(link).status_code == 200
    purpose = {"c": "confirm", "m": "mailbox", "o": "old", "n": "new"}[path]
    newsroom.change("UPDATE mailbox_pass SET expires_at = 1 WHERE purpose = ? AND address LIKE ?", purpose, f"{who}%")
    forged = f"{newsroom.site}/{path}/{'A' * 39}"
    for method in ("GET", "POST"):
        old, invented = request(method, link), request(method, forged)
        assert (old.status_code, old.text) == (invented.status_code, invented.text)
        assert old.status_code == 404


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_a_mailed_link_tells_nothing_about_its_reader(newsroom: Newsroom) -> None:
    """Mails are passed on: the page of choices shows no address and erases nothing."""
    newsroom.subscribe("shared@example.org")
    link = newsroom.site + newsroom.link("shared@example.org", "p")
    assert "shared" not in get(link).text
    post(link, data={"action": "erase"})
    post(link, data={"action": "move", "email": "thief@example.org"})
    assert newsroom.contains("shared@example.org")
    assert not newsroom.contains("thief@example.org")


def test_choices_and_pauses_are_kept(newsroom: Newsroom) -> None:
    """Form, frequency and pause are saved, shown, and can be taken back."""
    newsroom.subscribe("chooser@example.org")
    link = newsroom.site + newsroom.link("chooser@example.org", "p")
    page = post(link, data={"action": "choices", "format": "large", "frequency": "weekly"}).text
    assert 'value="large" checked' in page
    assert 'value="weekly" checked' in page
    assert "Nothing is sent to you until" in post(link, data={"action": "pause", "days": "14"}).text
    assert "Nothing is sent to you until" not in post(link, data={"action": "pause", "days": ""}).text
    post(link, data={"action": "choices", "format": "<script>", "frequency": "hourly"})
    assert 'value="large" checked' in get(link).text


def test_erasing_leaves_only_the_hash(newsroom: Newsroom) -> None:
    """After it the address stands nowhere in the database; the suppression alone remembers a hash."""
    address = "forget-me@example.org"
    newsroom.subscribe(address)
    sign_up(newsroom.site, address, "weekly")
    post(newsroom.site + newsroom.link(address, "p"), data={"action": "link"})
    mailbox = newsroom.site + newsroom.link(address, "m")
    held = get(f"{mailbox}/data.json").json()
    assert held["address"] == address
    assert held["subscriptions"][0]["consent"]["how"].startswith("sign-up page; text 1 (en); asked ")
    assert newsroom.contains(address)
    assert heading(post(mailbox, data={"action": "erase"})) == "You are forgotten"
    assert newsroom.contains(address, "forget-me", "forget_me") == []
    assert get(mailbox).status_code == 404
    assert any("erased" in row for row in newsroom.rows()["suppression"])
    newsroom.wait_for_quiet()
    # What has been mailed is with its reader: these files stand for the post, as no program holds it once it has left.
    assert [name for name in newsroom.files_with("forget-me") if not name.startswith("home/outbox/")] == []


def test_an_address_changes_when_both_mailboxes_say_so(newsroom: Newsroom) -> None:
    """One half changes nothing; the second half does, and each link works once."""
    newsroom.subscribe("old@example.org")
    post(newsroom.site + newsroom.link("old@example.org", "p"), data={"action": "link"})
    mailbox = newsroom.site + newsroom.link("old@example.org", "m")
    post(mailbox, data={"action": "move", "email": "new@example.org"})
    old = newsroom.site + newsroom.link("old@example.org", "o")
    new = newsroom.site + newsroom.link("new@example.org", "n")
    assert heading(post(old)) == "Confirmed"
    assert "subscriber" in newsroom.contains("old@example.org")
    assert heading(post(new)) == "Your address is changed"
    assert newsroom.contains("old@example.org") == []
    assert post(new).status_code == 404


# --- the archive ------------------------------------------------------------------------------------------------------


def test_an_edition_is_read_on_the_web(newsroom: Newsroom) -> None:
    """With its own policy and no foreign file, a card, feeds, and a way to report a barrier at each story."""
    answer = get(f"{newsroom.site}/archive/daily/{newsroom.edition}")
    assert "Ferries leave earlier" in answer.text
    assert "Report a barrier: Ferries leave earlier" in answer.text
    assert 'property="og:title"' in answer.text
    assert 'rel="canonical"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "'sha256-" in policy
    assert "unsafe" not in policy
    assert "first@example.org" not in answer.text
    again = get(str(answer.url), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")


def test_what_did_not_go_out_is_not_there(newsroom: Newsroom) -> None:
    """Unknown newsletters, invented editions and feeds of no kind are pages that are not there."""
    for path in (
        "nothing/",
        "daily/01JD2Q7K8M9N0P1Q2000000000",
        "daily/feed.exe",
        f"weekly/{newsroom.edition}",
        "daily/%00",
    ):
        assert get(f"{newsroom.site}/archive/{path}").status_code == 404


def test_a_nul_is_refused_wherever_it_stands(newsroom: Newsroom) -> None:
    """No database keeps one, so the request is told to be wrong, by a page, and nothing fails."""
    about = {"newsletter": "daily", "edition": newsroom.edition, "post": "1", "kind": "other", "text": "a\0b"}
    answers = [
        get(f"{newsroom.site}/archive/daily/", params={"q": "a\0b"}),
        get(f"{newsroom.site}/barrier", params={"newsletter": "daily", "edition": "\0"}),
        post(f"{newsroom.site}/barrier", data=about),
        post(newsroom.site + newsroom.link("first@example.org", "u"), data={"reason": "\0"}),
        post(newsroom.site + newsroom.link("first@example.org", "p"), data={"action": "choices", "format": "\0"}),
        post(f"{newsroom.site}/sign-up/daily", data={"email": "nul\0@example.org"}),
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert {heading(answer) for answer in answers} == {"This request cannot be understood"}


def test_the_archive_is_searched(newsroom: Newsroom) -> None:
    """Words are found in the posts of editions; hostile words are words."""
    find = f"{newsroom.site}/archive/daily/"
    assert newsroom.edition in get(find, params={"q": "FERRIES"}).text
    assert newsroom.edition not in get(find, params={"q": "submarine"}).text
    assert get(find, params={"q": "\"'%_\\<b>"}).status_code == 200
    assert 'href="?q=ferries%20%26&amp;page=1"' in get(find, params={"q": "ferries &", "page": "2"}).text


@pytest.mark.parametrize(("kind", "media_type"), [("rss", "rss+xml"), ("atom", "atom+xml"), ("json", "feed+json")])
def test_each_newsletter_is_a_feed(newsroom: Newsroom, kind: str, media_type: str) -> None:
    """RSS, Atom and JSON Feed hold the posts of what went out, with a tag to ask again by."""
    answer = get(f"{newsroom.site}/archive/daily/feed.{kind}")
    assert media_type in answer.headers["Content-Type"]
    assert "Ferries leave earlier" in answer.text
    assert get(str(answer.url), headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_site_map_names_every_edition(newsroom: Newsroom) -> None:
    """Crawlers find the archive there."""
    assert f"/archive/daily/{newsroom.edition}</loc>" in get(f"{newsroom.site}/sitemap.xml").text


def test_a_withdrawn_story_disappears(newsroom: Newsroom) -> None:
    """A kill takes the story out of page and feeds; the note says why."""
    done = publisher(newsroom.folder, "withdraw", "bridge", "--kind", "kill", "--note", "It was never opened.")
    assert done.returncode == 0, done.stderr
    page = get(f"{newsroom.site}/archive/daily/{newsroom.edition}").text
    assert "This story was withdrawn" in page
    assert "It was never opened." in page
    assert "It was closed for a year." not in page


# --- barriers ----------------------------------------------------------------------------------------------------


def test_a_barrier_reaches_the_desk_without_its_reader(newsroom: Newsroom) -> None:
    """The report names edition and story; nothing in it says who reported."""
    form = f"{newsroom.site}/barrier"
    assert "Ferries" in get(form, params={"newsletter": "daily", "edition": newsroom.edition, "post": "1"}).text + (
        get(form, params={"newsletter": "daily", "edition": newsroom.edition, "post": "2"}).text
    )
    about = {"newsletter": "daily", "edition": newsroom.edition, "post": "1"}
    assert post(form, data=about).status_code == 422
    assert heading(post(form, data={**about, "kind": "picture", "text": "No alt <b>"})) == "Thank you"
    (row,) = newsroom.rows()["barrier"]
    assert newsroom.edition in row
    assert "127.0.0.1" not in repr(row)
