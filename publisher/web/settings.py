"""Django's settings, made of settings.toml, the environment and the home.

`PUBLISHER_SETTINGS` names the file and `PUBLISHER_HOME` the home, as for every command; `publisher serve` sets both,
and the address of the database. The site's own address decides which hosts are answered and whether cookies need TLS.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from publisher import resources
from publisher.settings import Settings, load
from publisher.store.database import databases
from publisher.web import strings
from publisher.web.keyring import load_secret

NEWSROOM_HOME: Final = Path(os.environ.get("PUBLISHER_HOME", "var")).absolute()


def _load_own() -> Settings:
    """Read settings.toml; without a named file the built-in defaults do."""
    named = os.environ.get("PUBLISHER_SETTINGS")
    found = load(Path(named or "settings.toml"), os.environ, required=named is not None)
    return found.model_copy(update={"home": NEWSROOM_HOME})


# --- what the newsroom chose ----------------------------------------------------------------------------------------

NEWSROOM_SETTINGS: Final = _load_own()
_SITE: Final = urlsplit(NEWSROOM_SETTINGS.site.url)
_IS_SECURE: Final = _SITE.scheme == "https"
_DATABASE: Final = NEWSROOM_SETTINGS.database.url or f"sqlite:///{NEWSROOM_HOME / 'publisher.sqlite3'}"

# --- Django ---------------------------------------------------------------------------------------------------------

SECRET_KEY = load_secret(NEWSROOM_HOME / "keys" / "web.key")
DEBUG = False
ALLOWED_HOSTS = [_SITE.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "publisher.web.urls"
WSGI_APPLICATION = "publisher.web.wsgi.application"
DATABASES: dict[str, dict[str, Any]] = databases(_DATABASE)
DATABASES["default"].setdefault("CONN_MAX_AGE", None)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

INSTALLED_APPS = [
    "publisher.store",
    "publisher.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # the list of passkeys says when each was used
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "publisher.web.outlets.gate.Gate",  # partners need nothing of what follows
    "publisher.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "publisher.web.middleware.PageLanguage",
    "publisher.web.desk.language.DeskLanguage",
    "publisher.web.middleware.Legible",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

# A newsroom's own templates go first.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [NEWSROOM_SETTINGS.folder / "templates" / "web", resources.find("templates/web")],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["publisher.web.tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "publisher.web.pages.describe_page",
            ],
        },
    },
]

# --- languages: our own words come from publisher.web.strings, those of forms and accounts from the libraries -------

USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [(tag.lower(), tag) for tag in strings.available()]

# --- files ----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 86400

# --- security: the rest stands in publisher.web.middleware ----------------------------------------------------------

SECURE_HSTS_SECONDS = 31536000 if _IS_SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if NEWSROOM_SETTINGS.web.proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [f"{_SITE.scheme}://{_SITE.netloc}"]
CSRF_FAILURE_VIEW = "publisher.web.pages.refuse_forgery"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = _IS_SECURE
CSRF_COOKIE_HTTPONLY = SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"  # Strict would sign out who comes back by a link in a mail
SESSION_COOKIE_AGE = 12 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "publisher.web.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- accounts of the desk -------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/desk/account/login/"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "publisher.web.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _IS_SECURE
SOCIALACCOUNT_ADAPTER = "publisher.web.accounts.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
_SIGN_ON = NEWSROOM_SETTINGS.sign_on
if _SIGN_ON.server_url is not None:
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sign-on",
                    "name": _SIGN_ON.name,
                    "client_id": _SIGN_ON.client_id,
                    "secret": _SIGN_ON.client_secret.get_secret_value(),
                    "settings": {"server_url": _SIGN_ON.server_url},
                },
            ],
        },
    }

# --- the server writes to stderr; no address of a reader stands in it -----------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "publisher": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
