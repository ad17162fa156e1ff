"""A finding of triage in words: what happened, who refused whom, why, and who has to do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from endpoints.alert_texts import alert_text
from endpoints.event_texts import EVENT_TEXTS, UNKNOWN_EVENT
from endpoints.ssh_event_texts import SSH_EVENT_TEXTS
from pki.triage.alerts import ALERTS
from pki.triage.meaning import Confidence, Heard, Kind, Side
from pki.triage.triage import Finding
from pki.verify.codes import code_of
from truststores.texts import HEADLINES

_EVENTS: Final = EVENT_TEXTS | SSH_EVENT_TEXTS

# Of the numbers that come every day: what the side whose certificate it is does, and what the side
# that refused it does.
_WHO_DOES_WHAT: Final[dict[int, tuple[str, str]]] = {
    2: ("", "Add the root to its trust store, or allow partial chains."),
    3: ("", "Add the CA's current CRL to its trust store."),
    9: ("Wait for the start date, or use the previous certificate.", "Check its clock."),
    10: (
        "Renew the certificate, install it, and look at the dates of the intermediates too.",
        "Check its clock, and its own copies of CA certificates.",
    ),
    12: ("", "Fetch the current CRL."),
    18: (
        "Hand over the certificate, with its fingerprint over another channel.",
        "Compare the fingerprint and add exactly this certificate to its trust store.",
    ),
    19: (
        "Hand over the root, with its fingerprint over another channel.",
        "Decide whether the root deserves trust, and add it to its trust store.",
    ),
    20: (
        "Send the whole chain: the certificate, then every intermediate CA.",
        "Add the missing issuer, or the root, to its trust store.",
    ),
    21: ("Send the whole chain: the certificate, then every intermediate CA.", ""),
    23: ("Have a new certificate issued for a new key.", ""),
    26: (
        "Use a certificate that is meant for its role: serverAuth for a server, clientAuth for a"
        " client.",
        "",
    ),
    62: (
        "Have the certificate issued again with the name that clients use.",
        "Connect by a name that the certificate holds.",
    ),
    64: (
        "Have the certificate issued again with the IP address in subjectAltName.",
        "Connect by a name that the certificate holds.",
    ),
}

# Codes that only say that something failed; beside a reason they say nothing.
GENERAL: Final = frozenset({"tls.verify_failed", "tls.handshake_failed", "net.failed"})

SUCCESSES: Final[dict[str, str]] = {
    "good.verified": "the certificate was verified",
    "good.connected": "TLS was established",
    "good.tls_offered": "the server offers TLS",
    "good.logged_in": "the login was accepted",
}

CONFIDENCES: Final[dict[Confidence, str]] = {
    Confidence.CERTAIN: "Certain",
    Confidence.LIKELY: "Likely",
    Confidence.VAGUE: "Only a general word",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one side does about it."""

    who: str
    does: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """A finding as people read it.

    `official` is the number with its symbol or name, `text` OpenSSL's own words; `notes` say what the
    number leaves open.
    """

    title: str
    who: str
    cause: str
    remedy: str
    steps: tuple[Step, ...]
    official: str
    symbol: str
    text: str
    notes: tuple[str, ...]
    confidence: str


def explain(finding: Finding) -> Explanation:
    """The words of a finding."""
    if finding.kind is Kind.VERIFY:
        return _verification(finding)
    if finding.kind is Kind.ALERT:
        return _alert(finding)
    return _event(finding)


def short_name(code: str) -> str:
    """A code in a few words: `OpenSSL 21 (unable to verify the first certificate)`."""
    kind, _, number = code.partition(".")
    if kind == Kind.VERIFY.value and number.isdigit():
        return f"OpenSSL {number} ({code_of(int(number)).text})"
    if kind == Kind.ALERT.value and number.isdigit():
        return f"TLS alert {number} ({ALERTS[int(number)].name})"
    return _EVENTS.get(code, UNKNOWN_EVENT).title


def _verification(finding: Finding) -> Explanation:
    code = code_of(finding.number)
    presenter, verifier = _WHO_DOES_WHAT.get(finding.number, ("", ""))
    refuser, other = _sides(finding, "side that wrote this line", "other side")
    return Explanation(
        title=HEADLINES.get(finding.number, f"{code.text[:1].upper()}{code.text[1:]}"),
        who=f"The {refuser} did not accept the {other}'s certificate.",
        cause=code.cause,
        remedy=code.remedy,
        steps=_steps(other, presenter, refuser, verifier),
        official=f"OpenSSL {finding.number}",
        symbol=code.symbol,
        text=code.text,
        notes=tuple(_verification_notes(finding)),
        confidence=CONFIDENCES[finding.confidence],
    )


def _verification_notes(finding: Finding) -> list[str]:
    notes = []
    if finding.printed:
        notes.append(
            f"The line says {finding.printed}. With these words that is the counting of OpenSSL 1.1.1"
            f" and older; since 3.0 the number is {finding.number}."
        )
    elif finding.number == 24:
        notes.append(
            "Up to OpenSSL 1.1.1 number 24 meant an invalid CA certificate, which is 79 since 3.0. The"
            " text behind the number tells which of the two it is."
        )
    elif finding.others:
        others = ", ".join(f"{number} ({code_of(number).text})" for number in finding.others)
        notes.append(
            "These words are not OpenSSL's. It is the likeliest of its numbers for them; the same"
            f" words also cover {others}."
        )
    elif finding.confidence is Confidence.LIKELY:
        notes.append("These words are not OpenSSL's; the number is its name for the same failure.")
    return notes


def _alert(finding: Finding) -> Explanation:
    alert = ALERTS[finding.number]
    text = alert_text(finding.number)
    refuser, other = _sides(finding, "side that sent the alert", "side that got it")
    told = f"by TLS alert {alert.number} ({alert.name})"
    if finding.about_certificate and finding.number not in (41, 116):
        who = f"The {refuser} refused the {other}'s certificate and said so {told}."
    else:
        who = f"The {refuser} broke off the handshake {told}."
    if finding.heard is Heard.SENT:
        who += " It is the side that wrote this line."
    return Explanation(
        title=text.title,
        who=who,
        cause=text.cause.format(refuser=refuser, other=other),
        remedy="",
        steps=_steps(
            other,
            text.other.format(refuser=refuser, other=other),
            refuser,
            text.refuser.format(refuser=refuser, other=other),
        ),
        official=f"TLS alert {alert.number}",
        symbol=alert.name,
        text="",
        notes=(),
        confidence=CONFIDENCES[finding.confidence],
    )


def _event(finding: Finding) -> Explanation:
    text = _EVENTS.get(finding.code, UNKNOWN_EVENT)
    who = ""
    if finding.refused_by is not None:
        who = f"It was the {finding.refused_by.value} that refused."
    return Explanation(
        title=text.title,
        who=who,
        cause=text.cause,
        remedy=text.remedy,
        steps=(),
        official="",
        symbol="",
        text="",
        notes=(),
        confidence=CONFIDENCES[finding.confidence],
    )


def _sides(finding: Finding, refuser: str, other: str) -> tuple[str, str]:
    """The two sides by name, or by what they did where the line does not tell."""
    side: Side | None = finding.refused_by
    return (side.value, side.other.value) if side is not None else (refuser, other)


def _steps(other: str, other_does: str, refuser: str, refuser_does: str) -> tuple[Step, ...]:
    steps = ((other, other_does), (refuser, refuser_does))
    return tuple(Step(who=f"The {who}", does=does) for who, does in steps if does)
