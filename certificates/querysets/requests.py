from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    pass


class CertificateRequestQuerySet(models.QuerySet["CertificateRequest"]):
    """Named questions to the requests."""

    def matching(self, text: str) -> CertificateRequestQuerySet:
        """Whose name, key's name or owner's name holds every word of the text."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(key__name__icontains=word)
                | Q(key__owner__name__icontains=word)
            )
        return found

    def waiting_for_reply(self) -> CertificateRequestQuerySet:
        """That were made and have no certificate yet."""
        return self.filter(state__in=("created", "sent"))

    def for_public_key(self, spki_sha256: str) -> CertificateRequestQuerySet:
        """That were signed with the key of this digest."""
        return self.filter(key__spki_sha256=spki_sha256)
