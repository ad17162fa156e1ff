from __future__ import annotations

from django.db import models

from endpoints.models.service import Service
from jobs.models import Job
from ui.addresses import address_of


class ProbeState(models.TextChoices):
    """How a probe ended."""

    RUNNING = "running", "Running"
    SEEN = "seen", "Seen, not described"
    SAME = "same", "Presents what it should"
    DIFFERENT = "different", "Presents something else"
    UNREACHABLE = "unreachable", "Not reached"
    REFUSED = "refused", "Not asked: the address is closed to the console"


class Probe(models.Model):
    """One look at a live service: what it presents, compared with what it should.

    `presented` holds plain facts in the order in which the service sent them, `pem` the
    certificates or host keys themselves as text, so that they can be imported. `differences` are
    findings as JSON. `error_code` and `error_data` say why nothing was seen. `import_job` is the
    import of what was seen, where somebody asked for it.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="probes")
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    import_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=11, choices=ProbeState.choices)
    address = models.CharField(max_length=45, blank=True)
    presented = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    pem = models.TextField(blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_data = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["service", "host", "-asked_at"], name="probe_newest"),
        ]

    def __str__(self) -> str:
        return f"probe of {self.service} at {self.host}"

    def get_absolute_url(self) -> str:
        return address_of("endpoints:probe", self.pk)

    @property
    def authority(self) -> str:
        """Host and port, as URLs write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
