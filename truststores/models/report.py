from __future__ import annotations

from django.db import models

from certificates.models import Certificate
from truststores.models.trust_store import TrustStore
from truststores.querysets.reports import ReportQuerySet
from ui.addresses import address_of


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
    `first_code` and `depth` are those of the diagnostic that decided, null when there is none;
    `codes` names them all as `number@depth` between spaces. `urgency` sorts what presses most
    first: not trusted, undetermined, not yet made, then by the moment at which it stops working.

    `chained` is False for a loose report: the certificate chains into no store at all because an
    issuer is missing. It is asked of every store all the same, so that somebody who brought in a
    certificate without its intermediate reads OpenSSL's 20 and what to do; it says nothing about
    the certificate's standing, which is "not chained".
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
    codes = models.CharField(max_length=400, blank=True)
    urgency = models.CharField(max_length=24, default="2")
    chained = models.BooleanField(default=True)
    meant_for_usage = models.BooleanField(default=True)
    warnings = models.PositiveSmallIntegerField(default=0)
    effective_expiry = models.DateTimeField(null=True)
    horizon = models.DateTimeField(null=True)
    inputs_digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField(default=1)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "trust_store"], name="one_current_report"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "trust_store", "id"], name="report_due"),
            models.Index(fields=["trust_store", "verdict", "id"], name="report_of_store"),
            models.Index(fields=["urgency", "id"], name="report_urgency"),
            models.Index(fields=["trust_store", "urgency", "id"], name="report_store_urgency"),
            models.Index(fields=["effective_expiry", "id"], name="report_ends"),
            models.Index(
                fields=["certificate"],
                condition=models.Q(chained=False),
                name="report_loose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.trust_store}"

    def get_absolute_url(self) -> str:
        return address_of("truststores:report", self.pk)

    @property
    def codes_text(self) -> str:
        """All of OpenSSL's numbers with their depths, as the pages say them: 20 at 0, 21 at 0."""
        return ", ".join(code.replace("@", " at ") for code in self.codes.split())


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
    codes = models.CharField(max_length=400, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        ordering = ["-ended_at", "-id"]
        indexes = [models.Index(fields=["-ended_at", "-id"], name="past_report_newest")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} until {self.ended_at}"
