from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from certificates.models import Certificate, KeyUse, Lifecycle, PrivateKey, Protocol, PublicKey

MOST_SHOWN = 50

WARNINGS: dict[str, tuple[str, str]] = {
    "several_partners": (
        "This key serves several partners: {names}.",
        "Who holds it at one of them can stand in for it at the others. Make one key for each.",
    ),
    "ssh_and_tls": (
        "This key is used for SSH and for TLS at once.",
        "A weakness of one protocol then reaches the other. Make a key for each.",
    ),
    "live_and_retired": (
        "A live certificate ({live}) and a retired one ({retired}) have this key.",
        "If the old certificate was retired because of its key, the new one needs another key.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyWarning:
    """Something about where a key is used that its owner should know."""

    code: str
    sentence: str
    advice: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyUses:
    """Every certificate and place of a key, and what is wrong with them together."""

    certificates: Sequence[Certificate]
    uses: Sequence[KeyUse]
    warnings: Sequence[KeyWarning]


def find_key_uses(key: PrivateKey | PublicKey) -> KeyUses:
    """Where a key is used, by its SPKI hash."""
    held = Certificate.objects.filter(spki_sha256=key.spki_sha256)
    certificates = list(held.order_by("-not_after", "-pk")[:MOST_SHOWN])
    uses = list(
        KeyUse.objects.filter(spki_sha256=key.spki_sha256).select_related("owner")[:MOST_SHOWN]
    )
    found = [
        warning
        for warning in (
            _several_partners(key, certificates, uses),
            _ssh_and_tls(certificates, uses),
            _live_and_retired(certificates),
        )
        if warning is not None
    ]
    return KeyUses(certificates=certificates, uses=uses, warnings=found)


def _several_partners(
    key: PrivateKey | PublicKey, certificates: Sequence[Certificate], uses: Sequence[KeyUse]
) -> KeyWarning | None:
    owners = {use.owner.name for use in uses if use.owner is not None}
    if len(owners) < 2 and key.owner is not None:
        owners.add(key.owner.name)
    organizations = {one.organization for one in certificates if one.organization}
    names = max((owners, organizations), key=len)
    return _said("several_partners", names=", ".join(sorted(names))) if len(names) > 1 else None


def _ssh_and_tls(certificates: Sequence[Certificate], uses: Sequence[KeyUse]) -> KeyWarning | None:
    protocols = {use.protocol for use in uses}
    speaks_tls = bool(certificates) or Protocol.TLS in protocols
    return _said("ssh_and_tls") if Protocol.SSH in protocols and speaks_tls else None


def _live_and_retired(certificates: Sequence[Certificate]) -> KeyWarning | None:
    now = timezone.now()
    live = [
        one for one in certificates if one.lifecycle == Lifecycle.ACTIVE and one.not_after >= now
    ]
    retired = [one for one in certificates if one.lifecycle == Lifecycle.RETIRED]
    if not live or not retired:
        return None
    return _said("live_and_retired", live=str(live[0]), retired=str(retired[0]))


def _said(code: str, **data: str) -> KeyWarning:
    sentence, advice = WARNINGS[code]
    return KeyWarning(code=code, sentence=sentence.format(**data), advice=advice)
