"""A certificate as somebody orders it: what the form gives and the services take, as plain values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from pki.csr.spec import RequestSpec, alt_names_of, common_name_of
from pki.findings import Finding, Severity
from pki.key_generation import KeySpec

_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestOrder:
    """What to ask for, and with which key: a new one (`new_key`) or one that is here (`key_id`).

    `days` makes it a self-signed certificate instead of a request. `replaces_id` is the certificate
    that the new one renews. `key_name` empty: the key is called as the certificate is.
    """

    spec: RequestSpec
    new_key: KeySpec | None = None
    key_id: int | None = None
    key_name: str = ""
    owner_id: int | None = None
    days: int | None = None
    replaces_id: int | None = None

    @property
    def name(self) -> str:
        """What people know it by: the common name, else the first of the other names."""
        common_name = common_name_of(self.spec)
        first = next((entry.value for entry in alt_names_of(self.spec)), "")
        return (common_name or first or self.spec.subject.organization)[:_LONGEST_NAME]


def warnings_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that somebody may accept."""
    return tuple(found for found in findings if found.severity is Severity.WARNING)


def errors_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that nobody may."""
    return tuple(found for found in findings if found.severity is Severity.ERROR)


def warnings_digest(findings: Iterable[Finding]) -> str:
    """What the tick of the form stands for: these warnings and no others; empty without any."""
    told = [found.to_json() for found in warnings_of(findings)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32] if told else ""
