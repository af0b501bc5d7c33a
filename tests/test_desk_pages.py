"""The desk over HTTP, without a script: who may do what, and every task from a picture to a settled doubt."""

from __future__ import annotations

import csv
import json
import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.desk_builders import PASSWORD, Furnished, Person, furnish, people, write_newsroom
from tests.desk_states import states
from tests.web_builders import SETTINGS, serving

LARGEST = 100_000  # bytes of a page without its pictures


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with posts, editions and accounts."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


@pytest.fixture(scope="module")
def furnished(room: tuple[str, Furnished]) -> Furnished:
    """Give what there is."""
    return room[1]


# --- who may do what --------------------------------------------------------------------------------------------------


def test_whoever_has_no_role_sees_nothing(everybody: dict[str, Person]) -> None:
    """An account alone opens no page but those of accounts."""
    assert everybody["nobody"].get("/desk/").status_code == 403
    assert everybody["nobody"].get("/desk/inbox/").status_code == 403


def test_a_page_that_is_not_here_keeps_the_ways_to_what_is(everybody: dict[str, Person]) -> None:
    """Missing, mistyped or somebody else's: the navigation stays, and the reason is in the language of the desk."""
    for path, status in (
        ("/desk/posts/999999/", 404),
        ("/desk/newsletters/none/", 404),
        ("/desk/log/", 403),
        ("/desk/editions/01ARZ3NDEKTSV4RRFFQ69G5FAV/", 404),
    ):
        answer = everybody["viewer"].get(path)
        assert (path, answer.status_code) == (path, status)
        assert 'href="/desk/inbox/"' in answer.text
        assert '<nav class="parts"' in answer.text
    page = everybody["viewer"].get("/desk/posts/999999/?lang=ar").text
    assert "لا شيء بهذا الرقم" in page
    everybody["viewer"].get("/desk/?lang=en")


def test_whoever_is_not_signed_in_is_asked_to(room: tuple[str, Furnished]) -> None:
    """They come back to the page that they wanted."""
    with Person(room[0], None) as person:
        answer = person.get("/desk/inbox/?words=x")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/desk/account/login/?next=/desk/inbox/%3Fwords%3Dx"


def test_an_admin_gives_and_takes_roles_and_the_log_tells(everybody: dict[str, Person]) -> None:
    """A role for one newsletter opens that one; nobody takes their own role away."""
    admin, nobody = everybody["admin"], everybody["nobody"]
    page = admin.say("/desk/rights/", {"account": "nobody", "scope": "newsletters.pair", "role": "viewer"})
    assert "newsletters.pair" in page
    assert nobody.get("/desk/newsletters/pair/").status_code == 200
    assert nobody.get("/desk/newsletters/weekly/").status_code == 403
    admin.send("/desk/rights/", {"account": "nobody", "scope": "newsletters.pair", "role": ""})
    assert nobody.get("/desk/newsletters/pair/").status_code == 403
    log = admin.get("/desk/log/?subject=nobody").text
    assert "Gave a role" in log
    assert "Took a role or a token away" in log
    assert "nobody changes the role" in admin.say(
        "/desk/rights/", {"account": "admin", "scope": "everywhere", "role": "viewer"}, page="/desk/rights/"
    )


def test_sign_in_takes_the_right_password_only(room: tuple[str, Furnished]) -> None:
    """A wrong one gets a page that says so, a right one the desk."""
    with Person(room[0], None) as person:
        login = "/desk/account/login/"
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', person.get(login).text)
        assert token is not None
        fields = {"csrfmiddlewaretoken": token[1], "login": "second", "password": "wrong"}
        assert 'role="alert"' in person.client.post(login, data=fields).text
        answer = person.client.post(login, data={**fields, "password": PASSWORD})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/")
        assert person.get("/desk/").status_code == 200


def test_a_refused_form_leads_back_to_a_page_of_ours_only(everybody: dict[str, Person]) -> None:
    """The page that a form names is not believed."""
    for named in ("https://evil.example/", "//evil.example", "/desk/\\evil.example", "/archive/"):
        answer = everybody["admin"].send("/desk/people/erase/", page=named)
        assert answer.headers["Location"] == "/desk/"


# --- posts ------------------------------------------------------------------------------------------------------------


def test_the_inbox_is_narrowed_and_searched(everybody: dict[str, Person]) -> None:
    """By source, by what is wrong, and by words of title and text."""
    editor = everybody["editor"]
    page = editor.get("/desk/inbox/?source=wire&state=repeated").text
    assert "School garden" in page
    assert "night ferry" not in page
    assert "How a rope is made" in editor.get("/desk/inbox/?words=ROPE+noon").text
    assert "No post is like that" in editor.get("/desk/inbox/?words=xyzzy").text
    assert "A draft of ours" in editor.get("/desk/inbox/?state=withheld").text
    assert "A draft of ours" not in editor.get("/desk/inbox/?state=usable").text
    assert "A draft of ours" not in editor.get("/desk/inbox/?state=canceled").text


def test_a_description_is_kept_remembered_and_offered_again(everybody: dict[str, Person], furnished: Furnished) -> None:
    """The source's words stay in sight; the same picture in another post gets the text as an offer, not by itself."""
    editor = everybody["editor"]
    path = f"/desk/posts/{furnished.posts['agency-ferry']}/"
    fields = {"version": "1", "alt-0": "A white ferry leaves a dark harbour", "caption-0": "The ferry at the pier"}
    page = editor.say(path, {**fields, "credit-0": "A. Novak"})
    assert "A white ferry leaves a dark harbour" in page
    assert "graphic, A white ferry leaves a dark harbour. Photo: The ferry at the pier" in page
    assert "written at the desk by editor" in page
    assert "What the source said" in page
    other = editor.get(f"/desk/posts/{furnished.posts['sample-ferry']}/").text
    assert "written earlier by editor" in other
    assert 'data-text="A white ferry leaves a dark harbour"' in other
    assert "No description" in other


def test_versions_and_the_log_tell_what_an_editor_changed(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Who, when, what was there before and what is there now; the log names the post and leads to it, in words."""
    editor, key = everybody["editor"], furnished.posts["agency-jam"]
    path = f"/desk/posts/{key}/"
    fields = {"version": "1", "alt-0": "A girl hands over a jar", "caption-0": "Pupils sell jars of plum jam"}
    page = editor.say(path, fields)
    before, after = (
        "<del><bdi>Pupils sell jars of plum jam</bdi></del>",
        "<ins><bdi>A girl hands over a jar</bdi></ins>",
    )
    assert "1 change" in page
    assert re.sub(r"\s+(?=<)|(?<=>)\s+", "", page).count(f"{before}") == 1
    log = everybody["admin"].get(f"/desk/log/?subject=post+{key}").text
    assert "Changed the post" in log
    assert f'<a href="{path}"><bdi>School garden sells its jam</bdi></a>' in log
    for side in (before, after):
        assert side in re.sub(r"\s+(?=<)|(?<=>)\s+", "", log)
    assert "غيّر المادة" in everybody["admin"].get(f"/desk/log/?subject=post+{key}&lang=ar").text
    everybody["admin"].get("/desk/?lang=en")


def test_what_cannot_be_kept_is_said_at_its_field(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Decorative without a reason: a summary with a link to the field, and what was typed is still there."""
    path = f"/desk/posts/{furnished.posts['sample-jam']}/"
    answer = everybody["editor"].send(path, {"version": "1", "decorative-0": "on", "caption-0": "Typed just now"})
    assert answer.status_code == 422
    assert 'href="#reason-0"' in answer.text
    assert 'aria-describedby="reason-problem-0"' in answer.text
    assert "Typed just now" in answer.text


def test_an_older_page_does_not_overwrite_a_newer_version(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Whoever saw an older version is told, and nothing is lost."""
    path = f"/desk/posts/{furnished.posts['sample-rope']}/status/"
    page = f"/desk/posts/{furnished.posts['sample-rope']}/"
    editor = everybody["editor"]
    assert "kept out of every edition" in editor.say(path, {"version": "1", "status": "withheld"}, page=page)
    assert "somebody else changed it meanwhile" in editor.say(path, {"version": "1", "status": "usable"}, page=page)
    assert "A post that is kept back" in editor.say(path, {"version": "2", "status": "usable"}, page=page)


# --- editions ---------------------------------------------------------------------------------------------------------


def _order(page: str) -> list[str]:
    """Give the posts of an edition's page in their order."""
    return re.findall(r'name="position-(\d+)" value', page)


def test_an_edition_is_put_in_order_approved_changed_and_sent(
    everybody: dict[str, Person], furnished: Furnished
) -> None:
    """By buttons and by positions; a change after the approval withdraws it; the number of people must be typed."""
    editor, approver = everybody["editor"], everybody["approver"]
    path = f"/desk/editions/{furnished.editions['weekly']}/"
    before = _order(editor.get(path).text)
    page = editor.say(path, {"move": f"down:{before[0]}"}, page=path)
    assert _order(page)[:2] == [before[1], before[0]]
    page = editor.say(path, {f"position-{before[0]}": "1", "subject-en": "Ferries & jam"}, page=path)
    assert _order(page)[0] == before[0]
    assert "Ferries &amp; jam" in page
    assert "Approved. Content and recipients are fixed" in approver.say(f"{path}approve/", page=path)
    page = editor.say(path, {"intro-en": "Good morning!", "subject-en": "Ferries & jam"}, page=path)
    assert "Ready: waits for approval" in page
    assert "Good morning!" in page
    approver.send(f"{path}approve/")
    assert "it goes to 4, not to 5" in approver.say(f"{path}send/", {"people": "5"}, page=path)
    page = approver.say(f"{path}send/", {"people": "4"}, page=path)
    assert "Until then you can take it back" in page
    assert "Taken back" in approver.say(f"{path}schedule/", {"undo": "1"}, page=path)


def test_an_edition_is_scheduled_in_the_zone_of_its_readers(everybody: dict[str, Person], furnished: Furnished) -> None:
    """A moment that is past, or none at all, is refused with the reason."""
    approver = everybody["second"]
    path = f"/desk/editions/{furnished.editions['pair']}/"
    everybody["editor"].send(path, {"subject-en": "For two"})
    approver.send(f"{path}approve/")
    assert "it is past already" in approver.say(f"{path}schedule/", {"at": "2020-01-01T07:30"}, page=path)
    assert "is no date with a time" in approver.say(f"{path}schedule/", {"at": "soon"}, page=path)


def test_two_people_look_at_an_edition_that_demands_it(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Who changed it last cannot approve it; with somebody else there are two."""
    path = f"/desk/editions/{furnished.editions['pair']}/"
    approver, second = everybody["approver"], everybody["second"]
    approver.send(path, {"subject-en": "Written by the approver"})
    assert "you changed it last" in approver.say(f"{path}approve/", page=path)
    assert "Approved. Content and recipients are fixed" in second.say(f"{path}approve/", page=path)


@pytest.mark.parametrize("view", ["light", "dark", "blocked", "narrow", "mirrored"])
def test_a_preview_runs_no_script_and_reaches_nothing_of_ours(
    everybody: dict[str, Person], furnished: Furnished, view: str
) -> None:
    """It is a document of its own in a sandbox, that only we may frame."""
    path = f"/desk/editions/{furnished.editions['alerts']}/"
    answer = everybody["viewer"].get(f"{path}preview/{view}/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert ("img-src 'none'" in policy) is (view == "blocked")
    assert "slot.invalid" not in answer.text
    assert ("color-scheme: only dark" in answer.text) is (view == "dark")
    assert 'title="Preview: ' in everybody["viewer"].get(f"{path}?view={view}").text


@pytest.mark.parametrize("view", ["text", "outline", "links", "heard"])
def test_what_is_read_and_heard_stands_on_the_page(
    everybody: dict[str, Person], furnished: Furnished, view: str
) -> None:
    """Plain text, headings, links and what a screen reader comes across, without a frame."""
    page = everybody["viewer"].get(f"/desk/editions/{furnished.editions['alerts']}/?view={view}").text
    assert "<iframe" not in page
    assert "The wind turns to the west" in page


def test_a_test_goes_to_those_who_are_named(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Outside of the ledger; what is no address is refused before anything is sent."""
    path = f"/desk/editions/{furnished.editions['alerts']}/"
    page = everybody["editor"].say(f"{path}test/", {"addresses": "one@example.org, two@example.org"}, page=path)
    assert "Sent to one@example.org." in page
    assert "Sent to two@example.org." in page
    assert "address nonsense" in everybody["editor"].say(f"{path}test/", {"addresses": "nonsense"}, page=path)


# --- on its way -------------------------------------------------------------------------------------------------------


def test_who_has_not_got_it_is_said_and_settled(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Failed and in doubt are listed with the reason; doubt is settled by a person."""
    path = f"/desk/editions/{furnished.editions['alerts']}/"
    approver = everybody["approver"]
    page = approver.get(f"{path}sending/").text
    assert "BadAddress: no such mailbox" in page
    assert "timeout: nobody answered" in page
    assert "no such mailbox" not in everybody["viewer"].get(f"{path}sending/").text
    page = approver.say(f"{path}settle/", {"answer": "sent"}, page=f"{path}sending/")
    assert "1 person was settled." in page
    assert "timeout" not in page


def test_what_the_account_allows_is_told(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Its pace, and how much of its 24 hours is used, as it said last."""
    page = everybody["viewer"].get(f"/desk/editions/{furnished.editions['alerts']}/sending/").text
    assert "12.5 people a second" in page
    assert "1,200 of 50,000 people in the last 24 hours" in page


def test_numbers_are_told_as_they_change(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Server-sent events, which end with the edition."""
    answer = everybody["viewer"].get(f"/desk/editions/{furnished.editions['alerts']}/follow/")
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert '"total": 4' in answer.text
    assert '"over": true' in answer.text


def test_live_numbers_are_those_of_the_page(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Counts by state, when it ends and what the account allows: the first event says what a reload would show."""
    path = f"/desk/editions/{furnished.editions['moving']}/"
    viewer = everybody["viewer"]
    page = viewer.get(f"{path}sending/").text
    assert f'data-live="{path}follow/"' in page
    with viewer.client.stream("GET", f"{path}follow/") as answer:
        line = next(line for line in answer.iter_lines() if line.startswith("data: "))
    told = json.loads(line.removeprefix("data: "))
    assert (told["pending"], told["accepted"], told["total"], told["done"], told["over"]) == ("3", "1", 4, 1, False)
    assert told["said"] in page
    assert "At this pace it ends about" in told["parts"]["ends"]
    assert "1,200 of 50,000 people in the last 24 hours" in told["parts"]["quotas"]
    for cell in ("pending", "accepted", "failed"):
        assert f'data-count="{cell}">{told[cell]}<' in page
    ends = re.search(r'data-part="ends">.*?<time datetime="([^"]{10})', page, re.DOTALL)
    assert ends is not None
    assert f'<time datetime="{ends[1]}' in told["parts"]["ends"]
    assert told["parts"]["quotas"].strip() in page


def test_results_are_drawn_told_and_given_as_a_file(everybody: dict[str, Person], furnished: Furnished) -> None:
    """The chart has a title and a description, the table the numbers, the file a line for each edition."""
    page = everybody["viewer"].get("/desk/results/").text
    assert '<svg class="chart"' in page
    assert 'aria-labelledby="chart-title chart-text"' in page
    assert 'aria-labelledby="weeks-title weeks-text"' in page
    weeks = re.findall(r"<tr><th scope=\"row\"><time[^>]*>[^<]*</time></th><td class=\"number\">(\d+)</td></tr>", page)
    assert len(weeks) == 12
    assert int(weeks[-1]) > 0
    assert "Nobody left in the last 12 weeks." in everybody["viewer"].get("/desk/results/?newsletter=pair").text
    rows = list(csv.DictReader(everybody["viewer"].get("/desk/results/export/").text.splitlines()))
    assert {(row["edition"], row["recipients"], row["failed"]) for row in rows} == {
        (furnished.editions["alerts"], "4", "1"),
        (furnished.editions["halted"], "4", "0"),
        (furnished.editions["moving"], "4", "0"),
    }


def test_a_deputy_is_named_on_the_page_of_a_newsletter(everybody: dict[str, Person]) -> None:
    """An approver names who is asked, and when; what is no address is refused with the reason."""
    approver, page = everybody["approver"], "/desk/newsletters/pair/"
    assert "Nobody is named" in approver.get(page).text
    fields = {"addresses": "dora@example.org", "minutes": "25"}
    shown = approver.say(f"{page}deputy/", fields, page=page)
    assert "<bdi>dora@example.org</bdi>" in shown
    assert "Asked 25 minutes before" in shown
    assert "Name a deputy" not in everybody["viewer"].get(page).text
    assert "address nonsense" in approver.say(f"{page}deputy/", {**fields, "addresses": "nonsense"}, page=page)
    assert "Nobody is named" in approver.say(f"{page}deputy/", {"minutes": "25"}, page=page)


# --- people -----------------------------------------------------------------------------------------------------------


def test_people_are_imported_found_exported_and_forgotten(everybody: dict[str, Person]) -> None:
    """Somebody says what the columns hold; lines that cannot be used come back as a file with the reasons."""
    admin = everybody["admin"]
    lines = b"Adresse;Vorname;Gruppe\r\nnew@example.org;Nova;Harbour\r\n=not an address;Nobody;\r\n"
    sent = admin.send("/desk/people/import/", {"newsletter": "daily"}, files={"file": ("list.csv", lines)})
    path = sent.headers["Location"]
    shown = admin.get(path).text
    assert "<bdi>Vorname</bdi>" in shown
    assert "<bdi>=not an address</bdi>" in shown
    assert '<option value="email" selected>' in shown  # by what is in the column: no name says so
    columns = {"column-1": "email", "column-2": "name", "column-3": "tags", "confirmed": "on"}
    assert "nothing that a column can hold" in admin.say(path, {**columns, "column-2": "age"}, page=path)
    assert "which column holds the addresses" in admin.say(path, {**columns, "column-1": ""}, page=path)
    admin.send(path, columns)
    page = _wait_for(admin, path, "What came of it")
    assert _number(page, "Added") == 1
    assert _number(page, "Rows that could not be used") == 1
    assert "taken in before" in admin.say(path, columns, page=path)
    left_out = list(csv.reader(admin.get(f"{path}rejected/").text.splitlines()))
    assert left_out[0] == ["Adresse", "Vorname", "Gruppe", "reason"]
    assert left_out[1][:3] == ["'=not an address", "Nobody", ""]
    assert everybody["alerts-admin"].get(path).status_code == 403
    assert everybody["alerts-admin"].get(f"{path}rejected/").status_code == 403
    assert admin.get("/desk/people/import/../import/x/").status_code == 404
    log = admin.get("/desk/log/").text
    assert "Asked to take people in from a list" in log
    assert "new@example.org" in admin.get("/desk/people/?words=NEW&newsletter=daily").text
    assert "new@example.org,Nova" in admin.send("/desk/people/export/", {"newsletter": "daily"}).text
    assert "Tick the box" in admin.say("/desk/people/erase/", {"address": "new@example.org"}, page="/desk/people/")
    page = admin.say("/desk/people/erase/", {"address": "new@example.org", "sure": "on"}, page="/desk/people/")
    assert "Forgotten." in page
    assert "Nobody is like that" in admin.get("/desk/people/?words=new&newsletter=daily").text


def test_an_edition_goes_to_readers_with_a_tag(everybody: dict[str, Person], furnished: Furnished) -> None:
    """An editor chooses whom an edition goes to, and the approver reads it beside the button; never by format."""
    admin, editor = everybody["admin"], everybody["editor"]
    lines = {"file": ("tags.csv", b"email,tags\r\nreader1@example.org,Quay\r\nreader2@example.org,Quay\r\n")}
    path = admin.send("/desk/people/import/", {"newsletter": "pair"}, files=lines).headers["Location"]
    admin.send(path, {"shape": "own", "confirmed": "on"})
    _wait_for(admin, path, "What came of it")
    found = admin.get("/desk/people/?newsletter=pair&tag=quay").text
    assert found.count('<th scope="row">') == 2
    page = f"/desk/editions/{furnished.editions['pair']}/"
    before = editor.get(page).text
    assert "It goes to 4 people: everybody who reads this newsletter." in before
    assert "<bdi>quay</bdi> (2)" in before
    after = editor.say(f"{page}segment/", {"tag": "quay"}, page=page)
    assert "It goes to 2 people." in after
    assert re.search(r"It goes to 2 people: with one of the tags\s+<strong><bdi>quay</bdi></strong>", after)
    assert "no reader of this newsletter has it" in editor.say(f"{page}segment/", {"tag": "large"}, page=page)
    assert "none of this tag" in editor.say(f"{page}segment/", {"language": "x" * 50}, page=page)
    assert "It goes to 4 people: everybody" in editor.say(f"{page}segment/", page=page)


def _wait_for(person: Person, path: str, words: str) -> str:
    """Look at a page until the worker has done what it waits for."""
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        page = person.get(path).text
        if words in page:
            return page
        threading.Event().wait(0.2)
    message = f"{words!r} never came"
    raise AssertionError(message)


def _number(page: str, name: str) -> int:
    """Read a line of the table of what an import came to."""
    found = re.search(rf'<th scope="row">{name}</th><td class="number">(\d+)</td>', page)
    assert found is not None, name
    return int(found[1])


def test_a_list_that_nobody_wants_is_deleted(everybody: dict[str, Person]) -> None:
    """Before it is taken in; an empty one is refused at once, one without columns as soon as it is looked at."""
    admin = everybody["admin"]
    lines = {"file": ("list.csv", b"email\r\ngone@example.org\r\n")}
    path = admin.send("/desk/people/import/", {"newsletter": "daily"}, files=lines).headers["Location"]
    assert "The list is deleted" in admin.say(path, {"action": "discard"}, page=path)
    assert admin.get(path).status_code == 404
    empty = {"file": ("list.csv", b"")}
    answer = admin.say("/desk/people/import/", {"newsletter": "daily"}, files=empty, page="/desk/people/")
    assert "nothing in it" in answer
    assert "there is none" in admin.say("/desk/people/import/", {"newsletter": "daily"}, page="/desk/people/")
    assert "Nobody is like that" in admin.get("/desk/people/?words=gone").text


def test_a_form_that_is_too_large_is_refused_before_it_is_read(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """Its length alone decides: a whole list only from whoever is signed in, and nowhere but where lists go."""
    head = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(30 * 1024 * 1024)}
    with Person(room[0], None) as stranger:
        for path in ("/desk/people/import/", "/settings", "/desk/account/login/"):
            assert _length_refused(stranger, path, head), path
    assert _length_refused(everybody["admin"], "/desk/posts/1/", head)
    assert not _length_refused(everybody["admin"], "/desk/people/import/", head)
    huge = head | {"Content-Length": str(1100 * 1024 * 1024)}
    assert _length_refused(everybody["admin"], "/desk/people/import/", huge)


def _length_refused(person: Person, path: str, head: dict[str, str]) -> bool:
    """Announce a large form and send nothing of it; True when that is answered with 400."""
    site = person.client.base_url
    cookies = "; ".join(f"{name}={value}" for name, value in person.client.cookies.items())
    lines = [f"POST {path} HTTP/1.1", f"Host: {site.host}:{site.port}", f"Cookie: {cookies}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in head.items()]
    with socket.create_connection((site.host, site.port or 80), timeout=30) as link:
        link.sendall("\r\n".join([*lines, "", ""]).encode())
        link.settimeout(2)
        try:
            return link.recv(100).startswith(b"HTTP/1.1 400")
        except TimeoutError:
            return False


def test_settings_are_shown_with_their_place(everybody: dict[str, Person]) -> None:
    """One section at a time; a section that is not there is the first."""
    page = everybody["admin"].get("/desk/settings/?section=newsletters.pair").text
    assert "[newsletters.pair]" in page
    assert "weekdays at 07:30" in page
    assert re.search(r"settings\.toml, line \d+", page)
    assert "built in" in page
    assert "[site]" in everybody["admin"].get("/desk/settings/?section=none").text


# --- all pages --------------------------------------------------------------------------------------------------------


def test_pages_are_small_private_and_guarded(everybody: dict[str, Person], furnished: Furnished) -> None:
    """Below 100 KB, kept by no browser, framed by nobody; no inline style or script."""
    for path in states(furnished):
        answer = everybody["admin"].get(path)
        if answer.is_redirect:
            continue
        assert len(answer.content) < LARGEST, path
        assert "no-store" in answer.headers.get("Cache-Control", ""), path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert " style=" not in answer.text, path
        assert "<script>" not in answer.text, path
