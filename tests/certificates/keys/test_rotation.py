"""A new key-encryption key: wrapped again while the console goes on, killed at any point."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.services.verify_audit import verify_audit
from certificates.kek import open_upload
from certificates.models import ImportUpload, PrivateKey, SealedKey
from certificates.services.open_private_key import SIGN, open_private_key
from certificates.services.request_import import request_import
from certificates.specs import Upload
from jobs.models import Job
from pki.errors import KekUnusable
from pki.kek import KekSource, load_kek, make_kek_file
from pki.keyring import next_file
from pkiadmin.kek_rotation import rotate_to
from pkiadmin.key_check import check_kek

PROGRAM = Path(__file__).parent / "rotating.py"


@pytest.fixture
def source(tmp_path: Path, settings: Any) -> Iterator[KekSource]:
    """A key-encryption key of the test's own."""
    source = KekSource(file=tmp_path / "kek", may_make=True)
    make_kek_file(source)
    settings.KEK_SOURCE = source
    load_kek.cache_clear()
    yield source
    load_kek.cache_clear()


@pytest.mark.timeout(180)
def test_ten_kills_over_ten_thousand_keys_lose_nothing_while_others_sign(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path), "10000", "10"],
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert done.returncode == 0, done.stderr
    saw = json.loads(done.stdout)
    assert saw.pop("left_before_the_last") > 0
    assert saw.pop("signatures") > 100
    assert saw == {
        "deaths": 10,
        "left": 0,
        "opened": 10_000,
        "signer": 0,
        "audit": True,
        "kek_changed": True,
    }


@pytest.mark.django_db
def test_everything_that_is_sealed_is_wrapped_again_and_opens(
    source: KekSource, stored: Callable[..., PrivateKey], tmp_path: Path
) -> None:
    check_kek()
    old = load_kek(source)
    key = stored()
    request_import(actor=None, files=[Upload(name="x", content=b"held")], token=uuid.uuid4())
    before = bytes(SealedKey.objects.get().sealed)
    assert rotate_to(tmp_path / "new").broken == ()
    after = bytes(SealedKey.objects.get().sealed)
    assert before != after
    # The ciphertext itself stays: only the data key was wrapped again.
    assert before[-40:] == after[-40:]
    assert open_private_key(key=key, purpose=SIGN)
    upload = ImportUpload.objects.get()
    job = Job.objects.get(kind="import")
    assert open_upload(bytes(upload.sealed), job_id=job.pk, number=1) == b"held"
    assert verify_audit().first_bad is None
    assert load_kek.__wrapped__(source).id != old.id
    assert not next_file(source).exists()
    assert source.file.stat().st_mode & 0o777 == 0o400
    load_kek.cache_clear()
    check_kek()
    assert open_private_key(key=key, purpose=SIGN)


@pytest.mark.django_db
def test_a_process_that_started_before_goes_on_and_seals_with_the_new_key(
    source: KekSource, stored: Callable[..., PrivateKey], tmp_path: Path
) -> None:
    check_kek()
    stored("P-256")
    old = load_kek(source)
    rotate_to(tmp_path / "new")
    # The cache of this process still holds the old key.
    assert load_kek(source) is old
    key = stored("Ed25519")
    assert SealedKey.objects.get(key=key).kek_id == load_kek.__wrapped__(source).id
    assert open_private_key(key=key, purpose=SIGN)


@pytest.mark.django_db
def test_a_second_rotation_to_another_key_is_refused_while_one_is_under_way(
    source: KekSource, stored: Callable[..., PrivateKey], tmp_path: Path
) -> None:
    check_kek()
    stored()
    make_kek_file(KekSource(file=next_file(source)))
    with pytest.raises(KekUnusable, match="under way"):
        rotate_to(tmp_path / "third")


@pytest.mark.django_db
def test_what_was_damaged_before_is_named_and_does_not_stop_the_others(
    source: KekSource, stored: Callable[..., PrivateKey], tmp_path: Path
) -> None:
    check_kek()
    damaged, whole = stored("P-256"), stored("Ed25519")
    row = SealedKey.objects.get(key=damaged)
    sealed = bytearray(row.sealed)
    sealed[30] ^= 1
    SealedKey.objects.filter(key=damaged).update(sealed=bytes(sealed))
    assert rotate_to(tmp_path / "new").broken == (f"sealed key {damaged.pk}",)
    assert open_private_key(key=whole, purpose=SIGN)
