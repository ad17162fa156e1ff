"""By which rules services and accounts are judged."""

from __future__ import annotations

from typing import Final

from pki.verify import rules

RULES: Final = 1
"""Raised by whoever lets `pki.endpoints` say something else of the same service or account at the
same moment: a finding, its severity, a standing, a turn. Not for words, which are found at the edge."""


def rules_version() -> str:
    """What judgements were made by; they rest on the rules of reports."""
    return f"{RULES}, {rules.rules_version()}"
