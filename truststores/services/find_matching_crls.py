from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from certificates.models import Crl
from truststores.models import StoreCrl, StoreMember, TrustStore, ValidationReport
from truststores.services.find_authorities import LED_TO


def find_matching_crls(*, store: TrustStore) -> QuerySet[Crl]:
    """The newest CRLs of the inventory that the store lacks, of its CAs and of those that lead to it.

    Of each issuer only CRLs that are newer than every one of its that the store has.
    """
    members = StoreMember.objects.filter(
        trust_store=store, certificate__subject_sha256=OuterRef("issuer_sha256")
    )
    leading = ValidationReport.objects.filter(
        trust_store=store,
        chained=True,
        verdict__in=LED_TO,
        certificate__is_ca=True,
        certificate__subject_sha256=OuterRef("issuer_sha256"),
    )
    held = StoreCrl.objects.filter(trust_store=store)
    newest: dict[str, Crl] = {}
    have = dict(
        held.order_by("crl__this_update").values_list("crl__issuer_sha256", "crl__this_update")
    )
    found = Crl.objects.filter(Exists(members) | Exists(leading))
    for crl in found.exclude(pk__in=held.values("crl")).order_by("this_update", "pk"):
        key = f"{crl.issuer_sha256} {crl.aki} {bool(crl.base_number)} {crl.scope}"
        if crl.issuer_sha256 not in have or crl.this_update > have[crl.issuer_sha256]:
            newest[key] = crl
    chosen = [crl.pk for crl in newest.values()]
    return Crl.objects.filter(pk__in=chosen).order_by("issuer", "-this_update")
