"""The web as a Django app: templates' words and commands; it has no tables."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Name and label of the app."""

    name = "publisher.web"
    label = "web"
