"""What a check is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pki.findings import Finding, Severity
from pki.verify.anatomy import Shape
from pki.verify.inputs import Policy
from pki.verify.prepared import CrlMember, Member, PreparedTrust, Unreadable
from pki.verify.report import Diagnostic, Verdict


class Situation(NamedTuple):
    """One decided question: the path, what OpenSSL said, and what was asked.

    `tolerated` are diagnostics that do not count; `crls` those that the path could use;
    `chosen_otherwise` says that OpenSSL's own first choice of path was refused and another is good.
    """

    prepared: PreparedTrust
    path: tuple[Member, ...]
    verdict: Verdict
    diagnostics: tuple[Diagnostic, ...]
    tolerated: tuple[Diagnostic, ...]
    crls: tuple[CrlMember, ...]
    unreadable: tuple[Unreadable, ...]
    host: str | None
    address: str | None
    chosen_otherwise: bool

    @property
    def policy(self) -> Policy:
        """How strictly the path is judged."""
        return self.prepared.policy

    @property
    def leaf(self) -> Member:
        """The certificate in question."""
        return self.path[0]

    def has(self, *numbers: int) -> bool:
        """Whether OpenSSL gave one of these numbers."""
        return any(diagnostic.number in numbers for diagnostic in self.diagnostics)

    @property
    def reaches_anchor(self) -> bool:
        """Whether the path ends at an anchor of the store."""
        return self.path[-1].address in self.prepared.anchor_addresses or self.verdict is (
            Verdict.TRUSTED
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One named question.

    `numbers` are the X509_V_ERR_ numbers that answer it. `of_shape` gives the findings about what a
    certificate shares with others of its shape, in a role (`leaf`, `issuer`, `anchor`), and
    `of_certificate` those that need more of it: the first are kept for each shape, both are for
    issuers. `of_path` gives those that need the whole. `reason` says why the check was not made: a
    code, and whether the question applies at all ("not checked" or "not applicable"); None: it
    was made. Findings never depend on the moment itself: a report holds up to its horizon.
    """

    name: str
    numbers: frozenset[int]
    of_shape: Callable[[Shape, str], Iterator[Finding]] | None = None
    of_certificate: Callable[[Member, str], Iterator[Finding]] | None = None
    of_path: Callable[[Situation], Iterator[Finding]] | None = None
    reason: Callable[[Situation], tuple[str, bool] | None] | None = None


def finding(code: str, severity: Severity, place: str = "", **data: str | int) -> Finding:
    """A finding with its data in order."""
    return Finding(code=code, severity=severity, place=place, data=tuple(sorted(data.items())))


def info(code: str, place: str = "", **data: str | int) -> Finding:
    """A finding that is good to know and changes no result."""
    return finding(code, Severity.INFO, place, **data)


def warning(code: str, place: str = "", **data: str | int) -> Finding:
    """A finding that stricter readers refuse, or that will hurt one day."""
    return finding(code, Severity.WARNING, place, **data)


def error(code: str, place: str = "", **data: str | int) -> Finding:
    """A finding that says no to the check's question."""
    return finding(code, Severity.ERROR, place, **data)
