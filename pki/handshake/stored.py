"""Outcomes as JSON and back: what is kept is what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pki.findings import Finding
from pki.handshake.outcome import Alert, Direction, Judgement, Outcome, Reason, Side
from pki.verify.report import Diagnostic
from pki.verify.stored import element_from_json, element_to_json


def outcome_to_json(outcome: Outcome) -> dict[str, object]:
    """An outcome as JSON-able values; moments are ISO 8601 with their offset."""
    return {
        "connected": outcome.connected,
        "moment": outcome.moment.isoformat(),
        "server": _direction_to_json(outcome.server),
        "client": _direction_to_json(outcome.client),
        "alert": _alert_to_json(outcome.alert) if outcome.alert is not None else None,
        "protocol": outcome.protocol,
        "cipher": outcome.cipher,
        "client_finished_first": outcome.client_finished_first,
        "server_log": list(outcome.server_log),
        "client_log": list(outcome.client_log),
        "findings": [finding.to_json() for finding in outcome.findings],
        "openssl_version": outcome.openssl_version,
    }


def outcome_from_json(stored: Mapping[str, Any]) -> Outcome:
    """The outcome that `outcome_to_json` stored."""
    return Outcome(
        connected=stored["connected"],
        moment=datetime.fromisoformat(stored["moment"]),
        server=_direction(stored["server"]),
        client=_direction(stored["client"]),
        alert=_alert(stored["alert"]) if stored["alert"] is not None else None,
        protocol=stored["protocol"],
        cipher=stored["cipher"],
        client_finished_first=stored["client_finished_first"],
        server_log=tuple(stored["server_log"]),
        client_log=tuple(stored["client_log"]),
        findings=tuple(Finding.from_json(finding) for finding in stored["findings"]),
        openssl_version=stored["openssl_version"],
    )


def _alert_to_json(alert: Alert) -> dict[str, object]:
    return {"number": alert.number, "name": alert.name, "sender": alert.sender.value}


def _alert(stored: Mapping[str, Any]) -> Alert:
    return Alert(number=stored["number"], name=stored["name"], sender=Side(stored["sender"]))


def _direction_to_json(direction: Direction) -> dict[str, object]:
    return {
        "judgement": direction.judgement.value,
        "reason": direction.reason.value,
        "diagnostics": [asdict(diagnostic) for diagnostic in direction.diagnostics],
        "hypothetical": direction.hypothetical,
        "proven": direction.proven,
        "stand_in": direction.stand_in,
        "sent": [element_to_json(element) for element in direction.sent],
        "path": list(direction.path),
    }


def _direction(stored: Mapping[str, Any]) -> Direction:
    return Direction(
        judgement=Judgement(stored["judgement"]),
        reason=Reason(stored["reason"]),
        diagnostics=tuple(Diagnostic(**item) for item in stored["diagnostics"]),
        hypothetical=stored["hypothetical"],
        proven=stored["proven"],
        stand_in=stored["stand_in"],
        sent=tuple(element_from_json(element) for element in stored["sent"]),
        path=tuple(stored["path"]),
    )
