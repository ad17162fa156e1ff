"""What is said of large CRLs without OpenSSL is what OpenSSL says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from pki.verify import large_crls
from pki.verify.inputs import Policy, Question, Revocation, TrustInput
from pki.verify.prepared import PreparedTrust
from pki.verify.report import Report, Verdict
from pki.verify.run import prepare, validate
from tests.pki.chains import DAY, MOMENT, Issued, key_usage, make_ca, make_crl, make_key, make_leaf
from tests.pki.verify.asking import trust

ROOT = make_ca("Root")
CA = make_ca("CA", ROOT)
LEAF = make_leaf("www.example.com", CA, serial=4711)
CROWD = range(10_000, 10_050)
ROOT_CRL = make_crl(ROOT)
SCOPE = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
INDIRECT = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
SOME_REASONS = x509.CRLDistributionPoints(
    [
        x509.DistributionPoint(
            [x509.UniformResourceIdentifier("http://x.example/crl")],
            None,
            frozenset([x509.ReasonFlags.key_compromise]),
            None,
        )
    ]
)
PLAIN_POINT = x509.CRLDistributionPoints(
    [
        x509.DistributionPoint(
            [x509.UniformResourceIdentifier("http://x.example/crl")], None, None, None
        )
    ]
)
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
NO_SIGNER = make_ca("No signer", ROOT, extensions=[(key_usage("key_cert_sign"), True)])


def _both(
    monkeypatch: pytest.MonkeyPatch, leaf: Issued, store: TrustInput, moment: datetime = MOMENT
) -> tuple[Report, Report]:
    """The report with the set of serial numbers, and the one by OpenSSL alone."""
    question = Question(leaf=leaf.der, moment=moment)
    monkeypatch.setattr(large_crls, "LARGE", 1)
    with_set = validate(question, store)
    monkeypatch.setattr(large_crls, "LARGE", 1 << 40)
    return with_set, validate(question, store)


def _store(*crls: bytes, revocation: Revocation = Revocation.LEAF) -> TrustInput:
    return trust(ROOT, via=[CA, NO_SIGNER], crls=crls, policy=Policy(revocation=revocation))


@pytest.mark.parametrize("revocation", [Revocation.LEAF, Revocation.CHAIN])
@pytest.mark.parametrize(
    ("leaf", "crls"),
    [
        (LEAF, [make_crl(CA, revoked=CROWD), ROOT_CRL]),
        (LEAF, [make_crl(CA, revoked=[*CROWD, 4711]), ROOT_CRL]),
        (LEAF, [make_crl(CA, revoked=CROWD)]),
        (LEAF, [make_crl(CA, revoked=CROWD), make_crl(ROOT, revoked=[CA])]),
        (LEAF, [make_crl(CA, revoked=CROWD, number=None), ROOT_CRL]),
        (LEAF, [make_crl(CA, next_update=MOMENT - timedelta(hours=1)), ROOT_CRL]),
        (LEAF, [make_crl(CA, this_update=MOMENT + DAY), ROOT_CRL]),
        (LEAF, [make_crl(CA, signed_by=make_key()), ROOT_CRL]),
        (LEAF, [make_crl(CA, scope=SCOPE), ROOT_CRL]),
        (LEAF, [make_crl(CA, scope=INDIRECT), ROOT_CRL]),
        (LEAF, [make_crl(CA, extensions=[(UNKNOWN, True)]), ROOT_CRL]),
        (LEAF, [make_crl(CA, number=5, delta_of=4), ROOT_CRL]),
        (LEAF, [make_crl(CA, number=1), make_crl(CA, number=2, revoked=[4711]), ROOT_CRL]),
        (LEAF, [make_crl(make_ca("CA", ROOT)), ROOT_CRL]),
        (LEAF, [make_crl(make_ca("Other")), ROOT_CRL]),
        (make_leaf("n.example.com", NO_SIGNER), [make_crl(NO_SIGNER), ROOT_CRL]),
        (make_leaf("p.example.com", CA, extensions=[(PLAIN_POINT, False)]), [make_crl(CA)]),
        (make_leaf("r.example.com", CA, extensions=[(SOME_REASONS, False)]), [make_crl(CA)]),
        (make_leaf("d.example.com", ROOT), [ROOT_CRL]),
        (make_leaf("d.example.com", ROOT, serial=10_001), [make_crl(ROOT, revoked=CROWD)]),
        (make_leaf("alone.example.com"), [ROOT_CRL]),
    ],
)
def test_both_ways_agree(
    monkeypatch: pytest.MonkeyPatch, leaf: Issued, crls: list[bytes], revocation: Revocation
) -> None:
    store = _store(*crls, revocation=revocation)
    for moment in (MOMENT, MOMENT + 7 * DAY - timedelta(seconds=1), MOMENT + 7 * DAY):
        with_set, by_openssl = _both(monkeypatch, leaf, store, moment)
        assert replace(with_set, tolerated_diagnostics=()) == replace(
            by_openssl, tolerated_diagnostics=()
        )


def test_of_two_crls_neither_is_believed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever comes first in the store's order of fingerprints."""
    for number in range(8):
        clean = make_crl(CA, number=2 * number + 1, this_update=MOMENT - 2 * DAY)
        newer = make_crl(CA, number=2 * number + 2, revoked=[4711])
        with_set, by_openssl = _both(monkeypatch, LEAF, _store(clean, newer))
        assert with_set == by_openssl
        assert with_set.verdict is Verdict.NOT_TRUSTED


def test_the_set_is_used_for_a_plain_large_crl(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = prepare(_store(make_crl(CA, revoked=range(10_000, 12_000)), ROOT_CRL))
    asked: list[bool] = []
    original = large_crls.certainly_not_revoked

    def spy(prepared: PreparedTrust, path: tuple[object, ...], seconds: int) -> bool:
        asked.append(original(prepared, path, seconds))  # type: ignore[arg-type]  # passed on
        return asked[-1]

    monkeypatch.setattr("pki.verify.decision.certainly_not_revoked", spy)
    assert validate(Question(leaf=LEAF.der, moment=MOMENT), prepared).verdict is Verdict.TRUSTED
    revoked = make_leaf("r.example.com", CA, serial=10_007)
    refused = validate(Question(leaf=revoked.der, moment=MOMENT), prepared)
    assert [(item.number, item.depth) for item in refused.diagnostics] == [(23, 0)]
    assert asked[0] is True
    assert asked[-1] is False


def test_small_crls_are_left_to_openssl() -> None:
    assert not large_crls.worth_it(prepare(_store(make_crl(CA), ROOT_CRL)))


def test_a_serial_number_with_needless_octets_is_still_found() -> None:
    assert large_crls._number(b"\x00\x01") == large_crls._number(b"\x01")
