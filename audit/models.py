from __future__ import annotations

from django.db import models

from audit.querysets import AuditEventQuerySet


class AuditEvent(models.Model):
    """Something that somebody did, chained to what was done before it.

    The actor is kept as a number and a name, not as a reference: what happened to an account later
    changes nothing here. `mac` covers every other column and `previous_mac`.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    moment = models.DateTimeField()
    actor_number = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_text = models.CharField(max_length=255, blank=True)
    data = models.JSONField(default=dict)
    address = models.CharField(max_length=45, blank=True)
    previous_mac = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        # The permission to read the log is made by `pkiadmin.roles`; nobody may change it.
        default_permissions = ()
        indexes = [
            models.Index(fields=["action", "sequence"], name="audit_action"),
            models.Index(fields=["actor_name", "sequence"], name="audit_actor"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.action} by {self.actor_name}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked by whoever adds to it, with a MAC of its own.

    Without it the last events could be deleted unseen.
    """

    sequence = models.PositiveBigIntegerField(default=0)
    last_mac = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.sequence} events"


class AuditKey(models.Model):
    """The key of the chain, sealed with the key-encryption key: one row."""

    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "the sealed key of the audit log"
