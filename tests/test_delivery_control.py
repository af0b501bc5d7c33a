"""What SES says about itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from publisher.delivery.control import AccountState, EventDestination, Identity, SesControl
from publisher.delivery.quota import Allowance
from publisher.delivery.ses import SesOptions
from publisher.errors import TransportError
from publisher.sandbox import Rules, Sandbox

RULES = Rules(
    max_send_rate=14,
    max_24_hour=50_000,
    production=False,
    identities=frozenset({"example.org"}),
    configuration_sets=frozenset({"newsletters"}),
)


@pytest.fixture
def ses() -> Iterator[Sandbox]:
    """Run a local SES of a small account."""
    with Sandbox(rules=RULES) as sandbox:
        yield sandbox


@pytest.fixture
def control(ses: Sandbox) -> Iterator[SesControl]:
    """Ask that SES."""
    options = SesOptions(region="eu-west-1", endpoint_url=ses.url, access_key="AKID", secret_key="x")
    made = SesControl(options)
    yield made
    made.close()


def test_account_tells_its_limits(control: SesControl) -> None:
    """Quota, rate and standing come from GetAccount."""
    assert control.account() == AccountState(
        allowance=Allowance(max_24_hour=50_000, max_send_rate=14, sent_24_hour=0),
        sending_enabled=True,
        production=False,
        enforcement="HEALTHY",
    )
    assert control.account().allowance.left == 50_000


def test_identity_tells_its_set_up(control: SesControl) -> None:
    """DKIM, its key length and MAIL FROM come from GetEmailIdentity."""
    assert control.identity("example.org") == Identity(
        name="example.org",
        verified=True,
        dkim="SUCCESS",
        dkim_bits=2048,
        dkim_tokens=("sandbox1", "sandbox2", "sandbox3"),
        mail_from="bounces.example.org",
        mail_from_status="SUCCESS",
    )


def test_configuration_set_tells_where_events_go(control: SesControl) -> None:
    """The events that settle doubt are among those that are published."""
    (found,) = control.event_destinations("newsletters")
    assert isinstance(found, EventDestination)
    assert found.enabled
    assert {"SEND", "BOUNCE", "COMPLAINT", "DELIVERY"} <= found.kinds
    assert found.target.startswith("arn:aws:sns:")


def test_address_can_be_suppressed(ses: Sandbox, control: SesControl) -> None:
    """A complaint may be passed on to what else the account sends."""
    control.suppress("reader@example.net", "COMPLAINT")
    assert ses.account.suppressed["reader@example.net"][0] == "COMPLAINT"


def test_missing_things_are_transport_errors_with_a_way_out(control: SesControl) -> None:
    """What does not exist is named, with what to do about it."""
    with pytest.raises(TransportError, match=r"strange\.example.*settings\.toml"):
        control.identity("strange.example")
    with pytest.raises(TransportError, match="other"):
        control.event_destinations("other")


def test_denied_call_names_the_permission(ses: Sandbox, control: SesControl) -> None:
    """An IAM policy that lacks an action is told which one; the operator need not guess."""
    ses.account.change(Rules(denied=frozenset({"GetAccount"})))
    with pytest.raises(TransportError, match=r"Allow ses:GetAccount in the IAM policy"):
        control.account()


def test_nobody_there_is_a_transport_error() -> None:
    """An SES that cannot be reached is told with the settings to look at."""
    options = SesOptions(region="eu-west-1", endpoint_url="http://127.0.0.1:1", access_key="AKID", secret_key="x")
    control = SesControl(options)
    with pytest.raises(TransportError, match="ses:GetAccount") as caught:
        control.account()
    control.close()
    assert "endpoint_url" in caught.value.fix
