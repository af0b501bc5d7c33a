"""Every failure that ends a run or a part of it.

PublisherError              exit  what it means
├── UsageError                2   the command was called in a way that cannot work
├── SettingsError             2   settings.toml or the environment: file, key, reason
├── FormatError               3   a document is not what it should be: subject, reason
├── NothingUsableError        3   no post was left to publish
├── IntegrityError            3   a bundle, a signature or a token does not match
├── GateError                 1   the accessibility gate refuses
└── OutsideError              4   the world outside failed: network, SES, database
    ├── FetchError                a source could not be fetched: address, reason, try again or not
    ├── TransportError            a transport cannot work at all (credentials, configuration)
    └── StoreError                the database cannot be used

A failure of one thing (a post, a recipient) is a value of `model`, never one of these.
"""

from __future__ import annotations

from datetime import datetime


class PublisherError(Exception):
    """A failure that says what failed (`subject`), why (`reason`) and what to do (`fix`, may be empty)."""

    exit_code = 4

    def __init__(self, subject: str, reason: str, fix: str = "") -> None:
        super().__init__(subject, reason, fix)
        self.subject = subject
        self.reason = reason
        self.fix = fix

    @property
    def explanation(self) -> str:
        """Why it failed and the way out, as sentences for people."""
        if not self.fix:
            return self.reason
        return f"{self.reason.rstrip('.')}. {self.fix[0].upper()}{self.fix[1:]}"

    def __str__(self) -> str:
        """One line for people: subject, reason, way out."""
        return f"{self.subject}: {self.explanation}"


class UsageError(PublisherError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class SettingsError(PublisherError):
    """settings.toml or the environment holds something that cannot be; the subject names file and key."""

    exit_code = 2


class FormatError(PublisherError):
    """A document is not what it should be."""

    exit_code = 3


class NothingUsableError(PublisherError):
    """No post was left to publish."""

    exit_code = 3


class IntegrityError(PublisherError):
    """A bundle, a signature or a token does not match its content."""

    exit_code = 3


class GateError(PublisherError):
    """The accessibility gate refuses."""

    exit_code = 1


class OutsideError(PublisherError):
    """The world outside failed."""

    exit_code = 4


class FetchError(OutsideError):
    """A source could not be fetched; `retry` says whether a later try may succeed.

    `again` is when the server may be asked again (aware, UTC), None where it did not say; `status` its HTTP status.
    """

    def __init__(  # noqa: PLR0913 - two more facts that only this failure has, by keyword
        self,
        subject: str,
        reason: str,
        fix: str = "",
        *,
        retry: bool = True,
        again: datetime | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(subject, reason, fix)
        self.retry = retry
        self.again = again
        self.status = status


class TransportError(OutsideError):
    """A transport cannot work at all: credentials, configuration, an unknown host."""


class StoreError(OutsideError):
    """The database cannot be used; `retry` says whether it may come back by itself."""

    def __init__(self, subject: str, reason: str, fix: str = "", *, retry: bool = True) -> None:
        super().__init__(subject, reason, fix)
        self.retry = retry
