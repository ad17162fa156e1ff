"""What the overview says needs attention."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate, Lifecycle
from jobs.models import Job, JobState
from tests.truststores.conftest import (
    NOW,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
    work_off,
)
from truststores.services.add_crls import add_crls
from truststores.services.find_attention import find_attention

pytestmark = pytest.mark.django_db

ROOT = authority("Attention Root")


def test_it_names_an_expired_certificate_once_for_each_store_that_it_is_meant_for(
    store_of: Callable[..., Any],
) -> None:
    servers = store_of("Servers", ROOT, usage="server")
    store_of("Clients", ROOT, usage="client")
    bring_in(leaf("expired.example.org", ROOT, start=-400, end=-1))
    work_off(NOW)
    attention = find_attention(moment=NOW)
    assert attention.not_trusted == 1
    assert [report.trust_store for report in attention.broken] == [servers]


def test_it_names_a_certificate_that_no_store_is_meant_for(store_of: Callable[..., Any]) -> None:
    clients = store_of("Clients", ROOT, usage="client")
    bring_in(leaf("server.example.org", ROOT))
    work_off(NOW)
    assert [report.trust_store for report in find_attention(moment=NOW).broken] == [clients]


def test_the_overview_calls_no_crl_well_while_certificates_are_undetermined_without_one(
    store_of: Callable[..., Any], client_for: Callable[..., Client]
) -> None:
    strict = store_of("Strict", ROOT, revocation="leaf")
    bring_in(leaf("strict.example.org", ROOT, end=3000))
    work_off(NOW)
    browser = client_for(None)
    page = browser.get("/").content.decode()
    assert "Certificates are undetermined without a CRL" in page
    assert f'href="{reverse("truststores:store_crls", args=[strict.pk])}"' in page
    assert "none is missing" not in page
    [row] = bring_in_crls(crl(ROOT, end=2900))
    add_crls(actor=None, store_id=strict.pk, crl_ids=[row.pk], moment=NOW)
    work_off(NOW)
    assert "none is missing" in browser.get("/").content.decode()


def test_each_number_of_the_overview_is_that_of_the_list_behind_it(
    store_of: Callable[..., Any], client_for: Callable[..., Client]
) -> None:
    store_of("Servers", ROOT)
    store_of("Strict", ROOT, revocation="leaf")
    bring_in(
        leaf("partly.example.org", ROOT, end=3000),
        leaf("ended.example.org", ROOT, start=-400, end=-1),
        leaf("nobody.example.org", authority("Attention Nobody", authority("Gone"))),
    )
    retired = leaf("retired.example.org", ROOT, start=-400, end=-1)
    [row] = bring_in(retired)
    work_off(NOW)
    Certificate.objects.filter(pk=row.pk).update(lifecycle=Lifecycle.RETIRED)
    browser = client_for(None)
    page = browser.get("/").content.decode()
    cells = re.findall(r'<li><a href="(/certificates/[^"]+)"[^>]*><b>(\d+)</b>', page)
    assert len(cells) == 5
    for url, count in cells:
        rows = browser.get(html.unescape(url)).content.decode().count('<th scope="row"')
        assert (url, rows) == (url, int(count))
    assert sum(int(count) for _, count in cells) == Certificate.objects.active().count()


def test_what_fails_again_and_again_is_said_once_and_in_words(
    store_of: Callable[..., Any], client_for: Callable[..., Client]
) -> None:
    store_of("Servers", ROOT)
    one, other = "CRL from one.example", "CRL from other.example"
    for title, source in ((one, 1), (one, 1), (one, 2), (other, 3)):
        Job.objects.create(
            kind="fetch_crl",
            title=title,
            params={"source_id": source},
            state=JobState.FAILED,
            error_code="notices.not_sent",
            error_data={"failed": 1, "recipients": 2, "why": "SMTPException"},
            created_at=NOW,
            ended_at=NOW,
        )
    page = client_for(None).get("/").content.decode()
    # Two sources of one host are two things that failed.
    assert (page.count(one), page.count(other)) == (2, 1)
    assert "notices.not_sent" not in page
    assert "SMTPException" in page
