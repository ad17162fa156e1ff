"""Why a job did not end well, in words: every code and its sentence.

A sentence may name what the error's data hold. The owner of a kind adds the codes of its
`JobFailure`s here; a test finds codes that are raised somewhere and not listed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

ERROR_TEXTS: dict[str, str] = {
    # the jobs themselves
    "job.broken": (
        "Something went wrong that should not have ({exception}). The details are in the log of "
        "the worker. Running it again goes on where it stopped."
    ),
    "job.too_many_attempts": (
        "The worker ended {attempts} times while it did this job, which was therefore given up. "
        "The log of the worker says more."
    ),
    "job.unknown_kind": "This version of the console does not know jobs of the kind “{kind}”.",
    # bringing in certificates and CRLs
    "import.limit_exceeded": (
        "{upload} is more than the console opens: its {limit} is {value}, the most is {maximum}. "
        "Send it in parts, or have an administrator use the command import_certificates."
    ),
    "import.sandbox_killed": (
        "Reading {upload} was stopped, because it took too much {why}. What was read until then "
        "is kept. Send it in parts, or leave out what is not a certificate or a CRL."
    ),
    "import.upload_gone": (
        "{upload} is no longer kept: uploads of failed imports are forgotten after a week. "
        "Import it again."
    ),
    "import.upload_sealed": (
        "{upload} could not be opened with the key-encryption key of this console ({why}). "
        "Import it again."
    ),
    # keys for requests
    "request.not_built": (
        "The request could not be made: {why}. Withdraw it, and order it again with another choice."
    ),
    # CRLs and notices
    "crl_source.gone": "The source of this CRL was removed before it was asked.",
    "crl_source.fetch_failed": (
        "No CRL came from {url} for the trust store “{store}” ({why}). {kept} It is asked again "
        "by itself."
    ),
    "crl_source.refused": (
        "What came from {url} was not taken into the trust store “{store}” ({why}). {kept} It is "
        "asked again by itself."
    ),
    "notices.not_sent": (
        "{failed} of {recipients} e-mails could not be sent ({why}). They wait, and go out with "
        "the next run; nobody gets one twice."
    ),
    # probes of services
    "probe.gone": "The service was deleted before it was looked at.",
}

UNKNOWN = "It ended with the code {code}."


def sentence_of(code: str, data: dict[str, Any]) -> str:
    """The sentence of an error code; of one that nobody wrote a sentence for, the code."""
    if not code:
        return ""
    text = ERROR_TEXTS.get(code, UNKNOWN)
    return text.format_map(defaultdict(lambda: "?", {**data, "code": code}))
