"""Distribution points of certificates, and scopes of CRLs, in every form of RFC 5280."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pki import der
from pki.distribution import (
    ALL_REASONS,
    Covers,
    DistributionPoint,
    IssuingPoint,
    distribution_points,
    issuing_point,
    key_usage_allows_crls,
)
from pki.errors import NotDecodable

KEY = ec.generate_private_key(ec.SECP256R1())
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
CA = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Root"),
    ]
)
OTHER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Crl Authority")])
RELATIVE = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "CRL1")])
DER = serialization.Encoding.DER


def certificate(*extensions: x509.ExtensionType) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(OTHER)
        .issuer_name(CA)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(START)
        .not_valid_after(START + datetime.timedelta(days=9))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(DER)


def crl(*extensions: x509.ExtensionType) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(CA)
        .last_update(START)
        .next_update(START + datetime.timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(DER)


def uris(*values: str) -> list[x509.GeneralName]:
    return [x509.UniformResourceIdentifier(value) for value in values]


def points(*values: x509.DistributionPoint) -> tuple[DistributionPoint, ...]:
    return distribution_points(certificate(x509.CRLDistributionPoints(values)))


def test_a_certificate_without_the_extension_has_no_points() -> None:
    assert distribution_points(certificate()) == ()


def test_it_says_which_urls_may_be_fetched_and_why_others_are_not() -> None:
    (point,) = points(
        x509.DistributionPoint(
            uris(
                "ldap:///CN=Root?certificateRevocationList",
                "http://crl.example/root.crl",
                "https://user@crl.example/root.crl",
                "http://2130706433/",
                "file:///etc/passwd",
                "HTTPS://crl.example/b.crl",
            ),
            None,
            None,
            None,
        )
    )
    assert [(url.url.split(":")[0], url.why) for url in point.urls] == [
        ("ldap", "scheme"),
        ("http", ""),
        ("https", "userinfo"),
        ("http", "ambiguous_address"),
        ("file", "scheme"),
        ("HTTPS", ""),
    ]
    assert point.fetchable == ("http://crl.example/root.crl", "HTTPS://crl.example/b.crl")
    assert (point.reasons, point.crl_issuers, point.delta) == (ALL_REASONS, (), False)


def test_it_reads_reasons_and_crl_issuers_of_each_point() -> None:
    first, second = points(
        x509.DistributionPoint(
            uris("http://a.example/1.crl"),
            None,
            frozenset([x509.ReasonFlags.key_compromise, x509.ReasonFlags.aa_compromise]),
            None,
        ),
        x509.DistributionPoint(None, None, None, [x509.DirectoryName(OTHER)]),
    )
    assert first.reasons == {"keyCompromise", "aACompromise"}
    assert (second.names, second.reasons) == ((), ALL_REASONS)
    assert [issuer.text for issuer in second.crl_issuers] == ["CN=Crl Authority"]


def test_a_relative_name_equals_the_full_name_that_it_stands_for() -> None:
    full = x509.Name([*CA, x509.NameAttribute(NameOID.COMMON_NAME, "CRL1")])
    (relative,) = points(x509.DistributionPoint(None, RELATIVE, None, None))
    (named,) = points(x509.DistributionPoint([x509.DirectoryName(full)], None, None, None))
    assert [name.key for name in relative.names] == [name.key for name in named.names]
    of_crl = issuing_point(
        crl(x509.IssuingDistributionPoint(None, RELATIVE, False, False, None, False, False))
    )
    assert [name.key for name in of_crl.names] == [name.key for name in named.names]
    below = x509.Name([*OTHER, x509.NameAttribute(NameOID.COMMON_NAME, "CRL1")])
    (delegated,) = points(x509.DistributionPoint(None, RELATIVE, None, [x509.DirectoryName(OTHER)]))
    (wanted,) = points(x509.DistributionPoint([x509.DirectoryName(below)], None, None, None))
    assert delegated.names[0].key == wanted.names[0].key


def test_points_of_deltas_are_marked() -> None:
    point = x509.DistributionPoint(uris("http://a.example/delta.crl"), None, None, None)
    found = distribution_points(
        certificate(x509.CRLDistributionPoints([point]), x509.FreshestCRL([point]))
    )
    assert [one.delta for one in found] == [False, True]


def test_hostile_text_in_a_url_is_shown_escaped_and_never_fetched() -> None:
    name = der.encode(0x86, b"http://a.example/\r\nX: y\x00")
    value = der.encode(
        der.SEQUENCE, der.encode(der.SEQUENCE, der.encode(0xA0, der.encode(0xA0, name)))
    )
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.31"), value)
    (point,) = distribution_points(certificate(extension))
    assert point.urls[0].url == "http://a.example/\\0D\\0AX: y\\00"
    assert point.fetchable == ()


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x30\x00\x00",
        b"\x30\x02\x02\x01",
        der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, der.encode(0xA7, b""))),
        der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, der.encode(0xA0, b"\x30\x00"))),
        der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, b"") * 65),
        der.encode(
            der.SEQUENCE,
            der.encode(
                der.SEQUENCE, der.encode(0xA0, der.encode(0xA0, der.encode(0x86, b"a") * 65))
            ),
        ),
    ],
)
def test_a_malformed_extension_is_a_fault_with_its_name(value: bytes) -> None:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.31"), value)
    with pytest.raises(NotDecodable) as fault:
        distribution_points(certificate(extension))
    assert fault.value.data["what"] == "cRLDistributionPoints"


@pytest.mark.parametrize(
    ("read", "what"), [(distribution_points, "certificate"), (issuing_point, "crl")]
)
def test_what_is_neither_certificate_nor_crl_is_a_fault(
    read: Callable[[bytes], object], what: str
) -> None:
    for data in (b"", b"\x30\x00", b"\x30\x03\x30\x01\x30", b"text"):
        with pytest.raises(NotDecodable) as fault:
            read(data)
        assert fault.value.data["what"] == what


@pytest.mark.parametrize(
    ("user", "ca", "attribute", "covers"),
    [
        (False, False, False, Covers.ANY),
        (True, False, False, Covers.USER),
        (False, True, False, Covers.CA),
        (False, False, True, Covers.ATTRIBUTE),
    ],
)
def test_the_scope_of_a_crl_is_read(user: bool, ca: bool, attribute: bool, covers: Covers) -> None:
    reasons = frozenset([x509.ReasonFlags.superseded, x509.ReasonFlags.certificate_hold])
    extension = x509.IssuingDistributionPoint(
        uris("http://a.example/1.crl"), None, user, ca, reasons, True, attribute
    )
    found = issuing_point(crl(extension))
    assert found.covers is covers
    assert found.reasons == {"superseded", "certificateHold"}
    assert (found.indirect, found.contradictory) == (True, False)
    assert [name.text for name in found.names] == ["http://a.example/1.crl"]


def test_a_crl_without_scope_is_about_everything() -> None:
    assert issuing_point(crl()) == IssuingPoint()


def test_a_scope_that_excludes_itself_is_marked() -> None:
    value = der.encode(der.SEQUENCE, der.encode(0x81, b"\xff") + der.encode(0x82, b"\xff"))
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.28"), value)
    assert issuing_point(crl(extension)).contradictory


def test_only_a_key_that_may_sign_crls_is_taken() -> None:
    def usage(crl_sign: bool) -> x509.KeyUsage:
        off = dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
                "digital_signature",
            ),
            False,
        )
        return x509.KeyUsage(key_cert_sign=True, crl_sign=crl_sign, **off)

    malformed = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.15"), b"\x03\x00")
    assert key_usage_allows_crls(certificate())
    assert key_usage_allows_crls(certificate(usage(True)))
    assert not key_usage_allows_crls(certificate(usage(False)))
    assert not key_usage_allows_crls(certificate(malformed))
