from __future__ import annotations

from django.db import models

from certificates.models.certificate import Certificate
from certificates.models.crl import Crl
from jobs.models import Job


class ImportUpload(models.Model):
    """What somebody brought in, sealed until its job has read it, then emptied.

    Sealed because an upload may hold a private key that its owner did not mean to send. `number`
    orders the files of one import; `read` says that every block of it has its outcome.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="uploads")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=255, blank=True)
    size = models.PositiveIntegerField()
    sealed = models.BinaryField()
    read = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="one_upload_per_number"),
        ]

    def __str__(self) -> str:
        return self.name or f"pasted text {self.number}"


class Outcome(models.TextChoices):
    """What became of a block."""

    IMPORTED = "imported", "Imported"
    DUPLICATE = "duplicate", "Already here"
    REJECTED = "rejected", "Rejected"


class ImportBlock(models.Model):
    """One block of an import: where it was found, what it was and what became of it."""

    # The unique constraint and the partial indexes below serve what an index of the field alone
    # would: a row costs the import its indexes.
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="blocks", db_index=False)
    upload_number = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    container = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    label = models.CharField(max_length=80)
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    certificate = models.ForeignKey(Certificate, null=True, on_delete=models.SET_NULL)
    crl = models.ForeignKey(Crl, null=True, on_delete=models.SET_NULL, db_index=False)
    reason = models.JSONField(null=True)

    class Meta:
        ordering = ["upload_number", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["job", "upload_number", "number"], name="one_outcome_per_block"
            ),
        ]
        indexes = [
            models.Index(fields=["job", "id"], name="import_block_of_job"),
            models.Index(
                fields=["crl"], condition=models.Q(crl__isnull=False), name="import_block_crl"
            ),
        ]

    def __str__(self) -> str:
        return f"block {self.number}, line {self.line}: {self.outcome}"
