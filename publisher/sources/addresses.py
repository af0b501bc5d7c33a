"""Addresses as sources write them, made absolute or refused."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_WEB: Final = frozenset({"http", "https"})
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f]")
# What RFC 3986 allows nowhere in an address, and braces, which a mail service may take for a placeholder.
_ILLEGAL: Final = {ord(mark): f"%{ord(mark):02X}" for mark in ' "<>\\^`{|}'}
_SEPARATORS: Final = {0x2028: None, 0x2029: None, 0xFFFE: None, 0xFFFF: None, **dict.fromkeys(range(0xD800, 0xE000))}

# Addresses that need no work: nearly all.
_PLAIN: Final = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,4})?(?:[/?#][!#-;=?-\[\]_a-z~]*)?")

# Parameters that say where a click came from, never what is shown: exact names, then beginnings.
TRACKING: Final = frozenset(
    """
    _ga _gl _hsenc _hsmi _openstat at_campaign at_custom1 at_custom2 at_custom3 at_custom4 at_medium campaign_id cmpid
    dclid     ea.tracking fb_action_ids fb_action_types fb_ref fb_source fbclid fr gbraid gclid gclsrc icid igsh igshid
    irclickid mbid mc_cid mc_eid mkt_tok msclkid ncid ns_campaign ns_mchannel ns_source oly_anon_id oly_enc_id
    rb_clickid s_cid sc_campaign smid soc_src soc_trk sr_share spm srsltid ttclid twclid vero_conv vero_id wbraid
    wickedid wt.mc_id wt_mc wt_zmc xtor yclid
    """.split(),
)
_TRACKING_FAMILIES: Final = ("utm_", "pk_", "mtm_", "hsa_", "stm_", "matomo_", "piwik_")


def resolve(address: str | None, base: str | None) -> str | None:
    """Give the absolute http(s) address that `address` means on the page `base`; None where it means none."""
    if not address:
        return None
    if _PLAIN.fullmatch(address):
        return address
    joined = _join(address, base)
    if joined is None or urlsplit(joined).scheme not in _WEB:
        return None
    return joined


def resolve_link(address: str | None, base: str | None) -> str | None:
    """Give the address a reader may follow: http(s), mailto or tel; None for everything else."""
    stripped = _BREAKS.sub("", address or "").strip()
    scheme, _, rest = stripped.partition(":")
    if scheme.lower() in {"mailto", "tel"} and rest:
        return f"{scheme.lower()}:{rest}".translate(_ILLEGAL | _SEPARATORS)
    return resolve(address, base)


def join_base(address: str | None, base: str | None) -> str | None:
    """Give the base that holds inside an element with `xml:base`; the outer one where that is unusable."""
    return (resolve(address, base) or base) if address else base


def canonical(address: str) -> str:
    """Write an address without what only tracks its readers: known parameters and the fragment.

    A fragment that routes (`#!`, `#/`) stays.
    """
    parts = urlsplit(address)
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    if not parts.query:
        return urlunsplit(parts._replace(fragment=fragment))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _is_tracking(name)]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit(parts._replace(query=query, fragment=fragment))


def _is_tracking(name: str) -> bool:
    """Say whether a query parameter only tracks."""
    lowered = name.lower()
    return lowered in TRACKING or lowered.startswith(_TRACKING_FAMILIES)


def _join(address: str | None, base: str | None) -> str | None:
    """Join as browsers do: breaks and outer blanks dropped; None for what cannot be an address with a host."""
    stripped = _BREAKS.sub("", address or "").strip().translate(_SEPARATORS)
    if not stripped:
        return None
    try:
        joined = urljoin(base or "", stripped)
        joined = f"https:{joined}" if joined.startswith("//") else joined
        parts = urlsplit(joined)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or " " in host:
        return None
    return urlunsplit(parts).translate(_ILLEGAL)
