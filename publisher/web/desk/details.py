"""What stands behind the message of a finding, in the language of the desk.

A report keeps its findings in English, as scripts read them. Each sentence here is one that an audit writes behind a
rule's message; what stands in its holes is found again, so that the same can be said in another language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

Say = Callable[..., str]

SENTENCES: Final = (
    "%(detail)s (and %(n)s more)",
    "%(detail)s, %(n)s flashes in a second",
    "%(detail)s, at %(quote)s",
    "%(level)s %(quote)s follows %(before)s",
    "%(n)s bytes; %(most)s is the most",
    "%(n)s bytes; it is cut off at about 102,000",
    "%(n)s frames for %(seconds)s s",
    "%(n)s frames for ever",
    "%(n)s letters, where the HTML has %(shown)s",
    "%(n)s more places are not listed",
    "%(n)s px letters, %(least)s px is the least",
    "%(n)s px on a screen of %(narrow)s",
    "%(name)s does not exist",
    "%(name)s has no meaning on %(tag)s",
    "%(name)s is no number",
    "%(name)s is no value it has",
    "%(name)s names an element that is not there",
    "%(quote)s and the caption share words",
    "%(quote)s begins with %(lead)s",
    "%(quote)s describes nothing",
    "%(quote)s describes nothing, and it has no caption either",
    "%(quote)s describes nothing; the caption is %(caption)s",
    "%(quote)s has %(n)s characters",
    "%(quote)s has neither captions nor transcript",
    "%(quote)s in %(tag)s",
    "%(quote)s is %(n)s px high",
    "%(quote)s is in %(language)s and stands in dir=%(dir)s",
    "%(quote)s is in %(language)s and stands in lang=%(tag)s",
    "%(quote)s is in another place",
    "%(quote)s is missing",
    "%(quote)s is not the subject %(subject)s",
    "%(quote)s is one more",
    "%(quote)s leads to %(one)s",
    "%(quote)s leads to %(one)s again",
    "%(quote)s leads to %(one)s and to %(other)s",
    "%(quote)s names %(n)s elements",
    "%(quote)s stands at %(n)s pictures",
    "%(quote)s stands in lang=%(tag)s",
    "%(quote)s stands outside of them",
    "%(quote)s: the target is no empty <a name>, the only one that all clients find",
    "%(quote)s: there is no such place",
    "%(quote)s; the caption is %(caption)s",
    "%(said)s, and it has no caption either",
    "%(tag)s cannot have a label",
    "%(tag)s in %(parent)s",
    "%(tag)s leads to %(one)s",
    "%(tag)s plays in few mail clients",
    "%(text)s on %(ground)s is %(ratio)s, %(needed)s is needed",
    "%(text)s on %(ground)s is %(ratio)s, %(needed)s is needed, at the alternative text %(quote)s of a blocked picture",
    "a video without captions",
    "aria-roledescription %(quote)s is not in %(tag)s",
    "aria-roledescription on %(tag)s, which has no role to describe",
    'dir="auto" is a guess of the client',
    "dir=%(dir)s around lang=%(tag)s",
    "empty",
    "in a comment for Outlook",
    "in dark mode, %(detail)s",
    "its alt repeats the caption %(quote)s",
    "its alt repeats the headline %(quote)s",
    "lang=%(tag)s is no registered language",
    "lang=%(tag)s, but the edition is in %(language)s",
    "lines %(n)s times the letters, %(least)s times is the least",
    "meta refresh %(quote)s",
    "no address either",
    "no aria-label",
    "no aria-roledescription",
    "no caption",
    "no dir",
    "no header cells",
    "no lang",
    "no link names %(quote)s",
    "no role",
    'no role="article"',
    "none",
    "text %(quote)s directly in %(tag)s",
    "text stands in the body without a wrapper",
    "th %(quote)s without scope",
    "the HTML does not say it",
    "the edition has no address on the web",
    "the part's header does not say it",
    "the part's header says %(charset)s, not utf-8",
    "there are %(n)s of main",
    "there is no main",
    "there is none",
    "«no address»",
)

_HOLE: Final = re.compile(r"%\((\w+)\)s")
_QUOTES: Final = frozenset({"caption", "lead", "one", "other", "quote", "said", "subject"})
_WORDS: Final = frozenset({"parent", "tag"})
_PLAIN: Final = r"[^«»]+?"
# a quotation, a tag, an attribute, or names of attributes: the same in every language
_NEUTRAL: Final = re.compile(r"""«.*»|<[^>]*>|[\w-]+=("[^"]*"|'[^']*'|\S+)|[\w:-]+(, [\w:-]+)*( «.*»)?""", re.DOTALL)
_FIRST, _LAST = "\u2068", "\u2069"  # isolate foreign words, so that they do not turn the sentence around them


def translate(detail: str, say: Say) -> str | None:
    """Say a detail in the language of `say`; None: it is none of our sentences, and stays in English."""
    for english, pattern in _patterns():
        found = pattern.fullmatch(detail)
        values = _fill(found.groupdict(), say) if found else None
        if values is not None:
            return say(english, **values)
    return f"{_FIRST}{detail}{_LAST}" if _NEUTRAL.fullmatch(detail) else None


def _fill(found: Mapping[str, str], say: Say) -> dict[str, str] | None:
    """Give what goes into the holes of a sentence; None: a detail within it is none of our sentences."""
    values: dict[str, str] = {}
    for name, text in found.items():
        said = translate(text, say) if name == "detail" else f"{_FIRST}{text}{_LAST}"
        if said is None:
            return None
        values[name] = said
    return values


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give each sentence with what finds it; those that say most come first."""
    ranked = sorted(SENTENCES, key=lambda one: -len(_HOLE.sub("", one)))
    return tuple(
        (one, re.compile(_HOLE.sub(_hole, re.escape(one).replace(r"%\(", "%(").replace(r"\)s", ")s")), re.DOTALL))
        for one in ranked
    )


def _hole(found: re.Match[str]) -> str:
    """Write what may stand in a hole."""
    name = found[1]
    if name == "detail":
        return "(?P<detail>.+)"
    if name in _QUOTES:
        return f"(?P<{name}>«.*?»)"
    return f"(?P<{name}>{'[^ «»]+' if name in _WORDS else _PLAIN})"
