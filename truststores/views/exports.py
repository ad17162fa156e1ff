"""Reports to take away: evidence, paper and CSV."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from truststores.forms.moments import MomentForm
from truststores.inputs import policy_of
from truststores.lists import PRINTED, REPORTS
from truststores.models import TrustStore, ValidationReport
from truststores.querysets.reports import ReportQuerySet
from truststores.services.make_evidence import make_evidence
from truststores.services.sum_up_store import sum_up_store
from truststores.texts import policy_words
from truststores.views.refusals import tell_moment
from ui.csv_files import stream_csv
from ui.http import attachment

MEMBERS_PRINTED = 2_000


@require_safe
def report_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """A zip with everything that was judged and the command that gives the same number."""
    row = get_object_or_404(
        ValidationReport.objects.select_related("certificate", "trust_store"), pk=pk
    )
    moment = timezone.now()
    if "moment" in request.GET:
        form = MomentForm(request.GET)
        if not form.is_valid():
            tell_moment(request, form)
            return redirect(row)
        moment = form.cleaned_data["moment"]
    download = make_evidence(row=row, moment=moment)
    return attachment(download.content, download.file_name, download.content_type)


@require_safe
def trust_store_print(request: HttpRequest, pk: int) -> HttpResponse:
    """A store on paper: whom it trusts, its CRLs, and what it says of every certificate."""
    store = get_object_or_404(TrustStore, pk=pk)
    reports = ValidationReport.objects.filter(trust_store=store).select_related("certificate")
    crls = store.store_crls.select_related("crl").order_by("crl__issuer", "-crl__this_update")
    members = store.members.select_related("certificate").order_by("role", "certificate__cn", "pk")
    context = {
        "store": store,
        "policy": policy_words(policy_of(store)),
        "summary": sum_up_store(store=store),
        "members": members[:MEMBERS_PRINTED],
        "crls": crls[:MEMBERS_PRINTED],
        "page": PRINTED.page(request, reports),
        "moment": timezone.now(),
    }
    return render(request, "truststores/trust_store_print.html", context)


@require_safe
def reports_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list of reports as it is filtered and sorted, all of it."""
    found = REPORTS.found(request, ValidationReport.objects.all())
    header = (
        "Certificate",
        "Serial number",
        "SHA-256",
        "Subject",
        "Issuer",
        "Trust store",
        "Verdict",
        "OpenSSL number",
        "Depth",
        "All codes",
        "Works until",
        "Ends",
        "Made",
        "Chains into the store",
        "Meant for the usage",
    )
    return stream_csv("reports.csv", header, _report_rows(found))


def _report_rows(found: ReportQuerySet) -> Iterator[tuple[object, ...]]:
    rows = found.select_related("certificate", "trust_store").only(
        "verdict",
        "first_code",
        "depth",
        "codes",
        "effective_expiry",
        "made_at",
        "chained",
        "meant_for_usage",
        "certificate__cn",
        "certificate__subject",
        "certificate__issuer",
        "certificate__serial",
        "certificate__sha256",
        "certificate__not_after",
        "trust_store__name",
    )
    for row in rows.iterator(chunk_size=2_000):
        certificate = row.certificate
        yield (
            str(certificate),
            certificate.serial,
            certificate.sha256,
            certificate.subject,
            certificate.issuer,
            row.trust_store.name,
            row.get_verdict_display(),
            row.first_code,
            row.depth,
            row.codes.strip(),
            row.effective_expiry,
            certificate.not_after,
            row.made_at,
            "yes" if row.chained else "no",
            "yes" if row.meant_for_usage else "no",
        )
