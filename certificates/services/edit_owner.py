from __future__ import annotations

from dataclasses import asdict

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.key_specs import OwnerWanted
from certificates.models import Owner


@transaction.atomic
def edit_owner(
    *, actor: User, owner: Owner, wanted: OwnerWanted, request: HttpRequest | None = None
) -> None:
    """Change who an owner is. Raises `IntegrityError` where another one is that already."""
    row = Owner.objects.select_for_update().get(pk=owner.pk)
    before = OwnerWanted(kind=row.kind, name=row.name, email=row.email)
    if before == wanted:
        return
    row.kind, row.name, row.email = wanted.kind, wanted.name, wanted.email
    row.save()
    record(
        actor=actor,
        action="owner.edited",
        subject=row,
        data={"before": asdict(before), "after": asdict(wanted)},
        request=request,
    )
