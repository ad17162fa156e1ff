"""A console of real processes that are killed, cut off and moved to another machine."""

from __future__ import annotations

import http.client
import os
import random
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.e2e.console import Console
from tests.e2e.material import many_certificates

# One console for all of them.
pytestmark = pytest.mark.timeout(900)

# FAULT_KILLS=200 for the full measure: the leases then run out by themselves.
ON_REQUEST = "FAULT_KILLS" in os.environ
KILLS = int(os.environ.get("FAULT_KILLS", "20"))
JOBS = 40 if not ON_REQUEST else 4 * KILLS
BLOCKS = 25
DONE_WITHIN = 120.0
PARTS = {"web": "gunicorn", "worker": " worker ", "beat": " beat "}

SIGN_IN = """
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from pkiadmin.roles import Role, give_role
user = User.objects.create_user("ada", password="correct horse 9")
give_role(user, Role.ADMINISTRATOR)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "pkiadmin.sign_in.SignInBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(session.session_key)
"""
REQUEST_IMPORTS = """
import pathlib, uuid
from certificates.services.request_import import request_import
from certificates.specs import Upload
for path in sorted(pathlib.Path({folder!r}).glob("*.pem")):
    upload = Upload(name=path.name, content=path.read_bytes())
    request_import(actor=None, files=[upload], token=uuid.uuid4())
"""
MAKE_KEYS = """
from certificates.models import KeyOrigin
from certificates.services.store_private_key import store_private_key
from pki.key_generation import KeySpec, generate
for number, algorithm in enumerate(("RSA-2048", "P-256", "Ed25519", "Ed448")):
    store_private_key(
        actor=None, name=f"kept {number}", origin=KeyOrigin.GENERATED,
        pkcs8=generate(KeySpec(algorithm=algorithm)),
    )
"""
OPEN_KEYS = """
from certificates.models import PrivateKey
from certificates.services.open_private_key import SIGN, open_private_key
print(sum(bool(open_private_key(key=key, purpose=SIGN)) for key in PrivateKey.objects.all()))
"""


def shell(console: Console, code: str) -> str:
    return console.manage("shell", "-v", "0", "-c", code).strip()


def answer(console: Console, path: str, session: str = "") -> int:
    """The status of a page; 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", console.port, timeout=20)
    try:
        connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


@pytest.fixture(scope="module")
def session(console: Console) -> str:
    """The session of an administrator."""
    return shell(console, SIGN_IN)


# Killed at random -------------------------------------------------------------------------------


def test_processes_killed_at_random_lose_nothing_and_double_nothing(
    console: Console, tmp_path: Path
) -> None:
    for number in range(JOBS):
        (tmp_path / f"{number:04}.pem").write_bytes(many_certificates(BLOCKS, f"Killed {number}"))
    shell(console, REQUEST_IMPORTS.format(folder=str(tmp_path)))
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    killed = [kill_one(console, chance) for _ in range(KILLS)]
    assert len(set(killed)) == len(PARTS), (seed, killed)
    if not ON_REQUEST:
        let_leases_run_out(console)
    since = time.monotonic()
    waiting = (
        "SELECT count(*) FROM jobs_job WHERE kind = 'import' AND state IN ('queued', 'running')"
    )
    while console.ask(waiting)[0][0]:
        assert time.monotonic() - since < DONE_WITHIN, f"seed {seed}\n{console.said}"
        time.sleep(0.2)
    assert console.ask(
        "SELECT state, count(*) FROM jobs_job WHERE kind = 'import' GROUP BY state"
    ) == [("done", JOBS)], seed
    blocks = "SELECT count(*), count(DISTINCT certificate_id) FROM certificates_importblock"
    assert console.ask(f"{blocks} WHERE outcome = 'imported'") == [(JOBS * BLOCKS,) * 2], seed
    assert console.ask(blocks) == [(JOBS * BLOCKS,) * 2], seed
    told = "SELECT count(*), count(DISTINCT subject_id) FROM audit_auditevent WHERE action = ?"
    assert console.ask(told, "certificates.imported") == [(JOBS, JOBS)], seed
    assert "is whole" in console.manage("verify_audit")
    while answer(console, "/healthz") != 200:
        assert time.monotonic() - since < DONE_WITHIN, console.said
        time.sleep(0.2)


def kill_one(console: Console, chance: random.Random) -> str:
    """SIGKILL for one process of the web server, the worker or the scheduler; which it was."""
    time.sleep(chance.uniform(0.0, 0.6))
    while True:
        part = chance.choice(sorted(PARTS))
        found = [pid for pid, said in console.processes().items() if PARTS[part] in said]
        if not found:
            # Not yet started again.
            time.sleep(0.05)
            continue
        try:
            os.kill(chance.choice(sorted(found)), signal.SIGKILL)
        except ProcessLookupError:
            continue
        return part


def let_leases_run_out(console: Console) -> None:
    """What a minute does: nobody who was killed holds a job, and no message is still on its way."""
    database = sqlite3.connect(console.data / "pkiadmin.sqlite3", timeout=20)
    with closing(database), database:
        database.execute(
            "UPDATE jobs_job SET lease_until = '2001-01-01 00:00:00' WHERE state = 'running'"
        )
        database.execute(
            "UPDATE jobs_job SET sent_at = '2001-01-01 00:00:00' WHERE state = 'queued'"
        )


# Half an upload ----------------------------------------------------------------------------------


def test_half_an_upload_leaves_nothing(console: Console, session: str) -> None:
    before = stored(console)
    token = "a" * 32
    part = b'--x\r\nContent-Disposition: form-data; name="uploads"; filename="half.pem"\r\n\r\n'
    body = part + many_certificates(500, "Half")
    head = (
        "POST /import/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: sessionid={session}; csrftoken={token}\r\nX-CSRFToken: {token}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {2 * len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", console.port), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        time.sleep(0.5)
    # Another request is answered at once, and the half one left no trace of itself.
    assert answer(console, "/import/", session) == 200
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        assert stored(console) == before
        time.sleep(0.2)
    temporary = Path(console.environment["TMPDIR"]).rglob("*")
    assert [path for path in temporary if path.is_file()] == []
    assert "Half 00001" not in console.said


def stored(console: Console) -> list[int]:
    counted = ("certificates_importupload", "certificates_certificate", "audit_auditevent")
    return [console.ask(f"SELECT count(*) FROM {table}")[0][0] for table in counted]


# Another machine -------------------------------------------------------------------------------


@pytest.fixture
def empty_machine() -> Iterator[Path]:
    with TemporaryDirectory(prefix="pkiadmin-restored-") as folder:
        yield Path(folder)


def test_a_copy_of_the_database_and_the_key_is_the_console(
    console: Console, session: str, empty_machine: Path
) -> None:
    shell(console, MAKE_KEYS)
    # As docs/operations.md says: the database while the console runs, the key, and SECRET_KEY.
    with (
        closing(sqlite3.connect(console.data / "pkiadmin.sqlite3")) as running,
        closing(sqlite3.connect(empty_machine / "pkiadmin.sqlite3")) as copy,
    ):
        running.backup(copy)
    for name in ("kek", "secret_key"):
        shutil.copy2(console.data / name, empty_machine / name)
    restored = Console(empty_machine).start()
    try:
        assert "Password" not in restored.said
        assert answer(restored, "/keys/", session) == 200
        keys = console.ask("SELECT count(*) FROM certificates_sealedkey")[0][0]
        assert keys >= 4
        assert int(shell(restored, OPEN_KEYS)) == keys
        assert "is whole" in restored.manage("verify_audit")
    finally:
        restored.stop()


def test_a_copy_without_the_key_says_so_and_makes_no_other(
    console: Console, session: str, empty_machine: Path
) -> None:
    with (
        closing(sqlite3.connect(console.data / "pkiadmin.sqlite3")) as running,
        closing(sqlite3.connect(empty_machine / "pkiadmin.sqlite3")) as copy,
    ):
        running.backup(copy)
    restored = Console(empty_machine)
    with pytest.raises(AssertionError):
        restored.start()
    assert "key-encryption key" in restored.said
    assert "Traceback" not in restored.said
    assert not (empty_machine / "kek").exists()
