"""A CRL of 100,000 entries: its ingest beside its limit, and validation with and without it.

    python -m bench.crls [--entries 100000] [--leaves 500]

Ingest is what an import does with the CRL (parse, rows); its limit is `cryptography` parsing it and
one signature verification over it. Medians of alternating runs, in processor time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bench.budgets import judge
from bench.chains import MOMENT, make_hierarchy
from bench.console import open_console
from tests.pki.chains import make_crl

_ROUNDS = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--leaves", type=int, default=500)
    options = parser.parse_args()
    open_console()

    from django.db import transaction

    from certificates.models import Crl
    from certificates.services.write_crls import write_crls
    from pki.crl import parse_crl
    from pki.verify.inputs import Policy, Question, Revocation, TrustInput, Usage
    from pki.verify.run import prepare, validate

    hierarchy = make_hierarchy()
    crl = make_crl(hierarchy.issuer, revoked=range(10**9, 10**9 + options.entries))

    def limit() -> None:
        parsed = x509.load_der_x509_crl(crl)
        key = hierarchy.issuer.certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(parsed.signature, parsed.tbs_certlist_bytes, ec.ECDSA(hashes.SHA256()))

    def ingest() -> None:
        with transaction.atomic():
            write_crls([parse_crl(crl)])
            Crl.objects.all().delete()

    questions = [
        Question(leaf=leaf.der, moment=MOMENT) for leaf in hierarchy.leaves(options.leaves)
    ]
    anchors, intermediates = (hierarchy.root.der,), (hierarchy.issuer.der,)
    plain = prepare(
        TrustInput(anchors=anchors, intermediates=intermediates, policy=Policy(usage=Usage.SERVER))
    )
    checking = prepare(
        TrustInput(
            anchors=anchors,
            intermediates=intermediates,
            crls=(crl,),
            policy=Policy(usage=Usage.SERVER, revocation=Revocation.LEAF),
        )
    )
    taken = medians(
        {
            "limit": limit,
            "ingest": ingest,
            "without": lambda: [validate(question, plain) for question in questions],
            "with": lambda: [validate(question, checking) for question in questions],
        }
    )
    print(
        f"ingest of {options.entries} entries: {taken['ingest'] * 1e3:.1f} ms, parse and one"
        f" signature {taken['limit'] * 1e3:.1f} ms: {taken['ingest'] / taken['limit']:.2f} x"
    )
    print(
        f"validation with it {taken['with'] / options.leaves * 1e6:.0f} us, without"
        f" {taken['without'] / options.leaves * 1e6:.0f} us: {taken['with'] / taken['without']:.2f} x"
    )
    judge("CRL of 100,000: ingest", taken["ingest"] / taken["limit"], at_most=3)
    judge("CRL of 100,000: validation", taken["with"] / taken["without"], at_most=1.3)


def medians(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of processor time, after one round that fills the caches."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(_ROUNDS + 1):
        # Each follows the other in turn: what runs second finds the memory warm.
        for name, work in list(works.items())[:: -1 if number % 2 else 1]:
            started = time.process_time()
            work()
            if number:
                taken[name].append(time.process_time() - started)
    return {name: statistics.median(values) for name, values in taken.items()}


if __name__ == "__main__":
    main()
