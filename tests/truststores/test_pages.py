"""The pages of trust stores and reports: who may open them, what they say, what their buttons do."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from certificates.models import Certificate
from jobs.models import Job
from jobs.services.request_job import request_job
from tests.truststores.conftest import (
    Authority,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
    work_off,
)
from truststores.models import Role, StoreCrl, StoreMember, TrustStore, ValidationReport
from truststores.services.add_crls import add_crls

pytestmark = pytest.mark.django_db

ROOT = authority("Example Root")
ISSUING = authority("Example Issuing CA", ROOT)
SERVER = leaf("ftp.example.org", ISSUING)
CLIENT = leaf("partner-7", ISSUING, usages=("client",))

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., Any]


@pytest.fixture
def store(store_of: StoreOf) -> TrustStore:
    """A store with a root, an intermediate and a CRL, and reports of every verdict around it."""
    made: TrustStore = store_of("Servers", ROOT, ISSUING, moment=timezone.now())
    store_of("Strict", ROOT, ISSUING, revocation="chain", moment=timezone.now())
    bring_in(SERVER, CLIENT, leaf("late.example.org", ISSUING, end=-500, start=-600))
    bring_in(leaf("lost.example.org", authority("Nobody's CA", authority("Nobody"))))
    [row] = bring_in_crls(crl(ISSUING))
    add_crls(actor=None, store_id=made.pk, crl_ids=[row.pk])
    work_off(timezone.now())
    return made


def addresses(store: TrustStore) -> dict[str, str]:
    """Every page of this app that is opened with GET, and what right it asks for."""
    member = StoreMember.objects.filter(trust_store=store).first()
    report = ValidationReport.objects.filter(trust_store=store).first()
    assert member is not None and report is not None  # noqa: PT018
    run = request_job(kind="validate")
    return {
        reverse("truststores:trust_stores"): "read",
        reverse("truststores:trust_store", args=[store.pk]): "read",
        reverse("truststores:trust_store_download", args=[store.pk]): "read",
        reverse("truststores:reports"): "read",
        reverse("truststores:report", args=[report.pk]): "read",
        reverse("truststores:run", args=[run.pk]): "read",
        reverse("home"): "read",
        reverse("truststores:trust_store_new"): "change",
        reverse("truststores:trust_store_edit", args=[store.pk]): "change",
        reverse("truststores:trust_store_delete", args=[store.pk]): "change",
        reverse("truststores:trust_store_members", args=[store.pk]): "change",
        reverse("truststores:trust_store_paste", args=[store.pk]): "change",
        reverse("truststores:trust_store_roots", args=[store.pk]): "change",
        reverse("truststores:member_replace", args=[store.pk, member.pk]): "change",
    }


@pytest.mark.parametrize(
    ("role", "may_change"),
    [("anonymous", False), (None, False), ("auditor", False), ("operator", True)],
)
def test_each_page_opens_for_those_who_may(
    store: TrustStore, client_for: ClientFor, role: str | None, may_change: bool
) -> None:
    browser = client_for(role)
    for address, right in addresses(store).items():
        answer = browser.get(address)
        if role == "anonymous":
            assert answer.status_code == 302, address
            assert answer["Location"].startswith(reverse("account_login")), address
        elif right == "change" and not may_change:
            assert answer.status_code == 403, address
        else:
            assert answer.status_code == 200, address


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("trust_store_new", ()),
        ("trust_store_edit", ("store",)),
        ("trust_store_delete", ("store",)),
        ("trust_store_members", ("store",)),
        ("trust_store_trust", ("store",)),
        ("trust_store_paste", ("store",)),
        ("trust_store_roots", ("store",)),
        ("store_crls_add", ("store",)),
        ("member_remove", ("store", "member")),
        ("crl_remove", ("store", "crl")),
        ("report_validate", ("report",)),
    ],
)
def test_an_auditor_changes_nothing(
    store: TrustStore, client_for: ClientFor, name: str, more: tuple[str, ...]
) -> None:
    member = StoreMember.objects.filter(trust_store=store).first()
    held = StoreCrl.objects.filter(trust_store=store).first()
    report = ValidationReport.objects.first()
    assert member is not None and held is not None and report is not None  # noqa: PT018
    ids = {"store": store.pk, "member": member.pk, "crl": held.pk, "report": report.pk}
    before = (StoreMember.objects.count(), StoreCrl.objects.count(), AuditEvent.objects.count())
    address = reverse(f"truststores:{name}", args=[ids[one] for one in more])
    assert client_for("auditor").post(address, {}).status_code == 403
    after = (StoreMember.objects.count(), StoreCrl.objects.count(), AuditEvent.objects.count())
    assert after == before


def save_previewed(client: Client, address: str, data: dict[str, Any] | None = None) -> str:
    """Post a form that leads to the preview of a change, and save the change from there."""
    answer = client.post(address, data or {}, follow=True)
    preview = answer.redirect_chain[-1][0]
    assert "/changes/" in preview, answer.content.decode()
    assert client.post(f"{preview}save/").status_code == 302
    return answer.content.decode()


def page_of(client: Client, certificate: str, store: str) -> str:
    report = ValidationReport.objects.get(certificate__cn=certificate, trust_store__name=store)
    answer = client.get(report.get_absolute_url())
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_report_of_a_missing_intermediate_says_what_the_logs_say_and_what_to_do(
    store: TrustStore, client_for: ClientFor
) -> None:
    page = page_of(client_for("operator"), "lost.example.org", "Servers")
    assert 'data-verdict="not_trusted"' in page
    assert "error 20 at 0 depth lookup: unable to get local issuer certificate" in page
    assert "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY" in page
    assert "It chains to no trust store yet" in page
    assert "Import the missing issuer" in page
    assert "0 s:CN = lost.example.org" in page


def test_the_report_of_a_working_certificate_says_until_when_and_why(
    store: TrustStore, client_for: ClientFor
) -> None:
    page = page_of(client_for(None), "ftp.example.org", "Servers")
    assert 'data-verdict="trusted"' in page
    assert "Works until" in page
    assert "“ftp.example.org” ends" in page
    assert "What to do" not in page
    assert "Validate now" not in page  # a reader may not


def test_the_report_of_a_missing_crl_is_undetermined_and_never_good(
    store: TrustStore, client_for: ClientFor
) -> None:
    page = page_of(client_for("operator"), "partner-7", "Strict")
    assert 'data-verdict="not_trusted"' in page  # the usage decides before the CRL
    page = page_of(client_for("administrator"), "ftp.example.org", "Strict")
    assert 'data-verdict="undetermined"' in page
    assert "error 3 at 0 depth lookup" in page


def test_the_report_of_another_usage_says_that_it_does_not_count(
    store: TrustStore, client_for: ClientFor
) -> None:
    page = page_of(client_for(None), "partner-7", "Servers")
    assert "Not meant for this usage" in page
    assert "error 26 at 0 depth lookup" in page


def test_the_report_of_an_expired_certificate_offers_its_successor(
    store: TrustStore, client_for: ClientFor
) -> None:
    bring_in(leaf("late.example.org", ISSUING))
    page = page_of(client_for("operator"), "late.example.org", "Servers")
    assert "error 10 at 0 depth lookup: certificate has expired" in page
    assert "See its successor in the inventory" in page


def test_the_report_of_one_that_is_not_valid_yet_promises_no_renewal(
    store: TrustStore, client_for: ClientFor
) -> None:
    bring_in(
        leaf("early.example.org", ISSUING, start=2000, end=2900),
        leaf("early.example.org", ISSUING, end=2800),
    )
    row = Certificate.objects.get(cn="early.example.org", not_before__gt=timezone.now())
    work_off(timezone.now())
    report = row.validation_reports.get(trust_store__name="Servers")
    page = client_for("operator").get(report.get_absolute_url()).content.decode()
    assert "error 9 at 0 depth lookup" in page
    assert "See the one of its name that is valid now" in page
    assert "Import the renewed certificate" not in page


def test_the_report_of_a_missing_crl_names_whose_and_leads_to_where_it_comes_in(
    store: TrustStore, client_for: ClientFor
) -> None:
    page = page_of(client_for("operator"), "ftp.example.org", "Strict")
    assert "Needed: a CRL of" in page
    strict = TrustStore.objects.get(name="Strict")
    crls = reverse("truststores:store_crls", args=[strict.pk])
    acts = re.findall(r'href="([^"]+)">.*?</a>', page.partition("advice-acts")[2])
    # An import alone would not let it count in the store.
    assert f"{crls}#upload" in acts[:2]
    assert reverse("certificates:import") not in acts[:3]
    assert 'id="upload"' in client_for("custodian").get(crls).content.decode()


def test_whoever_has_the_name_of_a_known_authority_and_another_key_is_warned_of(
    store: TrustStore, client_for: ClientFor
) -> None:
    imitation = authority("Example Issuing CA", key="nobody knows this one")
    bring_in(imitation, leaf("fake.example.org", imitation))
    work_off(timezone.now())
    browser = client_for("operator")
    page = page_of(browser, "fake.example.org", "Servers")
    assert "error 19 at 1 depth lookup" in page
    known = Certificate.objects.get(cn="Example Issuing CA", self_issued=False)
    caution, _, acts = page.partition("with another key")[2].partition("advice-acts")
    assert "ask the authority itself for the fingerprint" in caution
    assert acts.index(f'href="{known.get_absolute_url()}"') < acts.index(
        "Trust “Example Issuing CA”"
    )


def test_the_report_leads_with_what_decided_and_not_with_the_missing_crl_before_it(
    store: TrustStore, client_for: ClientFor
) -> None:
    """OpenSSL asks for CRLs before it looks at dates: its first error is not always the reason."""
    bring_in(leaf("late.example.org", ISSUING))
    page = page_of(client_for("operator"), "late.example.org", "Strict")
    report = ValidationReport.objects.get(
        certificate__cn="late.example.org", trust_store__name="Strict"
    )
    assert (report.codes.split()[0], report.codes.split()[-1]) == ("3@0", "10@0")
    assert (report.verdict, report.first_code, report.depth) == ("not_trusted", 10, 0)
    headline, _, rest = page.partition("<h2>What is wrong</h2>")
    assert "A certificate has expired." in headline
    assert rest.index("error 10 at 0 depth lookup") < rest.index("Besides: A CRL is missing")


def test_a_button_of_the_report_trusts_the_root_that_is_missing(
    store_of: StoreOf, client_for: ClientFor
) -> None:
    """19 at depth 2: the root is known to the inventory, and one press away from the store."""
    store_of("Servers", ISSUING, moment=timezone.now())
    root, server = bring_in(ROOT, SERVER)
    work_off(timezone.now())
    report = ValidationReport.objects.get(certificate=server)
    assert report.first_code == 19
    browser = client_for("operator")
    page = browser.get(report.get_absolute_url()).content.decode()
    address = reverse("truststores:trust_store_trust", args=[report.trust_store_id])
    assert address in page
    assert f'name="certificate" value="{root.pk}"' in page
    assert "with another key" not in page

    save_previewed(browser, address, {"certificate": root.pk})
    assert StoreMember.objects.get(certificate=root).role == Role.ANCHOR
    work_off(timezone.now() + timedelta(seconds=1))
    report.refresh_from_db()
    assert report.verdict == "trusted"


def test_an_earlier_report_leads_with_what_decided_then(
    store: TrustStore, client_for: ClientFor
) -> None:
    """A CRL that is out of date comes before the end of the certificate, and does not decide."""
    bring_in(leaf("late.example.org", ISSUING))
    strict = TrustStore.objects.get(name="Strict")
    row = ValidationReport.objects.get(certificate__cn="late.example.org", trust_store=strict)
    assert row.codes.split()[0] == "3@0"
    [late] = bring_in_crls(crl(ISSUING, end=1))
    add_crls(actor=None, store_id=strict.pk, crl_ids=[late.pk])
    work_off(timezone.now() + timedelta(seconds=1))
    past = row.past.get()
    address = reverse("truststores:past_report", args=[row.pk, past.pk])
    page = client_for(None).get(address).content.decode()
    assert "A certificate has expired." in page.partition('id="verdict"')[2][:200]


def test_an_earlier_report_stays_readable(store: TrustStore, client_for: ClientFor) -> None:
    nobody = authority("Nobody")
    bring_in(authority("Nobody's CA", nobody))
    browser = client_for("operator")
    lost = ValidationReport.objects.get(certificate__cn="lost.example.org", trust_store=store)
    pem = nobody.pem
    paste = reverse("truststores:trust_store_paste", args=[store.pk])
    save_previewed(browser, paste, {"pem": pem, "role": ""})
    work_off(timezone.now() + timedelta(seconds=1))
    lost.refresh_from_db()
    assert lost.verdict == "trusted"
    past = lost.past.get()
    answer = browser.get(reverse("truststores:past_report", args=[lost.pk, past.pk]))
    assert b"error 20 at 0 depth lookup" in answer.content
    assert b"An earlier report" in answer.content


def test_validate_now_makes_the_report_at_once(store: TrustStore, client_for: ClientFor) -> None:
    report = ValidationReport.objects.get(certificate__cn="ftp.example.org", trust_store=store)
    before = report.made_at
    answer = client_for("operator").post(
        reverse("truststores:report_validate", args=[report.pk]), follow=True
    )
    assert b"Validated just now: still trusted." in answer.content
    report.refresh_from_db()
    assert report.made_at is not None
    assert before is not None
    assert report.made_at > before


def form_of(**changes: str) -> dict[str, str]:
    return {
        "name": "Partners",
        "usage": "client",
        "revocation": "leaf",
        "notes": "",
        "security_level": "2",
        "common_name": "on",
        "policy_oids": "",
        **changes,
    }


def test_a_store_is_created_with_its_policy_and_the_log_says_so(client_for: ClientFor) -> None:
    answer = client_for("operator").post(
        reverse("truststores:trust_store_new"), form_of(policy_oids="1.2.3.4\n1.2.3.4")
    )
    store = TrustStore.objects.get(name="Partners")
    assert answer["Location"] == store.get_absolute_url()
    assert (store.usage, store.revocation, store.security_level) == ("client", "leaf", 2)
    assert store.policy_oids == ["1.2.3.4"]
    event = AuditEvent.objects.get(action="trust_store.created")
    assert event.actor_name == "the-operator"


@pytest.mark.parametrize("oid", ["1", "1.2.", "3.1.2", "1.40.1", "abc", "1.02.3", "1.2.-3"])
def test_what_is_no_object_identifier_is_refused_beside_its_field(
    client_for: ClientFor, oid: str
) -> None:
    answer = client_for("operator").post(
        reverse("truststores:trust_store_new"), form_of(policy_oids=oid)
    )
    assert answer.status_code == 200
    assert "is no object identifier" in answer.content.decode()
    assert not TrustStore.objects.exists()


def test_a_name_is_taken_once(store: TrustStore, client_for: ClientFor) -> None:
    answer = client_for("operator").post(
        reverse("truststores:trust_store_new"), form_of(name="Servers")
    )
    assert "already a trust store of this name" in answer.content.decode()


def test_a_form_that_was_opened_on_an_older_store_is_refused(
    store: TrustStore, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    stale = str(store.revision - 1)
    answer = browser.post(
        reverse("truststores:trust_store_edit", args=[store.pk]),
        form_of(name="Servers", revision=stale),
    )
    assert "Somebody else changed this trust store" in answer.content.decode()
    answer = browser.post(
        reverse("truststores:trust_store_delete", args=[store.pk]),
        {"revision": stale},
        follow=True,
    )
    assert "Somebody else changed this trust store" in answer.content.decode()
    assert TrustStore.objects.filter(pk=store.pk).exists()


def test_members_are_chosen_from_the_inventory_and_get_the_role_of_their_kind(
    store_of: StoreOf, client_for: ClientFor
) -> None:
    empty = store_of("Empty")
    root, issuing = bring_in(ROOT, ISSUING)
    browser = client_for("operator")
    address = reverse("truststores:trust_store_members", args=[empty.pk])
    assert "Example Root" in browser.get(address, {"q": "example"}).content.decode()
    chosen = {"certificate": [root.pk, issuing.pk], "revision": empty.revision}
    save_previewed(browser, address, chosen)
    roles = dict(empty.members.values_list("certificate__cn", "role"))
    assert roles == {"Example Root": "anchor", "Example Issuing CA": "intermediate"}


def test_the_page_says_that_an_anchor_that_is_not_self_signed_needs_partial_chains(
    store_of: StoreOf, client_for: ClientFor
) -> None:
    empty = store_of("Empty")
    [issuing] = bring_in(ISSUING)
    browser = client_for("operator")
    save_previewed(
        browser,
        reverse("truststores:trust_store_members", args=[empty.pk]),
        {"certificate": issuing.pk, "role": "anchor"},
    )
    page = browser.get(empty.get_absolute_url()).content.decode()
    assert "not self-signed" in page
    assert "Accept partial chains" in page


def test_pasting_brings_certificates_and_crls_in_and_names_the_line_of_what_was_not_taken(
    store_of: StoreOf, client_for: ClientFor
) -> None:
    empty = store_of("Empty")
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    page = save_previewed(
        client_for("operator"),
        reverse("truststores:trust_store_paste", args=[empty.pk]),
        {"pem": f"some text\n{ROOT.pem}{broken}{ISSUING.pem}", "role": ""},
    )
    line = 2 + ROOT.pem.count("\n")
    assert f"Line {line}:" in page
    assert empty.members.count() == 2


@pytest.mark.parametrize("pem", ["nothing in here", "\x00\x00"])
def test_pasting_nothing_is_told_in_a_sentence(
    store_of: StoreOf, client_for: ClientFor, pem: str
) -> None:
    empty = store_of("Empty")
    answer = client_for("operator").post(
        reverse("truststores:trust_store_paste", args=[empty.pk]), {"pem": pem, "role": ""}
    )
    assert answer.status_code == 200
    assert not Certificate.objects.exists()


def test_roots_of_the_machine_are_offered_and_none_is_chosen_beforehand(
    store_of: StoreOf, client_for: ClientFor
) -> None:
    empty = store_of("Empty")
    browser = client_for("operator")
    address = reverse("truststores:trust_store_roots", args=[empty.pk])
    page = browser.get(address, {"bundle": "certifi", "q": "isrg root x1"}).content.decode()
    assert page.count('name="root"') == 1
    assert "checked" not in page
    digest = page.split('name="root" value="')[1][:64]
    chosen = {"bundle": "certifi", "root": [digest], "revision": empty.revision}
    save_previewed(browser, address, chosen)
    member = empty.members.get()
    assert (member.role, member.certificate.cn) == ("anchor", "ISRG Root X1")
    answer = browser.post(address, {"bundle": "certifi", "root": []}, follow=True)
    assert "Choose at least one root." in answer.content.decode()


def test_crls_of_the_inventory_are_offered_to_the_store_of_their_authority(
    store_of: StoreOf, client_for: ClientFor
) -> None:
    made = store_of("Servers", ROOT, ISSUING, revocation="leaf", moment=timezone.now())
    [row] = bring_in_crls(crl(ISSUING))
    browser = client_for("operator")
    page = browser.get(made.get_absolute_url()).content.decode()
    assert "1 CRL in the inventory matches authorities of this store" in " ".join(page.split())
    save_previewed(browser, reverse("truststores:store_crls_add", args=[made.pk]), {"crl": row.pk})
    assert made.store_crls.get().crl == row
    assert "matches authorities" not in browser.get(made.get_absolute_url()).content.decode()


def test_a_store_is_handed_out_as_pem_anchors_first(
    store: TrustStore, client_for: ClientFor
) -> None:
    browser = client_for(None)
    address = reverse("truststores:trust_store_download", args=[store.pk])
    plain = browser.get(address)
    assert plain.content.decode() == ROOT.pem + ISSUING.pem
    assert plain["Content-Disposition"] == 'attachment; filename="Servers.pem"'
    named = browser.get(address, {"names": "1"}).content.decode()
    assert named.count("subject=") == named.count("issuer=") == 2
    assert browser.get(address, {"anchors": "1"}).content.decode() == ROOT.pem


def test_removing_and_deleting_ask_first_and_then_do_it(
    store: TrustStore, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    member = store.members.get(role=Role.INTERMEDIATE)
    store.refresh_from_db()
    address = reverse("truststores:member_remove", args=[store.pk, member.pk])
    save_previewed(browser, address, {"revision": store.revision})
    assert not store.members.filter(pk=member.pk).exists()
    held = store.store_crls.get()
    save_previewed(browser, reverse("truststores:crl_remove", args=[store.pk, held.pk]))
    assert not store.store_crls.exists()
    store.refresh_from_db()
    browser.post(
        reverse("truststores:trust_store_delete", args=[store.pk]), {"revision": store.revision}
    )
    assert not TrustStore.objects.filter(pk=store.pk).exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"verdict": "trusted", "q": "ftp.example"}, {"ftp.example.org"}),
        ({"code": "20"}, {"lost.example.org"}),
        ({"code": "26", "counts": "usage"}, {"partner-7"}),
        ({"counts": "loose"}, {"lost.example.org"}),
        ({"verdict": "trusted", "q": "late"}, set()),
    ],
)
def test_reports_are_found_by_what_they_say(
    store: TrustStore, client_for: ClientFor, query: dict[str, str], found: set[str]
) -> None:
    answer = client_for(None).get(reverse("truststores:reports"), query)
    rows = answer.context["page"].rows
    assert {report.certificate.cn for report in rows} == found


def test_the_most_pressing_report_comes_first(store: TrustStore, client_for: ClientFor) -> None:
    rows = client_for(None).get(reverse("truststores:reports")).context["page"].rows
    assert (rows[0].certificate.cn, rows[0].verdict) == ("late.example.org", "not_trusted")


def test_the_list_of_reports_costs_the_same_however_many_there_are(
    store: TrustStore, client_for: ClientFor
) -> None:
    browser = client_for(None)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert browser.get(reverse("truststores:reports")).status_code == 200
        return len(counted)

    def arrive(numbers: range) -> None:
        more: list[Authority] = [leaf(f"host-{number}.example.org", ISSUING) for number in numbers]
        bring_in(*more)
        work_off(timezone.now())

    queries()  # what is kept per process
    arrive(range(60))  # more than a page
    few = queries()
    arrive(range(60, 90))
    assert queries() == few


def test_a_run_shows_what_it_changed(store: TrustStore, client_for: ClientFor) -> None:
    from jobs.services.work_job import work_job

    nobody = authority("Nobody")
    browser = client_for("operator")
    bring_in(authority("Nobody's CA", nobody))
    save_previewed(
        browser,
        reverse("truststores:trust_store_paste", args=[store.pk]),
        {"pem": nobody.pem, "role": ""},
    )
    job = Job.objects.get(kind="validate", state="queued", parent=None)
    assert work_job(job_id=job.pk)
    for part in Job.objects.filter(parent=job):
        assert work_job(job_id=part.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error_data
    page = browser.get(reverse("truststores:run", args=[job.pk])).content.decode()
    assert "Became trusted" in page
    assert "lost.example.org" in page


def test_a_run_that_does_not_exist_is_not_found(client_for: ClientFor) -> None:
    assert client_for(None).get(reverse("truststores:run", args=[uuid.uuid4()])).status_code == 404


def test_the_overview_counts_what_needs_attention(store: TrustStore, client_for: ClientFor) -> None:
    answer = client_for(None).get(reverse("home"))
    tally = {cell["label"]: cell["count"] for cell in answer.context["tally"]}
    assert tally["Not trusted"] == 2  # one has expired, one is for clients and there is no store
    assert tally["Not chained"] == 1
    page = answer.content.decode()
    assert "late.example.org" in page
    assert "error 10 at 0 depth" in page


def test_the_overview_shows_the_first_steps_while_nothing_is_there(client_for: ClientFor) -> None:
    page = client_for("operator").get(reverse("home")).content.decode()
    assert "Bring in your certificates" in page
