"""Why an order or a reply is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pki.findings import Finding

if TYPE_CHECKING:
    from certificates.models import CertificateRequest


class OrderRefused(Exception):
    """Preflight found errors, or warnings that nobody has accepted."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(", ".join(found.code for found in findings))


class ReplyRefused(Exception):
    """What was brought in is not the reply to this request; nothing of it was kept.

    `belongs_to` are the requests whose keys the certificates are for.
    """

    def __init__(
        self, findings: Sequence[Finding], *, belongs_to: Sequence[CertificateRequest] = ()
    ) -> None:
        self.findings = tuple(findings)
        self.belongs_to = tuple(belongs_to)
        super().__init__(", ".join(found.code for found in findings))


class RequestClosed(Exception):
    """The request is in a state in which this cannot be done any more."""
