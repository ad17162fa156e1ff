from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.views.decorators.debug import sensitive_variables

from certificates.models import Certificate, PrivateKey, PublicKey
from endpoints.models import Account, Service
from endpoints.services.advise_triage import Concerned, advise_triage, says_same
from endpoints.services.find_named import (
    MOST_CLUES,
    FoundCertificate,
    Lookups,
    Named,
    find_issuer,
    find_named,
)
from endpoints.shown_lines import ShownLine, shown_lines
from endpoints.triage_texts import GENERAL, Explanation, explain, short_name
from pki.triage.meaning import Side
from pki.triage.triage import Finding, Triage, triage
from pki.verify.inputs import Usage
from truststores.models import ValidationReport
from truststores.services.advise import Advice

_MOST_CERTIFICATES = 3
_MOST_REPORTS = 4
# Beyond this a clue is only a name that may be anybody's: enough to show, not to advise on.
_SURE = 2
_EXPIRED = frozenset({"verify.10", "alert.45"})
_USAGES = {Side.SERVER: Usage.SERVER, Side.CLIENT: Usage.CLIENT}


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnVerdict:
    """A report of ours about the certificate, and whether it says what the line says."""

    report: ValidationReport
    is_same: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCertificate:
    """A certificate that an answer is about: how it was found, and what our stores say of it."""

    found: FoundCertificate
    verdicts: tuple[OwnVerdict, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One failure, explained, with what the console knows about it and what helps."""

    finding: Finding
    words: Explanation
    also: tuple[str, ...]
    certificates: tuple[ShownCertificate, ...]
    missing: str
    missing_row: Certificate | None
    services: tuple[Service, ...]
    accounts: tuple[Account, ...]
    keys: tuple[PrivateKey | PublicKey, ...]
    advice: Advice


@dataclass(frozen=True, kw_only=True, slots=True)
class TriageAnswer:
    """What the page shows of a paste. Nothing of it is stored."""

    read: Triage
    lines: tuple[ShownLine, ...]
    answers: tuple[Answer, ...]


@sensitive_variables("pasted")
def triage_text(*, pasted: str, moment: datetime) -> TriageAnswer:
    """Explain pasted log lines, with the certificates, services and accounts that they concern.

    Reads the inventory and writes nothing: log lines hold names and addresses of people.
    """
    read = triage(pasted)
    unknown_pem = _unknown_pem(read)
    lookups = Lookups()
    answers = [_answer(finding, unknown_pem, lookups, moment) for finding in read.findings]
    return TriageAnswer(read=read, lines=shown_lines(read.lines), answers=tuple(answers))


def _unknown_pem(read: Triage) -> str:
    """The first PEM certificate of the text that the inventory does not hold."""
    digests = [block.clue.value for block in read.certificates]
    known = set(
        Certificate.objects.filter(sha256__in=digests[:MOST_CLUES]).values_list("sha256", flat=True)
    )
    unknown = (block.text for block in read.certificates if block.clue.value not in known)
    return next(unknown, "")


def _answer(finding: Finding, unknown_pem: str, lookups: Lookups, moment: datetime) -> Answer:
    own = find_named(finding.clues, lookups)
    around = find_named(finding.near, lookups)
    services = own.services or around.services
    accounts = own.accounts or around.accounts
    found = _concerned(finding, own, around)
    reports = _reports([one.row for one in found], _accused(finding))
    shown = tuple(
        ShownCertificate(
            found=one,
            verdicts=tuple(
                OwnVerdict(report=report, is_same=says_same(report, finding))
                for report in reports[one.row.pk][:_MOST_REPORTS]
            ),
        )
        for one in found
    )
    first = found[0] if found else None
    issuer = find_issuer(finding.issuer, lookups) if finding.issuer is not None else None
    if issuer is None and first is not None:
        issuer = Certificate.objects.possible_issuers(first.row).first()
    advice = advise_triage(
        finding=finding,
        concerned=Concerned(
            certificate=first.row if first is not None else None,
            reports=tuple(reports[first.row.pk]) if first is not None else (),
            issuer=issuer,
            services=services,
            accounts=accounts,
            pasted=unknown_pem if first is None or first.strength > _SURE else "",
        ),
        moment=moment,
    )
    return Answer(
        finding=finding,
        words=explain(finding),
        also=tuple(short_name(code) for code in finding.also if code not in GENERAL),
        certificates=shown,
        missing=_missing(finding, first),
        missing_row=issuer,
        services=services,
        accounts=accounts,
        keys=own.keys or around.keys,
        advice=advice,
    )


def _concerned(finding: Finding, own: Named, around: Named) -> tuple[FoundCertificate, ...]:
    """The certificates that a finding is about, the surest first.

    What its own lines name by more than a host counts first; then what stands around it; then the
    certificate of the side that was refused, by its services or accounts; then by host alone.
    """
    if not finding.about_certificate and not finding.code.startswith("tls."):
        return ()
    for named in (own, around):
        sure = [one for one in named.certificates if one.strength <= _SURE]
        if finding.depth in (None, 0):
            sure = [one for one in sure if not one.row.is_ca] or sure
        if finding.code in _EXPIRED:
            # Of several with one name the one that has expired is meant.
            sure.sort(key=lambda one: one.row.not_after)
        if sure and (named is own or finding.depth in (None, 0)):
            return tuple(sure[:_MOST_CERTIFICATES])
    if _accused(finding) is Side.CLIENT:
        return tuple(_of_accounts(own.accounts or around.accounts))
    presented = [
        FoundCertificate(row=one.certificate, how=f"as what “{one.name}” presents", strength=3)
        for one in own.services or around.services
        if one.certificate is not None
    ]
    rows = {one.row.pk: one for one in own.certificates or around.certificates}
    rows |= {one.row.pk: one for one in presented}
    return tuple(rows.values())[:_MOST_CERTIFICATES]


def _accused(finding: Finding) -> Side | None:
    """The side whose certificate was refused."""
    return finding.refused_by.other if finding.refused_by is not None else None


def _of_accounts(accounts: Sequence[Account]) -> list[FoundCertificate]:
    return [
        FoundCertificate(row=one, how=f"as a certificate of “{account.name}”", strength=3)
        for account in accounts
        for one in Certificate.objects.filter(account_certificates__account=account)[
            :_MOST_CERTIFICATES
        ]
    ][:_MOST_CERTIFICATES]


def _reports(
    rows: Sequence[Certificate], accused: Side | None
) -> dict[int, list[ValidationReport]]:
    """The current reports of these certificates, the most pressing first.

    Those of stores for the role in which the certificate was refused, where there are any.
    """
    usages = (Usage.ANY, _USAGES[accused]) if accused is not None else tuple(Usage)
    reports: dict[int, list[ValidationReport]] = defaultdict(list)
    others: dict[int, list[ValidationReport]] = defaultdict(list)
    for report in (
        ValidationReport.objects.filter(certificate__in=rows, made_at__isnull=False)
        .select_related("trust_store", "certificate", "body")
        .order_by("urgency", "pk")
    ):
        fitting = reports if report.trust_store.usage in usages else others
        fitting[report.certificate_id].append(report)
    return defaultdict(list, {**others, **reports})


def _missing(finding: Finding, first: FoundCertificate | None) -> str:
    """The name of the issuer that was not found, for the failures that mean that."""
    if finding.code not in ("verify.20", "verify.21", "verify.2"):
        return ""
    if finding.issuer is not None:
        return finding.issuer.value
    return first.row.issuer if first is not None else ""
