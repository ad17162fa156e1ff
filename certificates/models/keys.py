from __future__ import annotations

import base64
from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import models

from certificates.models.label import Label
from certificates.querysets.keys import PrivateKeyQuerySet, PublicKeyQuerySet
from certificates.querysets.owners import OwnerQuerySet
from jobs.models import Job
from ui.addresses import address_of


class KeyState(models.TextChoices):
    """The states of NIST SP 800-57 part 1, section 7."""

    PRE_ACTIVE = "pre_active", "Pre-active"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    DEACTIVATED = "deactivated", "Deactivated"
    COMPROMISED = "compromised", "Compromised"
    DESTROYED = "destroyed", "Destroyed"


# Transitions 2 to 16 of that section; what is not listed is refused.
TRANSITIONS: Mapping[KeyState, tuple[KeyState, ...]] = {
    KeyState.PRE_ACTIVE: (KeyState.ACTIVE, KeyState.COMPROMISED, KeyState.DESTROYED),
    KeyState.ACTIVE: (
        KeyState.SUSPENDED,
        KeyState.DEACTIVATED,
        KeyState.COMPROMISED,
        KeyState.DESTROYED,
    ),
    KeyState.SUSPENDED: (
        KeyState.ACTIVE,
        KeyState.DEACTIVATED,
        KeyState.COMPROMISED,
        KeyState.DESTROYED,
    ),
    KeyState.DEACTIVATED: (KeyState.COMPROMISED, KeyState.DESTROYED),
    KeyState.COMPROMISED: (KeyState.DESTROYED,),
    KeyState.DESTROYED: (),
}


class KeyOrigin(models.TextChoices):
    """Where a private key comes from."""

    GENERATED = "generated", "Made here"
    IMPORTED = "imported", "Imported"


class OwnerKind(models.TextChoices):
    """What an owner is."""

    PERSON = "person", "Person"
    APPLICATION = "application", "Application"
    ORGANIZATION = "organization", "Organization"


class Owner(models.Model):
    """Whom a key identifies: a person, an application or an organization."""

    kind = models.CharField(max_length=12, choices=OwnerKind.choices)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)

    objects = OwnerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "kind"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="one_owner_per_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("certificates:owner", self.pk)


class _PublicFacts(models.Model):
    """What is public about a key, written once; `spki` is its DER SubjectPublicKeyInfo.

    Digests are lower-case hex, so that a search finds them in every notation: `spki_*` over the DER
    as OpenSSL prints them, `ssh_*` over the SSH blob, empty where SSH has no form of the key.
    """

    name = models.CharField(max_length=200)
    owner = models.ForeignKey(Owner, null=True, on_delete=models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=40)
    size = models.IntegerField()
    spki = models.BinaryField()
    spki_sha256 = models.CharField(max_length=64, unique=True)
    spki_sha1 = models.CharField(max_length=40)
    spki_md5 = models.CharField(max_length=32)
    ssh_sha256 = models.CharField(max_length=64, blank=True)
    ssh_sha1 = models.CharField(max_length=40, blank=True)
    ssh_md5 = models.CharField(max_length=32, blank=True)
    findings = models.JSONField(default=list)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def kind_text(self) -> str:
        """The algorithm with its size, as people say it."""
        return (
            f"{self.algorithm} {self.size}" if self.algorithm in ("RSA", "DSA") else self.algorithm
        )

    @property
    def short_fingerprint(self) -> str:
        """What people compare at a glance: as `ssh-keygen -l` prints it, else OpenSSL's."""
        if not self.ssh_sha256:
            return self.spki_sha256[:16]
        digest = base64.b64encode(bytes.fromhex(self.ssh_sha256)).decode().rstrip("=")
        return f"SHA256:{digest}"


class PrivateKey(_PublicFacts):
    """A private key: its public facts. The private bytes lie sealed in `SealedKey`.

    `made_for` is what asked for it (a form, a job): asked twice, one key is made.
    """

    origin = models.CharField(max_length=9, choices=KeyOrigin.choices)
    container = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=11, choices=KeyState.choices)
    state_since = models.DateTimeField()
    labels = models.ManyToManyField(Label, related_name="private_keys")
    made_for = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001  (null is outside the unique constraint)

    objects = PrivateKeyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["name", "id"], name="private_key_name"),
            models.Index(fields=["state", "id"], name="private_key_state"),
            models.Index(fields=["ssh_sha256"], name="private_key_ssh_sha256"),
            models.Index(fields=["ssh_md5"], name="private_key_ssh_md5"),
            models.Index(fields=["ssh_sha1"], name="private_key_ssh_sha1"),
            models.Index(fields=["spki_sha1"], name="private_key_spki_sha1"),
            models.Index(fields=["spki_md5"], name="private_key_spki_md5"),
        ]

    def get_absolute_url(self) -> str:
        return address_of("certificates:key", self.pk)

    @property
    def key_state(self) -> KeyState:
        return KeyState(self.state)

    @property
    def next_states(self) -> tuple[KeyState, ...]:
        """Where it may go from here."""
        return TRANSITIONS[self.key_state]


class SealedKey(models.Model):
    """The private bytes, sealed; in a table of its own so that nothing reads them by accident.

    Only `certificates.services.store_private_key` and `open_private_key` touch it, and the rotation
    of the key-encryption key, which opens nothing. `kek_id` repeats what the sealed bytes say, for
    the index.
    """

    key = models.OneToOneField(
        PrivateKey, primary_key=True, on_delete=models.PROTECT, related_name="sealed"
    )
    kek_id = models.CharField(max_length=64, db_index=True)
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"sealed bytes of key {self.key_id}"


class KeyTransition(models.Model):
    """A change of a key's state; `before` is empty for the first one."""

    key = models.ForeignKey(PrivateKey, on_delete=models.PROTECT, related_name="transitions")
    before = models.CharField(max_length=11, choices=KeyState.choices, blank=True)
    after = models.CharField(max_length=11, choices=KeyState.choices)
    moment = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["moment", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.before or 'nothing'} to {self.after}"


class PublicKey(_PublicFacts):
    """A key whose private part is not ours to hold: a partner's SSH key, say.

    `prefix` is what stood before it on its line: options, or host patterns.
    """

    container = models.CharField(max_length=15)
    comment = models.CharField(max_length=300, blank=True)
    prefix = models.TextField(blank=True)
    labels = models.ManyToManyField(Label, related_name="public_keys")

    objects = PublicKeyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["name", "id"], name="public_key_name"),
            models.Index(fields=["ssh_sha256"], name="public_key_ssh_sha256"),
            models.Index(fields=["ssh_md5"], name="public_key_ssh_md5"),
            models.Index(fields=["ssh_sha1"], name="public_key_ssh_sha1"),
            models.Index(fields=["spki_sha1"], name="public_key_spki_sha1"),
            models.Index(fields=["spki_md5"], name="public_key_spki_md5"),
        ]

    def get_absolute_url(self) -> str:
        return address_of("certificates:public_key", self.pk)


class Protocol(models.TextChoices):
    """What speaks with a key."""

    SSH = "ssh", "SSH / SFTP"
    TLS = "tls", "TLS (HTTPS, FTPS)"
    OTHER = "other", "Something else"


class KeyUse(models.Model):
    """Somewhere that a key is used: known from the file it came in, or told by somebody.

    By the key and not by its row: a public key keeps its uses when its private part arrives.
    """

    spki_sha256 = models.CharField(max_length=64, db_index=True)
    protocol = models.CharField(max_length=5, choices=Protocol.choices)
    owner = models.ForeignKey(Owner, null=True, on_delete=models.PROTECT, related_name="key_uses")
    place = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["protocol", "place", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["spki_sha256", "protocol", "owner", "place"],
                name="one_use_per_place",
            ),
            models.UniqueConstraint(
                fields=["spki_sha256", "protocol", "place"],
                condition=models.Q(owner=None),
                name="one_use_of_nobody_per_place",
            ),
        ]

    def __str__(self) -> str:
        return self.place or self.get_protocol_display()


class KeyImport(models.Model):
    """What became of one form of keys brought in: public facts and outcomes only.

    `token` comes with the form: sent twice, it is one import. `items` are what the result page
    lists; `certificates_job` is the import of the certificates that stood beside the keys.
    """

    token = models.CharField(max_length=60, unique=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=255)
    items = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    certificates_job = models.ForeignKey(
        Job, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"keys of {self.source}"


class SealingKey(models.Model):
    """Which key-encryption key seals what is new: one row, locked by whoever seals.

    A rotation changes it first; what is sealed afterwards is under the new key already.
    """

    kek_id = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"sealing with {self.kek_id}"
