"""What editors write at the desk: posts with pictures, drafts that lose nothing, and alerts from a telephone."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from html import unescape

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, chromium, is_narrow, serving

_PATIENCE = 60  # seconds until a worker must have taken something up


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom for several newsletters."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-writing"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


def _photo() -> bytes:
    """Make a photo that says where it was taken, and with what."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of the harbour"
    exif.get_ifd(0x8825)[1] = "N"
    written = io.BytesIO()
    Image.new("RGB", (640, 480), (40, 90, 140)).save(written, "JPEG", exif=exif)
    return written.getvalue()


def _carried(page: str) -> str:
    """Give the pictures that a form carries."""
    found = re.search(r'name="pictures" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def _key(path: str) -> int:
    """Give the number of the post that an address names."""
    found = re.search(r"/(\d+)/", path)
    assert found is not None
    return int(found[1])


# --- posts ------------------------------------------------------------------------------------------------------------


def test_a_post_with_a_picture_is_drafted_described_published_and_shown(everybody: dict[str, Person]) -> None:
    """A picture without words stays a draft; with them it is published, and the edition shows both."""
    editor = everybody["editor"]
    fields = {"newsletter": "daily", "language": "en", "headline": "Fog over the pier", "text": "It came **early**."}
    answer = editor.send("/desk/write/", {**fields, "do": "add"}, files={"file": ("pier.jpg", _photo(), "image/jpeg")})
    place = answer.headers["Location"]
    page = editor.get(place).text
    assert "The draft is kept." in page
    assert 'class="mark bad">No description' in page
    address = re.search(r'<img src="[^"]*(/pictures/[0-9a-f]{32})"', page)
    assert address is not None
    fields |= {"version": "1", "pictures": _carried(page)}
    refused = editor.send(place, {**fields, "do": "publish"})
    assert refused.status_code == 422
    assert 'href="#alt-0"' in refused.text
    assert "It is kept as a draft." in refused.text
    fields |= {"alt-0": "A pier that ends in white fog", "caption-0": "The pier at seven", "credit-0": "A. Novak"}
    fields |= {"version": "2", "pictures": _carried(refused.text)}
    page = editor.say(place, {**fields, "do": "publish"})
    assert "Published: it stands in the next edition" in page
    assert "Write on at this post" in page
    assert "What the source said" not in page
    edition = editor.send("/desk/newsletters/daily/build/").headers["Location"]
    frame = editor.get(f"{edition}preview/light/").text
    assert 'alt="A pier that ends in white fog"' in frame
    assert "Fog over the pier" in frame
    assert address[1] in frame


def test_an_uploaded_picture_is_public_and_tells_nothing_of_the_camera(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """Anybody gets it, as a picture, without what was noted in the file; another name is not there."""
    editor = everybody["editor"]
    answer = editor.send("/desk/write/", {"newsletter": "daily", "do": "add"}, files={"file": ("x.jpg", _photo())})
    address = re.search(r'src="[^"]*(/pictures/[0-9a-f]{32})"', editor.get(answer.headers["Location"]).text)
    assert address is not None
    with Person(room[0], None) as anybody:
        got = anybody.get(address[1])
        assert anybody.get(f"/pictures/{'0' * 32}").status_code == 404
    assert got.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in got.headers["Cache-Control"]
    assert b"Camera of the harbour" not in got.content
    assert dict(Image.open(io.BytesIO(got.content)).getexif()) == {}


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"", b"\xff\xd8\xff\xe0 broken"])
def test_what_is_no_picture_is_refused(everybody: dict[str, Person], content: bytes) -> None:
    """By its bytes, whatever it is called."""
    page = everybody["editor"].say(
        "/desk/write/",
        {"newsletter": "daily", "do": "add"},
        files={"file": ("photo.jpg", content, "image/jpeg")},
        page="/desk/write/",
    )
    assert "the picture:" in page


def test_a_form_whose_pictures_were_changed_is_refused(everybody: dict[str, Person]) -> None:
    """Pictures travel with the form, signed by us."""
    page = everybody["editor"].say("/desk/write/", {"newsletter": "daily", "pictures": "forged"}, page="/desk/write/")
    assert "this form is not as we sent it" in page


def test_pictures_stand_where_the_text_wants_them_and_can_be_taken_out(everybody: dict[str, Person]) -> None:
    """The second picture is placed by its number; a tick takes one out again."""
    editor = everybody["editor"]
    fields = {"newsletter": "daily", "headline": "Two pictures", "text": "Before.\n\n![](2)\n\nAfter.", "do": "add"}
    place = editor.send("/desk/write/", fields, files={"file": ("1.jpg", _photo())}).headers["Location"]
    small = io.BytesIO()
    Image.new("RGB", (320, 200), (200, 30, 30)).save(small, "PNG")
    words = {"decorative-0": "on", "reason-0": "A mood only", "alt-0": "", "version": "1"}
    carried = {"pictures": _carried(editor.get(place).text)}
    editor.send(place, {**fields, **words, **carried}, files={"file": ("2.png", small.getvalue())})
    page = editor.get(place).text
    words |= {"alt-1": "A red field", "version": "2", "pictures": _carried(page), "do": "publish"}
    page = editor.say(place, {**fields, **words})
    assert "Published" in page
    assert page.index('alt="A red field"') > page.index("Decorative")
    page = editor.get(place).text
    changed = {**fields, **words, "version": "3", "pictures": _carried(page), "remove-1": "on"}
    page = editor.say(place, changed)
    assert 'alt="A red field"' not in page
    assert "Picture 2" not in page


def test_a_published_post_is_changed_at_once_or_not_at_all(everybody: dict[str, Person]) -> None:
    """Between publishing and publishing the change, readers and partners keep what they had."""
    editor = everybody["editor"]
    fields = {"newsletter": "daily", "language": "en", "headline": "Ferry timetable", "text": "Ten o'clock."}
    post = editor.send("/desk/write/", {**fields, "do": "publish"}).headers["Location"]
    place = f"/desk/write/{_key(post)}/"
    page = editor.send(place, {**fields, "text": "Eleven o'clock.", "version": "1", "do": "add"}).text
    assert "The change is not published yet." in page
    assert "Eleven o&#x27;clock." in page
    assert "Eleven" not in editor.get(post).text
    page = editor.say(place, {**fields, "text": "Eleven o'clock.", "version": "1", "do": "publish"})
    assert "Eleven" in page
    refused = editor.send(place, {**fields, "text": "![](https://example.org/x.jpg)", "version": "2", "do": "publish"})
    assert refused.status_code == 422
    assert "A picture in the text has no description" in refused.text
    late = editor.send(place, {**fields, "version": "1", "do": "publish"})
    assert late.status_code == 409
    assert "Somebody else changed this post meanwhile" in late.text


def test_what_is_too_long_or_empty_is_said_at_its_field(everybody: dict[str, Person]) -> None:
    """With the limit, and nothing is kept; an empty post is no post."""
    editor = everybody["editor"]
    answer = editor.send("/desk/write/", {"newsletter": "daily", "headline": "x" * 201, "do": "draft"})
    assert answer.status_code == 422
    assert "at most 200 characters" in answer.text
    answer = editor.send("/desk/write/", {"newsletter": "daily", "do": "publish"})
    assert answer.status_code == 422
    assert "Write a headline or a text first." in answer.text


def test_a_post_stays_in_the_newsletter_that_it_was_written_for(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """Whoever works for another newsletter neither sees nor changes it, and writes for their own only."""
    editor, weekly = everybody["editor"], everybody["weekly"]
    post = editor.send("/desk/write/", {"newsletter": "alerts", "headline": "Ours", "do": "publish"}).headers[
        "Location"
    ]
    assert weekly.get(post).status_code == 403
    assert weekly.get(f"/desk/write/{_key(post)}/").status_code == 403
    assert weekly.send("/desk/write/", {"newsletter": "alerts", "headline": "No"}).status_code == 403
    assert weekly.send("/desk/write/", {"newsletter": "weekly", "headline": "Yes"}).is_redirect
    assert weekly.get(f"/desk/write/{room[1].posts['sample-wind']}/").status_code == 404
    assert everybody["viewer"].get("/desk/write/").status_code == 403


# --- alerts -----------------------------------------------------------------------------------------------------------


def test_an_alert_is_written_approved_and_sent_without_a_script(everybody: dict[str, Person]) -> None:
    """The editor writes, the approver types the number of people; readers get it before every digest."""
    editor, approver = everybody["editor"], everybody["approver"]
    assert editor.send("/desk/alert/", {"newsletter": "alerts"}).status_code == 422
    fields = {"newsletter": "alerts", "language": "en", "headline": "Storm warning", "text": "Stay inside tonight."}
    place = editor.send("/desk/alert/", fields).headers["Location"]
    page = editor.get(place).text
    assert "Somebody who may approve lets it go." in page
    assert "It goes to 4 people." in page
    assert editor.send(place, {"people": "4"}).status_code == 403
    assert place in editor.get("/desk/").text
    page = approver.get(place).text
    assert "Stay inside tonight." in page
    assert "To approve it and send it now to 4 people" in page
    assert "it goes to 4, not to 5" in approver.say(place, {"people": "5"}, page=place)
    page = approver.say(place, {"people": "4"})
    assert "Until then you can take it back" in page
    page = approver.say(place, {"do": "undo"})
    assert "Taken back" in page
    approver.send(place, {"people": "4"})
    ends = time.monotonic() + _PATIENCE
    while 'good">Sent' not in (page := approver.get(place).text) and time.monotonic() < ends:
        pass  # each look is an answer of the server
    assert 'good">Sent' in page


def test_two_people_see_an_alert_where_the_newsletter_demands_it(everybody: dict[str, Person]) -> None:
    """Whoever wrote it cannot let it go; a second person is enough, and one that nobody wants is dropped."""
    approver, second = everybody["approver"], everybody["second"]
    fields = {"newsletter": "pair", "headline": "Harbour closed", "text": "Until further notice."}
    place = approver.send("/desk/alert/", fields).headers["Location"]
    assert "wants the eyes of two people" in approver.get(place).text
    assert "you changed it last" in approver.say(place, {"people": "4"}, page=place)
    assert "Approve and send" in second.get(place).text
    assert "Dropped: nobody gets it." in second.say(place, {"do": "drop"})
    assert second.get(place.replace("/alerts/", "/editions/")).status_code == 200


def test_an_edition_that_is_no_alert_has_no_alert_page(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """The short way out is for what was written as an alert."""
    assert everybody["approver"].get(f"/desk/alerts/{room[1].editions['weekly']}/").status_code == 404


@pytest.mark.browser
def test_an_alert_fits_a_telephone(room: tuple[str, Furnished]) -> None:
    """At 320 pixels, from the first page to the last tap, nothing has to be scrolled sideways."""
    with chromium() as browser:
        _send_from_a_telephone(browser, room)


def _send_from_a_telephone(browser: Browser, room: tuple[str, Furnished]) -> None:
    """Go the whole way."""
    context = browser.new_context(base_url=room[0], viewport={"width": 320, "height": 640}, has_touch=True)
    context.add_cookies([{"name": "sessionid", "value": room[1].sessions["approver"], "url": room[0]}])
    page = context.new_page()
    page.goto("/desk/")
    with page.expect_navigation():
        page.tap("a[href='/desk/alert/']")
    assert is_narrow(page)
    page.fill("#headline", "Bridge closed")
    page.fill("#text", "The bridge is closed until noon.")
    page.select_option("#newsletter", "weekly")
    with page.expect_navigation():
        page.tap("form.short button")
    assert "4 people" in page.locator("form.short label").inner_text()
    assert is_narrow(page)
    page.fill("#people", "4")
    with page.expect_navigation():
        page.tap("form.short button")
    assert page.locator("button:has-text('Take it back')").count() == 1
    assert is_narrow(page)
    context.close()
