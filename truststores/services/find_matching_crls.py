from __future__ import annotations

from django.db.models import QuerySet

from certificates.models import Crl
from truststores.models import StoreCrl, StoreMember, TrustStore


def find_matching_crls(*, store: TrustStore) -> QuerySet[Crl]:
    """The newest CRLs of the inventory whose issuer is a CA of this store and that it lacks.

    Of each issuer only CRLs that are newer than every one of its that the store has.
    """
    names = StoreMember.objects.filter(trust_store=store).values("certificate__subject_sha256")
    held = StoreCrl.objects.filter(trust_store=store)
    newest: dict[str, Crl] = {}
    have = dict(
        held.order_by("crl__this_update").values_list("crl__issuer_sha256", "crl__this_update")
    )
    found = Crl.objects.filter(issuer_sha256__in=names).exclude(pk__in=held.values("crl"))
    for crl in found.order_by("this_update", "pk"):
        key = f"{crl.issuer_sha256} {crl.aki} {bool(crl.base_number)} {crl.scope}"
        if crl.issuer_sha256 not in have or crl.this_update > have[crl.issuer_sha256]:
            newest[key] = crl
    chosen = [crl.pk for crl in newest.values()]
    return Crl.objects.filter(pk__in=chosen).order_by("issuer", "-this_update")
