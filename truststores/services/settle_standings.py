from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from certificates.models import Certificate, Standing
from certificates.querysets.among import among
from certificates.services.record_standing import (
    CertificateStanding,
    record_changed_standings,
)
from truststores.models import ValidationReport, Verdict

_Answer = tuple[str, bool, datetime | None]


def settle_standings(*, certificate_ids: Collection[int]) -> None:
    """Sum up, for each of these certificates, what its current reports say together.

    The certificates are locked first: of two transactions that each wrote a report of the same
    certificate, the second then reads what the first has written.
    """
    if not certificate_ids:
        return
    wanted = among("pk", certificate_ids)
    locked = Certificate.objects.filter(wanted).order_by("pk").select_for_update(of=("self",))
    before = {
        pk: (standing, works_until)
        for pk, standing, works_until in locked.values_list("pk", "standing", "works_until")
    }
    answers: defaultdict[int, list[_Answer]] = defaultdict(list)
    for certificate_id, verdict, meant, expiry in ValidationReport.objects.filter(
        among("certificate_id", before), chained=True
    ).values_list("certificate_id", "verdict", "meant_for_usage", "effective_expiry"):
        answers[certificate_id].append((verdict, meant, expiry))
    record_changed_standings(standings=[_standing(pk, answers[pk]) for pk in before], before=before)


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
