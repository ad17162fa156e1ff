from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from certificates.models import Certificate
from truststores.models import StoreMember, TrustStore, ValidationReport, Verdict

MOST_AUTHORITIES = 300
# A CA whose own revocation cannot be determined has a good path all the same; one that is revoked
# has not, and its CRLs are refused.
LED_TO = (Verdict.TRUSTED, Verdict.UNDETERMINED)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreAuthority:
    """A CA whose certificates may chain into a store; `is_member` where it stands in the store."""

    certificate: Certificate
    is_member: bool


def find_authorities(*, store: TrustStore) -> list[StoreAuthority]:
    """The CAs of a store, then those of the inventory that lead to it, at most so many."""
    members = set(
        StoreMember.objects.filter(trust_store=store).values_list("certificate", flat=True)
    )
    leading = ValidationReport.objects.filter(
        trust_store=store, chained=True, certificate__is_ca=True, verdict__in=LED_TO
    ).values("certificate")
    found = (
        Certificate.objects.filter(Q(pk__in=members) | Q(pk__in=leading), is_ca=True)
        .select_related(None)
        .order_by("cn", "pk")[:MOST_AUTHORITIES]
    )
    authorities = [StoreAuthority(certificate=one, is_member=one.pk in members) for one in found]
    return sorted(authorities, key=lambda one: not one.is_member)


def find_crl_signers(*, store: TrustStore, name_sha256: str) -> list[int]:
    """The ids of certificates of this name that the store takes as issuers of CRLs.

    Its members, whether CAs or not: a delegated signer counts where somebody put it there. And the
    CAs of the inventory that lead to the store.
    """
    named = Certificate.objects.filter(subject_sha256=name_sha256)
    member = StoreMember.objects.filter(trust_store=store).values("certificate")
    leading = ValidationReport.objects.filter(
        trust_store=store,
        chained=True,
        certificate__subject_sha256=name_sha256,
        certificate__is_ca=True,
        verdict__in=LED_TO,
    ).values("certificate")
    found = named.filter(Q(pk__in=member) | Q(pk__in=leading))
    return list(found.order_by("-not_after", "pk").values_list("pk", flat=True)[:50])
