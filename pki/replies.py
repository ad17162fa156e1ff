"""What a CA sent back, held against what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from pki.certificate import CertificateFacts
from pki.csr.read import RequestFacts, subject_fields
from pki.csr.spec import SUBJECT_ATTRIBUTES, Subject
from pki.extensions.general_names import AltName
from pki.findings import Finding
from pki.key_findings import key_finding
from pki.names import issuer_and_subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One line of the side-by-side list. `field` is `subject.CN`, `alt_names`, `key_usage`,
    `extended_key_usage` or `ca`; `asked` and `got` are what each side says, one value a row.
    """

    field: str
    asked: tuple[str, ...]
    got: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the CA did something else than was asked. The order of values does not matter."""
        return sorted(self.asked) != sorted(self.got)

    @property
    def added(self) -> tuple[str, ...]:
        """What was not asked for."""
        return tuple(value for value in self.got if value not in self.asked)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was asked for and is not there."""
        return tuple(value for value in self.asked if value not in self.got)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyMatch:
    """A reply against its request.

    `certificate` is the one for the request's key, None when there is none; `chain` is it and its
    issuers as far as the reply holds them, leaf first; `others` are what is neither.
    `other_keys` are the SPKI SHA-256 of the end-entity certificates for other keys: by them the
    request is found that the reply belongs to.
    """

    certificate: CertificateFacts | None
    chain: tuple[CertificateFacts, ...]
    others: tuple[CertificateFacts, ...]
    comparisons: tuple[Comparison, ...]
    other_keys: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def changes(self) -> tuple[Comparison, ...]:
        """The lines in which the CA changed something."""
        return tuple(line for line in self.comparisons if line.changed)


def match_reply(reply: Sequence[CertificateFacts], request: RequestFacts) -> ReplyMatch:
    """Find the certificate for the request's key among those of the reply, and compare.

    Of several for the same key the newest counts.
    """
    candidates = [found for found in reply if found.spki_sha256 == request.spki_sha256]
    candidates.sort(key=lambda found: (not found.is_ca, found.not_before), reverse=True)
    if not candidates:
        return _unmatched(reply)
    leaf = candidates[0]
    findings: list[Finding] = []
    if len(candidates) > 1:
        findings.append(key_finding("reply.several", count=len(candidates)))
    chain = _chain(leaf, reply)
    if not chain[-1].self_issued:
        findings.append(key_finding("reply.chain_incomplete", issuer=chain[-1].issuer))
    in_chain = {found.sha256 for found in chain}
    return ReplyMatch(
        certificate=leaf,
        chain=chain,
        others=tuple(found for found in reply if found.sha256 not in in_chain),
        comparisons=tuple(_compared(leaf, request)),
        other_keys=(),
        findings=tuple(findings),
    )


def _unmatched(reply: Sequence[CertificateFacts]) -> ReplyMatch:
    keys = tuple(dict.fromkeys(found.spki_sha256 for found in reply if not found.is_ca))
    code = "reply.other_key" if keys else "reply.no_certificate"
    return ReplyMatch(
        certificate=None,
        chain=(),
        others=tuple(reply),
        comparisons=(),
        other_keys=keys,
        findings=(key_finding(code),),
    )


def _chain(
    leaf: CertificateFacts, reply: Sequence[CertificateFacts]
) -> tuple[CertificateFacts, ...]:
    """The leaf and its issuers by name and key identifier; whether they signed, validation says."""
    chain = [leaf]
    seen = {leaf.sha256}
    while not chain[-1].self_issued:
        issuer = next(
            (found for found in reply if found.sha256 not in seen and _issued(found, chain[-1])),
            None,
        )
        if issuer is None:
            break
        chain.append(issuer)
        seen.add(issuer.sha256)
    return tuple(chain)


def _issued(issuer: CertificateFacts, subject: CertificateFacts) -> bool:
    if issuer.subject_sha256 != subject.issuer_sha256 or not issuer.is_ca:
        return False
    return not (issuer.ski and subject.aki) or issuer.ski == subject.aki


def _compared(leaf: CertificateFacts, request: RequestFacts) -> list[Comparison]:
    got = subject_fields(issuer_and_subject(leaf.der)[1])
    lines = [
        Comparison(
            field=f"subject.{SUBJECT_ATTRIBUTES[item.name][1]}",
            asked=_present(getattr(request.subject_fields, item.name)),
            got=_present(getattr(got, item.name)),
        )
        for item in fields(Subject)
    ]
    lines += [
        Comparison(field="alt_names", asked=_names(request.alt_names), got=_names(leaf.alt_names)),
        Comparison(field="key_usage", asked=request.key_usage, got=leaf.key_usage),
        Comparison(
            field="extended_key_usage",
            asked=request.extended_key_usage,
            got=leaf.extended_key_usage,
        ),
        Comparison(field="ca", asked=_present_flag(request.asks_ca), got=_present_flag(leaf.is_ca)),
    ]
    return [line for line in lines if line.asked or line.got]


def _present(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _present_flag(flag: bool) -> tuple[str, ...]:
    return ("CA:TRUE",) if flag else ()


def _names(entries: tuple[AltName, ...]) -> tuple[str, ...]:
    return tuple(f"{entry.kind}:{entry.value}" for entry in entries)
