"""Has no certificate of the path been revoked? (RFC 5280, 5 and 6.3)

Which CRLs could be used, and how old they are, stands in the report beside the checks.

Findings: revocation.anchor_without_crl, revocation.issuers_not_asked, revocation.no_number,
revocation.number_critical, revocation.number_long, revocation.no_next_update, revocation.version,
revocation.hash_weak, revocation.not_der, revocation.trailing_data.
Reasons: revocation_not_asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pki import der
from pki.findings import Finding
from pki.verify.checks.check import Check, Situation, info, warning
from pki.verify.checks.strength import weak_hash
from pki.verify.extension_values import CRL_NUMBER
from pki.verify.inputs import Revocation
from pki.verify.prepared import CrlMember

_LONGEST_NUMBER: Final = 20


def _of_path(situation: Situation) -> Iterator[Finding]:
    if situation.tolerated:
        yield info("revocation.anchor_without_crl", depth=situation.tolerated[0].depth)
    if situation.policy.revocation is Revocation.LEAF and len(situation.path) > 2:
        yield info("revocation.issuers_not_asked")
    for crl in situation.crls:
        yield from _of_crl(crl)


def _of_crl(crl: CrlMember) -> Iterator[Finding]:
    if crl.crl.trailing:
        yield warning("revocation.trailing_data", sha256=crl.sha256, issuer=crl.issuer)
    anatomy = crl.anatomy
    if anatomy is None:
        yield warning("revocation.not_der", sha256=crl.sha256, issuer=crl.issuer)
        return
    named = {"sha256": crl.sha256, "issuer": crl.issuer}
    number = anatomy.extensions.get(CRL_NUMBER)
    if number is None or anatomy.number is None:
        yield warning("revocation.no_number", "cRLNumber", **named)
    else:
        start, stop = der.whole(number.value, der.INTEGER)
        if stop - start > _LONGEST_NUMBER:
            yield warning("revocation.number_long", "cRLNumber", **named)
        if number.critical:
            yield warning("revocation.number_critical", "cRLNumber", **named)
    if not anatomy.has_next_update:
        yield warning("revocation.no_next_update", "nextUpdate", **named)
    if anatomy.version != 2:
        yield warning("revocation.version", "version", **named)
    name = weak_hash(anatomy.algorithm)
    if name is not None:
        yield warning("revocation.hash_weak", "signatureAlgorithm", hash=name, **named)


def _reason(situation: Situation) -> tuple[str, bool] | None:
    if situation.policy.revocation is Revocation.NONE:
        return "revocation_not_asked", True
    return None


CHECK = Check(
    name="revocation",
    numbers=frozenset(
        {3, 5, 8, 11, 12, 15, 16, 23, 33, 35, 36, 44, 54, 73, 74, 75}
        | {96, 97, 98, 99, 100, 101, 104}
    ),
    of_path=_of_path,
    reason=_reason,
)
