"""What a service presents beside what it should: differences as findings.

Plain values on both sides, so that a stored look can be compared again when the description has
changed. Words are found at the edge (`endpoints.probe_texts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pki.findings import Finding, Severity
from pki.probe.values import ClientAsked

_INFO, _WARNING, _ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR

CODES: dict[str, Severity] = {
    "probe.nothing_described": _INFO,
    "probe.leaf_other": _ERROR,
    "probe.chain_missing": _ERROR,
    "probe.chain_superfluous": _WARNING,
    "probe.chain_root": _INFO,
    "probe.chain_order": _WARNING,
    "probe.chain_twice": _WARNING,
    "probe.certificate_unreadable": _WARNING,
    "probe.client_not_asked": _ERROR,
    "probe.client_not_required": _WARNING,
    "probe.client_required": _ERROR,
    "probe.client_asked": _WARNING,
    "probe.authority_not_named": _WARNING,
    "probe.authority_unknown": _INFO,
    "probe.version_old": _WARNING,
    "probe.cipher_weak": _WARNING,
    "probe.auth_ssl": _INFO,
    "probe.host_key_other": _ERROR,
    "probe.host_key_missing": _WARNING,
    "probe.host_key_unknown": _WARNING,
    "probe.host_key_unseen": _INFO,
    "probe.host_key_weak": _WARNING,
}
# What is odd in itself, whatever the description says.
NOT_DIFFERENT = frozenset(
    (
        "probe.nothing_described",
        "probe.chain_root",
        "probe.certificate_unreadable",
        "probe.authority_unknown",
        "probe.version_old",
        "probe.cipher_weak",
        "probe.auth_ssl",
        "probe.host_key_unseen",
        "probe.host_key_weak",
    )
)
_OLD_VERSIONS = frozenset(("SSLv3", "TLSv1", "TLSv1.1"))
_WEAK_CIPHERS = ("RC4", "DES", "NULL", "EXP", "IDEA", "SEED", "MD5")
_MOST_NAMED = 5
_SMALLEST_RSA = 2048


@dataclass(frozen=True, kw_only=True, slots=True)
class OneCertificate:
    """A certificate of a chain: its SHA-256 in hex, what people call it, whether it is self-signed.

    `readable` is False for something sent in the place of a certificate that is none.
    """

    sha256: str
    name: str
    self_signed: bool = False
    readable: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class OneName:
    """A name of an authority: its text, and the SHA-256 of its canonical encoding."""

    text: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OneHostKey:
    """A host key: its SSH type, the SHA-256 of its SubjectPublicKeyInfo, and its size in bits."""

    algorithm: str
    spki_sha256: str
    size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TlsExpected:
    """What a TLS service should present: its chain (empty: not described), whom it asks.

    `client` is None where nothing was said. `authorities` are the anchors by which it accepts
    clients.
    """

    chain: tuple[OneCertificate, ...] = ()
    client: ClientAsked | None = None
    authorities: tuple[OneName, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TlsPresented:
    """What a TLS service presented, read."""

    chain: tuple[OneCertificate, ...]
    client: ClientAsked
    authorities: tuple[OneName, ...] = ()
    version: str = ""
    cipher: str = ""
    auth: str = ""


def compare_tls(expected: TlsExpected, presented: TlsPresented) -> tuple[Finding, ...]:
    """What differs, what presses most first; then what is odd in itself."""
    return (
        *_chain(expected.chain, presented.chain),
        *_client(expected.client, presented.client),
        *_authorities(expected.authorities, presented.authorities),
        *_channel(presented),
    )


def compare_ssh(
    expected: Sequence[OneHostKey],
    presented: Sequence[OneHostKey],
    unseen: Sequence[tuple[str, str]] = (),
) -> tuple[Finding, ...]:
    """What differs between the host keys that are described and those that were seen.

    A key of a type that was offered and not seen (`unseen`, with reasons) is not missed.
    """
    return tuple(_host_keys(expected, presented, unseen))


def is_different(findings: Sequence[Finding]) -> bool:
    """Whether something other than described is presented."""
    return any(one.code not in NOT_DIFFERENT for one in findings)


def _found(code: str, **data: str | int) -> Finding:
    return Finding(code=code, severity=CODES[code], data=tuple(sorted(data.items())))


def _chain(
    expected: Sequence[OneCertificate], presented: Sequence[OneCertificate]
) -> Iterator[Finding]:
    for place, one in enumerate(presented):
        if not one.readable:
            yield _found("probe.certificate_unreadable", depth=place)
    if not expected:
        yield _found("probe.nothing_described")
        return
    if presented[0].sha256 != expected[0].sha256:
        # What stands behind another certificate is another chain, and rightly so.
        yield _found(
            "probe.leaf_other",
            seen=presented[0].name,
            seen_sha256=presented[0].sha256,
            wanted=expected[0].name,
            wanted_sha256=expected[0].sha256,
        )
        return
    sent = [one.sha256 for one in presented]
    wanted = [one.sha256 for one in expected]
    for one in expected:
        if one.sha256 not in sent:
            yield _found("probe.chain_missing", name=one.name, sha256=one.sha256)
    for one in dict.fromkeys(presented):
        if one.sha256 not in wanted:
            code = "probe.chain_root" if one.self_signed else "probe.chain_superfluous"
            yield _found(code, name=one.name, sha256=one.sha256)
        if sent.count(one.sha256) > 1:
            yield _found("probe.chain_twice", name=one.name, sha256=one.sha256)
    common = [one for one in dict.fromkeys(sent) if one in wanted]
    if common != [one for one in wanted if one in common]:
        yield _found("probe.chain_order")


def _client(wanted: ClientAsked | None, seen: ClientAsked) -> Iterator[Finding]:
    if wanted is None:
        return
    if seen is ClientAsked.NO:
        if wanted is not ClientAsked.NO:
            yield _found("probe.client_not_asked")
    elif wanted is ClientAsked.NO:
        required = seen is ClientAsked.REQUIRED
        yield _found("probe.client_required" if required else "probe.client_asked")
    elif wanted is ClientAsked.OPTIONAL and seen is ClientAsked.REQUIRED:
        yield _found("probe.client_required")
    elif wanted is ClientAsked.REQUIRED and seen is ClientAsked.OPTIONAL:
        yield _found("probe.client_not_required")


def _authorities(wanted: Sequence[OneName], seen: Sequence[OneName]) -> Iterator[Finding]:
    """A server that names nobody leaves the choice to its clients (RFC 8446, 4.2.4)."""
    if not wanted or not seen:
        return
    named = {one.sha256 for one in seen}
    known = {one.sha256 for one in wanted}
    unnamed = [one.text for one in wanted if one.sha256 not in named]
    unknown = [one.text for one in seen if one.sha256 not in known]
    for name in unnamed[:_MOST_NAMED]:
        yield _found("probe.authority_not_named", name=name)
    for name in unknown[:_MOST_NAMED]:
        yield _found("probe.authority_unknown", name=name)


def _channel(presented: TlsPresented) -> Iterator[Finding]:
    if presented.version in _OLD_VERSIONS:
        yield _found("probe.version_old", version=presented.version)
    if any(word in presented.cipher for word in _WEAK_CIPHERS):
        yield _found("probe.cipher_weak", cipher=presented.cipher)
    if presented.auth == "AUTH SSL":
        yield _found("probe.auth_ssl")


def _host_keys(
    expected: Sequence[OneHostKey],
    presented: Sequence[OneHostKey],
    unseen: Sequence[tuple[str, str]],
) -> Iterator[Finding]:
    if not expected:
        yield _found("probe.nothing_described")
    wanted = {one.spki_sha256 for one in expected}
    seen = {one.spki_sha256 for one in presented}
    not_had = {name for name, _ in unseen}
    strange = [one for one in presented if one.spki_sha256 not in wanted] if expected else []
    changed = set()
    for one in expected:
        if one.spki_sha256 in seen or one.algorithm in not_had:
            continue
        others = [other for other in strange if other.algorithm == one.algorithm]
        if others:
            changed.add(one.algorithm)
            yield _found("probe.host_key_other", algorithm=one.algorithm)
        else:
            yield _found("probe.host_key_missing", algorithm=one.algorithm)
    for one in strange:
        if one.algorithm not in changed:
            yield _found("probe.host_key_unknown", algorithm=one.algorithm)
    for name, why in unseen:
        yield _found("probe.host_key_unseen", algorithm=name, why=why)
    for one in presented:
        small = one.algorithm == "ssh-rsa" and 0 < one.size < _SMALLEST_RSA
        if small or one.algorithm == "ssh-dss":
            yield _found("probe.host_key_weak", algorithm=one.algorithm, size=one.size)
