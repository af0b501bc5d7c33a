"""Bytes that say nothing about their encoding are read as the language that they make."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.model import Document
from publisher.sources import parse
from publisher.sources.characters import decode
from publisher.sources.encoding import guess

TEXTS = {
    "de": "Die Bürgermeisterin eröffnete am Freitag die neue Brücke über den Fluß. Trotz des Regens kamen viele Gäste.",
    "fr": "L’été dernier, la mairie a décidé de fermer l’école du village à cause de la sécheresse.",
    "es": "El año pasado, los niños del pueblo plantaron más de mil árboles. ¿Quién creería que hoy ya dan sombra?",
    "pt": "A câmara aprovou ontem as alterações à lei da habitação. Não há ainda uma data para a entrada em vigor.",
    "it": "La città ha riaperto il più antico caffè della piazza. Perché è così amato? Lunedì verrà anche il sindaco.",
    "sv": "På måndag öppnar den nya bron över älven. Många åker redan förbi för att se hur långt bygget har kommit.",
    "is": "Í gær opnaði ný sundlaug í þorpinu og margir komu til að synda, þó að það væri örlítið kalt við ána.",
    "cs": "Včera odpoledne otevřeli ve městě nový most přes řeku. Starý most byl příliš úzký a tvořily se kolony.",
    "pl": "Wczoraj po południu otwarto w mieście nowy most przez rzekę. Żółte autobusy pojadą nim od środy.",
    "hr": "Jučer poslijepodne u gradu je otvoren novi most preko rijeke, jer su se na starom često stvarale gužve.",
    "hu": "Tegnap délután új hidat nyitottak a városban a folyó felett, mert a régi híd túl szűk volt a forgalomnak.",
    "tr": "Dün öğleden sonra şehirde nehrin üzerine yeni bir köprü açıldı, çünkü eski köprü çok dardı.",
    "lt": "Vakar po pietų mieste atidarytas naujas tiltas per upę, nes senasis tiltas buvo per siauras.",
    "ru": "Вчера днём в городе открыли новый мост через реку. Старый мост был слишком узким, и возникали пробки.",
    "uk": "Учора вдень у місті відкрили новий міст через річку, бо старий міст був надто вузький.",
    "el": "Χθες το απόγευμα άνοιξε στην πόλη μια νέα γέφυρα πάνω από το ποτάμι, γιατί η παλιά ήταν στενή.",
    "he": "אתמול אחר הצהריים נפתח בעיר גשר חדש מעל הנהר. הגיעו אנשים רבים, כי הגשר הישן היה צר מדי.",
    "ar": "افتتح أمس في المدينة جسر جديد فوق النهر. وحضر كثير من الناس لأن الجسر القديم كان ضيقا جدا.",
    "th": "เมื่อวานตอนบ่ายมีการเปิดสะพานใหม่ข้ามแม่น้ำในเมือง มีผู้คนมามากเพราะสะพานเก่าแคบเกินไป",
    "ja": "昨日の午後、町に新しい橋が開通した。古い橋はとても狭く、よく渋滞していたので、多くの人が集まった。",
    "ko": "어제 오후 시내에 강을 건너는 새 다리가 개통되었다. 옛 다리가 너무 좁아 자주 막혔기 때문이다.",
    "zh": "昨天下午，城里一座新桥正式通车。因为旧桥太窄，经常堵车，所以来了很多人。",
}


@pytest.mark.parametrize(
    ("language", "written"),
    [
        *((language, "windows-1252") for language in ("de", "fr", "es", "pt", "it", "sv", "is")),
        *((language, "iso-8859-1") for language in ("de", "es", "pt", "it", "sv", "is")),
        *((language, "windows-1250") for language in ("cs", "pl", "hr", "hu")),
        *((language, "iso-8859-2") for language in ("cs", "pl", "hr", "hu")),
        ("tr", "windows-1254"),
        ("lt", "windows-1257"),
        ("ru", "windows-1251"),
        ("ru", "koi8-r"),
        ("uk", "windows-1251"),
        ("el", "windows-1253"),
        ("he", "windows-1255"),
        ("ar", "windows-1256"),
        ("th", "cp874"),
        ("ja", "shift_jis"),
        ("ja", "euc_jp"),
        ("ko", "euc_kr"),
        ("zh", "gb2312"),
    ],
)
def test_a_text_is_read_as_it_was_written(language: str, written: str) -> None:
    """Every letter comes back, in plain text and in Markdown."""
    text = TEXTS[language]
    for name in ("post.txt", "post.md"):
        post = parse(Document(source=name, content=f"A title\n\n{text}\n".encode(written))).posts[0]
        assert text in (post.text or "")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("It’s “fine” – really", "windows-1252"),
        ("Café", "windows-1252"),
        ("Müller & Søn: £5 or €6", "windows-1252"),
    ],
)
def test_a_few_words_are_western(text: str, written: str) -> None:
    """What is too short for a verdict is read as what it most often is."""
    assert text.encode(written).decode(guess(text.encode(written))) == text


def test_tags_do_not_hide_the_letters() -> None:
    """A page is mostly ASCII, its words are not."""
    page = "".join(
        f'<p class="paragraph"><a href="https://example.org/x">{word}</a></p>' for word in TEXTS["ru"].split()
    )
    assert guess(page.encode("windows-1251")) == "cp1251"


def test_a_sample_may_end_inside_a_character() -> None:
    """Only the beginning of a long text is looked at."""
    text = "x" + TEXTS["ja"] * 400
    assert decode(Document(source="long.txt", content=text.encode("shift_jis"))) == text


def test_bytes_of_no_known_language_are_left_to_the_library() -> None:
    """Whatever comes out, it is an encoding that Python has."""
    content = bytes(range(0x80, 0x100)) * 3
    assert isinstance(content.decode(guess(content), "replace"), str)
    assert guess(b"\x81") in {"cp1252", "cp949", "big5", "johab"} or b"\x81".decode(guess(b"\x81"), "replace")


def test_a_claim_that_spoils_the_text_is_not_believed() -> None:
    """A page that says UTF-8 and is not is read as what it is; one wrong byte in a long text changes nothing."""
    german = TEXTS["de"]
    assert decode(Document(source="a", content=german.encode("windows-1252"), charset="utf-8")) == german
    mixed = german.encode() * 3 + "ü".encode("windows-1252")
    assert decode(Document(source="a", content=mixed, charset="utf-8")) == german * 3 + "\ufffd"


@settings(deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_have_an_encoding(content: bytes) -> None:
    """Guessing never fails."""
    assert isinstance(content.decode(guess(content), "replace"), str)
