"""The checks, in the order of the report. Add one here; nothing registers itself."""

from __future__ import annotations

from pki.verify.checks import (
    alternative_names,
    chain,
    constraints,
    dates,
    encoding,
    hygiene,
    identifiers,
    names,
    policies,
    purpose,
    revocation,
    signatures,
    strength,
)
from pki.verify.checks.check import Check, Situation
from pki.verify.checks.make import make, not_made
from pki.verify.report import CheckOutcome

__all__ = ["CHECKS", "all_checks", "not_made"]

CHECKS: tuple[Check, ...] = (
    encoding.CHECK,
    chain.CHECK,
    signatures.CHECK,
    dates.CHECK,
    strength.CHECK,
    purpose.CHECK,
    names.CHECK,
    alternative_names.CHECK,
    constraints.CHECK,
    policies.CHECK,
    revocation.CHECK,
    identifiers.CHECK,
    hygiene.CHECK,
)


def all_checks(situation: Situation) -> tuple[CheckOutcome, ...]:
    """Every check's outcome, in report order."""
    return make(CHECKS, situation)
