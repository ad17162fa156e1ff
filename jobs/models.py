from __future__ import annotations

import uuid

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


class Job(models.Model):
    """Something that a worker does. This row is the truth; the message only says "look at it".

    A worker holds a job while `lease_token` is its own and `lease_until` has not passed. `slot`
    makes a scheduled job unique for its turn.
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

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slot"], name="one_job_per_slot")]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_state"),
            models.Index(fields=["-created_at"], name="job_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED
