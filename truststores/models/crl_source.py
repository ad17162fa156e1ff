from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.db import models

from certificates.models import Certificate, Crl
from jobs.models import Job
from truststores.models.trust_store import TrustStore
from truststores.querysets.crl_sources import CrlSourceQuerySet

LONGEST_URL = 2048


class CrlSource(models.Model):
    """Where a trust store gets a CRL from.

    `issuer_sha256` names whose CRLs are welcome from there, empty for those of any CA of the store;
    `points` are the names of the distribution points that led to it (kind, text and key each),
    empty where somebody wrote the address down. `every` is the period; null: when the CRL in use
    comes to its nextUpdate. `next_at` is when it is asked next; a source that is due is found by
    one look into its index. `outcome` is a code of `truststores.crl_texts`, empty before the first
    attempt; `failures` counts those since the last good one.
    """

    trust_store = models.ForeignKey(
        TrustStore, on_delete=models.CASCADE, related_name="crl_sources"
    )
    url = models.CharField(max_length=LONGEST_URL)
    issuer = models.ForeignKey(Certificate, null=True, on_delete=models.SET_NULL, related_name="+")
    issuer_name = models.TextField(blank=True)
    issuer_sha256 = models.CharField(max_length=64, blank=True)
    points = models.JSONField(default=list)
    every = models.DurationField(null=True)
    next_at = models.DateTimeField()
    last_attempt = models.DateTimeField(null=True)
    last_success = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    outcome_data = models.JSONField(default=list)
    failures = models.PositiveSmallIntegerField(default=0)
    last_crl = models.ForeignKey(Crl, null=True, on_delete=models.SET_NULL, related_name="+")
    last_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    objects = CrlSourceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["trust_store", "url"], name="crl_source_once"),
        ]
        indexes = [models.Index(fields=["next_at", "id"], name="crl_source_due")]

    def __str__(self) -> str:
        return f"CRL source {self.shown_url}"

    @property
    def shown_url(self) -> str:
        """The address as logs may hold it: its query may be a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")

    @property
    def host(self) -> str:
        """The host that is asked, with its port."""
        return urlsplit(self.url).netloc

    @property
    def is_good(self) -> bool:
        """Whether the last attempt brought what is in use."""
        return self.last_attempt is not None and self.failures == 0


PERIODS: tuple[tuple[timedelta, str], ...] = (
    (timedelta(hours=1), "Every hour"),
    (timedelta(hours=6), "Every 6 hours"),
    (timedelta(days=1), "Every day"),
    (timedelta(days=7), "Every week"),
)
