"""Chains from the inventory: every signature verified, the best way taken, circles cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from certificates.models import Certificate
from certificates.services.build_chain import build_chain
from certificates.services.find_issuers import find_issuers
from tests.certificates.conftest import NOW, made

pytestmark = pytest.mark.django_db
Add = Callable[..., list[Certificate]]


def names(certificate: Certificate) -> list[str]:
    return [str(one) for one in build_chain(certificate, moment=NOW).certificates]


def test_it_goes_up_to_the_root(add: Add) -> None:
    leaf, *_ = add(made("leaf", "Issuing"), made("Issuing", "Root", ca=True), made("Root", ca=True))

    chain = build_chain(leaf, moment=NOW)

    assert [one.cn for one in chain.certificates] == ["leaf", "Issuing", "Root"]
    assert chain.complete


def test_it_says_where_a_chain_ends(add: Add) -> None:
    leaf, _ = add(made("leaf", "Issuing"), made("Issuing", "Root", ca=True))

    chain = build_chain(leaf, moment=NOW)

    assert not chain.complete
    assert chain.last.cn == "Issuing"


def test_it_takes_no_issuer_whose_key_did_not_sign(add: Add) -> None:
    leaf, _ = add(
        made("leaf", "Root", key_ids=False), made("Root", ca=True, key="impostor", key_ids=False)
    )

    chain = build_chain(leaf, moment=NOW)

    assert names(leaf) == ["leaf"]
    assert not chain.complete
    assert [issuer.verified for issuer in find_issuers(leaf).issuers_of(leaf)] == [False]


def test_it_prefers_a_valid_issuer_and_then_the_longer_one(add: Add) -> None:
    leaf, _, longest, _ = add(
        made("leaf", "Root"),
        made("Root", ca=True, start=-900, end=-1),
        made("Root", ca=True, end=900),
        made("Root", ca=True, end=400),
    )
    assert build_chain(leaf, moment=NOW).certificates == (leaf, longest)


def test_it_takes_an_expired_issuer_where_there_is_no_other(add: Add) -> None:
    leaf, expired = add(made("leaf", "Root"), made("Root", ca=True, start=-900, end=-1))

    assert build_chain(leaf, moment=NOW).certificates == (leaf, expired)


def test_it_tries_the_other_way_where_the_first_leads_nowhere(add: Add) -> None:
    leaf, cross, _, root = add(
        made("leaf", "Issuing"),
        made("Issuing", "Gone Root", ca=True, end=5000),
        made("Issuing", "Root", ca=True, end=400),
        made("Root", ca=True),
    )

    chain = build_chain(leaf, moment=NOW)

    assert chain.complete
    assert chain.last == root
    assert cross not in chain.certificates


@pytest.mark.timeout(10)
def test_it_ends_where_authorities_signed_each_other(add: Add) -> None:
    members = [
        made(f"CA {a}", f"CA {b}", ca=True, key_ids=False)
        for a in range(6)
        for b in range(6)
        if a != b
    ]
    leaf, *_ = add(made("leaf", "CA 0", key_ids=False), *members)

    chain = build_chain(leaf, moment=NOW)

    assert not chain.complete
    assert len(set(chain.certificates)) == len(chain.certificates) <= 11


@pytest.mark.timeout(10)
def test_it_looks_at_a_bounded_number_of_namesakes(add: Add) -> None:
    leaf, *_ = add(
        made("leaf", "Root", key_ids=False),
        *[
            made("Root", ca=True, serial=number, key="other", key_ids=False)
            for number in range(1, 60)
        ],
    )
    graph = find_issuers(leaf)

    assert graph.bounded
    assert len(graph.certificates) <= 42


def test_it_asks_the_database_once_for_a_level(
    add: Add, django_assert_max_num_queries: Callable[..., object]
) -> None:
    leaf, *_ = add(
        made("leaf", "Issuing", key_ids=False),
        *[made("Issuing", "Root", ca=True, serial=number, key_ids=False) for number in range(1, 9)],
        *[made("Root", ca=True, serial=number, key_ids=False) for number in range(1, 9)],
    )
    leaf = Certificate.objects.select_related("encoded").get(pk=leaf.pk)
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]  # a context manager
        find_issuers(leaf)
