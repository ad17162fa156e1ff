from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from certificates.models import Certificate, Lifecycle
from endpoints.models.account import Account
from endpoints.models.service import Service, ServiceProtocol
from endpoints.querysets.kits import KitQuerySet
from pki.kits.meeting import Meeting, Protocol, Side
from ui.addresses import address_of


class KitStage(models.TextChoices):
    """How far the making of a kit is."""

    BEGUN = "begun", "Begun"
    CREATED = "created", "Created"


class Kit(models.Model):
    """What two sides need to recognise each other: who they are, and with which certificates.

    The files themselves are made, proven by a handshake and handed out at the moment of the
    download; nothing private is kept here. `addresses` are the names under which the client reaches
    the server, `account_name` is the CN of the client's certificate. `service_name` is what a service
    that is not described yet shall be called. `proof` is the outcome of the last handshakes as JSON
    (`pki.kits.proof.Proof`), of `proven_at`. `renews` is the kit whose certificates were renewed in
    this one. `token` comes with the form: sent twice, it is one kit.
    """

    name = models.CharField(max_length=100)
    stage = models.CharField(max_length=7, choices=KitStage.choices, default=KitStage.BEGUN)
    service = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="kits")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="kits")
    service_name = models.CharField(max_length=100, blank=True)
    protocol = models.CharField(max_length=13)
    addresses = models.JSONField(default=list)
    port = models.PositiveIntegerField()
    account_name = models.CharField(max_length=200)
    server_certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="server_kits"
    )
    client_certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="client_kits"
    )
    renews = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="renewed_by"
    )
    proof = models.JSONField(default=dict)
    proven_at = models.DateTimeField(null=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    token = models.CharField(max_length=60, unique=True)

    objects = KitQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["created_at", "id"], name="kit_newest"),
            models.Index(fields=["name", "id"], name="kit_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page; of one that is only begun the last page of the wizard."""
        page = "kit_check" if self.stage == KitStage.BEGUN else "kit"
        return address_of(f"endpoints:{page}", self.pk)

    def meeting(self, moment: datetime) -> Meeting:
        """Where the two meet, as the core's value."""
        return Meeting(
            protocol=Protocol(self.protocol),
            addresses=tuple(self.addresses),
            port=self.port,
            account=self.account_name,
            made_at=moment,
        )

    @property
    def meeting_text(self) -> str:
        """Protocol and port, as people say them."""
        return f"{ServiceProtocol(self.protocol).label}, port {self.port}"

    def certificate_of(self, side: Side) -> Certificate:
        return self.server_certificate if side is Side.SERVER else self.client_certificate

    @property
    def certificates(self) -> tuple[Certificate, Certificate]:
        return self.server_certificate, self.client_certificate

    @property
    def works_until(self) -> datetime:
        """When the first of the two certificates ends."""
        return min(one.not_after for one in self.certificates)

    @property
    def is_proven(self) -> bool:
        """Whether the last handshakes went as they should."""
        return bool(self.proof.get("passed"))

    @property
    def state(self) -> str:
        """How it stands, as a word of `ui.states`: what presses most."""
        if self.stage == KitStage.BEGUN:
            return "begun"
        dates = {one.date_state for one in self.certificates}
        lives = {one.lifecycle for one in self.certificates}
        for word in ("expired", "not_yet_valid"):
            if word in dates:
                return word
        for life in (Lifecycle.REPLACED, Lifecycle.RETIRED):
            if life in lives:
                return str(life)
        if not self.is_proven:
            return "unproven"
        return "expiring" if "expiring" in dates else "ready"

    @property
    def wants_renewal(self) -> bool:
        """Whether one of its certificates has a successor, or is near its end."""
        return self.state in ("expired", "replaced", "retired", "expiring") or (
            self.works_until <= timezone.now()
        )
