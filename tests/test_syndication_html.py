"""The accessible page: structure, words, metadata, and nothing that a text could break out of."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from publisher.model import AltOrigin, Image, Post
from publisher.syndication.channel import Channel
from publisher.syndication.html import lang_of, show, write, write_index
from publisher.syndication.release import Revision, prepare_all
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CHANNEL = Channel(title="World", organisation="Sample News", rights="Free with credit")


def page(post: Post, revision: Revision | None = None, **options: Any) -> html.HtmlElement:  # noqa: ANN401 - of the writer
    """Write the page of a post and read it as a browser would."""
    release = prepare_all((post,), CHANNEL, {post.id: revision} if revision else None)[0]
    return html.document_fromstring(write(release, CHANNEL, **options).decode())


def texts(tree: html.HtmlElement, path: str) -> list[str]:
    """Give the texts of elements at a path."""
    return [element.text_content().strip() for element in tree.iterfind(path)]


def linked_data(tree: html.HtmlElement) -> dict[str, Any]:
    """Give the JSON-LD of a page."""
    found: dict[str, Any] = json.loads(str(tree.findtext(".//script")))
    return found


def test_a_page_can_be_skipped_through() -> None:
    """One skip link to one main, one h1, one article, a footer."""
    tree = page(make_rich_post())
    skip = tree.find("body/a")
    assert skip is not None
    assert skip.get("href") == "#main"
    assert [element.get("id") for element in tree.iter("main")] == ["main"]
    assert texts(tree, ".//h1") == ["Boats leave the harbour"]
    assert len(tree.findall(".//main/article")) == 1
    assert texts(tree, "head/title") == ["Boats leave the harbour - Sample News"]
    assert tree.find(".//link[@rel='canonical']") is not None


def test_language_and_direction_are_those_of_the_post() -> None:
    """Our words are in its language; the channel's name is marked as what it is."""
    tree = page(make_rich_post(language="ar", title="\u0642\u0648\u0627\u0631\u0628"))
    assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")
    skip, name = tree.find("body/a"), tree.findall(".//footer/p")[-1]
    assert skip is not None
    assert skip.get("lang") is None
    assert (name.text, name.get("lang"), name.get("dir")) == ("Sample News", "en", "ltr")


def test_words_of_ours_that_we_cannot_translate_are_marked() -> None:
    """A page in Thai says in English how to skip, and that it is English."""
    skip = page(make_post(language="th")).find("body/a")
    assert skip is not None
    assert (skip.text, skip.get("lang"), skip.get("dir")) == ("Skip to the text", "en", "ltr")


def test_a_picture_and_a_film_have_their_words() -> None:
    """Figure with alt and caption, details, player with controls and track, links that need no player."""
    tree = page(make_rich_post())
    image = tree.find(".//figure/img")
    assert image is not None
    assert image.get("alt") == "Three boats at anchor"
    assert texts(tree, ".//figure/figcaption")[0] == "The harbour at dawn. Ann Lee/Agency"
    assert "Two red boats" in texts(tree, ".//figure/details")[0]
    video = tree.find(".//video")
    assert video is not None
    assert video.get("controls") is not None
    track = video.find("track")
    assert track is not None
    assert (track.get("kind"), track.get("srclang")) == ("captions", "en")
    assert texts(tree, ".//article/ul/li/a") == ["Captions (en)", "Transcript"]


def test_a_picture_that_nobody_described_says_so() -> None:
    """Beside a caption the alternative is empty; without one a sentence stands behind the picture."""
    described = page(make_post(images=(make_image(alt=None),)))
    assert [image.get("alt") for image in described.iter("img")] == [""]
    assert "no description" not in described.text_content()
    bare = page(make_post(images=(make_image(alt=None, caption=None, credit=None),)))
    assert [image.get("alt") for image in bare.iter("img")] == [""]
    assert texts(bare, ".//article//span") == ["By:", "This picture has no description yet."]


def test_headings_go_down_one_level_at_a_time() -> None:
    """Below the h1 of the title, whatever the source had."""
    tree = page(make_post(html="<h1>a</h1><h5>b</h5><h2>c</h2><p>d</p><h6>e</h6>"))
    assert [element.tag for element in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")] == ["h1", "h2", "h3", "h2", "h3"]


def test_a_wide_table_scrolls_in_a_region_with_a_name() -> None:
    """The keyboard reaches it; a table inside a table does not get its own."""
    tree = page(make_post(html="<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>tail"))
    regions = tree.findall(".//div[@role='region']")
    assert [(region.get("tabindex"), region.get("aria-label")) for region in regions] == [
        ("0", "Boats leave the harbour")
    ]
    assert regions[0].tail is not None
    assert regions[0].tail.strip() == "tail"


def test_media_of_the_bundle_are_shown_from_there() -> None:
    """Addresses that the bundle holds lead into it, also those of posters; srcset would lead out again."""
    body = (
        '<figure><img src="https://example.org/harbour.jpg" srcset="https://example.org/big.jpg 2x" alt=""/></figure>'
    )
    post = make_post(html=body, images=(make_image(),), media=(make_medium(poster="https://example.org/p.jpg"),))
    inside = {"https://example.org/harbour.jpg": "../a.jpg", "https://example.org/p.jpg": "../p.jpg"}
    tree = page(post, addresses=inside)
    image, video = tree.find(".//img"), tree.find(".//video")
    assert image is not None
    assert video is not None
    assert (image.get("src"), image.get("srcset")) == ("../a.jpg", None)
    assert (video.get("src"), video.get("poster")) == ("https://example.org/boats.mp4", "../p.jpg")


def test_a_correction_stands_first_and_in_the_metadata() -> None:
    """Readers and machines both hear of it."""
    tree = page(make_post(), Revision(number=2, signal="correction", note="Three, not four.", at=NOON))
    assert texts(tree, ".//p[@class='correction']") == ["Correction: Three, not four."]
    assert linked_data(tree)["correction"] == {
        "@type": "CorrectionComment",
        "text": "Three, not four.",
        "datePublished": "2026-11-20T12:00:00Z",
    }


def test_a_withdrawn_page_says_so_and_nothing_else() -> None:
    """The note is what is left."""
    tree = page(make_rich_post(), Revision(number=2, signal="kill", note="It was wrong."))
    assert texts(tree, ".//h1") == ["Withdrawn"]
    assert texts(tree, ".//p[@class='correction']") == ["Withdrawn: It was wrong."]
    assert "boats" not in tree.text_content()
    silent = page(make_rich_post(), Revision(number=2, signal="kill"))
    assert texts(silent, ".//p[@class='correction']") == ["Withdrawn"]


def test_the_metadata_say_how_people_can_take_it_in() -> None:
    """The properties of schema.org for accessibility, and the words of pictures and films."""
    found = linked_data(page(make_rich_post()))
    assert found["accessMode"] == ["textual", "visual", "auditory"]
    assert "alternativeText" in found["accessibilityFeature"]
    assert "captions" in found["accessibilityFeature"]
    assert found["image"][0]["caption"] == "The harbour at dawn."
    assert found["associatedMedia"][0]["caption"][0]["inLanguage"] == "en"
    assert (found["inLanguage"], found["creativeWorkStatus"]) == ("en", "Published")


@settings(max_examples=25, deadline=None)
@given(some_post(), st.sampled_from(["</script><script>x", "<b>", "&amp;", "\u2028", "]]>"]))
def test_no_text_breaks_out_of_its_place(post: Post, attack: str) -> None:
    """Whatever stands in title, note and pictures: one script, which is JSON, and one article."""
    image = Image(url="https://example.org/a.jpg", alt=attack, alt_origin=AltOrigin.SOURCE, caption=attack)
    changed = make_post(
        title=f"T {attack}", kicker=f"K {attack}", summary=attack, images=(*post.images, image), tags=(attack,)
    )
    tree = page(changed, Revision(number=2, signal="correction", note=attack, at=NOON))
    assert len(tree.findall(".//script")) == 1
    assert linked_data(tree)["headline"] == " ".join(f"T {attack}".split())
    assert len(tree.findall(".//article")) == 1
    assert attack in {one.get("alt") for one in tree.iter("img")}


@settings(max_examples=25, deadline=None)
@given(some_post())
def test_any_post_makes_a_sound_page(post: Post) -> None:
    """Every picture has an alternative, every heading its level, every id is there once."""
    tree = page(post)
    assert all(image.get("alt") is not None for image in tree.iter("img"))
    assert len(tree.findall(".//h1")) == 1
    ids = [element.get("id") for element in tree.iter(etree.Element) if element.get("id")]
    assert len(ids) == len(set(ids))
    levels = [int(str(heading.tag)[1]) for heading in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_newsroom_brings_its_own_page(tmp_path: Path) -> None:
    """Its folder goes first; a misspelt value is an error, not an empty text."""
    (tmp_path / "post.html.j2").write_text("<p>{{ release.title }}</p>")
    release = prepare_all((make_post(),), CHANNEL)[0]
    assert write(release, CHANNEL, folders=[tmp_path]) == b"<p>Boats leave the harbour</p>"
    other = tmp_path / "other"
    other.mkdir()
    (other / "post.html.j2").write_text("{{ relaese.title }}")
    with pytest.raises(jinja2.UndefinedError):
        write(release, CHANNEL, folders=[other])


@pytest.mark.parametrize("language", ["en", "fa", "zh-Hant", "x-unknown", "tlh", "en-GB"])
def test_times_are_shown_in_any_language(language: str) -> None:
    """In words where we have them, in English elsewhere; machines always get the same."""
    moment = show(NOON, language)
    assert moment.iso == "2026-11-20T12:00:00Z"
    assert re.search("20|\u06f2\u06f0", moment.shown)


def test_a_part_is_marked_only_where_its_language_differs() -> None:
    """Regions do not matter."""
    assert lang_of("en", "ltr", "en-GB") == ""
    assert lang_of("ar", "rtl", "en") == ' lang="ar" dir="rtl"'


def test_the_landing_page_lists_posts_in_their_languages() -> None:
    """Skip link, one h1, a list with lang and dir, feeds, and how accessible it is."""
    posts = (make_rich_post(), make_post(id="2", language="he", title="\u05e1\u05d9\u05e8\u05d5\u05ea", published=None))
    releases = prepare_all(posts, CHANNEL, {"2": Revision(number=2, signal="correction", note="<Three>")})
    tree = html.document_fromstring(
        write_index(releases, CHANNEL, {releases[0].uri: "a.html"}, feeds=[("RSS 2.0", "feed.rss")]).decode(),
    )
    assert texts(tree, ".//h1") == ["World"]
    lines = tree.findall(".//ol/li")
    assert [(line.get("lang"), line.get("dir")) for line in lines] == [("en", "ltr"), ("he", "rtl")]
    assert texts(tree, ".//ol/li/a") == ["Boats leave the harbour"]
    assert texts(tree, ".//ol/li/p[@class='correction']") == ["<Three>"]
    assert [link.get("href") for link in tree.findall(".//ul/li/a")] == ["feed.rss"]
    assert "No picture in this package lacks a description" in tree.text_content()


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 picture came without a description"), (2, "2 pictures came without a description")]
)
def test_the_landing_page_counts_what_is_missing(number: int, words: str) -> None:
    """Honestly, and with the right verb."""
    releases = prepare_all((make_post(images=(make_image(alt=None),) * number),), CHANNEL)
    assert words in write_index(releases, CHANNEL, {}).decode()


def test_an_empty_landing_page_is_still_one() -> None:
    """No empty list."""
    tree = html.document_fromstring(write_index((), CHANNEL, {}).decode())
    assert tree.find(".//ol") is None
    assert texts(tree, ".//h1") == ["World"]
