"""Threat 3: a private key or passphrase in no place but the sealed column."""

from __future__ import annotations

import base64
import logging
import os
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from certificates.models import PrivateKey, SealedKey
from certificates.services.open_private_key import EXPORT, open_private_key
from jobs.models import Job
from jobs.services.work_job import work_job
from tests.certificates.keys.material import notations, pkcs8_of, secrets_of
from tests.pki.real_tools import run

PASSPHRASE = "a canary sang at the pit head"
EXPORT_PASSPHRASE = "another bird sat in the cage"


def test_notations_find_what_is_hidden_in_base64() -> None:
    secret = pkcs8_of("Ed25519")[-32:]
    for before in range(3):
        hidden = base64.b64encode(b"x" * before + secret + b"yyy")
        assert any(needle in hidden for needle in notations(secret))


@pytest.fixture
def temporary() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("*"))


@pytest.fixture
def overheard(broker: Path) -> Iterator[list[bytes]]:
    """Every command that Redis gets while the test runs."""
    heard: list[bytes] = []
    connected = redis.Redis(unix_socket_path=str(broker))
    with connected.monitor() as monitor:  # type: ignore[no-untyped-call]  # redis leaves it untyped
        listener = threading.Thread(
            target=lambda: heard.extend(_until_the_end(monitor)), daemon=True
        )
        listener.start()
        yield heard
        with redis.Redis(unix_socket_path=str(broker)) as other:
            other.echo("the end of the test")
        listener.join(timeout=5)
    connected.close()


def _until_the_end(monitor: Any) -> Iterator[bytes]:
    for said in monitor.listen():
        yield str(said["command"]).encode()
        if "the end of the test" in str(said["command"]):
            return


def database_files() -> bytes:
    """What lies on the disk, the write-ahead log included, and every row as the server gives it."""
    parts = []
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        parts += [
            Path(name + end).read_bytes() for end in ("", "-wal") if Path(name + end).exists()
        ]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            parts += [
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                for row in cursor.fetchall()
                for value in row
            ]
    return b"\n".join(parts)


@pytest.mark.django_db(transaction=True)
def test_no_store_holds_a_private_byte_or_a_passphrase(
    client_for: Callable[..., Client],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    overheard: list[bytes],
    temporary: set[Path],
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    client = client_for("administrator")
    client.raise_request_exception = False
    client.post(reverse("account_reauthenticate"), {"password": "correct horse 9"})
    answers: list[bytes] = []

    def post(name: str, data: dict[str, Any], *args: int) -> Any:
        answer = client.post(reverse(f"certificates:{name}", args=args), data)
        answers.append(answer.content)
        return answer

    # Import: opened, with a wrong passphrase, pasted, and a file that is no key.
    plain = tmp_path / "canary.der"
    plain.write_bytes(pkcs8_of("RSA-2048", 9))
    content = run(
        "openssl",
        "pkcs8",
        "-topk8",
        "-inform",
        "DER",
        "-in",
        plain,
        "-passout",
        f"pass:{PASSPHRASE}",
    )
    pasted = run("openssl", "pkey", "-inform", "DER", "-in", plain).decode()
    form = {"wanted": "private", "token": str(uuid.uuid4()), "passphrase": PASSPHRASE}
    post(
        "key_import",
        form | {"upload": SimpleUploadedFile("k", content), "passphrase": PASSPHRASE + "!"},
    )
    post("key_import", form | {"pasted": pasted[: len(pasted) // 2]})
    post("key_import", form | {"upload": SimpleUploadedFile("k", content), "pasted": pasted})
    assert (
        post("key_import", form | {"upload": SimpleUploadedFile("k", content)}).status_code == 302
    )
    imported = PrivateKey.objects.get()
    # Generation, at once and by a job.
    for algorithm in ("Ed25519", "P-256", "RSA-4096"):
        post("key_new", {"name": algorithm, "algorithm": algorithm, "token": str(uuid.uuid4())})
    work_job(job_id=Job.objects.get(kind="generate_key").pk)
    assert PrivateKey.objects.count() == 4
    # Export, and what goes wrong on the way.
    wanted = {
        "form": "pkcs8",
        "reason": "canary",
        "passphrase": EXPORT_PASSPHRASE,
        "passphrase_again": EXPORT_PASSPHRASE,
    }
    assert b"ENCRYPTED" in post("key_export", wanted, imported.pk).content
    post("key_export", wanted | {"passphrase_again": EXPORT_PASSPHRASE + "!"}, imported.pk)
    post("key_export", wanted | {"form": "pkcs12"}, imported.pk)
    private = {
        key.pk: open_private_key(key=key, purpose=EXPORT) for key in PrivateKey.objects.all()
    }
    with monkeypatch.context() as broken:
        # The exception inside: raised where the opened key and the passphrase are at hand.
        for place in ("open_private_key.public_part", "export_private_key.export_pkcs8"):
            broken.setattr(f"certificates.services.{place}", _fail)
            assert post("key_export", wanted, imported.pk).status_code == 500
    sealed = SealedKey.objects.get(key=imported)
    SealedKey.objects.filter(key=imported).update(sealed=bytes(sealed.sealed)[:-1] + b"\0")
    assert post("key_export", wanted, imported.pk).status_code == 400
    told = capfd.readouterr()
    logged = "\n".join(logging.Formatter("%(message)s").format(entry) for entry in caplog.records)
    assert "certificates/services/open_private_key.py" in logged

    left = b"".join(
        path.read_bytes()
        for path in set(Path(tempfile.gettempdir()).glob("*")) - temporary
        if path.is_file() and os.access(path, os.R_OK)
    )
    data = b"".join(
        path.read_bytes() for path in Path(settings.DATA_FOLDER).rglob("*") if path.is_file()
    )
    stores = {
        "database": database_files(),
        "redis": b"\n".join(overheard),
        "log": logged.encode(),
        "output": (told.out + told.err).encode(),
        "answers": b"\n".join(answers),
        "temporary files": left,
        "data folder": data,
    }
    assert b"generate" in stores["redis"] or b"jobs" in stores["redis"]
    needles = [
        needle
        for pkcs8 in private.values()
        for one in secrets_of(pkcs8)
        for needle in notations(one)
    ]
    needles += [
        needle for words in (PASSPHRASE, EXPORT_PASSPHRASE) for needle in notations(words.encode())
    ]
    for store, held in stores.items():
        assert not any(needle in held for needle in needles), store


def _fail(*_: Any, **__: Any) -> bytes:
    raise RuntimeError("on purpose")
