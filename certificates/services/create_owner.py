from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.key_specs import OwnerWanted
from certificates.models import Owner


@transaction.atomic
def create_owner(*, actor: User, wanted: OwnerWanted, request: HttpRequest | None = None) -> Owner:
    """Note an owner; one of that kind and name that is here already is given back as it is."""
    owner, is_new = Owner.objects.get_or_create(
        kind=wanted.kind, name=wanted.name, defaults={"email": wanted.email}
    )
    if is_new:
        record(
            actor=actor,
            action="owner.created",
            subject=owner,
            data={"kind": owner.get_kind_display().lower()},
            request=request,
        )
    return owner
