"""Owners: who is there, what is theirs, two entries that become one; and labels on many keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from audit.services.verify_audit import verify_audit
from certificates.models import (
    Certificate,
    CertificateRequest,
    KeyUse,
    Label,
    Owner,
    PrivateKey,
    PublicKey,
)
from certificates.services.add_key_use import add_key_use
from certificates.services.public_facts import public_facts
from endpoints.models import Account, Service
from pki.key_generation import public_part
from tests.certificates.conftest import key_of, made
from tests.certificates.keys.material import pkcs8_of

pytestmark = pytest.mark.django_db
Stored = Callable[..., PrivateKey]


@pytest.fixture
def client(client_for: Callable[..., Client]) -> Client:
    return client_for("operator")


def url(name: str, *args: object) -> str:
    return reverse(f"certificates:{name}", args=args)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def partner(name: str = "Acme", kind: str = "organization", email: str = "") -> Owner:
    return Owner.objects.create(kind=kind, name=name, email=email)


def public(owner: Owner, number: int = 5) -> PublicKey:
    return PublicKey.objects.create(
        **public_facts(public_part(pkcs8_of("Ed25519", number))),
        name=f"theirs {number}",
        container="openssh",
        owner=owner,
        created_at=timezone.now(),
    )


def test_an_owner_is_noted_changed_and_written_into_the_log(client: Client) -> None:
    said = {"name": "  Acme   Ltd ", "kind": "organization", "email": "pki@acme.example"}
    answer = client.post(url("owner_new"), said)
    owner = Owner.objects.get()
    assert (owner.name, owner.email) == ("Acme Ltd", "pki@acme.example")
    assert answer["Location"] == owner.get_absolute_url()
    client.post(url("owner_edit", owner.pk), said | {"name": "Acme plc"})
    owner.refresh_from_db()
    assert owner.name == "Acme plc"
    actions = AuditEvent.objects.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["owner.created", "owner.edited"]
    # Saved as it is, nothing was done.
    client.post(url("owner_edit", owner.pk), said | {"name": "Acme plc"})
    assert AuditEvent.objects.count() == 2


def test_a_second_one_of_the_same_kind_and_name_is_refused_beside_its_field(
    client: Client,
) -> None:
    partner("Acme")
    other = partner("Other")
    same = {"name": "Acme", "kind": "organization", "email": ""}
    for address in (url("owner_new"), url("owner_edit", other.pk)):
        answer = client.post(address, same)
        assert answer.status_code == 400
        assert "Merge the two instead" in answer.content.decode()
    assert client.post(url("owner_new"), same | {"kind": "person"}).status_code == 302
    assert Owner.objects.count() == 3


def test_the_list_counts_keys_and_finds_by_name_and_mail(client: Client, stored: Stored) -> None:
    owner = partner("Acme", email="pki@acme.example")
    partner("Somebody else")
    stored("P-256", owner=owner)
    public(owner, 5)
    public(owner, 6)
    for query in ("?q=acme", "?q=pki@acme", "?q=Acme&kind=organization"):
        page = page_of(client, url("owners") + query)
        assert "Acme" in page
        assert "Somebody else" not in page
    row = " ".join(page_of(client, url("owners") + "?q=acme").split())
    assert '<td data-label="Private keys" class="number">1</td>' in row
    assert '<td data-label="Public keys" class="number">2</td>' in row
    assert "No owner fits" in page_of(client, url("owners") + "?q=nobody+at+all")


def test_the_page_shows_keys_the_certificates_of_them_and_places(
    client: Client, stored: Stored, add: Callable[..., list[Certificate]]
) -> None:
    owner = partner("Acme & <Söhne>", email="pki@acme.example")
    [certificate] = add(made("www.acme.example", key="acme"))
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    pkcs8 = key_of("acme").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stored(pkcs8=pkcs8, name="the web key", owner=owner)
    theirs = public(owner)
    ours = stored("Ed25519", number=1, name="our client key")
    add_key_use(actor=None, key=ours, protocol="ssh", owner=owner, place="sftp.acme.example")
    page = page_of(client, owner.get_absolute_url())
    assert "Acme &amp; &lt;Söhne&gt;" in page
    for shown in ("the web key", theirs.name, "our client key", "sftp.acme.example"):
        assert shown in page
    assert f'href="{certificate.get_absolute_url()}"' in page
    # And from the key back to its owner.
    assert f'href="{owner.get_absolute_url()}"' in page_of(client, theirs.get_absolute_url())
    assert f'href="{owner.get_absolute_url()}"' in page_of(client, url("public_keys"))


def test_two_entries_of_one_partner_become_one(client: Client, stored: Stored) -> None:
    gone, stays = partner("ACME", email="old@acme.example"), partner("Acme")
    key, theirs = stored("P-256", owner=gone), public(gone)
    request = CertificateRequest.objects.create(
        name="r", owner=gone, created_at=timezone.now(), spec={}, state="open"
    )
    for owner in (gone, stays):
        add_key_use(actor=None, key=key, protocol="tls", owner=owner, place="ftps.acme.example")
    add_key_use(actor=None, key=key, protocol="ssh", owner=gone, place="sftp.acme.example")
    account = Account.objects.create(name="acme", partner=gone)
    service = Service.objects.create(name="theirs", owner=gone, protocol="sftp", port=22)
    answer = client.post(url("owner_merge", gone.pk), {"into": stays.pk})
    assert answer["Location"] == stays.get_absolute_url()
    assert not Owner.objects.filter(pk=gone.pk).exists()
    for row in (key, theirs, request, service):
        row.refresh_from_db()
        assert row.owner == stays
    account.refresh_from_db()
    assert account.partner == stays
    assert sorted(KeyUse.objects.values_list("protocol", "owner__name")) == [
        ("ssh", "Acme"),
        ("tls", "Acme"),
    ]
    stays.refresh_from_db()
    assert stays.email == "old@acme.example"
    event = AuditEvent.objects.get(action="owner.merged")
    assert event.data["name"] == "ACME"
    assert verify_audit().first_bad is None
    # Sent once more, it finds nothing to merge.
    assert client.post(url("owner_merge", gone.pk), {"into": stays.pk}).status_code == 404


def test_an_owner_is_not_merged_into_itself_or_into_nobody(client: Client) -> None:
    owner = partner()
    for into in (owner.pk, "", 10**9, "x"):
        assert client.post(url("owner_merge", owner.pk), {"into": into}).status_code == 400
    assert Owner.objects.count() == 1


def test_an_owner_of_nothing_is_deleted_after_a_question(client: Client) -> None:
    owner = partner()
    asked = client.post(url("owner_delete", owner.pk)).content.decode()
    assert 'name="confirmed"' in asked
    assert Owner.objects.exists()
    client.post(url("owner_delete", owner.pk), {"confirmed": "1"})
    assert not Owner.objects.exists()
    assert AuditEvent.objects.get().data["name"] == "Acme"


def test_an_owner_of_something_stays_and_it_is_said_what(client: Client, stored: Stored) -> None:
    owner = partner()
    key = stored("P-256", name="the key of acme", owner=owner)
    Service.objects.create(name="their service", owner=owner, protocol="sftp", port=22)
    add_key_use(actor=None, key=key, protocol="tls", owner=owner, place="ftps.acme.example")
    answer = client.post(url("owner_delete", owner.pk), {"confirmed": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409
    for used in ("the key of acme", "their service", "ftps.acme.example"):
        assert used in page
    assert Owner.objects.exists()
    assert not AuditEvent.objects.filter(action="owner.deleted").exists()


def test_many_owners_cost_as_few_queries_as_one(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        public(partner(f"owner {number}"), number + 10)
    with django_assert_max_num_queries(12):
        client.get(url("owners"))


# Labels on many keys -----------------------------------------------------------------------------


def test_labels_are_put_on_many_keys_and_taken_off(client: Client, stored: Stored) -> None:
    a, b, c = (stored("Ed25519", number=number, name=f"key {number}") for number in (1, 2, 3))
    answer = client.post(
        url("keys_label"),
        {
            "selected": [a.pk, b.pk, "x"],
            "labels": "prod, partner x",
            "act": "add",
            "query": "q=key&sort=name",
        },
    )
    assert answer["Location"] == "/keys/?q=key&sort=name"
    assert {label.name for label in a.labels.all()} == {"prod", "partner x"}
    assert not c.labels.exists()
    client.post(url("keys_label"), {"selected": [a.pk], "labels": "prod", "act": "remove"})
    assert [label.name for label in a.labels.all()] == ["partner x"]
    assert b.labels.count() == 2
    client.post(url("keys_label"), {"selected": [b.pk], "labels": "prod", "act": "remove"})
    # A word that is on nothing is no choice any more.
    assert not Label.objects.filter(name="prod").exists()
    events = AuditEvent.objects.filter(action="keys.labelled").order_by("sequence")
    assert [event.data["count"] for event in events] == [2, 1, 1]


def test_public_keys_are_labelled_among_themselves(client: Client, stored: Stored) -> None:
    private, theirs = stored("P-256"), public(partner())
    client.post(url("public_keys_label"), {"selected": [theirs.pk], "labels": "sftp", "act": "add"})
    assert [label.name for label in theirs.labels.all()] == ["sftp"]
    assert not private.labels.exists()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"labels": "x"}, "Nothing was selected"),
        ({"selected": [1], "labels": " , "}, "Name a label first"),
        ({"selected": [1], "labels": "x" * 61}, "60 characters at most"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_list(
    client: Client, data: dict[str, Any], says: str
) -> None:
    answer = client.post(url("keys_label"), data | {"act": "add"}, follow=True)
    assert says in answer.content.decode()
    assert not AuditEvent.objects.exists()
