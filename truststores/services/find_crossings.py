from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Exists, OuterRef, Q

from certificates.models import Certificate, Crl, Lifecycle
from certificates.querysets.certificates import CertificateQuerySet
from certificates.querysets.crls import CrlQuerySet
from pki.notices import DEFAULT_THRESHOLDS, EXPIRED, Threshold, crossed, next_crossing
from truststores.models import Notice, RevocationPolicy, StoreCrl, StoreMember

CERTIFICATE_THRESHOLDS = (*DEFAULT_THRESHOLDS, EXPIRED)
# Whoever lives a month at most is renewed when a third of it is left, and nobody is told of each.
SHORT_LIVED = timedelta(days=31)
SHORT_THRESHOLDS = (Threshold(share=Fraction(1, 3)), Threshold(days=1), EXPIRED)
# CRLs follow each other in hours or weeks: a fifth of their time is left, and their end.
CRL_THRESHOLDS = (Threshold(share=Fraction(1, 5)), EXPIRED)
WIDEST = timedelta(days=90)
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """A threshold that was crossed, and the notice that will say so (not written yet)."""

    notice: Notice
    threshold: Threshold


def find_crossings(*, moment: datetime) -> Iterator[list[Crossing]]:
    """What crossed a threshold since its last notice, in batches; the caller writes them.

    Asked are what has a notice whose next threshold has come, and what is near its end and has no
    notice yet. Whatever had ended when it was brought in is silent, and so is what somebody
    acknowledged, replaced or retired, and what nothing uses any more.
    """
    yield from _batches(_new_certificates(moment), moment)
    yield from _batches(_new_crls(moment), moment)
    due = Notice.objects.due(moment).select_related("certificate", "crl").order_by("pk")
    for notices in _chunks(list(due.values_list("pk", flat=True))):
        rows = [one for one in due.filter(pk__in=notices) if _still_concerns(one, moment)]
        yield _crossed(rows, moment)


def ending_certificates(*, moment: datetime) -> CertificateQuerySet:
    """Certificates in use that end within 90 days, or ended within the last 90.

    Of CAs only those that something uses: that stand in a trust store, or issued a certificate
    that is in use and valid.
    """
    members = StoreMember.objects.filter(certificate=OuterRef("pk"))
    issued = Certificate.objects.filter(
        issuer_sha256=OuterRef("subject_sha256"),
        lifecycle=Lifecycle.ACTIVE,
        not_after__gt=moment,
    ).exclude(pk=OuterRef("pk"))
    near: CertificateQuerySet = Certificate.objects.active().filter(
        Q(is_ca=False) | Exists(members) | Exists(issued),
        not_after__gt=moment - WIDEST,
        not_after__lte=moment + WIDEST,
    )
    return near


def ending_crls(*, moment: datetime) -> CrlQuerySet:
    """CRLs that count in a store which asks for CRLs, and that have a nextUpdate within 90 days."""
    counting = StoreCrl.objects.filter(crl=OuterRef("pk")).exclude(
        trust_store__revocation=RevocationPolicy.NONE
    )
    near: CrlQuerySet = Crl.objects.filter(
        Exists(counting), next_update__isnull=False, next_update__lte=moment + WIDEST
    )
    return near


def thresholds_of(shown: Certificate | Crl) -> Sequence[Threshold]:
    """At which points before its end somebody hears of it."""
    if isinstance(shown, Crl):
        return CRL_THRESHOLDS
    short = shown.not_after - shown.not_before <= SHORT_LIVED
    return SHORT_THRESHOLDS if short else CERTIFICATE_THRESHOLDS


def _new_certificates(moment: datetime) -> Iterator[Notice]:
    found = ending_certificates(moment=moment).filter(notice=None)
    for ids in _chunks(list(found.order_by("not_after", "pk").values_list("pk", flat=True))):
        for one in Certificate.objects.filter(pk__in=ids).order_by("not_after", "pk"):
            if one.not_after > one.created_at:
                yield Notice(certificate=one)


def _new_crls(moment: datetime) -> Iterator[Notice]:
    for one in ending_crls(moment=moment).filter(notice=None).order_by("pk"):
        if one.next_update is not None and one.next_update > one.created_at:
            yield Notice(crl=one)


def _still_concerns(notice: Notice, moment: datetime) -> bool:
    kind, pk = notice.key
    if kind == "crl":
        return ending_crls(moment=moment).filter(pk=pk).exists()
    return ending_certificates(moment=moment).filter(pk=pk).exists()


def _batches(notices: Iterator[Notice], moment: datetime) -> Iterator[list[Crossing]]:
    waiting: list[Notice] = []
    for notice in notices:
        waiting.append(notice)
        if len(waiting) == _AT_ONCE:
            yield _crossed(waiting, moment)
            waiting = []
    if waiting:
        yield _crossed(waiting, moment)


def _crossed(notices: Sequence[Notice], moment: datetime) -> list[Crossing]:
    """Those that crossed something, each with the moment at which it is asked about again."""
    found = []
    for notice in notices:
        shown = notice.shown
        start, end = notice.lifetime
        thresholds = thresholds_of(shown)
        threshold = crossed(
            start, end, now=moment, last_noticed=notice.found_at, thresholds=thresholds
        )
        if threshold is None:
            continue
        notice.threshold = threshold_code(threshold)
        notice.found_at = moment
        notice.next_at = next_crossing(start, end, after=moment, thresholds=thresholds)
        found.append(Crossing(notice=notice, threshold=threshold))
    return found


def threshold_code(threshold: Threshold) -> str:
    """The threshold as it is stored: days, or a share."""
    return str(threshold.share if threshold.days is None else threshold.days)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
