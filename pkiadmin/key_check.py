"""Whether the key-encryption key is the one that this database was sealed with."""

from __future__ import annotations

import hmac
import sys

from django.conf import settings
from django.db import DatabaseError

from pki.errors import KekUnusable
from pki.kek import load_kek, make_kek_file
from pki.keyring import present_keks
from pkiadmin.models import KeyCheck

ONLY_ROW = 1

# gunicorn restarts a worker that ends with any other code, and stops at this one.
EXIT_CODE = 3


def check_kek() -> None:
    """Load the key and compare it with the check value; raises `KekUnusable`.

    The first start makes both. A key is made only in the default place and only while the database
    has no check value: a lost key is reported, never replaced.
    """
    source = settings.KEK_SOURCE
    row = KeyCheck.objects.filter(pk=ONLY_ROW).first()
    if row is None and source.is_file and source.may_make:
        make_kek_file(source)
    kek = load_kek(source)
    value = kek.key_check_value()
    if row is None:
        row, _ = KeyCheck.objects.get_or_create(pk=ONLY_ROW, defaults={"value": value})
    # While a rotation ends, the value may already be that of the key which lies beside this one.
    values = [value, *(beside.key_check_value() for beside in present_keks(source)[1:])]
    if not any(hmac.compare_digest(row.value, one) for one in values):
        raise KekUnusable(why="it is not the key this database was sealed with", where=_place())


def _place() -> str:
    source = settings.KEK_SOURCE
    if source.is_file:
        return str(source.file)
    return "command" if source.command else "variable"


def check_kek_or_exit() -> None:
    """The check at the start of a process: one clear line, and an exit code that is not 0."""
    try:
        check_kek()
    except KekUnusable as error:
        sys.stderr.write(f"pkiadmin: {sentence(error)}\n")
    except DatabaseError as error:
        sys.stderr.write(
            "pkiadmin: the key-encryption key cannot be checked: "
            f"the database does not answer as it should ({type(error).__name__}); is it migrated?\n"
        )
    else:
        return
    sys.stderr.flush()
    raise SystemExit(EXIT_CODE)


def sentence(error: KekUnusable) -> str:
    where = {"command": "PKIADMIN_KEK_COMMAND", "variable": "PKIADMIN_KEK"}
    place = str(error.data.get("where", ""))
    return (
        f"The key-encryption key of {where.get(place, place)} cannot be used: "
        f"{error.data.get('why', '')}."
    )
