"""Where log lines go, and what stands in them: never a body, a query string or a form's value."""

from __future__ import annotations

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pkiadmin.env import Env


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines that gather logs (`PKIADMIN_LOG_JSON=1`)."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=True)


class LineFormatter(logging.Formatter):
    """One line an event: a line feed in a message cannot pretend to be another event."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (the base class's name)
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)


def configure(given: dict[str, Any]) -> None:
    """Everything goes to standard error, as lines or as JSON."""
    env: Env = given["env"]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": LineFormatter,
                    "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
                },
                "json": {"()": JsonFormatter},
            },
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "json" if env.log_json else "line",
                }
            },
            "root": {"handlers": ["stderr"], "level": "INFO"},
            # Each request has its line from the web server; each scheduled question would have two.
            "loggers": {
                "celery.beat": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                "asyncssh": {"level": "WARNING"},
            },
        }
    )
