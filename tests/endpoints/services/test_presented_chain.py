"""What a service would send: built, given, or its own certificate alone."""

from __future__ import annotations

import pytest

from endpoints.services.presented_chain import presented_chain
from tests.endpoints.conftest import ServiceOf
from tests.truststores.conftest import NOW, Authority, authority, bring_in, leaf

pytestmark = pytest.mark.django_db

ROOT = authority("Chain Root")
OUTER = authority("Chain Outer CA", ROOT)
INNER = authority("Chain Inner CA", OUTER)
SERVER = leaf("chain.example.org", INNER)
ALONE = leaf("alone.example.org")


def ders(*wanted: Authority) -> tuple[bytes, ...]:
    return tuple(one.der for one in wanted)


def test_it_builds_the_issuers_and_leaves_out_the_root(service_of: ServiceOf) -> None:
    _, _, _, server = bring_in(ROOT, OUTER, INNER, SERVER)
    sent = presented_chain(service_of(certificate=server), moment=NOW)
    assert sent.ders == ders(SERVER, INNER, OUTER)
    assert [str(one) for one in sent.certificates] == [
        "chain.example.org",
        "Chain Inner CA",
        "Chain Outer CA",
    ]
    assert sent.complete


def test_it_sends_what_there_is_where_an_issuer_is_missing(service_of: ServiceOf) -> None:
    _, server = bring_in(INNER, SERVER)
    sent = presented_chain(service_of(certificate=server), moment=NOW)
    assert sent.ders == ders(SERVER, INNER)
    assert not sent.complete


def test_a_self_signed_certificate_is_sent_alone(service_of: ServiceOf) -> None:
    [server] = bring_in(ALONE)
    sent = presented_chain(service_of(certificate=server), moment=NOW)
    assert (sent.ders, sent.complete) == (ders(ALONE), True)


def test_it_sends_a_given_chain_in_its_order_root_and_all(service_of: ServiceOf) -> None:
    root, outer, inner, server = bring_in(ROOT, OUTER, INNER, SERVER)
    service = service_of(certificate=server, chain=[outer, inner, root])
    sent = presented_chain(service, moment=NOW)
    assert sent.ders == ders(SERVER, OUTER, INNER, ROOT)
    assert sent.complete


def test_a_given_chain_with_a_gap_does_not_lead_to_a_root(service_of: ServiceOf) -> None:
    _, outer, _, server = bring_in(ROOT, OUTER, INNER, SERVER)
    sent = presented_chain(service_of(certificate=server, chain=[outer]), moment=NOW)
    assert sent.ders == ders(SERVER, OUTER)
    assert not sent.complete


def test_it_sends_nothing_more_where_nothing_more_is_wanted(service_of: ServiceOf) -> None:
    _, _, _, server = bring_in(ROOT, OUTER, INNER, SERVER)
    sent = presented_chain(service_of(certificate=server, chain_source="none"), moment=NOW)
    assert (sent.ders, sent.complete) == (ders(SERVER), False)


def test_it_sends_nothing_without_a_certificate(service_of: ServiceOf) -> None:
    sent = presented_chain(service_of(), moment=NOW)
    assert (sent.certificates, sent.ders, sent.complete) == ((), (), False)
