"""Why something was refused, in the language of the desk: our errors are English, as commands print them.

Subject, reason and way out are found again in a table of sentences, and said in another language with what stands in
their holes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from publisher.errors import PublisherError
from publisher.web.strings import PageWording

SENTENCES: Final = (
    "%(typed)s is no date with a time",
    "%(typed)s is none",
    "%(typed)s is none that is known",
    "%(typed)s is not an address: it needs one @ between a name and a domain",
    "a story in it was killed since: %(title)s",
    "account %(name)s",
    "account, place or role is not known",
    "address %(name)s",
    "approve it first: %(command)s",
    "ask another admin",
    "ask somebody else to approve it",
    "barrier %(name)s",
    "build it again for those still pending (%(command)s), or cancel it",
    "choose a day and an hour",
    "choose a file with one person a line",
    "choose a later one, or send the edition now",
    "choose an earlier one",
    "choose from the lists",
    "choose one of the list",
    "choose one of the page",
    "choose one of those on the page",
    "choose to pause, to resume or to cancel",
    "edition %(name)s",
    "follow the links in the report",
    "it goes to %(people)s, not to %(typed)s",
    "it goes to one to %(most)s addresses",
    "it goes to those whom another one reached, or did not reach yet",
    "it has more than %(most)s characters",
    "it has nothing new",
    "it has nothing new; %(old)s posts are older than its first pull and are not mailed",
    "it is %(state)s, so that one cannot %(action)s it",
    "it is %(state)s: only an approved edition can wait for its moment",
    "it is %(state)s: what people have got cannot be changed any more",
    "it is cancelled: nobody gets it any more",
    "it is larger than 25 MB",
    "it is more than a year away",
    "it is past already",
    "it is settled",
    "it was killed already",
    "it was killed, and stays so",
    "keep at least one that may be published",
    "list them with: publisher edition",
    "look at it again",
    "look at it again, then write it anew",
    "look at it as it is now, then approve it",
    "look at: publisher preview",
    "make it smaller",
    "mend what blocks it and build it again",
    "name fewer people",
    "name somebody who may, or let them: %(command)s",
    "newsletter %(name)s",
    "no post would be left in it",
    "nobody changes the role that they have everywhere",
    "nobody corrected or killed it since",
    "nobody is pending any more",
    "nobody who has not got it yet would get it",
    "nothing can bring them back",
    "nothing is left of the new posts",
    "nothing is left to do",
    "open the page again",
    "post %(name)s",
    "pull its sources first: publisher pull",
    "remove one first",
    "resume it: %(command)s",
    "send it: %(command)s",
    "shorten it",
    "somebody changed it while you looked at it",
    "somebody else changed it meanwhile",
    "somebody else settled it meanwhile",
    "something must be fixed first: %(said)s",
    "the action",
    "the answer",
    "the deputy",
    "the file",
    "the headline",
    "the minutes",
    "the newsletter",
    "the number of people",
    "the picture",
    "the pictures",
    "the program",
    "the story",
    "the test",
    "the text",
    "the time",
    "there are %(known)s already",
    "there are more than %(most)s addresses",
    "there is none",
    "there is none of this id",
    "there is none of this name",
    "there is none of this name at the desk",
    "there is none of this number",
    "they are not between 1 and %(most)s",
    "this edition",
    "this form is not as we sent it",
    "this person",
    "this post",
    "this right",
    "tick the box to cancel it",
    "tick the box to forget them",
    "to mail older ones, set start = 2026-01-31 (or another day) in %(section)s",
    "write a new one",
    "write a number such as 15",
    "write it as name@example.org",
    "write them with commas between",
    "you changed it last, and this newsletter wants the eyes of two people",
    "your own role",
)

# states within a sentence, as pages say them
STATES: Final = {
    "draft": "Draft: something must be fixed",
    "ready": "Ready: waits for approval",
    "approved": "Approved",
    "sending": "On its way",
    "paused": "Paused",
    "sent": "Sent",
    "held": "Held: somebody must mend something",
    "cancelled": "Cancelled",
}
_HOLE: Final = re.compile(r"%\((\w+)\)s")
_FIRST, _LAST = "\u2068", "\u2069"  # isolate what comes from elsewhere, so that it does not turn the sentence around it


def explain(failure: PublisherError, words: PageWording) -> tuple[str, str]:
    """Say why something was refused, and in which language that is: English where a part of it is not known."""
    parts = [translate(part, words) for part in (failure.subject, failure.reason, failure.fix) if part]
    if words.catalogue == "en" or None in parts:
        return f"{failure.subject}: {failure.explanation}", "en"
    subject, *rest = [str(part) for part in parts]
    return f"{subject}: {'. '.join(rest)}", words.language


def translate(text: str, words: PageWording) -> str | None:
    """Say a part of an error in another language; None: it is none of our sentences."""
    for english, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return words.say(english, **{name: _fill(name, value, words) for name, value in found.groupdict().items()})
    return None


def _fill(name: str, value: str, words: PageWording) -> str:
    """Give what goes into a hole."""
    if name == "state" and value in STATES:
        return words.say(STATES[value])
    return f"{_FIRST}{value}{_LAST}"


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give each sentence with what finds it; those that say most come first."""
    ranked = sorted(SENTENCES, key=lambda one: -len(_HOLE.sub("", one)))
    return tuple((one, re.compile(_write_pattern(one), re.DOTALL)) for one in ranked)


def _write_pattern(sentence: str) -> str:
    """Write a pattern that finds a sentence with anything in its holes."""
    parts = _HOLE.split(sentence)
    return "".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
