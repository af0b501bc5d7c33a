"""ATAG 2.0, criterion by criterion: what the desk does for those who write, and for those who read what they write.

Each test is named after its success criterion; those about the audit itself are tested with the accessibility room.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from publisher.accessibility.audit import RULES
from publisher.accessibility.judgement import RULES as JUDGEMENTS
from publisher.settings import BUILT_IN
from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, serving


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with posts, editions and accounts."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-atag"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def editor(room: tuple[str, Furnished]) -> Iterator[Person]:
    """Give an editor."""
    with people(*room) as found:
        yield found["editor"]


@pytest.fixture(scope="module")
def post(room: tuple[str, Furnished], editor: Person) -> str:
    """Give the page of a post whose picture repeats its caption."""
    return editor.get(f"/desk/posts/{room[1].posts['sample-jam']}/").text


@pytest.fixture(scope="module")
def edition(room: tuple[str, Furnished], editor: Person) -> str:
    """Give the page of an edition."""
    return editor.get(f"/desk/editions/{room[1].editions['weekly']}/").text


# --- part A: the desk is accessible to those who work at it -----------------------------------------------------------


def test_a_2_1_1_alternatives_are_shown_where_pictures_are_edited(post: str) -> None:
    """The picture carries its alt, and the same words stand in the field beside it."""
    assert '<img src="https://example.org/jars.jpg" alt="Pupils sell jars of plum jam"' in post
    assert re.search(r"<textarea[^>]*name=\"alt-0\"[^>]*>Pupils sell jars of plum jam</textarea>", post)


def test_a_2_2_1_status_marks_are_words(editor: Person) -> None:
    """What is wrong with a post is written, not only coloured."""
    assert re.search(r'class="mark bad">1 picture without a description', editor.get("/desk/inbox/").text)


def test_a_2_2_2_text_properties_are_carried_by_the_text(post: str) -> None:
    """Language and direction of a post's words are set on the fields that hold them."""
    assert re.search(r"<textarea[^>]*name=\"alt-0\"[^>]*lang=\"en\" dir=\"ltr\"", post)


def test_a_3_1_3_there_is_an_efficient_way_with_the_keyboard(edition: str) -> None:
    """A skip link first, landmarks and headings after it."""
    assert edition.index('class="skip"') < edition.index("<nav")
    assert edition.count("<h2") >= 4


def test_a_3_2_1_content_is_not_lost_with_the_session(post: str) -> None:
    """What is typed is kept on the device, and the end of a session is announced before."""
    assert 'data-draft="post-' in post
    assert re.search(r'data-session="\d+" data-warning="You will be signed out', post)


def test_a_3_4_1_content_is_navigated_by_its_structure(room: tuple[str, Furnished], editor: Person) -> None:
    """The outline of an edition lists its headings with their levels."""
    page = editor.get(f"/desk/editions/{room[1].editions['weekly']}/?view=outline").text
    assert re.search(r'<li class="level-2">2 · ', page)


def test_a_3_5_1_text_is_searched(editor: Person) -> None:
    """Words of titles and texts find posts, descriptions of pictures included."""
    assert "The wind turns to the west" in editor.get("/desk/inbox/?words=wind").text


def test_a_3_6_1_display_settings_do_not_touch_what_is_published(editor: Person) -> None:
    """The help says so, and pages follow the settings of the platform: no style of an author's own is asked for."""
    assert "they change nothing in what is published" in editor.get("/desk/help/").text


def test_a_3_7_1_previews_are_shown_by_the_browser_itself(edition: str) -> None:
    """A frame with a title, whose page can be opened alone in any browser with any assistive technology."""
    assert re.search(r'<iframe class="preview" title="Preview: Light" sandbox=', edition)
    assert "This preview alone" in edition


def test_a_4_1_1_what_cannot_be_undone_is_confirmed(room: tuple[str, Furnished]) -> None:
    """Sending wants the number of people typed, and can be taken back for a while; cancelling wants a tick."""
    with people(*room) as found:
        path = f"/desk/editions/{room[1].editions['pair']}/"
        page = found["approver"].say(f"{path}step/", {"action": "cancel"}, page=f"{path}sending/")
    assert "Tick the box to cancel it" in page


def test_a_4_2_1_features_are_explained(editor: Person) -> None:
    """The help tells how to describe pictures, read the report, and work with the keyboard."""
    page = editor.get("/desk/help/").text
    for heading in ("Your first accessible edition", "Good descriptions", "With the keyboard", "What the audit tests"):
        assert heading in page


# --- part B: the desk helps to write what everybody can read ----------------------------------------------------------


def test_b_1_1_2_content_is_checked_in_the_session(edition: str) -> None:
    """Every edition stands beside its report."""
    assert '<h2 id="report">Report</h2>' in edition
    assert "asks for somebody" in edition or "ask for somebody" in edition


def test_b_1_2_4_alternatives_of_the_source_are_preserved(room: tuple[str, Furnished], editor: Person) -> None:
    """A description that an editor writes stands beside the source's own, which is never lost."""
    path = f"/desk/posts/{room[1].posts['agency-jam']}/"
    caption = "Pupils sell jars of plum jam"
    page = editor.say(path, {"version": "1", "alt-0": "Two girls behind a table of jars", "caption-0": caption})
    assert "Two girls behind a table of jars" in page
    assert f'<dd dir="auto">{caption}</dd>' in page


def test_b_2_1_1_every_field_that_readers_need_exists(post: str) -> None:
    """Alt, decorative with its reason, caption, credit and long description, for each picture."""
    for name in ("alt", "decorative", "reason", "caption", "credit", "long"):
        assert f'name="{name}-0"' in post


def test_b_2_2_2_descriptions_are_written_where_captions_are(post: str) -> None:
    """In the same form, before the caption."""
    assert post.index('name="alt-0"') < post.index('name="caption-0"')


def test_b_2_3_1_descriptions_of_pulled_pictures_can_be_changed(post: str) -> None:
    """The field of a picture from a source is no less a field."""
    assert not re.search(r'<textarea[^>]*name="alt-0"[^>]*readonly', post)


def test_b_2_3_2_no_description_is_invented(room: tuple[str, Furnished], editor: Person) -> None:
    """A picture without one has an empty field, and what other people wrote is an offer that one takes or leaves."""
    page = editor.get(f"/desk/posts/{room[1].posts['sample-ferry']}/").text
    assert re.search(r'<textarea[^>]*name="alt-0"[^>]*></textarea>', page)
    assert "Nobody has said what this picture shows." in page


def test_b_2_3_3_descriptions_are_saved_and_offered_again(room: tuple[str, Furnished], editor: Person) -> None:
    """The same picture in another post brings what was written about it."""
    fields = {"version": "1", "alt-0": "A ferry at night", "caption-0": "The ferry at the pier", "credit-0": "A. Novak"}
    editor.send(f"/desk/posts/{room[1].posts['agency-ferry']}/", fields)
    page = editor.get(f"/desk/posts/{room[1].posts['sample-ferry']}/").text
    assert "A ferry at night" in page
    assert "written earlier by editor" in page


def test_b_3_1_2_people_are_helped_to_decide(edition: str) -> None:
    """Every rule says how to tell whether it is a barrier, and the page shows it with each finding."""
    assert all(rule.decide for rule in (*RULES, *JUDGEMENTS))
    assert "How to decide" in edition


def test_b_3_1_3_findings_lead_to_the_field(edition: str, room: tuple[str, Furnished]) -> None:
    """The link of a finding about a picture leads to the field of its description."""
    assert f'href="/desk/posts/{room[1].posts["sample-jam"]}/#alt-0"' in edition


def test_b_3_2_1_every_rule_says_how_to_mend_it(edition: str) -> None:
    """The report shows what to do beside what is wrong."""
    assert all(rule.fix for rule in (*RULES, *JUDGEMENTS))
    assert "Mend it: School garden sells its jam" in edition


def test_b_4_1_1_checking_is_on_by_default() -> None:
    """A fresh installation audits, and refuses what blocks."""
    assert BUILT_IN.accessibility.gate == "on"


def test_b_4_1_3_turning_off_is_warned_about(editor: Person) -> None:
    """The help says what it means when the gate only reports."""
    assert "Then barriers reach readers" in editor.get("/desk/help/").text


def test_b_4_1_4_findings_stand_with_everything_else(room: tuple[str, Furnished], editor: Person) -> None:
    """A missing description is listed as prominently as a source that fails: in the inbox and on the first page."""
    assert "with pictures that nobody described" in editor.get("/desk/").text
    assert json.dumps(room[1].editions["weekly"])[1:-1] in editor.get("/desk/").text


def test_b_4_2_2_the_features_have_instructions(editor: Person) -> None:
    """The help is one step away from every page, at the same place."""
    for path in ("/desk/", "/desk/inbox/", "/desk/results/"):
        assert '<a href="/desk/help/">Help</a>' in editor.get(path).text
