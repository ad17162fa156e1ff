from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from audit.services.record import record
from certificates.key_specs import ExportForm, ExportOrder
from certificates.models import Certificate, PrivateKey
from certificates.services.build_chain import build_chain
from certificates.services.make_download import Download
from certificates.services.open_private_key import EXPORT, open_private_key
from pki.formats.export_key import (
    export_openssh,
    export_pkcs8,
    export_pkcs8_unencrypted,
    export_pkcs12,
)
from pki.formats.write import safe_file_name

_ENDINGS = {
    ExportForm.PKCS8: (".key.pem", "application/x-pem-file"),
    ExportForm.PKCS12: (".p12", "application/x-pkcs12"),
    ExportForm.OPENSSH: (".openssh", "application/octet-stream"),
    ExportForm.PLAIN: (".key.pem", "application/x-pem-file"),
}


@sensitive_variables("order", "pkcs8", "content")
def export_private_key(
    *,
    actor: User,
    key: PrivateKey,
    order: ExportOrder,
    inspect: Callable[[bytes], object] | None = None,
    request: HttpRequest | None = None,
) -> Download:
    """A private key as a file, protected by the order's passphrase unless its form is plain.

    The caller has seen to the rights and to a recent sign-in. That it leaves is in the audit log
    before anybody has a byte of it. `inspect` sees the file before the log does: what it raises keeps
    the key here. Raises `KeyRefused`, and the faults of `pki.formats.export_key`.
    """
    certificate = _certificate(key, order)
    pkcs8 = open_private_key(key=key, purpose=EXPORT, actor=actor, request=request)
    content = _written(pkcs8, order, certificate, key)
    del pkcs8
    if inspect is not None:
        inspect(content)
    with transaction.atomic():
        record(
            actor=actor,
            action="key.exported_plain" if order.form is ExportForm.PLAIN else "key.exported",
            subject=key,
            data={
                "form": str(order.form),
                "reason": order.reason,
                "spki_sha256": key.spki_sha256,
                "certificate_sha256": certificate.sha256 if certificate is not None else "",
            },
            request=request,
        )
    ending, content_type = _ENDINGS[order.form]
    return Download(
        content=content,
        file_name=safe_file_name(key.name, suffix=ending),
        content_type=content_type,
    )


def _certificate(key: PrivateKey, order: ExportOrder) -> Certificate | None:
    if order.form is not ExportForm.PKCS12 or order.certificate_id is None:
        return None
    return Certificate.objects.filter(pk=order.certificate_id, spki_sha256=key.spki_sha256).first()


@sensitive_variables("order", "pkcs8")
def _written(
    pkcs8: bytes, order: ExportOrder, certificate: Certificate | None, key: PrivateKey
) -> bytes:
    if order.form is ExportForm.PLAIN:
        return export_pkcs8_unencrypted(pkcs8)
    if order.form is ExportForm.PKCS8:
        return export_pkcs8(pkcs8, order.passphrase)
    if order.form is ExportForm.OPENSSH:
        return export_openssh(pkcs8, order.passphrase)
    ders = build_chain(certificate, moment=timezone.now()).ders if certificate is not None else ()
    return export_pkcs12(
        pkcs8,
        order.passphrase,
        certificate=ders[0] if ders else None,
        chain=ders[1:],
        name=key.name,
    )
