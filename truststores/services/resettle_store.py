from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from certificates.models import Certificate
from truststores.models import StoreMember, StoreName, ValidationReport
from truststores.querysets.reports import NAMES_AT_ONCE
from truststores.services.follow_names import follow_names
from truststores.services.lead_names import lead_names
from truststores.services.settle_loose import settle_loose
from truststores.services.settle_standings import settle_standings


def resettle_store(*, store_id: int, moment: datetime, left: Collection[int] = ()) -> None:
    """Work out anew which names lead into a store, and give up the reports of what fell out.

    `left` are certificates that were members and are none any more: they keep a report only where
    their issuer's name still leads into the store. The caller holds the turn.
    """
    members = StoreMember.objects.filter(trust_store_id=store_id)
    wanted = follow_names(names=set(members.values_list("certificate__subject_sha256", flat=True)))
    known = set(
        StoreName.objects.filter(trust_store_id=store_id).values_list("name_sha256", flat=True)
    )
    lead_names(store_id=store_id, names=wanted - known, moment=moment)
    gone = sorted(known - wanted)
    reports = ValidationReport.objects.filter(trust_store_id=store_id, chained=True).exclude(
        certificate__in=members.values("certificate")
    )
    for start in range(0, len(gone), NAMES_AT_ONCE):
        names = gone[start : start + NAMES_AT_ONCE]
        StoreName.objects.filter(trust_store_id=store_id, name_sha256__in=names).delete()
        _give_up(reports.filter(certificate__issuer_sha256__in=names))
    names_left = StoreName.objects.filter(trust_store_id=store_id).values("name_sha256")
    _give_up(
        reports.filter(certificate__in=left).exclude(certificate__issuer_sha256__in=names_left)
    )
    fallen = Certificate.objects.filter(pk__in=left).values_list("issuer_sha256", flat=True)
    settle_loose(names={*gone, *fallen}, moment=moment)


def _give_up(reports: QuerySet[ValidationReport]) -> None:
    while lost := list(reports.values_list("pk", "certificate_id")[:NAMES_AT_ONCE]):
        ValidationReport.objects.filter(pk__in=[report for report, _ in lost]).delete()
        settle_standings(certificate_ids={certificate for _, certificate in lost})
