"""Words that give something away, per language: data for `alt` and `wording`.

Everything is case-folded and NFKC. A list names what is common, not everything: a missed word costs a finding that
asks, never a wrong one that blocks.
"""

from __future__ import annotations

from typing import Final

# An alternative text that is nothing but one of these says nothing.
PLACEHOLDERS: Final = frozenset(
    {
        *"image images img photo photos picture pic graphic alt todo tbd untitled null none undefined nan".split(),
        *"placeholder thumbnail thumb banner spacer attachment description caption blank empty unnamed n/a".split(),
        *"bild foto grafik abbildung imagen imágen fotografía fotografia imagem photographie illustration".split(),
        *"immagine obrázek fotka zdjęcie obraz kép slika снимок картинка изображение фото фотография рисунок".split(),
        *"зображення світлина сурет صورة تصویر عکس תמונה صوره resim fotoğraf görsel εικόνα छवि चित्र".split(),
        *"图片 图像 照片 圖片 画像 写真 사진 이미지 รูปภาพ afbeelding billede kuva εικονα".split(),
        "alt text",
        "alternative text",
        "alternate text",
        "image alt",
        "image alt text",
        "insert alt text",
        "insert alt text here",
        "add alt text",
        "image description",
        "photo description",
        "no description",
        "no alt",
        "no caption",
        "no title",
        "featured image",
        "article image",
        "main image",
        "hero image",
        "stock photo",
        "file photo",
        "an image",
        "a picture",
        "a photo",
        "to do",
        "lorem ipsum",
    },
)

# "image of ..." in front of a description: a screen reader has said already that it is an image.
REDUNDANT_LEADS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        *("image of", "images of", "photo of", "photos of", "picture of", "pictures of", "graphic of"),
        *("photograph of", "image showing", "photo showing", "picture showing", "screenshot of", "illustration of"),
        *("an image of", "a photo of", "a picture of", "a photograph of", "a graphic of", "the image shows"),
        *("this image shows", "this photo shows", "icon of", "a screenshot of"),
    ),
    "de": ("bild von", "bild eines", "bild einer", "foto von", "foto eines", "foto einer", "das bild zeigt"),
    "fr": ("image de", "image d'", "photo de", "photo d'", "illustration de", "une photo de", "une image de"),
    "es": ("imagen de", "foto de", "fotografía de", "ilustración de", "una imagen de", "una foto de"),
    "pt": ("imagem de", "imagem do", "imagem da", "foto de", "foto do", "foto da", "fotografia de"),
    "it": ("immagine di", "foto di", "fotografia di", "illustrazione di", "un'immagine di"),
    "nl": ("afbeelding van", "foto van", "plaatje van", "een foto van"),
    "pl": ("zdjęcie przedstawia", "obraz przedstawia", "na zdjęciu", "zdjęcie przedstawiające"),
    "cs": ("obrázek zobrazuje", "fotografie zobrazuje", "na obrázku je", "na snímku je", "na fotografii je"),
    "ru": ("изображение", "фото", "фотография", "картинка", "на фото", "на снимке", "на изображении"),
    "uk": ("зображення", "фото", "фотографія", "світлина", "на фото", "на світлині", "на зображенні"),
    "kk": ("суретте", "фотосуретте"),
    "tr": ("resimde", "fotoğrafta", "görselde"),
    "ar": ("صورة ل", "صورة من", "صورة تظهر", "صورة توضح"),
    "fa": ("تصویر", "عکس", "تصویری از", "عکسی از", "تصویر از", "عکس از"),
    "he": ("תמונה של", "תצלום של", "צילום של"),
    "ur": ("کی تصویر",),
    "hi": ("की तस्वीर", "चित्र में"),
    "zh": ("图片显示", "图为", "照片显示", "圖為"),
    "ja": ("画像は", "写真は"),
}

# Agencies and archives that sign pictures.
AGENCIES: Final = (
    *("afp", "ap", "apa", "ansa", "belga", "bta", "ctk", "čtk", "dpa", "efe", "epa", "epa-efe", "getty"),
    *("getty images", "imago", "interfax", "keystone", "kyodo", "lusa", "mti", "ntb", "pap", "picture alliance"),
    *("reuters", "rfe/rl", "rfi", "ria novosti", "sipa", "shutterstock", "tass", "tasr", "unian", "unsplash"),
    *("ukrinform", "xinhua", "zuma press", "zuma", "alamy", "adobe stock", "istock", "wikimedia commons"),
    *("courtesy photo", "file photo", "ap photo", "associated press", "тасс", "риа новости", "укринформ"),
    *("رویترز", "رويترز", "ایرنا", "ایسنا", "אי-אף-פי", "רויטרס", "新华社", "新華社"),
)

# A word, followed by a colon, that announces who took the picture, or, in front of everything, what a caption is.
CREDIT_LABELS: Final = (
    *("photo by", "photograph by", "picture by", "image by", "photo credit", "image credit", "picture credit"),
    *("photo", "photos", "photograph", "picture", "image", "credit", "credits", "source", "courtesy of", "courtesy"),
    *("video", "graphic", "illustration", "copyright", "foto", "bild", "quelle", "fotografie", "autor", "zdroj"),
    *("crédit photo", "crédits photo", "crédit", "crédits", "photographie", "source photo", "foto de", "crédito"),
    *("créditos", "fuente", "fotografía", "imagen", "imagem", "fonte", "crediti", "immagine", "zdj", "fot"),
    *("źródło", "фото", "фотография", "снимок", "источник", "автор", "відео", "видео", "джерело", "светлина"),
    *("сурет", "дереккөз", "fotoğraf", "kaynak", "صورة", "الصورة", "المصدر", "تصوير", "عکس", "عکاس", "منبع"),
    *("تصویر", "ماخذ", "צילום", "תמונה", "מקור", "फोटो", "साभार", "图", "图片", "图片来源", "摄影", "照片"),
    *("圖片", "写真", "撮影", "사진", "video credit"),
)
