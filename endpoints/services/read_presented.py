from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from certificates.finding_texts import finding_text
from pki.certificate import CertificateFacts
from pki.errors import PkiError
from pki.formats.write import write_pem
from pki.key_faces import openssh_line
from pki.keys import public_key_facts
from pki.limits import DEFAULT
from pki.probe.values import HostKeySeen, Seen, SshSeen, TlsSeen
from pki.sandbox.blocks import stream_blocks
from pki.sandbox.sent_names import read_sent_names
from pki.ssh_wire import spki_from_blob


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What was seen as plain facts, and as text that can be imported."""

    facts: dict[str, Any]
    text: str


def read_presented(seen: Seen) -> Read:
    """Read what a service presented where a parser may die. Raises `SandboxKilled`."""
    if seen.tls is not None:
        return Read(facts={"tls": _tls(seen.tls)}, text=write_pem(seen.tls.certificates).decode())
    assert seen.ssh is not None  # noqa: S101 - one of the two is set
    keys = [found for found in (_host_key(key) for key in seen.ssh.keys) if found]
    return Read(facts={"ssh": _ssh(seen.ssh, keys)}, text="".join(f"{k['line']}\n" for k in keys))


def _tls(seen: TlsSeen) -> dict[str, Any]:
    blocks = [
        block
        for batch in stream_blocks(write_pem(seen.certificates), limits=DEFAULT)
        for block in batch
    ]
    read = {block.certificate.sha256: block.certificate for block in blocks if block.certificate}
    reasons = [finding_text(block.rejected) for block in blocks if block.rejected]
    names = read_sent_names(seen.ca_names)
    return {
        "version": seen.version,
        "cipher": seen.cipher,
        "client": seen.client.value,
        "alert": seen.alert,
        "auth": seen.auth,
        "ca_names": [{"text": name.text, "sha256": name.sha256} for name in names],
        "certificates": [_certificate(der, read, reasons) for der in seen.certificates],
    }


def _certificate(
    der: bytes, read: dict[str, CertificateFacts], reasons: Sequence[str]
) -> dict[str, Any]:
    sha256 = hashlib.sha256(der).hexdigest()
    facts = read.get(sha256)
    if facts is None:
        why = reasons[0] if reasons else "It cannot be read."
        return {"sha256": sha256, "name": "", "self_issued": False, "rejected": why}
    return {
        "sha256": sha256,
        "name": facts.cn or facts.subject,
        "subject": facts.subject,
        "issuer": facts.issuer,
        "serial": facts.serial,
        "not_before": facts.not_before.isoformat(),
        "not_after": facts.not_after.isoformat(),
        "self_issued": facts.self_issued,
        "key": _kind(facts.key_algorithm, facts.key_size),
    }


def _ssh(seen: SshSeen, keys: Sequence[dict[str, Any]]) -> dict[str, Any]:
    read = {key["algorithm"] for key in keys}
    unread = [[key.algorithm, "damaged"] for key in seen.keys if key.algorithm not in read]
    return {
        "ident": seen.ident,
        "offered": list(seen.offered),
        "keys": list(keys),
        "unseen": [*(list(pair) for pair in seen.unseen), *unread],
    }


def _host_key(key: HostKeySeen) -> dict[str, Any] | None:
    """The facts of a key with which the server has signed an exchange; None for one of no use here."""
    try:
        spki = spki_from_blob(key.blob)
        line = openssh_line(spki)
    except PkiError:
        return None
    facts = public_key_facts(spki)
    return {
        "algorithm": line.split(" ", 1)[0],
        "kind": _kind(facts.algorithm, facts.size),
        "size": facts.size,
        "spki_sha256": hashlib.sha256(spki).hexdigest(),
        "ssh_sha256": hashlib.sha256(key.blob).hexdigest(),
        "line": line,
    }


def _kind(algorithm: str, size: int) -> str:
    return f"{algorithm} {size}" if algorithm in ("RSA", "DSA") else algorithm
