"""What the pages of certificates and CRLs show of trust stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.truststores.conftest import authority, bring_in, bring_in_crls, crl, leaf, work_off
from truststores.services.add_crls import add_crls

pytestmark = pytest.mark.django_db

ROOT = authority("Example Root")
ISSUING = authority("Example Issuing CA", ROOT)
SERVER = leaf("ftp.example.org", ISSUING)


def test_the_page_of_a_certificate_shows_its_reports_and_the_stores_that_hold_it(
    store_of: Callable[..., Any], client_for: Callable[[str | None], Client]
) -> None:
    store_of("Servers of partners", ROOT, ISSUING, moment=timezone.now())
    [root] = bring_in(ROOT)
    [server] = bring_in(SERVER)
    work_off(timezone.now())
    browser = client_for(None)
    page = browser.get(server.get_absolute_url()).content.decode()
    assert "Servers of partners" in page
    assert "Member of trust stores" not in page
    assert "Member of trust stores" in browser.get(root.get_absolute_url()).content.decode()


def test_the_page_of_an_unchained_certificate_says_so_and_why(
    store_of: Callable[..., Any], client_for: Callable[[str | None], Client]
) -> None:
    store_of("Servers of partners", ROOT, moment=timezone.now())
    [server] = bring_in(SERVER)
    work_off(timezone.now())
    page = client_for(None).get(server.get_absolute_url()).content.decode()
    assert "Not chained to a trust store" in page
    assert "An issuer is missing" in page
    assert "20 at 0" in page


def test_the_page_of_a_crl_names_the_stores_in_which_it_counts(
    store_of: Callable[..., Any], client_for: Callable[[str | None], Client]
) -> None:
    store = store_of("Servers of partners", ROOT, ISSUING, moment=timezone.now())
    [row] = bring_in_crls(crl(ISSUING))
    browser = client_for(None)
    assert "A CRL counts only where" in browser.get(row.get_absolute_url()).content.decode()
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk])
    assert "Servers of partners" in browser.get(row.get_absolute_url()).content.decode()
