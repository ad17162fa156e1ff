"""The child's side of judging a CRL: bounds itself, judges one, answers, ends.

Started as `python -m pki.sandbox.crls_child` with a pipe at each end and nothing else. The request
is a length of four octets, JSON, and the DER of everything it names one behind the other.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pki.crl import CrlFacts, parse_crl
from pki.crl_acceptance.accept import ExpectedScope, accept_crl, scope_key
from pki.distribution import ALL_REASONS, DistributionPoint, PointName, issuing_point
from pki.errors import NotDecodable
from pki.limits import Limits
from pki.sandbox.child import HEADER, OUT_OF_MEMORY, bound, load_everything


def encode_question(
    *,
    candidate: bytes,
    issuers: Sequence[bytes],
    held: Sequence[bytes],
    moment: datetime,
    points: Sequence[PointName],
    limits: Limits,
    parent: int,
) -> bytes:
    """The request as this module reads it."""
    header = json.dumps(
        {
            "limits": dataclasses.asdict(limits),
            "parent": parent,
            "moment": moment.isoformat(),
            "points": [[name.kind, name.text, name.key] for name in points],
            "sizes": [len(candidate), [len(one) for one in issuers], [len(one) for one in held]],
        }
    ).encode()
    return b"".join((HEADER.pack(len(header)), header, candidate, *issuers, *held))


def answer_question(header: dict[str, Any], data: bytes) -> bytes:
    """The answer as `pki.sandbox.crls` reads it."""
    limits = Limits(**header["limits"])
    size, issuer_sizes, held_sizes = header["sizes"]
    candidate, *others = _divided(data, [size, *issuer_sizes, *held_sizes])
    issuers, held = others[: len(issuer_sizes)], others[len(issuer_sizes) :]
    beside = _in_place_of(candidate, held, limits)
    names = tuple(PointName(kind=kind, text=text, key=key) for kind, text, key in header["points"])
    judged = accept_crl(
        candidate,
        issuers=issuers,
        moment=datetime.fromisoformat(header["moment"]),
        current=held[beside.current] if beside.current is not None else None,
        base=held[beside.base] if beside.base is not None else None,
        expected=ExpectedScope(points=_expected(names)),
        limits=limits,
    )
    return json.dumps(
        {
            "refusals": [[refusal.why, dict(refusal.data)] for refusal in judged.refusals],
            "state": judged.state,
            "signer": judged.signer,
            "unchanged": judged.unchanged,
            "superseded": list(beside.superseded) if judged.accepted else [],
        }
    ).encode()


def _divided(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    parts = []
    at = 0
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    return parts


def _expected(names: tuple[PointName, ...]) -> tuple[DistributionPoint, ...]:
    if not names:
        return ()
    point = DistributionPoint(
        names=names, urls=(), reasons=ALL_REASONS, crl_issuers=(), delta=False
    )
    return (point,)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Places:
    """Places of the CRL in use, of the complete one that a delta needs, and of what would go."""

    current: int | None = None
    base: int | None = None
    superseded: tuple[int, ...] = ()


def _in_place_of(candidate: bytes, held: Sequence[bytes], limits: Limits) -> _Places:
    """What of `held` has the candidate's issuer, key and scope (RFC 5280, 5.2.3 and 5.2.5)."""
    try:
        facts = parse_crl(candidate, limits=limits)
        wanted = scope_key(issuing_point(candidate))
    except NotDecodable:
        return _Places()  # The acceptance says so.
    same: list[tuple[int, CrlFacts]] = []
    for place, data in enumerate(held):
        try:
            other = parse_crl(data, limits=limits)
            scope = scope_key(issuing_point(data))
        except NotDecodable:
            continue  # Somebody put it there before it was judged; it stays beside.
        issued_by = (other.issuer_sha256, other.aki)
        if issued_by == (facts.issuer_sha256, facts.aki) and scope == wanted:
            same.append((place, other))
    same.sort(key=lambda one: (one[1].this_update, _number(one[1])))
    kind = [place for place, other in same if bool(other.base_number) == bool(facts.base_number)]
    complete = [place for place, other in same if not other.base_number]
    gone = [place for place in kind if held[place] != candidate]
    if not facts.base_number:
        # A complete list holds what deltas up to its own number brought (RFC 5280, 5.2.4).
        gone += [
            place for place, other in same if other.base_number and _number(other) <= _number(facts)
        ]
    return _Places(
        current=kind[-1] if kind else None,
        base=complete[-1] if complete else None,
        superseded=tuple(gone),
    )


def _number(facts: CrlFacts) -> int:
    return int(facts.number) if facts.number.isdecimal() else -1


def main() -> None:
    """Read the request from standard input, answer on standard output."""
    source = sys.stdin.buffer
    # Nothing can be opened once it is bounded, and this module is loaded on first use.
    load_everything()
    importlib.import_module("cryptography.hazmat.backends.openssl.backend")
    header = json.loads(source.read(*HEADER.unpack(source.read(HEADER.size))))
    bound(
        memory=header["limits"]["sandbox_memory_bytes"],
        cpu_seconds=header["limits"]["sandbox_cpu_seconds"],
        parent=header["parent"],
    )
    warnings.simplefilter("ignore")
    try:
        answer = answer_question(header, source.read())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
