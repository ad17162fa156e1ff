"""What is known of the issuers' signatures spares work, and never changes an answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography import x509

from pki.verify import openssl
from pki.verify.inputs import Policy, Question, Revocation, TrustInput, Usage
from pki.verify.prepared import PreparedTrust
from pki.verify.report import Verdict
from pki.verify.run import prepare, validate, validate_all
from tests.pki.chains import (
    DAY,
    MOMENT,
    YEAR,
    Issued,
    key_usage,
    make_ca,
    make_crl,
    make_key,
    make_leaf,
)
from tests.pki.verify.asking import numbers, trust

SECOND = timedelta(seconds=1)
ROOT = make_ca("Root")
MIDDLE = make_ca("Middle", ROOT, not_after=MOMENT + 2 * YEAR)
CA = make_ca("CA", MIDDLE, not_after=MOMENT + YEAR)
GOOD = make_leaf("good.example.com", CA, serial=100)
LIMITED = make_ca(
    "CA",
    MIDDLE,
    key=CA.key,
    name_constraints=x509.NameConstraints([x509.DNSName("example.com")], None),
)
SERVER = Policy(usage=Usage.SERVER)

LEAVES = {
    "another": make_leaf("another.example.com", CA),
    "forged": make_leaf("forged.example.com", CA, signed_by=make_key()),
    "expired": make_leaf("old.example.com", CA, not_after=MOMENT - DAY),
    "future": make_leaf("new.example.com", CA, not_before=MOMENT + DAY),
    "for clients": make_leaf(
        "client.example.com", CA, usages=[x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]
    ),
    "revoked": make_leaf("revoked.example.com", CA, serial=4711),
    "unknown critical": make_leaf(
        "critical.example.com",
        CA,
        extensions=[
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), True)
        ],
    ),
    "of the middle": make_leaf("middle.example.com", MIDDLE),
    "of nobody": make_leaf("nobody.example.com", make_ca("Nobody")),
}


class Counted:
    """How many signatures OpenSSL was left to verify as a whole path, and how many it was not."""

    def __init__(self) -> None:
        self.whole = 0
        self.spared = 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    found = Counted()
    verify = openssl.verify

    def counting(*args: object, signatures: bool = True, **options: object) -> openssl.Outcome:
        if signatures:
            found.whole += 1
        else:
            found.spared += 1
        return verify(*args, signatures=signatures, **options)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(openssl, "verify", counting)
    return found


def _in_use(store: TrustInput, moment: datetime = MOMENT) -> PreparedTrust:
    prepared = prepare(store)
    assert validate(Question(leaf=GOOD.der, moment=moment), prepared).verdict is Verdict.TRUSTED
    return prepared


def test_the_signatures_of_issuers_are_verified_once(counted: Counted) -> None:
    prepared = _in_use(trust(ROOT, via=[MIDDLE, CA], policy=SERVER))
    before = counted.whole
    for name in ("another", "another"):
        question = Question(leaf=LEAVES[name].der, moment=MOMENT)
        assert validate(question, prepared).verdict is Verdict.TRUSTED
    assert counted.whole == before
    assert counted.spared == 2


@pytest.mark.parametrize("name", LEAVES)
@pytest.mark.parametrize("revocation", Revocation)
def test_a_leaf_gets_the_report_that_it_would_get_first(name: str, revocation: Revocation) -> None:
    policy = Policy(usage=Usage.SERVER, revocation=revocation)
    crls = [make_crl(ROOT), make_crl(MIDDLE), make_crl(CA, revoked=[4711])]
    store = trust(ROOT, via=[MIDDLE, CA], crls=crls, policy=policy)
    question = Question(leaf=LEAVES[name].der, moment=MOMENT)
    assert validate(question, _in_use(store)) == validate(question, store)


def test_a_forged_leaf_is_7_below_known_issuers() -> None:
    prepared = _in_use(trust(ROOT, via=[MIDDLE, CA]))
    report = validate(Question(leaf=LEAVES["forged"].der, moment=MOMENT), prepared)
    assert numbers(report) == [(7, 0)]


@pytest.mark.parametrize("issued", [GOOD, CA, MIDDLE, ROOT], ids=["leaf", "ca", "middle", "root"])
@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize("end", ["not_valid_before_utc", "not_valid_after_utc"])
def test_each_date_counts_to_the_second(issued: Issued, off: int, end: str) -> None:
    moment = getattr(issued.certificate, end) + off * SECOND
    store = trust(ROOT, via=[MIDDLE, CA])
    question = Question(leaf=GOOD.der, moment=moment)
    assert validate(question, _in_use(store)) == validate(question, store)


def test_constraints_of_an_issuer_of_the_same_key_still_count() -> None:
    store = trust(ROOT, via=[MIDDLE, LIMITED])
    prepared = _in_use(store)
    outside = Question(leaf=make_leaf("www.example.org", CA).der, moment=MOMENT)
    assert numbers(validate(outside, prepared)) == numbers(validate(outside, store)) == [(47, 0)]


def test_another_issuer_of_the_same_name_is_verified_itself() -> None:
    """Only the very certificates that were verified are known, not their names."""
    forged = make_ca("Middle", ROOT, key=MIDDLE.key, signed_by=make_key())
    prepared = _in_use(trust(ROOT, via=[MIDDLE, CA]))
    store = trust(ROOT, via=[forged, CA])
    other = prepare(store)
    other.verified |= prepared.verified
    report = validate(Question(leaf=GOOD.der, moment=MOMENT), other)
    assert numbers(report) == [(7, 2)]


def test_an_issuer_that_may_not_sign_gains_nothing_from_being_known() -> None:
    idle = make_ca("Idle", ROOT, extensions=[(key_usage("digital_signature"), True)])
    leaf = make_leaf("idle.example.com", idle)
    store = trust(ROOT, via=[idle])
    prepared = prepare(store)
    prepared.verified.add(tuple(issued.sha256 for issued in (idle, ROOT)))
    question = Question(leaf=leaf.der, moment=MOMENT)
    assert validate(question, prepared) == validate(question, store)


def test_many_at_once_get_what_each_gets_alone() -> None:
    strict, loose = (prepare(trust(ROOT, via=[MIDDLE, CA], policy=p)) for p in (SERVER, Policy()))
    questions = [
        (Question(leaf=leaf, moment=MOMENT), store)
        for leaf in (*(issued.der for issued in LEAVES.values()), b"no certificate")
        for store in (strict, loose)
    ] * 12
    alone = [validate(question, store) for question, store in questions]
    assert validate_all(questions) == alone
