"""Labels, life, deleting and downloading: what a selection is good for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from certificates.models import Certificate, CertificateText, Crl, Label
from tests.certificates.conftest import made, made_crl
from truststores.models import StoreCrl, StoreMember, TrustStore

pytestmark = pytest.mark.django_db
Add = Callable[..., list[Certificate]]
BUNDLE = reverse("certificates:bundle")
LABEL = reverse("certificates:label")
DELETE = reverse("certificates:delete")


@pytest.fixture
def operator(client_for: Callable[..., Client]) -> Client:
    return client_for("operator")


def test_a_selection_comes_as_one_bundle_in_its_order(operator: Client, add: Add) -> None:
    a, b, _ = add(made("a"), made("b"), made("c"))

    answer = operator.post(BUNDLE, {"selected": [b.pk, a.pk, b.pk, 10**25, "x"]})

    assert answer.content == pem_of(b) + pem_of(a)
    assert answer["Content-Disposition"] == 'attachment; filename="2-certificates.pem"'
    assert answer["Cache-Control"] == "no-store"


def pem_of(certificate: Certificate) -> bytes:
    from pki.formats.write import write_pem

    return write_pem([bytes(certificate.encoded.der)])


def test_without_a_selection_it_says_so_and_goes_back(operator: Client) -> None:
    for url in (BUNDLE, LABEL, DELETE):
        answer = operator.post(url, {"query": "ends=30&sort=ends"}, follow=True)
        assert answer.redirect_chain[-1][0] == "/certificates/?ends=30&sort=ends"
        assert "Nothing was selected" in answer.content.decode()


@pytest.mark.parametrize("query", ["https://evil.test/", "//evil.test", "?@evil.test", "\r\nX: y"])
def test_it_leads_back_to_the_list_and_nowhere_else(operator: Client, query: str) -> None:
    answer = operator.post(BUNDLE, {"query": query})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/certificates/?")


def test_labels_are_put_on_and_taken_off(operator: Client, add: Add) -> None:
    a, b = add(made("a"), made("b"))

    operator.post(
        LABEL, {"selected": [a.pk, b.pk], "labels": "prod,  partner  x ,prod", "act": "add"}
    )
    operator.post(LABEL, {"selected": [a.pk], "labels": "prod", "act": "add"})
    assert {label.name for label in a.labels.all()} == {"prod", "partner x"}

    operator.post(LABEL, {"selected": [a.pk], "labels": "prod", "act": "remove"})
    assert [label.name for label in a.labels.all()] == ["partner x"]
    assert {label.name for label in b.labels.all()} == {"prod", "partner x"}

    operator.post(LABEL, {"selected": [b.pk], "labels": "prod", "act": "remove"})
    assert not Label.objects.filter(name="prod").exists(), "a label on nothing is forgotten"
    assert AuditEvent.objects.filter(action="certificates.labelled").count() == 4


@pytest.mark.parametrize("labels", ["", " , ", "x" * 61])
def test_labels_that_are_none_are_refused(operator: Client, add: Add, labels: str) -> None:
    (a,) = add(made("a"))

    operator.post(LABEL, {"selected": [a.pk], "labels": labels, "act": "add"})

    assert not Label.objects.exists()


def test_a_certificate_is_retired_and_replaced(operator: Client, add: Add) -> None:
    old, new = add(made("old"), made("new"))
    url = reverse("certificates:lifecycle", args=[old.pk])
    colons = ":".join(new.sha256[at : at + 2] for at in range(0, 64, 2)).upper()

    assert operator.post(url, {"lifecycle": "replaced", "replaced_by": colons}).status_code == 302
    old.refresh_from_db()
    assert (old.lifecycle, old.replaced_by) == ("replaced", new)

    operator.post(url, {"lifecycle": "active", "replaced_by": colons})
    old.refresh_from_db()
    assert (old.lifecycle, old.replaced_by) == ("active", None)


@pytest.mark.parametrize("fingerprint", ["abcd", "own"])
def test_a_wrong_successor_stands_beside_its_field(
    operator: Client, add: Add, fingerprint: str
) -> None:
    (old,) = add(made("old"))
    answer = operator.post(
        reverse("certificates:lifecycle", args=[old.pk]),
        {"lifecycle": "replaced", "replaced_by": old.sha256 if fingerprint == "own" else "abcd"},
    )
    assert answer.status_code == 400
    assert "is-invalid" in answer.content.decode()


def test_it_asks_before_it_deletes(operator: Client, add: Add) -> None:
    a, b = add(made("a"), made("b"))

    asked = operator.post(DELETE, {"selected": [a.pk]})
    assert "Delete 1 certificate?" in asked.content.decode()
    assert Certificate.objects.count() == 2

    operator.post(DELETE, {"selected": [a.pk], "confirmed": "1"})
    assert list(Certificate.objects.all()) == [b]
    assert CertificateText.objects.count() == 1
    event = AuditEvent.objects.get(action="certificates.deleted")
    assert event.data["deleted"][0]["sha256"] == a.sha256


def test_it_refuses_to_delete_what_is_used_and_says_where(operator: Client, add: Add) -> None:
    used, successor, replaced, free = add(made("used"), made("new"), made("old"), made("free"))
    store = TrustStore.objects.create(name="Partners", usage="server")
    StoreMember.objects.create(trust_store=store, certificate=used, role="anchor", self_signed=True)
    Certificate.objects.filter(pk=replaced.pk).update(lifecycle="replaced", replaced_by=successor)

    answer = operator.post(DELETE, {"selected": [used.pk, successor.pk, free.pk], "confirmed": "1"})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "in trust store Partners" in html
    assert store.get_absolute_url() in html
    assert replaced.get_absolute_url() in html
    assert set(Certificate.objects.all()) == {used, successor, replaced}


def test_a_crl_is_deleted_unless_a_store_uses_it(
    operator: Client, add_crl: Callable[[bytes], Crl]
) -> None:
    used, free = add_crl(made_crl("A")), add_crl(made_crl("B"))
    store = TrustStore.objects.create(name="Partners", usage="server")
    StoreCrl.objects.create(trust_store=store, crl=used)

    for crl in (used, free):
        url = reverse("certificates:crl_delete", args=[crl.pk])
        assert "Delete this CRL?" in operator.post(url).content.decode()
        answer = operator.post(url, {"confirmed": "1"})
        assert answer.status_code == (409 if crl == used else 302)

    assert list(Crl.objects.all()) == [used]


@pytest.mark.parametrize("form", ["pem", "der", "fullchain", "pkcs7"])
def test_downloads_are_kept_by_nobody_on_the_way(operator: Client, add: Add, form: str) -> None:
    (leaf,) = add(made("a\r\nX-Evil: yes"))

    answer = operator.get(reverse("certificates:download", args=[leaf.pk]), {"form": form})

    assert answer["Cache-Control"] == "no-store"
    assert "X-Evil" not in answer.headers
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_chain_that_is_not_there_is_said_on_the_page(operator: Client, add: Add) -> None:
    (leaf,) = add(made("a", "gone"))
    url = reverse("certificates:download", args=[leaf.pk])

    answer = operator.get(url, {"form": "chain"}, follow=True)

    assert "There is no chain to download" in answer.content.decode()
    assert operator.get(url, {"form": "exe"}).status_code == 404


@pytest.mark.parametrize("role", ["anonymous", None, "auditor"])
@pytest.mark.parametrize("name", ["label", "delete"])
def test_readers_change_nothing(
    client_for: Callable[..., Client], add: Add, role: str | None, name: str
) -> None:
    (a,) = add(made("a"))
    data: dict[str, Any] = {"selected": [a.pk], "labels": "x", "act": "add", "confirmed": "1"}

    answer = client_for(role).post(reverse(f"certificates:{name}"), data)

    assert answer.status_code == (302 if role == "anonymous" else 403)
    assert Certificate.objects.count() == 1
    assert not Label.objects.exists()


def test_the_way_to_a_change_is_not_shown_to_readers(
    client_for: Callable[..., Client], add: Add
) -> None:
    (a,) = add(made("a"))
    reader, operator = client_for("auditor"), client_for("operator")
    for url in ("/certificates/", a.get_absolute_url()):
        assert DELETE not in reader.get(url).content.decode()
        assert DELETE in operator.get(url).content.decode()
