"""What to say about services and accounts: codes in people's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

_REFUSALS: Mapping[str, str] = {
    "endpoint.changed_meanwhile": (
        "Somebody changed it since you opened this page. Look at what it says now and try again."
    ),
    "endpoint.gone": "Somebody deleted it meanwhile.",
    "endpoint.part_gone": "Something that was chosen here is gone meanwhile: {what}. Choose again.",
    "endpoint.nothing_replaced": "Nothing has taken the place of this certificate.",
    "endpoint.keys_refused": "{says}",
    "endpoint.keys_need_right": (
        "You may not bring in keys. Ask somebody who may, and choose the keys above."
    ),
    "kit.service_no_tls": (
        "“{name}” speaks SSH now, where no certificate is presented. Take the tick off the service "
        "and its trust stores, or delete this kit."
    ),
    "probe.nothing_seen": "This probe saw nothing that could be taken. Probe the service again.",
    "probe.of_another_address": (
        "This probe looked at {address}, where the service is no longer reached. Probe it again."
    ),
    "probe.not_imported": (
        "{missing} of what was seen is not in the inventory. Import what was seen first."
    ),
    "service.name_taken": "There is a service called “{name}” already.",
    "rehearsal.no_tls": (
        "“{name}” speaks SSH, and SSH has no certificates to rehearse. Its clients compare its host "
        "key, and it compares their keys: both are on its page and on the account's."
    ),
    "rehearsal.paste_empty": (
        "No certificate was found in it. Paste PEM blocks, from BEGIN CERTIFICATE to END CERTIFICATE."
    ),
    "rehearsal.paste_rejected": "Line {line}: {says} A chain holds certificates alone.",
    "rehearsal.paste_too_large": (
        "That is more than a chain can be: its {limit} is {value}, the most is {maximum}."
    ),
    "rehearsal.paste_too_many": (
        "These are {number} certificates; a chain of more than {maximum} is taken by no peer. Paste "
        "what the client really sends."
    ),
    "rehearsal.paste_not_readable": (
        "Reading it was stopped, because it took too much. Paste the certificates alone, as PEM."
    ),
    "account.name_taken": "There is an account called “{name}” already.",
}


def refusal_text(code: str, data: Mapping[str, str | int]) -> str:
    """The sentence of a refusal."""
    words: defaultdict[str, str | int] = defaultdict(lambda: "?", data)
    return _REFUSALS.get(code, code).format_map(words)


# What is wrong with an address that somebody typed; other reasons are in `certificates.key_texts`.
ADDRESS_TEXTS: Mapping[str, str] = {
    "port": (
        "{value} ends with a port. The port is a field of its own, and never takes part when a "
        "certificate is validated: put it there, and leave the name alone here."
    ),
    "scheme": (
        "{value} is a URL. Give only the name of the host here; the protocol and the port are "
        "fields of their own."
    ),
    "wildcard": (
        "{value} holds an asterisk. A wildcard may stand in a certificate, never in an address: "
        "give the names by which clients really connect."
    ),
    "number": (
        "{value} ends with a number as an IP address does, and is none. Write all four parts, each "
        "from 0 to 255 and without leading zeros: 192.0.2.7."
    ),
    "malformed": "{value} is neither a DNS name nor an IP address.",
    "character": (
        "{value} holds a character that no address has. A name is made of letters, digits and "
        "hyphens, with dots between its parts."
    ),
}

# How often a service is probed by itself.
PROBE_PERIODS: Mapping[timedelta, str] = {
    timedelta(hours=1): "Every hour",
    timedelta(hours=6): "Every six hours",
    timedelta(days=1): "Every day",
    timedelta(days=7): "Every week",
}
