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

# A link that is called nothing but this says nothing about where it leads.
GENERIC_LINKS: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(
        {
            *("click here", "click", "here", "read more", "more", "learn more", "find out more", "see more", "link"),
            *("this link", "view more", "more info", "more information", "details", "more details", "continue"),
            *(
                "continue reading",
                "read on",
                "read now",
                "read",
                "read it",
                "go",
                "ok",
                "go here",
                "tap here",
                "press here",
            ),
            *("this", "this page", "see here", "view", "view now", "read the article", "read article", "full story"),
            *("read full story", "read the full story", "discover more", "get started", "start", "start now", "watch"),
            *("watch now", "listen", "listen now", "download", "open", "visit", "show more", "check it out", "info"),
        },
    ),
    "de": frozenset(
        {
            *("hier", "hier klicken", "klicken sie hier", "klick hier", "mehr", "mehr lesen", "weiterlesen", "weiter"),
            *("mehr erfahren", "mehr infos", "mehr informationen", "details", "link", "zum artikel", "jetzt lesen"),
        },
    ),
    "fr": frozenset(
        {
            *("ici", "cliquez ici", "cliquer ici", "lire la suite", "en savoir plus", "plus", "suite", "lire plus"),
            *("voir plus", "plus d'infos", "plus d’infos", "lien", "ce lien", "lire", "lire l'article", "découvrir"),
        },
    ),
    "es": frozenset(
        {
            *("aquí", "haga clic aquí", "haz clic aquí", "clic aquí", "leer más", "más", "ver más", "saber más"),
            *("más información", "seguir leyendo", "enlace", "este enlace", "continuar", "lee más", "pincha aquí"),
        },
    ),
    "pt": frozenset(
        {
            *("aqui", "clique aqui", "leia mais", "ler mais", "mais", "saiba mais", "ver mais", "mais informações"),
            *("continuar lendo", "continuar a ler", "continue lendo", "link", "este link"),
        },
    ),
    "it": frozenset(
        {
            *("qui", "clicca qui", "cliccare qui", "leggi tutto", "leggi di più", "leggi", "continua", "di più"),
            *("continua a leggere", "scopri di più", "maggiori informazioni", "altro", "vai", "questo link"),
        },
    ),
    "nl": frozenset(
        {
            *("hier", "klik hier", "lees meer", "meer", "verder lezen", "lees verder", "meer info", "meer lezen"),
            *("meer informatie", "bekijk", "deze link", "link"),
        },
    ),
    "pl": frozenset(
        {
            *(
                "tutaj",
                "tu",
                "kliknij tutaj",
                "kliknij",
                "czytaj więcej",
                "więcej",
                "czytaj dalej",
                "dowiedz się więcej",
            ),
            *("zobacz więcej", "link", "szczegóły"),
        },
    ),
    "cs": frozenset(
        {
            *("zde", "klikněte zde", "klikni zde", "více", "číst více", "číst dál", "čtěte dál", "více informací"),
            *("více zde", "zjistit více", "odkaz", "pokračovat", "tady", "celý článek", "přečíst"),
        },
    ),
    "sk": frozenset({"tu", "kliknite sem", "viac", "čítať viac", "čítajte viac", "viac informácií", "odkaz"}),
    "ru": frozenset(
        {
            *("здесь", "тут", "нажмите здесь", "читать далее", "читать дальше", "далее", "подробнее", "ещё", "еще"),
            *(
                "читать",
                "узнать больше",
                "читать полностью",
                "ссылка",
                "по ссылке",
                "сюда",
                "больше",
                "узнать подробнее",
            ),
        },
    ),
    "uk": frozenset(
        {
            *("тут", "натисніть тут", "читати далі", "далі", "детальніше", "докладніше", "більше", "читати", "ще"),
            *("читати більше", "дізнатися більше", "посилання", "за посиланням"),
        },
    ),
    "kk": frozenset({"осында", "мұнда", "толығырақ", "әрі қарай", "оқу", "толық оқу", "сілтеме", "тағы", "көбірек"}),
    "tr": frozenset(
        {
            *("buraya tıklayın", "tıklayın", "burada", "buradan", "devamı", "devamını oku", "daha fazla", "detaylar"),
            *("daha fazlası", "daha fazla bilgi", "oku", "bağlantı"),
        },
    ),
    "ar": frozenset(
        {
            *(
                "هنا",
                "اضغط هنا",
                "انقر هنا",
                "المزيد",
                "اقرأ المزيد",
                "إقرأ المزيد",
                "للمزيد",
                "التفاصيل",
                "تابع القراءة",
            ),
            *("رابط", "الرابط", "اقرأ", "اعرف المزيد"),
        },
    ),
    "fa": frozenset(
        {
            *("اینجا", "اینجا کلیک کنید", "کلیک کنید", "بیشتر", "بیشتر بخوانید", "ادامه", "ادامه مطلب", "بخوانید"),
            *("ادامهٔ مطلب", "اطلاعات بیشتر", "جزئیات", "لینک", "پیوند"),
        },
    ),
    "he": frozenset(
        {
            *("כאן", "לחצו כאן", "לחץ כאן", "הקליקו כאן", "קרא עוד", "קראו עוד", "עוד", "למידע נוסף", "לפרטים"),
            *("להמשך קריאה", "המשך קריאה", "לפרטים נוספים", "קישור"),
        },
    ),
    "ur": frozenset(
        {"یہاں", "یہاں کلک کریں", "کلک کریں", "مزید", "مزید پڑھیں", "مزید پڑھیے", "تفصیلات", "لنک", "پڑھیں"}
    ),
    "hi": frozenset({"यहाँ", "यहां", "यहाँ क्लिक करें", "यहां क्लिक करें", "और पढ़ें", "अधिक", "और जानें", "लिंक", "आगे पढ़ें"}),
    "zh": frozenset(
        {
            *(
                "这里",
                "点击这里",
                "点击",
                "阅读更多",
                "更多",
                "阅读全文",
                "查看更多",
                "详情",
                "了解更多",
                "链接",
                "点此",
            ),
            *("這裡", "點擊這裡", "閱讀更多", "閱讀全文", "查看更多", "了解更多", "詳情", "連結", "全文"),
        },
    ),
    "ja": frozenset(
        {
            "こちら",
            "ここ",
            "ここをクリック",
            "続きを読む",
            "もっと見る",
            "詳細",
            "詳しくはこちら",
            "リンク",
            "もっと読む",
        }
    ),
    "ko": frozenset(
        {"여기", "여기를 클릭", "여기를 클릭하세요", "더 보기", "더보기", "자세히", "자세히 보기", "계속 읽기"}
    ),
}

# What links to the web version of a mail are called.
WEB_VERSION: Final = (
    *("in your browser", "in browser", "in a browser", "on the web", "online version", "web version", "view online"),
    *("read online", "view it online", "webversion", "im browser", "online-version", "online ansehen", "im web"),
    *("dans votre navigateur", "dans le navigateur", "version en ligne", "en ligne", "sur le web", "version web"),
    *("en el navegador", "en su navegador", "en tu navegador", "versión web", "en línea", "en la web", "ver online"),
    *("no navegador", "versão web", "no seu navegador", "versão online", "na web", "nel browser", "versione web"),
    *("nel tuo browser", "versione online", "sul web", "in je browser", "webversie", "online bekijken", "op het web"),
    *("w przeglądarce", "wersja online", "w internecie", "v prohlížeči", "webová verze", "na webu", "v prehliadači"),
    *("в браузере", "на сайте", "веб-версия", "онлайн-версия", "в интернете", "у браузері", "на сайті", "в інтернеті"),
    *("веб-версія", "онлайн", "браузерде", "сайтта", "сайттан", "веб-нұсқа", "tarayıcıda", "web'de", "çevrimiçi"),
    *("في المتصفح", "على الويب", "على الموقع", "نسخة الويب", "عبر الإنترنت", "على الإنترنت", "در مرورگر", "در وب"),
    *("نسخه وب", "نسخهٔ وب", "آنلاین", "در سایت", "בדפדפן", "באתר", "גרסת אינטרנט", "ברשת", "באינטרנט", "براؤزر میں"),
    *("ویب پر", "ویب سائٹ پر", "آن لائن", "ब्राउज़र में", "वेब पर", "ऑनलाइन", "在浏览器中", "网页版", "在线", "在网上"),
    *("在瀏覽器中", "網頁版", "線上", "ブラウザで", "ウェブ版", "オンライン", "브라우저에서", "웹에서", "온라인"),
)
