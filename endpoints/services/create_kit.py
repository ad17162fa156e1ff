from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from endpoints.kit_refusals import KitNotProven
from endpoints.kit_specs import KitNotes
from endpoints.models import Kit, KitStage
from endpoints.services.note_kit import note_kit
from pki.kits.proof import proof_from_json


def create_kit(
    *, actor: User, kit: Kit, notes: KitNotes, request: HttpRequest | None = None
) -> Kit:
    """Make a begun kit a kit, and note in services, accounts and trust stores what is to be noted.

    All of it or nothing; sent twice, it is done once. Raises `KitNotProven`, `TrustNotPreviewed` (see
    `propose_trust`), and what the services of services, accounts and trust stores refuse with.
    """
    with transaction.atomic():
        row = Kit.objects.select_for_update(of=("self",)).with_parts().get(pk=kit.pk)
        if row.stage == KitStage.CREATED:
            return row
        if not row.is_proven:
            raise KitNotProven(proof_from_json(row.proof))
        row.name = notes.name
        row.stage = KitStage.CREATED
        noted = note_kit(actor=actor, kit=row, notes=notes, request=request)
        row.save()
        record(
            actor=actor,
            action="kit.created",
            subject=row,
            data={
                "server_sha256": row.server_certificate.sha256,
                "client_sha256": row.client_certificate.sha256,
                "account": row.account_name,
                "noted": noted,
            },
            request=request,
        )
    return row
