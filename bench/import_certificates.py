"""Import of 100,000 certificates beside the limit: `cryptography` reading the same fields.

    python -m bench.import_certificates [--count 100000] [--rounds 3]

Drives the console's own service, from the request to the end of the job, in a data folder of its
own: seal, split and parse in the child, look up, write rows, DER, names, search text and outcomes.
The limit reads the same fields of the same certificates, already split and decoded, on one core.
Rounds alternate; the figures are medians of ratios. Two are given: by the clock, which needs two
cores to itself, and by the processor time of the busier of the two processes, which a machine with
other work on it tells as well.
"""

from __future__ import annotations

import argparse
import base64
import os
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.budgets import judge
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """Seconds by the clock, and processor seconds of this process and of its child."""

    clock: float
    parent: float
    child: float


def processor() -> tuple[float, float]:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime


def spent_on_limit(ders: Sequence[bytes]) -> Spent:
    before, _ = processor()
    clock = seconds(read_with_cryptography, ders)
    after, _ = processor()
    return Spent(clock=clock, parent=after - before, child=0.0)


def spent_on_import(content: bytes) -> Spent:
    """From the request to the end of the job, which must have gone well."""
    from certificates.services.request_import import request_import
    from certificates.specs import Upload
    from jobs.services.work_job import work_job

    before = processor()
    started = time.perf_counter()
    job = request_import(
        actor=None,
        files=[Upload(name="bench.pem", content=content)],
        token=uuid.uuid4(),
        trusted=True,
    )
    work_job(job_id=job.pk)
    clock = time.perf_counter() - started
    after = processor()
    job.refresh_from_db()
    if job.state != "done":
        raise SystemExit(f"the import ended as {job.state}: {job.error_code} {job.error_data}")
    return Spent(clock=clock, parent=after[0] - before[0], child=after[1] - before[1])


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
        # What is loaded once in the life of a worker is not part of an import.
        spent_on_import(pem_of(ders[:10]))
        forget_everything()
        rounds = []
        for number in range(options.rounds):
            if number:
                forget_everything()
            limit = spent_on_limit(sample)
            rounds.append((limit, spent_on_import(content), spent_on_import(content)))
    tell(rounds, sample=len(sample), count=len(ders))


def tell(rounds: Sequence[tuple[Spent, Spent, Spent]], *, sample: int, count: int) -> None:
    def median(values: Iterable[float]) -> float:
        return statistics.median(values)

    def each(values: Iterable[float], number: int) -> str:
        return f"{median(values) / number * 1e6:7.1f} us each"

    by_clock = median(lim.clock / sample / (new.clock / count) for lim, new, _ in rounds)
    by_processor = median(
        lim.parent / sample / (max(new.parent, new.child) / count) for lim, new, _ in rounds
    )
    print(f"import of {count:,} PEM certificates, {len(rounds)} rounds, medians")
    print(f"  limit, by the clock:             {each((lim.clock for lim, _, _ in rounds), sample)}")
    print(
        f"  limit, processor:                {each((lim.parent for lim, _, _ in rounds), sample)}"
    )
    print(f"  import, by the clock:            {each((new.clock for _, new, _ in rounds), count)}")
    print(f"  import, processor of the parent: {each((new.parent for _, new, _ in rounds), count)}")
    print(f"  import, processor of the child:  {each((new.child for _, new, _ in rounds), count)}")
    print(f"  rate beside the limit, processor:{by_processor:7.2f}   (of the busier process)")
    again = median(new.clock / old.clock for _, new, old in rounds)
    judge("import: rate beside the limit, by the clock", by_clock, at_least=0.8)
    judge("import of known certificates, times faster", again, at_least=5)


if __name__ == "__main__":
    main()
