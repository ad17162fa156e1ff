from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from certificates.models import Certificate, Crl
from truststores.querysets.notices import NoticeQuerySet


class Notice(models.Model):
    """What was last said about the end of a certificate or CRL, and whether somebody has seen it.

    One row per object, made when it first crosses a threshold or somebody acknowledges its end.
    `threshold` is the one crossed last: days before the end, `0` for the end itself, or the share
    of the lifetime that remains (`1/3`). `found_at` is the moment of the run that found the
    crossing, `next_at` the next crossing: a run that was missed loses nothing, one that is made
    twice says nothing twice. Acknowledged, the object stays silent.
    """

    certificate = models.OneToOneField(
        Certificate, null=True, on_delete=models.CASCADE, related_name="notice"
    )
    crl = models.OneToOneField(Crl, null=True, on_delete=models.CASCADE, related_name="notice")
    threshold = models.CharField(max_length=8, blank=True)
    found_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(certificate__isnull=False, crl__isnull=True)
                | Q(certificate__isnull=True, crl__isnull=False),
                name="notice_of_one_object",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"], condition=Q(acknowledged_at=None), name="notice_due"
            ),
        ]

    def __str__(self) -> str:
        return f"notice of {self.shown}"

    @property
    def threshold_text(self) -> str:
        """The threshold that was crossed last, as people say it."""
        if self.threshold == "0":
            return "at its end"
        if "/" in self.threshold:
            return f"with {self.threshold} of its time left"
        return "1 day before" if self.threshold == "1" else f"{self.threshold} days before"

    @property
    def shown(self) -> Certificate | Crl:
        """What it is about."""
        found = self.certificate or self.crl
        assert found is not None  # noqa: S101 - the constraint of the table says so
        return found

    @property
    def key(self) -> tuple[str, int]:
        """What it is about, as kind and id."""
        return ("crl", self.crl_id) if self.crl_id else ("certificate", self.certificate_id or 0)

    @property
    def lifetime(self) -> tuple[datetime, datetime]:
        """From when until when it holds."""
        if self.certificate is not None:
            return self.certificate.not_before, self.certificate.not_after
        assert self.crl is not None  # noqa: S101 - as above
        return self.crl.this_update, self.crl.next_update or self.crl.this_update


class NoticeMail(models.Model):
    """One notice to one person, from the moment of the crossing until the mail server took it.

    The rows that wait are the digest: they are written with the notice, in one transaction, and a
    mail that could not be sent leaves them waiting. `taken_at` is when a worker began to send it,
    so that two do not at once.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="mails")
    recipient = models.EmailField()
    threshold = models.CharField(max_length=8)
    found_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "recipient", "found_at"], name="notice_mail_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "id"], condition=Q(sent_at=None), name="notice_mail_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice} to {self.recipient}"
