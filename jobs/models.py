from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.urls import reverse

from jobs.querysets import JobQuerySet


class JobState(models.TextChoices):
    """`failed` is an expected end with a reason; `broken` is a bug, its details are in the log."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    BROKEN = "broken", "Broken"
    CANCELLED = "cancelled", "Cancelled"


ENDED = (JobState.DONE, JobState.FAILED, JobState.BROKEN, JobState.CANCELLED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """`total` is None while nobody knows how much there is to do."""

    done: int
    total: int | None


class Job(models.Model):
    """Something that a worker does. This row is the truth; the message only says "look at it".

    A worker holds a job while `lease_token` is its own and `lease_until` has not passed. `slot`
    makes a scheduled job unique for its turn. `sent_at` is when a message was last sent, None when
    sending failed. `idle` marks a scheduled run that found nothing to do. A running job without a
    lease waits for its parts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=JobState.choices, default=JobState.QUEUED)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=60, blank=True)
    error_data = models.JSONField(default=dict)
    slot = models.CharField(max_length=60, null=True)  # noqa: DJ001  (null is outside the unique constraint)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="parts")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    idle = models.BooleanField(default=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slot"], name="one_job_per_slot")]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_state"),
            models.Index(fields=["-created_at", "-id"], name="job_newest"),
            models.Index(fields=["kind", "state"], name="job_kind"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def waits_for_parts(self) -> bool:
        return self.state == JobState.RUNNING and self.lease_token is None

    @property
    def progress(self) -> Progress:
        """How far it is; of a job that waits for its parts, how far they are together."""
        if not self.waits_for_parts:
            return Progress(done=self.done, total=self.total)
        sums = self.parts.aggregate(done=models.Sum("done"), total=models.Sum("total"))
        return Progress(done=sums["done"] or 0, total=sums["total"])
