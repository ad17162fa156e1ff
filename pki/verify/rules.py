"""By which rules reports are made: when they are others, a report may say something else.

A report is a function of its inputs and of time; the third thing that it depends on is this code
and the OpenSSL below it.
"""

from __future__ import annotations

from typing import Final

from pki.verify import openssl

RULES: Final = 1
"""Raised by whoever lets `pki.verify` say something else of the same certificate, trust store and
moment: a check, a finding, a path, a horizon. Not for words, which are found at the edge."""


def rules_version() -> str:
    """What reports were made by: equal where the same inputs give the same report.

    OpenSSL is part of it: verdicts, numbers and texts differ between its versions.
    """
    return f"{RULES}, {openssl.version()}"
