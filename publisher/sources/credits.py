"""Credits of pictures, read out of a caption that stays whole."""

from __future__ import annotations

import re
from typing import Final

# Words that announce a credit when a colon, a slash or "by" follows; lower case, without the mark that follows.
_LEADS: Final = """
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
""".split()
# Agencies and libraries whose name alone, in brackets or after a dash, is a credit.
_AGENCIES: Final = (
    "AA AAP AFP AP ANP ANSA Alamy APA Belga CTK ČTK DPA EFE EPA Getty IRNA ISNA KNA LUSA MTI NTB PA PAP PTI RFE/RL "
    "Reuters RIA Shutterstock SIPA TASS Tass UPI Xinhua iStock Unsplash Flickr Wikimedia Imago Keystone Picture-Alliance"
).split()

_LONGEST: Final = 160
_LEAD: Final = re.compile(
    r"(?s:.*)(?:^|(?<=[\s(\[|.–—]))"  # greedy: the last one wins
    rf"(?P<credit>(?:{'|'.join(sorted(map(re.escape, _LEADS), key=len, reverse=True))})"
    r"(?:\s+(?:courtesy|credits?|by|de|von|par|di|por|photo))?(?:\s*[:：/]\s*|\s+(?:by|courtesy\s+of)\s+)"
    rf"[^()\[\]\n]{{2,{_LONGEST}}}?)[)\]]?\s*$",
    re.IGNORECASE,
)
_SIGN: Final = re.compile(
    rf"(?P<credit>(?:©|\(c\)|ⓒ|copyright\b)\s*[^()\[\]\n]{{2,{_LONGEST}}}?)[)\]]?\s*$", re.IGNORECASE
)
_AGENCY: Final = rf"(?:{'|'.join(map(re.escape, _AGENCIES))})"
_BRACKET: Final = re.compile(
    rf"[(\[](?P<credit>[^()\[\]\n]{{0,{_LONGEST}}}?(?<!\w){_AGENCY}(?!\w)[^()\[\]\n]{{0,60}})[)\]]\.?\s*$",
)
_TRAIL: Final = re.compile(
    rf"[.!?…–—|]\s+(?P<credit>(?:[^.!?()\[\]\n–—|]{{0,60}}[/,]\s*)?{_AGENCY}(?!\w)(?:\s+(?:Images|Photo))?)\.?\s*$",
)
_ORDER: Final = (_LEAD, _SIGN, _BRACKET, _TRAIL)


def find_credit(caption: str | None) -> str | None:
    """Give the credit that stands at the end of a caption, or is all of it; None where there is none."""
    if not caption:
        return None
    tail = caption[-2 * _LONGEST :]
    for pattern in _ORDER:
        found = pattern.search(tail)
        if found:
            return found["credit"].strip(" .;,") or None
    return None
