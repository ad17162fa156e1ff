"""Ten thousand keys, a rotation that is killed ten times, and signatures all the while.

Run as a program on a data folder of its own; says in JSON what it saw. Each rotation is a process
that is killed with SIGKILL when it has come far enough; another process signs from beginning to end.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import time
from pathlib import Path

KEYS = int(sys.argv[2])
KILLS = int(sys.argv[3])
DATA = Path(sys.argv[1])
REAL = 20
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
os.environ |= {"DJANGO_SETTINGS_MODULE": "pkiadmin.settings", "PKIADMIN_DATA": str(DATA)}
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from audit.services.verify_audit import verify_audit  # noqa: E402
from certificates.kek import key_context, opened  # noqa: E402
from certificates.models import KeyOrigin, KeyState, PrivateKey, SealedKey  # noqa: E402
from certificates.services.open_private_key import SIGN, open_private_key  # noqa: E402
from certificates.services.store_private_key import store_private_key  # noqa: E402
from pki.kek import load_kek  # noqa: E402
from pki.key_generation import KeySpec, generate  # noqa: E402
from pki.sealing import seal  # noqa: E402
from pkiadmin.kek_rotation import rotate_to  # noqa: E402
from pkiadmin.key_check import check_kek  # noqa: E402

NEW = DATA / "the-new-key"
STOP = DATA / "stop"
SIGNED = DATA / "signed"


def main() -> None:
    call_command("migrate", verbosity=0)
    check_kek()
    old = load_kek(settings.KEK_SOURCE).id
    fill()
    # Nothing of SQLite may cross a fork.
    connection.close()
    signer = forked(sign_on)
    deaths = sum(killed_at(KEYS * number // (KILLS + 2)) for number in range(1, KILLS + 1))
    before_end = left(old)
    waited(forked(lambda: rotate_to(NEW)))
    STOP.touch()
    signing = waited(signer)
    load_kek.cache_clear()
    check_kek()
    sys.stdout.write(
        json.dumps(
            {
                "deaths": deaths,
                "left_before_the_last": before_end,
                "left": left(old),
                "opened": sum(opens(row) for row in SealedKey.objects.select_related("key")),
                "signer": signing,
                "signatures": int(SIGNED.read_text()),
                "audit": verify_audit().first_bad is None,
                "kek_changed": load_kek(settings.KEK_SOURCE).id != old,
            }
        )
    )


def fill() -> None:
    kek = load_kek(settings.KEK_SOURCE)
    pkcs8 = generate(KeySpec(algorithm="Ed25519"))
    for number in range(REAL):
        store_private_key(
            actor=None,
            pkcs8=generate(KeySpec(algorithm="Ed25519")),
            name=f"real {number}",
            origin=KeyOrigin.IMPORTED,
        )
    now = timezone.now()
    rows = PrivateKey.objects.bulk_create(
        PrivateKey(
            name=f"filler {number}",
            algorithm="Ed25519",
            size=256,
            spki=b"",
            spki_sha256=f"{number:064x}",
            origin=KeyOrigin.IMPORTED,
            state=KeyState.ACTIVE,
            state_since=now,
            created_at=now,
        )
        for number in range(KEYS - REAL)
    )
    sealed = [seal(pkcs8, kek=kek, context=key_context(row.pk, row.spki_sha256)) for row in rows]
    SealedKey.objects.bulk_create(
        SealedKey(key=row, kek_id=kek.id, sealed=one.to_bytes())
        for row, one in zip(rows, sealed, strict=True)
    )


def sign_on() -> None:
    """Open one real key after the other until told to stop; a refusal ends in another exit code."""
    count = 0
    while not STOP.exists():
        key = PrivateKey.objects.filter(name=f"real {count % REAL}").get()
        open_private_key(key=key, purpose=SIGN)
        count += 1
        time.sleep(0.002)
    SIGNED.write_text(str(count))


def killed_at(count: int) -> bool:
    """Rotate, and kill it when so many keys are under the new key."""
    child = forked(lambda: rotate_to(NEW))
    watch = sqlite3.connect(DATA / "pkiadmin.sqlite3")
    try:
        while True:
            done = watch.execute(
                "SELECT count(*) FROM certificates_sealedkey WHERE kek_id <> "
                "(SELECT kek_id FROM certificates_sealedkey ORDER BY key_id DESC LIMIT 1)"
            ).fetchone()[0]
            if done >= count:
                break
            ended, _ = os.waitpid(child, os.WNOHANG)
            if ended:
                return False
            time.sleep(0.001)
    finally:
        watch.close()
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def forked(act: object) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        act()  # type: ignore[operator]  # a function without arguments
        code = 0
    finally:
        os._exit(code)


def waited(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def left(kek_id: str) -> int:
    return SealedKey.objects.filter(kek_id=kek_id).count()


def opens(row: SealedKey) -> bool:
    context = key_context(row.key_id, row.key.spki_sha256)
    return bool(opened(bytes(row.sealed), context=context))


main()
