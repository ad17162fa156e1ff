from __future__ import annotations

from django.db import models

from certificates.models import Certificate, Crl
from truststores.models.trust_store import TrustStore


class PlacementTurn(models.Model):
    """The one row whose lock is the turn to change what chains where.

    Placing arrivals and changing the members of a store both read what the other writes; on
    PostgreSQL two such transactions at once would each miss the other's rows.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)

    def __str__(self) -> str:
        return "the turn to place"


class PlacedIssuer(models.Model):
    """A CA of the inventory whose name the trust stores have taken into account.

    `certificate` becomes null when the CA is deleted from the inventory, in that very transaction:
    so the next placement learns of it, whoever deleted it, and what rested on it becomes due.
    """

    certificate = models.OneToOneField(
        Certificate, null=True, on_delete=models.SET_NULL, related_name="placed_issuer"
    )
    subject_sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(certificate=None), name="placed_issuer_gone"
            ),
        ]

    def __str__(self) -> str:
        return f"issuer {self.subject_sha256[:16]}"


class ConsideredCrl(models.Model):
    """A CRL about which a store has decided: it took it, refused it, or somebody removed it.

    So a CRL that was refused or removed is not tried again at every run.
    """

    trust_store = models.ForeignKey(
        TrustStore, on_delete=models.CASCADE, related_name="considered_crls"
    )
    crl = models.ForeignKey(Crl, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust_store", "crl"], name="crl_considered_once"),
        ]

    def __str__(self) -> str:
        return f"CRL {self.crl_id} was considered for trust store {self.trust_store_id}"
