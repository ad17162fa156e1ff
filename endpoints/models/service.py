from __future__ import annotations

from django.db import models

from certificates.models import Certificate, Owner, PrivateKey, PublicKey
from endpoints.models.standing import Judged
from endpoints.querysets.endpoints import ServiceQuerySet
from truststores.models import TrustStore
from ui.addresses import address_of


class ServiceProtocol(models.TextChoices):
    """What a service speaks."""

    HTTPS = "https", "HTTPS"
    FTPS_EXPLICIT = "ftps_explicit", "FTPS, explicit (AUTH TLS)"
    FTPS_IMPLICIT = "ftps_implicit", "FTPS, implicit"
    SFTP = "sftp", "SFTP (SSH)"
    TLS = "tls", "Another protocol over TLS"

    @property
    def speaks_tls(self) -> bool:
        return self is not ServiceProtocol.SFTP


DEFAULT_PORTS: dict[ServiceProtocol, int] = {
    ServiceProtocol.HTTPS: 443,
    ServiceProtocol.FTPS_EXPLICIT: 21,
    ServiceProtocol.FTPS_IMPLICIT: 990,
    ServiceProtocol.SFTP: 22,
    ServiceProtocol.TLS: 443,
}


class ChainSource(models.TextChoices):
    """Which certificates a service sends after its own."""

    BUILT = "built", "Its issuers from the inventory, without the root"
    GIVEN = "given", "Exactly the certificates named here"
    NONE = "none", "Nothing but its own certificate"


class ClientAuthentication(models.TextChoices):
    """Whether a service asks for a client certificate."""

    NONE = "none", "Not asked for"
    OPTIONAL = "optional", "Asked for, and checked where one is sent"
    REQUIRED = "required", "Required"


class Service(Judged):
    """An address that speaks HTTPS, FTPS, SFTP or another TLS protocol, and what it presents.

    `client_store` is the trust store by which the service accepts clients, `server_store` the one
    by which its clients accept the service. `cn_is_account` says that a client certificate logs in
    where its CN equals the account's name, byte for byte. `probe_every` null means that it is
    probed on demand alone; `probe_at` is its next turn. `probe_state` is what the newest probes of
    its addresses say together (a `ProbeState`, empty before the first). `made_for` is the form that made it: sent twice, it is one service.
    """

    name = models.CharField(max_length=100, unique=True)
    protocol = models.CharField(max_length=13, choices=ServiceProtocol.choices)
    port = models.PositiveIntegerField()
    notes = models.TextField(blank=True)
    owner = models.ForeignKey(Owner, null=True, on_delete=models.PROTECT, related_name="services")
    certificate = models.ForeignKey(
        Certificate, null=True, on_delete=models.PROTECT, related_name="services"
    )
    chain_source = models.CharField(
        max_length=5, choices=ChainSource.choices, default=ChainSource.BUILT
    )
    client_authentication = models.CharField(
        max_length=8, choices=ClientAuthentication.choices, default=ClientAuthentication.NONE
    )
    client_store = models.ForeignKey(
        TrustStore, null=True, on_delete=models.PROTECT, related_name="services_accepting"
    )
    server_store = models.ForeignKey(
        TrustStore, null=True, on_delete=models.PROTECT, related_name="services_accepted"
    )
    cn_is_account = models.BooleanField(default=True)
    probe_every = models.DurationField(null=True)
    probe_at = models.DateTimeField(null=True)
    probe_state = models.CharField(max_length=11, blank=True)
    probed_at = models.DateTimeField(null=True)
    made_for = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001  (null is outside the unique constraint)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["standing", "name", "id"], name="service_standing"),
            models.Index(fields=["works_until", "id"], name="service_works_until"),
            models.Index(fields=["due_at", "id"], name="service_due"),
            models.Index(fields=["probe_at", "id"], name="service_probe_due"),
            models.Index(fields=["probe_state", "name", "id"], name="service_probe_state"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("endpoints:service", self.pk)

    @property
    def speaks_tls(self) -> bool:
        return ServiceProtocol(self.protocol).speaks_tls

    @property
    def use_text(self) -> str:
        """What it is to a thing that it uses, and that therefore stays."""
        return f"the service “{self.name}”"


class ServiceAddress(models.Model):
    """A name or an IP address under which clients reach a service; names are A-labels."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="addresses")
    position = models.PositiveSmallIntegerField()
    host = models.CharField(max_length=253)
    is_ip = models.BooleanField()

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["service", "host"], name="address_once"),
        ]
        indexes = [models.Index(fields=["host"], name="service_address_host")]

    def __str__(self) -> str:
        return self.host


class ServiceChainCertificate(models.Model):
    """A certificate that a service sends after its own, where they are named one by one."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="chain")
    position = models.PositiveSmallIntegerField()
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="service_chains"
    )

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["service", "position"], name="chain_position_once"),
        ]

    def __str__(self) -> str:
        return f"the chain that the service “{self.service}” sends"


class ServiceHostKey(models.Model):
    """An SSH host key of a service: one whose private part is held here, or a public one."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="host_keys")
    private_key = models.ForeignKey(
        PrivateKey, null=True, on_delete=models.PROTECT, related_name="host_key_of"
    )
    public_key = models.ForeignKey(
        PublicKey, null=True, on_delete=models.PROTECT, related_name="host_key_of"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(private_key=None) ^ models.Q(public_key=None),
                name="host_key_is_one_key",
            ),
            models.UniqueConstraint(fields=["service", "private_key"], name="host_private_once"),
            models.UniqueConstraint(fields=["service", "public_key"], name="host_public_once"),
        ]

    def __str__(self) -> str:
        return f"the service “{self.service}”, whose host key it is"

    @property
    def key(self) -> PrivateKey | PublicKey:
        found = self.private_key or self.public_key
        assert found is not None  # noqa: S101 - the constraint of the table says so
        return found
