"""Celery's configuration, loaded when the first worker, beat or sender needs it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from kombu import Exchange, Queue


def _celery_url(url: str) -> str:
    return url.replace("unix://", "redis+socket://", 1) if url.startswith("unix://") else url


broker_url = _celery_url(settings.REDIS_URL)
broker_connection_retry_on_startup = True
broker_transport_options: dict[str, Any] = {
    "visibility_timeout": 6 * 3600,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 5,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    # A request that finds the broker away goes on at once; the sweep sends its message later.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
}
# The questions of the schedule have a queue of their own: every worker serves both. So they do not
# wait behind a long row of jobs, and the sweep, which counts the messages that wait, counts those of
# jobs alone. With one queue the ticks that lie beside a sweep hid a lost message from it for ever.
task_default_queue = "celery"
_PULSE_QUEUE = "pulse"
task_queues = tuple(
    Queue(name, Exchange(name, type="direct"), routing_key=name)
    for name in (task_default_queue, _PULSE_QUEUE)
)
task_routes = {name: {"queue": _PULSE_QUEUE} for name in ("jobs.tick", "jobs.sweep")}
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
task_serializer = "json"
accept_content = ["json"]
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_send_task_events = False
timezone = "UTC"
enable_utc = True

# Beat asks far more often than the schedule says: a job is made once in each slot, so asking again
# costs one query, and neither a restart nor a drifting clock skips a turn. Questions that busy
# workers leave lying are dropped after a minute, which clocks of several machines may differ by.
PULSE = 15.0
_SOON = {"expires": 60.0}
beat_schedule: dict[str, dict[str, Any]] = {
    name: {"task": "jobs.tick", "schedule": PULSE, "args": [name], "options": _SOON}
    for name in settings.SCHEDULE
} | {"sweep": {"task": "jobs.sweep", "schedule": PULSE, "options": _SOON}}
