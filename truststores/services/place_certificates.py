from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from certificates.models import Certificate, Standing
from certificates.querysets.among import among
from certificates.querysets.certificates import CertificateQuerySet
from certificates.services.record_standing import CertificateStanding, record_standing
from jobs.dependants import tell_dependants
from truststores.models import PlacedIssuer, StoreName, ValidationReport
from truststores.services.find_unplaced import find_unplaced, find_unplaced_among
from truststores.services.follow_names import follow_names
from truststores.services.lead_names import lead_names
from truststores.services.pair_certificates import pair_certificates
from truststores.services.resettle_store import resettle_store
from truststores.services.settle_loose import find_loose, pair_loose, settle_loose
from truststores.services.take_turn import take_turn

BATCH = 1000


def place_certificates(
    *, moment: datetime, after_batch: Callable[[int], None] = lambda placed: None
) -> int:
    """Find out where everything chains that arrived or went since the last time.

    An arrival gets a due report for each store into which its issuer's name leads; one that chains
    nowhere is known as unchained. A CA that arrived or went also makes due what rests on its name,
    and its own name may lead further certificates into a store, or no longer.

    Each batch is a transaction of its own, and `after_batch` is called in it with the number of
    certificates placed so far: placing goes on where it was interrupted.
    """
    _place_departures(moment)
    count = 0
    while arrived := _arrived():
        for at in range(0, len(arrived), BATCH):
            with transaction.atomic():
                take_turn()
                # Somebody else may have placed or deleted some of them since.
                batch = find_unplaced_among(arrived[at : at + BATCH])
                settle_loose(names=place_batch(batch=batch, moment=moment), moment=moment)
                count += len(batch)
                after_batch(count)
    return count


def _arrived() -> Sequence[int]:
    """What has not been placed, CAs first: what these bring into the stores is then placed by the
    look-up alone.

    Asked once for many batches: what was placed and awaits its report is looked at each time, and
    with a query for every batch the work would grow with the square of what arrived.
    """
    arrived = find_unplaced().order_by("-is_ca", "pk").values_list("pk", flat=True)
    return array("q", arrived.iterator(chunk_size=5000))


def place_batch(*, batch: list[Certificate], moment: datetime) -> set[str]:
    """Place these arrivals; the caller's transaction holds the turn.

    Gives the names below the CAs among them: what was issued under these may be loose no longer,
    which the caller settles when everything that it does is done.
    """
    issuers = [certificate for certificate in batch if certificate.is_ca]
    rests_on = _place_issuers(issuers, moment) if issuers else set()
    led_to = StoreName.objects.filter(
        name_sha256__in={certificate.issuer_sha256 for certificate in batch}
    )
    names_of: dict[int, set[str]] = {}
    for store_id, name in led_to.values_list("trust_store_id", "name_sha256"):
        names_of.setdefault(store_id, set()).add(name)
    for store_id, names in names_of.items():
        pair_certificates(
            store_id=store_id, certificates=_issued_under(names, batch), moment=moment
        )
    loose = find_loose({one.issuer_sha256 for one in batch})
    if loose:
        pair_loose(_issued_under(loose, batch), moment)
    paired = set(
        ValidationReport.objects.filter(
            among("certificate_id", [certificate.pk for certificate in batch]), chained=True
        ).values_list("certificate_id", flat=True)
    )
    record_standing(
        standings=[
            CertificateStanding(
                certificate_id=certificate.pk, standing=Standing.UNCHAINED, works_until=None
            )
            for certificate in batch
            if certificate.pk not in paired
        ]
    )
    return rests_on


def _issued_under(names: set[str], batch: list[Certificate]) -> CertificateQuerySet:
    """Those of the batch, by their ids alone: of one issuer the inventory may hold a million, and a
    database that is told the name as well looks through all of them for each batch."""
    return Certificate.objects.filter(
        among("pk", [certificate.pk for certificate in batch if certificate.issuer_sha256 in names])
    )


def _place_issuers(issuers: list[Certificate], moment: datetime) -> set[str]:
    """Let the names of new CAs lead into the stores, and make due what rests on them."""
    rests_on = follow_names(names={issuer.subject_sha256 for issuer in issuers})
    tell_dependants("issuer", rests_on, moment=moment)
    for reports in ValidationReport.objects.resting_on(rests_on):
        reports.become_due(moment)
    by_issuer: dict[str, set[str]] = {}
    for issuer in issuers:
        by_issuer.setdefault(issuer.issuer_sha256, set()).add(issuer.subject_sha256)
    entered: dict[int, set[str]] = {}
    for store_id, name in StoreName.objects.filter(name_sha256__in=by_issuer).values_list(
        "trust_store_id", "name_sha256"
    ):
        entered.setdefault(store_id, set()).update(by_issuer[name])
    for store_id, names in entered.items():
        known = set(
            StoreName.objects.filter(trust_store_id=store_id, name_sha256__in=names).values_list(
                "name_sha256", flat=True
            )
        )
        if added := follow_names(names=names - known):
            lead_names(store_id=store_id, names=added, moment=moment)
    PlacedIssuer.objects.bulk_create(
        [
            PlacedIssuer(certificate=issuer, subject_sha256=issuer.subject_sha256)
            for issuer in issuers
        ],
        ignore_conflicts=True,
    )
    return rests_on


@transaction.atomic
def _place_departures(moment: datetime) -> None:
    """Make due what rested on CAs that were deleted, and let their names no longer lead."""
    gone = PlacedIssuer.objects.filter(certificate=None)
    if not gone.exists():
        return
    take_turn()
    subjects = dict(gone.values_list("pk", "subject_sha256"))
    rested = follow_names(names=subjects.values())
    tell_dependants("issuer", rested, moment=moment)
    for reports in ValidationReport.objects.resting_on(rested):
        reports.become_due(moment)
    touched = StoreName.objects.filter(name_sha256__in=set(subjects.values()))
    for store_id in sorted(set(touched.values_list("trust_store_id", flat=True))):
        resettle_store(store_id=store_id, moment=moment)
    settle_loose(names=rested, moment=moment)
    PlacedIssuer.objects.filter(pk__in=subjects).delete()
