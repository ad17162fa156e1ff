from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from django.db.models import F
from django.utils import timezone

from certificates.models import Certificate, Crl, Standing
from pki.verify.report import Report
from pki.verify.run import report_from_json
from truststores.ends import Cause, CauseKind, ends_of, path_ends
from truststores.models import ReportBody, ValidationReport, Verdict
from truststores.querysets.reports import NAMES_AT_ONCE
from ui.moments import in_zone

# What is read of a month, of the causes of the year, and of the certificates of one cause. A month
# with more says so; the inventory lists them all.
PER_MONTH = 5_000
CAUSES_READ = 500
NAMED = 20

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopping:
    """A certificate that stops, and the report that says so; `store` is that of the report."""

    certificate: Certificate
    report_id: int | None
    store: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A moment at which something ends, and the certificates that stop working with it.

    `url` leads to what ends: a certificate or a CRL; empty where the inventory does not have it.
    `certificates` are the first of `count`. `after_crl` marks the end of a path whose CRL has to be
    renewed before: without that it stops sooner.
    """

    moment: datetime
    cause: Cause
    url: str
    count: int
    certificates: tuple[Stopping, ...]
    after_crl: bool

    @property
    def key(self) -> str:
        """Names the stop in a calendar that is read again: what is renewed moves."""
        about = self.cause.sha256
        if self.cause.kind is CauseKind.CRL:
            about = self.cause.name
        return f"{self.cause.kind}:{about}:{'after' if self.after_crl else 'first'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day of the picture: how many certificates stop, and by which kind most of them do."""

    date: date
    count: int
    kind: CauseKind | None
    is_past: bool
    is_today: bool
    is_weekend: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month: its days, its stops in order, and how many certificates stop in it.

    `is_bound`: there are more than were read.
    """

    first: date
    days: tuple[Day, ...]
    stops: tuple[Stop, ...]
    count: int
    is_bound: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """What stops working when, from a moment on; `ends` is the first moment that it leaves out."""

    begins: datetime
    ends: datetime
    months: tuple[Month, ...]

    @property
    def stops(self) -> Iterator[Stop]:
        for month in self.months:
            yield from month.stops

    @property
    def count(self) -> int:
        return sum(month.count for month in self.months)


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    """One certificate at one moment, before its cause is known."""

    moment: datetime
    pk: int
    not_after: datetime
    issuer: str
    works_until: datetime

    @property
    def is_own(self) -> bool:
        """Its own end; OpenSSL may count the last second as valid."""
        return self.not_after <= self.moment

    @property
    def group(self) -> tuple[datetime, str]:
        """What has the same issuer and the same end has the same cause, unless it is its own."""
        return self.works_until, self.issuer


@dataclass(kw_only=True, slots=True)
class _Heap:
    """The certificates that stop at one moment by one cause."""

    cause: Cause
    after_crl: bool = False
    pks: list[int] = field(default_factory=list)


def make_calendar(*, moment: datetime, months: int = 12) -> Calendar:
    """What stops working in the coming months: this one from now on, and so many after it.

    A certificate stops at the end of its effective expiry, whatever ends then: itself, an issuer
    or a CRL. Since a CRL is renewed long before its certificates, one that a CRL ends first is also
    told at the end of its path. Replaced and retired certificates are left out.
    """
    firsts = _month_starts(moment, months + 2)
    begins, ends = moment, firsts[-1]
    found: list[list[_End]] = []
    bound: list[bool] = []
    for start, end in pairwise(firsts):
        first, later = (
            _read("works_until", start, end, begins),
            _read("not_after", start, end, begins),
        )
        found.append([*first[:PER_MONTH], *later[:PER_MONTH]])
        bound.append(len(first) > PER_MONTH or len(later) > PER_MONTH)
    samples = _sample_reports(one for part in found for one in part)
    heaps = [_heaps(part, samples) for part in found]
    _add_issuers_after_crls(heaps, firsts, samples, found, ends)
    shown = _Shown(heaps)
    return Calendar(
        begins=begins,
        ends=ends,
        months=tuple(
            _month(in_zone(start).date(), heap, is_bound, shown, moment)
            for start, heap, is_bound in zip(firsts, heaps, bound, strict=False)
        ),
    )


def _month_starts(moment: datetime, count: int) -> list[datetime]:
    zone = timezone.get_current_timezone()
    today = in_zone(moment)
    numbers = [today.year * 12 + today.month - 1 + more for more in range(count)]
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=zone) for number in numbers]


def _read(column: str, start: datetime, end: datetime, begins: datetime) -> list[_End]:
    """The ends of a month: by `works_until` what stops first, by `not_after` what ends later."""
    rows = Certificate.objects.active().with_standing(Standing.TRUSTED, Standing.PARTLY)
    rows = rows.filter(**{f"{column}__gte": max(start, begins), f"{column}__lt": end})
    if column == "not_after":
        rows = rows.filter(works_until__lt=F("not_after"), works_until__gte=begins)
    values = rows.order_by(column, "pk").values_list(
        column, "pk", "not_after", "issuer_sha256", "works_until"
    )[: PER_MONTH + 1]
    return [
        _End(moment=moment, pk=pk, not_after=not_after, issuer=issuer, works_until=works_until)
        for moment, pk, not_after, issuer, works_until in values
    ]


def _sample_reports(found: Iterable[_End]) -> dict[tuple[datetime, str], Report]:
    """For each group of certificates that something else than their own end stops, one report."""
    samples: dict[tuple[datetime, str], int] = {}
    for one in found:
        if one.works_until < one.not_after and len(samples) < CAUSES_READ:
            samples.setdefault(one.group, one.pk)
    by_pk = {pk: group for group, pk in samples.items()}
    bodies = ReportBody.objects.filter(
        report__certificate__in=list(by_pk),
        report__verdict=Verdict.TRUSTED,
        report__effective_expiry=F("report__certificate__works_until"),
    )
    return {
        by_pk[pk]: report_from_json(content)
        for pk, content in bodies.values_list("report__certificate_id", "content")
    }


def _first_causes(one: _End, samples: Mapping[tuple[datetime, str], Report]) -> tuple[Cause, ...]:
    sample = samples.get(one.group)
    if sample is None:
        return (Cause(kind=CauseKind.OTHER),)
    # Another certificate of the group may have its own end at that moment; this one has not.
    causes = [cause for cause in ends_of(sample) if cause.kind is not CauseKind.OWN]
    return tuple(causes) or (Cause(kind=CauseKind.OTHER),)


def _outlives_its_crls(one: _End, samples: Mapping[tuple[datetime, str], Report]) -> bool:
    """Whether it is a CRL that stops it first, and then, were that renewed, its own end."""
    sample = samples.get(one.group)
    if sample is None or not any(cause.kind is CauseKind.CRL for cause in ends_of(sample)):
        return False
    above = [end for end, cause in path_ends(sample) if cause.kind is CauseKind.ISSUER]
    return min(above, default=one.not_after) >= one.not_after


Heaps = dict[tuple[datetime, tuple[str, str, int | None], bool, int], _Heap]


def _heaps(found: Sequence[_End], samples: Mapping[tuple[datetime, str], Report]) -> Heaps:
    heaps: Heaps = {}
    for one in found:
        if one.is_own:
            after_crl = one.works_until < one.not_after
            if after_crl and not _outlives_its_crls(one, samples):
                continue  # An issuer ends before: that is told.
            own = Cause(kind=CauseKind.OWN)
            _heap(heaps, one.moment, own, after_crl=after_crl, own_pk=one.pk).pks.append(one.pk)
            continue
        # Several things that end at once are one stop, told by the one that weighs most.
        causes = _first_causes(one, samples)
        cause = next((each for each in causes if each.kind is CauseKind.ISSUER), causes[0])
        _heap(heaps, one.moment, cause).pks.append(one.pk)
    return heaps


def _heap(
    heaps: Heaps, moment: datetime, cause: Cause, *, after_crl: bool = False, own_pk: int = 0
) -> _Heap:
    key = (moment, cause.key, after_crl, own_pk)
    return heaps.setdefault(key, _Heap(cause=cause, after_crl=after_crl))


def _add_issuers_after_crls(
    heaps: Sequence[Heaps],
    firsts: Sequence[datetime],
    samples: Mapping[tuple[datetime, str], Report],
    found: Sequence[Sequence[_End]],
    ends: datetime,
) -> None:
    """Where a CRL stops certificates first, tell also which issuer of their path ends, and when."""
    for one in (one for part in found for one in part if one.moment == one.works_until):
        sample = samples.get(one.group)
        if sample is None or not any(cause.kind is CauseKind.CRL for cause in ends_of(sample)):
            continue
        above = [(end, cause) for end, cause in path_ends(sample) if cause.kind is CauseKind.ISSUER]
        end, cause = min(above, key=lambda pair: pair[0], default=(one.not_after, None))
        if cause is None or end >= one.not_after or not one.moment < end < ends:
            continue
        place = max(index for index, first in enumerate(firsts) if first <= end)
        _heap(heaps[place], end, cause, after_crl=True).pks.append(one.pk)


class _Shown:
    """The rows of what the page names, in a handful of queries."""

    def __init__(self, heaps: Sequence[Heaps]) -> None:
        pks: set[int] = set()
        digests: set[str] = set()
        for part in heaps:
            for heap in part.values():
                pks.update(heap.pks[:NAMED])
                digests.add(heap.cause.sha256)
        self.certificates: dict[int, Certificate] = {}
        self.reports: dict[int, tuple[int, str]] = {}
        for chunk in _chunks(sorted(pks)):
            rows = Certificate.objects.only("cn", "subject", "serial", "sha256", "works_until")
            self.certificates |= rows.in_bulk(chunk)
            said = ValidationReport.objects.filter(
                certificate__in=chunk,
                verdict=Verdict.TRUSTED,
                effective_expiry=F("certificate__works_until"),
            ).order_by("-pk")
            for certificate_id, pk, store in said.values_list(
                "certificate_id", "pk", "trust_store__name"
            ):
                self.reports[certificate_id] = pk, store
        self.urls: dict[str, str] = {}
        for some in _chunks(sorted(digests - {""})):
            for row in Certificate.objects.filter(sha256__in=some).only("pk", "sha256"):
                self.urls[row.sha256] = row.get_absolute_url()
            for crl in Crl.objects.filter(sha256__in=some).only("pk", "sha256"):
                self.urls[crl.sha256] = crl.get_absolute_url()

    def stop(self, moment: datetime, heap: _Heap) -> Stop:
        named = [
            Stopping(
                certificate=self.certificates[pk],
                report_id=self.reports.get(pk, (None, ""))[0],
                store=self.reports.get(pk, (None, ""))[1],
            )
            for pk in heap.pks[:NAMED]
            if pk in self.certificates
        ]
        cause = heap.cause
        if cause.kind is CauseKind.OWN and named:
            only = named[0].certificate
            cause = replace(cause, name=str(only), sha256=only.sha256)
        return Stop(
            moment=moment,
            cause=cause,
            url=self.urls.get(cause.sha256, ""),
            count=len(heap.pks),
            certificates=tuple(named),
            after_crl=heap.after_crl,
        )


def _chunks(values: Sequence[ValueT]) -> Iterator[Sequence[ValueT]]:
    for start in range(0, len(values), NAMES_AT_ONCE):
        yield values[start : start + NAMES_AT_ONCE]


def _month(first: date, heaps: Heaps, is_bound: bool, shown: _Shown, moment: datetime) -> Month:
    stops = sorted(
        (shown.stop(key[0], heap) for key, heap in heaps.items()),
        key=lambda stop: (stop.moment, stop.after_crl, -stop.count, stop.cause.name),
    )
    # The end of an issuer tells its own end with that of what it issued.
    issuers = {
        (stop.moment, stop.cause.sha256) for stop in stops if stop.cause.kind is CauseKind.ISSUER
    }
    stops = [
        stop
        for stop in stops
        if stop.cause.kind is not CauseKind.OWN or (stop.moment, stop.cause.sha256) not in issuers
    ]
    return Month(
        first=first,
        days=tuple(_days(first, stops, in_zone(moment).date())),
        stops=tuple(stops),
        count=len({pk for heap in heaps.values() for pk in heap.pks}),
        is_bound=is_bound,
    )


def _days(first: date, stops: Sequence[Stop], today: date) -> Iterator[Day]:
    kinds: defaultdict[date, defaultdict[CauseKind, int]] = defaultdict(lambda: defaultdict(int))
    for stop in stops:
        kinds[in_zone(stop.moment).date()][stop.cause.kind] += stop.count
    day = first
    while day.month == first.month:
        of_day = kinds[day]
        yield Day(
            date=day,
            count=sum(of_day.values()),
            kind=max(of_day, key=lambda kind: (of_day[kind], kind)) if of_day else None,
            is_past=day < today,
            is_today=day == today,
            is_weekend=day.weekday() >= 5,
        )
        day += timedelta(days=1)


def day_of(moment: datetime) -> str:
    """The name of a day in the addresses within the page."""
    return in_zone(moment).date().isoformat()
