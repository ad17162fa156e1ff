from __future__ import annotations

import io
import zipfile

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from certificates.key_specs import ExportOrder
from certificates.models import CertificateRequest
from certificates.services.export_private_key import export_private_key
from certificates.services.make_download import Download
from pki.formats.write import read_back, safe_file_name, write_pem

KEY_FILE = "certificate_key.pem"
CERTIFICATE_FILE = "certificate.pem"
# Zip knows no time zone and no year before 1980: a time that says nothing.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY = 0o600 << 16
_EVERYBODY = 0o644 << 16


def make_certificate_file(certificate_request: CertificateRequest) -> Download:
    """`certificate.pem` of a self-signed certificate: what the other side gets."""
    assert certificate_request.certificate is not None  # noqa: S101  (the caller has looked)
    der = bytes(certificate_request.certificate.encoded.der)
    content = write_pem([der])
    read_back(content, [der])
    return Download(
        content=content, file_name=CERTIFICATE_FILE, content_type="application/x-pem-file"
    )


@sensitive_variables("key_file", "order", "packed")
def make_self_signed_files(
    *,
    actor: User,
    certificate_request: CertificateRequest,
    order: ExportOrder,
    request: HttpRequest | None = None,
) -> Download:
    """`certificate_key.pem` and `certificate.pem` in a zip archive, made in memory.

    The key leaves as every key does: what `export_private_key` says of rights, refusals and the
    audit log holds here.
    """
    assert certificate_request.key is not None  # noqa: S101  (it signed the certificate)
    certificate_file = make_certificate_file(certificate_request)
    key_file = export_private_key(
        actor=actor, key=certificate_request.key, order=order, request=request
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in (
            (KEY_FILE, key_file.content, _OWNER_ONLY),
            (CERTIFICATE_FILE, certificate_file.content, _EVERYBODY),
        ):
            entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
            entry.external_attr = mode
            archive.writestr(entry, content)
    return Download(
        content=packed.getvalue(),
        file_name=safe_file_name(certificate_request.name, suffix=".zip"),
        content_type="application/zip",
    )
