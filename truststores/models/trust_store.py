from __future__ import annotations

from django.db import models

from certificates.models import Certificate, Crl
from truststores.querysets.trust_stores import TrustStoreQuerySet
from ui.addresses import address_of


class UsageChoice(models.TextChoices):
    """What certificates are trusted for; values are those of `pki.verify.inputs.Usage`."""

    SERVER = "server", "Server authentication"
    CLIENT = "client", "Client authentication"
    ANY = "any", "Any usage"


class RevocationPolicy(models.TextChoices):
    """Which certificates of a path need a good CRL; values of `pki.verify.inputs.Revocation`."""

    NONE = "none", "No CRL is asked for"
    LEAF = "leaf", "The end certificate needs a CRL"
    CHAIN = "chain", "Every certificate of the path needs a CRL"


class Role(models.TextChoices):
    """What a member of a store is for."""

    ANCHOR = "anchor", "Trust anchor"
    INTERMEDIATE = "intermediate", "Intermediate"


class TrustStore(models.Model):
    """Trust anchors, intermediates and CRLs accepted for one usage.

    `revision` grows with every change of policy, members or CRLs: prepared stores are kept by it,
    and a form that was opened on an older one is told so.
    """

    name = models.CharField(max_length=100, unique=True)
    notes = models.TextField(blank=True)
    usage = models.CharField(max_length=6, choices=UsageChoice.choices)
    revocation = models.CharField(
        max_length=5, choices=RevocationPolicy.choices, default=RevocationPolicy.NONE
    )
    security_level = models.SmallIntegerField(default=1)
    partial_chain = models.BooleanField(default=False)
    common_name = models.BooleanField(default=True)
    strict = models.BooleanField(default=False)
    policy_oids = models.JSONField(default=list, blank=True)
    require_explicit_policy = models.BooleanField(default=False)
    inhibit_policy_mapping = models.BooleanField(default=False)
    inhibit_any_policy = models.BooleanField(default=False)
    notice_recipients = models.JSONField(default=list, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = TrustStoreQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("truststores:trust_store", self.pk)


class StoreMember(models.Model):
    """A certificate in a trust store. Protects the certificate from being deleted.

    `self_signed`: signed with its own key, found out when it was added. An anchor that is not ends
    a path only where the store allows partial chains.
    """

    trust_store = models.ForeignKey(TrustStore, on_delete=models.CASCADE, related_name="members")
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    self_signed = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust_store", "certificate"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} in trust store {self.trust_store}"


class StoreCrl(models.Model):
    """A CRL in a trust store. Protects the CRL from being deleted."""

    trust_store = models.ForeignKey(TrustStore, on_delete=models.CASCADE, related_name="store_crls")
    crl = models.ForeignKey(Crl, on_delete=models.PROTECT, related_name="store_crls")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust_store", "crl"], name="store_crl_once"),
        ]

    def __str__(self) -> str:
        return f"CRL in trust store {self.trust_store}"


class StoreName(models.Model):
    """A subject name from which issuers lead into a trust store.

    The closure, by name, of the store's members under "a CA of the inventory whose issuer is in
    it": a certificate chains into the store exactly when its issuer's name is here (or it is a
    member itself). So an arrival is placed by one indexed look-up, and the dependants of a CA are
    found through its name.
    """

    trust_store = models.ForeignKey(TrustStore, on_delete=models.CASCADE, related_name="names")
    name_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name_sha256", "trust_store"], name="store_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name_sha256[:16]} leads into trust store {self.trust_store_id}"
