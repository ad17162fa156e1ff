"""The jobs of the inventory, as `pkiadmin.tables` names them."""

from __future__ import annotations

from certificates.services.import_uploads import import_uploads
from jobs.lease import Lease, RunResult


def run_import(lease: Lease) -> RunResult:
    return import_uploads(lease=lease)
