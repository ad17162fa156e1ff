"""Does an unbroken path of issuers lead to a trust anchor? (RFC 5280, 6.1.1 and 6.1.3 (a)(4))

Findings: chain.chosen_otherwise, chain.anchor_not_self_signed, chain.leaf_is_anchor.
"""

from __future__ import annotations

from collections.abc import Iterator

from pki.findings import Finding
from pki.verify.checks.check import Check, Situation, info, warning
from pki.verify.report import Verdict


def _of_path(situation: Situation) -> Iterator[Finding]:
    if situation.chosen_otherwise:
        yield warning("chain.chosen_otherwise")
    if situation.verdict is not Verdict.TRUSTED:
        return
    if len(situation.path) == 1:
        yield info("chain.leaf_is_anchor")
    elif not situation.path[-1].self_signed:
        yield info("chain.anchor_not_self_signed", depth=len(situation.path) - 1)


CHECK = Check(
    name="chain",
    numbers=frozenset(
        {1, 2, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 50, 55, 65, 69, 70, 71, 95}
    ),
    of_path=_of_path,
)
