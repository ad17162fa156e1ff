"""The pages of services: who may open them, what they say, what their buttons do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from certificates.key_specs import OwnerWanted
from certificates.models import Lifecycle, PublicKey
from certificates.services.change_lifecycle import change_lifecycle
from endpoints.errors import EndpointGone
from endpoints.models import Service, ServiceAddress
from endpoints.services.delete_service import delete_service
from endpoints.services.fill_service import service_data
from endpoints.services.request_probe import request_probe
from endpoints.services.send_issuers import send_issuers
from endpoints.specs import Party
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.endpoints.keys import private_pem, public_line
from tests.truststores.conftest import authority, bring_in, leaf
from truststores.models import TrustStore

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | None], Client]

ROOT = authority("Page Root")
ISSUING = authority("Page Issuing CA", ROOT)
SERVER = leaf("ftp.example.org", ISSUING)

FORM = {
    "name": "Partners' FTPS",
    "protocol": "ftps_explicit",
    "addresses_value": ["ftp.example.org", "192.0.2.7"],
    "chain_source": "built",
    "client_authentication": "none",
}


@pytest.fixture
def service(service_of: ServiceOf) -> Service:
    _, _, server = bring_in(ROOT, ISSUING, SERVER)
    return service_of("FTPS", "ftp.example.org", certificate=server)


def addresses(service: Service) -> dict[str, str]:
    """Every page that is opened with GET, and what right it asks for."""
    return {
        reverse("endpoints:services"): "read",
        service.get_absolute_url(): "read",
        reverse("endpoints:service_new"): "change",
        reverse("endpoints:service_edit", args=[service.pk]): "change",
        reverse("endpoints:service_delete", args=[service.pk]): "change",
    }


@pytest.mark.parametrize(
    ("role", "may_change"),
    [("anonymous", False), (None, False), ("auditor", False), ("operator", True)],
)
def test_each_page_opens_for_those_who_may(
    service: Service, client_for: ClientFor, role: str | None, may_change: bool
) -> None:
    browser = client_for(role)
    for address, right in addresses(service).items():
        answer = browser.get(address)
        if role == "anonymous":
            assert answer.status_code == 302, address
        elif right == "change" and not may_change:
            assert answer.status_code == 403, address
        else:
            assert answer.status_code == 200, address


def test_an_auditor_changes_nothing(service: Service, client_for: ClientFor) -> None:
    browser = client_for("auditor")
    before = AuditEvent.objects.count()
    assert browser.post(reverse("endpoints:service_new"), FORM).status_code == 403
    for name in ("service_edit", "service_delete"):
        address = reverse(f"endpoints:{name}", args=[service.pk])
        assert browser.post(address, {**FORM, "revision": 1}).status_code == 403
    assert Service.objects.get().name == "FTPS"
    assert AuditEvent.objects.count() == before


def test_it_describes_a_service_and_fills_in_the_usual_port(client_for: ClientFor) -> None:
    answer = client_for("operator").post(reverse("endpoints:service_new"), FORM)
    made = Service.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert (made.protocol, made.port) == ("ftps_explicit", 21)
    assert [one.host for one in made.addresses.all()] == ["ftp.example.org", "192.0.2.7"]


def test_a_form_sent_twice_is_one_service_and_leads_there(client_for: ClientFor) -> None:
    operator, url = client_for("operator"), reverse("endpoints:service_new")
    sent = {**FORM, "token": str(uuid.uuid4())}
    answers = [operator.post(url, sent) for _ in range(2)]
    made = Service.objects.get()
    assert [answer["Location"] for answer in answers] == [made.get_absolute_url()] * 2
    refused = client_for("administrator").post(url, sent)
    assert refused.status_code == 400, "the same token of somebody else is another form"
    assert b"called \xe2\x80\x9cPartners&#x27; FTPS\xe2\x80\x9d already" in refused.content


def test_what_is_deleted_meanwhile_is_told_and_deleting_twice_is_deleting(
    service: Service, person: Callable[..., User]
) -> None:
    somebody = person("operator")
    for _ in range(2):
        delete_service(actor=somebody, service_id=service.pk, revision=service.revision)
    assert AuditEvent.objects.filter(action="service.deleted").count() == 1
    with pytest.raises(EndpointGone):
        send_issuers(actor=somebody, service_id=service.pk, revision=service.revision)
    assert not request_probe(actor=somebody, service_id=service.pk)


def test_deleting_says_what_goes_and_what_stays(
    service: Service, account_of: AccountOf, client_for: ClientFor
) -> None:
    account_of("partner-7", services=[service])
    browser = client_for("operator")
    address = reverse("endpoints:service_delete", args=[service.pk])
    assert "partner-7" in browser.get(address).content.decode()
    assert Service.objects.exists()
    assert browser.post(address, {"revision": 1}).status_code == 302
    assert not Service.objects.exists()


def typed(**changes: object) -> dict[str, object]:
    return {**FORM, **changes}


def test_addresses_are_kept_as_a_labels_and_shown_as_both(client_for: ClientFor) -> None:
    browser = client_for("operator")
    browser.post(reverse("endpoints:service_new"), typed(addresses_value="bücher.example.org"))
    made = Service.objects.get()
    assert [one.host for one in made.addresses.all()] == ["xn--bcher-kva.example.org"]
    text = browser.get(made.get_absolute_url()).content.decode()
    assert "xn--bcher-kva.example.org" in text
    assert "bücher.example.org" in text


def test_a_pasted_port_is_told_beside_its_row(client_for: ClientFor) -> None:
    answer = client_for("operator").post(
        reverse("endpoints:service_new"), typed(addresses_value="ftp.example.org:990")
    )
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "The port is a field of its own, and never takes part" in text
    assert 'value="ftp.example.org:990"' in text
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "FTPS"}, "name", "already"),
        ({"name": "gate\u202eway"}, "name", "cannot be seen"),
        ({"new_owner_name": "Ac\x1b[31mme"}, "new_owner_name", "cannot be seen"),
        ({"port": "70000"}, "port", "65535"),
        ({"protocol": "gopher"}, "protocol", "valid choice"),
        ({"chain_source": "given"}, "chain", "Name the certificates"),
        ({"client_authentication": "required"}, "client_store", "from which trust store"),
        ({"certificate": "987654321"}, "certificate", "not there any more"),
        ({"certificate": "x" * 400}, "certificate", "not there any more"),
        ({"new_owner_email": "a@example.org"}, "new_owner_name", "needs a name"),
        ({"probe_every": "5"}, "probe_every", "valid choice"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    service: Service,
    client_for: ClientFor,
    changes: dict[str, str],
    field: str,
    says: str,
) -> None:
    answer = client_for("operator").post(reverse("endpoints:service_new"), typed(**changes))
    assert answer.status_code == 400
    form = answer.context["form"]
    assert says in " ".join(form.errors[field])
    assert Service.objects.count() == 1


def test_it_begins_from_a_certificate_with_its_names(
    service_of: ServiceOf, client_for: ClientFor
) -> None:
    [server] = bring_in(SERVER)
    answer = client_for("operator").get(
        reverse("endpoints:service_new"), {"certificate": server.pk}
    )
    form = answer.context["form"]
    assert form["name"].value() == "ftp.example.org"
    assert form["addresses"].value() == ["ftp.example.org"]
    assert form["certificate"].value() == [str(server.pk)]


@pytest.mark.parametrize("odd", ["", "x", "9" * 40, "0"])
def test_it_begins_empty_where_a_link_names_nothing(client_for: ClientFor, odd: str) -> None:
    answer = client_for("operator").get(reverse("endpoints:service_new"), {"certificate": odd})
    assert answer.status_code == 200
    assert not answer.context["form"]["certificate"].value()


def test_searching_is_a_step_that_saves_nothing_and_keeps_what_was_typed(
    service: Service, client_for: ClientFor
) -> None:
    [other] = bring_in(leaf("www.example.org", ISSUING))
    browser, address = client_for("operator"), reverse("endpoints:service_new")
    chosen = str(service.certificate_id)
    begun = typed(certificate=chosen, certificate_search="www", act="search:certificate")
    answer = browser.post(address, begun)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert f'name="certificate" value="{chosen}" checked' in text
    assert f'name="certificate" value="{other.pk}">' in text
    assert "Partners&#x27; FTPS" in text
    assert Service.objects.count() == 1


def test_who_presses_enter_after_a_search_word_searches(
    service: Service, client_for: ClientFor
) -> None:
    browser, address = client_for("operator"), reverse("endpoints:service_new")
    answer = browser.post(address, typed(certificate_search="ftp", act="save"))
    assert answer.status_code == 200
    assert "1 found" in answer.content.decode()
    found = typed(
        certificate=str(service.certificate_id),
        certificate_search="ftp",
        certificate_searched="ftp",
        act="save",
    )
    assert browser.post(address, found).status_code == 302
    assert Service.objects.get(name="Partners' FTPS").certificate == service.certificate


def test_a_chain_is_put_in_order_step_by_step(service: Service, client_for: ClientFor) -> None:
    root, issuing = bring_in(ROOT, ISSUING)
    browser, address = client_for("operator"), reverse("endpoints:service_new")
    begun = typed(
        chain_source="given",
        certificate=str(service.certificate_id),
        chain=[str(root.pk), str(issuing.pk)],
        act=f"up:chain:{issuing.pk}",
    )
    answer = browser.post(address, begun)
    ordered = answer.context["form"]["chain"].value()
    assert ordered == [str(issuing.pk), str(root.pk)]
    assert browser.post(address, {**begun, "chain": ordered, "act": "save"}).status_code == 302
    made = Service.objects.get(name="Partners' FTPS")
    assert [one.certificate for one in made.chain.all()] == [issuing, root]


def test_more_rows_keeps_what_was_typed(client_for: ClientFor) -> None:
    answer = client_for("operator").post(reverse("endpoints:service_new"), typed(act="more_rows"))
    text = answer.content.decode()
    assert text.count('name="addresses_value"') == 2 + 5
    assert 'value="192.0.2.7"' in text


def test_a_service_over_ssh_takes_pasted_host_keys_and_nothing_of_tls(
    service: Service, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    lines = f"{public_line('one')}\nsftp.example.org {public_line('two')}\n"
    answer = browser.post(
        reverse("endpoints:service_new"),
        typed(
            protocol="sftp",
            pasted_keys=lines,
            certificate=str(service.certificate_id),
            client_authentication="required",
        ),
    )
    assert answer.status_code == 302
    made = Service.objects.get(protocol="sftp")
    assert (made.port, made.certificate, made.client_authentication) == (22, None, "none")
    kept = {one.key.short_fingerprint for one in made.host_keys.all()}
    assert kept == {one.short_fingerprint for one in PublicKey.objects.all()}
    assert len(kept) == 2
    text = browser.get(made.get_absolute_url()).content.decode()
    assert all(fingerprint in text for fingerprint in kept)
    assert "ftp.example.org,192.0.2.7 ssh-ed25519 " in text


def test_a_pasted_private_key_is_refused_and_never_shown_again(
    client_for: ClientFor,
) -> None:
    pem = private_pem()
    answer = client_for("operator").post(
        reverse("endpoints:service_new"), typed(protocol="sftp", pasted_keys=pem)
    )
    assert answer.status_code == 400
    assert "This is a private key" in answer.content.decode()
    assert pem.splitlines()[1] not in answer.content.decode()
    assert not Service.objects.exists()
    assert not PublicKey.objects.exists()


def test_the_page_lists_the_chain_as_s_client_does_and_hands_it_out(
    service: Service, client_for: ClientFor
) -> None:
    browser = client_for(None)
    text = browser.get(service.get_absolute_url()).content.decode()
    listing = (
        " 0 s:CN = ftp.example.org\n   i:CN = Page Issuing CA\n"
        " 1 s:CN = Page Issuing CA\n   i:CN = Page Root\n"
    )
    assert listing in text
    file = browser.get(reverse("endpoints:service_chain", args=[service.pk]))
    assert 'filename="FTPS-fullchain.pem"' in file["Content-Disposition"]
    assert file.content.decode() == SERVER.pem + ISSUING.pem
    rest = browser.get(reverse("endpoints:service_chain", args=[service.pk]), {"rest": ""})
    assert rest.content.decode() == ISSUING.pem


def test_a_gap_in_the_chain_is_told(service_of: ServiceOf, client_for: ClientFor) -> None:
    [server] = bring_in(leaf("lonely.example.org", authority("Absent CA", ROOT)))
    service = service_of("Lonely", certificate=server)
    text = client_for(None).get(service.get_absolute_url()).content.decode()
    assert "No certificate of “Absent CA”" in text


def test_nothing_to_hand_out_leads_back(service_of: ServiceOf, client_for: ClientFor) -> None:
    service = service_of("Empty", "empty.example.org")
    answer = client_for(None).get(reverse("endpoints:service_chain", args=[service.pk]))
    assert answer["Location"] == service.get_absolute_url()


def test_an_older_form_is_told_and_changes_nothing(service: Service, client_for: ClientFor) -> None:
    browser = client_for("operator")
    address = reverse("endpoints:service_edit", args=[service.pk])
    begun = browser.get(address).context["form"]
    assert begun["revision"].value() == 1
    assert browser.post(address, typed(name="A", revision=1)).status_code == 302
    answer = browser.post(address, typed(name="B", revision=1))
    assert answer.status_code == 400
    assert "Somebody changed it" in answer.content.decode()
    assert Service.objects.get().name == "A"


def test_saving_an_unchanged_form_changes_nothing_but_the_revision(
    service_of: ServiceOf, store_of: Callable[..., TrustStore], client_for: ClientFor
) -> None:
    _, issuing, server = bring_in(ROOT, ISSUING, SERVER)
    store = store_of("Clients", ROOT, usage="client")
    service = service_of(
        "FTPS",
        "ftp.example.org",
        "192.0.2.7",
        certificate=server,
        chain=[issuing],
        client_store=store,
        server_store=store,
        port=2121,
    )
    before = service_data(service)
    browser = client_for("operator")
    address = reverse("endpoints:service_edit", args=[service.pk])
    form = browser.get(address).context["form"]
    data = {
        name: value
        for name in form.fields
        if name != "addresses" and (value := form[name].value()) not in (None, False)
    }
    sent = {**data, "addresses_value": form["addresses"].value()}
    assert browser.post(address, sent).status_code == 302
    kept = Service.objects.get(pk=service.pk)
    assert service_data(kept) == before
    assert kept.revision == 2


def test_the_new_certificate_is_presented_by_one_press(
    service: Service, client_for: ClientFor
) -> None:
    [new] = bring_in(leaf("renewed.example.org", ISSUING))
    assert service.certificate is not None
    change_lifecycle(
        actor=None,
        certificate=service.certificate,
        lifecycle=Lifecycle.REPLACED,
        replaced_by=new,
    )
    browser = client_for("operator")
    assert (
        "Present the new certificate instead"
        in browser.get(service.get_absolute_url()).content.decode()
    )
    revision = Service.objects.get().revision
    address = reverse("endpoints:service_present", args=[service.pk])
    assert client_for("auditor").post(address, {"revision": revision}).status_code == 403
    assert browser.post(address, {"revision": revision}).status_code == 302
    assert Service.objects.get().certificate == new
    again = browser.post(address, {"revision": revision}, follow=True)
    assert "Somebody changed it" in again.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=FTPS", ["FTPS"]),
        ("q=ftp.example", ["FTPS"]),
        ("q=bücher.example.org", ["Web"]),
        ("q=SERIAL", ["FTPS"]),
        ("protocol=https", ["Web"]),
        ("standing=works", ["Web"]),
        ("q=nothing", []),
        ("q=%00", []),
        ("sort=-name", ["Web", "FTPS"]),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(
    service: Service, service_of: ServiceOf, client_for: ClientFor, query: str, found: list[str]
) -> None:
    service_of("Web", "xn--bcher-kva.example.org", protocol="https")
    Service.objects.filter(name="Web").update(standing="works")
    assert service.certificate is not None
    query = query.replace("SERIAL", service.certificate.serial)
    page = client_for(None).get(f"{reverse('endpoints:services')}?{query}").context["page"]
    assert [one.name for one in page.rows] == found


def test_the_list_of_an_owner_and_its_file(service_of: ServiceOf, client_for: ClientFor) -> None:
    acme = Party(new_owner=OwnerWanted(kind="organization", name="=Acme"))
    made = service_of("Theirs", "a.example.org", "b.example.org", owner=acme)
    service_of("Other")
    browser = client_for(None)
    answer = browser.get(reverse("endpoints:services_csv"), {"owner": str(made.owner_id)})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert '"Theirs","FTPS, explicit (AUTH TLS)","a.example.org b.example.org","21"' in lines[1]
    assert lines[1].endswith('"\'=Acme"')


def test_a_list_asks_as_little_for_a_thousand_as_for_two_pages(
    service_of: ServiceOf, account_of: AccountOf, client_for: ClientFor
) -> None:
    [server] = bring_in(SERVER)
    browser, address = client_for(None), reverse("endpoints:services")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    def fill(numbers: range) -> None:
        made = Service.objects.bulk_create(
            Service(name=f"s{number}", protocol="https", port=443, certificate=server)
            for number in numbers
        )
        ServiceAddress.objects.bulk_create(
            ServiceAddress(service=one, position=0, host=f"{one.name}.example.org", is_ip=False)
            for one in made
        )

    fill(range(100))
    few = asked()
    fill(range(100, 1_000))
    assert asked() == few
    assert few <= 10


def test_hostile_names_are_shown_and_do_nothing(
    service_of: ServiceOf, account_of: AccountOf, client_for: ClientFor
) -> None:
    service = service_of("<script>alert(1)</script>", "ftp.example.org", notes="<b>\u202eno</b>")
    account_of("<img src=x>\u202egnp", services=[service])
    browser = client_for("operator")
    for address in (
        reverse("endpoints:services"),
        reverse("endpoints:accounts"),
        service.get_absolute_url(),
        reverse("endpoints:service_delete", args=[service.pk]),
    ):
        text = browser.get(address).content.decode()
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address


def test_of_what_does_not_work_the_list_says_no_end(
    service_of: ServiceOf, client_for: ClientFor
) -> None:
    until = timezone.now() + timedelta(days=90, hours=1)
    for name, standing in (("Good", "works"), ("Bad", "fails")):
        service_of(name)
        Service.objects.filter(name=name).update(standing=standing, works_until=until)
    text = client_for(None).get(reverse("endpoints:services")).content.decode()
    assert text.count("in 2 months") + text.count("in 3 months") == 1
