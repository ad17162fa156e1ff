"""What an administrator opens for the fetching of CRLs, as the environment writes it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from pki.address_guard import WEB_PORTS, AllowRule
from pkiadmin.allow_list import read_allow_list


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("crl.example.internal", AllowRule(host="crl.example.internal")),
        ("*.example.internal:8080", AllowRule(host="*.example.internal", ports=frozenset({8080}))),
        ("10.20.0.0/16", AllowRule(network="10.20.0.0/16")),
        ("10.20.0.7", AllowRule(network="10.20.0.7")),
        ("10.20.0.0/16:80+8080", AllowRule(network="10.20.0.0/16", ports=frozenset({80, 8080}))),
        ("[fd00::]/8:8080", AllowRule(network="fd00::/8", ports=frozenset({8080}))),
        ("[::1]:90-92", AllowRule(network="::1", ports=frozenset({90, 91, 92}))),
        ("crl.example@10.0.0.0/8", AllowRule(host="crl.example", network="10.0.0.0/8")),
    ],
)
def test_an_entry_is_read(entry: str, rule: AllowRule) -> None:
    assert read_allow_list("V", [entry]) == (rule,)


def test_entries_are_separated_by_commas_or_spaces() -> None:
    rules = read_allow_list("V", ["a.example b.example", "c.example"])
    assert [(rule.host, rule.ports) for rule in rules] == [
        ("a.example", WEB_PORTS),
        ("b.example", WEB_PORTS),
        ("c.example", WEB_PORTS),
    ]


@pytest.mark.parametrize(
    "entry",
    [
        "http://crl.example",
        "crl.example/ca.crl",
        ":80",
        "a.example:0",
        "a.example:70000",
        "a.example:9-8",
        "10.0.0.1/8",
        "[fd00::/8",
        "a_b..example",
    ],
)
def test_what_cannot_be_read_stops_the_start_and_is_named(entry: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PKIADMIN_INTERNAL_CRL_HOSTS") as fault:
        read_allow_list("PKIADMIN_INTERNAL_CRL_HOSTS", [entry])
    assert repr(entry) in str(fault.value)
