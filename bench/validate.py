"""What a validation costs, as ratios in one run.

For each kind of chain (leaf, intermediate, root): the bare signature verifications with their keys
at hand, the console's `validate()` with everything that a report holds, the report as JSON, and one
`openssl verify` process that is given all leaves. Then the same with a CRL of 100,000 entries.
Medians of alternating rounds. `python -m bench.validate [leaves]`
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pki.verify import openssl
from pki.verify.inputs import Policy, Question, Revocation, TrustInput, Usage
from pki.verify.run import prepare, report_to_json, validate
from tests.pki.chains import MOMENT, Issued, PrivateKey, make_ca, make_crl, make_key, make_leaf

ROUNDS = 5
ENTRIES = 100_000


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def verification(certificate: x509.Certificate, issuer: x509.Certificate) -> Callable[[], None]:
    """One bare signature verification, everything about it decoded beforehand."""
    signature, data = certificate.signature, certificate.tbs_certificate_bytes
    algorithm = certificate.signature_hash_algorithm
    assert algorithm is not None
    key = issuer.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        pkcs1 = padding.PKCS1v15()
        return lambda: key.verify(signature, data, pkcs1, algorithm)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    scheme = ec.ECDSA(algorithm)
    return lambda: key.verify(signature, data, scheme)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(values) for name, values in taken.items()}


def run(kind: str, new_key: Callable[[], PrivateKey], count: int) -> None:
    root = make_ca("Bench root", key=new_key())
    issuer = make_ca("Bench issuer", root, key=new_key())
    leaf_key = new_key()
    leaves = [
        make_leaf(f"host{number}.example.com", issuer, key=leaf_key) for number in range(count)
    ]
    bare = [
        check
        for leaf in leaves
        for check in (
            verification(leaf.certificate, issuer.certificate),
            verification(issuer.certificate, root.certificate),
        )
    ]
    questions = [Question(leaf=leaf.der, moment=MOMENT) for leaf in leaves]
    anchors, intermediates = (root.der,), (issuer.der,)
    plain = prepare(
        TrustInput(anchors=anchors, intermediates=intermediates, policy=Policy(usage=Usage.SERVER))
    )
    crl = make_crl(issuer, revoked=range(10**9, 10**9 + ENTRIES))
    checked = prepare(
        TrustInput(
            anchors=anchors,
            intermediates=intermediates,
            crls=(crl,),
            policy=Policy(usage=Usage.SERVER, revocation=Revocation.LEAF),
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        command = command_for(Path(folder), root, issuer, leaves)
        taken = measure(
            {
                "bare": lambda: [check() for check in bare],
                "validate": lambda: [validate(question, plain) for question in questions],
                "validate+json": lambda: [
                    json.dumps(report_to_json(validate(question, plain))) for question in questions
                ],
                "validate+crl": lambda: [validate(question, checked) for question in questions],
                "command": lambda: subprocess.run(command, check=True, capture_output=True),
            }
        )
    print(f"\n{kind}, {count} leaves, {openssl.version()}")
    for name, value in taken.items():
        print(
            f"  {name:14s} {value / count * 1e6:9.1f} us each"
            f" {value / taken['bare']:7.2f} x bare {value / taken['validate']:7.2f} x validate"
        )


def command_for(folder: Path, root: Issued, issuer: Issued, leaves: list[Issued]) -> list[str]:
    def write(name: str, issued: Issued) -> str:
        path = folder / name
        path.write_bytes(issued.certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)

    options = ["-CAfile", write("root.pem", root), "-untrusted", write("issuer.pem", issuer)]
    options += ["-purpose", "sslserver", "-attime", str(int(MOMENT.timestamp()))]
    files = [write(f"{number}.pem", leaf) for number, leaf in enumerate(leaves)]
    return ["openssl", "verify", *options, *files]


if __name__ == "__main__":
    leaves = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    run("P-256", make_key, leaves)
    run("RSA-2048", rsa_key, leaves)
