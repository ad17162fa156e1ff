from __future__ import annotations

from django.db import models

from certificates.models.certificate import Certificate


class AlternativeName(models.Model):
    """One subjectAltName entry of a certificate; `kind` as in `pki.certificate.AltName`."""

    certificate = models.ForeignKey(
        Certificate, on_delete=models.CASCADE, related_name="alternative_names"
    )
    kind = models.CharField(max_length=8)
    value = models.TextField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"
