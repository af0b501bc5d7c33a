"""ATAG 2.0, criterion by criterion: what the desk does for those who write, and for those who read what they write.

Each test is named after its success criterion; those about the audit itself are tested with the accessibility room.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape as html_unescape
from pathlib import Path
from typing import Final

import pytest
from lxml import html as lxml_html
from lxml.html import HtmlElement

from publisher.accessibility import alt as alts
from publisher.accessibility import coverage, report, report_page
from publisher.accessibility.audit import RULES, audit
from publisher.accessibility.judgement import RULES as JUDGEMENTS
from publisher.accessibility.page import Kind, read_html
from publisher.digest import finish
from publisher.jobs.editions.edition import Plan, make, plan
from publisher.model import AltOrigin, Gate, Image, Post
from publisher.settings import BUILT_IN, Newsletter, load
from publisher.store import codec
from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.desk_states import states
from tests.web_builders import SETTINGS, publisher, serving

# The table of the criteria that apply; A.1.2.x has no other interface to be about, A.3.1.4 and the like are AAA.
CRITERIA: Final = """
A.1.1.1 A.2.1.1 A.2.1.2 A.2.2.1 A.2.2.2 A.3.1.1 A.3.1.2 A.3.1.3 A.3.2.1 A.3.2.2 A.3.2.3 A.3.3.1 A.3.4.1 A.3.5.1
A.3.6.1 A.3.6.2 A.3.6.3 A.3.7.1 A.4.1.1 A.4.1.2 A.4.2.1 A.4.2.2
B.1.1.1 B.1.1.2 B.1.2.1 B.1.2.2 B.1.2.3 B.1.2.4 B.2.1.1 B.2.2.1 B.2.2.2 B.2.3.1 B.2.3.2 B.2.3.3 B.2.4.1 B.2.4.2
B.2.5.1 B.2.5.2 B.3.1.1 B.3.1.2 B.3.1.3 B.3.1.4 B.3.1.5 B.3.2.1 B.4.1.1 B.4.1.2 B.4.1.3 B.4.1.4 B.4.2.1 B.4.2.2
B.4.2.3 B.4.2.4
"""
NOW: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_STYLED: Final = frozenset({"link-distinguishable", "contrast"})  # measured in a browser, with the style sheet


def _post() -> Post:
    """Write a post in Persian with a picture that is described."""
    picture = Image(
        url="https://example.org/ferry.jpg",
        alt="کشتی سفیدی بندر تاریک را ترک می‌کند",
        alt_origin=AltOrigin.SOURCE,
        caption="قایق‌ها در اسکله",
    )
    return Post(
        id="ferry",
        source="sample",
        title="کشتی شب برمی‌گردد",
        language="fa",
        url="https://example.org/ferry",
        published=NOW,
        text="کشتی شب برمی‌گردد. آخرین قایق ظهر رفت.",
        summary="کشتی شب برمی‌گردد.",
        images=(picture,),
    )


def _plan(template: str, language: str = "en") -> Plan:
    """Plan an edition of a newsletter with a template."""
    newsletter = Newsletter.model_validate(
        {"title": "Daily", "from": "News <news@example.org>", "sources": ["sample"], "template": template}
    )
    return plan(BUILT_IN, "daily", newsletter, language=language)


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


def test_a_1_1_1_every_page_of_the_desk_meets_wcag(room: tuple[str, Furnished]) -> None:
    """What a machine can read in the markup; axe, the Nu checker, keyboard and display have tests of their own."""
    with people(*room) as found:
        for path in states(room[1]):
            answer = found["admin"].get(path)
            if answer.is_redirect:
                continue
            page = read_html(answer.text, kind=Kind.WEB)
            blocking = [one.message for one in audit(page) if one.gate is Gate.BLOCK and one.rule not in _STYLED]
            assert (path, blocking) == (path, [])
            assert len(list(page.tree.all("h1"))) == len(list(page.tree.all("main"))) == 1, path
            named = {label.get("for") for label in page.tree.all("label")}
            fields = [one for one in page.tree.all("input", "select", "textarea") if one.get("type") != "hidden"]
            ids = {str(one.get("id")) for one in page.tree.elements}
            bare = [one.get("name") for one in fields if one.get("id") not in named and not _names_itself(one, ids)]
            assert (path, bare) == (path, [])


def _names_itself(field: HtmlElement, ids: set[str]) -> bool:
    """Say whether a field is named by words of its own, or by elements that are there."""
    others = (field.get("aria-labelledby") or "").split()
    return bool(field.get("aria-label")) or (bool(others) and set(others) <= ids)


def test_a_2_1_1_alternatives_are_shown_where_pictures_are_edited(post: str) -> None:
    """The picture carries its alt, and the same words stand in the field beside it."""
    assert '<img src="https://example.org/jars.jpg" alt="Pupils sell jars of plum jam"' in post
    assert re.search(r"<textarea[^>]*name=\"alt-0\"[^>]*>Pupils sell jars of plum jam</textarea>", post)


def test_a_2_1_2_no_media_play_in_the_editing_view(room: tuple[str, Furnished], editor: Person) -> None:
    """Pages show no film and no sound themselves, so that none is shown without its alternatives."""
    for path in states(room[1]):
        assert not re.search(r"<(video|audio|object|embed)\b", editor.get(path).text), path


def test_a_2_2_1_status_marks_are_words(editor: Person) -> None:
    """What is wrong with a post is written, not only coloured."""
    assert re.search(r'class="mark bad">1 picture without a description', editor.get("/desk/inbox/").text)


def test_a_2_2_2_text_properties_are_carried_by_the_text(post: str) -> None:
    """Language and direction of a post's words are set on the fields that hold them."""
    assert re.search(r"<textarea[^>]*name=\"alt-0\"[^>]*lang=\"en\" dir=\"ltr\"", post)


def test_a_3_1_1_everything_can_be_reached_with_the_keyboard(room: tuple[str, Furnished], editor: Person) -> None:
    """Native links, buttons and fields in the order of the page; nothing waits for a pointer."""
    for path in states(room[1]):
        page = editor.get(path).text
        assert not re.search(r'\s(on(click|mouse\w+|drag\w*)|accesskey)=|tabindex="[1-9]', page), path


def test_a_3_1_2_no_preview_is_a_trap(room: tuple[str, Furnished], editor: Person) -> None:
    """The mail in its frame runs no script, so that Tab leads out of it again."""
    path = f"/desk/editions/{room[1].editions['weekly']}/preview/light/"
    answer = editor.get(path)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-popups ")
    assert "allow-scripts" not in answer.headers["Content-Security-Policy"]


def test_a_3_1_3_there_is_an_efficient_way_with_the_keyboard(edition: str) -> None:
    """A skip link first, landmarks and headings after it."""
    assert edition.index('class="skip"') < edition.index("<nav")
    assert edition.count("<h2") >= 4


def test_a_3_2_1_content_is_not_lost_with_the_session(post: str) -> None:
    """What is typed is kept on the device, and the end of a session is announced before."""
    assert 'data-draft="editor post-' in post
    assert re.search(r'data-session="\d+" data-lifetime="43200" data-warning="You will be signed out', post)


def test_a_3_2_2_the_end_of_a_session_is_told_and_can_be_put_off(editor: Person, post: str) -> None:
    """Twelve hours at least; ten minutes before the end it is said, and any page that is opened begins anew."""
    seconds = re.search(r'data-session="(\d+)"', post)
    assert seconds is not None
    assert int(seconds[1]) > 11 * 3600
    again = re.search(r'data-session="(\d+)"', editor.get("/desk/").text)
    assert again is not None
    assert int(again[1]) >= int(seconds[1]) - 60


def test_a_3_2_3_what_is_edited_does_not_move(room: tuple[str, Furnished], editor: Person) -> None:
    """No page reloads or scrolls by itself; live numbers are text, not controls."""
    for path in states(room[1]):
        page = editor.get(path).text
        assert not re.search(r'http-equiv="refresh"|<marquee', page, re.IGNORECASE), path
    page = editor.get(f"/desk/editions/{room[1].editions['alerts']}/sending/").text
    assert re.search(r'<td class="number" data-count="accepted">', page)


def test_a_3_3_1_nothing_flashes_or_plays_by_itself(room: tuple[str, Furnished], editor: Person) -> None:
    """The style sheets of the desk hold no animation; previews show no script and no media."""
    sheets = "".join(
        editor.get(found).text
        for found in re.findall(r'<link rel="stylesheet" href="([^"]+)"', editor.get("/desk/").text)
    )
    assert len(sheets) > 1000
    assert "@keyframes" not in sheets
    assert "autoplay" not in editor.get(f"/desk/editions/{room[1].editions['weekly']}/preview/light/").text


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


def test_a_3_6_2_display_settings_are_saved(room: tuple[str, Furnished]) -> None:
    """The language that somebody chose stays until they choose another one."""
    with people(*room) as found:
        viewer = found["viewer"]
        assert '<html lang="ar" dir="rtl">' in viewer.get("/desk/?lang=ar").text
        assert '<html lang="ar" dir="rtl">' in viewer.get("/desk/inbox/").text
        assert '<html lang="en" dir="ltr">' in viewer.get("/desk/?lang=en").text


def test_a_3_6_3_settings_of_the_platform_are_followed(editor: Person) -> None:
    """Light and dark, forced colours, motion, language and sizes: all as system and browser say."""
    page = editor.get("/desk/").text
    assert '<meta name="color-scheme" content="light dark">' in page
    sheet = editor.get("/static/desk/desk.css").text
    assert "forced-colors: active" in sheet
    assert "prefers-reduced-motion" in sheet
    assert not re.search(r"html\s*{[^}]*font-size:\s*\d+px", sheet)


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


def test_a_4_1_2_changes_of_settings_are_told_and_can_be_taken_back(room: tuple[str, Furnished]) -> None:
    """A role that is given is confirmed on the page, stands in the log with what was before, and can be taken away."""
    with people(*room) as found:
        admin = found["admin"]
        form = {"account": "nobody", "scope": "newsletters.daily", "role": "editor"}
        assert "Kept." in admin.say("/desk/rights/", form, page="/desk/rights/")
        assert "before" in admin.get("/desk/log/?subject=nobody").text
        assert "Kept." in admin.say("/desk/rights/", {**form, "role": ""}, page="/desk/rights/")
        assert found["nobody"].get("/desk/").status_code == 403


def test_a_4_2_1_features_are_explained(editor: Person) -> None:
    """The help tells how to describe pictures, read the report, and work with the keyboard."""
    page = editor.get("/desk/help/").text
    for heading in ("Your first accessible edition", "Good descriptions", "With the keyboard", "What the audit tests"):
        assert heading in page


def test_a_4_2_2_all_features_are_explained(room: tuple[str, Furnished]) -> None:
    """The help names every page that the navigation leads to."""
    with people(*room) as found:
        page = found["admin"].get("/desk/help/").text
    navigation, content = page.split("<main", 1)
    parts = re.findall(r'<a href="/desk/[a-z]*/?"[^>]*>([^<]+)</a>', navigation.split('class="row account"')[0])
    assert len(parts) > 10
    listed = content[content.index('id="pages"') : content.index('id="descriptions"')]
    assert [part for part in parts[1:] if f">{part}<" not in listed and part != "Help"] == []


# --- part B: the desk helps to write what everybody can read ----------------------------------------------------------


def test_b_1_1_1_what_is_made_unattended_is_held(tmp_path: Path) -> None:
    """An edition that nobody looks at: a picture without a description, and the gate keeps it from going out."""
    strict = SETTINGS.format(url="http://127.0.0.1:8000", ses='[ses]\ntransport = "outbox"')
    strict += 'approval = "automatic"\n[accessibility]\nmissing_alt = "block"\n'
    (tmp_path / "posts").mkdir()
    (tmp_path / "settings.toml").write_text(strict, encoding="utf-8")
    note = "---\nid: bare\ntitle: A ferry\nlang: en\n---\n\nIt left.\n\n![](https://example.org/ferry.jpg)\n"
    (tmp_path / "posts" / "bare.md").write_text(note.replace("![]", "![IMG_1.jpg]"), encoding="utf-8")
    assert publisher(tmp_path, "pull").returncode == 0
    built = publisher(tmp_path, "build", "weekly", "--json")
    assert built.returncode == 1, built.stderr
    found = json.loads(built.stdout)
    assert found["state"] == "draft"
    assert not found["report"]["passed"]


def test_b_1_1_2_content_is_checked_in_the_session(edition: str) -> None:
    """Every edition stands beside its report."""
    assert '<h2 id="report">Report</h2>' in edition
    assert "asks for somebody" in edition or "ask for somebody" in edition


def test_b_1_2_1_recoding_keeps_what_makes_content_accessible() -> None:
    """A post becomes a mail, plain text, a page of the web and JSON: alt, caption and language are in each."""
    made = make((_post(),), _plan("digest"), now=NOW)
    root = lxml_html.document_fromstring(made.rendered.html)
    assert [one.get("alt") for one in root.iter("img")] == [_post().images[0].alt]
    for written in (made.rendered.html, made.rendered.web):
        assert 'lang="fa" dir="rtl"' in written
    for written in (made.rendered.html, made.rendered.text, made.rendered.web):
        for words in (_post().images[0].alt, _post().images[0].caption, _post().title):
            assert words is not None
            assert words in " ".join(written.split())
    again = codec.read(Post, codec.write(_post()))
    assert again == _post()


def test_b_1_2_2_what_is_used_twice_keeps_what_makes_it_accessible() -> None:
    """The same post in two newsletters, in other templates and other editions: description and language stay."""
    for template, language in (("digest", "en"), ("full", "cs")):
        html = make((_post(),), _plan(template, language), now=NOW).rendered.html
        assert f'alt="{_post().images[0].alt}"' in html
        assert 'lang="fa" dir="rtl"' in html


def test_b_1_2_3_inlining_keeps_what_assistive_technology_reads() -> None:
    """Attributes before and after the styles are written on the elements are the same."""
    names = ("alt", "role", "lang", "dir", "aria-label", "scope", "id")
    page = (
        '<html lang="en"><head><style data-inline="">p { color: #123456 }</style></head><body><div role="article" '
        'aria-label="A" lang="fa" dir="rtl"><p id="a">x</p><img src="a.png" alt="B"><table><tr><th scope="col">c</th>'
        "</tr></table></div></body></html>"
    )
    before = lxml_html.document_fromstring(page)
    after = finish.inline(page)
    for name in names:
        found = [[one.get(name) for one in tree.iter() if one.get(name)] for tree in (before, after)]
        assert found[0] == found[1], name
    assert "color:#123456" in finish.write(after)


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


def test_b_2_2_1_the_accessible_way_is_the_first(post: str) -> None:
    """The template that is taken without asking passes; describing a picture comes before calling it decorative."""
    assert Newsletter.model_fields["template"].default == "digest"
    assert make((_post(),), _plan("digest"), now=NOW).report.passed
    assert post.index('name="alt-0"') < post.index('name="decorative-0"')


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


@pytest.mark.parametrize("template", ["digest", "full", "headlines", "large-print", "plain"])
def test_b_2_4_1_every_template_that_comes_along_passes(template: str) -> None:
    """Nothing in it blocks, and nothing asks for a decision."""
    picture = replace(_post().images[0], alt="A white ferry leaves a dark harbour", caption="Boats at the pier")
    post = replace(
        _post(), language="en", title="The ferry returns", text="It came.", summary="It came.", images=(picture,)
    )
    found = make((post,), _plan(template), now=NOW).report.findings
    assert [one.message for one in found if one.gate is not Gate.INFO] == []


def test_b_2_4_2_templates_say_whether_they_are_accessible(editor: Person) -> None:
    """In words, beside the name of the template; one that nobody used yet says so."""
    assert re.search(r"<bdi>digest</bdi> · <span class=\"mark good\">passes the audit", _newsletter(editor, "weekly"))
    assert "not audited yet" in _newsletter(editor, "daily")


def _newsletter(editor: Person, name: str) -> str:
    """Give the page of a newsletter."""
    return editor.get(f"/desk/newsletters/{name}/").text


def test_b_2_5_1_what_comes_written_already_passes() -> None:
    """The words that stand in every edition, footer and links included, in every language of ours."""
    for language in ("en", "ar", "fa", "cs", "ru", "zh"):
        found = make((_post(),), _plan("digest", language), now=NOW).report.findings
        assert [one.message for one in found if one.gate is Gate.BLOCK] == [], language


def test_b_2_5_2_what_was_written_earlier_says_who_wrote_it(room: tuple[str, Furnished], editor: Person) -> None:
    """A text that is offered again names its author, so that one can tell it from one's own."""
    fields = {"version": "1", "alt-0": "A ferry at night", "caption-0": "The ferry at the pier", "credit-0": "A. Novak"}
    editor.send(f"/desk/posts/{room[1].posts['agency-ferry']}/", fields)
    page = editor.get(f"/desk/posts/{room[1].posts['sample-ferry']}/").text
    assert re.search(r'<q dir="auto">A ferry at night</q> <span class="meta">\(written earlier by editor\)', page)


def test_b_3_1_1_there_is_a_test_for_what_authors_can_break() -> None:
    """The table of rules names the success criterion of each, and stands in the documentation as it is."""
    written = coverage.table()
    assert all(f"`{rule.id}`" in written for rule in RULES)
    covered = {rule.wcag for rule in RULES}
    assert {"1.1.1", "1.3.1", "1.4.3", "1.4.1", "2.4.4", "3.1.1", "3.1.2", "2.4.2"} <= covered
    documented = (Path(__file__).parents[1] / "docs" / "accessibility.md").read_text("utf-8")
    assert written in documented


def test_b_3_1_2_people_are_helped_to_decide(edition: str) -> None:
    """Every rule says how to tell whether it is a barrier, and the page shows it with each finding."""
    assert all(rule.decide for rule in (*RULES, *JUDGEMENTS))
    assert "How to decide" in edition


def test_b_3_1_3_findings_lead_to_the_field(edition: str, room: tuple[str, Furnished]) -> None:
    """The link of a finding about a picture leads to the field of its description."""
    assert f'href="/desk/posts/{room[1].posts["sample-jam"]}/#alt-0"' in edition


def test_b_3_1_4_there_is_a_report_of_each_edition(room: tuple[str, Furnished], editor: Person) -> None:
    """It is kept with the edition, also when that went out long ago; scripts and people can read it."""
    assert '<h2 id="report">Report</h2>' in editor.get(f"/desk/editions/{room[1].editions['alerts']}/").text
    made = make((_post(),), _plan("digest"), now=NOW).report
    assert "<h1>" in report_page.write(made, name="Daily")
    assert report.to_json(made)["passed"] is True


def test_b_3_1_5_results_are_tied_to_content_by_program() -> None:
    """Each finding in the JSON has its rule, criterion, post, field and place."""
    bare = replace(_post(), images=(Image(url="https://example.org/a.jpg", caption="At the pier"),))
    written = report.to_json(make((bare,), _plan("digest"), now=NOW).report)
    (found,) = [one for one in written["findings"] if one["rule"] == "image-own-alt"]
    assert found.keys() >= {"rule", "wcag", "severity", "gate", "message", "fix", "post", "field", "selector"}
    assert (found["wcag"], found["post"], found["field"]) == ("1.1.1", "ferry", "images[0].alt")


def test_b_3_2_1_every_rule_says_how_to_mend_it(edition: str) -> None:
    """The report shows what to do beside what is wrong."""
    assert all(rule.fix for rule in (*RULES, *JUDGEMENTS))
    assert "Mend it: School garden sells its jam" in edition


def test_b_4_1_1_checking_is_on_by_default() -> None:
    """A fresh installation audits, and refuses what blocks."""
    assert BUILT_IN.accessibility.gate == "on"


def test_b_4_1_2_checking_can_be_turned_on_again(tmp_path: Path) -> None:
    """The gate is one setting with two values: what was "report" becomes "on" by writing that."""
    base = SETTINGS.format(url="http://127.0.0.1:8000", ses="")
    for gate in ("report", "on"):
        file = tmp_path / "settings.toml"
        file.write_text(f'{base}[accessibility]\ngate = "{gate}"\n', encoding="utf-8")
        assert load(file, {}).accessibility.gate == gate


def test_b_4_1_3_turning_off_is_warned_about(editor: Person) -> None:
    """The help says what it means when the gate only reports."""
    assert "Then barriers reach readers" in editor.get("/desk/help/").text


def test_b_4_1_4_findings_stand_with_everything_else(room: tuple[str, Furnished], editor: Person) -> None:
    """A missing description is listed as prominently as a source that fails: in the inbox and on the first page."""
    assert "with pictures that nobody described" in editor.get("/desk/").text
    assert json.dumps(room[1].editions["weekly"])[1:-1] in editor.get("/desk/").text


def test_b_4_2_1_the_examples_of_the_help_are_good_practice(editor: Person) -> None:
    """What it calls good passes the rules for descriptions, what it calls not good fails them."""
    page = html_unescape(editor.get("/desk/help/").text)
    found = re.search(r"Good: «([^»]+)». Not good: «([^»]+)», «([^»]+)», «([^»]+)»", page)
    assert found is not None
    good, placeholder, file, lead = found.groups()
    assert not alts.is_placeholder(good)
    assert not alts.is_file_name(good)
    assert not alts.redundant_lead(good)
    assert not alts.is_too_long(good)
    assert alts.is_placeholder(placeholder)
    assert alts.is_file_name(file)
    assert alts.redundant_lead(lead)


def test_b_4_2_2_the_features_have_instructions(editor: Person) -> None:
    """The help is one step away from every page, at the same place."""
    for path in ("/desk/", "/desk/inbox/", "/desk/results/"):
        assert '<a href="/desk/help/">Help</a>' in editor.get(path).text


def test_b_4_2_3_there_is_a_tutorial(editor: Person) -> None:
    """Step by step to the first accessible edition, each with the page where it is done."""
    page = editor.get("/desk/help/").text
    steps = page[page.index('id="first"') : page.index("</ol>", page.index('id="first"'))]
    assert steps.count("<li>") >= 5
    assert 'href="/desk/inbox/?state=undescribed"' in steps


def test_b_4_2_4_the_instructions_have_an_index(editor: Person) -> None:
    """The help begins with links to each of its parts, and each arrives."""
    page = editor.get("/desk/help/").text
    index = page[page.index('<nav aria-label="On this page">') :]
    places = re.findall(r'href="#([a-z]+)"', index[: index.index("</nav>")])
    assert len(places) == len(re.findall(r"<h2 id=", index[: index.index("</main>")]))
    assert all(f'<h2 id="{place}">' in page for place in places)


def test_every_criterion_that_applies_has_a_test_of_its_name() -> None:
    """The list of the criteria that the desk has to meet, A and AA, and those of AAA that it meets besides."""
    named = {found[1] for name in globals() if (found := re.match(r"test_([ab]_\d_\d_\d)_", name))}
    assert named == {one.lower().replace(".", "_") for one in CRITERIA.split()}
