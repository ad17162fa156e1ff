"""Messages to the workers. Each is a hint that carries one id: it may be lost, doubled or late."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

from jobs.models import Job

logger = logging.getLogger(__name__)

WORK = "jobs.work"


def send_hint(job_id: uuid.UUID) -> bool:
    """Tell the workers of a job; False when the broker is away, and then the sweep tells them."""
    try:
        current_app.send_task(WORK, args=[str(job_id)], retry=False)
    except OperationalError as error:
        logger.warning("the broker is away, job %s waits for the sweep: %s", job_id, error)
        Job.objects.filter(pk=job_id).update(sent_at=None)
        return False
    return True


def messages_waiting() -> int:
    """How many messages no worker has taken yet."""
    queue = current_app.amqp.default_queue.name
    with current_app.connection_for_write() as connection:
        # The interface that the stubs know leaves out what every transport has.
        channel: Any = connection.default_channel
        return int(channel.queue_declare(queue, durable=True).message_count)
