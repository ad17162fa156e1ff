from __future__ import annotations

from django.db import models

from certificates.models import Certificate, Owner, PrivateKey, PublicKey
from endpoints.models.service import Service
from endpoints.models.standing import Judged
from endpoints.querysets.endpoints import AccountQuerySet
from ui.addresses import address_of


class Account(Judged):
    """A name that logs in to services with a client certificate or an SSH key.

    The name is compared byte for byte: `Acme` and `acme` are two accounts. `partner` is whom it
    belongs to. `made_for` is the form that made it: sent twice, it is one account.
    """

    name = models.CharField(max_length=200, unique=True)
    partner = models.ForeignKey(Owner, null=True, on_delete=models.PROTECT, related_name="accounts")
    notes = models.TextField(blank=True)
    services = models.ManyToManyField(Service, related_name="accounts")
    made_for = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001  (null is outside the unique constraint)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["standing", "name", "id"], name="account_standing"),
            models.Index(fields=["works_until", "id"], name="account_works_until"),
            models.Index(fields=["due_at", "id"], name="account_due"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("endpoints:account", self.pk)


class AccountCertificate(models.Model):
    """A client certificate with which an account logs in."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="certificates")
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="account_certificates"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "certificate"], name="account_certificate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"the account “{self.account}”, which logs in with it"


class AccountKey(models.Model):
    """An SSH key with which an account logs in: one that is held here, or a public one."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="ssh_keys")
    private_key = models.ForeignKey(
        PrivateKey, null=True, on_delete=models.PROTECT, related_name="account_keys"
    )
    public_key = models.ForeignKey(
        PublicKey, null=True, on_delete=models.PROTECT, related_name="account_keys"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(private_key=None) ^ models.Q(public_key=None),
                name="account_key_is_one_key",
            ),
            models.UniqueConstraint(fields=["account", "private_key"], name="account_private_once"),
            models.UniqueConstraint(fields=["account", "public_key"], name="account_public_once"),
        ]

    def __str__(self) -> str:
        return f"the account “{self.account}”, which logs in with it"

    @property
    def key(self) -> PrivateKey | PublicKey:
        found = self.private_key or self.public_key
        assert found is not None  # noqa: S101 - the constraint of the table says so
        return found
