"""CRLs as facts and entries, held against cryptography over the corpus."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from pki.crl import CrlFacts, parse_crl, revoked_serials
from pki.errors import NotDecodable
from pki.limits import Limits

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def parsed(corpus: tuple[list[bytes], list[bytes]]) -> Iterator[CrlFacts]:
    for data in corpus[1]:
        try:
            yield parse_crl(data)
        except NotDecodable:
            continue


def make(
    *extensions: tuple[x509.ExtensionType, bool],
    revoked: list[x509.RevokedCertificate] | None = None,
    days: int = 7,
) -> bytes:
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example CA")]),
        last_update=NOW,
        next_update=NOW + timedelta(days=days),
        revoked_certificates=revoked or [],
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def entry(serial: int, *extensions: tuple[x509.ExtensionType, bool]) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.build()


def codes(data: bytes) -> set[str]:
    return {found.code for found in parse_crl(data).findings}


def test_every_crl_of_the_corpus_agrees_with_cryptography(
    corpus: tuple[list[bytes], list[bytes]],
) -> None:
    facts = list(parsed(corpus))
    assert len(facts) > 150
    for fact in facts:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = x509.load_der_x509_crl(fact.der)
            assert fact.sha256 == theirs.fingerprint(hashes.SHA256()).hex()
            assert fact.this_update == theirs.last_update_utc
            assert fact.next_update == theirs.next_update_utc
            entries = revoked_serials(fact.der)
            assert [item.serial for item in entries] == [f"{one.serial_number:x}" for one in theirs]
            assert [item.revoked_at for item in entries] == [
                one.revocation_date_utc for one in theirs
            ]
            assert fact.revoked_count == len(entries)
            _compare_numbers(fact, theirs)
            _compare_reasons(fact, theirs)


def _compare_numbers(fact: CrlFacts, theirs: x509.CertificateRevocationList) -> None:
    try:
        extensions = theirs.extensions
    except ValueError:
        assert any(found.code == "crl.malformed_extension" for found in fact.findings)
        return
    values = {type(found.value): found.value for found in extensions}
    number = values.get(x509.CRLNumber)
    assert fact.number == (str(number.crl_number) if isinstance(number, x509.CRLNumber) else "")
    delta = values.get(x509.DeltaCRLIndicator)
    assert fact.base_number == (
        str(delta.crl_number) if isinstance(delta, x509.DeltaCRLIndicator) else ""
    )
    point = values.get(x509.IssuingDistributionPoint)
    if isinstance(point, x509.IssuingDistributionPoint):
        flags = {
            "user": point.only_contains_user_certs,
            "ca": point.only_contains_ca_certs,
            "indirect": point.indirect_crl,
            "attribute": point.only_contains_attribute_certs,
            "reasons": point.only_some_reasons is not None,
            "named": point.full_name is not None or point.relative_name is not None,
        }
        assert set(fact.scope) == {flag for flag, on in flags.items() if on}


def _compare_reasons(fact: CrlFacts, theirs: x509.CertificateRevocationList) -> None:
    for item, one in zip(revoked_serials(fact.der), theirs, strict=True):
        try:
            reason = one.extensions.get_extension_for_class(x509.CRLReason).value.reason
        except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
            continue
        assert item.reason == reason.value


def test_entries_carry_reason_and_invalidity() -> None:
    crl = make(
        revoked=[
            entry(5, (x509.CRLReason(x509.ReasonFlags.key_compromise), False)),
            entry(255, (x509.InvalidityDate(datetime(2025, 12, 1)), False)),  # noqa: DTZ001 - its API
        ]
    )
    first, second = revoked_serials(crl)
    assert (first.serial, first.reason, first.revoked_at) == ("5", "keyCompromise", NOW)
    assert (second.serial, second.reason) == ("ff", "")
    assert second.invalidity_date == datetime(2025, 12, 1, tzinfo=UTC)


def test_a_good_crl_has_no_findings() -> None:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(KEY.public_key())
    data = make((x509.CRLNumber(2**100), False), (authority, False))
    facts = parse_crl(data)
    assert facts.findings == ()
    assert facts.number == str(2**100)
    assert (facts.scope, facts.revoked_count, facts.base_number) == ((), 0, "")


def test_what_forbids_the_use_of_a_crl_is_found() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert "crl.unknown_critical" in codes(make((unknown, True)))
    assert "crl.unknown_critical" not in codes(make((unknown, False)))
    assert "crl.unknown_critical_entry" in codes(
        make(revoked=[entry(1), entry(2, (unknown, True))])
    )
    assert "crl.unknown_critical_entry" not in codes(make(revoked=[entry(2, (unknown, False))]))
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.20"), b"\x02\x00")
    assert "crl.malformed_extension" in codes(make((broken, False)))
    assert {"crl.no_number", "crl.no_authority_key"} == codes(make())


def test_a_critical_entry_extension_that_is_known_is_no_finding() -> None:
    reason = x509.CRLReason(x509.ReasonFlags.superseded)
    assert "crl.unknown_critical_entry" not in codes(make(revoked=[entry(1, (reason, True))]))


@pytest.mark.parametrize(
    ("data", "limits", "why"),
    [
        (b"junk", Limits(), ""),
        (make() + b"\0", Limits(), "trailing_data"),
        (make(), Limits(crl_bytes=20), "too_large"),
    ],
)
def test_what_is_no_crl_is_refused_with_a_reason(data: bytes, limits: Limits, why: str) -> None:
    with pytest.raises(NotDecodable) as caught:
        parse_crl(data, limits=limits)
    assert why in str(caught.value.data["why"])
    with pytest.raises(NotDecodable):
        revoked_serials(b"junk")
