"""Eight processes that write into one SQLite database as fast as they can.

Run as a program on a data folder of its own; says in JSON what it saw. Each transaction reads before
it writes, which is what makes a deferred one fail, and links an event into the chain of the log.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

DATA, WRITERS, WRITES = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ |= {"DJANGO_SETTINGS_MODULE": "pkiadmin.settings", "PKIADMIN_DATA": str(DATA)}
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, connection, transaction  # noqa: E402

from audit.services.record import record  # noqa: E402
from audit.services.verify_audit import verify_audit  # noqa: E402
from certificates.models import Label  # noqa: E402
from pkiadmin.key_check import check_kek  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    check_kek()
    # Nothing of SQLite may cross a fork.
    connection.close()
    children = [forked(writer) for writer in range(WRITERS)]
    for child in children:
        os.waitpid(child, 0)
    log = verify_audit()
    refused: Counter[str] = Counter()
    for writer in range(WRITERS):
        refused.update(json.loads((DATA / f"refused-{writer}").read_text()))
    sys.stdout.write(
        json.dumps(
            {
                "refused": dict(refused),
                "labels": Label.objects.count(),
                "events": log.verified,
                "first_bad": log.first_bad,
            }
        )
    )


def forked(writer: int) -> int:
    child = os.fork()
    if child:
        return child
    try:
        refused = Counter(said for number in range(WRITES) if (said := write(writer, number)))
        (DATA / f"refused-{writer}").write_text(json.dumps(refused))
    finally:
        os._exit(0)


def write(writer: int, number: int) -> str:
    """One act with its event; what the database said where it refused."""
    try:
        with transaction.atomic():
            Label.objects.filter(name__startswith=f"{writer} ").count()
            Label.objects.create(name=f"{writer} {number}")
            record(actor=None, action="job.rerun")
    except DatabaseError as error:
        return str(error)
    return ""


main()
