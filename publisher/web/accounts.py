"""Accounts of the desk: nobody makes one for themselves; `publisher user add` does, or the newsroom's sign-on."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library is not typed
    """Closes the door to sign-ups."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether anybody may make an account: never."""
        del request
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library is not typed
    """Opens the door to whom the newsroom's own sign-on sends; an admin then gives them a role."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401 - the library's own
        """Say whether somebody from the sign-on may have an account."""
        del request, sociallogin
        return True
