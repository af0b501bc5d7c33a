"""The tables. A class ends in `Row`, so that a value of `publisher.model` and the row that keeps it are told apart."""

from publisher.store.models.channels import (
    BundleRow,
    ChangeRow,
    ChannelRow,
    CounterRow,
    ItemMediaRow,
    ItemRow,
    WithdrawalRow,
)
from publisher.store.models.desk import (
    DeputyRow,
    EditRow,
    FactRow,
    GrantRow,
    ManuscriptRow,
    PictureRow,
    TallyRow,
    WishRow,
)
from publisher.store.models.ledger import AttemptRow, DeliveryRow, EventRow, LeaseRow
from publisher.store.models.newsletters import (
    ContentRow,
    EditionPostRow,
    EditionRow,
    LinkRow,
    NewsletterRow,
    SeenRow,
    SpokenRow,
)
from publisher.store.models.outlets import (
    DeadLetterRow,
    FeedAddressRow,
    OutletRow,
    ReceiptRow,
    RepublishedRow,
    ResponseRow,
    TargetRow,
    TokenRow,
)
from publisher.store.models.people import SubscriberRow, SubscriptionRow, SuppressionRow, TagRow
from publisher.store.models.posts import PostRow, SourceRow, VersionRow
from publisher.store.models.readers import BarrierRow, PassRow, PauseRow, RationRow
from publisher.store.models.schedules import MilestoneRow, OccurrenceRow
from publisher.store.models.work import AccountRow, AuditRow, JobRow

__all__ = [
    "AccountRow",
    "AttemptRow",
    "AuditRow",
    "BarrierRow",
    "BundleRow",
    "ChangeRow",
    "ChannelRow",
    "ContentRow",
    "CounterRow",
    "DeadLetterRow",
    "DeliveryRow",
    "DeputyRow",
    "EditRow",
    "EditionPostRow",
    "EditionRow",
    "EventRow",
    "FactRow",
    "FeedAddressRow",
    "GrantRow",
    "ItemMediaRow",
    "ItemRow",
    "JobRow",
    "LeaseRow",
    "LinkRow",
    "ManuscriptRow",
    "MilestoneRow",
    "NewsletterRow",
    "OccurrenceRow",
    "OutletRow",
    "PassRow",
    "PauseRow",
    "PictureRow",
    "PostRow",
    "RationRow",
    "ReceiptRow",
    "RepublishedRow",
    "ResponseRow",
    "SeenRow",
    "SourceRow",
    "SpokenRow",
    "SubscriberRow",
    "SubscriptionRow",
    "SuppressionRow",
    "TagRow",
    "TallyRow",
    "TargetRow",
    "TokenRow",
    "VersionRow",
    "WishRow",
    "WithdrawalRow",
]
