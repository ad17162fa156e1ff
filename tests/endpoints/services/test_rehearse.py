"""Rehearsals with rows of the console: who would refuse whom, and what stands beside it."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder

from audit.models import AuditEvent
from certificates.models import Certificate, KeyOrigin, KeyState, PrivateKey
from certificates.services.change_key_state import change_key_state
from certificates.services.store_private_key import store_private_key
from endpoints.errors import EndpointRefused
from endpoints.models import ChainSource, Rehearsal, Service
from endpoints.rehearsal_specs import RehearsalOrder
from endpoints.rehearsed import KeyPart, Login, Rehearsed, rehearsed_from_json, rehearsed_to_json
from endpoints.services.play_ways import MOST_CERTIFICATES
from endpoints.services.read_chain import read_chain
from endpoints.services.rehearse import rehearse
from endpoints.shown_rehearsal import shown_rehearsal
from pki.handshake.inputs import TlsVersion
from pki.handshake.outcome import Judgement, Reason, Side
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import (
    NOW,
    Authority,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
)
from truststores.models import StoreCrl

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = authority("Rehearsal root")
ISSUING = authority("Rehearsal issuing CA", ROOT)
SERVER = leaf("ftp.rehearsed.example", ISSUING)
PARTNERS = authority("Partners root")
ACME = leaf("acme", PARTNERS, usages=("client",))
HOST = "ftp.rehearsed.example"

StoreOf = Callable[..., Any]


@pytest.fixture
def actor(person: Callable[..., User]) -> User:
    return person("operator")


@pytest.fixture
def service(service_of: ServiceOf, store_of: StoreOf) -> Service:
    _, _, server = bring_in(ROOT, ISSUING, SERVER)
    return service_of(
        "Rehearsed FTPS",
        HOST,
        certificate=server,
        server_store=store_of("Servers", ROOT),
        client_store=store_of("Clients", PARTNERS, usage="client"),
    )


def sha256_of(one: Authority) -> str:
    return hashlib.sha256(one.der).hexdigest()


def acme() -> Certificate:
    _, row = bring_in(PARTNERS, ACME)
    return row


def play(actor: User, service: Service, **order: Any) -> tuple[Rehearsal, Rehearsed]:
    row = rehearse(
        actor=actor,
        order=RehearsalOrder(service_id=service.pk, **order),
        token=uuid.uuid4(),
        moment=NOW,
    )
    return row, rehearsed_from_json(row.outcome)


def keep_key(one: Authority, name: str) -> PrivateKey:
    pkcs8 = one.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return store_private_key(actor=None, pkcs8=pkcs8, name=name, origin=KeyOrigin.IMPORTED)


def test_both_accept_each_other_and_our_own_verdict_agrees(
    actor: User, service: Service, account_of: AccountOf
) -> None:
    account = account_of("acme", certificates=[acme()], services=[service])
    row, found = play(actor, service, account_id=account.pk)
    assert row.accepted
    (way,) = found.ways
    assert (way.host, way.leaf, way.login) == (HOST, sha256_of(ACME), Login.MATCHES)
    assert way.outcome.server.judgement is Judgement.ACCEPTED
    assert way.outcome.client.judgement is Judgement.ACCEPTED
    for own, direction in (
        (way.own_server, way.outcome.server),
        (way.own_client, way.outcome.client),
    ):
        assert own is not None
        assert own.verdict == "trusted"
        assert own.agrees(direction)
    # Neither key is held here, and nobody pretends that it was proven.
    assert found.server_key is KeyPart.ELSEWHERE
    assert way.client_key is KeyPart.ELSEWHERE
    assert not way.outcome.proven
    event = AuditEvent.objects.get(action="rehearsal.made")
    assert event.data["accepted"] is True
    assert event.data["ways"] == 1


def test_keys_that_are_held_here_are_proven_and_come_into_nothing_that_is_kept(
    actor: User, service: Service, account_of: AccountOf
) -> None:
    keep_key(SERVER, "server key")
    keep_key(ACME, "client key")
    account = account_of("acme", certificates=[acme()], services=[service])
    row, found = play(actor, service, account_id=account.pk)
    assert found.ways[0].outcome.proven
    assert found.server_key is KeyPart.HELD
    secret = SERVER.key.private_numbers().private_value
    kept = json.dumps([row.outcome, list(AuditEvent.objects.values())], cls=DjangoJSONEncoder)
    assert secret.to_bytes(32, "big").hex() not in kept
    assert str(secret) not in kept


def test_a_key_whose_state_forbids_it_is_not_used_and_that_is_said(
    actor: User, service: Service, account_of: AccountOf
) -> None:
    key = keep_key(SERVER, "server key")
    change_key_state(actor=None, key=key, state=KeyState.SUSPENDED, reason="lent out")
    account = account_of("acme", certificates=[acme()], services=[service])
    row, found = play(actor, service, account_id=account.pk)
    assert row.accepted
    assert found.server_key is KeyPart.REFUSED
    assert found.ways[0].outcome.server.stand_in
    assert "its state forbids" in shown_rehearsal(row).directions[0].key


def test_a_refusal_is_told_with_number_depth_certificate_and_what_mends_it(
    actor: User, service: Service, account_of: AccountOf
) -> None:
    Service.objects.filter(pk=service.pk).update(chain_source=ChainSource.NONE)
    account = account_of("acme", certificates=[acme()], services=[service])
    row, found = play(actor, service, account_id=account.pk)
    assert not row.accepted
    first = found.ways[0].outcome.server.first
    assert first is not None
    assert (first.number, first.depth, first.sha256) == (20, 0, sha256_of(SERVER))
    shown = shown_rehearsal(Rehearsal.objects.get(pk=row.pk))
    assert shown.says == "“acme” would refuse your server: the issuer is missing."
    server, client = shown.directions
    assert server.concerned is not None
    assert server.concerned.sha256 == sha256_of(SERVER)
    assert server.line == "error 20 at 0 depth lookup: unable to get local issuer certificate"
    assert server.acts[0].label == "Send its issuers from the inventory"
    assert client.hypothetical
    assert client.state == "accepted"
    assert "48" in shown.alert
    # It is mended by the button, and the same rehearsal passes.
    Service.objects.filter(pk=service.pk).update(chain_source=ChainSource.BUILT)
    again, _ = play(actor, service, account_id=account.pk)
    assert again.accepted


def test_the_store_that_lacks_a_root_is_offered_it(
    actor: User, service: Service, account_of: AccountOf, store_of: StoreOf
) -> None:
    store = store_of("Others", ROOT, usage="client")
    Service.objects.filter(pk=service.pk).update(client_store=store)
    account = account_of("acme", certificates=[acme()], services=[service])
    row, _ = play(actor, service, account_id=account.pk)
    shown = shown_rehearsal(Rehearsal.objects.get(pk=row.pk))
    assert shown.says.startswith("“acme” would be refused by your server:")
    assert shown.directions[0].acts[0].label == "Trust “Partners root” in “Others”"


def test_the_common_name_must_be_the_name_of_the_account_byte_for_byte(
    actor: User, service: Service, account_of: AccountOf
) -> None:
    account = account_of("ACME", certificates=[acme()], services=[service])
    row, found = play(actor, service, account_id=account.pk)
    assert found.ways[0].outcome.connected
    assert found.ways[0].login is Login.DIFFERS
    assert not row.accepted
    shown = shown_rehearsal(row)
    assert shown.login is not None
    assert "capitals" in shown.login.says
    Service.objects.filter(pk=service.pk).update(cn_is_account=False)
    assert play(actor, service, account_id=account.pk)[0].accepted


def test_a_pasted_chain_is_played_as_it_is_and_stays_out_of_the_inventory(
    actor: User, service: Service
) -> None:
    row, found = play(actor, service, chain=read_chain(ACME.pem + PARTNERS.pem))
    assert row.accepted
    assert row.account is None
    assert [one.sha256 for one in found.ways[0].outcome.client.sent] == [
        sha256_of(ACME),
        sha256_of(PARTNERS),
    ]
    assert row.pasted.count("BEGIN CERTIFICATE") == 2
    assert not Certificate.objects.filter(sha256=sha256_of(ACME)).exists()
    login = shown_rehearsal(row).login
    assert login is not None
    assert "no account of this name" in login.says


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nothing at all", "rehearsal.paste_empty"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "rehearsal.paste_rejected",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMC4CAQA=\n-----END PRIVATE KEY-----\n",
            "rehearsal.paste_rejected",
        ),
        (ACME.pem * 21, "rehearsal.paste_too_many"),
        ("x" * 2_000_000, "rehearsal.paste_too_large"),
    ],
)
def test_what_is_no_chain_is_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(EndpointRefused) as caught:
        read_chain(text)
    assert caught.value.code == code


def test_a_client_without_a_certificate_is_refused_where_one_is_required(
    actor: User, service: Service
) -> None:
    row, found = play(actor, service)
    assert not row.accepted
    assert found.ways[0].outcome.client.reason is Reason.NO_CERTIFICATE
    assert "no certificate is sent" in shown_rehearsal(row).says
    held, told = play(actor, service, version=TlsVersion.TLS_1_2)
    assert told.ways[0].outcome.protocol == "TLSv1.2"
    assert told.ways[0].outcome.alert is not None
    assert told.ways[0].outcome.alert.number == 40
    assert not held.accepted


def test_each_address_and_each_certificate_in_use_is_a_way(
    actor: User, service_of: ServiceOf, store_of: StoreOf, account_of: AccountOf
) -> None:
    _, _, server, successor = bring_in(
        ROOT, ISSUING, SERVER, leaf("acme", PARTNERS, usages=("client",), end=600)
    )
    service = service_of(
        "Two addresses",
        HOST,
        "192.0.2.9",
        certificate=server,
        server_store=store_of("Servers", ROOT),
        client_store=store_of("Clients", PARTNERS, usage="client"),
    )
    account = account_of("acme", certificates=[acme(), successor], services=[service])
    row, found = play(actor, service, account_id=account.pk)
    assert [(way.host, way.leaf) for way in found.ways] == [
        (HOST, sha256_of(ACME)),
        ("192.0.2.9", sha256_of(ACME)),
        (HOST, successor.sha256),
        ("192.0.2.9", successor.sha256),
    ]
    assert [way.works for way in found.ways] == [True, False, True, False]
    assert not row.accepted
    shown = shown_rehearsal(row)
    assert shown.way.host == "192.0.2.9"
    assert shown.directions[0].first is not None
    assert shown.directions[0].first.number == 64
    assert shown_rehearsal(row, 1).works


def test_no_key_is_opened_for_a_way_that_is_too_many(
    actor: User, service: Service, account_of: AccountOf
) -> None:
    several = [
        leaf(f"acme-{number}", PARTNERS, usages=("client",))
        for number in range(MOST_CERTIFICATES + 1)
    ]
    last = keep_key(several[-1], "one too many")
    # Whoever opens it now is told so, and the log with them.
    PrivateKey.objects.filter(pk=last.pk).update(state=KeyState.PRE_ACTIVE)
    account = account_of("acme", certificates=bring_in(*several), services=[service])
    _, found = play(actor, service, account_id=account.pk)
    assert (len(found.ways), found.left_out) == (MOST_CERTIFICATES, 1)
    assert not AuditEvent.objects.filter(action="key.refused").exists()


def test_where_our_own_verdict_differs_it_is_shown(
    actor: User, service: Service, account_of: AccountOf, store_of: StoreOf
) -> None:
    """OpenSSL 3 asks for a CRL of the root as well; our verdict does not."""
    store = store_of("With CRLs", PARTNERS, usage="client", revocation="chain")
    (row,) = bring_in_crls(crl(PARTNERS))
    StoreCrl.objects.create(trust_store=store, crl=row)
    Service.objects.filter(pk=service.pk).update(client_store=store)
    account = account_of("acme", certificates=[acme()], services=[service])
    made, found = play(actor, service, account_id=account.pk)
    shown = next(one for one in shown_rehearsal(made).directions if one.side == "client").own
    assert shown is not None
    agrees = found.ways[0].own_client.agrees(found.ways[0].outcome.client)  # type: ignore[union-attr]
    assert shown.agrees is agrees
    assert bool(shown.why) is not agrees


def test_a_form_sent_twice_is_one_rehearsal(actor: User, service: Service) -> None:
    token = uuid.uuid4()
    order = RehearsalOrder(service_id=service.pk)
    first = rehearse(actor=actor, order=order, token=token)
    assert rehearse(actor=actor, order=order, token=token) == first
    assert AuditEvent.objects.filter(action="rehearsal.made").count() == 1


def test_a_service_that_speaks_ssh_is_refused(actor: User, service_of: ServiceOf) -> None:
    service = service_of("SFTP", HOST, protocol="sftp")
    with pytest.raises(EndpointRefused) as caught:
        play(actor, service)
    assert caught.value.code == "rehearsal.no_tls"


def test_a_service_that_is_hardly_described_is_answered_all_the_same(
    actor: User, service_of: ServiceOf
) -> None:
    service = service_of("Bare")
    row, found = play(actor, service)
    assert not row.accepted
    assert found.ways[0].host == ""
    shown = shown_rehearsal(row)
    assert shown.title == "It does not even start"
    assert "no certificate" in shown.says


def test_what_was_found_goes_to_json_and_back(actor: User, service: Service) -> None:
    _, found = play(actor, service, chain=read_chain(ACME.pem))
    assert rehearsed_from_json(json.loads(json.dumps(rehearsed_to_json(found)))) == found


def test_it_is_a_matter_of_the_moment(actor: User, service: Service, account_of: AccountOf) -> None:
    account = account_of("acme", certificates=[acme()], services=[service])
    later = rehearse(
        actor=actor,
        order=RehearsalOrder(service_id=service.pk, account_id=account.pk),
        token=uuid.uuid4(),
        moment=NOW + timedelta(days=400),
    )
    outcome = rehearsed_from_json(later.outcome).ways[0].outcome
    assert outcome.server.first is not None
    assert outcome.server.first.number == 10
    assert outcome.alert is not None
    assert outcome.alert.sender is Side.CLIENT
    assert later.made_at == NOW + timedelta(days=400)
