from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from jobs.models import Job
from truststores.models.trust_store import TrustStore


class StoreProposal(models.Model):
    """A change of a trust store as somebody proposes it, and what it would do.

    Nothing of it is true before it is saved. `revision` is the one of the store that it was worked
    out for; on any other it can no longer be saved. `change` is a `truststores.specs.StoreChange`
    as JSON, `outcome` a `truststores.specs.Outcome`, null while a job works it out.
    """

    trust_store = models.ForeignKey(TrustStore, on_delete=models.CASCADE, related_name="proposals")
    revision = models.PositiveIntegerField()
    change = models.JSONField()
    outcome = models.JSONField(null=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="proposal_age")]

    def __str__(self) -> str:
        return f"proposed change of {self.trust_store}"

    def get_absolute_url(self) -> str:
        return reverse("truststores:proposal", args=[self.trust_store_id, self.pk])
