"""What is stored of a request, and the one form of each name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pki.csr.spec import KEY_USAGES, RequestSpec, alt_name
from pki.host_names import NameRefused
from tests.pki.csr.asked import SPEC


def test_a_specification_survives_storage() -> None:
    for spec in (SPEC, replace(SPEC, key_usage=KEY_USAGES[:1], extended_key_usage=())):
        assert RequestSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("dns", " Example.COM. ", "example.com"),
        ("dns", "faß.example", "xn--fa-hia.example"),
        ("dns", "日本。example", "xn--wgv71a.example"),
        ("dns", "*.Example.com", "*.example.com"),
        ("dns", "_sip.example", "_sip.example"),
        ("ip", "[2001:DB8::0001]", "2001:db8::1"),
        ("email", "a.b@Exämple.com", "a.b@xn--exmple-cua.com"),
        ("uri", "sftp://host.example/x", "sftp://host.example/x"),
    ],
)
def test_names_are_written_in_one_form(kind: str, text: str, value: str) -> None:
    assert alt_name(kind, text).value == value


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("dns", "", "empty"),
        ("dns", "a..b", "empty"),
        ("dns", "host:443", "port"),
        ("dns", "https://host/", "scheme"),
        ("dns", "192.0.2.1", "address"),
        ("dns", "a b", "character"),
        ("dns", "a\x00.example", "character"),
        ("dns", "-a.example", "hyphen"),
        ("dns", "a." * 127 + "example", "too_long"),
        ("dns", "x" * 64, "label_too_long"),
        ("dns", "a.*.example", "wildcard_not_leftmost"),
        ("dns", "a*.example", "wildcard_partial"),
        ("dns", "*.*.example", "wildcard_several"),
        ("dns", "xn--a.example", "idna"),
        ("dns", "\u202eabc.example", "idna"),
        ("ip", "192.0.2.256", "malformed"),
        ("ip", "fe80::1%eth0", "malformed"),
        ("email", "nobody", "malformed"),
        ("email", "ä@example.com", "malformed"),
        ("uri", "example.com/path", "malformed"),
        ("uri", "https:///path", "malformed"),
        ("rid", "1.2.3", "malformed"),
    ],
)
def test_text_that_is_no_name_says_why(kind: str, text: str, why: str) -> None:
    with pytest.raises(NameRefused) as refused:
        alt_name(kind, text)
    assert refused.value.data["why"] == why
