"""The pages of services: who may open them, what they say, what their buttons do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from endpoints.models import Service
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import authority, bring_in, leaf

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
