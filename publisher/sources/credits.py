"""Credits of pictures, read out of a caption that stays whole."""

from __future__ import annotations

import re
from typing import Final

# Words that announce a credit when a colon, a slash or "by" follows; lower case, without the mark that follows.
_LEADS: Final = frozenset(
    """
photo photos photograph photography photographer picture pictures image images credit credits pic illustration graphic
video source courtesy
foto fotos fotografie fotograf bild bilder abbildung quelle illustration
photographie crédit crédits crédit photo crédits photo illustration
fotografía fotógrafo imagen crédito créditos fuente
fotografia immagine credito crediti
imagem divulgação reprodução
zdjęcie fot źródło
snímek zdroj
фото снимок изображение источник світлина снимка
fotoğraf görsel kaynak
تصویر عکس منبع صورة الصورة تصوير
תמונה צילום קרדיט
फोटो तस्वीर छवि साभार
ภาพ เครดิตภาพ
写真 撮影 画像 图 图片 摄影 來源 来源
사진
""".split(),
)
# Agencies and libraries whose name alone, in brackets or after a dash, is a credit.
_AGENCIES: Final = (
    "AA AAP AFP AP ANP ANSA Alamy APA Belga CTK ČTK DPA EFE EPA Getty IRNA ISNA KNA LUSA MTI NTB PA PAP PTI RFE/RL "
    "Reuters RIA Shutterstock SIPA TASS Tass UPI Xinhua iStock Unsplash Flickr Wikimedia Imago Keystone"
).split()

_LONGEST: Final = 160  # characters of a credit
_LEAD: Final = re.compile(
    r"(?<!\w)(\w+)(?:\s+(?:courtesy|credits?|by|de|von|par|di|por|photo))?(?:\s*[:\uff1a/]\s*|\s+(?:by|courtesy\s+of)\s+)(?=\S)",
    re.IGNORECASE,
)
_AGENCY: Final = rf"(?<!\w)(?:{'|'.join(map(re.escape, _AGENCIES))})(?!\w)"
_AGENCY_BEFORE: Final = re.compile(rf"{_AGENCY}\s+$")
_SIGN: Final = re.compile(r"©|\(c\)|ⓒ|(?<!\w)copyright(?!\w)", re.IGNORECASE)
_BRACKET: Final = re.compile(rf"[(\[]([^()\[\]\n]*?{_AGENCY}[^()\[\]\n]{{0,60}})[)\]]\.?$")
_TRAIL: Final = re.compile(
    rf"[.!?…\u2013\u2014|]\s+((?:[^.!?()\[\]\n\u2013\u2014|]{{0,60}}[/,]\s*)?{_AGENCY}(?:\s+(?:Images|Photo))?)\.?$"
)
_OPEN: Final = re.compile(r"[()\[\]\n]")


def find_credit(caption: str | None) -> str | None:
    """Give the credit that stands at the end of a caption, or is all of it; None where there is none."""
    if not caption:
        return None
    tail = caption[-2 * _LONGEST :].rstrip()
    led = _led(tail)
    if led:
        return led
    bracket = _BRACKET.search(tail) if tail.endswith((")", "]", ").", "].")) else _TRAIL.search(tail)
    return bracket[1].strip() if bracket else None


def _led(tail: str) -> str | None:
    """Give the credit that a word or a sign announces; the last one wins."""
    starts = [found.start() for found in _SIGN.finditer(tail)]
    for found in _LEAD.finditer(tail):
        if found[1].lower() in _LEADS or found[1][-1] in _LEADS or found[1][-2:] in _LEADS:
            agency = _AGENCY_BEFORE.search(tail[: found.start()])
            starts.append(agency.start() if agency else found.start())
    for start in sorted(starts, reverse=True):
        credit = tail[start:].rstrip(".;, ")
        inner = credit.removeprefix("(c)").removeprefix("(C)").rstrip(")]")
        if len(credit) <= _LONGEST and not _OPEN.search(inner):
            return (
                credit
                if credit.startswith(("(c)", "(C)")) and credit.count("(") == credit.count(")")
                else credit.rstrip(")] ")
            )
    return None
