from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from certificates.models.certificate import Certificate
    from certificates.models.crl import Crl  # noqa: F401  (type argument below)


class CrlQuerySet(models.QuerySet["Crl"]):
    """Named questions to the CRLs."""

    def matching(self, text: str) -> CrlQuerySet:
        """Whose issuer holds every word of the text, or that have this number or fingerprint."""
        text = text.strip()
        if not text:
            return self
        named = Q()
        for word in text.split():
            named &= Q(issuer__icontains=word)
        asked = named | Q(number=text)
        digits = re.sub(r"[\s:]", "", text.lower())
        if re.fullmatch(r"[0-9a-f]{4,64}", digits):
            asked |= Q(sha256__startswith=digits)
        return self.filter(asked)

    def fresh(self, now: datetime) -> CrlQuerySet:
        """In force now; without nextUpdate a CRL stays so."""
        return self.filter(Q(next_update=None) | Q(next_update__gte=now), this_update__lte=now)

    def stale(self, now: datetime) -> CrlQuerySet:
        """Whose nextUpdate has passed."""
        return self.filter(next_update__lt=now)

    def not_yet_in_force(self, now: datetime) -> CrlQuerySet:
        """Whose thisUpdate is to come."""
        return self.filter(this_update__gt=now)

    def of_issuer(self, certificate: Certificate) -> CrlQuerySet:
        """That name the subject of this certificate as their issuer, newest first."""
        named = self.filter(issuer_sha256=certificate.subject_sha256)
        return named.order_by("-this_update", "-pk")
