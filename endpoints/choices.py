"""What forms let people choose out of an inventory of any size: searched on the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import QuerySet

from certificates.models import Certificate, KeyState, PrivateKey, PublicKey
from certificates.querysets.certificates import CertificateQuerySet
from endpoints.models import Account, Service
from endpoints.specs import KeyRef

MOST_FOUND = 20
_LOOKED_AT = 500
_LONGEST_ID = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Something that can be chosen. `value` is what the form sends; `states` are words of `ui`."""

    value: str
    title: str
    url: str
    details: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    ends: datetime | None = None
    mark: str = ""


class Choices(Protocol):
    """A kind of thing to choose: the ones that were chosen, and those that a text finds."""

    @property
    def placeholder(self) -> str: ...

    def chosen(self, values: Sequence[str]) -> list[Choice]:
        """These, in their order; those that are gone or were never there are left out."""
        ...

    def search(self, text: str) -> list[Choice]:
        """What a text finds, the likeliest first; one more than are shown where there are more."""
        ...


class CertificateChoices:
    """Certificates of the inventory; authorities first where those are looked for."""

    placeholder = "Search by name, serial number or fingerprint"

    def __init__(self, *, authorities_first: bool = False) -> None:
        self._authorities_first = authorities_first

    def chosen(self, values: Sequence[str]) -> list[Choice]:
        found = Certificate.objects.in_bulk(_ids(values))
        return [_certificate(found[pk]) for pk in _ids(values) if pk in found]

    def search(self, text: str) -> list[Choice]:
        if not text:
            # What somebody has just brought in is what they look for.
            newest = Certificate.objects.order_by("-pk")[: MOST_FOUND + 1]
            return [_certificate(one) for one in newest]
        found = Certificate.objects.matching(text)
        parts = [found.end_entities(), found.cas()]
        rows: list[Certificate] = []
        for part in reversed(parts) if self._authorities_first else parts:
            if len(rows) <= MOST_FOUND:
                rows += _lasting(part)[: MOST_FOUND + 1 - len(rows)]
        return [_certificate(one) for one in rows]


def _lasting(found: CertificateQuerySet) -> QuerySet[Certificate]:
    """Those that end last, among the newest: a word that is in every name costs no sort of them all."""
    newest = found.order_by("-pk").values_list("pk", flat=True)[:_LOOKED_AT]
    return Certificate.objects.filter(pk__in=list(newest)).order_by("-not_after", "-pk")


class KeyChoices:
    """Keys that speak SSH: those held here, and public ones alone."""

    placeholder = "Search by name, owner or fingerprint"

    def chosen(self, values: Sequence[str]) -> list[Choice]:
        refs = [ref for value in values if (ref := key_ref(value)) is not None]
        private = PrivateKey.objects.in_bulk([r.key_id for r in refs if r.kind == "private"])
        public = PublicKey.objects.in_bulk([r.key_id for r in refs if r.kind == "public"])
        rows = [(private if ref.kind == "private" else public).get(ref.key_id) for ref in refs]
        return [_key(row) for row in rows if row is not None]

    def search(self, text: str) -> list[Choice]:
        private = (
            PrivateKey.objects.matching(text)
            .exclude(ssh_sha256="")
            .exclude(state=KeyState.DESTROYED)
        )
        public = PublicKey.objects.matching(text).exclude(ssh_sha256="")
        most = MOST_FOUND + 1
        rows = [*private.order_by("-pk")[:most], *public.order_by("-pk")[:most]]
        return [_key(row) for row in rows[:most]]


class ServiceChoices:
    """Services that are described here."""

    placeholder = "Search by name or address"

    def chosen(self, values: Sequence[str]) -> list[Choice]:
        found = Service.objects.prefetch_related("addresses").in_bulk(_ids(values))
        return [_service(found[pk]) for pk in _ids(values) if pk in found]

    def search(self, text: str) -> list[Choice]:
        found = Service.objects.matching(text).prefetch_related("addresses").order_by("name")
        return [_service(one) for one in found[: MOST_FOUND + 1]]


class AccountChoices:
    """Accounts that are described here."""

    placeholder = "Search by name or partner"

    def chosen(self, values: Sequence[str]) -> list[Choice]:
        found = Account.objects.select_related("partner").in_bulk(_ids(values))
        return [_account(found[pk]) for pk in _ids(values) if pk in found]

    def search(self, text: str) -> list[Choice]:
        found = Account.objects.matching(text).select_related("partner").order_by("name")
        return [_account(one) for one in found[: MOST_FOUND + 1]]


CHOICES: Mapping[str, Choices] = {
    "account": AccountChoices(),
    "certificate": CertificateChoices(),
    "chain": CertificateChoices(authorities_first=True),
    "key": KeyChoices(),
    "service": ServiceChoices(),
}


def key_ref(value: str) -> KeyRef | None:
    """What `private:7` and `public:7` mean."""
    kind, _, number = value.partition(":")
    if not _is_id(number):
        return None
    if kind == "private":
        return KeyRef(kind="private", key_id=int(number))
    return KeyRef(kind="public", key_id=int(number)) if kind == "public" else None


def key_value(key: PrivateKey | PublicKey) -> str:
    """The other way round."""
    return f"{'private' if isinstance(key, PrivateKey) else 'public'}:{key.pk}"


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID


def _ids(values: Iterable[str]) -> list[int]:
    return [int(value) for value in values if _is_id(value)]


def _certificate(row: Certificate) -> Choice:
    issued = "self-signed" if row.self_issued else f"issued by {row.issuer_cn}"
    return Choice(
        value=str(row.pk),
        title=str(row),
        url=row.get_absolute_url(),
        details=(issued, *(("an authority",) if row.is_ca else ())),
        states=tuple(
            word
            for word in (
                row.date_state if row.date_state != "valid" else "",
                row.lifecycle if row.lifecycle != "active" else "",
            )
            if word
        ),
        ends=row.not_after,
        mark=row.sha256[:16],
    )


def _key(row: PrivateKey | PublicKey) -> Choice:
    held = "held here" if isinstance(row, PrivateKey) else "public key"
    return Choice(
        value=key_value(row),
        title=row.name,
        url=row.get_absolute_url(),
        details=(row.kind_text, held),
        states=(row.state,) if isinstance(row, PrivateKey) and row.state != "active" else (),
        mark=row.short_fingerprint,
    )


def _service(row: Service) -> Choice:
    hosts = [one.host for one in row.addresses.all()]
    more = (f"and {len(hosts) - 2} more",) if len(hosts) > 2 else ()
    return Choice(
        value=str(row.pk),
        title=row.name,
        url=row.get_absolute_url(),
        details=(row.get_protocol_display(), *hosts[:2], *more),
    )


def _account(row: Account) -> Choice:
    return Choice(
        value=str(row.pk),
        title=row.name,
        url=row.get_absolute_url(),
        details=(row.partner.name,) if row.partner else (),
    )
