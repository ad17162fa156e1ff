from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache

from django.db import models
from django.utils import timezone

from certificates.models.label import Label
from certificates.models.search import SearchableTextField
from certificates.querysets.certificates import CertificateQuerySet
from jobs.models import Job
from ui.addresses import address_of

SOON = timedelta(days=30)


class Lifecycle(models.TextChoices):
    """Where a certificate stands in its life; its dates are another matter."""

    ACTIVE = "active", "Active"
    REPLACED = "replaced", "Replaced"
    RETIRED = "retired", "Retired"


class Standing(models.TextChoices):
    """What the current reports say together; kept on the row so that lists can filter by it.

    Reports of stores whose usage the certificate is not meant for do not count, unless there are
    no others.
    """

    UNCHECKED = "unchecked", "Not yet validated"
    UNCHAINED = "unchained", "Not chained to a trust store"
    TRUSTED = "trusted", "Trusted"
    PARTLY = "partly", "Trusted by some stores"
    UNDETERMINED = "undetermined", "Undetermined"
    NOT_TRUSTED = "not_trusted", "Not trusted"


class Certificate(models.Model):
    """A certificate as plain columns, written once at import: pages never parse DER.

    Digests are lower-case hex; names are RFC 4514 text; `*_sha256` of names digest OpenSSL's
    canonical encoding. `standing` and `works_until` are what validation found, written by
    `certificates.services.record_standing`.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    sha1 = models.CharField(max_length=40)
    version = models.SmallIntegerField()
    serial = models.CharField(max_length=200)
    subject = models.TextField()
    issuer = models.TextField()
    subject_sha256 = models.CharField(max_length=64)
    issuer_sha256 = models.CharField(max_length=64)
    cn = models.CharField(max_length=255, blank=True)
    organization = models.CharField(max_length=255, blank=True)
    ski = models.CharField(max_length=128, blank=True)
    aki = models.CharField(max_length=128, blank=True)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    is_ca = models.BooleanField()
    path_length = models.BigIntegerField(null=True)
    self_issued = models.BooleanField()
    key_algorithm = models.CharField(max_length=40)
    key_size = models.IntegerField()
    signature_algorithm = models.CharField(max_length=80)
    spki_sha256 = models.CharField(max_length=64)
    key_usage = models.CharField(max_length=200, blank=True)
    extended_key_usage = models.TextField(blank=True)
    ocsp_urls = models.JSONField(default=list)
    ca_issuer_urls = models.JSONField(default=list)
    crl_urls = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    import_job = models.ForeignKey(
        Job, null=True, on_delete=models.SET_NULL, related_name="certificates"
    )
    lifecycle = models.CharField(max_length=10, choices=Lifecycle.choices, default=Lifecycle.ACTIVE)
    replaced_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="replaces"
    )
    standing = models.CharField(max_length=14, choices=Standing.choices, default=Standing.UNCHECKED)
    works_until = models.DateTimeField(null=True)
    labels = models.ManyToManyField(Label, related_name="certificates")
    created_at = models.DateTimeField()

    objects = CertificateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["not_after", "id"], name="certificate_ends"),
            models.Index(fields=["works_until", "id"], name="certificate_works_until"),
            models.Index(fields=["cn", "id"], name="certificate_cn"),
            # What an authority issued and what has the same key, in the order in which pages show
            # the first of them: many may, and the others are then not read.
            models.Index(fields=["issuer_sha256", "not_after", "id"], name="certificate_issuer"),
            models.Index(fields=["spki_sha256", "not_after", "id"], name="certificate_key"),
            models.Index(fields=["subject_sha256"], name="certificate_subject"),
            models.Index(fields=["serial"], name="certificate_serial"),
            models.Index(fields=["sha1"], name="certificate_sha1"),
            models.Index(fields=["standing", "not_after", "id"], name="certificate_standing"),
            # The list, filtered by what validation found, in the order that it has unless asked;
            # the kind of key stands in it so that both can be counted without reading a row.
            models.Index(
                fields=["standing", "cn", "id", "key_algorithm"], name="certificate_standing_name"
            ),
            models.Index(
                fields=["subject_sha256", "id"],
                condition=models.Q(is_ca=True),
                name="certificate_ca_subject",
            ),
            # What a CA issued that may issue in turn, without reading its leaves: trust stores
            # follow the names of issuers through it.
            models.Index(
                fields=["issuer_sha256", "subject_sha256"],
                condition=models.Q(is_ca=True),
                name="certificate_ca_issuer",
            ),
        ]

    def __str__(self) -> str:
        return self.cn or self.subject or f"serial {self.serial}"

    def get_absolute_url(self) -> str:
        return address_of("certificates:certificate", self.pk)

    @property
    def issuer_cn(self) -> str:
        """The shortest name of the issuer that people know it by."""
        return common_name(self.issuer)

    @property
    def key_text(self) -> str:
        """The key's algorithm, with its size where that does not stand in it already."""
        if self.key_algorithm.startswith("RSA") or self.key_algorithm == "DSA":
            return f"{self.key_algorithm} {self.key_size}"
        return self.key_algorithm

    @property
    def date_state(self) -> str:
        """Where its dates stand now, as a word of `ui.states`."""
        now = timezone.now()
        if now < self.not_before:
            return "not_yet_valid"
        if now > self.not_after:
            return "expired"
        return "expiring" if self.not_after - now < SOON else "valid"

    @property
    def date_warning(self) -> str:
        """`date_state` where it has to be said, else nothing."""
        word = self.date_state
        return "" if word == "valid" else word


@lru_cache(maxsize=1024)
def common_name(name: str) -> str:
    """The common name in RFC 4514 text, else its organization, else all of it."""
    for attribute in ("CN", "O"):
        if found := re.search(rf"(?:^|[,+]){attribute}=((?:\\.|[^,+\\])+)", name):
            return re.sub(r'\\([ "#+,;<=>\\])', r"\1", found.group(1))
    return name


class CertificateDer(models.Model):
    """The bytes, in a table of their own so that no scan of the inventory reads them."""

    certificate = models.OneToOneField(
        Certificate, primary_key=True, on_delete=models.CASCADE, related_name="encoded"
    )
    der = models.BinaryField()

    def __str__(self) -> str:
        return f"DER of certificate {self.certificate_id}"


class CertificateText(models.Model):
    """The searchable text of a certificate: subject, issuer and alternative names.

    On SQLite the table is an FTS5 index of trigrams, on PostgreSQL a table with a trigram index
    where the server has one; the migration makes it, so Django does not manage it. The relation
    has no constraint in the database (a virtual table knows none), but makes Django delete the
    text with its certificate.
    """

    certificate = models.OneToOneField(
        Certificate,
        primary_key=True,
        on_delete=models.CASCADE,
        db_column="rowid",
        db_constraint=False,
        related_name="search_text",
    )
    text = SearchableTextField()

    class Meta:
        managed = False
        db_table = "certificates_text"

    def __str__(self) -> str:
        return f"text of certificate {self.certificate_id}"
