from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from certificates.lists import CERTIFICATES
from certificates.models import Certificate
from certificates.querysets.certificates import CertificateQuerySet
from ui.csv_files import stream_csv


@require_safe
def certificates_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The inventory as it is filtered and sorted, all of it."""
    header = (
        "Name",
        "Subject",
        "Issuer",
        "Serial number",
        "SHA-256",
        "Begins",
        "Ends",
        "Works until",
        "Validation",
        "Authority",
        "Key",
        "Key bits",
        "Signature",
        "Life",
    )
    found = CERTIFICATES.found(request, Certificate.objects.all())
    return stream_csv("certificates.csv", header, _rows(found))


def _rows(found: CertificateQuerySet) -> Iterator[tuple[object, ...]]:
    rows = found.only(
        "cn",
        "subject",
        "issuer",
        "serial",
        "sha256",
        "not_before",
        "not_after",
        "works_until",
        "standing",
        "is_ca",
        "key_algorithm",
        "key_size",
        "signature_algorithm",
        "lifecycle",
    )
    for one in rows.iterator(chunk_size=2_000):
        yield (
            str(one),
            one.subject,
            one.issuer,
            one.serial,
            one.sha256,
            one.not_before,
            one.not_after,
            one.works_until,
            one.get_standing_display(),
            "yes" if one.is_ca else "no",
            one.key_algorithm,
            one.key_size,
            one.signature_algorithm,
            one.get_lifecycle_display(),
        )
