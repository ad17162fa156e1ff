"""What the page of a probe shows: both sides, what is in the inventory of them, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certificates.finding_texts import SaidFinding
from certificates.models import Certificate, PrivateKey, PublicKey
from endpoints.models import Probe, ProbeState
from endpoints.probe_texts import difference_said, failure_said
from ui.states import state_of

_CLIENT = {
    "no": "Not asked for",
    "optional": "Asked for, and not required",
    "required": "Required",
    "undecided": "Asked for; whether it is required did not show",
}
# How the states look as the answer on top of the page: the CSS word of a verdict.
_VERDICTS = {
    ProbeState.SAME: "trusted",
    ProbeState.DIFFERENT: "not_trusted",
    ProbeState.UNREACHABLE: "not_trusted",
    ProbeState.REFUSED: "undetermined",
    ProbeState.SEEN: "pending",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownItem:
    """A certificate or host key of one side; `shared` says that it stands on the other side too.

    `row` is it in the inventory, None where it is not there. `rejected` says why it cannot be read.
    """

    place: int
    name: str
    about: str
    digest: str
    shared: bool
    row: Certificate | PrivateKey | PublicKey | None
    ends: datetime | None = None
    ended: bool = False
    rejected: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownProbe:
    """A probe in words. `facts` are pairs of a term and what was seen; `missing` counts what is not
    in the inventory; `may_accept`: everything is there, and it is not what the service should
    present yet."""

    verdict: str
    icon: str
    title: str
    failure: tuple[str, str] | None
    differences: list[SaidFinding]
    presented: Sequence[ShownItem]
    expected: Sequence[ShownItem]
    facts: Sequence[tuple[str, str]]
    authorities: Sequence[str]
    missing: int
    may_accept: bool


def show_probe(probe: Probe, *, moment: datetime) -> ShownProbe:
    """The probe in words."""
    tls = probe.presented.get("tls")
    ssh = probe.presented.get("ssh")
    wanted = probe.presented.get("expected", {})
    presented, expected = _sides(tls, ssh, wanted, moment)
    missing = sum(1 for item in presented if item.row is None and not item.rejected)
    readable = bool(presented) and not any(item.rejected for item in presented)
    return ShownProbe(
        verdict=_VERDICTS.get(ProbeState(probe.state), "pending"),
        icon=state_of(probe.state).icon,
        title=state_of(probe.state).label,
        failure=failure_said(probe.error_code, probe.error_data) if probe.error_code else None,
        differences=difference_said(probe.differences),
        presented=presented,
        expected=expected,
        facts=_tls_facts(tls, wanted) if tls else _ssh_facts(ssh) if ssh else (),
        authorities=[one["text"] for one in tls["ca_names"]] if tls else (),
        missing=missing,
        may_accept=readable
        and not missing
        and probe.state in (ProbeState.DIFFERENT, ProbeState.SEEN)
        and [item.digest for item in presented] != [item.digest for item in expected],
    )


def _sides(
    tls: dict[str, Any] | None, ssh: dict[str, Any] | None, wanted: dict[str, Any], moment: datetime
) -> tuple[list[ShownItem], list[ShownItem]]:
    if tls:
        seen, described = tls["certificates"], wanted["certificates"]
        rows = Certificate.objects.in_bulk(
            [one["sha256"] for one in (*seen, *described)], field_name="sha256"
        )
        return (
            [_certificate(at, one, described, rows, moment) for at, one in enumerate(seen)],
            [_certificate(at, one, seen, rows, moment) for at, one in enumerate(described)],
        )
    if ssh:
        seen, described = ssh["keys"], wanted["host_keys"]
        keys = _keys([one["spki_sha256"] for one in (*seen, *described)])
        return (
            [_host_key(at, one, described, keys) for at, one in enumerate(seen)],
            [_host_key(at, one, seen, keys) for at, one in enumerate(described)],
        )
    return [], []


def _certificate(
    place: int,
    one: dict[str, Any],
    others: Sequence[dict[str, Any]],
    rows: dict[str, Certificate],
    moment: datetime,
) -> ShownItem:
    row = rows.get(one["sha256"])
    text = one.get("not_after", "")
    ends = row.not_after if row else datetime.fromisoformat(text) if text else None
    return ShownItem(
        place=place,
        name=one["name"],
        about=one.get("key", ""),
        digest=one["sha256"],
        shared=any(other["sha256"] == one["sha256"] for other in others),
        row=row,
        ends=ends,
        ended=ends is not None and ends < moment,
        rejected=one.get("rejected", ""),
    )


def _host_key(
    place: int,
    one: dict[str, Any],
    others: Sequence[dict[str, Any]],
    rows: dict[str, PrivateKey | PublicKey],
) -> ShownItem:
    return ShownItem(
        place=place,
        name=one["algorithm"],
        about=one["kind"],
        digest=one["ssh_sha256"],
        shared=any(other["spki_sha256"] == one["spki_sha256"] for other in others),
        row=rows.get(one["spki_sha256"]),
    )


def _keys(wanted: Sequence[str]) -> dict[str, PrivateKey | PublicKey]:
    """The keys of the inventory; where both are there, the one whose private part is held."""
    public = PublicKey.objects.in_bulk(wanted, field_name="spki_sha256")
    private = PrivateKey.objects.in_bulk(wanted, field_name="spki_sha256")
    return {**public, **private}


def _tls_facts(tls: dict[str, Any], wanted: dict[str, Any]) -> list[tuple[str, str]]:
    asked = _CLIENT[tls["client"]]
    if tls["alert"]:
        asked += f" (it ended the connection with {tls['alert']})"
    return [
        *([("TLS began with", tls["auth"])] if tls["auth"] else []),
        ("Protocol", tls["version"]),
        ("Cipher suite", tls["cipher"]),
        ("Client certificate", asked),
        *([("Described as", _CLIENT[wanted["client"]])] if wanted["client"] else []),
    ]


def _ssh_facts(ssh: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("Server", ssh["ident"]),
        ("Host key algorithms", ", ".join(ssh["offered"])),
    ]
