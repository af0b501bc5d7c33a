"""What is well and what is not in the set-up of SES: pure judgement on what it says about itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from publisher.delivery.control import AccountState, EventDestination, Identity
from publisher.delivery.message import LONGEST_ONE_CLICK
from publisher.delivery.unsubscribe import LENGTH, unsubscribe_url

_LEAST_BITS: Final = 2048
_MOST_SKEW: Final = timedelta(minutes=5)
_SIGNATURE: Final = "2"
_DMARC: Final = re.compile(r"v\s*=\s*DMARC1\s*(;|\Z)")
_POLICY: Final = re.compile(r";\s*p\s*=\s*(none|quarantine|reject)\s*(?:;|\Z)", re.IGNORECASE)
_WANTED: Final = frozenset({"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"})


class Verdict(StrEnum):
    """What a check found; `SKIPPED`: it does not apply, or could not be made."""

    OK = "ok"
    MEND = "mend"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the doctor: what was looked at, what was found, and how to mend it."""

    name: str
    verdict: Verdict
    found: str
    fix: str = ""


def judge(name: str, found: str, fix: str, *, well: bool) -> Check:
    """Make a check of a yes or no; the way out is given only where it is needed."""
    return Check(name=name, verdict=Verdict.OK if well else Verdict.MEND, found=found, fix="" if well else fix)


def skip(name: str, reason: str, fix: str = "") -> Check:
    """Make a check that was not made, with the reason."""
    return Check(name=name, verdict=Verdict.SKIPPED, found=reason, fix=fix)


def check_account(state: AccountState) -> tuple[Check, ...]:
    """Judge what the account may do: standing, production access, quota."""
    allowance = state.allowance
    most = "without limit" if allowance.max_24_hour < 0 else f"{allowance.max_24_hour:,.0f}"
    left = "" if allowance.max_24_hour < 0 else f", {allowance.left:,.0f} left now"
    production = "granted" if state.production else "not granted: SES mails verified addresses only, 200 a day"
    return (
        judge(
            "SES account",
            f"{state.enforcement or 'unknown'}, sending is {'on' if state.sending_enabled else 'off'}",
            "look at the account's reputation in the SES console, and answer what AWS asks there",
            well=state.sending_enabled and state.enforcement in {"", "HEALTHY"},
        ),
        judge("production access", production, "ask for it: publisher setup ses", well=state.production),
        judge(
            "quota",
            f"in 24 hours {most}{left}; {allowance.max_send_rate:g} a second",
            "wait until the last 24 hours are over, or ask AWS for more",
            well=allowance.left > 0,
        ),
    )


def check_identity(one: Identity) -> tuple[Check, ...]:
    """Judge how a domain or an address is set up: verified, DKIM, MAIL FROM."""
    records = "set its DNS records and wait up to 72 hours: publisher setup ses"
    bits = f", {one.dkim_bits} bits" if one.dkim_bits else ""
    short = 0 < one.dkim_bits < _LEAST_BITS
    longer = (
        "aws sesv2 put-email-identity-dkim-signing-attributes --email-identity "
        f"{one.name} --signing-attributes-origin AWS_SES --signing-attributes NextSigningKeyLength=RSA_2048_BIT"
    )
    return (
        judge(f"identity {one.name}", "verified" if one.verified else "not verified", records, well=one.verified),
        judge(
            f"DKIM of {one.name}",
            f"{one.dkim}{bits}",
            f"take longer keys: {longer}" if short and one.dkim == "SUCCESS" else records,
            well=one.dkim == "SUCCESS" and not short,
        ),
        judge(
            f"MAIL FROM of {one.name}",
            f"{one.mail_from}, {one.mail_from_status}" if one.mail_from else "not set, so SPF is not aligned",
            records,
            well=one.mail_from is not None and one.mail_from_status == "SUCCESS",
        ),
    )


def check_destinations(configuration_set: str, destinations: Sequence[EventDestination]) -> Check:
    """Judge whether the events of a configuration set reach anybody, Send among them."""
    told = frozenset[str]().union(*(one.kinds for one in destinations if one.enabled))
    missing = ", ".join(sorted(_WANTED - told))
    return judge(
        f"events of {configuration_set}",
        f"these events go nowhere: {missing}" if missing else f"published: {', '.join(sorted(told))}",
        "add an event destination with them: publisher setup ses",
        well=not missing,
    )


def list_dmarc_names(domain: str) -> tuple[str, ...]:
    """List where the policy of a domain may stand: its own name, then those above it."""
    labels = domain.split(".")
    return tuple(f"_dmarc.{'.'.join(labels[at:])}" for at in range(max(len(labels) - 1, 1)))


def check_dmarc(domain: str, name: str, texts: Sequence[str]) -> Check:
    """Judge the text records that were found at a name for the policy of a domain (RFC 7489, 6.6.3)."""
    check, fix = f"DMARC of {domain}", "set the record that publisher setup ses prints"
    policies = [text for text in texts if _DMARC.match(text)]
    if not policies:
        return judge(check, "there is none, and large providers refuse such mail", fix, well=False)
    if len(policies) > 1:
        return judge(check, f"{name} has {len(policies)} records, so that none counts", "leave one of them", well=False)
    found = _POLICY.search(policies[0])
    said = f"{name} says p={found[1].lower()}" if found else f"{name} names no policy: none, quarantine or reject"
    return judge(check, said, fix, well=found is not None)


def has_dmarc(texts: Sequence[str]) -> bool:
    """Say whether one of some text records is a policy."""
    return any(map(_DMARC.match, texts))


def check_clock(told: datetime | None, now: datetime) -> Check:
    """Judge this machine's clock against the one of AWS, which refuses signatures that are too old or too new."""
    name = "clock"
    if told is None:
        return skip(name, "nobody said what time it is")
    skew = now - told
    found = f"{abs(skew).total_seconds():.0f} seconds {'ahead of' if skew > timedelta() else 'behind'} AWS"
    return judge(name, found, "set the clock: switch NTP on", well=abs(skew) <= _MOST_SKEW)


def check_signature(topic: str, version: str) -> Check:
    """Judge how a topic signs."""
    change = f"aws sns set-topic-attributes --topic-arn {topic} --attribute-name SignatureVersion --attribute-value 2"
    found = "version 2, SHA-256" if version == _SIGNATURE else f"version {version}, SHA-1, which can be forged"
    return judge(f"signature of {topic}", found, f"change it: {change}", well=version == _SIGNATURE)


def check_answer(url: str, refusal: str | None) -> Check:
    """Judge what a one-click POST with a forged token was answered with; `refusal` None: 200, as it must be."""
    fix = f"start publisher serve, and lead {url} to it: no redirect, no login, no challenge for robots"
    found = "a POST is answered at once" if refusal is None else f"a POST is not answered as RFC 8058 wants: {refusal}"
    return judge("unsubscribe answer", found, fix, well=refusal is None)


def list_topics(believed: Sequence[str], destinations: Sequence[EventDestination]) -> tuple[str, ...]:
    """List the topics of SNS that matter, each once: those that are believed, and those that SES publishes to."""
    published = (one.target for one in destinations if one.enabled and ":sns:" in one.target)
    return tuple(dict.fromkeys((*believed, *published)))


def check_unsubscribe(site: str) -> Check:
    """Judge the one-click address: https, and short enough that no mail program breaks its header."""
    sample = unsubscribe_url(site, "A" * LENGTH)
    name, parts = "unsubscribe URL", urlsplit(sample)
    if parts.scheme != "https":
        fix = "set [site] url to the https:// address of your readers' pages"
        return judge(name, f"{site} is not https, and mail programs post to nothing else", fix, well=False)
    return judge(
        name,
        f"https, {len(sample)} of at most {LONGEST_ONE_CLICK} characters",
        f"set [site] url to one of at most {LONGEST_ONE_CLICK - len(sample) + len(site)} characters",
        well=len(sample) <= LONGEST_ONE_CLICK and sample.isascii(),
    )
