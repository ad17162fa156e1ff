"""Who signed a CRL: every kind of key, and nobody else (threat 10)."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from pki import der
from pki.crl_acceptance.accept import accept_crl
from pki.crl_acceptance.refusals import Why
from pki.crl_acceptance.signer import is_signed_by
from tests.pki.crl_acceptance.made import (
    DAY,
    NOW,
    OTHER_KEY,
    Key,
    accept,
    authority,
    crl,
    hashes_of,
    whys,
)


@cache
def other_keys() -> dict[str, Key]:
    return {
        "rsa": rsa.generate_private_key(65537, 2048),
        "p384": ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "ed448": ed448.Ed448PrivateKey.generate(),
        "dsa": dsa.generate_private_key(1024),
    }


@pytest.mark.parametrize(
    ("kind", "digest", "pss"),
    [
        ("rsa", hashes.SHA256(), None),
        ("rsa", hashes.SHA384(), padding.PSS(padding.MGF1(hashes.SHA384()), 48)),
        ("p384", hashes.SHA512(), None),
        ("ed25519", None, None),
        ("ed448", None, None),
        ("dsa", hashes.SHA256(), None),
    ],
)
def test_every_kind_of_key_is_verified_and_every_flipped_bit_found(
    kind: str, digest: hashes.HashAlgorithm | None, pss: padding.PSS | None
) -> None:
    key = other_keys()[kind]
    issuer = authority("Signer", key)
    candidate = crl(issuer="Signer", key=key, digest=digest, rsa_padding=pss)
    assert whys(candidate, issuers=[issuer]) == []
    forged = bytearray(candidate)
    forged[-3] ^= 1
    assert whys(bytes(forged), issuers=[issuer]) in (
        [Why.SIGNATURE_INVALID],
        [Why.SIGNATURE_UNSUPPORTED],
    )
    body = candidate.replace(b"Signer", b"Singer")
    assert whys(body, issuers=[issuer, authority("Singer", key)]) == [Why.SIGNATURE_INVALID]


def test_a_crl_of_somebody_unknown_is_not_believed() -> None:
    assert whys(crl(issuer="Nobody")) == [Why.ISSUER_UNKNOWN]
    assert whys(crl(), issuers=[]) == [Why.ISSUER_UNKNOWN]
    assert whys(crl(), issuers=[b"not a certificate"]) == [Why.ISSUER_UNKNOWN]


def test_a_crl_of_the_right_name_and_the_wrong_key_is_not_believed() -> None:
    assert whys(crl(key=OTHER_KEY, aki=False)) == [Why.SIGNATURE_INVALID]
    assert whys(crl(key=OTHER_KEY)) == [Why.AUTHORITY_KEY_MISMATCH]
    # Of two CAs of one name the one that signed is found.
    both = [authority(), authority(key=OTHER_KEY)]
    assert accept(crl(key=OTHER_KEY), issuers=both).signer == hashes_of(both[1])
    assert accept(crl(key=OTHER_KEY, aki=False), issuers=both).signer == hashes_of(both[1])


def test_a_key_that_may_not_sign_crls_is_not_believed() -> None:
    assert whys(crl(), issuers=[authority(crl_sign=False)]) == [Why.ISSUER_MAY_NOT_SIGN]
    allowed = [authority(crl_sign=False), authority(serial=2)]
    assert accept(crl(), issuers=allowed).signer == hashes_of(allowed[1])


def test_an_outer_algorithm_that_was_not_signed_is_not_believed() -> None:
    candidate = crl()
    sha256_oid = bytes.fromhex("2a8648ce3d040302")
    at = candidate.rindex(sha256_oid)
    changed = candidate[:at] + bytes.fromhex("2a8648ce3d040303") + candidate[at + 8 :]
    assert whys(changed)[-1:] in ([Why.SIGNATURE_INVALID], [Why.NOT_DECODABLE])
    # Nor one that would verify: the same algorithm, its NULL parameters left out.
    key = other_keys()["rsa"]
    signed = crl(issuer="Signer", key=key)
    at, end = der.whole(signed, der.SEQUENCE)
    stop = der.expect(signed, at, end, der.SEQUENCE)[1]
    signature_at = der.expect(signed, stop, end, der.SEQUENCE)[1]
    oid = der.encode(der.OID, bytes.fromhex("2a864886f70d01010b"))
    body = signed[at:stop] + der.encode(der.SEQUENCE, oid) + signed[signature_at:]
    issuer = authority("Signer", key)
    assert is_signed_by(signed, issuer)
    assert not is_signed_by(der.encode(der.SEQUENCE, body), issuer)


def test_a_weak_hash_is_not_believed() -> None:
    key = other_keys()["rsa"]
    candidate = crl(issuer="Signer", key=key)
    # sha256WithRSAEncryption becomes md5WithRSAEncryption, in both places.
    weak = candidate.replace(
        bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010104")
    )
    assert whys(weak, issuers=[authority("Signer", key)]) == [Why.SIGNATURE_WEAK]


@given(st.data())
def test_no_changed_octet_is_ever_accepted(data: st.DataObject) -> None:
    candidate = _sample()
    at = data.draw(st.integers(min_value=0, max_value=len(candidate) - 1))
    value = data.draw(st.integers(min_value=1, max_value=255))
    changed = candidate[:at] + bytes((candidate[at] ^ value,)) + candidate[at + 1 :]
    assert not accept_crl(changed, issuers=[_root()], moment=NOW).accepted


@cache
def _root() -> bytes:
    return authority()


@cache
def _sample() -> bytes:
    return crl(
        revoked=[
            x509.RevokedCertificateBuilder().serial_number(9).revocation_date(NOW - DAY).build()
        ]
    )
