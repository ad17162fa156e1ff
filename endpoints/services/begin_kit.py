from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.models import Certificate
from certificates.orders import RequestOrder, warnings_digest
from certificates.request_refusals import OrderRefused
from certificates.services.check_order import check_order
from certificates.services.create_request import create_request
from endpoints.kit_refusals import PairRefused
from endpoints.kit_specs import KitOrder, KitParties, NewPair
from endpoints.models import Account, Kit, KitStage, Service
from endpoints.services.find_parts import find_part
from endpoints.services.prove_kit import proof_data, try_kit
from pki.csr.spec import Profile, RequestSpec, Subject
from pki.extensions.general_names import AltName
from pki.host_names import is_address
from pki.key_generation import KeySpec
from pki.kits.meeting import Side


def begin_kit(
    *, actor: User, order: KitOrder, token: uuid.UUID, request: HttpRequest | None = None
) -> Kit:
    """Make the pairs that are to be made, try the handshakes, and keep the kit as begun.

    `token` comes with the form: the same one sent twice makes one kit and one pair for each side.
    New keys are sealed in the key store and new certificates come into the inventory, as with any
    self-signed certificate. Raises `PairRefused`, `KeyRefused`, `pki.csr.build.RequestNotBuilt`,
    `KitRefused`, and `EndpointRefused` where the service or the account is gone meanwhile.
    """
    made_for = f"{actor.pk}:{token}"
    if begun := Kit.objects.filter(token=made_for).first():
        return begun
    for side in Side:
        _look_at(order, side)
    certificates = {
        side: _certificate(actor, order, side, token, request)
        for side in (Side.SERVER, Side.CLIENT)
    }
    parties = order.parties
    kit = Kit(
        name=parties.name,
        stage=KitStage.BEGUN,
        service_id=parties.service_id,
        account_id=parties.account_id,
        service_name=parties.service_name,
        protocol=parties.protocol,
        addresses=list(parties.addresses),
        port=parties.port,
        account_name=parties.account_name,
        server_certificate=certificates[Side.SERVER],
        client_certificate=certificates[Side.CLIENT],
        renews_id=parties.renews_id,
        actor=actor,
        created_at=timezone.now(),
        token=made_for,
    )
    proof = try_kit(kit=kit, actor=actor, request=request)
    kit.proof, kit.proven_at = proof.to_json(), proof.moment
    try:
        with transaction.atomic():
            _look_for_parties(parties)
            kit.save(force_insert=True)
            record(
                actor=actor,
                action="kit.begun",
                subject=kit,
                data={
                    "protocol": str(kit.protocol),
                    "addresses": list(kit.addresses),
                    "port": kit.port,
                    "account": kit.account_name,
                    "server_sha256": kit.server_certificate.sha256,
                    "client_sha256": kit.client_certificate.sha256,
                    **proof_data(proof),
                },
                request=request,
            )
    except IntegrityError:
        # The same form, sent twice at the same moment: whoever came second has what the first made.
        begun = Kit.objects.filter(token=made_for).first()
        if begun is None:
            raise
        return begun
    return kit


def _look_for_parties(parties: KitParties) -> None:
    """Making keys takes a moment, in which somebody may delete whom they are made for."""
    for rows, pk in (
        (Service.objects.all(), parties.service_id),
        (Account.objects.all(), parties.account_id),
        (Kit.objects.all(), parties.renews_id),
    ):
        find_part(rows, pk)


def _look_at(order: KitOrder, side: Side) -> None:
    """Nothing is made of one side before both have been looked at."""
    wanted = order.of(side)
    if not isinstance(wanted, NewPair):
        return
    findings = check_order(_request_order(order.parties, side, wanted), moment=timezone.now())
    digest = warnings_digest(findings)
    stops = [found for found in findings if found.severity.value == "error"]
    if stops or (digest and digest not in order.accepted):
        raise PairRefused(side, findings)


def _certificate(
    actor: User, order: KitOrder, side: Side, token: uuid.UUID, request: HttpRequest | None
) -> Certificate:
    wanted = order.of(side)
    if not isinstance(wanted, NewPair):
        return Certificate.objects.get(pk=wanted)
    ordered = _request_order(order.parties, side, wanted)
    findings = check_order(ordered, moment=timezone.now())
    try:
        row = create_request(
            actor=actor,
            order=ordered,
            # Of its own for each side, and the same again for the same form.
            token=uuid.uuid5(token, side.value),
            accepted=warnings_digest(findings),
            request=request,
        )
    except OrderRefused as refused:
        raise PairRefused(side, refused.findings) from None
    assert row.certificate is not None  # noqa: S101  (kinds of key that a worker makes are not offered)
    return row.certificate


def _request_order(parties: KitParties, side: Side, wanted: NewPair) -> RequestOrder:
    if side is Side.SERVER:
        spec = RequestSpec(
            subject=Subject(common_name=_short_enough(parties.addresses)),
            alt_names=tuple(
                AltName(kind="ip" if is_address(one) else "dns", value=one)
                for one in parties.addresses
            ),
            profile=Profile.SERVER,
        )
    else:
        spec = RequestSpec(
            subject=Subject(common_name=parties.account_name), profile=Profile.CLIENT
        )
    return RequestOrder(
        spec=spec,
        new_key=KeySpec(algorithm=wanted.algorithm),
        days=wanted.days,
        replaces_id=wanted.replaces_id,
    )


_LONGEST_CN = 64


def _short_enough(addresses: tuple[str, ...]) -> str:
    """The first address that a common name can hold (X.520: 64 characters); all are in the SAN."""
    return next((one for one in addresses if len(one) <= _LONGEST_CN), "")
