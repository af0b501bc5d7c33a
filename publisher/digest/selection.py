"""Which posts a digest takes, in which order, under which heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from publisher.accessibility import alt
from publisher.digest import sentences
from publisher.digest.rules import Grouping, Rules
from publisher.model import Post, Repair, Status

_ALIKE_WORD: Final = 0.8
_ALIKE_LINE: Final = 0.92  # of a title in a script without spaces
_TELLING_WORDS: Final = 4  # shorter titles ("Morning news") are alike by chance
_TELLING_LETTERS: Final = 12  # but not where a script writes no spaces
_SAME_NEWS: Final = timedelta(days=3)
_AHEAD: Final = timedelta(days=1)
_NUMBER: Final = re.compile(r"\d+")
_TRACKING: Final = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|cmpid|ocid|at_\w+)$"
)


def settle_dates(posts: Iterable[Post], now: datetime) -> tuple[tuple[Post, ...], tuple[Repair, ...]]:
    """Take dates that cannot be, more than a day ahead, for unknown; with what has to be told of them.

    A clock may be wrong by a zone; a feed that says 9999 would stand above all news for ever.
    """
    settled: list[Post] = []
    told: list[Repair] = []
    for post in posts:
        published, updated = (_past(moment, now) for moment in (post.published, post.updated))
        if (published, updated) == (post.published, post.updated):
            settled.append(post)
            continue
        settled.append(replace(post, published=published, updated=updated))
        said = f"{post.updated if published == post.published else post.published:%Y-%m-%d}"
        told.append(Repair(rule="date", before=said, after="taken as not known: it is yet to come", post=post.id))
    return tuple(settled), tuple(told)


def _past(moment: datetime | None, now: datetime) -> datetime | None:
    """Give a time; None for one that lies more than a day ahead."""
    return None if moment is not None and moment - now > _AHEAD else moment


def select(posts: Iterable[Post], rules: Rules, now: datetime) -> tuple[Post, ...]:
    """Choose what may be published now: the newest first, nothing twice, at most `rules.max_posts`."""
    chosen: list[_Known] = []
    possible = [post for post in posts if is_publishable(post, now) and _is_recent(post, rules.since)]
    for post in possible if rules.given_order else order(possible):
        known = _Known.of(post)
        if not any(known.repeats(other) for other in chosen):
            chosen.append(known)
            if len(chosen) == rules.max_posts:
                break
    return tuple(known.post for known in chosen)


def crowded_out(posts: Iterable[Post], rules: Rules, now: datetime) -> tuple[Post, ...]:
    """Give what may be published, repeats nothing that was chosen, and found no room among `rules.max_posts`."""
    dated, _ = settle_dates(posts, now)
    chosen = [_Known.of(post) for post in select(dated, rules, now)]
    if len(chosen) < rules.max_posts:
        return ()
    possible = (post for post in dated if is_publishable(post, now) and _is_recent(post, rules.since))
    return tuple(one.post for one in map(_Known.of, possible) if not any(one.repeats(other) for other in chosen))


def is_publishable(post: Post, now: datetime) -> bool:
    """Say whether a post may go out: it holds something, is not withdrawn, and its embargo is over."""
    if post.is_empty() or post.status in (Status.WITHHELD, Status.CANCELED):
        return False
    return post.embargo is None or post.embargo <= now


def _is_recent(post: Post, since: datetime | None) -> bool:
    """Say whether a post is new enough; one without a date is."""
    moment = post.published or post.updated
    return since is None or moment is None or moment >= since


def order(posts: Sequence[Post]) -> list[Post]:
    """Sort the newest first; a post without a date keeps its place behind its neighbour in the feed.

    Feeds that have no date at all come last, in their own order.
    """
    by_source: dict[str, list[Post]] = {}
    for post in posts:
        by_source.setdefault(post.source, []).append(post)
    dated: list[tuple[datetime, Post]] = []
    undated: list[Post] = []
    for group in by_source.values():
        group.sort(key=lambda post: post.position)
        moments = _lend_dates(group)
        dated += [(moment, post) for moment, post in zip(moments, group, strict=True) if moment]
        undated += [post for moment, post in zip(moments, group, strict=True) if not moment]
    dated.sort(key=lambda pair: pair[0], reverse=True)  # stable: neighbours stay neighbours
    return [post for _, post in dated] + undated


def _lend_dates(group: Sequence[Post]) -> list[datetime | None]:
    """Give each post of a feed its date, or that of the nearest dated post before it, else behind it."""
    moments = [post.published or post.updated for post in group]
    last = next((moment for moment in moments if moment), None)
    lent = []
    for moment in moments:
        last = moment or last
        lent.append(last)
    return lent


def canonical(url: str | None) -> str | None:
    """Reduce an address to what names the page: no scheme, www, fragment, tracking parameters or last slash."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:  # "http://[" and its like: then only the very same address is the same
        return url
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(key)]
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{urlencode(sorted(kept))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A post that was taken, with what tells that another is the same."""

    post: Post
    url: str | None
    title: str
    numbers: tuple[str, ...]

    @classmethod
    def of(cls, post: Post) -> _Known:
        """Work out once what is compared often."""
        title = alt.normalise(post.title) if post.title else ""
        return cls(post=post, url=canonical(post.url), title=title, numbers=tuple(_NUMBER.findall(title)))

    def repeats(self, other: _Known) -> bool:
        """Say whether this is the same post again: id, address, or the same headline from another source."""
        if self.post.id == other.post.id or (self.url is not None and self.url == other.url):
            return True
        return self.post.source != other.post.source and self._is_same_news(other)

    def _is_same_news(self, other: _Known) -> bool:
        """Say whether two headlines tell the same news; "part 2" is another than "part 1"."""
        mine, theirs = self.post.published, other.post.published
        if self.numbers != other.numbers or (mine and theirs and abs(mine - theirs) > _SAME_NEWS):
            return False
        if (
            min(len(self.title.split()), len(other.title.split())) < _TELLING_WORDS
            and len(self.title) < _TELLING_LETTERS
        ):
            return False
        return self.title == other.title or _differ_in_spelling_only(self.title, other.title)


def _differ_in_spelling_only(one: str, other: str) -> bool:
    """Say whether two titles have the same words, but for letters here and there: "harbour", "harbor"."""
    first, second = one.split(), other.split()
    if len(first) != len(second):
        return False
    least = _ALIKE_WORD if len(first) > 1 else _ALIKE_LINE
    return all(mine == theirs or _ratio(mine, theirs) >= least for mine, theirs in zip(first, second, strict=True))


def _ratio(one: str, other: str) -> float:
    """Measure how alike two texts are, from 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def group(posts: Sequence[Post], by: Grouping) -> list[tuple[str | None, list[Post]]]:
    """Put posts under headings in the order of first appearance; those without one come last, under None."""
    if by == "none":
        return [(None, list(posts))] if posts else []
    groups: dict[str | None, list[Post]] = {}
    for post in posts:
        groups.setdefault(_heading(post, by), []).append(post)
    rest = groups.pop(None, [])
    if not groups:
        return [(None, rest)] if rest else []
    return [*groups.items(), *([(None, rest)] if rest else [])]


def _heading(post: Post, by: Grouping) -> str | None:
    """Give the heading that a post belongs under; None: it names none."""
    names = (post.source_title, post.source) if by == "source" else post.tags
    return next((" ".join(name.split()) for name in names if name and sentences.is_visible(name)), None)
