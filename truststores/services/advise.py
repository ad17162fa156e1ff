from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from certificates.models import Certificate, Crl, Standing
from pki.verify.codes import code_of
from pki.verify.report import Diagnostic, Report, Verdict
from truststores.models import CrlSource, ValidationReport
from truststores.services.find_authorities import LED_TO
from truststores.shown_report import openssl_line
from truststores.texts import headline_of

_ISSUER_MISSING = frozenset({20, 21})
_CRL_TOO_WEAK = frozenset({66, 67, 68})
_CRL_NEEDED = frozenset({3, 12, 33})


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Something that helps, as a link or, with `fields`, as a button that does it."""

    label: str
    url: str
    icon: str
    fields: tuple[tuple[str, str], ...] = ()
    permission: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """What is wrong, why, and what to do; `where` is the certificate that the trouble is with.

    `line` is how the `openssl` command prints it. `besides` are the headlines of what else is wrong;
    `addresses` are those that the certificate itself names for what is missing. `crl_of` is whose
    CRL is needed; `caution` what to look at before any of `acts` is used.
    """

    headline: str
    cause: str
    remedy: str
    line: str = ""
    besides: tuple[str, ...] = ()
    where: str = ""
    where_url: str = ""
    depth: int | None = None
    acts: tuple[Act, ...] = ()
    addresses: tuple[str, ...] = ()
    crl_of: str = ""
    caution: str = ""


@dataclass(kw_only=True, slots=True)
class _Case:
    """A report with what its advice needs to know."""

    row: ValidationReport
    report: Report
    diagnostic: Diagnostic
    concerned: Certificate | None
    acts: list[Act] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    caution: str = ""

    @property
    def store_id(self) -> int:
        return self.row.trust_store_id

    def store_url(self, name: str) -> str:
        return reverse(f"truststores:{name}", args=[self.store_id])


def advise(*, row: ValidationReport, report: Report, moment: datetime) -> Advice | None:
    """What to tell somebody under pressure about a report that is not good; None for a good one."""
    if report.verdict is Verdict.TRUSTED:
        return None
    if not report.diagnostics:
        return Advice(
            headline="The certificate cannot be read",
            cause="OpenSSL cannot decode it, so no server and no client that uses OpenSSL can.",
            remedy="Import it again from its source. If it stays so, have it issued anew.",
        )
    first = report.decisive or report.diagnostics[0]
    concerned = Certificate.objects.filter(sha256=first.sha256).first() if first.sha256 else None
    case = _Case(row=row, report=report, diagnostic=first, concerned=concerned)
    _help(case, moment)
    code = code_of(first.number)
    return Advice(
        headline=headline_of(first),
        cause=code.cause,
        remedy=code.remedy,
        line=openssl_line(first),
        besides=_besides(first, report),
        where=str(concerned) if concerned else "",
        where_url=concerned.get_absolute_url() if concerned else "",
        depth=first.depth,
        acts=tuple(case.acts),
        addresses=tuple(dict.fromkeys(case.addresses)),
        crl_of=concerned.issuer if concerned and first.number in _CRL_NEEDED else "",
        caution=case.caution,
    )


def _besides(first: Diagnostic, report: Report) -> tuple[str, ...]:
    others = dict.fromkeys(headline_of(one) for one in report.diagnostics)
    return tuple(headline for headline in others if headline != headline_of(first))


def _help(case: _Case, moment: datetime) -> None:
    number = case.diagnostic.number
    if number in _ISSUER_MISSING:
        _find_issuer(case)
    elif number == 2:
        _end_the_path(case)
    elif number in (18, 19):
        _trust_the_root(case)
    elif number in _CRL_NEEDED:
        _find_crl(case, moment)
    elif number == 26:
        _other_usage(case)
    elif number == 9:
        _valid_already(case, moment)
    elif number == 10:
        _other_certificate(case, moment)
    elif number in _CRL_TOO_WEAK:
        case.acts.append(_edit(case, "Change the security level"))
    elif number == 23:
        _other_certificate(case, moment)


def _find_issuer(case: _Case) -> None:
    concerned = case.concerned
    if concerned is None:
        return
    case.addresses += concerned.ca_issuer_urls
    found = Certificate.objects.filter(subject_sha256=concerned.issuer_sha256, is_ca=True)
    same_name = found.exclude(pk=concerned.pk).first()
    case.acts.append(_import("Import the missing issuer"))
    if same_name is not None:
        case.acts.append(
            Act(
                label="See the CA of this name that did not sign it",
                url=same_name.get_absolute_url(),
                icon="scroll-text",
            )
        )


def _end_the_path(case: _Case) -> None:
    if case.concerned is not None:
        case.addresses += case.concerned.ca_issuer_urls
    case.acts.append(_import("Import the issuer above"))
    case.acts.append(_edit(case, "Allow partial chains"))


def _trust_the_root(case: _Case) -> None:
    root = case.concerned
    if root is None:
        return
    _warn_of_namesakes(case, root)
    name = str(root)
    short = name if len(name) <= 40 else f"{name[:39]}…"
    case.acts.append(
        Act(
            label=f"Trust “{short}” in this store",
            url=case.store_url("trust_store_trust"),
            icon="shield-plus",
            fields=(("certificate", str(root.pk)),),
            permission="truststores.change_truststore",
        )
    )


def _warn_of_namesakes(case: _Case, root: Certificate) -> None:
    """Anybody can make a root with the name of an authority that the store knows."""
    of_store = Q(memberships__trust_store=case.store_id) | Q(
        validation_reports__trust_store=case.store_id, validation_reports__verdict__in=LED_TO
    )
    named = Certificate.objects.filter(of_store, subject_sha256=root.subject_sha256, is_ca=True)
    known = named.exclude(spki_sha256=root.spki_sha256).order_by("-not_after", "pk").first()
    if known is None:
        return
    case.caution = (
        "An authority of this name leads to this store already, with another key. Whoever wants to "
        "be taken for it would make just such a root: ask the authority itself for the fingerprint "
        "before you trust this one."
    )
    case.acts.append(
        Act(
            label="See the one that is known",
            url=known.get_absolute_url(),
            icon="scroll-text",
        )
    )


def _find_crl(case: _Case, moment: datetime) -> None:
    concerned = case.concerned
    if concerned is None:
        return
    case.addresses += concerned.crl_urls
    held = set(case.row.trust_store.store_crls.values_list("crl_id", flat=True))
    fitting = Crl.objects.filter(issuer_sha256=concerned.issuer_sha256).fresh(moment)
    for crl in fitting.exclude(pk__in=held).order_by("-this_update")[:1]:
        case.acts.append(
            Act(
                label=f"Add CRL {crl.number or 'of this issuer'} to the store",
                url=case.store_url("store_crls_add"),
                icon="list-plus",
                fields=(("crl", str(crl.pk)),),
                permission="truststores.change_truststore",
            )
        )
    if concerned.crl_urls:
        case.acts.append(_ask_for_crl(case, concerned.crl_urls))
    case.acts.append(
        Act(
            label="Upload a current CRL",
            url=f"{case.store_url('store_crls')}#upload",
            icon="upload",
            permission="truststores.change_truststore",
        )
    )
    case.acts.append(_edit(case, "Change the revocation policy"))


def _ask_for_crl(case: _Case, urls: list[str]) -> Act:
    """The place where the distribution points are asked, or say why they gave nothing."""
    asked = CrlSource.objects.filter(trust_store=case.store_id, url__in=urls).exists()
    return Act(
        label="See what its source gave" if asked else "Get it from its distribution point",
        url=f"{case.store_url('store_crls')}#sources",
        icon="cloud-download",
        permission="" if asked else "truststores.change_truststore",
    )


def _other_usage(case: _Case) -> None:
    others = ValidationReport.objects.filter(
        certificate_id=case.row.certificate_id, verdict=Verdict.TRUSTED
    ).select_related("trust_store")
    case.acts.extend(
        Act(
            label=f"Trusted by “{other.trust_store.name}”",
            url=other.get_absolute_url(),
            icon="shield-check",
        )
        for other in others[:2]
    )
    case.acts.append(_edit(case, "Change the usage of the store"))


def _other_certificate(case: _Case, moment: datetime) -> None:
    _see_of_its_name(case, moment, "See its successor in the inventory")
    case.acts.append(_import("Import the renewed certificate"))


def _valid_already(case: _Case, moment: datetime) -> None:
    _see_of_its_name(case, moment, "See the one of its name that is valid now")


def _see_of_its_name(case: _Case, moment: datetime, label: str) -> None:
    """A certificate of the same subject that works, where the inventory has one."""
    if case.concerned is None:
        return
    same = (
        Certificate.objects.filter(
            subject_sha256=case.concerned.subject_sha256,
            not_before__lte=moment,
            not_after__gt=moment,
        )
        .exclude(pk=case.concerned.pk)
        .order_by("-not_after")
    )
    working = same.with_standing(Standing.TRUSTED, Standing.PARTLY).first() or same.first()
    if working is not None:
        case.acts.append(Act(label=label, url=working.get_absolute_url(), icon="scroll-text"))


def _import(label: str) -> Act:
    return Act(
        label=label,
        url=reverse("certificates:import"),
        icon="upload",
        permission="certificates.import_certificates",
    )


def _edit(case: _Case, label: str) -> Act:
    return Act(
        label=label,
        url=case.store_url("trust_store_edit"),
        icon="settings-2",
        permission="truststores.change_truststore",
    )
