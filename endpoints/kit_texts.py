"""What to say about kits: refusals, the files of an archive, and what a handshake showed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pki.errors import PkiError
from pki.kits.contents import Content, Kind
from pki.kits.meeting import Side
from pki.kits.proof import Attempt, Check, Proof
from pki.verify.codes import code_of

_REFUSALS: Mapping[str, str] = {
    "address_missing": "Give at least one address by which the client reaches the server.",
    "address_malformed": "{value} is neither a DNS name nor an IP address.",
    "address_twice": "One of the addresses is given twice.",
    "addresses_too_many": "These are {value} addresses; a kit takes 20. Make a second one.",
    "wildcard": (
        "{value} holds an asterisk. A wildcard may stand in a certificate, never in an address."
    ),
    "port": "A port is a number from 1 to 65535.",
    "account_missing": "Give the name under which the client logs in.",
    "account_too_long": "The name has {value} characters; 200 is the most.",
    "account_characters": (
        "The name begins or ends with a space, or holds a character that cannot be seen: {value}. "
        "Names are compared byte for byte; take it out."
    ),
    "chain_empty": "One side has no certificate. Choose one, or make a new pair.",
    "one_key": (
        "Both sides would have the same private key, and each could pass for the other. "
        "Give them keys of their own."
    ),
}
_FAULTS: Mapping[str, str] = {
    "kit.leaks": (
        "The archive was not handed out: {file} did not pass the last look ({why}). "
        "Tell the administrator: this does not happen by itself."
    ),
    "kit.archive_wrong": (
        "The archive was not handed out: it does not read back as it was written ({file}, {why}). "
        "Tell the administrator: this does not happen by itself."
    ),
}


def kit_said(error: PkiError) -> str:
    """The sentence of a refusal or fault of `pki.kits`."""
    data: defaultdict[str, str | int] = defaultdict(lambda: "?", error.data)
    if error.code == "kit.refused":
        return _REFUSALS.get(str(error.data.get("why")), error.code).format_map(data)
    return _FAULTS.get(error.code, str(error)).format_map(data)


# The files ---------------------------------------------------------------------------------------

_SIDES = {Side.SERVER: "server", Side.CLIENT: "client"}


def content_said(content: Content, side: Side) -> str:
    """What a file of an archive is, in a few words."""
    own, other = _SIDES[side], _SIDES[side.other]
    if content.kind is Kind.SNIPPET:
        repeats = ", with the key inside" if content.holds_key else ""
        return f"Settings for {content.program}{repeats}"
    return {
        Kind.README: "What each file is, what to do, and how to check it by phone",
        Kind.CERTIFICATE: f"The certificate of the {own}",
        Kind.KEY: f"The private key of the {own}, for the {own} alone",
        Kind.ACCEPTED: f"What the {own} accepts of the {other}",
        Kind.CHECKSUMS: "Checksums of the others",
    }[content.kind]


# The proof ---------------------------------------------------------------------------------------

_TRIED: Mapping[Check, str] = {
    Check.TOGETHER: "The client connects to {about}, each side with its own files",
    Check.NO_CERTIFICATE: "The same client without its certificate",
    Check.STRANGE_CLIENT: "Somebody else with the client's name and another certificate",
    Check.STRANGE_SERVER: "Somebody else with the server's names and another certificate",
}
# Why a side could not even begin: sentence and advice.
_FAULTS_OF_SIDES: Mapping[str, tuple[str, str]] = {
    "setup.certificate_refused": (
        "The {side} could not begin: its certificate, or one above it, is too weak for OpenSSL's "
        "security level 2, which most systems set",
        "Use a key of at least 2048 bits RSA, or an elliptic curve, and a signature with SHA-256.",
    ),
    "setup.certificate_unreadable": (
        "The {side} could not begin: OpenSSL cannot read its certificate",
        "Choose another certificate, or make a new pair.",
    ),
    "setup.trailing_data": (
        "The {side} could not begin: there is something behind its certificate",
        "Import the certificate again from its authority, or make a new pair.",
    ),
    "setup.key_mismatch": (
        "The {side} could not begin: its key is not the key of its certificate",
        "Tell the administrator: this does not happen by itself.",
    ),
    "setup.key_unreadable": (
        "The {side} could not begin: OpenSSL cannot read its key",
        "Make a new pair.",
    ),
}
_BY = {"server": "by the server", "client": "by the client", "": ""}
# How the other side's refusal reads where there is no certificate to give a number for.
_NO_CERTIFICATE = "no certificate was sent, and the server requires one"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAttempt:
    """A handshake as a page tells it: what was tried, how it went, and what to do where it failed."""

    tried: str
    passed: bool
    went: str
    diagnostic: str = ""
    advice: str = ""


def attempt_shown(attempt: Attempt) -> ShownAttempt:
    return ShownAttempt(
        tried=_TRIED[attempt.check].format(about=attempt.about),
        passed=attempt.passed,
        went=_went(attempt),
        diagnostic=_diagnostic(attempt),
        advice=_advice(attempt),
    )


def _went(attempt: Attempt) -> str:
    if attempt.connected:
        how = f"Connected, {attempt.protocol}, {attempt.cipher}"
        return how if attempt.proven else f"{how}, a stand-in playing the key that is elsewhere"
    if attempt.fault:
        said, _ = _FAULTS_OF_SIDES.get(attempt.fault, ("The {side} could not begin", ""))
        return said.format(side=attempt.fault_side)
    return f"Refused {_BY[attempt.refused_by]}".strip()


def _diagnostic(attempt: Attempt) -> str:
    """As logs have it: number, depth and OpenSSL's text."""
    if attempt.number:
        return f"error {attempt.number} at depth {attempt.depth}: {attempt.text}"
    if attempt.check is Check.NO_CERTIFICATE and not attempt.connected:
        return _NO_CERTIFICATE
    return attempt.alert


def _advice(attempt: Attempt) -> str:
    if attempt.passed:
        return ""
    if attempt.fault in _FAULTS_OF_SIDES:
        return _FAULTS_OF_SIDES[attempt.fault][1]
    if attempt.number:
        code = code_of(attempt.number)
        return f"{code.cause} {code.remedy}".strip()
    if attempt.check is not Check.TOGETHER and attempt.connected:
        return "It connected, and must not: what the two sides accept is too wide."
    return "Choose other certificates, or make new pairs."


def proof_shown(proof: Proof) -> list[ShownAttempt]:
    return [attempt_shown(one) for one in proof.attempts]


def failure_said(proof: Proof) -> str:
    """The first thing that did not go as it should, in one sentence."""
    first = next((one for one in map(attempt_shown, proof.attempts) if not one.passed), None)
    if first is None:
        return ""
    told = f" ({first.diagnostic})" if first.diagnostic else ""
    return f"{first.tried}: {first.went.lower()}{told}. {first.advice}".strip()
