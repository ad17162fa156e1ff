"""The same request for people who must make the key elsewhere: an openssl.cnf and one command.

What is written is the content that `build_request` writes, field for field: the subject's order and
string types, the extensions and their order. A value cannot leave its line: OpenSSL's configuration
language has variables, comments, quotes and escapes (config(5)), and each is escaped here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pki.csr.spec import (
    SUBJECT_ATTRIBUTES,
    RequestSpec,
    alt_name,
    alt_names_of,
    common_name_of,
    extended_key_usage_of,
    key_usage_of,
)
from pki.errors import PkiError
from pki.extensions.general_names import AltName
from pki.key_generation import KeySpec
from pki.names import is_plain

CONFIG_FILE = "request.cnf"
KEY_FILE = "certificate_key.pem"
REQUEST_FILE = "request.pem"
_SPECIAL = frozenset("\\$#\"'`;=[]")
_KINDS = {"dns": "DNS", "ip": "IP", "email": "email", "uri": "URI"}
_CURVES = {"P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1"}


class NoOpensslForm(PkiError):
    """A specification that no configuration file can say. Data: `why`."""

    code = "request.no_openssl_form"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpensslRequest:
    """The text of `request.cnf`, and the command that makes the key and the request with it."""

    config: str
    command: tuple[str, ...]

    @property
    def command_line(self) -> str:
        """The command for a shell; no word of it needs quotes."""
        return " ".join(self.command)


def openssl_config(spec: RequestSpec, key: KeySpec | None = None) -> OpensslRequest:
    """The configuration and the command for a new key as `key` says (RSA-3072 without).

    The key file is encrypted: OpenSSL asks for a passphrase. Raises `NoOpensslForm`.
    """
    key = key or KeySpec()
    extensions = _extensions(spec, key)
    lines = [
        "# openssl req reads this file; nothing in it is secret.",
        "[req]",
        "prompt = no",
        "utf8 = yes",
        "string_mask = utf8only",
        "distinguished_name = subject",
    ]
    if extensions:
        lines.append("req_extensions = extensions")
    lines += ["", "[subject]", *_subject(spec)]
    if extensions:
        lines += ["", "[extensions]", *extensions]
    names = alt_names_of(spec)
    if names:
        lines += ["", "[names]", *_names(names)]
    command = [
        *("openssl", "req", "-new", "-config", CONFIG_FILE),
        *_new_key(key),
        *("-keyout", KEY_FILE, "-out", REQUEST_FILE),
    ]
    if spec.subject.is_empty:
        # An empty section is an error to openssl; an empty subject in the command is not.
        command += ["-subj", "/"]
    if key.algorithm not in ("Ed25519", "Ed448"):
        command.append(f"-{spec.digest}")
    return OpensslRequest(config="\n".join((*lines, "")), command=tuple(command))


def _subject(spec: RequestSpec) -> list[str]:
    lines = []
    for field, (_, short, _) in SUBJECT_ATTRIBUTES.items():
        value = common_name_of(spec) if field == "common_name" else getattr(spec.subject, field)
        if field == "email" and value:
            value = alt_name("email", value).value
        if value:
            lines.append(f"{short} = {_escaped(value)}")
    return lines


def _extensions(spec: RequestSpec, key: KeySpec) -> list[str]:
    lines = []
    usages = key_usage_of(spec, "RSA" if key.rsa_bits else "")
    if usages:
        lines.append(f"keyUsage = critical, {', '.join(usages)}")
    extended = extended_key_usage_of(spec)
    if extended:
        lines.append(f"extendedKeyUsage = {', '.join(map(_purpose, extended))}")
    if alt_names_of(spec):
        critical = "critical, " if spec.subject.is_empty else ""
        lines.append(f"subjectAltName = {critical}@names")
    return lines


def _purpose(name: str) -> str:
    """OpenSSL 1.1.1 knows not every purpose by name; these two go by number."""
    numbers = {
        "secureShellClient": "1.3.6.1.5.5.7.3.21",
        "secureShellServer": "1.3.6.1.5.5.7.3.22",
    }
    return numbers.get(name, name)


def _names(entries: tuple[AltName, ...]) -> list[str]:
    counts: dict[str, int] = {}
    lines = []
    for entry in entries:
        kind = _KINDS.get(entry.kind)
        if kind is None:
            raise NoOpensslForm(why="kind of name")
        counts[kind] = counts.get(kind, 0) + 1
        lines.append(f"{kind}.{counts[kind]} = {_escaped(entry.value)}")
    return lines


def _escaped(value: str) -> str:
    """A value that the configuration language reads as it stands."""
    if not is_plain(value) or value != value.strip():
        raise NoOpensslForm(why="character")
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in value)


def _new_key(key: KeySpec) -> tuple[str, ...]:
    if key.rsa_bits:
        return ("-newkey", f"rsa:{key.rsa_bits}")
    if key.algorithm in _CURVES:
        return ("-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{_CURVES[key.algorithm]}")
    return ("-newkey", key.algorithm.lower())
