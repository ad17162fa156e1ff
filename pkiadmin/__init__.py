"""The wiring: settings, URLs, home page, roles, workers and the supervisor."""

from pkiadmin.celery import app as celery_app

__all__ = ["celery_app"]
