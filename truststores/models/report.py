from __future__ import annotations

from django.db import models
from django.urls import reverse

from certificates.models import Certificate
from truststores.models.trust_store import TrustStore


class Verdict(models.TextChoices):
    """What a report says; values of `pki.verify.report.Verdict`, and `pending` before the first."""

    PENDING = "pending", "Not yet validated"
    TRUSTED = "trusted", "Trusted"
    NOT_TRUSTED = "not_trusted", "Not trusted"
    UNDETERMINED = "undetermined", "Undetermined"


class ValidationReport(models.Model):
    """The current report of a certificate against a trust store.

    `due_at` is the first moment at which it has to be made again: its horizon, or the moment at
    which something that it rests on changed; null means never. `generation` grows with every such
    change, so that a worker that read older inputs leaves the report due.
    `first_code` and `depth` are those of OpenSSL's first diagnostic, null when there is none.
    """

    certificate = models.ForeignKey(
        Certificate, on_delete=models.CASCADE, related_name="validation_reports"
    )
    trust_store = models.ForeignKey(
        TrustStore, on_delete=models.CASCADE, related_name="validation_reports"
    )
    verdict = models.CharField(max_length=12, choices=Verdict.choices, default=Verdict.PENDING)
    first_code = models.SmallIntegerField(null=True)
    depth = models.SmallIntegerField(null=True)
    meant_for_usage = models.BooleanField(default=True)
    warnings = models.PositiveSmallIntegerField(default=0)
    effective_expiry = models.DateTimeField(null=True)
    horizon = models.DateTimeField(null=True)
    inputs_digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "trust_store"], name="one_current_report"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "trust_store", "id"], name="report_due"),
            models.Index(fields=["trust_store", "verdict", "id"], name="report_of_store"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.trust_store}"

    def get_absolute_url(self) -> str:
        return reverse("truststores:report", args=[self.pk])


class ReportBody(models.Model):
    """The whole report as JSON, apart from the row that is scanned."""

    report = models.OneToOneField(
        ValidationReport, primary_key=True, on_delete=models.CASCADE, related_name="body"
    )
    content = models.JSONField()

    def __str__(self) -> str:
        return f"body of report {self.report_id}"


class PastReport(models.Model):
    """A report whose verdict or codes have changed since."""

    report = models.ForeignKey(ValidationReport, on_delete=models.CASCADE, related_name="past")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    first_code = models.SmallIntegerField(null=True)
    depth = models.SmallIntegerField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        ordering = ["-ended_at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} until {self.ended_at}"
