from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from certificates.models import (
    Certificate,
    CertificateRequest,
    KeyUse,
    Owner,
    PrivateKey,
    PublicKey,
)

MOST_SHOWN = 50
RowT = TypeVar("RowT", bound=Model)


@dataclass(frozen=True, kw_only=True, slots=True)
class Some(Generic[RowT]):
    """The first of some rows, and how many more there are."""

    rows: Sequence[RowT]
    more: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerUse:
    """A place where a key is used for an owner; the key is None where it is not here any more."""

    use: KeyUse
    key: PrivateKey | PublicKey | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerThings:
    """What is an owner's: keys, the certificates of these keys, requests, and what others use for it."""

    private_keys: Some[PrivateKey]
    public_keys: Some[PublicKey]
    certificates: Some[Certificate]
    requests: Some[CertificateRequest]
    uses: Sequence[OwnerUse]


def find_owner_things(owner: Owner) -> OwnerThings:
    """Everything that the inventory knows of an owner."""
    private = PrivateKey.objects.filter(owner=owner)
    public = PublicKey.objects.filter(owner=owner)
    certificates = Certificate.objects.filter(
        Q(spki_sha256__in=private.values("spki_sha256"))
        | Q(spki_sha256__in=public.values("spki_sha256"))
    )
    return OwnerThings(
        private_keys=_some(private.defer("spki", "findings").order_by("name", "pk")),
        public_keys=_some(public.defer("spki", "findings").order_by("name", "pk")),
        certificates=_some(certificates.order_by("-not_after", "-pk")),
        requests=_some(
            CertificateRequest.objects.filter(owner=owner).order_by("-created_at", "-pk")
        ),
        uses=_uses(owner),
    )


def _some(rows: QuerySet[RowT]) -> Some[RowT]:
    return Some(rows=list(rows[:MOST_SHOWN]), more=max(0, rows.count() - MOST_SHOWN))


def _uses(owner: Owner) -> list[OwnerUse]:
    uses = list(KeyUse.objects.filter(owner=owner)[:MOST_SHOWN])
    wanted = {use.spki_sha256 for use in uses}
    keys: dict[str, PrivateKey | PublicKey] = {}
    # A private key of the same SPKI stands before a public one.
    models: tuple[Any, ...] = (PublicKey, PrivateKey)
    for model in models:
        held = model.objects.filter(spki_sha256__in=wanted).defer("spki", "findings")
        keys |= {key.spki_sha256: key for key in held}
    return [OwnerUse(use=use, key=keys.get(use.spki_sha256)) for use in uses]
