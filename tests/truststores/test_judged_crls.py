"""CRLs that are pasted or chosen from the inventory are judged before they count, and refused with why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate, Crl
from pki.formats.write import write_pem
from tests.truststores.conftest import NOW, Authority, authority, bring_in, bring_in_crls, crl
from truststores.errors import StoreChangeRefused
from truststores.models import StoreCrl, StoreProposal, TrustStore
from truststores.services import judge_crls as module
from truststores.services.add_crls import add_crls
from truststores.services.judge_crls import judge_crls

pytestmark = pytest.mark.django_db

ROOT = authority("Example Root")
STRANGER = authority("Example Root", key="another key of that name")
NOBODY = authority("Nobody's Root")
TODAY = (timezone.now() - NOW).days


def fresh(issuer: Authority = ROOT, **more: Any) -> bytes:
    return crl(issuer, **{"start": TODAY - 2, "end": TODAY + 10, **more})


def pem_of(der: bytes) -> str:
    from cryptography import x509

    return x509.load_der_x509_crl(der).public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def store(store_of: Callable[..., TrustStore]) -> TrustStore:
    return store_of("Servers", ROOT, revocation="leaf", moment=timezone.now())


@pytest.fixture
def client(client_for: Callable[..., Client]) -> Client:
    return client_for("operator")


def paste(client: Client, store: TrustStore, text: str) -> Any:
    store.refresh_from_db()
    return client.post(
        reverse("truststores:trust_store_paste", args=[store.pk]),
        {"pem": text, "role": "", "revision": store.revision},
        follow=True,
    )


def choose(client: Client, store: TrustStore, *crls: Crl) -> Any:
    store.refresh_from_db()
    return client.post(
        reverse("truststores:store_crls_add", args=[store.pk]),
        {"crl": [row.pk for row in crls], "revision": store.revision},
        follow=True,
    )


def text_of(answer: Any) -> str:
    text: str = answer.content.decode()
    return text.replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("der", "says"),
    [
        (lambda: fresh(signer=STRANGER), "The signature is not that of"),
        (lambda: fresh(NOBODY), "No certificate of"),
        (lambda: crl(ROOT, start=TODAY + 2, end=TODAY + 10), "It is dated in the future"),
    ],
    ids=["forged", "foreign", "future"],
)
@pytest.mark.parametrize("way", ["pasted", "chosen"])
def test_what_must_not_be_believed_never_becomes_a_proposal(
    client: Client, store: TrustStore, der: Callable[[], bytes], says: str, way: str
) -> None:
    if way == "pasted":
        answer = paste(client, store, pem_of(der()))
    else:
        answer = choose(client, store, *bring_in_crls(der()))
    assert says in text_of(answer)
    assert "does not come into the store" in text_of(answer)
    assert not StoreProposal.objects.exists()
    assert not StoreCrl.objects.exists()
    # It is in the inventory all the same, where it does no harm.
    assert Crl.objects.count() == 1


def test_an_old_list_does_not_come_back_beside_a_newer_one(
    client: Client, store: TrustStore
) -> None:
    [newer] = bring_in_crls(fresh(number=5))
    add_crls(actor=None, store_id=store.pk, crl_ids=[newer.pk])
    [older] = bring_in_crls(crl(ROOT, start=TODAY - 9, end=TODAY + 20, number=4))
    answer = choose(client, store, older)
    assert "an old list was brought out again" in text_of(answer)
    assert not StoreProposal.objects.exists()


def test_the_good_ones_come_and_the_bad_ones_are_named(client: Client, store: TrustStore) -> None:
    answer = paste(client, store, pem_of(fresh(number=7)) + pem_of(fresh(NOBODY)))
    assert "CRL no. 1 of Nobody's Root does not come into the store" in text_of(answer)
    proposal = StoreProposal.objects.get()
    good = Crl.objects.get(number="7")
    assert proposal.change["crls_added"] == [good.pk]


def test_a_newer_list_takes_the_place_of_the_older_in_the_same_change(
    client: Client, store: TrustStore
) -> None:
    [older] = bring_in_crls(crl(ROOT, start=TODAY - 9, end=TODAY + 20, number=4))
    add_crls(actor=None, store_id=store.pk, crl_ids=[older.pk])
    [newer] = bring_in_crls(fresh(number=5))
    choose(client, store, newer)
    change = StoreProposal.objects.get().change
    assert (change["crls_added"], change["crls_dropped"]) == ([newer.pk], [older.pk])


def test_an_authority_that_comes_with_its_list_counts_as_its_issuer(
    client: Client, store_of: Callable[..., TrustStore]
) -> None:
    empty = store_of("Empty", revocation="leaf", moment=timezone.now())
    paste(client, empty, write_pem([ROOT.der]).decode() + pem_of(fresh()))
    change = StoreProposal.objects.get().change
    assert len(change["additions"]) == 1
    assert change["crls_added"] == [Crl.objects.get().pk]


def test_lists_of_one_paste_are_judged_one_after_the_other(store: TrustStore) -> None:
    rows = bring_in_crls(
        fresh(number=6),
        crl(ROOT, start=TODAY - 5, end=TODAY + 5, number=5),
        fresh(number=6, end=TODAY + 9),
    )
    judged = judge_crls(store=store, crl_ids=[row.pk for row in rows], moment=timezone.now())
    # The newest alone counts: number 5 is superseded, and a second number 6 is no second list.
    assert len(judged.accepted) == 1
    assert Crl.objects.get(pk=judged.accepted[0]).number == "6"
    assert [refusal.code for one in judged.refused for refusal in one.refusals] == ["number_reused"]


def test_too_many_at_once_are_a_sentence(
    client: Client, store: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 1)
    rows = bring_in_crls(fresh(number=1), fresh(number=2))
    with pytest.raises(StoreChangeRefused):
        judge_crls(store=store, crl_ids=[row.pk for row in rows], moment=timezone.now())
    assert "at most 1 are judged at once" in text_of(choose(client, store, *rows))


def test_one_that_counts_already_changes_nothing(client: Client, store: TrustStore) -> None:
    [row] = bring_in_crls(fresh())
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk])
    assert "There is nothing to change" in text_of(choose(client, store, row))


def test_a_private_key_that_is_pasted_is_named_and_not_shown_again(
    client: Client, store: TrustStore
) -> None:
    pem = ROOT.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    answer = paste(client, store, pem)
    text = text_of(answer)
    assert "This is a private key. It was not read and is not kept." in text
    assert "No certificate and no CRL was found" in text
    assert pem.splitlines()[1] not in text


def test_what_else_was_pasted_is_named_and_stays_in_the_form(
    client: Client, store: TrustStore
) -> None:
    text = text_of(paste(client, store, "just some words"))
    assert text.count("found in the text") == 1
    assert "just some words</textarea>" in text


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        (lambda: "A" * (5 * 1024 * 1024), "5 MiB, and at most 4 MiB are taken"),
        (lambda: write_pem([ROOT.der]).decode() * 501, "more than 500 certificates and CRLs"),
    ],
    ids=["bytes", "blocks"],
)
def test_too_much_is_refused_in_words(
    client: Client, store: TrustStore, pasted: Callable[[], str], says: str
) -> None:
    assert says in text_of(paste(client, store, pasted()))


def test_the_page_of_a_list_names_the_issuer_with_its_key_apart_from_its_namesakes(
    client: Client, store: TrustStore
) -> None:
    bring_in(STRANGER)
    [row] = bring_in_crls(fresh())
    page = text_of(client.get(row.get_absolute_url()))
    issuer, _, namesakes = page.partition("Of this name, with another key")
    known = Certificate.objects.get(memberships__trust_store=store)
    stranger = Certificate.objects.exclude(pk=known.pk).get(subject_sha256=known.subject_sha256)
    assert known.get_absolute_url() in issuer
    assert stranger.get_absolute_url() not in issuer
    assert stranger.get_absolute_url() in namesakes
