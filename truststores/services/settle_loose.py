from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from certificates.models import Certificate
from truststores.inputs import issuers_above
from truststores.models import StoreName, TrustStore, ValidationReport
from truststores.querysets.reports import NAMES_AT_ONCE
from truststores.services.find_unplaced import find_placed
from truststores.services.pair_certificates import pair_certificates


def settle_loose(*, names: Iterable[str], moment: datetime) -> None:
    """Decide anew whether what was issued under these names is loose, and pair it or give it up.

    A name is loose when no store leads to it and no self-issued CA closes the path above it: an
    issuer is missing, and no one can tell by name which store the certificate was made for.
    """
    ordered = sorted(set(names))
    for start in range(0, len(ordered), NAMES_AT_ONCE):
        chunk = set(ordered[start : start + NAMES_AT_ONCE])
        loose = find_loose(chunk)
        ValidationReport.objects.filter(
            chained=False, certificate__issuer_sha256__in=chunk - loose
        ).delete()
        if loose:
            pair_loose(find_placed().filter(issuer_sha256__in=loose), moment)


def find_loose(names: set[str]) -> set[str]:
    """Which of these names are loose."""
    led_to = set(
        StoreName.objects.filter(name_sha256__in=names).values_list("name_sha256", flat=True)
    )
    above = issuers_above(names - led_to)
    return {
        name
        for name, issuers in above.items()
        if not any(issuer.subject == issuer.issuer for issuer in issuers)
    }


def pair_loose(
    certificates: QuerySet[Certificate], moment: datetime, *, store_id: int | None = None
) -> None:
    """Give every store (or that one) a loose report of these; not of what is a member somewhere."""
    chained = ValidationReport.objects.filter(certificate=OuterRef("pk"), chained=True)
    chosen = certificates.filter(~Exists(chained), self_issued=False)
    stores = TrustStore.objects.order_by("pk").values_list("pk", flat=True)
    for pk in stores if store_id is None else [store_id]:
        pair_certificates(store_id=pk, certificates=chosen, moment=moment, chained=False)
