"""Why a CRL is not taken, and where a moment lies in its life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pki.crl import CrlFacts

# What reading a CRL finds that forbids its use: RFC 5280, 5.2 and 5.3 on critical extensions, and
# what makes its dates or entries unreadable.
UNUSABLE = frozenset(
    (
        "crl.unknown_critical",
        "crl.unknown_critical_entry",
        "crl.malformed_extension",
        "crl.malformed_entry",
        "crl.malformed_date",
        "crl.duplicate_extension",
        "crl.inverted",
        "name.malformed",
    )
)


class Why(StrEnum):
    """Why a CRL is not taken, in the order in which it is asked; behind each its data."""

    NOT_DECODABLE = "not_decodable"  # why
    TOO_LARGE = "too_large"  # maximum
    UNUSABLE = "unusable"  # finding, place
    ISSUER_UNKNOWN = "issuer_unknown"  # issuer
    AUTHORITY_KEY_MISMATCH = "authority_key_mismatch"  # key_id
    ISSUER_MAY_NOT_SIGN = "issuer_may_not_sign"  # issuer
    SIGNATURE_WEAK = "signature_weak"  # algorithm
    SIGNATURE_UNSUPPORTED = "signature_unsupported"  # algorithm
    SIGNATURE_INVALID = "signature_invalid"  # issuer
    SCOPE_CONTRADICTORY = "scope_contradictory"
    SCOPE_ATTRIBUTE = "scope_attribute"
    SCOPE_OTHER_CERTIFICATES = "scope_other_certificates"  # covers
    SCOPE_OTHER_POINT = "scope_other_point"  # point
    SCOPE_REASONS = "scope_reasons"  # missing
    SCOPE_INDIRECT = "scope_indirect"
    FUTURE = "future"  # this_update
    STALE = "stale"  # next_update
    OTHER_ISSUER = "other_issuer"  # issuer, current
    OTHER_KIND = "other_kind"  # kind, current
    OTHER_SCOPE = "other_scope"
    NUMBER_MISSING = "number_missing"  # current
    NUMBER_BACKWARDS = "number_backwards"  # number, current
    NUMBER_REUSED = "number_reused"  # number
    THIS_UPDATE_BACKWARDS = "this_update_backwards"  # this_update, current
    DELTA_WITHOUT_BASE = "delta_without_base"  # base_number
    DELTA_OF_OTHER_BASE = "delta_of_other_base"
    DELTA_BASE_TOO_OLD = "delta_base_too_old"  # base_number, current
    DELTA_ADDS_NOTHING = "delta_adds_nothing"  # number, current


class CrlState(StrEnum):
    """Where a moment lies in the life of a CRL. Without nextUpdate it stays fresh, as to OpenSSL."""

    FRESH = "fresh"
    STALE = "stale"
    FUTURE = "future"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One reason for which a CRL is not taken, with the values that its sentence names."""

    why: Why
    data: tuple[tuple[str, str | int], ...] = ()


def state_of(facts: CrlFacts, moment: datetime) -> CrlState:
    """Where a moment lies: at nextUpdate itself a CRL is stale already, as to OpenSSL 3."""
    if facts.this_update > moment:
        return CrlState.FUTURE
    if facts.next_update is not None and facts.next_update <= moment:
        return CrlState.STALE
    return CrlState.FRESH


def refusal(why: Why, /, **data: str | int) -> Refusal:
    """One reason with its data, in one order."""
    return Refusal(why=why, data=tuple(sorted(data.items())))


def unusable(facts: CrlFacts) -> Iterable[Refusal]:
    """What its reading found that forbids its use."""
    for found in facts.findings:
        if found.code in UNUSABLE:
            yield refusal(Why.UNUSABLE, finding=found.code, place=found.place)
