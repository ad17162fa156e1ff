"""The certificates that a server sends, as a list: its order, and what does not belong there.

RFC 8446, section 4.4.2: the sender's certificate comes first, each following one should certify the
one before it, and the trust anchor may be left out. TLS 1.2 (RFC 5246, section 7.4.2) demands the
order; OpenSSL does not, others do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pki.endpoints.codes import judged_finding
from pki.endpoints.judgement import JudgedFinding
from pki.errors import NotDecodable
from pki.verify.openssl import Certificate


@dataclass(frozen=True, slots=True)
class _Link:
    position: int
    sha256: str
    certificate: Certificate

    def issued(self, other: _Link) -> bool:
        return self.certificate.may_issue(other.certificate) and self.certificate.signed(
            other.certificate
        )


def look_at_chain(chain: Sequence[bytes]) -> list[JudgedFinding]:
    """What is odd about a chain as it is sent, the sender's own certificate first."""
    findings: list[JudgedFinding] = []
    links = list(_links(chain, findings))
    if not links or links[0].position != 0:
        return findings
    leaf, *others = links
    below = [link for link in others if leaf.issued(link) and not link.issued(link)]
    if below:
        return [
            *findings,
            judged_finding("chain.leaf_not_first", place="chain", certificate=below[0].sha256),
        ]
    path = _path(leaf, others)
    findings.extend(_strays(path, others))
    positions = [link.position for link in path]
    if positions != sorted(positions):
        findings.append(judged_finding("chain.out_of_order", place="chain"))
    if len(path) > 1 and path[-1].issued(path[-1]):
        findings.append(
            judged_finding("chain.root_sent", place="chain", certificate=path[-1].sha256)
        )
    return findings


def _links(chain: Sequence[bytes], findings: list[JudgedFinding]) -> Iterator[_Link]:
    """What can be read, each certificate once; the rest are findings."""
    seen: set[bytes] = set()
    for position, data in enumerate(chain):
        sha256 = hashlib.sha256(data).hexdigest()
        if data in seen:
            findings.append(judged_finding("chain.duplicate", place="chain", certificate=sha256))
            continue
        seen.add(data)
        try:
            yield _Link(position, sha256, Certificate(data))
        except NotDecodable:
            findings.append(judged_finding("chain.unreadable", place="chain", certificate=sha256))


def _path(leaf: _Link, others: Sequence[_Link]) -> list[_Link]:
    """The leaf and its issuers among what is sent, in the order in which they certify."""
    path = [leaf]
    while True:
        last = path[-1]
        issuers = [link for link in others if link not in path and link.issued(last)]
        if not issuers:
            return path
        # The one right behind where there is one, as whoever wrote the chain meant it.
        following = [link for link in issuers if link.position > last.position]
        path.append((following or issuers)[0])


def _strays(path: Sequence[_Link], others: Sequence[_Link]) -> Iterator[JudgedFinding]:
    """What is sent and certifies nothing of the path.

    Another certificate of an issuer on it does: a cross-certificate is sent for older clients.
    """
    for link in others:
        if link not in path and not any(link.issued(member) for member in path):
            yield judged_finding("chain.unrelated", place="chain", certificate=link.sha256)
