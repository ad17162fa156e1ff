from __future__ import annotations

import json
import logging
import sys

from pkiadmin.logging import JsonFormatter, LineFormatter


def event(message: str, **values: object) -> logging.LogRecord:
    record = logging.LogRecord("a", logging.WARNING, __file__, 1, message, (), None)
    record.__dict__.update(values)
    return record


def test_a_message_with_line_feeds_stays_one_line() -> None:
    said = LineFormatter("%(levelname)s %(message)s").format(event("one\r\nERROR two"))
    assert said == "WARNING one\\r\\nERROR two"


def test_json_is_one_object_a_line_with_the_traceback_inside() -> None:
    try:
        raise ValueError("why")
    except ValueError:
        said = JsonFormatter().format(event("one\ntwo", exc_info=sys.exc_info()))
    assert "\n" not in said
    told = json.loads(said)
    assert told["message"] == "one\ntwo"
    assert "ValueError: why" in told["traceback"]
