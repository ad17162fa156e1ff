from __future__ import annotations

from django.db import models

from certificates.querysets.labels import LabelQuerySet


class Label(models.Model):
    """A word that people put on objects to find them again."""

    name = models.CharField(max_length=60, unique=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
