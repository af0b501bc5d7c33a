"""Clicks: which links are counted, what their words tell, and how the counts reach the database."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery import clicks
from publisher.delivery.unsubscribe import Keys
from publisher.errors import SettingsError, StoreError
from publisher.jobs.editions import forms
from publisher.jobs.editions.clicks import Tally
from publisher.model import Link, Slot
from publisher.settings import Settings, load
from publisher.store import clicks as store
from publisher.store import editions
from tests.builders import make_post
from tests.clock_builders import make_settings
from tests.store_builders import NOW, make_content, make_edition

KEYS = Keys(current=0, secrets={0: b"k" * 32})
SITE = "https://news.example.org"
EDITION = "01JD2Q7K8M9N0P1Q2000000000"


def wrap(html: str) -> clicks.Wrapped:
    """Wrap the links of a mail."""
    return clicks.wrap(html, SITE, EDITION, lambda url: clicks.sign(KEYS, EDITION, url))


class Anchors(HTMLParser):
    """Reads the links of a page: attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link."""
        if tag == "a":
            self.found.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        """Read its text."""
        if self.found:
            self.found[-1] = (self.found[-1][0], self.found[-1][1] + data)


# --- the mail -----------------------------------------------------------------------------------------------------


def test_a_link_leads_over_our_address() -> None:
    """Only its address changes: text, title, language and everything else stay; the same link has the same word."""
    html = '<p><a class="b" href="https://x.example/a?b=1&amp;c=2" lang="fr" title="T">Le <b>port</b></a>.</p>'
    found = wrap(html + html)
    url = "https://x.example/a?b=1&c=2"
    token = clicks.sign(KEYS, EDITION, url)
    assert found.links == (Link(token=token, url=url),)
    assert found.html.startswith(
        f'<p><a class="b" href="{SITE}/l/{EDITION}/{token}" lang="fr" title="T">Le <b>port</b>'
    )
    assert found.html.replace(f"{SITE}/l/{EDITION}/{token}", url.replace("&", "&amp;")) == html + html
    assert len(token) == clicks.LENGTH


@pytest.mark.parametrize(
    "link",
    [
        '<a href="http://x.example/a">Not https</a>',
        '<a href="mailto:a@x.example">Mail</a>',
        '<a href="tel:+1">Call</a>',
        '<a href="javascript:alert(1)">Run</a>',
        '<a href="#top">Top</a>',
        '<a href="https://news.example.org/archive/daily/x">Our archive</a>',
        f'<a href="{Slot.UNSUBSCRIBE.marker}">Leave</a>',
        f'<a href="{Slot.PREFERENCES.marker}">Choose</a>',
        '<a href="https://x.example/a">https://x.example/a</a>',
        '<a href="https://x.example/a"> <b>x.example</b>/a </a>',
        '<a href="https://x.example/a">See www.x.example</a>',
        '<a href="https://[x/a">Broken</a>',
        '<a href="https://x.example/a b">Blank</a>',
        f'<a href="https://x.example/{"a" * 2000}">Long</a>',
        "<a name=x>No address</a>",
        '<area href="https://x.example/a">',
        '<a href="https://x.example/a">never closed',
    ],
)
def test_links_that_stay_as_they_are(link: str) -> None:
    """What belongs to one reader, is ours, is no https, or shows its own address."""
    assert wrap(link) == clicks.Wrapped(html=link, links=())


def test_words_tell_nothing_and_differ() -> None:
    """By edition, by link and by key; nobody can work one out from another."""
    other = Keys(current=0, secrets={0: b"l" * 32})
    words = {
        clicks.sign(KEYS, EDITION, "https://x.example/a"),
        clicks.sign(KEYS, EDITION, "https://x.example/b"),
        clicks.sign(KEYS, EDITION[:-1] + "1", "https://x.example/a"),
        clicks.sign(other, EDITION, "https://x.example/a"),
    }
    assert len(words) == 4


@given(st.text())
def test_any_page_stays_itself(text: str) -> None:
    """Whatever stands in a mail, texts of links and everything around them stay as they were."""
    html = f'<a href="https://x.example/1">One</a>{text}<a href="https://x.example/2">Two</a>'
    found = wrap(html)
    before, after = Anchors(html).found, Anchors(found.html).found
    assert [one[1] for one in before] == [one[1] for one in after]
    assert len(found.html) >= len(html) - len(text)


def make_forms(home: Path, *, on: bool, https: bool = True) -> tuple[Settings, forms.Forms]:
    """Make an edition of a newsletter whose links are counted or not."""
    settings = make_settings(count_clicks=on)
    site = settings.site.model_copy(update={"url": SITE if https else "http://localhost:8000"})
    settings = settings.model_copy(update={"home": home, "site": site})
    post = make_post(url="https://x.example/ferry", title="The ferry")
    return settings, forms.make(settings, "daily", [post], slug=EDITION, now=NOW)


def test_an_edition_is_counted_only_where_that_is_switched_on(tmp_path: Path) -> None:
    """By default nothing is; switched on, the bytes lead over us, and archive, preview and plain text do not."""
    _, off = make_forms(tmp_path, on=False)
    assert all(content.links == () for content in off.contents)
    _, on = make_forms(tmp_path, on=True)
    html, large, text = on.contents
    ours = f"{SITE}/l/{EDITION}/".encode()
    for content in (html, large):
        assert "https://x.example/ferry" in {link.url for link in content.links}
        assert ours in b"".join(content.message.parts).replace(b"=\r\n", b"")
        assert ours.decode() not in content.rendered.html + content.rendered.web + content.rendered.text
    assert text.links == ()
    assert ours not in b"".join(text.message.parts).replace(b"=\r\n", b"")
    assert html.links == large.links
    assert on.report.findings == off.report.findings
    plain = b"".join(html.message.parts).split(b"text/html")[0].replace(b"=\r\n", b"")
    assert ours not in plain


def test_counting_needs_https(tmp_path: Path) -> None:
    """A site that everybody on the way can read along is refused, with the key; one on this machine is for trying."""
    text = '[site]\nname = "N"\nurl = "http://news.example.org"\n[sources.s]\npath = "p"\n[newsletters.daily]\n'
    text += 'title = "D"\nfrom = "N <n@example.org>"\nsources = ["s"]\ncount_clicks = true\n'
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match="not https") as refused:
        load(file, {}, required=True)
    assert "newsletters.daily.count_clicks" in refused.value.subject
    file.write_text(text.replace("http://news.example.org", "http://localhost:8000"))
    assert load(file, {}, required=True).newsletters["daily"].count_clicks


# --- the counts ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_links_are_kept_and_counted() -> None:
    """On both databases: each link once, however many forms carry it; counts are added up, unknown links dropped."""
    links = (Link(token="a" * 16, url="https://x.example/a"), Link(token="b" * 16, url="https://x.example/b"))
    contents = (replace(make_content(), links=links), replace(make_content(form="large"), links=links))
    edition, silent = make_edition(1, *contents), make_edition(1, newsletter="other")
    first, second = (store.find(edition, link.token) for link in links)
    assert first is not None
    assert second is not None
    assert (first.url, second.url) == ("https://x.example/a", "https://x.example/b")
    assert store.totals([edition, silent]) == {edition: 0}
    store.add({second.key: 5, first.key: 1, 99_999: 3})
    store.add({second.key: 2})
    assert [(one.url[-1], one.clicks) for one in store.of_edition(edition)] == [("b", 7), ("a", 1)]
    assert store.of_edition(silent) == ()
    assert store.totals([edition, silent]) == {edition: 8}
    for word in ("a" * 15, "A" * 16, "", "c" * 16):
        assert store.find(edition, word) is None
    assert store.find(silent, "a" * 16) is None
    assert editions.contents(edition)[0].links == links


@pytest.mark.usefixtures("store")
def test_many_threads_count_in_few_transactions() -> None:
    """Clicks wait in memory and are written together: not one is lost, and no click waits for the disk."""
    contents = (replace(make_content(), links=(Link(token="a" * 16, url="https://x.example/a"),)),)
    found = store.find(edition := make_edition(1, *contents), "a" * 16)
    assert found is not None
    written: list[Mapping[int, int]] = []

    def write(counts: Mapping[int, int]) -> None:
        written.append(dict(counts))
        store.add(counts)

    tally = Tally(write, every=3600)

    def follow() -> None:
        for _ in range(250):
            tally.add(found.key)

    threads = [threading.Thread(target=follow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written == []
    tally.flush()
    tally.flush()
    assert written == [{found.key: 2000}]
    assert store.totals([edition]) == {edition: 2000}


def test_what_cannot_be_written_is_tried_again() -> None:
    """The database is away for a while: what was counted meanwhile is added to what waits."""
    written: list[Mapping[int, int]] = []
    is_away = True

    def write(counts: Mapping[int, int]) -> None:
        if is_away:
            raise StoreError("database", "away")
        written.append(dict(counts))

    tally = Tally(write, every=3600)
    tally.add(1)
    tally.flush()
    tally.add(1)
    tally.add(2)
    is_away = False
    tally.flush()
    assert written == [{1: 2, 2: 1}]


def test_counts_are_written_by_themselves() -> None:
    """After a moment, without anybody asking."""
    done = threading.Event()
    tally = Tally(lambda _counts: done.set(), every=0.01)
    tally.add(1)
    assert done.wait(60)
