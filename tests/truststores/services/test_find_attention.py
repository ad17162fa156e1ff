"""What the overview says needs attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.truststores.conftest import NOW, authority, bring_in, leaf, work_off
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
