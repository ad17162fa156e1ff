from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from truststores.models import Role, StoreCrl, TrustStore, ValidationReport
from truststores.querysets.reports import ReportQuerySet

COUNTED = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """A count that stops at a bound, because counting a million rows helps nobody."""

    count: int

    @property
    def text(self) -> str:
        return f"{COUNTED:,}+" if self.count > COUNTED else f"{self.count:,}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreSummary:
    """A store in numbers. `ends` is the trusted report that stops being so first."""

    store: TrustStore
    anchors: int
    intermediates: int
    crls: int
    not_trusted: Tally
    undetermined: Tally
    pending: Tally
    trusted: Tally
    ends: ValidationReport | None
    next_crl: StoreCrl | None

    @property
    def next_end(self) -> datetime | None:
        return self.ends.effective_expiry if self.ends else None


def sum_up_store(*, store: TrustStore) -> StoreSummary:
    """What a store holds and what its reports say; every count is read from an index alone.

    The column `urgency` begins with the verdict of what counts: neither loose reports nor those of
    another usage are in these numbers.
    """
    roles = dict(store.members.order_by().values_list("role").annotate(Count("pk")))
    reports = ValidationReport.objects.filter(trust_store=store)
    trusted = reports.filter(urgency__gte="3", urgency__lt="4")
    crls = StoreCrl.objects.filter(trust_store=store)
    return StoreSummary(
        store=store,
        anchors=roles.get(Role.ANCHOR, 0),
        intermediates=roles.get(Role.INTERMEDIATE, 0),
        crls=crls.count(),
        not_trusted=_tally(reports.filter(urgency="0")),
        undetermined=_tally(reports.filter(urgency="1")),
        pending=_tally(reports.filter(urgency="2")),
        trusted=_tally(trusted),
        ends=trusted.exclude(effective_expiry=None)
        .select_related("certificate")
        .order_by("urgency", "pk")
        .first(),
        next_crl=crls.exclude(crl__next_update=None)
        .select_related("crl")
        .order_by("crl__next_update")
        .first(),
    )


def _tally(reports: ReportQuerySet) -> Tally:
    return Tally(count=reports.order_by()[: COUNTED + 1].count())
