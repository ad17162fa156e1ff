from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.urls import reverse

from certificates.models import Certificate
from endpoints.models.account import Account
from endpoints.models.service import Service


class Kit(models.Model):
    """What two sides need to recognise each other: who they are, and with which certificates.

    The files themselves are made, proven by a handshake and handed out at the moment of the
    download; nothing private is kept here. `addresses` are the names under which the client reaches
    the server, `account_name` is the CN of the client's certificate. `proof` is the outcome of the
    last handshake as JSON, of `proven_at`. `token` comes with the form: sent twice, it is one kit.
    """

    name = models.CharField(max_length=100)
    service = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="kits")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="kits")
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
    proof = models.JSONField(default=dict)
    proven_at = models.DateTimeField(null=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    token = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("endpoints:kit", args=[self.pk])
