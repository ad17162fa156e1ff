"""Import of 100,000 certificates beside the limit: `cryptography` reading the same fields.

    python -m bench.import_certificates [--count 100000] [--rounds 3]

Drives the console's own service, from the request to the end of the job, in a data folder of its
own: seal, split and parse in the child, look up, write rows, DER, names, search text and outcomes.
The limit reads the same fields of the same certificates, already split and decoded, on one core.
Rounds alternate; the figures are medians of ratios.
"""

from __future__ import annotations

import argparse
import base64
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from bench.parse_certificates import make_certificates, read_with_cryptography, seconds

# How many certificates the limit is measured with: it does not depend on their number.
_LIMIT_SAMPLE = 10_000


def pem_of(ders: Sequence[bytes]) -> bytes:
    """As tools write it: lines of 64 characters."""
    blocks = []
    for der in ders:
        text = base64.b64encode(der).decode()
        lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
        blocks.append(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    return "".join(blocks).encode()


def set_up(folder: Path) -> None:
    """A console of its own: settings, database, key-encryption key."""
    for name in [name for name in os.environ if name.startswith("PKIADMIN_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "pkiadmin.settings",
        "PKIADMIN_DATA": str(folder),
        "SECRET_KEY": "a secret of the benchmark, long enough for everybody who asks",
    }
    import logging

    import django

    django.setup()
    # There is no broker here, and every request would say so.
    logging.disable(logging.WARNING)
    from django.conf import settings
    from django.core.management import call_command

    from pki.kek import make_kek_file

    make_kek_file(settings.KEK_SOURCE)
    call_command("migrate", verbosity=0)


def import_seconds(content: bytes) -> float:
    """From the request to the end of the job, which must have gone well."""
    from certificates.services.request_import import request_import
    from certificates.specs import Upload
    from jobs.services.work_job import work_job

    started = time.perf_counter()
    job = request_import(
        actor=None,
        files=[Upload(name="bench.pem", content=content)],
        token=uuid.uuid4(),
        trusted=True,
    )
    work_job(job_id=job.pk)
    spent = time.perf_counter() - started
    job.refresh_from_db()
    if job.state != "done":
        raise SystemExit(f"the import ended as {job.state}: {job.error_code} {job.error_data}")
    return spent


def forget_everything() -> None:
    """An empty inventory again, as large imports find it."""
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    call_command("flush", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM certificates_text")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pkiadmin-bench-") as folder:
        set_up(Path(folder))
        ders = make_certificates(options.count)
        sample = ders[:_LIMIT_SAMPLE]
        content = pem_of(ders)
        rates, again, limits, times = [], [], [], []
        for number in range(options.rounds):
            if number:
                forget_everything()
            limit = seconds(read_with_cryptography, sample) / len(sample)
            first = import_seconds(content) / len(ders)
            second = import_seconds(content) / len(ders)
            limits.append(limit)
            times.append(first)
            rates.append(limit / first)
            again.append(first / second)
    print(f"import of {len(ders):,} PEM certificates, {options.rounds} rounds, medians")
    print(f"  cryptography, 15 fields and names: {statistics.median(limits) * 1e6:7.1f} us each")
    print(f"  import, request to end of the job: {statistics.median(times) * 1e6:7.1f} us each")
    print(f"  rate beside the limit:             {statistics.median(rates):7.2f}  (budget 0.8)")
    print(f"  importing known ones, times faster:{statistics.median(again):7.2f}  (budget 5)")


if __name__ == "__main__":
    main()
