"""What the pages say of a judgement, and what can be done about it there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from endpoints.models import Account, ChainSource, Service
from endpoints.services.judge_endpoints import judge_endpoints
from jobs.models import Job
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import NOW, authority, bring_in, leaf, work_off

pytestmark = pytest.mark.django_db

ROOT = authority("R")
MIDDLE = authority("M <b>", ROOT)
HOST = "ftp.example.com"


@pytest.fixture
def broken(service_of: ServiceOf, account_of: AccountOf, store_of: Any) -> Service:
    """A service that does not send its intermediate, and an account that uses it."""
    store = store_of("What clients trust", ROOT)
    server, _ = bring_in(leaf(HOST, MIDDLE), MIDDLE)
    service = service_of(
        "FTPS", HOST, "x.example.com", certificate=server, server_store=store, chain_source="none"
    )
    account_of("partner-7", services=[service])
    judged()
    return Service.objects.get(pk=service.pk)


def judged() -> None:
    work_off(NOW)
    Service.objects.all().become_due(NOW)
    Account.objects.all().become_due(NOW)
    judge_endpoints(moment=NOW)


def codes_on(page: str) -> list[str]:
    return re.findall(r'data-code="([^"]+)"', page)


def test_the_page_says_why_in_words_with_links(broken: Service, client_for: Any) -> None:
    page = client_for(None).get(broken.get_absolute_url()).content.decode()
    assert 'data-standing="fails"' in page
    assert codes_on(page) == ["chain.not_sent", "name.mismatch", "key.not_held"]
    assert "The server must send" in page
    assert "M &lt;b&gt;" in page
    assert "<b>" not in page.split("The server must send")[1][:300]
    assert "service_send_issuers" not in page
    assert reverse("endpoints:service_send_issuers", args=[broken.pk]) not in page, "may not"


def test_the_account_points_to_its_service(broken: Service, client_for: Any) -> None:
    account = Account.objects.get()
    page = client_for(None).get(account.get_absolute_url()).content.decode()
    assert codes_on(page) == ["account.service_fails"]
    assert "does not work for its clients: an intermediate is not sent." in page
    assert f"{broken.get_absolute_url()}#judgement" in page


def test_one_button_sends_the_issuers(broken: Service, client_for: Any) -> None:
    browser = client_for("operator")
    url = reverse("endpoints:service_send_issuers", args=[broken.pk])
    assert url in browser.get(broken.get_absolute_url()).content.decode()
    browser.post(url, {"revision": broken.revision})
    row = Service.objects.get(pk=broken.pk)
    assert row.chain_source == ChainSource.BUILT
    assert AuditEvent.objects.filter(action="service.changed").count() == 1
    assert Job.objects.filter(kind="judge_endpoints").exists()
    judged()
    page = browser.get(broken.get_absolute_url()).content.decode()
    assert codes_on(page) == ["name.mismatch", "key.not_held"]


def test_the_button_of_an_older_page_changes_nothing(broken: Service, client_for: Any) -> None:
    browser = client_for("operator")
    url = reverse("endpoints:service_send_issuers", args=[broken.pk])
    answer = browser.post(url, {"revision": broken.revision + 7}, follow=True)
    assert "Somebody changed it" in answer.content.decode()
    assert Service.objects.get(pk=broken.pk).chain_source == ChainSource.NONE


def test_what_is_not_judged_yet_says_so(service_of: ServiceOf, client_for: Any) -> None:
    service = service_of("New", HOST)
    page = client_for(None).get(service.get_absolute_url()).content.decode()
    assert 'data-standing="unchecked"' in page
    assert "It waits for a worker" in page


def test_the_overview_begins_with_what_does_not_work(broken: Service, client_for: Any) -> None:
    page = client_for(None).get("/").content.decode()
    services, certificates = page.index("overview-endpoints"), page.index("overview-certificates")
    assert services < certificates
    told = page[services:certificates]
    assert "FTPS" in told
    assert "Service · An intermediate is not sent" in told
    assert told.index("FTPS") < told.index("partner-7")


def test_the_lists_can_be_asked_for_groups_of_standings(broken: Service, client_for: Any) -> None:
    browser = client_for(None)
    for standing, found in (
        ("fails", True),
        ("working", False),
        ("unclear", False),
        ("ending", False),
    ):
        page = browser.get(reverse("endpoints:services"), {"standing": standing}).content.decode()
        assert (f'href="{broken.get_absolute_url()}"' in page) is found, standing


def test_the_overview_invites_to_describe_services_where_there_are_none(
    store_of: Any, client_for: Any
) -> None:
    store_of("T", ROOT)
    page = client_for("operator").get("/").content.decode()
    assert reverse("endpoints:service_new") in page
    assert "overview-endpoints" not in page
