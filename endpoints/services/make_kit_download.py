from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from audit.services.record import record
from certificates.key_specs import ExportForm, ExportOrder
from certificates.services.export_private_key import export_private_key
from certificates.services.make_download import Download
from endpoints.kit_refusals import KitClosed, KitNotProven
from endpoints.models import Kit, KitStage
from endpoints.services.prove_kit import as_peer, keep_proof, open_own, proof_data
from endpoints.services.show_sides import KitSide, show_sides
from pki.formats.write import safe_file_name
from pki.kits.archive import pack
from pki.kits.files import make_kit
from pki.kits.guard import check_archive
from pki.kits.identity import read_identity
from pki.kits.meeting import Meeting, Own, Side
from pki.kits.proof import Proof, prove


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    """An archive that was looked at and proven."""

    packed: bytes = field(repr=False)
    proof: Proof


@sensitive_variables()
def make_kit_download(
    *,
    actor: User,
    kit: Kit,
    side: Side,
    order: ExportOrder | None = None,
    request: HttpRequest | None = None,
) -> Download:
    """The archive of one side: made, looked at, proven with these very bytes, audited, handed out.

    `order` says how the side's private key leaves, as with every export; it is not needed where the
    key is elsewhere. The caller has seen to the rights and to a recent sign-in. Nothing is kept, and
    nothing is handed out unless the handshakes in both directions have passed. Raises `KitClosed`,
    `KitNotProven`, `KeyRefused`, the faults of `pki.formats.export_key`, `KitRefused` and, where
    something is badly wrong with the console itself, `KitLeaks`.
    """
    if kit.stage != KitStage.CREATED:
        raise KitClosed
    moment = timezone.now()
    sides = show_sides(kit, moment=moment)
    own = sides[side]
    other = open_own(sides[side.other], actor=actor, request=request)

    ready: list[_Made] = []

    @sensitive_variables()
    def make(key_pem: bytes | None) -> None:
        ready.append(_made(kit.meeting(moment), own, key_pem, order, other))

    if own.key is None:
        make(None)
    else:
        assert order is not None  # noqa: S101  (the form asks for it where there is a key)
        export_private_key(
            actor=actor,
            key=own.key,
            order=order,
            # What does not pass is not exported, and so not in the log as if it had been.
            inspect=make,
            request=request,
        )
    (made,) = ready
    _note(actor, kit, own, order, made, request)
    return Download(
        content=made.packed,
        file_name=safe_file_name(f"{kit.name}-{side}", suffix=".zip"),
        content_type="application/zip",
    )


@sensitive_variables()
def _made(
    meeting: Meeting,
    side: KitSide,
    key_pem: bytes | None,
    order: ExportOrder | None,
    other: Own,
) -> _Made:
    """The archive with this key file in it; raises where it does not pass."""
    encrypted = order is None or order.form is not ExportForm.PLAIN
    passphrase = order.passphrase if order is not None and encrypted else None
    here, there = side.side, side.side.other
    owns = {here: Own(shown=side.shown, key_pem=key_pem, encrypted=encrypted), there: other}
    made = make_kit(meeting=meeting, server=owns[Side.SERVER], client=owns[Side.CLIENT])
    packed = pack(made.of(here))
    files = check_archive(
        packed,
        made.of(here),
        own_spki_sha256=side.shown.leaf.spki_sha256,
        passphrase=passphrase,
    )
    read = {
        here: read_identity(files, here, passphrase=passphrase),
        there: as_peer(pack(made.of(there)), there),
    }
    proof = prove(
        server=read[Side.SERVER],
        client=read[Side.CLIENT],
        addresses=meeting.addresses,
        moment=meeting.made_at,
    )
    if not proof.passed:
        raise KitNotProven(proof)
    return _Made(packed=packed, proof=proof)


@transaction.atomic
def _note(
    actor: User,
    kit: Kit,
    side: KitSide,
    order: ExportOrder | None,
    made: _Made,
    request: HttpRequest | None,
) -> None:
    """Keep the proof, and write down who takes which archive, before anybody has a byte of it."""
    keep_proof(kit, made.proof)
    record(
        actor=actor,
        action="kit.downloaded",
        subject=kit,
        data={
            "side": side.side.value,
            "archive_sha256": hashlib.sha256(made.packed).hexdigest(),
            "certificate_sha256": side.certificate.sha256,
            "key": "" if side.key is None or order is None else str(order.form),
            "reason": order.reason if order is not None else "",
            **proof_data(made.proof),
        },
        request=request,
    )
