"""Who uses certificates, beside them in the lists of the apps below."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from endpoints.uses import uses_of_certificates
from jobs.services.request_job import request_job
from jobs.services.work_job import work_job
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import NOW, authority, bring_in, leaf, work_off
from truststores.services.write_feed import write_feed

pytestmark = pytest.mark.django_db

ROOT = authority("R")
MIDDLE = authority("M", ROOT)
SERVER = leaf("ftp.example.com", MIDDLE)
CLIENT = leaf("partner-7", MIDDLE, usages=("client",))


@pytest.fixture
def used(service_of: ServiceOf, account_of: AccountOf) -> list[Certificate]:
    rows = bring_in(SERVER, MIDDLE, CLIENT, ROOT)
    for name in ("B", "A"):
        service = service_of(name, "ftp.example.com", certificate=rows[0], chain=[rows[1]])
    account_of("partner-7", certificates=[rows[2]], services=[service])
    return rows


def test_each_use_is_named_once(used: list[Certificate]) -> None:
    server, middle, client, root = used
    found = uses_of_certificates([row.pk for row in used])
    told = {pk: [(use.how, use.name) for use in uses] for pk, uses in found.items()}
    assert told == {
        server.pk: [("presented by", "A"), ("presented by", "B")],
        middle.pk: [("sent by", "A"), ("sent by", "B")],
        client.pk: [("logs in as", "partner-7")],
    }
    assert root.pk not in found


def test_many_cost_no_more_queries_than_one(
    used: list[Certificate], django_assert_num_queries: Any
) -> None:
    for numbers in ([used[0].pk], [row.pk for row in used]):
        with django_assert_num_queries(3):
            uses_of_certificates(numbers)


def test_the_calendar_and_the_list_of_ends_name_them(
    service_of: ServiceOf, store_of: Any, client_for: Any
) -> None:
    moment = timezone.now()
    soon = leaf("soon.example.com", ROOT, start=-1000, end=(moment - NOW).days + 20)
    [server] = bring_in(soon)
    service = service_of("The one that ends", "soon.example.com", certificate=server)
    store_of("T", ROOT, moment=moment)
    work_off(moment)
    browser = client_for(None)
    for name in ("expiring", "calendar"):
        page = browser.get(reverse(f"truststores:{name}")).content.decode()
        told = page.split("presented by")[1][:200]
        assert f'href="{service.get_absolute_url()}"' in told, name
        assert "The one that ends" in told, name


def test_the_feed_and_the_mail_name_them(
    service_of: ServiceOf, store_of: Any, settings: Any, mailoutbox: Any
) -> None:
    settings.NOTICE_RECIPIENTS = ("ada@example.org",)
    moment = timezone.now()
    soon = leaf("soon.example.com", ROOT, start=-1000, end=(moment - NOW).days + 20)
    [server] = bring_in(soon)
    service_of("The one that ends", "soon.example.com", certificate=server)
    store_of("T", ROOT, moment=moment)
    work_off(moment)
    feed = write_feed(
        moment=moment, address_of=lambda path: f"https://console.example{path}"
    ).decode()
    assert "presented by The one that ends" in feed.replace("\r\n ", "")

    assert work_job(job_id=request_job(kind="send_notices").pk)
    [mail] = mailoutbox
    assert "  presented by The one that ends\n" in mail.body
