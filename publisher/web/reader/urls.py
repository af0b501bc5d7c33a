"""The addresses of readers' pages."""

from __future__ import annotations

from django.urls import path

from publisher.web.reader import start

urlpatterns = [
    path("", start.start_page, name="start"),
]
