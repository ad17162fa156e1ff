"""The answer of a validation, as plain values that go to JSON and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pki.findings import Finding

# What OpenSSL says where a CRL is missing, stale or unusable: nobody knows, which is not a refusal.
NO_USABLE_CRL: Final = frozenset({3, 5, 8, 11, 12, 15, 16, 33, 35, 36, 44, 54, 101})


class Verdict(StrEnum):
    """What became of the question. A needed CRL that is missing or stale is never shown as good."""

    TRUSTED = "trusted"
    NOT_TRUSTED = "not_trusted"
    UNDETERMINED = "undetermined"


class CheckResult(StrEnum):
    """What became of one check."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnostic:
    """A finding that OpenSSL itself gave.

    `number`, `symbol` and `text` are OpenSSL's; `depth` counts from 0 at the leaf; `sha256` is the
    certificate concerned, empty where OpenSSL named none; `crl_path` marks an error found in the
    path of a CRL's issuer, which the command line prints with `[CRL path]`.
    """

    number: int
    symbol: str
    text: str
    depth: int
    sha256: str = ""
    crl_path: bool = False

    @property
    def is_only_a_crl(self) -> bool:
        """Whether it says no more than that no usable CRL was there."""
        return self.crl_path or self.number in NO_USABLE_CRL


@dataclass(frozen=True, kw_only=True, slots=True)
class PathElement:
    """One certificate of a path. `source` is `leaf`, `store`, `untrusted` or `anchor`."""

    depth: int
    sha256: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckOutcome:
    """One named question asked of a path, with its findings and, where not made, the reason.

    `reason` is a code such as `no_host_given`; empty where the check was made.
    """

    name: str
    result: CheckResult
    reason: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedCrl:
    """A CRL that the path could use. `state` is `fresh`, `stale`, `future` or `unusable`."""

    sha256: str
    issuer: str
    number: str
    this_update: datetime
    next_update: datetime | None
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Verdict, path, checks and findings of one certificate against one trust store at one moment.

    `path` is the one that decided: leaf first, anchor last (or the last that was found).
    `other_path_diagnostics` is non-empty where OpenSSL's own first choice of path was refused and
    another was good. `effective_expiry` is the first moment at which a trusted report stops being
    so (None unless trusted); `horizon` the first moment after `moment` at which this report could
    change by the passing of time alone (None: never). `flags` are the options with which the
    `openssl verify` command asks the same question, but for its files and the moment.
    `tolerated_diagnostics` were given by OpenSSL and do not count: a missing CRL for the
    self-signed anchor alone, which no CRL of its own could revoke.
    """

    verdict: Verdict
    moment: datetime
    path: tuple[PathElement, ...]
    diagnostics: tuple[Diagnostic, ...]
    checks: tuple[CheckOutcome, ...]
    crls: tuple[UsedCrl, ...]
    effective_expiry: datetime | None
    horizon: datetime | None
    openssl_version: str
    flags: tuple[str, ...]
    other_path: tuple[PathElement, ...] = ()
    other_path_diagnostics: tuple[Diagnostic, ...] = ()
    tolerated_diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def decisive(self) -> Diagnostic | None:
        """The diagnostic that made the verdict; None for one that has none.

        OpenSSL looks at CRLs before it looks at dates, so a missing CRL often comes first. It alone
        leaves a report undetermined; one that is not trusted is so for the first other reason.
        """
        others = (one for one in self.diagnostics if not one.is_only_a_crl)
        return next(others, self.diagnostics[0] if self.diagnostics else None)
