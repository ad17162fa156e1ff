from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates.services.make_download import NothingToWrite
from endpoints.lists import ACCOUNTS, SERVICES, account_rows, service_rows
from endpoints.models import Service
from endpoints.querysets.endpoints import AccountQuerySet, ServiceQuerySet
from endpoints.services.make_chain_download import make_chain_download
from ui.csv_files import stream_csv
from ui.http import attachment

_AT_ONCE = 500


@require_safe
def service_chain(request: HttpRequest, pk: int) -> HttpResponse:
    """What a service sends as one file; with `rest` without its own certificate."""
    shown = get_object_or_404(Service.objects.select_related("certificate__encoded"), pk=pk)
    try:
        made = make_chain_download(
            shown,
            moment=timezone.now(),
            with_leaf="rest" not in request.GET,
            with_names="names" in request.GET,
        )
    except NothingToWrite:
        messages.error(request, "There is nothing to download: the service sends no such file.")
        return redirect(shown)
    return attachment(made.content, made.file_name, made.content_type)


@require_safe
def services_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The services as they are filtered and sorted, all of them."""
    header = (
        "Service",
        "Protocol",
        "Addresses",
        "Port",
        "Works",
        "Works until",
        "Certificate",
        "SHA-256",
        "Client certificates",
        "Clients accepted by",
        "Accepted by clients by",
        "Accounts",
        "Owner",
    )
    found = SERVICES.found(request, service_rows())
    rows = found.select_related("certificate", "owner", "client_store", "server_store")
    return stream_csv("services.csv", header, _services(rows))


def _services(found: ServiceQuerySet) -> Iterator[tuple[object, ...]]:
    for one in found.iterator(chunk_size=_AT_ONCE):
        yield (
            one.name,
            one.get_protocol_display(),
            " ".join(address.host for address in one.addresses.all()),
            one.port,
            one.get_standing_display(),
            one.works_until,
            str(one.certificate or ""),
            one.certificate.sha256 if one.certificate else "",
            one.get_client_authentication_display() if one.speaks_tls else "",
            str(one.client_store or ""),
            str(one.server_store or ""),
            vars(one)["account_count"],
            str(one.owner or ""),
        )


@require_safe
def accounts_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The accounts as they are filtered and sorted, all of them."""
    header = (
        "Account",
        "Partner",
        "Works",
        "Works until",
        "Client certificates",
        "SHA-256",
        "SSH keys",
        "Services",
    )
    found = ACCOUNTS.found(request, account_rows())
    keys = "ssh_keys__private_key", "ssh_keys__public_key"
    return stream_csv("accounts.csv", header, _accounts(found.prefetch_related(*keys)))


def _accounts(found: AccountQuerySet) -> Iterator[tuple[object, ...]]:
    for one in found.iterator(chunk_size=_AT_ONCE):
        certificates = [held.certificate for held in one.certificates.all()]
        yield (
            one.name,
            str(one.partner or ""),
            one.get_standing_display(),
            one.works_until,
            "; ".join(map(str, certificates)),
            " ".join(certificate.sha256 for certificate in certificates),
            " ".join(held.key.short_fingerprint for held in one.ssh_keys.all()),
            "; ".join(service.name for service in one.services.all()),
        )
