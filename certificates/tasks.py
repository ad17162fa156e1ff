"""The jobs of the inventory, as `pkiadmin.tables` names them."""

from __future__ import annotations

from certificates.services.import_uploads import import_uploads
from certificates.services.make_key import make_key
from certificates.services.make_request_key import make_request_key
from jobs.lease import Lease, RunResult


def run_import(lease: Lease) -> RunResult:
    return import_uploads(lease=lease)


def run_request_key(lease: Lease) -> RunResult:
    return make_request_key(lease=lease)


def run_make_key(lease: Lease) -> RunResult:
    return make_key(lease=lease)
