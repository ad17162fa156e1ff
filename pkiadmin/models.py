from __future__ import annotations

from django.conf import settings
from django.db import models


class KeyCheck(models.Model):
    """What the key-encryption key is known by, so that a wrong key is seen at the start."""

    value = models.CharField(max_length=16)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "the check of the key-encryption key"


class RulesInForce(models.Model):
    """By which rules what is stored was found out: reports, judgements. `version` as code names it."""

    name = models.CharField(max_length=20, primary_key=True)
    version = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"rules of {self.name}"


class OneTimePassword(models.Model):
    """Marks somebody whose password was made by the console: the first sign-in chooses another."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="one_time_password",
    )
    given_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"one-time password of {self.user}"
