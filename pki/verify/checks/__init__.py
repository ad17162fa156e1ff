"""The checks, in the order of the report. Add one here; nothing registers itself."""

from __future__ import annotations

from pki.verify.checks import encoding
from pki.verify.checks.check import Check, Situation
from pki.verify.checks.make import make, not_made
from pki.verify.report import CheckOutcome

__all__ = ["CHECKS", "all_checks", "not_made"]

CHECKS: tuple[Check, ...] = (encoding.CHECK,)


def all_checks(situation: Situation) -> tuple[CheckOutcome, ...]:
    """Every check's outcome, in report order."""
    return make(CHECKS, situation)
