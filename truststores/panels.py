"""What the pages of certificates and CRLs show of trust stores."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from certificates.models import Certificate, Crl, Standing
from truststores.forms.moments import MomentForm
from truststores.models import StoreCrl, StoreMember, TrustStore, ValidationReport
from ui.panels import Panel

# What the field of another day begins with.
AS_OF_AHEAD = timedelta(days=30)


def reports_of_certificate(request: HttpRequest, shown: object) -> Panel | None:
    if not isinstance(shown, Certificate):
        return None
    reports = (
        ValidationReport.objects.filter(certificate=shown)
        .select_related("trust_store")
        .only(
            "verdict",
            "first_code",
            "depth",
            "meant_for_usage",
            "effective_expiry",
            "trust_store__name",
        )
        .order_by("urgency", "pk")
    )
    return Panel(
        title="Validation",
        template="truststores/_reports_of_certificate.html",
        anchor="validation",
        context={
            "reports": list(reports[:100]),
            "certificate": shown,
            "is_unchained": shown.standing == Standing.UNCHAINED,
            "has_trust_stores": TrustStore.objects.exists,  # Asked for where there are no reports.
            "as_of_form": MomentForm.beginning_at(timezone.now() + AS_OF_AHEAD),
        },
    )


def stores_of_certificate(request: HttpRequest, shown: object) -> Panel | None:
    if not isinstance(shown, Certificate):
        return None
    memberships = StoreMember.objects.filter(certificate=shown).select_related("trust_store")
    named = memberships.only("role", "trust_store__name").order_by("trust_store__name")
    held = list(named[:100])
    if not held:
        return None
    return Panel(
        title="Member of trust stores",
        template="truststores/_stores_of_certificate.html",
        anchor="trust-stores",
        context={"memberships": held},
    )


def stores_of_crl(request: HttpRequest, shown: object) -> Panel | None:
    if not isinstance(shown, Crl):
        return None
    held = StoreCrl.objects.filter(crl=shown).select_related("trust_store")
    return Panel(
        title="Counts in trust stores",
        template="truststores/_stores_of_crl.html",
        anchor="trust-stores",
        context={"held": list(held.order_by("trust_store__name")[:100])},
    )
