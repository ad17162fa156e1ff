"""What a CA will refuse is told before; errors stop, warnings can be accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pki.certificate import AltName
from pki.csr.build import build_request, build_self_signed, new_serial
from pki.csr.spec import Profile, RequestSpec, Subject
from pki.findings import Finding, Severity
from pki.key_generation import KeySpec, generate
from pki.keys import KeyFacts
from pki.preflight import preflight

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RSA = KeyFacts(algorithm="RSA", size=3072)
SERVER = RequestSpec(subject=Subject(country="DE", common_name="sftp.example.net"))
CLIENT = RequestSpec(subject=Subject(common_name="bob"), profile=Profile.CLIENT)


def dns(*values: str) -> tuple[AltName, ...]:
    return tuple(AltName(kind="dns", value=value) for value in values)


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code.removeprefix("request.") for finding in found]


def test_an_ordinary_server_passes() -> None:
    assert preflight(SERVER, RSA, NOW) == ()
    assert preflight(SERVER, None, NOW) == ()
    assert preflight(replace(SERVER, alt_names=dns("*.example.net")), RSA, NOW) == ()


def test_a_self_signed_certificate_is_nobody_elses_business() -> None:
    spec = RequestSpec(
        subject=Subject(country="UK", organizational_unit="x", common_name="server"),
        alt_names=(*dns("a.local"), AltName(kind="ip", value="10.0.0.1")),
        profile=Profile.BOTH,
    )
    assert preflight(spec, KeyFacts(algorithm="Ed25519", size=256), NOW, days=365) == ()
    assert len(preflight(spec, KeyFacts(algorithm="Ed25519", size=256), NOW)) == 7


SUBJECTS = [
    (Subject(), "empty_subject"),
    (Subject(organization="x"), "cn_missing"),
    (Subject(common_name="a." * 32 + "example"), "cn_too_long"),
    (Subject(common_name="My Server"), "cn_not_a_host"),
    (Subject(common_name="a.example.net:443"), "cn_has_port"),
    (Subject(common_name="a.example.net", country="gb"), "country_refused"),
    (Subject(common_name="a.example.net", country="XX"), "country_refused"),
    (Subject(common_name="a.example.net", country="UK"), "country_uk"),
    (Subject(common_name="a.example.net", organization="x" * 65), "field_too_long"),
    (Subject(common_name="a.example.net", locality="x" * 129), "field_too_long"),
    (Subject(common_name="a.example.net", organization="a\r\nb"), "control_characters"),
    (Subject(common_name="a.example.net", organization="a\u202eb"), "control_characters"),
    (Subject(common_name="a.example.net", organization=" x"), "spaces_around"),
    (Subject(common_name="a.example.net", organizational_unit="x"), "organizational_unit"),
    (Subject(common_name="a.example.net", email="nobody"), "email_malformed"),
]


@pytest.mark.parametrize(("subject", "code"), SUBJECTS)
def test_each_trouble_of_a_subject_is_told(subject: Subject, code: str) -> None:
    assert code in codes(preflight(RequestSpec(subject=subject), RSA, NOW))


NAMES = [
    (dns("*.a.*.example.net"), "wildcard_several"),
    (dns("a.*.example.net"), "wildcard_not_leftmost"),
    (dns("a*.example.net"), "wildcard_partial"),
    (dns("*.net"), "wildcard_too_wide"),
    (dns("*.com.au"), "wildcard_too_wide"),
    (dns("a_b.example.net"), "host_underscore"),
    (dns("server"), "host_single_label"),
    (dns("a.local"), "host_private"),
    (dns("a.corp"), "host_private"),
    (dns("a.home.arpa"), "host_private"),
    (dns("a b"), "host_malformed"),
    (dns("a.net", "A.NET"), "name_twice"),
    (dns(*(f"a{number}.net" for number in range(101))), "names_many"),
    (dns(*(f"a{number}.net" for number in range(2001))), "names_too_many"),
    ((AltName(kind="ip", value="10.1.2.3"),), "address_private"),
    ((AltName(kind="ip", value="100.64.0.1"),), "address_private"),
    ((AltName(kind="ip", value="fd00::1"),), "address_private"),
    ((AltName(kind="ip", value="1.2.3"),), "address_malformed"),
    ((AltName(kind="email", value="a@b.net"),), "uri_or_email_in_server"),
    ((AltName(kind="email", value="b.net"),), "email_malformed"),
    ((AltName(kind="uri", value="b.net"),), "uri_malformed"),
]


@pytest.mark.parametrize(("names", "code"), NAMES)
def test_each_trouble_of_a_name_is_told(names: tuple[AltName, ...], code: str) -> None:
    assert code in codes(preflight(replace(SERVER, alt_names=names), RSA, NOW))


def test_a_server_without_any_name_is_told() -> None:
    spec = RequestSpec(subject=Subject(common_name="My Server"))
    assert "no_names" in codes(preflight(spec, RSA, NOW))


def test_public_addresses_pass() -> None:
    names = (AltName(kind="ip", value="9.9.9.9"), AltName(kind="ip", value="2620:fe::9"))
    assert preflight(replace(SERVER, alt_names=names), RSA, NOW) == ()


def test_a_client_is_an_account_and_needs_no_names() -> None:
    assert codes(preflight(CLIENT, RSA, NOW)) == ["client_auth"]
    nobody = replace(CLIENT, subject=Subject(organization="x"))
    assert "account_missing" in codes(preflight(nobody, RSA, NOW))
    assert preflight(CLIENT, RSA, NOW, days=365) == ()


@pytest.mark.parametrize(
    ("algorithm", "size", "code"),
    [
        ("RSA", 2047, "key_small"),
        ("RSA", 1024, "key_small"),
        ("RSA", 1023, "key_too_small"),
        ("Ed25519", 256, "key_not_public"),
        ("EC secp256k1", 256, "key_not_public"),
        ("DSA", 2048, "key_unusable"),
        ("X25519", 256, "key_unusable"),
    ],
)
def test_each_trouble_of_a_key_is_told(algorithm: str, size: int, code: str) -> None:
    assert codes(preflight(SERVER, KeyFacts(algorithm=algorithm, size=size), NOW)) == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key_usage": ("keyCertSign",)}, "ca_usage"),
        ({"key_usage": ("flying",)}, "unknown_usage"),
        ({"extended_key_usage": ("flying",)}, "unknown_usage"),
        ({"extended_key_usage": ("clientAuth",)}, "profile_usage"),
        ({"digest": "sha1"}, "unknown_digest"),
    ],
)
def test_each_trouble_of_a_usage_is_told(change: dict[str, object], code: str) -> None:
    assert code in codes(preflight(replace(SERVER, **change), RSA, NOW))  # type: ignore[arg-type]  # by name


def test_key_encipherment_is_a_matter_of_rsa() -> None:
    spec = replace(SERVER, key_usage=("keyEncipherment",))
    assert preflight(spec, RSA, NOW) == ()
    assert codes(preflight(spec, KeyFacts(algorithm="EC P-256", size=256), NOW)) == [
        "usage_needs_rsa"
    ]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (0, ["days_out_of_range"]),
        (-1, ["days_out_of_range"]),
        (36_501, ["days_out_of_range"]),
        (826, ["days_long"]),
        (825, []),
        (1, []),
    ],
)
def test_the_days_of_a_self_signed_certificate(days: int, found: list[str]) -> None:
    assert codes(preflight(SERVER, RSA, NOW, days=days)) == found
    late = datetime(9999, 12, 30, tzinfo=UTC)
    assert "ends_too_late" in codes(preflight(SERVER, RSA, late, days=2))


def test_what_has_no_error_can_be_built() -> None:
    key = generate(KeySpec(algorithm="Ed25519"))
    facts = KeyFacts(algorithm="Ed25519", size=256)
    specs = [RequestSpec(subject=subject) for subject, _ in SUBJECTS]
    specs += [replace(SERVER, alt_names=names) for names, _ in NAMES]
    built = 0
    for spec in [*specs, SERVER, CLIENT]:
        found = preflight(spec, facts, NOW, days=10)
        if all(finding.severity is not Severity.ERROR for finding in found):
            build_request(spec, key)
            build_self_signed(spec, key, days=10, now=NOW, serial=new_serial())
            built += 1
    assert built > 15


def test_the_sites_own_country_codes_pass() -> None:
    spec = replace(SERVER, subject=Subject(country="XK", common_name="a.example.net"))
    assert codes(preflight(spec, RSA, NOW)) == ["country_refused"]
    assert preflight(spec, RSA, NOW, extra_countries=[("XK", "Kosovo")]) == ()
