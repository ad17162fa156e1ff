from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.key_specs import KeyAbout
from certificates.models import Label, PrivateKey, PublicKey
from certificates.services.find_owner import find_owner


@transaction.atomic
def edit_key(
    *,
    actor: User,
    key: PrivateKey | PublicKey,
    about: KeyAbout,
    request: HttpRequest | None = None,
) -> None:
    """Change what people say about a key: its name, owner, labels and note."""
    row = type(key).objects.select_for_update(of=("self",)).get(pk=key.pk)
    before = {"name": row.name, "owner": str(row.owner or "")}
    row.name = about.name
    row.owner = find_owner(about)
    row.note = about.note
    row.save(update_fields=["name", "owner", "note"])
    had = set(row.labels.values_list("name", flat=True))
    row.labels.set([Label.objects.get_or_create(name=name)[0] for name in about.labels])
    Label.objects.unused().filter(name__in=had - set(about.labels)).delete()
    record(
        actor=actor,
        action="key.edited",
        subject=row,
        data={
            "before": before,
            "after": {"name": row.name, "owner": str(row.owner or "")},
            "labels": list(about.labels),
        },
        request=request,
    )
