from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

from certificates.models import (
    Certificate,
    CertificateRequest,
    KeyState,
    Lifecycle,
)
from certificates.services.change_key_state import change_key_state
from certificates.services.change_lifecycle import change_lifecycle
from jobs.services.request_job import request_job


def settle_answer(
    *,
    actor: User | None,
    row: CertificateRequest,
    certificate: Certificate,
    request: HttpRequest | None = None,
) -> None:
    """What a certificate brings about when it answers a request, in the caller's transaction.

    Its key is in use from now on; the certificate that it renews is replaced and falls silent; and
    it is validated.
    """
    if row.key is not None and row.key.key_state is KeyState.PRE_ACTIVE:
        change_key_state(
            actor=actor,
            key=row.key,
            state=KeyState.ACTIVE,
            reason="Its first certificate is here",
            request=request,
        )
    old = row.replaces
    if old is not None and old.pk != certificate.pk:
        change_lifecycle(
            actor=actor,
            certificate=old,
            lifecycle=Lifecycle.REPLACED,
            replaced_by=certificate,
            request=request,
        )
    request_job(kind="validate", actor=actor)
