"""The files and the check value around a rotation of the key-encryption key.

A copy of the new key lies beside the one in use until everything is wrapped with it; then the copy
takes the place of the old one by a rename. Killed at any point, the same call goes on.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction

from audit.services.record import record
from certificates.services.rotate_kek import Rotated, rotate_kek
from pki.errors import KekUnusable
from pki.kek import KekSource, load_kek, make_kek_file
from pki.keyring import next_file, present_keks
from pki.sealing import Kek
from pkiadmin.key_check import ONLY_ROW, check_kek
from pkiadmin.models import KeyCheck


def rotate_to(file: Path) -> Rotated:
    """Wrap everything with the key of that file, which is made where there is none.

    Raises `KekUnusable` where the file is no key, or a rotation to another key is under way.
    """
    source: KekSource = settings.KEK_SOURCE
    if file.absolute() in (source.file.absolute(), next_file(source).absolute()):
        raise KekUnusable(why="the new key needs a file of its own", where=str(file))
    check_kek()
    new_source = KekSource(file=file, may_make=True)
    make_kek_file(new_source)
    new = load_kek.__wrapped__(new_source)
    if _in_use(source).id != new.id:
        _lay_beside(source, file, new)
    rotated = rotate_kek(new=new)
    _finish(source, new)
    return rotated


def _in_use(source: KekSource) -> Kek:
    return present_keks(source)[0]


def _lay_beside(source: KekSource, file: Path, new: Kek) -> None:
    """Put a copy where every process looks, whole or not at all."""
    beside = next_file(source)
    fresh = beside.with_name(f"{beside.name}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(handle, "wb") as copy:
            copy.write(file.read_bytes())
            copy.flush()
            os.fsync(copy.fileno())
        os.link(fresh, beside)
    except FileExistsError:
        if present_keks(source)[1].id != new.id:
            raise KekUnusable(
                why="a rotation to another key is under way", where=str(beside)
            ) from None
    finally:
        fresh.unlink()


def _finish(source: KekSource, new: Kek) -> None:
    """Make the new key the one that a start wants, and then the one that lies in the usual place."""
    value = new.key_check_value()
    with transaction.atomic():
        if KeyCheck.objects.filter(pk=ONLY_ROW).exclude(value=value).update(value=value):
            record(actor=None, action="kek.rotation_ended", data={"after": new.id})
    old = _in_use(source)
    if source.is_file and old.id != new.id:
        retired = source.file.with_name(f"{source.file.name}.retired-{old.id}")
        if not retired.exists():
            os.link(source.file, retired)
        next_file(source).replace(source.file)
