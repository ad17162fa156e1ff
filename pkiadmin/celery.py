"""The Celery application. Messages are hints: they carry one id, and the Job row decides."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkiadmin.settings")

app = Celery("pkiadmin")
app.config_from_object("pkiadmin.celery_config")
app.autodiscover_tasks(["jobs"])
