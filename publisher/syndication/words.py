"""The few words of ours that readers meet in pages and feeds, in the languages we know.

A language that is not here gets English words, marked as English, so that no screen reader spells them wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from publisher.language import direction, primary
from publisher.model import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Our words in one language."""

    language: str
    skip: str
    description: str
    no_description: str
    captions: str
    transcript: str
    video: str
    audio: str
    file: str
    picture: str
    correction: str
    withdrawn: str
    published: str
    updated: str
    by: str
    rights: str
    original: str
    contents: str

    @property
    def direction(self) -> Direction:
        """Give the direction of these words."""
        return direction(self.language)


_ENGLISH: Final = Words(
    language="en",
    skip="Skip to the text",
    description="Description of the picture",
    no_description="This picture has no description yet.",
    captions="Captions",
    transcript="Transcript",
    video="Video",
    audio="Audio",
    file="File",
    picture="Picture",
    correction="Correction",
    withdrawn="Withdrawn",
    published="Published",
    updated="Updated",
    by="By",
    rights="Rights",
    original="Original page",
    contents="Contents",
)

_TABLE: Final[dict[str, Words]] = {
    "en": _ENGLISH,
    "ar": Words(
        language="ar",
        skip="انتقل إلى النص",
        description="وصف الصورة",
        no_description="لا يوجد وصف لهذه الصورة بعد.",
        captions="ترجمة مكتوبة",
        transcript="النص الكامل",
        video="فيديو",
        audio="تسجيل صوتي",
        file="ملف",
        picture="صورة",
        correction="تصحيح",
        withdrawn="تم السحب",
        published="نُشر",
        updated="حُدّث",
        by="بقلم",
        rights="الحقوق",
        original="الصفحة الأصلية",
        contents="المحتويات",
    ),
    "cs": Words(
        language="cs",
        skip="Přejít k textu",
        description="Popis obrázku",
        no_description="Tento obrázek zatím nemá popis.",
        captions="Titulky",
        transcript="Přepis",
        video="Video",
        audio="Zvuk",
        file="Soubor",
        picture="Obrázek",
        correction="Oprava",
        withdrawn="Staženo",
        published="Zveřejněno",
        updated="Aktualizováno",
        by="Autor",
        rights="Práva",
        original="Původní stránka",
        contents="Obsah",
    ),
    "de": Words(
        language="de",
        skip="Zum Text springen",
        description="Bildbeschreibung",
        no_description="Zu diesem Bild gibt es noch keine Beschreibung.",
        captions="Untertitel",
        transcript="Abschrift",
        video="Video",
        audio="Ton",
        file="Datei",
        picture="Bild",
        correction="Korrektur",
        withdrawn="Zurückgezogen",
        published="Veröffentlicht",
        updated="Aktualisiert",
        by="Von",
        rights="Rechte",
        original="Originalseite",
        contents="Inhalt",
    ),
    "es": Words(
        language="es",
        skip="Saltar al texto",
        description="Descripción de la imagen",
        no_description="Esta imagen todavía no tiene descripción.",
        captions="Subtítulos",
        transcript="Transcripción",
        video="Vídeo",
        audio="Audio",
        file="Archivo",
        picture="Imagen",
        correction="Corrección",
        withdrawn="Retirado",
        published="Publicado",
        updated="Actualizado",
        by="Por",
        rights="Derechos",
        original="Página original",
        contents="Contenido",
    ),
    "fa": Words(
        language="fa",
        skip="رفتن به متن",
        description="توضیح تصویر",
        no_description="این تصویر هنوز توضیحی ندارد.",
        captions="زیرنویس",
        transcript="متن پیاده‌شده",
        video="ویدیو",
        audio="صدا",
        file="پرونده",
        picture="تصویر",
        correction="اصلاحیه",
        withdrawn="پس گرفته شد",
        published="انتشار",
        updated="به‌روزرسانی",
        by="نوشتهٔ",
        rights="حقوق",
        original="صفحهٔ اصلی",
        contents="فهرست",
    ),
    "fr": Words(
        language="fr",
        skip="Aller au texte",
        description="Description de l’image",
        no_description="Cette image n’a pas encore de description.",
        captions="Sous-titres",
        transcript="Transcription",
        video="Vidéo",
        audio="Audio",
        file="Fichier",
        picture="Image",
        correction="Correction",
        withdrawn="Retiré",
        published="Publié",
        updated="Mis à jour",
        by="Par",
        rights="Droits",
        original="Page d’origine",
        contents="Sommaire",
    ),
    "ru": Words(
        language="ru",
        skip="Перейти к тексту",
        description="Описание изображения",
        no_description="У этого изображения пока нет описания.",
        captions="Субтитры",
        transcript="Расшифровка",
        video="Видео",
        audio="Аудио",
        file="Файл",
        picture="Изображение",
        correction="Исправление",
        withdrawn="Отозвано",
        published="Опубликовано",
        updated="Обновлено",
        by="Автор",
        rights="Права",
        original="Исходная страница",
        contents="Содержание",
    ),
}


def words_of(language: str) -> Words:
    """Give our words in a language, or in English where we have none."""
    return _TABLE.get(primary(language), _ENGLISH)
