"""Sentences and words in any script: summaries that end where a sentence ends, and how long reading takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# Marks that end a sentence wherever they stand: Chinese and Japanese, Devanagari, Urdu, Armenian, Ethiopic, Burmese,
# Khmer, Tibetan.
_ALWAYS: Final = "。！？｡।॥۔։።፧။។།༎"
# Marks that end one only before a space: the full stop also stands in numbers, names and abbreviations.
_BEFORE_SPACE: Final = ".!?…؟⁇⁈⁉"
_ENDS: Final = _ALWAYS + _BEFORE_SPACE
_BETWEEN: Final = " \n,;:،؛、–—-…"
_CLOSERS: Final = "\"'”’»›)\\]」』】〉》）"
_END: Final = re.compile(rf"(?:[{_ALWAYS}]+[{_CLOSERS}]*\s*|[{_BEFORE_SPACE}]+[{_CLOSERS}]*(?:\s+|$))")
_PHRASE_END: Final = re.compile(r"\s+|$")
_CLAUSE_END: Final = re.compile(r"[,;:،؛、，；：–—]\s*")
_OPENERS: Final = "\"'“‘«‹([「『【„¿¡- "

# Words before a full stop that does not end a sentence, in the languages we publish most. Single letters are
# initials everywhere and need no list.
_ABBREVIATIONS: Final = frozenset(
    (
        "mr mrs ms dr prof st sr jr vs no nos gen col lt maj capt cmdr sgt rep sen gov hon rev pres fig vol ed approx "
        "mt ft inc ltd co corp dept est jan feb mar apr jun jul aug sept sep oct nov dec e.g i.e u.s u.k u.n a.m p.m "
        "bzw ca z.b d.h u.a nr str evtl ggf inkl vgl hr fr mme mlle mm sra srta dra sres d.c núm pág art "
        "např tzv mj tj resp ing mgr bc judr mudr ul čís č sv r л г гг ул им т.е т.д т.п тыс млн млрд руб др см стр "
        "напр акад проф гр р рр ст тис тов ім вул тобто د م هـ ق"
    ).split(),
)

_SLOW: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]")
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u0e80-\u0eff\u1780-\u17ff\u1000-\u109f\u0f00-\u0fff]")
_WORD: Final = re.compile("\\w[\\w'\u2019\\-.]*")
_CHARACTERS_A_WORD: Final = 2.5  # 500 Chinese or Japanese characters a minute, where others read 200 words
_LETTERS_A_WORD: Final = 5  # Thai, Lao, Khmer, Burmese and Tibetan write no spaces between words
_WORDS_A_MINUTE: Final = 200
_NEAR: Final = 40  # characters around a full stop that tell what it ends
_LONGEST_WORD: Final = 60  # characters: what lies beyond `limit` of these needs no counting


def count_words(text: str) -> int:
    """Count words; where a script writes no spaces, as many characters as take the time of a word."""
    slow, unspaced = len(_SLOW.findall(text)), len(_UNSPACED.findall(text))
    if slow or unspaced:
        text = _UNSPACED.sub(" ", _SLOW.sub(" ", text))
    return len(_WORD.findall(text)) + round(slow / _CHARACTERS_A_WORD + unspaced / _LETTERS_A_WORD)


def is_visible(text: str) -> bool:
    """Say whether anything of a text can be seen: not only spaces, joiners and other marks of format."""
    return any(unicodedata.category(letter)[0] not in "CZM" for letter in text)


def minutes(words: int) -> int:
    """Give the minutes that reading takes: 200 words each, never less than one."""
    return max(1, round(words / _WORDS_A_MINUTE))


def _is_unspaced(text: str) -> bool:
    """Say whether a text is mostly in a script that marks the end of a sentence by a space alone."""
    return len(_UNSPACED.findall(text)) * 2 > len(text)


def _continues(before: str, mark: str, after: str) -> bool:
    """Say whether the sentence goes on behind this mark: an abbreviation, an initial, a small letter."""
    if mark[:1] != ".":
        return False
    if mark.startswith("..") or not after:
        return bool(after) and after.lstrip(_OPENERS)[:1].islower()
    word = before.rsplit(None, 1)[-1].lstrip(_OPENERS).casefold() if before.split() else ""
    is_initial = len(word) == 1 and word.isalpha()
    return is_initial or word in _ABBREVIATIONS or after.lstrip(_OPENERS)[:1].islower()


def split(text: str) -> Iterator[str]:
    """Cut a text into its sentences, each with the mark that ends it; white space is collapsed."""
    text = " ".join(text.split())
    end = _PHRASE_END if _is_unspaced(text) else _END
    start = 0
    for found in end.finditer(text):
        before = text[max(start, found.start() - _NEAR) : found.start()]
        if found.end() == start or _continues(before, found.group(), text[found.end() : found.end() + _NEAR]):
            continue
        yield text[start : found.end()].strip()
        start = found.end()
    if start < len(text):
        yield text[start:].strip()


def after(title: str, text: str) -> str:
    """Give what of a text its title has not said: a title made of the first words is not heard twice.

    Behind a title that ends in an ellipsis the text goes on with one. A title that only happens to be the first words
    ("Ferries" above "Ferries sail again") takes nothing away.
    """
    stem = title.rstrip("… ")
    if not stem or not text.startswith(stem):
        return text
    rest = text[len(stem) :]
    said = rest.lstrip(_BETWEEN)
    if title.endswith("…"):
        return f"…{said}" if is_visible(said) and rest[:1] not in _ENDS else said
    is_whole = title[-1] in _ENDS or rest[:1] in {*_ENDS, "\n", ""}
    return said.lstrip(_ENDS).lstrip() if is_whole else text


def summarise(text: str, limit: int) -> str:
    """Give the first whole sentences of a text, together at most `limit` words.

    A first sentence that is longer by itself is cut behind a clause, else behind a word, and ends in an ellipsis.
    """
    kept: list[str] = []
    total = 0
    joint = "" if _SLOW.search(text) else " "
    for sentence in split(text):
        total += count_words(sentence)
        if total > limit:
            break
        kept.append(sentence)
    if kept:
        return _join(kept, joint)
    return shorten(text, limit)


def _join(sentences: list[str], joint: str) -> str:
    """Put sentences in a row; Chinese and Japanese have no space between them, but Latin letters do."""
    joined = sentences[0]
    for sentence in sentences[1:]:
        gap = joint or ("" if joined[-1] in _ALWAYS + "」』）" else " ")
        joined += gap + sentence
    return joined


def shorten(text: str, limit: int) -> str:
    """Cut a text behind a clause or word so that at most `limit` words are left, with an ellipsis if it was cut."""
    text = " ".join(text.split())
    window = text[: limit * _LONGEST_WORD]
    if len(window) == len(text) and count_words(text) <= limit:
        return text
    text = window
    low, high = 0, len(text)
    while low < high:  # the longest beginning that is short enough
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count_words(text[:middle]) <= limit else (low, middle - 1)
    return _cut_back(text[:low]) + "…"


def _cut_back(kept: str) -> str:
    """Go back to the end of a clause in the last third; a word is whole here, for it counts from its first letter."""
    clauses = [found.start() for found in _CLAUSE_END.finditer(kept) if found.start() * 3 > len(kept) * 2]
    return kept[: clauses[-1]].rstrip() if clauses else kept.rstrip(" ,;:،、–—-")
