"""The finished edition: skeleton, languages, templates, and what must never be in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from markupsafe import Markup

from publisher.accessibility import audit, page
from publisher.digest import strings
from publisher.digest.compose import compose
from publisher.digest.look import TEMPLATES, Logo, Look, packaged
from publisher.digest.render import for_mail, for_web, render
from publisher.digest.rules import Rules, content_for, with_rest_on_web
from publisher.errors import SettingsError
from publisher.model import AltOrigin, Digest, Gate, Image, Post, Rendered, Slot
from tests.builders import NOON, make_image, make_medium, make_post, some_post

LOOK = Look(newsletter="The Daily", publisher="Example News", postal_address="12 Harbour Street", home="https://e.org/")

# What screen readers got as escapes in plain sight, before every character was written as a reference.
PROBES = (
    "no\u00a0break",
    "soft\u00adhyphen",
    "می\u200cخواهم",
    "emoji \N{MAN}\u200d\N{PERSONAL COMPUTER} and \u2764\ufe0f",
    "e\u0301 combined",
    "مُحَمَّد",
    "שָׁלוֹם",
    "हिन्दी क्षेत्र",
    "สวัสดีที่นี่",
    "right\u200fto\u200eleft\u2066x\u2069",
    'a "quoted" word',
    "it's <b> & more",
    "back\\slash\\n",
    "thin\u2009and\u202fwide\u3000spaces",
)
HEADLINES = {
    "en": "Boats leave the harbour before the storm arrives",
    "fa": "قایق‌ها پیش از رسیدن توفان بندر را ترک می‌کنند",
    "ru": "Лодки покидают гавань перед приходом бури",
    "zh": "船只在暴风雨到来之前离开了港口",
}


def post(number: int = 1, **changes: Any) -> Post:  # noqa: ANN401 - any field of a post
    """Give one of several posts with a picture."""
    values: dict[str, Any] = {
        "id": f"p{number}",
        "url": f"https://example.org/{number}",
        "title": f"Headline {number}",
        "position": number,
        "images": (make_image(url=f"https://example.org/{number}.jpg", alt=f"Boat number {number}"),),
    }
    return make_post(**values | changes)


def digest(*posts: Post, **changes: Any) -> Digest:  # noqa: ANN401 - any rule
    """Compose posts."""
    values = {"title": "The Daily", "language": "en", "web_url": "https://example.org/daily/42"}
    return compose(posts, Rules(**values | changes), now=NOON)


def blocking(rendered: Rendered) -> list[str]:
    """Audit mail and archive page; give what would stop the edition."""
    pages = (page.read_rendered(rendered), page.read_web(rendered))
    return [f"{one.rule}: {one.message}" for read in pages for one in audit.audit(read) if one.gate is Gate.BLOCK]


# --- the skeleton --------------------------------------------------------------------------------------------------


def test_skeleton() -> None:
    """The mail has the skeleton that screen readers and mail clients want."""
    made = digest(post(1), post(2, language="fa", title=HEADLINES["fa"]))
    root = html.document_fromstring(render(made, LOOK).html)
    assert (root.get("lang"), root.get("dir")) == ("en", "ltr")
    (wrapper,) = next(root.iter("body"))
    assert {name: wrapper.get(name) for name in ("role", "aria-label", "aria-roledescription", "lang", "dir")} == {
        "role": "article",
        "aria-label": made.subject,
        "aria-roledescription": "email",
        "lang": "en",
        "dir": "ltr",
    }
    assert root.findtext(".//title") == made.subject
    assert wrapper[0].text == made.preheader
    assert [(one.tag, one.text_content()) for one in root.iter("h1", "h2", "h3")] == [
        ("h1", "The Daily"),
        ("h2", "Headline 1"),
        ("h2", HEADLINES["fa"]),
        ("h2", "About this email"),
    ]
    (title,) = root.iter("h1")
    assert [one.text_content() for one in title.itersiblings("p")][:3] == [
        "2 stories, about 1 minute",
        "Friday, November 20, 2026",
        "Read this issue on the web",
    ]
    places = [(one.get("name"), one.get("id")) for one in root.iter("a") if one.get("name")]
    assert places == [("stories", "stories"), ("post-1", "post-1"), ("post-2", "post-2")]
    foreign = [one for one in root.iter("div") if one.get("lang") == "fa"]
    assert [one.get("dir") for one in foreign] == ["rtl"]


def test_doctype_and_charset() -> None:
    """The document says what it is and how it is written."""
    written = render(digest(post()), LOOK).html
    assert written.startswith("<!DOCTYPE html>\n<html ")
    assert "charset=UTF-8" in written
    assert '<meta name="color-scheme" content="light dark">' in written
    assert "user-scalable" not in written


def test_links_of_the_frame() -> None:
    """Each recipient's own links have their places in the mail and its twin, once, and none in the archive."""
    rendered = render(digest(post()), LOOK)
    for slot in (Slot.UNSUBSCRIBE, Slot.PREFERENCES):
        assert rendered.html.count(slot.marker) == 1
        assert rendered.text.count(slot.marker) == 1
    assert ".slot.invalid" not in rendered.web
    root = html.document_fromstring(rendered.html)
    named = {one.get("href"): one.text_content() for one in root.iter("a") if one.get("href")}
    assert named[Slot.UNSUBSCRIBE.marker] == "Unsubscribe from The Daily"
    assert named[Slot.PREFERENCES.marker] == "Change your settings"
    assert named["https://example.org/daily/42"] == "Read this issue on the web"


def test_every_table_of_the_layout_says_so() -> None:
    """No layout table is without its role, also inside the comments for Outlook."""
    written = render(digest(post()), LOOK).html
    tables = re.findall(r"<table[^>]*>", written)
    assert len(tables) > 6
    assert all('role="presentation"' in table for table in tables)


def test_data_tables_are_not_layout() -> None:
    """A table of values keeps its caption and headings, and has no role."""
    table = "<table><tr><th>Year</th><th>Boats</th></tr><tr><td>1911</td><td>2</td></tr></table>"
    root = html.document_fromstring(render(digest(post(html=f"<p>x</p>{table}")), LOOK).html)
    (data,) = [one for one in root.iter("table") if one.get("role") is None]
    assert data.findtext("caption") == "Headline 1"


def test_the_skip_link_is_the_first_of_all_links() -> None:
    """A link over masthead and contents to the first post, in a mail of one post as in one of many."""
    few, many = digest(post()), digest(*(post(n, tags=(f"Tag {n}",)) for n in range(4)), sections="tag")
    for made in (few, many):
        root = html.document_fromstring(render(made, LOOK).html)
        links = [(one.get("href"), one.text_content()) for one in root.iter("a") if one.get("href")]
        assert links[0] == ("#stories", "Skip to the stories")
        assert root.xpath('//a[@name="stories" and @id="stories" and not(node())]')
    assert ("https://example.org/daily/42#section-2", "Tag 1") in links


def test_contents_within_the_mail() -> None:
    """With anchors the contents lead to places in the mail that are there."""
    made = digest(*(post(n, tags=(f"Tag {n}",)) for n in range(2)), sections="tag")
    root = html.document_fromstring(render(made, replace(LOOK, contents="anchors")).html)
    wanted = {(one.get("href") or "")[1:] for one in root.iter("a") if (one.get("href") or "").startswith("#")}
    assert wanted == {"stories", "section-1", "section-2"}
    assert wanted <= {one.get("name") for one in root.iter("a")}


def test_logo() -> None:
    """A logo says whose it is, and stands in for the name."""
    logo = Logo(url="https://example.org/logo.png", width=120, height=40)
    for written in (
        render(digest(post()), replace(LOOK, logo=logo)).html,
        render(digest(post()), replace(LOOK, logo=logo)).web,
    ):
        (image,) = [one for one in html.document_fromstring(written).iter("img") if "logo" in (one.get("src") or "")]
        assert (image.get("alt"), image.get("width"), image.get("height")) == ("Example News", "120", "40")


def test_picture() -> None:
    """A picture fits the sheet, shows its words when it is blocked, and stands above its caption."""
    image = make_image(width=1072, height=600)
    root = html.document_fromstring(render(digest(post(images=(image,))), LOOK).html)
    (shown,) = root.iter("img")
    assert (shown.get("alt"), shown.get("width"), shown.get("height")) == ("Three boats at anchor", "536", "300")
    assert "font-size:16px" in (shown.get("style") or "")
    assert next(shown.itersiblings()).text == "Photo: The harbour at dawn. (Ann Lee/Agency)"
    assert next(shown.iterancestors()).tag == "div"


def test_pictures_on_the_web_only() -> None:
    """The mail says how many pictures it leaves to the web."""
    made = digest(post(1, images=(make_image(alt=None, caption=None, credit=None),)))
    rendered = render(made, LOOK)
    said = "1 picture is on the web only, because it has no description yet."
    assert said in rendered.html
    assert said in rendered.text
    assert "<img" not in rendered.html


def test_undescribed_picture_that_blocks() -> None:
    """With "block" the mail shows the picture without alt, and the gate sees it."""
    made = digest(post(images=(make_image(alt=None, caption=None, credit=None),)), missing_alt="block")
    assert any(found.startswith("image-alt") for found in blocking(render(made, LOOK)))


def test_intro() -> None:
    """What an editor writes above the posts stands in mail, twin and archive."""
    rendered = render(digest(post(), intro="Good <morning>.\n\nRead on."), LOOK)
    assert "<p>Good &lt;morning&gt;.</p>" in rendered.web
    assert "Good &lt;morning&gt;.</p>" in rendered.html
    assert "\nGood <morning>.\n\nRead on.\n" in rendered.text


def test_post_without_a_page() -> None:
    """A post without an address leads to its place on the web, and nowhere where there is none."""
    assert 'href="https://example.org/daily/42#post-1"' in render(digest(post(url=None)), LOOK).html
    assert '<h2 class="head alone"' in render(digest(post(url=None, authors=()), web_url=None), LOOK).html


# --- the plain twin ------------------------------------------------------------------------------------------------


def test_text() -> None:
    """The plain twin has the same words in the same order, and its addresses on lines of their own."""
    made = digest(post(1, media=(make_medium(duration=120),)), post(2, kicker="At sea", images=()))
    assert (
        render(made, LOOK).text
        == """\
The Daily
2 stories, about 1 minute
Friday, November 20, 2026

Read this issue on the web
https://example.org/daily/42


Headline 1
https://example.org/1
Mira Novak

Image: Boat number 1

Photo: The harbour at dawn. (Ann Lee/Agency)

The boats left at dawn. Nobody was hurt.

Watch: Boats leave (video, 2 min, captions, transcript)
https://example.org/boats.mp4

Transcript: Boats leave
https://example.org/boats.html


Headline 2
https://example.org/2
At sea · Mira Novak

The boats left at dawn. Nobody was hurt.


About this email

You receive this email because you subscribed to The Daily.

Unsubscribe from The Daily
https://unsubscribe.slot.invalid/

Change your settings
https://preferences.slot.invalid/

Example News
12 Harbour Street
"""
    )


def test_expected() -> None:
    """What each post must leave in the twin is told to the audit."""
    (one,) = render(digest(post(html='<p>x</p><img src="https://e.org/2.jpg" alt="In the text"/>')), LOOK).expected
    assert (one.post, one.anchor, one.title, one.url) == ("p1", "post-1", "Headline 1", "https://example.org/1")
    assert one.alts == ("In the text",)
    (one,) = render(digest(post(images=(make_image(url=None),))), LOOK).expected
    assert one.alts == ()


# --- attributes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", PROBES)
def test_attributes_come_through(words: str) -> None:
    """Whatever a text holds, alt, label, title and address reach the reader as they were written."""
    url = f"https://example.org/{words.encode().hex()}?q=a&b='c'"
    image = Image(url=f"{url}.jpg", alt=words, alt_origin=AltOrigin.SOURCE)
    inside = Image(url=f"{url}.png", alt=f"{words} again", alt_origin=AltOrigin.SOURCE)
    plain = "<p>x</p>"
    whole = post(title=words, url=url, images=(image,), html=plain)
    root = html.document_fromstring(render(digest(whole, subject=words), LOOK).html)
    told = " ".join(words.split())
    assert root.findtext(".//title") == told
    assert next(root.iter("body"))[0].get("aria-label") == told
    (heading,) = [one for one in root.iter("h2") if "head" in (one.get("class") or "")]
    assert heading.text_content() == told
    assert next(heading.iter("a")).get("href") == url.replace(" ", "%20")
    embedded = post(title="x", images=(inside,), html=f'<p>x</p><img src="{url.replace("&", "&amp;")}.png"/>')
    body = html.document_fromstring(render(digest(embedded), LOOK).html)
    assert next(body.iter("img")).get("alt") == f"{told} again"


@pytest.mark.parametrize("words", PROBES)
def test_alternative_text_comes_through(words: str) -> None:
    """An alternative text that a headline does not say already is heard letter by letter as it was written."""
    image = Image(url="https://example.org/1.jpg", alt=f"Seen: {words}", alt_origin=AltOrigin.SOURCE)
    rendered = render(digest(post(images=(image,))), LOOK)
    told = f"Seen: {' '.join(words.split())}"
    assert next(html.document_fromstring(rendered.html).iter("img")).get("alt") == told
    assert next(html.document_fromstring(rendered.web).iter("img")).get("alt") == told
    assert told in rendered.text


# --- languages and templates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "language"),
    [
        *product(TEMPLATES, ["en", "ar", "fa", "he", "ur", "ru", "uk", "kk", "zh", "es", "fr", "de", "cs"]),
        *product(["digest"], [*strings.available(), "ka", "th"]),
    ],
)
def test_every_template_in_every_language(template: str, language: str) -> None:
    """Nothing blocks an edition of ours, whatever its template, its language and the languages of its posts."""
    posts = [
        post(number, title=title, language=tag, tags=(f"Tag {number}",), media=(make_medium(),))
        for number, (tag, title) in enumerate(HEADLINES.items())
    ]
    made = digest(*posts, language=language, content=content_for(template), sections="tag")
    rendered = render(made, replace(LOOK, template=template))
    assert blocking(rendered) == []
    assert (rendered.language, rendered.direction) == (language, made.direction)


@pytest.mark.parametrize("template", TEMPLATES)
def test_twenty_posts_are_small(template: str) -> None:
    """Twenty posts stay far below the size at which mail clients cut a mail off."""
    made = digest(*(post(number) for number in range(20)), content=content_for(template))
    assert len(render(made, replace(LOOK, template=template)).html.encode()) < 45_000


def test_templates_without_pictures() -> None:
    """Headlines and plain mails show no picture, the archive and the twin tell of it all the same."""
    rendered = render(digest(post(1), post(2)), replace(LOOK, template="plain"))
    assert "<img" not in rendered.html
    assert "<img" in rendered.web
    assert "Image: Boat number 1" in rendered.text


def test_whole_posts_without_pictures() -> None:
    """A picture in the text of a plain mail leaves its caption."""
    image = make_image()
    made = digest(post(images=(image,), html=f'<p>x</p><img src="{image.url}"/>'))
    rendered = render(made, replace(LOOK, template="plain"))
    assert "<img" not in rendered.html
    assert "Photo: The harbour at dawn." in rendered.html


def test_words_of_a_language_that_we_do_not_have() -> None:
    """In an edition without a catalogue our words say that they are English, and the mail is no "email"."""
    root = html.document_fromstring(render(digest(post(), language="ka"), LOOK).html)
    assert next(root.iter("body"))[0].get("aria-roledescription") is None
    (about,) = [one for one in root.iter("h2") if "footing" in (one.get("class") or "")]
    assert about[0].get("lang") == "en"


def test_passages_in_another_script_are_marked() -> None:
    """A passage that nobody marked is, in mail and archive, and the report names its post."""
    made = digest(post(1, html=f"<p>{HEADLINES['ru']}</p>"), post(2))
    rendered = render(made, LOOK)
    assert blocking(rendered) == []
    assert [(one.rule, one.post) for one in rendered.repairs] == [("language-of-parts", "p1")]
    assert f'<p lang="ru" dir="ltr">{HEADLINES["ru"]}</p>' in rendered.web


def test_a_mail_that_is_too_long() -> None:
    """A mail that would be cut off is shortened with a note; the archive page keeps everything."""
    posts = [post(number, html="<p>One more paragraph of many.</p>" * 400) for number in range(20)]
    rendered = render(digest(*posts, content="full"), replace(LOOK, template="full"))
    assert len(rendered.html.encode()) < 100_000
    assert blocking(rendered) == []
    assert "Read the rest: Headline 3" in rendered.html
    assert "Read the rest: Headline 3\nhttps://example.org/3" in rendered.text
    assert rendered.web.count("One more paragraph of many.") == 20 * 400
    assert {one.rule for one in rendered.repairs} == {"size"}


def test_posts_that_stay_on_the_web() -> None:
    """An edition of hundreds of posts says how many are on the web only."""
    made = digest(*(post(number) for number in range(200)), max_posts=200)
    rendered = render(made, LOOK)
    missing = 200 - len(rendered.expected)
    assert missing > 0
    assert f"{missing} more stories are on the web." in rendered.html
    assert f"{missing} more stories are on the web." in rendered.text
    assert rendered.web.count("<article") == 200


def test_what_has_no_room_in_the_mail_stands_on_the_web() -> None:
    """The first posts are in the mail, under whatever heading; it says how many more there are, and so do repairs."""
    posts = [post(number, tags=(f"Tag {number % 2}",)) for number in range(7)]
    rules = with_rest_on_web(Rules(title="Digest", language="en", max_posts=3, sections="tag", web_url="https://e.org"))
    made = compose(posts, rules, now=NOON)
    rendered = render(made, LOOK)
    assert {one.post for one in rendered.expected} == {one.id for one in posts[:3]}
    assert "4 more stories are on the web." in rendered.html
    assert "4 more stories are on the web." in rendered.text
    assert rendered.web.count("<article") == 7
    told = [one for one in rendered.repairs if one.rule == "max-posts"]
    assert {one.post for one in told} == {one.id for one in posts[3:]}
    assert blocking(rendered) == []


# --- what must never be -----------------------------------------------------------------------------------------


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """Rendering opens no connection and asks no name server, and the mail names no font or style elsewhere."""
    program = f"""
import json, sys
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from tests.test_digest_render import LOOK, TEMPLATES, digest, post, render, replace
from publisher.digest.rules import content_for
reached = []
sys.addaudithook(lambda event, _: reached.append(event) if event.startswith(("socket.", "urllib", "http")) else None)
mails = [render(digest(post(1), post(2), language=tag), replace(LOOK, template=name)).html
         for name in TEMPLATES for tag in ("en", "ur")]
print(json.dumps([reached, mails]))
"""
    run = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    reached, mails = json.loads(run.stdout)
    assert reached == []
    for mail in mails:
        assert not re.search(r"<link\b|@import|url\(|<script|background=|<v:|<mj-", mail)


def test_foreign_markup_cannot_reach_out() -> None:
    """What a post brings along of scripts, styles, frames and templates does not reach the reader."""
    hostile = (
        "<script>x()</script><style>@import 'https://evil.example/a.css'</style><iframe src='https://evil.example'></iframe>"
        "<p style='background:url(https://evil.example/a.png)' onclick='x()'>{{ses:openTracker}}"
        "<a ses:tags='x' href='https://unsubscribe.slot.invalid/'>click</a></p><mj-raw><p>raw</p></mj-raw>"
        "<link rel='stylesheet' href='https://evil.example/b.css'/>"
    )
    rendered = render(digest(post(html=hostile, title="{{amazonSESUnsubscribeUrl}} {% x %}")), LOOK)
    for written in (rendered.html, rendered.web):
        assert "evil.example" not in written
        assert "onclick" not in written
        assert "ses:tags" not in written
    assert "{{" not in rendered.html
    assert rendered.html.count(Slot.UNSUBSCRIBE.marker) == 1


@pytest.mark.parametrize("name", [path.name for path in packaged().glob("*.jinja")])
def test_every_template_can_be_reached(name: str) -> None:
    """A template that comes with the program is one of the five, or a part of them."""
    parts = {"_layout.mjml.jinja", "_post.jinja", "_style.css.jinja", "_dark.css.jinja", "_web.css.jinja"}
    parts |= {"_letter.mjml.jinja", "_letter.txt.jinja"}
    assert name in {*parts, "edition.txt.jinja", "edition.web.html.jinja", *(f"{one}.mjml.jinja" for one in TEMPLATES)}


# --- a newsroom's own templates ------------------------------------------------------------------------------------


def own(folder: Path, name: str, source: str) -> Look:
    """Give a look with one template of a newsroom's own."""
    (folder / name).write_text(source, encoding="utf-8")
    return replace(LOOK, folders=(folder,), template=name.partition(".")[0])


def test_own_template_goes_first(tmp_path: Path) -> None:
    """A newsroom's own part replaces ours."""
    source = (
        '{% extends "_layout.mjml.jinja" %}{% block about %}<p>Ours: {{ say("About this email") }}</p>{% endblock %}'
    )
    assert "Ours: About this email" in render(digest(post()), own(tmp_path, "digest.mjml.jinja", source)).html


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<mjml><mj-body><mj-text>x<</mj-text></mj-body></mjml>", "is no valid MJML"),
        ("{{ nothing_like_it }}", "nothing_like_it"),
        ("{% if %}", "line 1"),
        ("<mjml><mj-head><mj-preview>x</mj-preview></mj-head></mjml>", "mj-preview"),
        ('{% include "nowhere.jinja" %}', "nowhere.jinja"),
    ],
)
def test_broken_own_template(tmp_path: Path, source: str, said: str) -> None:
    """A mistake in a template is told with its name and reason."""
    with pytest.raises(SettingsError) as failure:
        render(digest(post()), own(tmp_path, "ours.mjml.jinja", source))
    assert said in str(failure.value)


def test_template_that_is_not_there() -> None:
    """A name that nobody knows is told with the names that are known."""
    with pytest.raises(SettingsError, match=r"nowhere.*Known: digest, full, headlines, large-print, plain"):
        render(digest(post()), replace(LOOK, template="nowhere"))


# --- bodies --------------------------------------------------------------------------------------------------------


def test_for_mail_and_for_web() -> None:
    """A figure is a picture and a paragraph in mail; on the web it stays one, unless it holds a caption alone."""
    body = Markup('<figure><img src="a" alt="b" width="1072" height="600"/><figcaption>C</figcaption></figure>')
    assert for_mail(body) == (
        '<img src="a" alt="b" width="536" height="300" style="width:100%;max-width:536px;height:auto;display:block;'
        'margin:0 0 8px;font-size:16px;line-height:1.5"/><p class="cap">C</p>'
    )
    assert for_web(body) == body
    assert for_web(Markup("<figure><figcaption>C</figcaption></figure>")) == '<p class="cap">C</p>'
    assert "margin:0 0 16px" in for_mail(Markup('<figure><img src="a" alt="b"/></figure>'))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(some_post(), max_size=3),
    st.sampled_from(TEMPLATES),
    st.sampled_from(["en", "fa", "th", "zh-Hant", "ka"]),
    st.sampled_from(["none", "source", "tag"]),
)
def test_any_posts(posts: list[Post], template: str, language: str, sections: str) -> None:
    """Whatever sources give, an edition can be written, and nothing of ours blocks it."""
    rules = Rules(
        title="The Daily",
        language=language,
        content=content_for(template, "auto"),
        sections=sections,  # type: ignore[arg-type]  # one of the three
        web_url="https://example.org/daily/42",
    )
    made = compose(posts, rules, now=NOON)
    assert blocking(render(made, replace(LOOK, template=template))) == []


def test_placeholders_of_the_mail_service_stay_words() -> None:
    """What SES would fill in is parted in mail and text; other braces stay, and nothing of it blocks an edition."""
    title = "{{ses:openTracker}} and {{name}}"
    rendered = render(digest(replace(post(), title=title, text="{{amazonSESUnsubscribeUrl}}", html=None)), LOOK)
    assert "{{" not in rendered.html
    assert "{{ses" not in rendered.text
    assert "{{amazon" not in rendered.text
    assert "{{name}}" in rendered.text
    assert [one for one in audit.audit(page.read_rendered(rendered)) if one.rule == "text-part"] == []
