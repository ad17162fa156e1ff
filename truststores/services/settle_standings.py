from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from certificates.models import Certificate, Standing
from certificates.services.record_standing import CertificateStanding, record_standing
from truststores.models import ValidationReport, Verdict
from truststores.querysets.reports import NAMES_AT_ONCE

_Answer = tuple[str, bool, datetime | None]


def settle_standings(*, certificate_ids: Collection[int]) -> None:
    """Sum up, for each of these certificates, what its current reports say together.

    The certificates are locked first: of two transactions that each wrote a report of the same
    certificate, the second then reads what the first has written.
    """
    ordered = sorted(certificate_ids)
    for start in range(0, len(ordered), NAMES_AT_ONCE):
        ids = ordered[start : start + NAMES_AT_ONCE]
        locked = (
            Certificate.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
        )
        present = list(locked.values_list("pk", flat=True))
        answers: defaultdict[int, list[_Answer]] = defaultdict(list)
        for certificate_id, verdict, meant, expiry in ValidationReport.objects.filter(
            certificate__in=present, chained=True
        ).values_list("certificate_id", "verdict", "meant_for_usage", "effective_expiry"):
            answers[certificate_id].append((verdict, meant, expiry))
        record_standing(standings=[_standing(pk, answers[pk]) for pk in present])


def _standing(certificate_id: int, answers: Iterable[_Answer]) -> CertificateStanding:
    standing, works_until = sum_up(answers)
    return CertificateStanding(
        certificate_id=certificate_id, standing=standing, works_until=works_until
    )


def sum_up(answers: Iterable[_Answer]) -> tuple[Standing, datetime | None]:
    """The standing and the moment until which it works, of (verdict, meant, expiry) triples."""
    answers = list(answers)
    if not answers:
        return Standing.UNCHAINED, None
    made = [answer for answer in answers if answer[0] != Verdict.PENDING]
    counting = [answer for answer in made if answer[1]] or made
    if not counting:
        return Standing.UNCHECKED, None
    trusted = [expiry for verdict, _, expiry in counting if verdict == Verdict.TRUSTED]
    if trusted:
        works_until = min((expiry for expiry in trusted if expiry is not None), default=None)
        everywhere = len(trusted) == len(counting)
        return Standing.TRUSTED if everywhere else Standing.PARTLY, works_until
    if any(verdict == Verdict.UNDETERMINED for verdict, _, _ in counting):
        return Standing.UNDETERMINED, None
    return Standing.NOT_TRUSTED, None
