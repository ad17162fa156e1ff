from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from pki.findings import Finding
from pki.keys import public_key_facts
from pki.ssh_wire import blob_from_spki


def public_facts(spki: bytes, *, findings: Sequence[Finding] | None = None) -> dict[str, Any]:
    """The columns of a key row that follow from its DER SubjectPublicKeyInfo.

    `findings` are those of the file it came from; without them, those of the public key.
    """
    facts = public_key_facts(spki)
    told = facts.findings if findings is None else findings
    return {
        "algorithm": facts.algorithm,
        "size": facts.size,
        "spki": spki,
        **_digests("spki", spki),
        **_digests("ssh", blob_from_spki(spki)),
        "findings": [found.to_json() for found in told],
    }


def _digests(what: str, data: bytes | None) -> dict[str, str]:
    if data is None:
        return {f"{what}_{name}": "" for name in ("sha256", "sha1", "md5")}
    return {
        f"{what}_sha256": hashlib.sha256(data).hexdigest(),
        f"{what}_sha1": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        f"{what}_md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
    }
