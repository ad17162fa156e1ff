from __future__ import annotations

from django.db import models
from django.utils import timezone


class EndpointStanding(models.TextChoices):
    """What the last judgement of a service or an account says."""

    UNCHECKED = "unchecked", "Not yet judged"
    INCOMPLETE = "incomplete", "Not fully described"
    WORKS = "works", "Works"
    WARNED = "warned", "Works, with warnings"
    UNDETERMINED = "undetermined", "Undetermined"
    FAILS = "fails", "Does not work"


class Judged(models.Model):
    """What was found out about a service or an account, and until when it holds.

    `judgement` is a `pki.endpoints` judgement as JSON; `reason` the code of what presses most, empty
    where nothing does; `works_until` the first moment at which something that works stops working.
    `due_at` is the first moment at which it has to be judged again: its horizon, or the moment of a
    change; null means never. `revision` grows with every change of the row and of what belongs to
    it, so that a worker that read older rows leaves it due, and an older form is refused.
    """

    standing = models.CharField(
        max_length=12, choices=EndpointStanding.choices, default=EndpointStanding.UNCHECKED
    )
    reason = models.CharField(max_length=60, blank=True)
    works_until = models.DateTimeField(null=True)
    judgement = models.JSONField(default=dict)
    inputs_digest = models.CharField(max_length=64, blank=True)
    judged_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def is_due(self) -> bool:
        """Whether it has to be judged again: what is shown may have been overtaken."""
        return self.due_at is not None and self.due_at <= timezone.now()
