"""A worker of its own process for `bench.at_scale`: it validates what is due, as a worker does.

    python -m bench.worker SHARE SHARES

Expects the console's environment. After each part it makes the bare signature verifications of some
leaves of that part, so that both meet the same neighbours on the machine. Prints a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from array import array
from dataclasses import asdict, dataclass
from pathlib import Path

import django
from cryptography import x509

_BARE = 100


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker did: how many reports, in how many seconds of processor time, each part's
    microseconds per report and per bare chain, and the largest memory in KiB."""

    reports: int
    seconds: float
    each: list[float]
    bare: list[float]
    peak: int


def validate_share(share: int, shares: int) -> Share:
    from bench.chains import MOMENT
    from bench.validate import verification
    from certificates.models import CertificateDer
    from jobs.collector import without_collector
    from truststores.models import StoreMember, ValidationReport
    from truststores.services.plan_validations import plan_validations
    from truststores.services.record_reports import record_reports
    from truststores.services.run_validations import run_validations

    members = StoreMember.objects.order_by("-role").values_list(
        "certificate__encoded__der", flat=True
    )
    issuer, root = (x509.load_der_x509_certificate(bytes(der)) for der in members)
    # A worker is handed one part after the other; here they wait in as few bytes as ids can.
    chunks = [
        array("q", chunk.report_ids)
        for number, chunk in enumerate(plan_validations(moment=MOMENT))
        if number % shares == share
    ]
    # What is loaded once in the life of a worker is not part of a report.
    for chunk in chunks[:1]:
        record_reports(made=run_validations(report_ids=chunk[:1], moment=MOMENT))
    each, bare, reports, spent = [], [], 0, 0.0
    for chunk in chunks:
        started = time.process_time()
        with without_collector():
            made = run_validations(report_ids=chunk, moment=MOMENT)
            count = record_reports(made=made).validated
        taken = time.process_time() - started
        reports, spent = reports + count, spent + taken
        if count < _BARE:
            continue  # The CAs' own reports: too few to say anything.
        each.append(taken / count * 1e6)
        some = ValidationReport.objects.filter(pk__in=chunk[-_BARE:])
        ders = CertificateDer.objects.filter(pk__in=some.values("certificate"))
        checks = [
            check
            for der in ders.values_list("der", flat=True)
            for check in (
                verification(x509.load_der_x509_certificate(bytes(der)), issuer),
                verification(issuer, root),
            )
        ]
        started = time.process_time()
        for check in checks:
            check()
        bare.append((time.process_time() - started) / (len(checks) / 2) * 1e6)
    return Share(reports, spent, each, bare, _peak())


def _peak() -> int:
    """The largest resident memory so far, in KiB. `getrusage` would count the parent's as well."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    assert os.environ["PKIADMIN_DATA"]
    django.setup()
    print(json.dumps(asdict(validate_share(int(sys.argv[1]), int(sys.argv[2])))))
