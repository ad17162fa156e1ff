"""Keys and what people decided about certificates: NIST SP 800-57, and the life of a certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pki.endpoints.codes import judged_finding
from pki.endpoints.facts import Presented, SshKey
from pki.endpoints.judgement import JudgedFinding

_SSH_STATES: Final = {
    "compromised": "ssh_key.compromised",
    "destroyed": "ssh_key.destroyed",
    "suspended": "ssh_key.inactive",
    "deactivated": "ssh_key.inactive",
}
_WEAK: Final = frozenset({"key.rsa_small", "key.weak_exponent", "key.curve_small", "key.malformed"})


def look_at_certificate(presented: Presented, *, is_ours: bool) -> Iterator[JudgedFinding]:
    """Whether a certificate that is presented should be: its life, and the state of its key.

    That the console does not hold the private key is worth saying where the key is `is_ours`; those
    of a partner are not to be held here.
    """
    about: dict[str, str | int] = {"certificate": presented.sha256}
    if presented.lifecycle == "replaced":
        yield judged_finding("certificate.replaced", about, successor=presented.successor)
    elif presented.lifecycle == "retired":
        yield judged_finding("certificate.retired", about)
    if not presented.key_state:
        if is_ours:
            yield judged_finding("key.not_held", about)
    elif presented.key_state != "active":
        yield judged_finding(f"key.{presented.key_state}", about)


def look_at_ssh_keys(keys: Iterable[SshKey]) -> Iterator[JudgedFinding]:
    """What is wrong with SSH keys; OpenSSH has refused DSA by default since 7.0."""
    for key in keys:
        about: dict[str, str | int] = {"key": key.spki_sha256}
        if key.state in _SSH_STATES:
            yield judged_finding(_SSH_STATES[key.state], about, state=key.state)
        if "key.dsa" in key.findings or key.algorithm.upper().startswith("DSA"):
            yield judged_finding("ssh_key.dsa", about)
        elif _WEAK.intersection(key.findings):
            kind = f"{key.algorithm} {key.size}" if key.size else key.algorithm
            yield judged_finding("ssh_key.weak", about, kind=kind)
