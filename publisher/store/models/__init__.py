"""The tables. A class ends in `Row`, so that a value of `publisher.model` and the row that keeps it are told apart."""

from publisher.store.models.ledger import AttemptRow, DeliveryRow, EventRow, LeaseRow
from publisher.store.models.newsletters import ContentRow, EditionPostRow, EditionRow, NewsletterRow, SeenRow
from publisher.store.models.people import SubscriberRow, SubscriptionRow, SuppressionRow
from publisher.store.models.posts import PostRow, SourceRow, VersionRow
from publisher.store.models.work import AccountRow, AuditRow, JobRow

__all__ = [
    "AccountRow",
    "AttemptRow",
    "AuditRow",
    "ContentRow",
    "DeliveryRow",
    "EditionPostRow",
    "EditionRow",
    "EventRow",
    "JobRow",
    "LeaseRow",
    "NewsletterRow",
    "PostRow",
    "SeenRow",
    "SourceRow",
    "SubscriberRow",
    "SubscriptionRow",
    "SuppressionRow",
    "VersionRow",
]
