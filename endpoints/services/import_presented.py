from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.http import HttpRequest

from certificates.key_specs import KeyAbout, KeyFile, Wanted
from certificates.services.import_keys import import_keys
from certificates.services.request_import import request_import
from certificates.specs import Upload
from endpoints.errors import EndpointRefused
from endpoints.models import Probe


def import_presented(
    *, actor: User, probe: Probe, token: uuid.UUID, request: HttpRequest | None = None
) -> None:
    """Bring what was seen into the inventory by the ordinary imports; nothing is trusted by that.

    `token` comes with the form: sent twice, it is one import.
    """
    if not probe.pem:
        raise EndpointRefused("probe.nothing_seen")
    name = f"Presented by {probe.service.name}"
    if not probe.service.speaks_tls:
        import_keys(
            actor=actor,
            file=KeyFile(name=name, content=probe.pem.encode(), wanted=Wanted.PUBLIC),
            about=KeyAbout(name=f"Host key of {probe.service.name}"[:190]),
            token=token,
            request=request,
        )
        return
    job = request_import(
        actor=actor,
        files=[Upload(name=f"{name}.pem", content=probe.pem.encode())],
        token=token,
        request=request,
    )
    Probe.objects.filter(pk=probe.pk).update(import_job=job)
