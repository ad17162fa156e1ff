"""Public keys alone, in every usual form: a partner sends one of them, rarely the one asked for.

SubjectPublicKeyInfo and PKCS#1 (PEM, DER), the line of a `.pub` file, RFC 4716 (ssh.com, PuTTY),
`authorized_keys` with its options, `known_hosts` with its patterns.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from pki import der, keys, names, ssh_wire
from pki.der import DerError
from pki.errors import LimitExceeded
from pki.findings import Finding
from pki.formats import pem
from pki.formats.detect import Shape, as_text, is_der, shape_of
from pki.formats.key_file import KeyFileContents, PublicKeyFound
from pki.formats.putty import MARK as PUTTY
from pki.formats.work_factors import check_rsa_bits
from pki.key_findings import key_finding
from pki.keys import public_key_facts
from pki.limits import DEFAULT, Limits
from pki.ssh_wire import SshDamaged, SshUnsupported

SSH2_BEGIN = b"---- BEGIN SSH2 "
_SSH2 = re.compile(
    rb"^---- BEGIN SSH2 PUBLIC KEY ----[ \t]*\n(?P<body>.*?)^---- END SSH2 PUBLIC KEY ----",
    re.MULTILINE | re.DOTALL,
)
_LONGEST_LINE = 64 * 1024
_KEY_TYPE = re.compile(r"(?:ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]+\Z")
# sshd(8), AUTHORIZED_KEYS FILE FORMAT; anything else before a key is a host pattern.
_OPTIONS = frozenset(
    [
        "agent-forwarding",
        "cert-authority",
        "command",
        "environment",
        "expiry-time",
        "from",
        "no-agent-forwarding",
        "no-port-forwarding",
        "no-pty",
        "no-user-rc",
        "no-x11-forwarding",
        "permitlisten",
        "permitopen",
        "port-forwarding",
        "principals",
        "pty",
        "no-touch-required",
        "verify-required",
        "restrict",
        "tunnel",
        "user-rc",
        "x11-forwarding",
    ]
)
_CERTIFICATE_LABELS = frozenset(("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"))


def read_public_keys(data: bytes, *, limits: Limits = DEFAULT) -> KeyFileContents:
    """The public keys of a file. A private key is not opened: `keyfile.private_where_public`.

    Raises `LimitExceeded` (`input_bytes`, `blocks`, `rsa_bits`). Everything else is a finding.
    """
    if len(data) > limits.input_bytes:
        raise LimitExceeded(limit="input_bytes", value=len(data), maximum=limits.input_bytes)
    public: list[PublicKeyFound] = []
    certificates: list[bytes] = []
    findings: list[Finding] = []
    if is_binary(data):
        _binary(data, public, certificates, findings)
    else:
        _text(as_text(data), public, certificates, findings, limits)
    for found in public:
        if found.facts.algorithm.startswith("RSA"):
            check_rsa_bits(found.facts.size, limits)
    if not public and not any(found.code.startswith("keyfile.") for found in findings):
        code = "keyfile.certificate_only" if certificates else "keyfile.nothing_found"
        findings.append(key_finding(code))
    return KeyFileContents(
        public_keys=tuple(public), certificates=tuple(certificates), findings=tuple(findings)
    )


def is_binary(data: bytes) -> bool:
    """Whether a key file is DER: an Ed25519 key is so short that its first octets read as text."""
    if is_der(data):
        return True
    whole = len(data) > 2 and data[0] == der.SEQUENCE and len(data) == 2 + data[1]
    return whole and shape_of(data) is not Shape.UNKNOWN


def _binary(
    data: bytes, public: list[PublicKeyFound], certificates: list[bytes], findings: list[Finding]
) -> None:
    shape = shape_of(data)
    if shape is Shape.PUBLIC_KEY:
        _add_der(data, 0, public, findings)
    elif shape in (Shape.PRIVATE_KEY, Shape.PKCS12):
        findings.append(key_finding("keyfile.private_where_public"))
    elif shape is Shape.CERTIFICATE:
        certificates.append(data)


def _text(
    text: bytes,
    public: list[PublicKeyFound],
    certificates: list[bytes],
    findings: list[Finding],
    limits: Limits,
) -> None:
    if text.lstrip().startswith(PUTTY):
        findings.append(key_finding("keyfile.private_where_public"))
        return
    bare = pem.decode_bare(text)
    if bare:
        _binary(bare, public, certificates, findings)
        return
    for number, span in enumerate(pem.spans(text), 1):
        if number > limits.blocks:
            raise LimitExceeded(limit="blocks", value=number, maximum=limits.blocks)
        if span.label.endswith("PRIVATE KEY"):
            findings.append(key_finding("keyfile.private_where_public", place=_line(span.line)))
        elif span.label in _CERTIFICATE_LABELS or span.label.endswith("PUBLIC KEY"):
            _add_span(span, public, certificates, findings)
    for block in _SSH2.finditer(text):
        _add_rfc4716(block["body"], _line_of(text, block.start()), public, findings)
    if pem.BEGIN not in text and SSH2_BEGIN not in text:
        public_lines(text, public, findings, limits)


def _add_span(
    span: pem.Span,
    public: list[PublicKeyFound],
    certificates: list[bytes],
    findings: list[Finding],
) -> None:
    try:
        decoded = pem.decode(span.body)
    except pem.BadBase64:
        decoded = b""
    if not decoded:
        findings.append(damaged("base64", span.line))
    elif span.label in _CERTIFICATE_LABELS:
        certificates.append(first_element(decoded))
    else:
        _add_der(decoded, span.line, public, findings)


def first_element(data: bytes) -> bytes:
    """The first DER element: what follows it in a TRUSTED CERTIFICATE is OpenSSL's own."""
    try:
        return data[: der.read(data, 0, len(data))[2]]
    except DerError:
        return data


def _add_der(data: bytes, line: int, public: list[PublicKeyFound], findings: list[Finding]) -> None:
    found = public_from_der(data, line)
    if isinstance(found, PublicKeyFound):
        public.append(found)
    else:
        findings.append(found)


def public_from_der(data: bytes, line: int = 0) -> PublicKeyFound | Finding:
    """The key of a SubjectPublicKeyInfo or PKCS#1 RSAPublicKey, or what is wrong with it."""
    container = "spki"
    try:
        tag = der.read(data, *der.whole(data, der.SEQUENCE))[0]
        if tag == der.INTEGER:
            container = "pkcs1"
            data = _spki_of_pkcs1(data)
    except DerError as error:
        return damaged(str(error), line)
    facts = public_key_facts(data)
    if any(found.code == "key.malformed" for found in facts.findings):
        return damaged("public key", line)
    if facts.algorithm.startswith("RSA"):
        # Larger ones are refused by size; nothing is computed with them before that.
        check_rsa_bits(facts.size)
    return _accepted(data, facts, container, line)


def _accepted(
    spki: bytes, facts: keys.KeyFacts, container: str, line: int
) -> PublicKeyFound | Finding:
    """Only what `cryptography` can use is kept: a point off its curve is refused here."""
    if any(found.code == "key.unsupported" for found in facts.findings):
        return unsupported(facts.algorithm, line)
    try:
        key = load_der_public_key(spki)
    except ValueError:
        return damaged("public key", line)
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKeyFound(spki=encoded, facts=facts, container=container, line=line)


def _spki_of_pkcs1(data: bytes) -> bytes:
    algorithm = der.encode(der.OID, der.encode_object_identifier(keys.RSA)) + b"\x05\x00"
    return der.encode(
        der.SEQUENCE,
        der.encode(der.SEQUENCE, algorithm) + der.encode(der.BIT_STRING, b"\x00" + data),
    )


def _add_rfc4716(
    body: bytes, line: int, public: list[PublicKeyFound], findings: list[Finding]
) -> None:
    """Headers with continued lines, then base64 (RFC 4716, section 3)."""
    lines = iter(body.split(b"\n"))
    comment = b""
    encoded: list[bytes] = []
    for text in lines:
        name, colon, value = text.partition(b":")
        if not colon:
            encoded.append(text)
            continue
        while value.endswith(b"\\"):
            value = value[:-1] + next(lines, b"")
        if name.strip().lower() == b"comment":
            comment = value.strip().removeprefix(b'"').removesuffix(b'"')
    found = from_blob(b"".join(encoded), line, "rfc4716", comment.decode("utf-8", "replace"))
    if isinstance(found, PublicKeyFound):
        public.append(found)
    else:
        findings.append(found)


def from_blob(
    encoded: bytes, line: int, container: str, comment: str = "", prefix: str = ""
) -> PublicKeyFound | Finding:
    """The key of a base64 SSH blob, or what is wrong with it."""
    try:
        spki = ssh_wire.spki_from_blob(binascii.a2b_base64(encoded.strip(), strict_mode=True))
    except (binascii.Error, SshDamaged):
        return damaged("SSH key", line)
    except SshUnsupported as error:
        return unsupported(str(error.data["algorithm"]), line)
    return PublicKeyFound(
        spki=spki,
        facts=public_key_facts(spki),
        container=container,
        comment=names.visible(comment)[:256],
        prefix=names.visible(prefix)[:2048],
        line=line,
    )


def public_lines(
    text: bytes, public: list[PublicKeyFound], findings: list[Finding], limits: Limits
) -> None:
    """Lines of `.pub`, `authorized_keys` and `known_hosts`; other lines are passed over."""
    count = 0
    for number, raw in enumerate(text.split(b"\n"), 1):
        if not raw.strip() or raw.lstrip().startswith(b"#") or len(raw) > _LONGEST_LINE:
            continue
        words = list(_words(raw.decode("utf-8", "replace")))
        at = next((at for at, word in enumerate(words[:4]) if _KEY_TYPE.match(word)), None)
        if at is None or at + 1 >= len(words):
            continue
        count += 1
        if count > limits.blocks:
            raise LimitExceeded(limit="blocks", value=count, maximum=limits.blocks)
        prefix = " ".join(words[:at])
        found = from_blob(
            words[at + 1].encode("utf-8", "replace"),
            number,
            _container(words[:at]),
            comment=" ".join(words[at + 2 :]),
            prefix=prefix,
        )
        if isinstance(found, PublicKeyFound):
            public.append(found)
            findings.extend(_about_prefix(prefix, number))
        else:
            findings.append(found)


def _container(before: list[str]) -> str:
    if not before:
        return "openssh"
    option = re.split(r"[=,]", before[-1], maxsplit=1)[0].lower()
    return "authorized_keys" if option in _OPTIONS else "known_hosts"


def _about_prefix(prefix: str, line: int) -> Iterator[Finding]:
    if prefix.startswith("@revoked"):
        yield key_finding("keyfile.revoked_line", place=_line(line))
    if "|1|" in prefix:
        yield key_finding("keyfile.hashed_hosts", place=_line(line))


def _words(line: str) -> Iterator[str]:
    """Words of a line; spaces in double quotes do not divide, as sshd reads its options."""
    word: list[str] = []
    quoted = escaped = False
    for char in line.strip():
        if char in " \t" and not quoted:
            if word:
                yield "".join(word)
            word = []
            continue
        if char == '"' and not escaped:
            quoted = not quoted
        escaped = char == "\\" and not escaped
        word.append(char)
    if word:
        yield "".join(word)


def damaged(why: str, line: int) -> Finding:
    """The finding for something that should be a key and cannot be read as one."""
    return key_finding("keyfile.damaged", place=_line(line), why=why)


def unsupported(algorithm: str, line: int) -> Finding:
    """The finding for a key of a kind that the console does not use."""
    return key_finding("keyfile.unsupported_algorithm", place=_line(line), algorithm=algorithm)


def _line(number: int) -> str:
    return f"line {number}" if number else ""


def _line_of(text: bytes, at: int) -> int:
    return text.count(b"\n", 0, at) + 1
