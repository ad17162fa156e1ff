from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q

from certificates.models.certificate import Certificate
from certificates.models.keys import Owner, PrivateKey
from jobs.models import Job
from pki.csr.spec import RequestSpec
from ui.addresses import address_of


class RequestState(models.TextChoices):
    """How far a request is; `waiting` while a worker makes its key."""

    WAITING = "waiting", "Key is being made"
    CREATED = "created", "Not yet sent"
    SENT = "sent", "Sent to the CA"
    ANSWERED = "answered", "Answered"
    WITHDRAWN = "withdrawn", "Withdrawn"


class CertificateRequestQuerySet(models.QuerySet["CertificateRequest"]):
    """Named questions to the requests."""

    def matching(self, text: str) -> CertificateRequestQuerySet:
        """Whose name, key's name or owner's name holds every word of the text."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(key__name__icontains=word)
                | Q(key__owner__name__icontains=word)
            )
        return found

    def waiting_for_reply(self) -> CertificateRequestQuerySet:
        """That were made and have no certificate yet."""
        return self.filter(state__in=("created", "sent"))

    def for_public_key(self, spki_sha256: str) -> CertificateRequestQuerySet:
        """That were signed with the key of this digest."""
        return self.filter(key__spki_sha256=spki_sha256)


class CertificateRequest(models.Model):
    """What was asked for, with which key, and what came back.

    `self_signed_days` makes it one that answers itself: then there is no PKCS#10 and `certificate`
    is there as soon as the key is. `new_key` is the kind of key that is made for it (as
    `pki.key_generation.KeySpec` names it), empty with an existing one. `findings` are the warnings
    that were accepted, `comparison` what the CA changed. `made_for` is the token of the form: sent
    twice, it is one request.
    """

    name = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=RequestState.choices)
    spec = models.JSONField()
    self_signed_days = models.PositiveIntegerField(null=True)
    new_key = models.CharField(max_length=16, blank=True)
    key_name = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(Owner, null=True, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(
        PrivateKey, null=True, on_delete=models.PROTECT, related_name="requests"
    )
    sha256 = models.CharField(max_length=64, blank=True)
    findings = models.JSONField(default=list)
    certificate = models.ForeignKey(
        Certificate, null=True, on_delete=models.PROTECT, related_name="answers"
    )
    comparison = models.JSONField(default=list)
    reply_findings = models.JSONField(default=list)
    replaces = models.ForeignKey(
        Certificate, null=True, on_delete=models.SET_NULL, related_name="renewals"
    )
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    made_for = models.CharField(max_length=60, unique=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = CertificateRequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["created_at", "id"], name="request_newest"),
            models.Index(fields=["name", "id"], name="request_name"),
            models.Index(fields=["state", "id"], name="request_state"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("certificates:request", self.pk)

    @property
    def request_spec(self) -> RequestSpec:
        """What was asked for, as the core's value."""
        return RequestSpec.from_json(self.spec)

    @property
    def is_self_signed(self) -> bool:
        return self.self_signed_days is not None

    @property
    def is_open(self) -> bool:
        """Whether a reply may come."""
        return self.state in (RequestState.CREATED, RequestState.SENT)

    @property
    def may_be_answered(self) -> bool:
        """Whether there is a PKCS#10 to answer; a second reply takes the place of the first."""
        return bool(self.sha256)


class RequestDer(models.Model):
    """The PKCS#10 bytes, in a table of their own so that no list reads them."""

    request = models.OneToOneField(
        CertificateRequest, primary_key=True, on_delete=models.CASCADE, related_name="encoded"
    )
    der = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"DER of request {self.request_id}"
