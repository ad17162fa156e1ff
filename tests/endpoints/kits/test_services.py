"""Beginning, creating and deleting a kit."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from audit.models import AuditEvent
from certificates.key_refusals import KeyRefused
from certificates.models import Certificate, CertificateRequest, KeyState, PrivateKey
from certificates.services.change_key_state import change_key_state
from endpoints.errors import EndpointRefused
from endpoints.kit_refusals import KitNotProven, PairRefused, TrustNotPreviewed
from endpoints.kit_specs import KitNotes, KitOrder, NewPair
from endpoints.models import (
    Account,
    ChainSource,
    ClientAuthentication,
    Kit,
    KitStage,
    Service,
)
from endpoints.services.begin_kit import begin_kit
from endpoints.services.create_kit import create_kit
from endpoints.services.delete_kit import delete_kit
from endpoints.services.propose_trust import propose_trust
from endpoints.services.prove_kit import prove_kit
from pki.kits.meeting import KitRefused, Side
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.endpoints.kits.conftest import QUICK, key_of, parties_of
from tests.pki.chains import DAY
from tests.pki.kits.made import NOW, Pair, client_pair, issued_pair, server_pair
from truststores.models import StoreMember, TrustStore
from truststores.proposals import StoreChange
from truststores.services.add_members import add_members
from truststores.services.propose_change import propose_change
from truststores.specs import NewMember

pytestmark = pytest.mark.django_db

Begun = Callable[..., Kit]
StoredPair = Callable[..., Certificate]
ALL: dict[str, Any] = {"service": True, "account": True, "client_store": True, "server_store": True}


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))


def test_new_pairs_are_made_sealed_and_in_the_inventory(begun: Begun) -> None:
    kit = begun()
    server, client = kit.server_certificate, kit.client_certificate
    assert (server.cn, client.cn) == ("ftp.example.com", "alice")
    names = set(server.alternative_names.values_list("value", flat=True))
    assert names == {"ftp.example.com", "10.1.2.3"}
    assert (server.extended_key_usage, client.extended_key_usage) == ("serverAuth", "clientAuth")
    assert {key_of(one).state for one in (server, client)} == {KeyState.ACTIVE}
    assert kit.is_proven
    assert kit.stage == KitStage.BEGUN
    assert actions()[-1] == "kit.begun"


def test_a_form_sent_twice_makes_one_kit_and_one_pair_for_each_side(actor: User) -> None:
    token = uuid.uuid4()
    order = KitOrder(parties=parties_of(), server=QUICK, client=QUICK)
    first, second = (begin_kit(actor=actor, order=order, token=token) for _ in range(2))
    assert first == second
    assert Kit.objects.count() == 1
    assert PrivateKey.objects.count() == 2
    assert Certificate.objects.count() == 2
    assert actions().count("kit.begun") == 1


@pytest.mark.parametrize("gone", ["service_id", "account_id", "renews_id"])
def test_whoever_is_gone_meanwhile_is_said(begun: Begun, gone: str) -> None:
    with pytest.raises(EndpointRefused, match="part_gone"):
        begun(**{gone: 987_654})
    assert not Kit.objects.exists()


def test_nothing_is_made_of_one_side_where_the_other_is_refused(actor: User) -> None:
    order = KitOrder(parties=parties_of(account_name="a" * 80), server=QUICK, client=QUICK)
    with pytest.raises(PairRefused) as refused:
        begin_kit(actor=actor, order=order, token=uuid.uuid4())
    assert refused.value.side is Side.CLIENT
    assert [one.code for one in refused.value.findings] == ["request.cn_too_long"]
    assert PrivateKey.objects.count() == 0


def test_a_warning_has_to_be_accepted(actor: User) -> None:
    from certificates.orders import warnings_digest

    long = NewPair(algorithm="P-256", days=2_000)
    order = KitOrder(parties=parties_of(), server=long, client=QUICK)
    with pytest.raises(PairRefused) as refused:
        begin_kit(actor=actor, order=order, token=uuid.uuid4())
    digest = warnings_digest(refused.value.findings)
    accepted = KitOrder(parties=parties_of(), server=long, client=QUICK, accepted=(digest,))
    assert begin_kit(actor=actor, order=accepted, token=uuid.uuid4()).is_proven


def test_long_names_leave_the_common_name_to_a_shorter_one(begun: Begun) -> None:
    long = ".".join(["a" * 40] * 3) + ".example.com"
    kit = begun(addresses=(long, "short.example.com"))
    assert kit.server_certificate.cn == "short.example.com"
    assert kit.is_proven


def test_certificates_of_authorities_are_used_with_their_chain(
    begun: Begun, stored_pair: StoredPair
) -> None:
    server = stored_pair(issued_pair(Side.SERVER))
    client = stored_pair(issued_pair(Side.CLIENT))
    kit = begun(server=server.pk, client=client.pk, addresses=("localhost",))
    assert kit.is_proven
    assert PrivateKey.objects.count() == 2


@pytest.mark.parametrize(
    ("pair", "number"),
    [
        (server_pair("other.example.com"), 62),
        (server_pair("ftp.example.com", began=NOW - 400 * DAY, days=10), 10),
        (issued_pair(Side.SERVER, "ftp.example.com", with_root=False), 62),
    ],
    ids=["name", "expired", "issued"],
)
def test_what_would_not_connect_is_begun_and_never_created(
    begun: Begun, stored_pair: StoredPair, actor: User, pair: Pair, number: int
) -> None:
    kit = begun(server=stored_pair(pair).pk, addresses=("ftp.example.com",))
    assert not kit.is_proven
    failed = [one for one in kit.proof["attempts"] if not one["passed"]]
    assert failed[0]["refused_by"] == "client"
    assert failed[0]["number"] in (number, 2, 20)
    with pytest.raises(KitNotProven):
        create_kit(actor=actor, kit=kit, notes=KitNotes(name="no"))
    kit.refresh_from_db()
    assert kit.stage == KitStage.BEGUN


def test_what_was_missing_is_proven_once_it_is_here(
    begun: Begun, stored_pair: StoredPair, actor: User
) -> None:
    whole = issued_pair(Side.SERVER)
    without_root = Pair(whole.chain[:2], whole.key)
    kit = begun(server=stored_pair(without_root).pk, addresses=("localhost",))
    assert not kit.is_proven
    assert not prove_kit(kit=kit, actor=actor).passed
    assert actions()[-1] == "kit.not_proven"
    stored_pair(whole)
    assert prove_kit(kit=kit, actor=actor).passed
    assert Kit.objects.get().is_proven
    assert actions()[-1] == "kit.proven"


def test_a_key_that_is_elsewhere_leaves_the_proof_incomplete(
    begun: Begun, stored_pair: StoredPair
) -> None:
    kit = begun(client=stored_pair(client_pair(), key_here=False).pk)
    assert kit.is_proven
    assert kit.proof["complete"] is False


def test_one_key_for_both_sides_is_refused(begun: Begun, stored_pair: StoredPair) -> None:
    same = stored_pair(server_pair("ftp.example.com")).pk
    with pytest.raises(KitRefused):
        begun(server=same, client=same, addresses=("ftp.example.com",))


def test_a_suspended_key_proves_nothing(begun: Begun, actor: User) -> None:
    kit = begun()
    key = key_of(kit.client_certificate)
    change_key_state(actor=None, key=key, state=KeyState.SUSPENDED, reason="why")
    with pytest.raises(KeyRefused):
        prove_kit(kit=kit, actor=actor)
    assert actions()[-1] == "key.refused"


# Creating ----------------------------------------------------------------------------------------


def test_what_is_to_be_noted_is_noted(begun: Begun, actor: User) -> None:
    kit = create_kit(actor=actor, kit=begun(), notes=KitNotes(name="A kit", **ALL))
    assert kit.stage == KitStage.CREATED
    service, account = Service.objects.get(), Account.objects.get()
    assert (kit.service, kit.account) == (service, account)
    assert service.name == "Partners"
    assert service.certificate == kit.server_certificate
    assert service.client_authentication == ClientAuthentication.REQUIRED
    assert [one.host for one in service.addresses.all()] == ["ftp.example.com", "10.1.2.3"]
    assert list(account.services.all()) == [service]
    assert [one.certificate for one in account.certificates.all()] == [kit.client_certificate]
    assert service.client_store is not None
    assert service.server_store is not None
    clients, servers = (
        [member.certificate for member in store.members.all()]
        for store in (service.client_store, service.server_store)
    )
    assert (clients, servers) == ([kit.client_certificate], [kit.server_certificate])
    assert {store.usage for store in TrustStore.objects.all()} == {"client", "server"}
    assert actions()[-1] == "kit.created"


def test_sent_twice_it_is_created_once(begun: Begun, actor: User) -> None:
    kit = begun()
    for _ in range(2):
        create_kit(actor=actor, kit=kit, notes=KitNotes(name="A kit", **ALL))
    assert Service.objects.count() == 1
    assert TrustStore.objects.count() == 2
    assert actions().count("kit.created") == 1


def test_nothing_is_noted_that_was_not_asked_for(begun: Begun, actor: User) -> None:
    kit = create_kit(actor=actor, kit=begun(), notes=KitNotes(name="A kit"))
    assert kit.stage == KitStage.CREATED
    assert not Service.objects.exists()
    assert not Account.objects.exists()
    assert not TrustStore.objects.exists()


def test_authorities_become_members_as_what_they_are(
    begun: Begun, stored_pair: StoredPair, actor: User
) -> None:
    client = stored_pair(issued_pair(Side.CLIENT))
    kit = begun(client=client.pk)
    create_kit(actor=actor, kit=kit, notes=KitNotes(name="A kit", **ALL))
    members = StoreMember.objects.filter(trust_store__usage="client")
    roles = {member.certificate.cn: member.role for member in members}
    assert roles == {"Root of client": "anchor", "Authority of client": "intermediate"}


def test_an_existing_service_and_account_are_used_as_they_are(
    begun: Begun, actor: User, service_of: ServiceOf, account_of: AccountOf
) -> None:
    service = service_of("FTPS", "ftp.example.com")
    account = account_of("alice")
    kit = begun(service_id=service.pk, account_id=account.pk, service_name="FTPS")
    before = service.revision, account.revision
    create_kit(actor=actor, kit=kit, notes=KitNotes(name="A kit", **ALL))
    service.refresh_from_db()
    account.refresh_from_db()
    assert service.certificate == kit.server_certificate
    assert service.client_store is not None
    assert list(account.services.all()) == [service]
    assert (service.revision, account.revision) == (before[0] + 1, before[1] + 1)
    assert Service.objects.count() == 1


def test_a_chain_that_was_named_for_another_certificate_goes_with_it(
    begun: Begun, actor: User, service_of: ServiceOf, stored_pair: StoredPair
) -> None:
    old = stored_pair(issued_pair(Side.SERVER))
    service = service_of("FTPS", "ftp.example.com", certificate=old, chain=[old])
    kit = begun(service_id=service.pk, service_name="FTPS")
    create_kit(actor=actor, kit=kit, notes=KitNotes(name="A kit", service=True))
    service.refresh_from_db()
    assert service.certificate == kit.server_certificate
    assert (service.chain_source, service.chain.count()) == (ChainSource.BUILT, 0)
    told = AuditEvent.objects.get(action="service.changed").data
    assert told["certificate"] == [old.sha256, kit.server_certificate.sha256]


def test_a_service_that_speaks_ssh_meanwhile_is_given_no_certificate(
    begun: Begun, actor: User, service_of: ServiceOf
) -> None:
    service = service_of("FTPS", "ftp.example.com")
    kit = begun(service_id=service.pk, service_name="FTPS")
    Service.objects.filter(pk=service.pk).update(protocol="sftp")
    with pytest.raises(EndpointRefused, match="service_no_tls"):
        create_kit(actor=actor, kit=kit, notes=KitNotes(name="A kit", **ALL))
    assert not TrustStore.objects.exists()
    create_kit(actor=actor, kit=kit, notes=KitNotes(name="A kit", account=True))
    assert Kit.objects.get().stage == KitStage.CREATED


@pytest.fixture
def second(begun: Begun, actor: User) -> Kit:
    """A kit for another client of a service that has trust stores already."""
    first = create_kit(actor=actor, kit=begun(), notes=KitNotes(name="One", **ALL))
    assert first.service is not None
    return begun(
        account_name="bob",
        service_id=first.service.pk,
        service_name="Partners",
        server=first.server_certificate.pk,
    )


def clients() -> TrustStore:
    return TrustStore.objects.get(usage="client")


def previewed(actor: User, kit: Kit) -> KitNotes:
    """Everything noted, after somebody has seen what it does to the stores."""
    proposals = propose_trust(actor=actor, kit=kit, notes=KitNotes(name="Two", **ALL))
    return KitNotes(name="Two", **ALL, proposals=tuple(one.pk for one in proposals))


def test_a_second_client_joins_the_trust_store_of_the_service(second: Kit, actor: User) -> None:
    made = create_kit(actor=actor, kit=second, notes=previewed(actor, second))
    assert made.service == Service.objects.get()
    assert clients().members.count() == 2
    assert TrustStore.objects.count() == 2


def test_a_store_that_is_there_does_not_change_unseen(second: Kit, actor: User) -> None:
    revision = clients().revision
    with pytest.raises(TrustNotPreviewed):
        create_kit(actor=actor, kit=second, notes=KitNotes(name="Two", **ALL))
    second.refresh_from_db()
    assert second.stage == KitStage.BEGUN
    assert (clients().members.count(), clients().revision) == (1, revision)
    assert Account.objects.count() == 1
    # Only what accepts neither side yet has to be seen.
    (proposal,) = propose_trust(actor=actor, kit=second, notes=KitNotes(name="Two", **ALL))
    assert proposal.trust_store == clients()
    assert proposal.outcome is not None
    assert proposal.outcome["dependants"]


def test_what_was_seen_of_an_older_store_does_not_count(
    second: Kit, actor: User, stored_pair: StoredPair
) -> None:
    notes = previewed(actor, second)
    other = NewMember(certificate_id=stored_pair(client_pair("carol")).pk)
    add_members(actor=actor, store_id=clients().pk, additions=[other])
    with pytest.raises(TrustNotPreviewed):
        create_kit(actor=actor, kit=second, notes=notes)
    assert clients().members.count() == 2
    create_kit(actor=actor, kit=second, notes=previewed(actor, second))
    assert clients().members.count() == 3


def test_a_preview_of_something_else_is_not_saved_with_a_kit(
    second: Kit, actor: User, stored_pair: StoredPair
) -> None:
    other = NewMember(certificate_id=stored_pair(client_pair("carol")).pk)
    own = NewMember(certificate_id=second.client_certificate.pk)
    more = propose_change(
        actor=actor, store_id=clients().pk, change=StoreChange(additions=(own, other))
    )
    with pytest.raises(TrustNotPreviewed):
        create_kit(actor=actor, kit=second, notes=KitNotes(name="Two", **ALL, proposals=(more.pk,)))
    assert clients().members.count() == 1


def test_when_a_part_is_refused_all_of_it_is(
    begun: Begun, actor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = begun()

    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("endpoints.services.create_kit.record", fail)
    with pytest.raises(RuntimeError):
        create_kit(actor=actor, kit=kit, notes=KitNotes(name="A kit", **ALL))
    kit.refresh_from_db()
    assert kit.stage == KitStage.BEGUN
    assert not Service.objects.exists()
    assert not TrustStore.objects.exists()


def test_deleting_a_kit_leaves_everything_else(begun: Begun, actor: User) -> None:
    kit = create_kit(actor=actor, kit=begun(), notes=KitNotes(name="A kit", **ALL))
    delete_kit(actor=actor, kit=kit)
    delete_kit(actor=actor, kit=kit)
    assert not Kit.objects.exists()
    assert Certificate.objects.count() == 2
    assert PrivateKey.objects.count() == 2
    assert Service.objects.count() == Account.objects.count() == 1
    assert actions().count("kit.deleted") == 1
    assert AuditEvent.objects.latest("sequence").subject_text == "A kit"


def test_the_certificates_of_a_kit_are_in_use(begun: Begun, actor: User) -> None:
    from certificates.services.delete_certificates import delete_certificates

    kit = begun()
    CertificateRequest.objects.update(certificate=None)
    done = delete_certificates(actor=actor, certificates=[kit.server_certificate.pk])
    assert done.deleted == 0
    (((_, uses),),) = (done.used,)
    assert [(use.text, use.url) for use in uses] == [
        (kit.name, kit.get_absolute_url()),
    ]
