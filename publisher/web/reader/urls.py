"""The addresses of readers' pages."""

from __future__ import annotations

from django.urls import path, re_path

from publisher.web.reader import (
    archive,
    barrier,
    clicks,
    feeds,
    leave,
    mailbox,
    media,
    moving,
    picture,
    preferences,
    sign_up,
    start,
    statement,
)

_TOKEN = r"(?P<token>[^/]{1,200})"  # noqa: S105 - a pattern; whatever is no token of ours gets the answer of a forged one

urlpatterns = [
    path("", start.start_page, name="start"),
    path("robots.txt", start.robots, name="robots"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("sign-up/<str:newsletter>", sign_up.sign_up_page, name="sign-up"),
    path("sign-up/<str:newsletter>/form", sign_up.embedding_page, name="embed"),
    re_path(rf"^c/{_TOKEN}$", sign_up.confirm_page, name="confirm"),
    path("l/<str:edition>/<str:token>", clicks.follow, name="link"),
    re_path(rf"^u/{_TOKEN}$", leave.unsubscribe_page, name="unsubscribe"),
    re_path(rf"^p/{_TOKEN}$", preferences.preferences_page, name="preferences"),
    path("settings", mailbox.ask_page, name="settings"),
    re_path(rf"^m/{_TOKEN}$", mailbox.mailbox_page, name="mailbox"),
    re_path(rf"^m/{_TOKEN}/data\.json$", mailbox.download, name="download"),
    re_path(rf"^(?P<half>[on])/{_TOKEN}$", moving.confirm_page, name="moving"),
    re_path(r"^pictures/(?P<name>[0-9a-f]{32})$", picture.uploaded, name="picture"),
    re_path(r"^media/(?P<name>[0-9a-f]{64}\.(?:jpg|png|gif))$", media.copy, name="media"),
    path("barrier", barrier.barrier_page, name="barrier"),
    path("accessibility/<str:newsletter>", statement.statement_page, name="statement"),
    path("archive/", archive.newsletters_page, name="archives"),
    path("archive/<str:newsletter>/", archive.editions_page, name="archive"),
    path("archive/<str:newsletter>/feed.<str:kind>", feeds.feed, name="feed"),
    path("archive/<str:newsletter>/<str:edition>", archive.edition_page, name="edition"),
    path("archive/<str:newsletter>/<str:edition>/picture/<int:number>", archive.picture, name="picture"),
]
