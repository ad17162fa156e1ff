from __future__ import annotations

from typing import Final

from django.db import models
from django.utils import timezone

from certificates.models.certificate import common_name
from certificates.querysets.crls import CrlQuerySet
from jobs.models import Job
from ui.addresses import address_of

# The codes of `pki.crl.CrlFacts.scope`.
_SCOPES: Final = {
    "user": "end certificates only",
    "ca": "CA certificates only",
    "attribute": "attribute certificates only",
    "indirect": "indirect: also what others issued",
    "reasons": "some reasons only",
    "named": "one distribution point only",
}


class CrlOrigin(models.TextChoices):
    """How a CRL came in."""

    IMPORTED = "imported", "Imported"
    FETCHED = "fetched", "Fetched"


class Crl(models.Model):
    """A certificate revocation list as plain columns; conventions as in `Certificate`."""

    sha256 = models.CharField(max_length=64, unique=True)
    issuer = models.TextField()
    issuer_sha256 = models.CharField(max_length=64)
    aki = models.CharField(max_length=128, blank=True)
    number = models.CharField(max_length=60, blank=True)
    base_number = models.CharField(max_length=60, blank=True)
    this_update = models.DateTimeField()
    next_update = models.DateTimeField(null=True)
    signature_algorithm = models.CharField(max_length=80)
    scope = models.JSONField(default=list)
    revoked_count = models.IntegerField()
    findings = models.JSONField(default=list)
    origin = models.CharField(max_length=8, choices=CrlOrigin.choices, default=CrlOrigin.IMPORTED)
    import_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="crls")
    created_at = models.DateTimeField()

    objects = CrlQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["issuer_sha256", "this_update"], name="crl_issuer"),
            models.Index(fields=["next_update", "id"], name="crl_next_update"),
        ]

    def __str__(self) -> str:
        number = f" no. {self.number}" if self.number else ""
        return f"CRL{number} of {self.issuer_cn or 'an issuer without a name'}"

    def get_absolute_url(self) -> str:
        return address_of("certificates:crl", self.pk)

    @property
    def issuer_cn(self) -> str:
        """The shortest name of the issuer that people know it by."""
        return common_name(self.issuer)

    @property
    def freshness(self) -> str:
        """Whether it is in force now, as a word of `ui.states`."""
        now = timezone.now()
        if now < self.this_update:
            return "future"
        return "stale" if self.next_update is not None and now > self.next_update else "fresh"

    @property
    def scope_words(self) -> list[str]:
        """What it is limited to, as people say it; empty for a list of all that its issuer issued."""
        return [_SCOPES.get(word, word) for word in self.scope]


class CrlDer(models.Model):
    """The bytes of a CRL, apart from its row as those of a certificate are."""

    crl = models.OneToOneField(
        Crl, primary_key=True, on_delete=models.CASCADE, related_name="encoded"
    )
    der = models.BinaryField()

    def __str__(self) -> str:
        return f"DER of CRL {self.crl_id}"
