"""The preview of a change: what it says is what happens when it is saved, and only then."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from certificates.models import Certificate
from jobs.models import Job
from jobs.services.work_job import work_job
from pki.verify.inputs import Policy, Revocation, Usage
from tests.truststores.conftest import (
    Authority,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
    work_off,
)
from truststores.errors import StoreChanged, StoreChangeRefused
from truststores.models import Role, StoreMember, StoreProposal, TrustStore, ValidationReport
from truststores.proposals import StoreChange, change_from_json, change_to_json
from truststores.services import propose_change as proposing
from truststores.services.add_crls import add_crls
from truststores.services.add_members import add_members
from truststores.services.propose_change import propose_change
from truststores.services.save_proposal import save_proposal
from truststores.specs import NewMember, StoreSpec

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., Any]

ROOT = authority("Proposal Root")
ISSUING = authority("Proposal Issuing CA", ROOT)
AGAIN = authority("Proposal Issuing CA", ROOT, key="Proposal Issuing CA", end=1200, start=-10)
OTHER = authority("Other Root")
OTHER_ISSUING = authority("Other Issuing CA", OTHER)
SERVERS = [leaf(f"server-{number}.example.com", ISSUING, end=400) for number in range(3)]
CLIENT = leaf("client-1", ISSUING, usages=("client",), end=400)
OTHERS = [leaf(f"other-{number}.example.com", OTHER_ISSUING, end=500) for number in range(2)]
REVOKED = leaf("revoked.example.com", ISSUING, end=400)


@pytest.fixture
def store(store_of: StoreOf) -> TrustStore:
    moment = timezone.now()
    made: TrustStore = store_of("Servers", ROOT, ISSUING, moment=moment)
    bring_in(*SERVERS, CLIENT, *OTHERS, OTHER, OTHER_ISSUING, AGAIN, REVOKED)
    serial = REVOKED.certificate.serial_number
    bring_in_crls(
        crl(ISSUING, start=-10, end=900, revoked=(serial,)), crl(ROOT, start=-10, end=900)
    )
    work_off(moment)
    made.refresh_from_db()
    return made


def row_of(one: Authority) -> Certificate:
    return Certificate.objects.get(sha256=parse(one))


def parse(one: Authority) -> str:
    from hashlib import sha256

    return sha256(one.der).hexdigest()


def changes() -> dict[str, StoreChange]:
    from certificates.models import Crl

    def policy(**wanted: Any) -> StoreSpec:
        defaults: dict[str, Any] = {"usage": Usage.SERVER}
        return StoreSpec(name="Servers", policy=Policy(**(defaults | wanted)))

    crls = {row.issuer_cn: row.pk for row in Crl.objects.all()}
    issuing, root = row_of(ISSUING).pk, row_of(ROOT).pk
    return {
        "add a root": StoreChange(additions=(NewMember(certificate_id=row_of(OTHER).pk),)),
        "add an intermediate as anchor": StoreChange(
            additions=(NewMember(certificate_id=row_of(OTHER_ISSUING).pk, role=Role.ANCHOR),)
        ),
        "remove the root": StoreChange(removals=(root,)),
        "remove the intermediate": StoreChange(removals=(issuing,)),
        "remove everything": StoreChange(removals=(root, issuing)),
        "replace the intermediate": StoreChange(
            additions=(NewMember(certificate_id=row_of(AGAIN).pk, role=Role.INTERMEDIATE),),
            removals=(issuing,),
        ),
        "ask for CRLs that are missing": StoreChange(spec=policy(revocation=Revocation.LEAF)),
        "ask for CRLs and add them": StoreChange(
            spec=policy(revocation=Revocation.CHAIN), crls_added=tuple(crls.values())
        ),
        "another usage": StoreChange(spec=policy(usage=Usage.CLIENT)),
        "a stricter level": StoreChange(spec=policy(security_level=4)),
        "partial chains and no root": StoreChange(
            spec=policy(partial_chain=True),
            additions=(NewMember(certificate_id=issuing, role=Role.ANCHOR),),
            removals=(root,),
        ),
    }


def verdicts(store: TrustStore) -> dict[int, tuple[str, Any]]:
    rows = ValidationReport.objects.filter(trust_store=store, chained=True)
    return {row.certificate_id: (row.verdict, row.effective_expiry) for row in rows}


def named(outcome: dict[str, Any], group: str) -> set[int]:
    return {one[0] for reason in outcome[group]["reasons"] for one in reason["certificates"]}


KINDS = (
    "add a root",
    "add an intermediate as anchor",
    "remove the root",
    "remove the intermediate",
    "remove everything",
    "replace the intermediate",
    "ask for CRLs that are missing",
    "ask for CRLs and add them",
    "another usage",
    "a stricter level",
    "partial chains and no root",
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_preview_says_is_what_happens(store: TrustStore, kind: str) -> None:
    before = verdicts(store)
    proposal = propose_change(actor=None, store_id=store.pk, change=changes()[kind])
    assert verdicts(store) == before, "a preview changes nothing"
    outcome = proposal.outcome
    assert outcome is not None
    save_proposal(actor=None, proposal_id=proposal.pk)
    work_off(timezone.now() + timedelta(seconds=1))
    after = verdicts(store)

    def trusted(which: dict[int, tuple[str, Any]]) -> set[int]:
        return {pk for pk, (verdict, _) in which.items() if verdict == "trusted"}

    assert named(outcome, "red") == trusted(before) - trusted(after)
    assert named(outcome, "green") == trusted(after) - trusted(before)
    fallen = {
        one[0]
        for reason in outcome["red"]["reasons"]
        if reason["after"] == "unchained"
        for one in reason["certificates"]
    }
    assert fallen == trusted(before) - set(after), "what no longer leads into the store"
    both = trusted(before) & trusted(after)
    assert named(outcome, "moved") == {pk for pk in both if before[pk][1] != after[pk][1]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_comes_back_from_the_database_as_it_went_in(store: TrustStore, kind: str) -> None:
    change = changes()[kind]
    proposal = propose_change(actor=None, store_id=store.pk, change=change)
    proposal.refresh_from_db()
    assert change_from_json(proposal.change) == change
    assert change_from_json(change_to_json(change)) == change


def test_a_store_that_changed_since_is_not_saved_over(store: TrustStore) -> None:
    removal = changes()["remove the root"]
    proposal = propose_change(actor=None, store_id=store.pk, change=removal)
    add_members(
        actor=None, store_id=store.pk, additions=[NewMember(certificate_id=row_of(OTHER).pk)]
    )
    with pytest.raises(StoreChanged):
        save_proposal(actor=None, proposal_id=proposal.pk)
    assert StoreMember.objects.filter(trust_store=store, certificate=row_of(ROOT)).exists()


def test_a_change_is_saved_once(store: TrustStore) -> None:
    proposal = propose_change(actor=None, store_id=store.pk, change=changes()["remove the root"])
    save_proposal(actor=None, proposal_id=proposal.pk)
    with pytest.raises(StoreChangeRefused) as refused:
        save_proposal(actor=None, proposal_id=proposal.pk)
    assert refused.value.code == "proposal.saved_before"


def test_what_was_deleted_meanwhile_is_told(store: TrustStore) -> None:
    proposal = propose_change(actor=None, store_id=store.pk, change=changes()["add a root"])
    row_of(OTHER).delete()
    with pytest.raises(StoreChangeRefused) as refused:
        save_proposal(actor=None, proposal_id=proposal.pk)
    assert refused.value.code == "proposal.gone"


def test_a_refused_part_undoes_the_whole_change(store: TrustStore, store_of: StoreOf) -> None:
    """The policy cannot be saved under a name that was taken meanwhile: no member goes either."""
    change = StoreChange(
        removals=(row_of(ROOT).pk,),
        spec=StoreSpec(name="Taken", policy=Policy(usage=Usage.SERVER, security_level=2)),
    )
    proposal = propose_change(actor=None, store_id=store.pk, change=change)
    store_of("Taken")
    events = AuditEvent.objects.count()
    with pytest.raises(StoreChangeRefused) as refused:
        save_proposal(actor=None, proposal_id=proposal.pk)
    assert refused.value.code == "store.name_taken"
    assert StoreMember.objects.filter(trust_store=store, certificate=row_of(ROOT)).exists()
    assert AuditEvent.objects.count() == events


def test_what_is_so_already_is_no_change(store: TrustStore) -> None:
    member = NewMember(certificate_id=row_of(ROOT).pk)
    with pytest.raises(StoreChangeRefused) as refused:
        propose_change(actor=None, store_id=store.pk, change=StoreChange(additions=(member,)))
    assert refused.value.code == "change.nothing"
    assert not StoreProposal.objects.exists()


def test_old_proposals_are_forgotten(store: TrustStore) -> None:
    old = propose_change(actor=None, store_id=store.pk, change=changes()["remove the root"])
    StoreProposal.objects.update(created_at=timezone.now() - timedelta(days=8))
    propose_change(actor=None, store_id=store.pk, change=changes()["add a root"])
    assert not StoreProposal.objects.filter(pk=old.pk).exists()


def test_only_what_the_change_touches_is_judged(store: TrustStore) -> None:
    proposal = propose_change(actor=None, store_id=store.pk, change=changes()["add a root"])
    outcome = proposal.outcome
    assert outcome is not None
    # Other Root, Other Issuing CA and the two below it.
    assert outcome["asked"] == 4
    assert outcome["untouched"] == len(verdicts(store))
    assert outcome["red"]["count"] == 0


# Pages --------------------------------------------------------------------------------------------


def preview_of(browser: Client, store: TrustStore) -> tuple[str, str]:
    """The address and the page of the preview of removing the root."""
    member = store.members.get(role=Role.ANCHOR)
    answer = browser.post(
        reverse("truststores:member_remove", args=[store.pk, member.pk]),
        {"revision": store.revision},
        follow=True,
    )
    return answer.redirect_chain[-1][0], answer.content.decode()


def test_the_page_says_what_turns_red_and_saves_from_there(
    store: TrustStore, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    address, page = preview_of(browser, store)
    assert 'data-turn="red" data-count="7"' in page
    assert "server-1.example.com" in page
    assert "self-signed certificate in certificate chain at depth 2" in page
    assert store.members.filter(role=Role.ANCHOR).exists()
    answer = browser.post(f"{address}save/", follow=True)
    assert "Saved. What it changes is being validated." in answer.content.decode()
    assert not store.members.filter(role=Role.ANCHOR).exists()
    assert "A saved change" in browser.get(address).content.decode()
    assert AuditEvent.objects.filter(action="trust_store.member_removed").count() == 1


def test_a_stale_preview_says_so_and_is_made_anew(store: TrustStore, client_for: ClientFor) -> None:
    browser = client_for("operator")
    address, _ = preview_of(browser, store)
    add_members(
        actor=None, store_id=store.pk, additions=[NewMember(certificate_id=row_of(OTHER).pk)]
    )
    page = browser.get(address).content.decode()
    assert "The store has changed since" in page
    assert "Save the change" not in page
    refused = browser.post(f"{address}save/", follow=True).content.decode()
    assert "Somebody else changed this trust store" in refused
    again = browser.post(f"{address}again/", follow=True)
    assert again.redirect_chain[-1][0] != address
    assert "Save the change" in again.content.decode()


def test_a_form_of_an_older_revision_gets_no_preview(
    store: TrustStore, client_for: ClientFor
) -> None:
    member = store.members.get(role=Role.ANCHOR)
    answer = client_for("operator").post(
        reverse("truststores:member_remove", args=[store.pk, member.pk]),
        {"revision": store.revision - 1},
        follow=True,
    )
    assert "Somebody else changed this trust store" in answer.content.decode()
    assert not StoreProposal.objects.exists()


def test_many_certificates_are_left_to_a_job(
    store: TrustStore, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "AT_ONCE", 2)
    browser = client_for("operator")
    address, page = preview_of(browser, store)
    assert "a worker finds out" in page
    assert "Save the change" not in page
    told = browser.post(f"{address}save/", follow=True).content.decode()
    assert "Nobody knows yet what this change would do" in told
    job = Job.objects.get(kind="preview")
    assert work_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", job.total)
    assert 'data-turn="red" data-count="7"' in browser.get(address).content.decode()


def test_only_a_change_of_the_policy_is_previewed(store: TrustStore, client_for: ClientFor) -> None:
    browser = client_for("operator")
    address = reverse("truststores:trust_store_edit", args=[store.pk])
    form = {
        "name": "Renamed",
        "usage": "server",
        "revocation": "none",
        "security_level": "1",
        "common_name": "on",
        "notes": "",
        "policy_oids": "",
        "revision": str(store.revision),
    }
    assert browser.post(address, form).headers["Location"] == store.get_absolute_url()
    store.refresh_from_db()
    assert store.name == "Renamed"
    answer = browser.post(
        address, form | {"revocation": "leaf", "revision": str(store.revision)}, follow=True
    )
    page = answer.content.decode()
    assert "unable to get certificate CRL at depth 0" in page
    assert "Revocation: the end certificate needs a CRL" in page
    store.refresh_from_db()
    assert store.revocation == "none"


def test_a_member_is_replaced_by_what_has_its_name(
    store: TrustStore, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    member = store.members.get(role=Role.INTERMEDIATE)
    address = reverse("truststores:member_replace", args=[store.pk, member.pk])
    page = browser.get(address).content.decode()
    assert "The same key" in page
    assert "Other Root" not in page
    assert "Other Root" in browser.get(address, {"q": "other root"}).content.decode()
    answer = browser.post(address, {"certificate": row_of(AGAIN).pk}, follow=True)
    assert 'data-turn="red" data-count="0"' in answer.content.decode()
    browser.post(f"{answer.redirect_chain[-1][0]}save/")
    assert store.members.get(role=Role.INTERMEDIATE).certificate == row_of(AGAIN)


def test_a_preview_belongs_to_its_store(
    store: TrustStore, store_of: StoreOf, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    preview_of(browser, store)
    row = StoreProposal.objects.get()
    other = store_of("Other")
    for name, method in (
        ("proposal", "get"),
        ("proposal_save", "post"),
        ("proposal_again", "post"),
    ):
        address = reverse(f"truststores:{name}", args=[other.pk, row.pk])
        assert getattr(browser, method)(address).status_code == 404
    for role in (None, "auditor"):
        reader = client_for(role)
        assert reader.get(row.get_absolute_url()).status_code == 403
        assert reader.post(f"{row.get_absolute_url()}save/").status_code == 403


def test_what_was_pasted_is_in_the_inventory_and_trusted_by_nobody(
    store_of: StoreOf, client_for: ClientFor
) -> None:
    empty = store_of("Empty")
    answer = client_for("operator").post(
        reverse("truststores:trust_store_paste", args=[empty.pk]),
        {"pem": ROOT.pem, "role": ""},
        follow=True,
    )
    assert "Before you save" in answer.content.decode()
    assert Certificate.objects.filter(sha256=parse(ROOT)).exists()
    assert not empty.members.exists()


def test_crls_are_added_and_dropped_through_the_preview(
    store: TrustStore, client_for: ClientFor
) -> None:
    from certificates.models import Crl

    ids = list(Crl.objects.order_by("pk").values_list("pk", flat=True))
    add_crls(actor=None, store_id=store.pk, crl_ids=ids)
    browser = client_for("operator")
    held = store.store_crls.get(crl__issuer__contains="Issuing")
    address = reverse("truststores:crl_remove", args=[store.pk, held.pk])
    answer = browser.post(address, follow=True)
    assert "No longer let count" in answer.content.decode()
    assert store.store_crls.count() == 2
    browser.post(f"{answer.redirect_chain[-1][0]}save/")
    assert store.store_crls.count() == 1


def test_a_saved_change_of_the_policy_still_says_what_was_changed(
    store: TrustStore, client_for: ClientFor
) -> None:
    proposal = propose_change(
        actor=None,
        store_id=store.pk,
        change=StoreChange(
            spec=StoreSpec(
                name="Servers",
                policy=Policy(usage=Usage.SERVER, revocation=Revocation.LEAF, security_level=2),
            )
        ),
    )
    browser = client_for("operator")

    def said() -> list[str]:
        page = browser.get(proposal.get_absolute_url()).content.decode()
        acts = page.partition('<ul class="acts">')[2].partition("</ul>")[0]
        return re.findall(r"<b>(.+?)</b>", acts)

    before = said()
    assert "Revocation: the end certificate needs a CRL" in before
    assert "Security level 2" in " ".join(before)
    save_proposal(actor=None, proposal_id=proposal.pk)
    assert said() == before


def test_a_preview_that_a_worker_makes_can_be_ended(
    store: TrustStore, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "AT_ONCE", 2)
    _, page = preview_of(client_for("operator"), store)
    job = Job.objects.get(kind="preview")
    assert f'action="{reverse("jobs:cancel", args=[job.pk])}"' in page
