from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from endpoints.models.account import Account
from endpoints.models.service import Service
from ui.addresses import address_of


class Rehearsal(models.Model):
    """A connection that was rehearsed, and what became of it.

    The client is an account of the console, a chain that somebody pasted (`pasted`, PEM of
    certificates and nothing else), or nobody in particular. `outcome` is the answer as JSON.
    `token` comes with the form: sent twice, it is one rehearsal.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="rehearsals")
    account = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, related_name="rehearsals"
    )
    pasted = models.TextField(blank=True)
    accepted = models.BooleanField()
    outcome = models.JSONField()
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    token = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"rehearsal with {self.service}"

    def get_absolute_url(self) -> str:
        return address_of("endpoints:rehearsal", self.pk)
