"""The store as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Name and label of the app; its tables carry the words of the glossary."""

    name = "publisher.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
