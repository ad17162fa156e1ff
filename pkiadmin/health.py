"""Whether this console works, for whoever watches it. The one page without sign-in besides it."""

from __future__ import annotations

import logging

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database and the broker answer, else 503; it says no more than which."""
    parts = {"database": _database_answers(), "broker": _broker_answers()}
    response = JsonResponse(
        {name: "ok" if well else "away" for name, well in parts.items()},
        status=200 if all(parts.values()) else 503,
    )
    response["Cache-Control"] = "no-store"
    return response


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("the database does not answer")
        return False
    return True


def _broker_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
        ) as broker:
            return bool(broker.ping())
    except redis.RedisError as error:
        logger.warning("the broker does not answer: %s", error)
        return False
