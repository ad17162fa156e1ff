"""Addresses as people type and paste them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from endpoints.forms.address_rows import AddressRows, AddressRowsField, looked_at, read_address
from endpoints.specs import Address


@pytest.mark.parametrize(
    ("typed", "host", "is_ip"),
    [
        ("FTP.Example.com", "ftp.example.com", False),
        ("ftp.example.com.", "ftp.example.com", False),
        ("bücher.example.com", "xn--bcher-kva.example.com", False),
        ("server", "server", False),
        ("under_score.example.com", "under_score.example.com", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("2001:DB8:0::7", "2001:db8::7", True),
        ("[2001:db8::7]", "2001:db8::7", True),
        ("\uff11\uff19\uff12.0.2.7", "192.0.2.7", True),
        ("192\u30020\u30022\u30027", "192.0.2.7", True),
        ("7.example.com", "7.example.com", False),
    ],
)
def test_it_keeps_an_address_in_one_form(typed: str, host: str, is_ip: bool) -> None:
    assert read_address(typed) == Address(host=host, is_ip=is_ip)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("ftp.example.com:990", "The port is a field of its own"),
        ("[2001:db8::7]:990", "The port is a field of its own"),
        ("192.0.2.7:990", "The port is a field of its own"),
        ("ftps://ftp.example.com/in", "is a URL"),
        ("*.example.com", "never in an address"),
        ("ftp.*.example.com", "never in an address"),
        ("ftp example", "holds a character that no address has"),
        ("fe80::1%eth0", "neither a DNS name nor an IP address"),
        ("192.0.2", "Write all four parts"),
        ("10.0.0.300", "Write all four parts"),
        ("010.0.0.1", "Write all four parts"),
        ("2130706433", "Write all four parts"),
        ("0x7f.1", "Write all four parts"),
        ("-ftp.example.com", "begins or ends with a hyphen"),
        ("xn--.example.com", "A-label"),
        ("a" * 3000, "too long"),
    ],
)
def test_it_says_what_is_wrong_and_what_to_do(typed: str, says: str) -> None:
    with pytest.raises(ValidationError) as error:
        read_address(typed)
    assert says in error.value.message


def test_rows_may_hold_several_and_each_counts_once() -> None:
    data = QueryDict("addresses_value=ftp.example.com, 192.0.2.7&addresses_value=FTP.example.com")
    rows = AddressRows().value_from_datadict(data, {}, "addresses")
    assert AddressRowsField().clean(rows) == (
        Address(host="ftp.example.com"),
        Address(host="192.0.2.7", is_ip=True),
    )


def test_a_row_shows_its_other_spelling() -> None:
    assert looked_at("bücher.example.com").kept == "xn--bcher-kva.example.com"
    assert looked_at("xn--bcher-kva.example.com").kept == "bücher.example.com"
    assert looked_at("ftp.example.com").kept == ""


def test_it_asks_for_one_and_bounds_their_number() -> None:
    with pytest.raises(ValidationError, match="at least one"):
        AddressRowsField().clean([])
    with pytest.raises(ValidationError, match="a service takes 100"):
        AddressRowsField().clean([f"h{number}.example.com" for number in range(101)])
