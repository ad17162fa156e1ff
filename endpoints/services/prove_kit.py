from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from audit.services.record import record
from certificates.services.open_private_key import SIGN, open_private_key
from endpoints.models import Kit
from endpoints.services.show_sides import KitSide, show_sides
from pki.formats.export_key import export_pkcs8_unencrypted
from pki.kits.archive import pack, unpack
from pki.kits.files import make_kit
from pki.kits.identity import Identity, read_identity
from pki.kits.meeting import Own, Side
from pki.kits.proof import Proof, prove


def prove_kit(
    *,
    kit: Kit,
    actor: User,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Proof:
    """Make the files of both sides in memory, shake hands with them, and keep what came of it.

    The keys are opened for signing, and nothing of them is kept. Raises `KeyRefused` for a key that
    may not be used, `KitRefused` and `NotDecodable` for certificates of which no kit can be made.
    """
    proof = try_kit(kit=kit, actor=actor, request=request, moment=moment)
    with transaction.atomic():
        keep_proof(kit, proof)
        record(
            actor=actor,
            action="kit.proven" if proof.passed else "kit.not_proven",
            subject=kit,
            data=proof_data(proof),
            request=request,
        )
    return proof


def try_kit(
    *,
    kit: Kit,
    actor: User,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Proof:
    """The same without keeping it."""
    now = moment or timezone.now()
    sides = show_sides(kit, moment=now)
    owns = {side: open_own(one, actor=actor, request=request) for side, one in sides.items()}
    made = make_kit(meeting=kit.meeting(now), server=owns[Side.SERVER], client=owns[Side.CLIENT])
    identities = {side: as_peer(pack(made.of(side)), side) for side in Side}
    return prove(
        server=identities[Side.SERVER],
        client=identities[Side.CLIENT],
        addresses=made.meeting.addresses,
        moment=now,
    )


@sensitive_variables()
def open_own(side: KitSide, *, actor: User, request: HttpRequest | None) -> Own:
    """A side with its key, for a handshake in memory; of a key that is elsewhere, without."""
    if side.key is None:
        return Own(shown=side.shown)
    pkcs8 = open_private_key(key=side.key, purpose=SIGN, actor=actor, request=request)
    return Own(shown=side.shown, key_pem=export_pkcs8_unencrypted(pkcs8), encrypted=False)


def as_peer(packed: bytes, side: Side) -> Identity:
    """A side read from the bytes of its archive, whose key is not encrypted."""
    return read_identity(unpack(packed), side)


def keep_proof(kit: Kit, proof: Proof) -> None:
    """What was proven last, on the row."""
    kit.proof = proof.to_json()
    kit.proven_at = proof.moment
    Kit.objects.filter(pk=kit.pk).update(proof=kit.proof, proven_at=kit.proven_at)


def proof_data(proof: Proof) -> dict[str, str]:
    """The proof as the log keeps it: what failed, in OpenSSL's numbers."""
    failed = [
        f"{one.check} {one.about}: {one.number or one.fault or one.alert} at {one.depth}"
        for one in proof.attempts
        if not one.passed
    ]
    return {"failed": "; ".join(failed), "openssl": proof.openssl_version}
