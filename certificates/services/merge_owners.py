from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import KeyUse, Owner


@transaction.atomic
def merge_owners(
    *, actor: User, owner: Owner, into: Owner, request: HttpRequest | None = None
) -> int:
    """Let everything of one owner be another's, and forget the first; how many things moved.

    Which things those are Django's own table of relations says, so that those of apps above move
    as well. A use that both have for the same key and place is one use afterwards.
    """
    rows = {
        row.pk: row for row in Owner.objects.select_for_update().filter(pk__in=(owner.pk, into.pk))
    }
    if len(rows) != 2:
        raise Owner.DoesNotExist
    gone, stays = rows[owner.pk], rows[into.pk]
    for use in KeyUse.objects.filter(owner=gone):
        same = {"spki_sha256": use.spki_sha256, "protocol": use.protocol, "place": use.place}
        if KeyUse.objects.filter(owner=stays, **same).exists():
            use.delete()
    moved = 0
    for relation in Owner._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            column = relation.field.name
            of_them: Any = relation.field.model
            moved += of_them.objects.filter(**{column: gone}).update(**{column: stays})
    if not stays.email and gone.email:
        stays.email = gone.email
        stays.save(update_fields=["email"])
    said = str(gone)
    gone.delete()
    record(
        actor=actor,
        action="owner.merged",
        subject=stays,
        data={"name": said, "number": owner.pk, "moved": moved},
        request=request,
    )
    return moved
