"""Posts and an editor's rules in, a digest out.

select -> group -> (picture, body or summary, media) of each post -> subject, preheader, reading time
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, Final

from lxml import html as lxml_html

from publisher import language as languages
from publisher.accessibility.repairs import Context
from publisher.digest import body, passages, pictures, selection, sentences, text
from publisher.digest.pictures import Beside, Decision
from publisher.digest.rules import Content, Rules
from publisher.digest.strings import Wording, wording
from publisher.model import Digest, DigestPost, Post, Repair, Section

_SUBJECT: Final = 120  # characters: more is cut by every mail client
_PREHEADER: Final = 140
_TITLE: Final = 300
_TITLE_WORDS: Final = 12
_SLOTS: Final = re.compile(r"\.slot\.invalid\b", re.IGNORECASE)
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_MORE: Final = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.|&hellip;)\s*\]|\.{4,})\s*$")


def compose(posts: Sequence[Post], rules: Rules, *, now: datetime) -> Digest:
    """Choose, order and shorten posts for one edition; `now` must be aware."""
    dated, misdated = selection.settle_dates(posts, now)
    chosen = [_purify(post) for post in selection.select(dated, rules, now)]
    content = rules.content if rules.content != "auto" else ("full" if len(chosen) == 1 else "summary")
    groups = selection.group(chosen, rules.sections)
    level = 3 if any(title for title, _ in groups) else 2
    made: list[_Made] = []
    sections = []
    for title, members in groups:
        part = [
            _Maker(rules=rules, content=content, level=level, number=len(made) + at).make(post)
            for at, post in enumerate(members, 1)
        ]
        made += part
        heading = title if title or level == 2 else wording(rules.language).say("Other stories")  # noqa: PLR2004
        sections.append(Section(title=heading, posts=tuple(one.post for one in part)))
    mailed = {(post.source, post.id) for post in chosen[: rules.mailed]}
    told = tuple(repair for repair in misdated if any(one.post.post.id == repair.post for one in made))
    digest = _finish(rules, tuple(sections), made, now, told)
    beyond = (shown.anchor for shown in digest.posts() if (shown.post.source, shown.post.id) not in mailed)
    return replace(digest, web_only=frozenset(beyond))


def _finish(
    rules: Rules, sections: tuple[Section, ...], made: Sequence[_Made], now: datetime, told: tuple[Repair, ...]
) -> Digest:
    """Add what concerns the edition as a whole; `told` is what was mended in the choice of posts."""
    posts = [one.post for one in made]
    day = now.astimezone(rules.zone).date()
    words = wording(rules.language)
    return Digest(
        title=_one_line(rules.title),
        subject=_one_line(rules.subject or _subject(posts, rules, words)) or _one_line(rules.title),
        language=rules.language,
        direction=languages.direction(rules.language),
        date=day,
        sections=sections,
        preheader=_one_line(rules.preheader or "")[:_PREHEADER] or _preheader(posts, rules),
        intro=rules.intro.strip(),
        minutes=sentences.minutes(sum(sentences.count_words(f"{post.title} {post.text}") for post in posts)),
        web_url=rules.web_url,
        left_out_pictures=sum(one.left_out for one in made),
        repairs=told + tuple(repair for one in made for repair in one.repairs),
    )


# --- one post ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A post of the digest and what was decided on the way."""

    post: DigestPost
    repairs: tuple[Repair, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Makes one post of a digest: `level` is that of its heading, `number` its place, from 1."""

    rules: Rules
    content: Content
    level: int
    number: int

    def make(self, post: Post) -> _Made:
        """Give the post as it stands in the digest."""
        language = _language(post, self.rules.language)
        title = _title(post)
        beside = Beside(
            post=post.id,
            headline=title,
            words=_words_for(language, self.rules.language),
            missing_alt=self.rules.missing_alt,
            posters=frozenset(medium.poster for medium in post.media if medium.poster),
        )
        made = DigestPost(
            post=post,
            anchor=f"post-{self.number}",
            title=title,
            language=language,
            direction=languages.direction(language),
            url=post.url,
            media=() if self.content == "headlines" else post.media,
        )
        if self.content == "headlines":
            return _Made(post=made, repairs=(), left_out=0)
        if self.content == "full" and post.html:
            return self._whole(made, beside)
        return self._summary(made, beside)

    def _summary(self, made: DigestPost, beside: Beside) -> _Made:
        """Give the first sentences and the first picture that can be shown."""
        said = _lead_text(made.post)
        limit = self.rules.summary_words
        kept = sentences.summarise(sentences.after(made.title, said), limit)
        if self.content == "full":  # nothing but plain text is known of the whole post
            kept = sentences.after(made.title, made.post.text or said)
        paragraphs = [" ".join(part.split()) for part in kept.split("\n\n") if part.strip()]
        decision, decided = _lead_picture(made.post, beside)
        post = replace(
            made,
            html="".join(body.paragraph(part) for part in paragraphs),
            text="\n\n".join(paragraphs),
            picture=decision.picture,
        )
        return _collect(post, decided)

    def _whole(self, made: DigestPost, beside: Beside) -> _Made:
        """Give the whole post; a picture that its body does not show stands above it."""
        post = made.post
        context = Context(
            language=made.language,
            level=self.level,
            headline=made.title,
            url=post.url,
            post=post.id,
            detect=passages.guess,
        )
        whole = body.adapt(
            post.html or "", context, images=post.images, decide=lambda image: pictures.decide(image, beside)
        )
        picture, decided = None, whole.decisions
        if not decided:
            lead, decided = _lead_picture(post, beside)
            picture = lead.picture
        shown = replace(made, html=whole.html, text=text.linearise(whole.html, beside.words), picture=picture)
        return _collect(shown, decided, whole.repairs)


def _collect(post: DigestPost, decided: Sequence[Decision], mended: tuple[Repair, ...] = ()) -> _Made:
    """Put a post together with what was decided about its pictures, and what was mended in it."""
    repairs = tuple(repair for decision in decided for repair in decision.repairs)
    return _Made(post=post, repairs=repairs + mended, left_out=sum(decision.left_out for decision in decided))


def _lead_picture(post: Post, beside: Beside) -> tuple[Decision, tuple[Decision, ...]]:
    """Choose the first picture that can be shown; tell about the very first one if it had to be left out."""
    decided: list[Decision] = []
    for image in post.images:
        decision = pictures.decide(image, beside)
        if not decided or decision.picture is not None:
            decided.append(decision)
        if decision.picture is not None:
            return decision, tuple(decided)
    return Decision(), tuple(decided)


def _language(post: Post, default: str) -> str:
    """Give the language of a post: its own, else the edition's unless the script says otherwise."""
    return post.language if post.language and languages.is_valid(post.language) else default


def _words_for(language: str, edition: str) -> Wording:
    """Give our words in the post's language, else in the edition's."""
    words = wording(language)
    return words if languages.primary(words.language) == languages.primary(language) else wording(edition)


def _title(post: Post) -> str:
    """Give the headline; a post without one takes its first words."""
    first = _one_line(post.title or "")
    if not sentences.is_visible(first):
        words = next(filter(None, (post.summary, post.text, *_spoken(post))), "")
        first = sentences.shorten(_one_line(words[: 40 * _TITLE_WORDS]), _TITLE_WORDS)
    return first[:_TITLE] if sentences.is_visible(first) else _one_line(post.url or post.source)


def _spoken(post: Post) -> tuple[str | None, ...]:
    """Give the words of a post that are not its text: media titles, captions, alternative texts."""
    return (*(media.title for media in post.media), *(image.caption or image.alt for image in post.images))


def _lead_text(post: Post) -> str:
    """Give the running text that a summary is made from: the source's own summary, else the first paragraphs.

    A summary that is the whole text on one line is none of its own: headings and captions would run into sentences.
    """
    is_own = not post.html or _one_line(post.summary or "") != _one_line(post.text or "")
    if post.summary and post.summary.strip() and is_own:
        return _MORE.sub("…", _one_line(post.summary))
    if post.html:
        paragraphs = _paragraphs(post.html)
        if paragraphs:
            return paragraphs
    return _one_line(post.text or "")


def _paragraphs(markup: str) -> str:
    """Give the words of the paragraphs of a post, without pictures, headings and lists."""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    found = [
        " ".join(str(paragraph.text_content()).split())
        for paragraph in root.iter("p")
        if next(paragraph.iterancestors("figure", "blockquote", "table", "aside"), None) is None
    ]
    return " ".join(filter(None, found))


def _one_line(words: str) -> str:
    """Collapse white space and drop what no document may hold."""
    return " ".join(_CONTROL.sub(" ", words).split())


def _purify(value: Any) -> Any:  # noqa: ANN401 - a value of the model, whatever it is made of
    """Take from foreign words what would break our own: control characters, and addresses that look like a slot."""
    if isinstance(value, str):
        if not value or (value.isprintable() and not _SLOTS.search(value)):
            return value
        return _SLOTS.sub(".slot.example", _CONTROL.sub("", value)) or "\N{REPLACEMENT CHARACTER}"
    if isinstance(value, tuple):
        return tuple(_purify(part) for part in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    parts = {part.name: getattr(value, part.name) for part in fields(value) if part.name != "id"}
    changed = {name: pure for name, part in parts.items() if (pure := _purify(part)) != part}
    return replace(value, **changed) if changed else value


# --- the edition ---------------------------------------------------------------------------------------------------


def _subject(posts: Sequence[DigestPost], rules: Rules, words: Wording) -> str:
    """Say what the edition is about: its first headline in its own language, and how many posts follow."""
    own = [post for post in posts if languages.primary(post.language) == languages.primary(rules.language)]
    if not own:
        return rules.title
    headline = own[0].title
    if len(headline) > _SUBJECT:
        headline = headline[:_SUBJECT].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
    if len(posts) == 1:
        return headline
    one, many = "%(headline)s, and %(n)s more story", "%(headline)s, and %(n)s more stories"
    return words.count(one, many, len(posts) - 1, headline=headline)


def _preheader(posts: Sequence[DigestPost], rules: Rules) -> str:
    """Say more than the subject: the next headlines, or how the only post begins."""
    own = [post for post in posts if languages.primary(post.language) == languages.primary(rules.language)]
    if not own:
        return ""
    following = " · ".join(post.title for post in own[1:4])
    said = _one_line(following or _lead_text(own[0].post))
    return said if len(said) <= _PREHEADER else said[:_PREHEADER].rsplit(" ", 1)[0].rstrip(" ,;:·") + "…"
