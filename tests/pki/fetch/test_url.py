"""URLs: one reading or none, and nothing secret in what is said of them."""

from __future__ import annotations

import socket

import pytest

from pki.address_guard import CheckedAddress
from pki.errors import FetchRefused
from pki.fetch.url import read_url
from tests.pki.fetch.servers import (
    get,
    refused,
)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ldap://directory.example/cn=CA?certificateRevocationList", "scheme"),
        ("ldaps://directory.example/", "scheme"),
        ("ftp://crl.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("crl.example/ca.crl", "scheme"),
        ("//crl.example/ca.crl", "scheme"),
        ("http://user@crl.example/", "userinfo"),
        ("http://user:pass@crl.example/", "userinfo"),
        ("http://@crl.example/", "userinfo"),
        ("http://crl.example:0/", "bad_port"),
        ("http://crl.example:99999/", "bad_port"),
        ("http://crl.example:+80/", "bad_port"),
        ("http://crl.example:/", "bad_port"),
        ("http://crl.example:8080/", "port"),
        ("http:///ca.crl", "bad_host"),
        ("http://.example/", "bad_host"),
        ("http://crl%2eexample/", "bad_host"),
        ("http://[v1.a]/", "bad_host"),
        ("http://crl.example/\r\nHost: other", "bad_url"),
        ("http://crl.example/a b", "bad_url"),
        ("http://crl.example\\@evil.example/", "bad_url"),
        ("http://\u212arl.example/", "bad_url"),
        ("http://crl.example/\u00e9", "bad_url"),
        ("ht\ntp://crl.example/", "bad_url"),
        ("", "bad_url"),
        ("http://crl.example/" + "a" * 3000, "url_too_long"),
    ],
)
def test_urls_that_two_readers_could_read_differently_are_refused(url: str, why: str) -> None:
    def resolver(host: str, _port: int) -> list[str]:
        assert host == "crl.example"
        return ["93.184.216.34"]

    def connect(_address: CheckedAddress, _seconds: float) -> socket.socket:
        raise AssertionError("connected")

    assert refused(url, allow=(), resolver=resolver, connect=connect) == why


def test_a_url_has_one_spelling() -> None:
    target = read_url("HTTP://CRL.Example.:80/a?b#c")
    assert target.url == "http://crl.example/a?b"
    assert target.host_header == "crl.example"
    assert (
        read_url("https://[2606:2800:220:1:0::1]:8443").host_header == "[2606:2800:220:1::1]:8443"
    )


def test_faults_never_hold_a_password_or_a_query() -> None:
    with pytest.raises(FetchRefused) as fault:
        get("http://user:hunter2@127.0.0.1/ca.crl?token=s3cret")
    assert "hunter2" not in str(fault.value)
    assert "s3cret" not in str(fault.value)
    assert fault.value.data["url"] == "http://127.0.0.1/ca.crl"
