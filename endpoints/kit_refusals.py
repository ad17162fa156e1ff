"""Why a kit is not begun, not created or not handed out."""

from __future__ import annotations

from collections.abc import Sequence

from pki.findings import Finding
from pki.kits.meeting import Side
from pki.kits.proof import Proof


class PairRefused(Exception):
    """What preflight says of the certificate of one side: errors, or warnings to accept."""

    def __init__(self, side: Side, findings: Sequence[Finding]) -> None:
        self.side = side
        self.findings = tuple(findings)
        super().__init__(side, ", ".join(found.code for found in findings))


class KitNotProven(Exception):
    """The handshakes did not go as they should: nothing leaves."""

    def __init__(self, proof: Proof) -> None:
        self.proof = proof
        super().__init__("kit.not_proven")


class TrustNotPreviewed(Exception):
    """A trust store that is there would change, and nobody has seen what that does."""


class KitClosed(Exception):
    """The kit was created already, or is not yet."""
