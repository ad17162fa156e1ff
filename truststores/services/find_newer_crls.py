from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from certificates.models import Crl
from truststores.models import ConsideredCrl, StoreCrl


def find_newer_crls(*, moment: datetime) -> QuerySet[StoreCrl]:
    """The CRLs of stores whose issuer has a later one in the inventory, not yet decided about.

    It asks for what is there and keeps no place of its own, so no arrival is lost, in whatever
    order the imports commit; a CRL dated in the future is found when its day has come. Each look
    is an index look-up for a CRL of a store, however many the inventory holds.
    """
    decided = ConsideredCrl.objects.filter(
        trust_store=OuterRef(OuterRef("trust_store")), crl=OuterRef("pk")
    )
    later = Crl.objects.filter(
        ~Exists(decided),
        issuer_sha256=OuterRef("crl__issuer_sha256"),
        this_update__gt=OuterRef("crl__this_update"),
        this_update__lte=moment,
    )
    return StoreCrl.objects.filter(Exists(later))
