from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import QuerySet

from audit.chain import ONLY_ROW
from audit.models import AuditKey
from audit.services.record import record
from certificates.kek import seal_with
from certificates.models import ImportUpload, SealedKey, SealingKey
from pki.errors import KekUnusable, SealBroken
from pki.keyring import find_kek
from pki.sealing import Kek, Sealed, rewrap

# Small enough that nobody who signs or imports meanwhile waits for the writer of SQLite.
BATCH = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotated:
    """How many sealed values are under the new key now because of this run, and which could not be.

    Those in `broken` open with no key that is here: they were damaged before, or their key is gone.
    """

    rewrapped: int
    broken: tuple[str, ...]


def rotate_kek(*, new: Kek) -> Rotated:
    """Put every data key under another key-encryption key; the values themselves are not touched.

    First the new key begins to seal what is new, then batch after batch is wrapped again, each in a
    transaction of its own. Killed at any point, the next run goes on with what is left; both keys
    have to be here meanwhile (`pki.keyring`), and everything is readable all the time.
    """
    _begin(new)
    count = _audit_key(new)
    broken: list[str] = []
    count += sum(_batches(SealedKey.objects.exclude(kek_id=new.id), new, broken))
    count += sum(_batches(ImportUpload.objects.exclude(sealed=b""), new, broken))
    return Rotated(rewrapped=count, broken=tuple(broken))


@transaction.atomic
def _begin(new: Kek) -> None:
    before = SealingKey.objects.values_list("kek_id", flat=True).first()
    if before == new.id:
        return
    seal_with(new)
    record(
        actor=None,
        action="kek.rotation_begun",
        data={"before": before or "", "after": new.id},
    )


@transaction.atomic
def _audit_key(new: Kek) -> int:
    row = AuditKey.objects.select_for_update().filter(pk=ONLY_ROW).first()
    if row is None:
        return 0
    wrapped = _rewrapped(bytes(row.sealed), new)
    if wrapped is None:
        return 0
    row.sealed = wrapped
    row.save(update_fields=["sealed"])
    return 1


def _batches(
    rows: QuerySet[SealedKey] | QuerySet[ImportUpload], new: Kek, broken: list[str]
) -> Iterator[int]:
    """How many of each batch were wrapped again, in the order of the primary key."""
    last = 0
    while True:
        with transaction.atomic():
            behind = rows.filter(pk__gt=last).order_by("pk").select_for_update()
            batch = list(behind.values_list("pk", "sealed")[:BATCH])
            if not batch:
                return
            last = batch[-1][0]
            wrapped: dict[int, bytes] = {}
            for pk, stored in batch:
                try:
                    again = _rewrapped(bytes(stored), new)
                except (SealBroken, KekUnusable):
                    broken.append(f"{rows.model._meta.verbose_name} {pk}")
                    continue
                if again is not None:
                    wrapped[pk] = again
            _write(rows.model, wrapped, new)
        yield len(wrapped)


def _rewrapped(stored: bytes, new: Kek) -> bytes | None:
    """The same value under the new key; None when it is there already."""
    sealed = Sealed.from_bytes(stored)
    if sealed.kek_id == new.id:
        return None
    old = find_kek(settings.KEK_SOURCE, sealed.kek_id)
    return rewrap(sealed, old=old, new=new).to_bytes()


def _write(model: type[models.Model], wrapped: Mapping[int, bytes], new: Kek) -> None:
    # One statement for all rows: a query for each would take most of the time.
    if not wrapped:
        return
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    values: list[tuple[bytes | str | int, ...]]
    if model is SealedKey:
        settings_of_row = "sealed = %s, kek_id = %s"
        values = [(data, new.id, pk) for pk, data in wrapped.items()]
    else:
        settings_of_row = "sealed = %s"
        values = [(data, pk) for pk, data in wrapped.items()]
    statement = f"UPDATE {table} SET {settings_of_row} WHERE {key} = %s"  # noqa: S608  (names of our own models)
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
