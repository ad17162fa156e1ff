from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.urls import reverse

from certificates.models import Certificate
from endpoints.models import Account, Service
from pki.triage.meaning import Kind, Side
from pki.triage.triage import Finding
from pki.verify.run import report_from_json
from truststores.models import ValidationReport, Verdict
from truststores.services.advise import Act, Advice, advise

_CHAIN_INCOMPLETE = frozenset({"verify.20", "verify.21", "verify.2", "alert.48", "alert.46"})
_NOT_TRUSTED = frozenset({"verify.18", "verify.19", "verify.20", "verify.2", "alert.48"})
_NEEDS_NEW = frozenset(
    {
        *(
            "verify.10",
            "verify.23",
            "verify.26",
            "verify.62",
            "verify.64",
            "verify.66",
            "verify.68",
        ),
        *("alert.43", "alert.44", "alert.45"),
    }
)
# Failures where what the service really presents is the next question, whoever refused.
_LOOK = frozenset({"tls.no_shared_cipher", "tls.version", "tls.closed", "ftp.no_tls"})
_MANAGE = "endpoints.manage_endpoints"
_MOST_ACTS = 5

# Where an event leads when nothing better is known: label, address, icon.
_PLACES: dict[str, tuple[str, str, str]] = {
    "key.mismatch": ("Find the key of a certificate", "certificates:keys", "key-round"),
    "file.no_pem": ("Import the file to see what it is", "certificates:import", "upload"),
    "file.certificate_unreadable": (
        "Import the file to see what it is",
        "certificates:import",
        "upload",
    ),
    "file.ca_unreadable": ("Download a trust store", "truststores:trust_stores", "shield-check"),
    "file.crl_unreadable": ("Download a CRL", "certificates:crls", "list-x"),
    "tls.no_client_certificate": ("See the accounts", "endpoints:accounts", "user-round"),
    "alert.116": ("See the accounts", "endpoints:accounts", "user-round"),
    "ftp.login_refused": ("See the accounts", "endpoints:accounts", "user-round"),
    "ssh.no_account": ("See the accounts", "endpoints:accounts", "user-round"),
    "ssh.login_refused": ("See the accounts", "endpoints:accounts", "user-round"),
    "ssh.host_key_changed": (
        "See the services and their host keys",
        "endpoints:services",
        "server",
    ),
    "ssh.host_key_unknown": (
        "See the services and their host keys",
        "endpoints:services",
        "server",
    ),
    "ssh.key_format": ("Import the key to convert it", "certificates:key_import", "key-round"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Concerned:
    """What a finding is about, as far as it was found."""

    certificate: Certificate | None
    reports: tuple[ValidationReport, ...]
    issuer: Certificate | None
    services: tuple[Service, ...]
    accounts: tuple[Account, ...]
    pasted: str
    """The PEM block of the text, where it holds the certificate and the inventory does not."""


def advise_triage(*, finding: Finding, concerned: Concerned, moment: datetime) -> Advice:
    """The likely remedies of a finding, the likeliest first, as links and buttons."""
    own = _own_report(finding, concerned)
    acts = list(own.acts) if own else []
    acts += _for_chain(finding, concerned)
    acts += _for_certificate(finding, concerned)
    acts += _for_store(finding, concerned)
    acts += _to_try(finding, concerned)
    if not acts and (place := _PLACES.get(finding.code)):
        label, name, icon = place
        acts.append(Act(label=label, url=reverse(name), icon=icon))
    unique = {act.label: act for act in acts}
    return Advice(
        headline="",
        cause="",
        remedy="",
        acts=tuple(unique.values())[:_MOST_ACTS],
        addresses=own.addresses if own else _addresses(finding, concerned),
    )


def says_same(report: ValidationReport, finding: Finding) -> bool:
    """Whether a report of ours gives the same number, or one that the same words cover."""
    if finding.kind is not Kind.VERIFY:
        return False
    numbers = {code.partition("@")[0] for code in report.codes.split()}
    return not numbers.isdisjoint(map(str, (finding.number, *finding.others)))


def _own_report(finding: Finding, concerned: Concerned) -> Advice | None:
    """What the console advises about its own report of the same failure."""
    for row in concerned.reports:
        body = getattr(row, "body", None)
        if body is not None and row.verdict != Verdict.TRUSTED and says_same(row, finding):
            return advise(row=row, report=report_from_json(body.content), moment=_moment(row))
    return None


def _moment(row: ValidationReport) -> datetime:
    assert row.made_at is not None  # noqa: S101  (it has a body, so it was made)
    return row.made_at


def _for_chain(finding: Finding, concerned: Concerned) -> list[Act]:
    acts: list[Act] = []
    if finding.code not in _CHAIN_INCOMPLETE:
        return acts
    if concerned.pasted:
        acts.append(
            Act(
                label="Import the certificate of this text",
                url=reverse("certificates:import"),
                icon="upload",
                fields=(("pasted", concerned.pasted), ("token", str(uuid4()))),
                permission="certificates.import_certificates",
            )
        )
    if concerned.issuer is not None:
        if concerned.certificate is not None:
            url = reverse("certificates:download", args=[concerned.certificate.pk])
            acts.append(
                Act(label="Download the full chain", url=f"{url}?form=fullchain", icon="download")
            )
        acts.append(
            Act(
                label=f"See the issuer, “{_short(concerned.issuer)}”",
                url=concerned.issuer.get_absolute_url(),
                icon="scroll-text",
            )
        )
    elif finding.kind is Kind.VERIFY:
        acts.append(
            Act(
                label="Import the missing issuer",
                url=reverse("certificates:import"),
                icon="upload",
                permission="certificates.import_certificates",
            )
        )
    return acts


def _for_certificate(finding: Finding, concerned: Concerned) -> list[Act]:
    row = concerned.certificate
    if row is None or finding.code not in _NEEDS_NEW or row.is_ca:
        return []
    return [
        Act(
            label="Ask for its renewal",
            url=f"{reverse('certificates:request_new')}?renews={row.pk}",
            icon="file-pen-line",
            permission="certificates.create_request",
        )
    ]


def _for_store(finding: Finding, concerned: Concerned) -> list[Act]:
    """The store by which the refusing side decides, where a service names it."""
    if finding.code not in _NOT_TRUSTED and finding.code != "tls.no_client_certificate":
        return []
    acts = []
    for service in concerned.services[:2]:
        refused_client = finding.refused_by is Side.SERVER
        store = service.client_store if refused_client else service.server_store
        if store is not None:
            acts.append(
                Act(
                    label=f"Open the trust store “{store.name}”",
                    url=store.get_absolute_url(),
                    icon="shield-check",
                )
            )
    return acts


def _to_try(finding: Finding, concerned: Concerned) -> list[Act]:
    """See it happen: rehearse the connection, with the account where one is known, or look."""
    if not concerned.services:
        return []
    service = concerned.services[0]
    acts = []
    if finding.code.startswith(("verify.", "alert.", "tls.")):
        account = f"&account={concerned.accounts[0].pk}" if concerned.accounts else ""
        acts.append(
            Act(
                label="Rehearse this connection",
                url=f"{reverse('endpoints:rehearsal_new')}?service={service.pk}{account}",
                icon="cable",
                permission=_MANAGE,
            )
        )
    if finding.refused_by is not Side.SERVER or finding.code in _LOOK:
        acts.append(
            Act(
                label=f"Probe “{_shortened(service.name)}” now",
                url=reverse("endpoints:service_probe", args=[service.pk]),
                icon="radar",
                # A button, for it asks for a job.
                fields=(("from", "triage"),),
                permission=_MANAGE,
            )
        )
    return acts


def _addresses(finding: Finding, concerned: Concerned) -> tuple[str, ...]:
    """Where the certificate itself says that its issuer can be had."""
    if finding.code not in _CHAIN_INCOMPLETE or concerned.certificate is None:
        return ()
    return tuple(concerned.certificate.ca_issuer_urls) if concerned.issuer is None else ()


def _short(row: Certificate) -> str:
    return _shortened(str(row))


def _shortened(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"
