"""Where log lines go."""

from __future__ import annotations

import logging.config


def configure(_settings: object) -> None:
    """One line per event on standard error; the supervisor gathers them."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
        }
    )
