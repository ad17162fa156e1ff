"""What a probe keeps of what was seen and of what should have been, as JSON both ways.

`presented` of a `Probe` holds both sides as they were at the moment of the look; pages show them,
and `compare` says what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pki.findings import Finding
from pki.probe.compare import (
    OneCertificate,
    OneHostKey,
    OneName,
    TlsExpected,
    TlsPresented,
    compare_ssh,
    compare_tls,
)
from pki.probe.values import ClientAsked

Json = dict[str, Any]


def compare(presented: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The differences between both sides of a stored look."""
    expected = presented["expected"]
    if tls := presented.get("tls"):
        return compare_tls(_tls_expected(expected), _tls_presented(tls))
    ssh = presented["ssh"]
    return compare_ssh(
        [_host_key(one) for one in expected["host_keys"]],
        [_host_key(one) for one in ssh["keys"]],
        [(str(name), str(why)) for name, why in ssh["unseen"]],
    )


def is_described(presented: Mapping[str, Any]) -> bool:
    """Whether there was anything to compare with."""
    expected = presented["expected"]
    return bool(expected["certificates"] if presented.get("tls") else expected["host_keys"])


def _tls_expected(stored: Json) -> TlsExpected:
    return TlsExpected(
        chain=tuple(_certificate(one) for one in stored["certificates"]),
        client=ClientAsked(stored["client"]) if stored["client"] else None,
        authorities=tuple(_name(one) for one in stored["authorities"]),
    )


def _tls_presented(stored: Json) -> TlsPresented:
    return TlsPresented(
        chain=tuple(_certificate(one) for one in stored["certificates"]),
        client=ClientAsked(stored["client"]),
        authorities=tuple(_name(one) for one in stored["ca_names"]),
        version=stored["version"],
        cipher=stored["cipher"],
        auth=stored["auth"],
    )


def _certificate(stored: Json) -> OneCertificate:
    return OneCertificate(
        sha256=stored["sha256"],
        name=stored["name"],
        self_signed=stored["self_issued"],
        readable=not stored.get("rejected"),
    )


def _name(stored: Json) -> OneName:
    return OneName(text=stored["text"], sha256=stored["sha256"])


def _host_key(stored: Json) -> OneHostKey:
    return OneHostKey(
        algorithm=stored["algorithm"], spki_sha256=stored["spki_sha256"], size=stored["size"]
    )
