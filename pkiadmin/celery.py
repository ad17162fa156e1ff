"""The Celery application. Messages are hints: they carry one id, and the Job row decides."""

from __future__ import annotations

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkiadmin.settings")

app = Celery("pkiadmin")
app.config_from_object("pkiadmin.celery_config")
app.autodiscover_tasks(["jobs"])


@worker_init.connect
@beat_init.connect
def _check_key(**_: Any) -> None:
    """Neither a worker nor a scheduler starts with the wrong key-encryption key."""
    from pkiadmin.key_check import check_kek_or_exit

    check_kek_or_exit()


@worker_init.connect
def _follow_rules(**_: Any) -> None:
    """What another release or another OpenSSL has found out is found out anew, once."""
    from pkiadmin.follow_rules import follow_rules

    follow_rules()


@worker_process_init.connect
def _die_with_worker(**_: Any) -> None:
    """A pool process does not outlive a worker that was killed; its job goes to another."""
    from pkiadmin.processes import die_with_parent

    die_with_parent(signal.SIGKILL)
