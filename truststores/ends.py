"""What ends a trusted report, and why one that is not trusted is not: in one word and one name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pki.verify.report import Diagnostic, PathElement, Report, UsedCrl, Verdict

# Where an OpenSSL counts the last second as valid, the end is a second after notAfter.
_SECOND = timedelta(seconds=1)
_NOT_YET_VALID, _EXPIRED = 9, 10
_CRL_NOT_YET_VALID, _CRL_EXPIRED = 11, 12
_NO_CRL = frozenset({3, 33})
_REVOKED = 23


class CauseKind(StrEnum):
    """What it is that stops a certificate from working."""

    OWN = "own"
    ISSUER = "issuer"
    CRL = "crl"
    CRL_MISSING = "crl_missing"
    REVOKED = "revoked"
    NOT_YET = "not_yet"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """A cause and the one that it is about: a certificate or, of `CRL`, a CRL, by its digest.

    `name` is a common name where there is one; of a CRL that of its issuer. `number` and `depth`
    are those of OpenSSL's diagnostic, None where the cause lies in the future.
    """

    kind: CauseKind
    name: str = ""
    sha256: str = ""
    number: int | None = None
    depth: int | None = None
    text: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it lies in the certificates themselves: their end, beginning or revocation."""
        at_leaf = self.depth == 0 and self.kind in (CauseKind.NOT_YET, CauseKind.REVOKED)
        return self.kind is CauseKind.OWN or at_leaf

    @property
    def key(self) -> tuple[str, str, int | None]:
        """Equal for the same cause of several certificates; what lies in themselves is one cause."""
        about = "" if self.is_own else self.sha256 or self.name
        return self.kind.value, about, self.number


def ends_of(report: Report) -> tuple[Cause, ...]:
    """What ends at the very moment at which this trusted report does; the certificate first.

    Empty where nothing is known to end it, `OTHER` where something else turns then: a CRL that
    revokes begins, say.
    """
    expiry = report.effective_expiry
    if expiry is None:
        return ()
    causes = [_end_of(element) for element in report.path if _is_at(element.not_after, expiry)] + [
        _stale(crl) for crl in report.crls if _is_at(crl.next_update, expiry)
    ]
    return tuple(causes) or (Cause(kind=CauseKind.OTHER),)


def path_ends(report: Report) -> tuple[tuple[datetime, Cause], ...]:
    """The ends of the certificates of the path, whatever becomes of CRLs."""
    return tuple((element.not_after, _end_of(element)) for element in report.path)


def cause_of(report: Report) -> Cause | None:
    """The reason why a report is not trusted that says most; None for a trusted one.

    Ends come before CRLs: a CRL is renewed every week, and judged as of a later day it is always
    out of date.
    """
    if report.verdict is Verdict.TRUSTED:
        return None
    said = [one for one in report.diagnostics if not one.crl_path] or list(report.diagnostics)
    if not said:
        return Cause(kind=CauseKind.OTHER, text="The certificate cannot be read")
    by_number: dict[int, list[Diagnostic]] = {}
    for one in said:
        by_number.setdefault(one.number, []).append(one)
    for number in (_REVOKED, _EXPIRED, _NOT_YET_VALID):
        if number in by_number:
            return _of_certificate(report, min(by_number[number], key=lambda one: one.depth))
    lasting = [one for one in said if one.number not in (_CRL_EXPIRED, _CRL_NOT_YET_VALID)]
    return _of_diagnostic(report, (lasting or said)[0])


def _of_certificate(report: Report, one: Diagnostic) -> Cause:
    kinds = {_REVOKED: CauseKind.REVOKED, _NOT_YET_VALID: CauseKind.NOT_YET}
    element = _at(report, one.depth)
    ended = CauseKind.OWN if one.depth == 0 else CauseKind.ISSUER
    return Cause(
        kind=kinds.get(one.number, ended),
        name=short_name(element.subject) if element else "",
        sha256=one.sha256,
        number=one.number,
        depth=one.depth,
        text=one.text,
    )


def _of_diagnostic(report: Report, one: Diagnostic) -> Cause:
    element = _at(report, one.depth)
    if element is None or one.number not in {_CRL_EXPIRED, _CRL_NOT_YET_VALID, *_NO_CRL}:
        return Cause(
            kind=CauseKind.OTHER,
            name=short_name(element.subject) if element and one.depth else "",
            sha256=one.sha256 if one.depth else "",
            number=one.number,
            depth=one.depth,
            text=one.text,
        )
    stale = [crl for crl in report.crls if crl.issuer == element.issuer and crl.state != "fresh"]
    return Cause(
        kind=CauseKind.CRL_MISSING if one.number in _NO_CRL else CauseKind.CRL,
        name=short_name(element.issuer),
        sha256=stale[0].sha256 if stale else "",
        number=one.number,
        depth=one.depth,
        text=one.text,
    )


def _at(report: Report, depth: int) -> PathElement | None:
    return report.path[depth] if 0 <= depth < len(report.path) else None


def _is_at(end: datetime | None, expiry: datetime) -> bool:
    return end is not None and expiry - _SECOND <= end <= expiry


def _end_of(element: PathElement) -> Cause:
    return Cause(
        kind=CauseKind.ISSUER if element.depth else CauseKind.OWN,
        name=short_name(element.subject),
        sha256=element.sha256,
        depth=element.depth,
    )


def _stale(crl: UsedCrl) -> Cause:
    return Cause(kind=CauseKind.CRL, name=short_name(crl.issuer), sha256=crl.sha256)


def short_name(name: str) -> str:
    """The common name of a name as OpenSSL prints it, or all of it."""
    for part in name.replace("/", ", ").split(", "):
        key, _, value = part.partition("=")
        if key.strip() == "CN" and value.strip():
            return value.strip()
    return name
