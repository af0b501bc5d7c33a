"""The addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from publisher.web.outlets.api import api

urlpatterns = [path("", api.urls)]
