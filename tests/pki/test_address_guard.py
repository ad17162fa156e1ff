"""Which hosts and addresses may be connected to; nothing here touches the network."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pki.address_guard import (
    AllowRule,
    CheckedAddress,
    Resolver,
    checked_addresses,
    kind_of,
    read_host,
    special_networks,
)
from pki.errors import AddressRefused, BadAllowRule, NameNotResolved

PUBLIC = "93.184.216.34"
PUBLIC_SIX = "2606:2800:220:1::1"


def resolving_to(*addresses: str) -> Resolver:
    return lambda _host, _port: addresses


def refusal(host: str, port: int = 80, allow: Sequence[AllowRule] = (), **options: object) -> str:
    with pytest.raises(AddressRefused) as refused:
        checked_addresses(host, port, allow, **options)  # type: ignore[arg-type] # options by name
    return str(refused.value.data["why"])


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("10.1.2.3", "private"),
        ("100.64.0.1", "shared"),
        ("100.127.255.255", "shared"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("169.254.169.254", "link_local"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.0.0.8", "reserved"),
        ("192.88.99.1", "reserved"),
        ("192.168.1.1", "private"),
        ("198.18.0.1", "reserved"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::7f00:1", "reserved"),
        ("::ffff:127.0.0.1", "mapped"),
        ("::ffff:93.184.216.34", "mapped"),
        ("::ffff:0:127.0.0.1", "mapped"),
        ("64:ff9b::7f00:1", "translated"),
        ("64:ff9b::5db8:d822", "translated"),
        ("64:ff9b:1::1", "translated_local"),
        ("100::1", "reserved"),
        ("2001::1", "translated"),
        ("2001:20::1", "reserved"),
        ("2001:db8::1", "reserved"),
        ("2002:7f00:1::", "translated"),
        ("3fff::1", "reserved"),
        ("5f00::1", "reserved"),
        ("fc00::1", "private"),
        ("fd12:3456::1", "private"),
        ("fe80::1", "link_local"),
        ("fec0::1", "private"),
        ("ff02::1", "multicast"),
        (PUBLIC, "public"),
        (PUBLIC_SIX, "public"),
        ("172.32.0.1", "public"),
        ("100.128.0.1", "public"),
        ("2a00::1", "public"),
    ],
)
def test_it_knows_what_leads_inside_and_lets_only_the_public_through(
    address: str, kind: str
) -> None:
    assert kind_of(ipaddress.ip_address(address)) == kind
    if kind == "public":
        found = checked_addresses("crl.example.com", 80, resolver=resolving_to(address))
        assert [checked.address for checked in found] == [address]
    else:
        assert refusal("crl.example.com", resolver=resolving_to(address)) == kind
        literal = f"[{address}]" if ":" in address else address
        assert refusal(literal) == kind


@given(st.data())
def test_it_never_opens_an_address_of_a_special_network(data: st.DataObject) -> None:
    network, kind = data.draw(st.sampled_from(list(special_networks())))
    offset = data.draw(st.integers(min_value=0, max_value=network.num_addresses - 1))
    address = network[offset]
    assert kind_of(address) != "public", kind


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.01",
        "127.0.0.1.",
        "1.2.3.4.5",
        "256.1.1.1",
        "0x",
        "example.0x7f",
        "3232235777",
    ],
)
def test_a_number_that_is_no_plain_address_is_refused_before_anybody_resolves_it(host: str) -> None:
    asked: list[str] = []

    def resolver(name: str, _port: int) -> list[str]:
        asked.append(name)
        return [PUBLIC]

    assert refusal(host, resolver=resolver) == "ambiguous_address"
    assert asked == []


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "a..b",
        "-a.example",
        "a-.example",
        "a b",
        "a/b",
        "a\x00b",
        "münchen.example",
        "\u212arl.example",  # KELVIN SIGN, whose lower case is k
        "a" * 64,
        ".".join(["a" * 60] * 5),
        "[::1",
        "::1]",
        "[127.0.0.1]",
        "[fe80::1%25eth0]",
        "fe80::1%eth0",
        "a:80",
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    assert refusal(host) == "bad_host"


def test_a_host_is_read_in_one_spelling() -> None:
    assert read_host("CRL.Example.COM.") == "crl.example.com"
    assert read_host("[2606:2800:220:1:0::1]") == ipaddress.ip_address(PUBLIC_SIX)
    assert read_host("93.184.216.34") == ipaddress.ip_address(PUBLIC)


@pytest.mark.parametrize(
    "answer",
    [(PUBLIC, "10.0.0.1"), (PUBLIC, "::1"), (PUBLIC_SIX, "127.0.0.1"), ("fd00::1", PUBLIC)],
)
def test_one_closed_address_closes_the_host(answer: tuple[str, ...]) -> None:
    assert refusal("rebinds.example", resolver=resolving_to(*answer)) in (
        "private",
        "loopback",
    )


def test_it_asks_the_resolver_once_and_gives_back_what_it_judged() -> None:
    calls: list[tuple[str, int]] = []

    def resolver(host: str, port: int) -> list[str]:
        calls.append((host, port))
        return [PUBLIC, PUBLIC_SIX, PUBLIC]

    found = checked_addresses("CRL.example", 443, resolver=resolver)
    assert calls == [("crl.example", 443)]
    assert found == (
        CheckedAddress(host="crl.example", address=PUBLIC, port=443),
        CheckedAddress(host="crl.example", address=PUBLIC_SIX, port=443),
    )
    assert [address.family for address in found] == [socket.AF_INET, socket.AF_INET6]


def test_ports_beside_the_usual_ones_need_a_rule_or_a_caller_that_probes() -> None:
    resolver = resolving_to(PUBLIC)
    assert refusal("ftp.example", 22, resolver=resolver) == "port"
    rule = AllowRule(host="ftp.example", ports=frozenset((22,)))
    assert checked_addresses("ftp.example", 22, [rule], resolver=resolver)
    assert refusal("other.example", 22, [rule], resolver=resolver) == "port"
    assert checked_addresses("ftp.example", 2222, public_ports=None, resolver=resolver)
    assert (
        refusal("ftp.example", 22, public_ports=None, resolver=resolving_to("10.0.0.1"))
        == "private"
    )


@pytest.mark.parametrize(
    ("rule", "host", "address", "port", "opened"),
    [
        (AllowRule(host="crl.corp.example"), "crl.corp.example", "10.1.2.3", 80, True),
        (AllowRule(host="CRL.Corp.example"), "crl.corp.example", "10.1.2.3", 80, True),
        (AllowRule(host="crl.corp.example"), "crl.corp.example", "10.1.2.3", 8080, False),
        (AllowRule(host="crl.corp.example"), "evil.example", "10.1.2.3", 80, False),
        (AllowRule(host="crl.corp.example"), "xcrl.corp.example", "10.1.2.3", 80, False),
        # A name alone opens neither loopback nor the metadata services of clouds.
        (AllowRule(host="crl.corp.example"), "crl.corp.example", "127.0.0.1", 80, False),
        (AllowRule(host="crl.corp.example"), "crl.corp.example", "169.254.169.254", 80, False),
        (AllowRule(host="crl.corp.example"), "crl.corp.example", "64:ff9b::a00:1", 80, False),
        (AllowRule(host="*.corp.example"), "a.b.corp.example", "fd00::1", 80, True),
        (AllowRule(host="*.corp.example"), "corp.example", "fd00::1", 80, False),
        (AllowRule(host="*.corp.example"), "evilcorp.example", "fd00::1", 80, False),
        (AllowRule(network="10.1.0.0/16"), "any.example", "10.1.2.3", 80, True),
        (AllowRule(network="10.1.0.0/16"), "any.example", "10.2.2.3", 80, False),
        (AllowRule(network="127.0.0.0/8"), "any.example", "127.0.0.1", 80, True),
        (AllowRule(network="127.0.0.0/8"), "any.example", "::ffff:127.0.0.1", 80, False),
        (AllowRule(network="::/0"), "any.example", "::1", 80, True),
        (AllowRule(network="::/0"), "any.example", "fe80::1", 80, False),
        (AllowRule(network="::/0"), "any.example", "::ffff:7f00:1", 80, False),
        (AllowRule(network="0.0.0.0/0"), "any.example", "169.254.169.254", 80, False),
        (AllowRule(network="0.0.0.0/0"), "any.example", "224.0.0.1", 80, False),
        (AllowRule(network="0.0.0.0/0"), "any.example", "0.0.0.0", 80, False),
        (AllowRule(host="a.example", network="10.0.0.0/8"), "a.example", "10.1.2.3", 80, True),
        (AllowRule(host="a.example", network="10.0.0.0/8"), "b.example", "10.1.2.3", 80, False),
        (AllowRule(host="a.example", network="10.0.0.0/8"), "a.example", "192.168.0.1", 80, False),
        # A NAT64 prefix that is opened does not open what lies behind it.
        (AllowRule(network="64:ff9b::/96"), "any.example", "64:ff9b::5db8:d822", 80, True),
        (AllowRule(network="64:ff9b::/96"), "any.example", "64:ff9b::7f00:1", 80, False),
        (AllowRule(network="2002::/16"), "any.example", "2002:a9fe:a9fe::1", 80, False),
    ],
)
def test_a_rule_opens_what_it_names_and_nothing_beside(
    rule: AllowRule, host: str, address: str, port: int, opened: bool
) -> None:
    resolver = resolving_to(address)
    if opened:
        (found,) = checked_addresses(host, port, [rule], resolver=resolver)
        assert found.address == address
    else:
        refusal(host, port, [rule], resolver=resolver)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "empty"),
        ({"host": "a b"}, "bad_host"),
        ({"host": "*"}, "bad_host"),
        ({"host": "a.*.example"}, "bad_host"),
        ({"network": "10.0.0.1/8"}, "bad_network"),
        ({"network": "everything"}, "bad_network"),
        ({"host": "a.example", "ports": frozenset()}, "bad_port"),
        ({"host": "a.example", "ports": frozenset((0,))}, "bad_port"),
        ({"host": "a.example", "ports": frozenset((65536,))}, "bad_port"),
    ],
)
def test_a_rule_that_opens_nothing_nameable_cannot_be_made(
    options: dict[str, object], why: str
) -> None:
    with pytest.raises(BadAllowRule) as bad:
        AllowRule(**options)  # type: ignore[arg-type] # a table of options
    assert bad.value.data["why"] == why


def test_a_resolver_that_hangs_is_left_behind() -> None:
    released = threading.Event()

    def resolver(_host: str, _port: int) -> list[str]:
        released.wait(5)
        return [PUBLIC]

    with pytest.raises(NameNotResolved) as failed:
        checked_addresses("slow.example", 80, resolver=resolver, seconds=0.05)
    released.set()
    assert failed.value.data["why"] == "time"


@pytest.mark.parametrize(
    ("answer", "why"),
    [((), "no_address"), (tuple(f"93.184.216.{n}" for n in range(40)), "too_many_addresses")],
)
def test_an_answer_without_or_with_very_many_addresses_fails(
    answer: tuple[str, ...], why: str
) -> None:
    with pytest.raises(NameNotResolved) as failed:
        checked_addresses("odd.example", 80, resolver=resolving_to(*answer))
    assert failed.value.data["why"] == why


def test_an_answer_that_is_no_address_is_refused() -> None:
    assert refusal("odd.example", resolver=resolving_to("localhost")) == "bad_address"


def test_the_systems_resolver_leads_to_loopback_and_is_refused_without_a_rule() -> None:
    assert refusal("localhost") == "loopback"
    rule = AllowRule(host="localhost", network="127.0.0.0/8")
    six = AllowRule(host="localhost", network="::1/128")
    found = checked_addresses("localhost", 80, [rule, six])
    assert {checked.address for checked in found} <= {"127.0.0.1", "::1"}
