from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates.models import Certificate
from endpoints.services.find_pressing import find_pressing
from jobs.error_texts import sentence_of
from jobs.models import Job, JobState
from pkiadmin.home_endpoints import endpoint_sections, endpoint_tally
from truststores.models import TrustStore
from truststores.services.find_attention import SHOWN, Attention, find_attention

FAILED = (JobState.FAILED, JobState.BROKEN)
FAILURES_READ = 100


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs attention; while there is little to look at, the first steps.

    Services and accounts come first: whether they work is what people come for.
    """
    moment = timezone.now()
    pressing = find_pressing(moment=moment)
    context: dict[str, Any] = {
        "has_certificates": Certificate.objects.exists(),
        "has_trust_stores": TrustStore.objects.exists(),
        "has_services": not pressing.services.is_empty,
    }
    if not pressing.is_empty:
        context["endpoint_tally"] = endpoint_tally(pressing)
        context["endpoint_sections"] = endpoint_sections(pressing)
    if context["has_certificates"]:
        attention = find_attention(moment=moment)
        failed = Job.objects.filter(state__in=FAILED, parent=None).order_by("-created_at", "-pk")
        context["tally"] = _tally(attention)
        context["sections"] = _sections(attention, failed)
        context["shows_steps"] = not context["has_trust_stores"]
    return render(request, "pkiadmin/home.html", context)


def _tally(attention: Attention) -> list[dict[str, Any]]:
    certificates = reverse("certificates:certificates")
    return [
        {
            "label": "Not trusted",
            "count": attention.not_trusted,
            "icon": "shield-x",
            "tone": "bad",
            "url": f"{certificates}?standing=not_trusted&lifecycle=active",
        },
        {
            "label": "Undetermined",
            "count": attention.undetermined,
            "icon": "shield-question-mark",
            "tone": "caution",
            "url": f"{certificates}?standing=undetermined&lifecycle=active",
        },
        {
            "label": "Trusted by some only",
            "count": attention.partly,
            "icon": "shield-alert",
            "tone": "caution",
            "url": f"{certificates}?standing=partly&lifecycle=active",
        },
        {
            "label": "End within 30 days",
            "count": attention.ending,
            "icon": "hourglass",
            "tone": "caution",
            "url": f"{reverse('truststores:reports')}?verdict=trusted&sort=until",
        },
        {
            "label": "Not chained",
            "count": attention.unchained,
            "icon": "unlink",
            "tone": "",
            "url": f"{certificates}?standing=unchained&lifecycle=active",
        },
        {
            "label": "Trusted",
            "count": attention.trusted,
            "icon": "shield-check",
            "tone": "good",
            "url": f"{certificates}?standing=trusted&lifecycle=active",
        },
    ]


def _newest_of_each(failed: QuerySet[Job]) -> list[Job]:
    """The last failure of each: what is tried again and again is said once."""
    newest: dict[tuple[str, str, str], Job] = {}
    for job in failed[:FAILURES_READ]:
        newest.setdefault((job.kind, job.title, str(job.params)), job)
    return list(newest.values())[:SHOWN]


def _sections(attention: Attention, failed: QuerySet[Job]) -> list[dict[str, Any]]:
    return [
        {
            "title": "Not trusted",
            "url": f"{reverse('certificates:certificates')}?standing=not_trusted",
            "says": "Every certificate that chains to a trust store works.",
            "rows": [
                {
                    "url": report.get_absolute_url(),
                    "name": str(report.certificate),
                    "note": f"{report.trust_store.name}"
                    + (
                        f" · error {report.first_code} at {report.depth} depth"
                        if report.first_code is not None
                        else ""
                    ),
                    "state": report.verdict,
                    "label": "",
                    "moment": report.made_at,
                }
                for report in attention.broken
            ],
        },
        {
            "title": "What stops working next",
            "url": f"{reverse('truststores:reports')}?verdict=trusted&sort=until",
            "says": "Nothing that works now ends within 30 days.",
            "rows": [
                {
                    "url": certificate.get_absolute_url(),
                    "name": str(certificate),
                    "note": "",
                    "state": "expiring",
                    "label": "Ends",
                    "moment": certificate.works_until,
                }
                for certificate in attention.next_ends
            ],
        },
        {
            "title": "CRLs of trust stores",
            "url": reverse("truststores:trust_stores"),
            "says": "Every CRL of a trust store is fresh for three days or more, and none is missing.",
            "rows": [
                *(
                    {
                        "url": reverse("truststores:store_crls", args=[store.pk]),
                        "name": store.name,
                        "note": "Certificates are undetermined without a CRL",
                        "state": "missing",
                        "label": "",
                        "moment": None,
                    }
                    for store in attention.lacking
                ),
                *(
                    {
                        "url": held.trust_store.get_absolute_url() + "#crls",
                        "name": str(held.crl),
                        "note": held.trust_store.name,
                        "state": "stale" if held.crl.next_update < timezone.now() else "expiring",
                        "label": "" if held.crl.next_update < timezone.now() else "Ends soon",
                        "moment": held.crl.next_update,
                    }
                    for held in attention.stale_crls
                    if held.crl.next_update is not None
                ),
            ],
        },
        {
            "title": "Failed jobs",
            "url": f"{reverse('jobs:jobs')}?state=failed",
            "says": "No job has failed.",
            "rows": [
                {
                    "url": job.get_absolute_url(),
                    "name": job.title,
                    "note": sentence_of(job.error_code, job.error_data),
                    "state": job.state,
                    "label": "",
                    "moment": job.ended_at,
                }
                for job in _newest_of_each(failed)
            ],
        },
    ]
