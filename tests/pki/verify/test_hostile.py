"""A bad certificate makes a bad report and never an exception."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from pki.verify.inputs import Policy, Question, Revocation, TrustInput
from pki.verify.report import Report, Verdict
from pki.verify.run import prepare, report_from_json, report_to_json, validate
from tests.pki.chains import MOMENT, make_ca, make_crl, make_leaf
from tests.pki.verify.asking import ask, codes, findings, trust

VECTORS = Path(cryptography_vectors.__file__).parent / "x509"
ROOT = make_ca("Root")
CA = make_ca(
    "CA",
    ROOT,
    name_constraints=x509.NameConstraints([x509.DNSName("example.com")], [x509.DNSName("x.com")]),
)
LEAF = make_leaf("www.example.com", CA, addresses=["192.0.2.1"])
CRL = make_crl(CA, revoked=[4711])
CHAIN = Policy(revocation=Revocation.CHAIN)


def _stored(report: Report) -> str:
    """The report as it is stored; nothing in it that a database would refuse."""
    text = json.dumps(report_to_json(report))
    assert "\\u0000" not in text
    assert report_from_json(json.loads(text)) == report
    return text


def _spoilt(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 4])):
        kind = draw.randrange(3)
        at = draw.randrange(len(changed))
        if kind == 0:
            changed[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del changed[at : at + draw.randrange(1, 9)]
        else:
            changed[at:at] = draw.randbytes(draw.randrange(1, 5))
    return bytes(changed)


@pytest.mark.parametrize("seed", range(6))
def test_spoilt_bytes_make_reports(seed: int) -> None:
    draw = random.Random(seed)  # a repeatable choice, not a secret
    for _ in range(60):
        which = draw.randrange(4)
        leaf, ca, root, crl = (
            _spoilt(data, draw) if which == place else data
            for place, data in enumerate((LEAF.der, CA.der, ROOT.der, CRL))
        )
        store = TrustInput(anchors=(root,), intermediates=(ca,), crls=(crl,), policy=CHAIN)
        report = validate(Question(leaf=leaf, moment=MOMENT, host="www.example.com"), store)
        assert report.verdict is not Verdict.TRUSTED or which == 3 or leaf == LEAF.der
        _stored(report)


def _vector_certificates() -> list[Path]:
    return sorted(
        path
        for path in VECTORS.rglob("*")
        if path.suffix in (".pem", ".der", ".crt") and "PKITS_data" not in path.parts
    )


def test_every_certificate_of_the_corpus_makes_a_report() -> None:
    store = prepare(trust(ROOT, via=[CA], crls=[CRL], policy=CHAIN))
    seen = 0
    for path in _vector_certificates():
        data = path.read_bytes()
        if data.startswith(b"-----BEGIN CERTIFICATE-----"):
            block = data.split(b"-----BEGIN CERTIFICATE-----")[1].split(b"-----END")[0]
            data = base64.b64decode(block)
        report = validate(Question(leaf=data, moment=MOMENT), store)
        assert report.verdict is not Verdict.TRUSTED
        _stored(report)
        alone = validate(Question(leaf=data, moment=MOMENT), TrustInput(anchors=(data,)))
        _stored(alone)
        seen += 1
    assert seen > 100


def test_control_characters_are_escaped_wherever_they_are_shown() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a\0b\r\n\u202ec")])
    report = ask(make_leaf(name, CA, dns=["www.example.com"]), trust(ROOT, via=[CA]))
    text = _stored(report)
    for hostile in ("\\u0000", "\\r", "\\n", "\\u202e"):
        assert hostile not in text.replace("\\\\", "")
    assert "san.cn_not_among_names" in codes(report)


def test_a_name_with_a_nul_never_matches() -> None:
    nul = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.17"),
        b"\x30\x1b\x82\x19www.example.com\0.evil.test",
    )
    leaf = make_leaf("x", CA, dns=(), extensions=[(nul, False)])
    report = ask(leaf, trust(ROOT, via=[CA]), host="www.example.com")
    assert report.verdict is Verdict.NOT_TRUSTED
    assert findings(report)
