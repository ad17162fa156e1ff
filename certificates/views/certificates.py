from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates.finding_texts import said_stored
from certificates.forms.lifecycle_form import LifecycleForm
from certificates.lists import CERTIFICATES, certificate_rows, same_key, with_names_and_labels
from certificates.models import Certificate, CertificateRequest, Crl, Label
from certificates.querysets.certificates import CertificateQuerySet
from certificates.services.build_chain import Chain, build_chain
from certificates.services.find_issuers import IssuerGraph, find_issuers
from jobs.models import Job
from ui.http import render_page
from ui.panels import panels_for
from ui.row_ids import row_id

NAMES_SHOWN = 200
_ISSUED_SHOWN = 10
_SAME_KEY_SHOWN = 10
_MOST_NODES = 60


@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """The inventory."""
    page = CERTIFICATES.page(request, certificate_rows())
    context = {
        "page": page,
        "rows": with_names_and_labels(page.rows),
        "issuer": _named(request, "issuer"),
        "job": _job(request),
    }
    return render_page(
        request, "certificates/certificates.html", context, fragment="certificates/_rows.html"
    )


def _named(request: HttpRequest, parameter: str) -> Certificate | None:
    """The certificate whose number a filter names."""
    pk = row_id(request.GET.get(parameter, ""))
    return Certificate.objects.filter(pk=pk).first() if pk is not None else None


def _job(request: HttpRequest) -> Job | None:
    text = request.GET.get("job", "")
    return Job.objects.filter(pk=text).first() if len(text) == 36 and _is_uuid(text) else None


def _is_uuid(text: str) -> bool:
    return not text.replace("-", "").strip("0123456789abcdefABCDEF") and text.count("-") == 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A certificate in the tree of issuers: what stands under it was issued by it.

    `opens` and `closes` nest the markup: the tree is written from a flat list.
    """

    certificate: Certificate
    verified: bool
    is_shown: bool
    is_root: bool
    children: tuple[Node, ...]


@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one certificate."""
    shown = get_object_or_404(Certificate.objects.select_related("encoded"), pk=pk)
    names = list(shown.alternative_names.all()[: NAMES_SHOWN + 1])
    graph = find_issuers(shown)
    chain = build_chain(shown, moment=timezone.now(), graph=graph)
    issued = certificate_rows().issued_under(shown) if shown.is_ca else None
    context = {
        "certificate": shown,
        "names": names[:NAMES_SHOWN],
        "more_names": len(names) > NAMES_SHOWN and shown.alternative_names.count() - NAMES_SHOWN,
        "findings": said_stored(shown.findings),
        "labels": shown.labels.all(),
        "all_labels": Label.objects.values_list("name", flat=True),
        "chain": chain,
        "chain_note": _chain_note(chain),
        "tree": _tree(graph),
        "tree_is_bounded": graph.bounded,
        "issued": issued.order_by("not_after", "pk")[:_ISSUED_SHOWN] if issued is not None else (),
        "issued_count": issued.order_by()[:10_001].count() if issued is not None else 0,
        "same_key": _named_rows()
        .filter(same_key(shown))
        .order_by("-not_after", "-pk")[:_SAME_KEY_SHOWN],
        "crls": Crl.objects.of_issuer(shown)[:3] if shown.is_ca else (),
        "replaces": _named_rows().filter(replaced_by=shown)[:_SAME_KEY_SHOWN],
        "requests": CertificateRequest.objects.filter(Q(certificate=shown) | Q(replaces=shown))
        .select_related("key")
        .only("name", "state", "replaces", "self_signed_days", "key__name")
        .order_by("-pk")[:_SAME_KEY_SHOWN],
        "lifecycle_form": LifecycleForm(certificate=shown),
        "panels": panels_for("certificate", request, shown),
    }
    return render_page(request, "certificates/certificate.html", context)


def _named_rows() -> CertificateQuerySet:
    """Certificates with what a line about a relative of another shows, and nothing else."""
    return Certificate.objects.only("cn", "subject", "serial", "issuer", "not_after")


def _chain_note(chain: Chain) -> str:
    """What is missing from a chain, in one sentence; empty where nothing is."""
    if chain.complete:
        return ""
    last = chain.last
    return (
        f"No certificate of its issuer, “{last.issuer_cn}”, is in the inventory."
        if last == chain.certificates[0]
        else f"The chain ends at “{last}”: no certificate of its issuer, “{last.issuer_cn}”, "
        "is in the inventory."
    )


def _tree(graph: IssuerGraph) -> list[Node]:
    """The ways up from a certificate, turned round: roots first, the certificate at the end.

    An issuer with several issuers of its own stands under each. Whatever names itself as its own
    ancestor is cut where it would come again, and the whole is bounded.
    """
    left = _MOST_NODES

    def ways(one: Certificate, below: frozenset[int], lower: Node | None) -> list[Node]:
        nonlocal left
        left -= 1
        found: list[Node] = []
        for issuer in graph.issuers_of(one):
            if issuer.certificate.pk in below or left <= 0:
                continue
            inside = node(one, lower, verified=issuer.verified)
            found += ways(issuer.certificate, below | {issuer.certificate.pk}, inside)
        return found or [node(one, lower, verified=True)]

    def node(one: Certificate, lower: Node | None, *, verified: bool) -> Node:
        return Node(
            certificate=one,
            verified=verified,
            is_shown=one.pk == graph.start.pk,
            is_root=graph.is_self_signed(one),
            children=(lower,) if lower is not None else (),
        )

    return ways(graph.start, frozenset((graph.start.pk,)), None)
