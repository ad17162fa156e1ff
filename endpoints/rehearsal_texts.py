"""What a rehearsal says, in words; numbers of OpenSSL have theirs in `pki.verify.codes`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from endpoints.rehearsed import KeyPart, Login, OwnVerdict, Way
from pki.findings import Finding, Severity
from pki.handshake.outcome import Alert, Direction, Judgement, Outcome, Reason, Side
from pki.verify.report import Verdict
from truststores.texts import HEADLINES

_NAMES: Final[Mapping[int, str]] = {
    62: "The certificate does not name this address",
    64: "The certificate does not name this IP address",
}
SETUP_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "setup.no_certificate": (
        "The service presents no certificate, so its server would not start.",
        "Choose its certificate.",
    ),
    "setup.certificate_unreadable": (
        "OpenSSL cannot read the certificate at place {depth} of what the {side} sends ({why}), so "
        "its program would not start.",
        "Have it issued anew, or take it out of the chain.",
    ),
    "setup.trailing_data": (
        "The certificate at place {depth} of what the {side} sends has further bytes after its end.",
        "Get the file again from its source.",
    ),
    "setup.certificate_refused": (
        "At security level {level} the program of the {side} does not load the certificate at "
        "place {depth} ({why}), so it would not start.",
        "Have it issued with a stronger key, or lower the level where the old one must last.",
    ),
    "setup.key_unreadable": (
        "The private key of the {side} cannot be read, so its program would not start.",
        "Import the key again.",
    ),
    "setup.key_mismatch": (
        "The private key is not that of the certificate of the {side}, so its program would not "
        "start.",
        "Find the key that belongs to the certificate.",
    ),
    "setup.trust_unreadable": (
        "A member of the trust store of the {side} cannot be read ({what}, {why}) and took no part.",
        "Take it out of the store.",
    ),
}


def headline(number: int, text: str) -> str:
    """An error in a few words."""
    return _NAMES.get(number) or HEADLINES.get(number) or text.capitalize()


def inside(sentence: str) -> str:
    """A headline in the middle of a sentence."""
    return sentence[:1].lower() + sentence[1:]


def fault_said(fault: Finding) -> tuple[str, str]:
    """A fault of the set-up: the sentence and what to do."""
    says, advice = SETUP_TEXTS.get(fault.code, (fault.code, ""))
    data: defaultdict[str, str | int] = defaultdict(lambda: "?", dict(fault.data))
    data["side"] = fault.place
    return says.format_map(data), advice


def conclusion(way: Way, client: str) -> str:
    """One way to connect in one sentence: who refuses whom, and why."""
    outcome = way.outcome
    faults = [one for one in outcome.findings if one.severity is Severity.ERROR]
    if faults:
        return fault_said(faults[0])[0]
    if _refuses(outcome.server):
        return f"{_first(client)} would refuse your server: {_why(outcome.server)}."
    if _refuses(outcome.client):
        return f"{_first(client)} would be refused by your server: {_why(outcome.client)}."
    if not outcome.connected:
        log = (*outcome.client_log, *outcome.server_log)
        return f"The handshake fails: {log[-1]}" if log else "The handshake fails."
    if way.login is Login.DIFFERS:
        return (
            f"{_first(client)} would be refused by your server: the connection stands, and the "
            f"certificate is that of “{way.cn}”."
        )
    if way.login is Login.NO_NAME:
        return (
            f"{_first(client)} would be refused by your server: the connection stands, and the "
            "certificate has no common name."
        )
    return f"{_first(client)} gets in."


def _first(client: str) -> str:
    return client[:1].upper() + client[1:]


def _refuses(direction: Direction) -> bool:
    return direction.judgement is Judgement.REFUSED and not direction.hypothetical


def _why(direction: Direction) -> str:
    if direction.reason is Reason.NO_CERTIFICATE:
        return "no certificate is sent, and one is required"
    first = direction.first
    return inside(headline(first.number, first.text)) if first else "for a reason without a number"


def title_of(outcome: Outcome, *, works: bool) -> str:
    """What came of it, in a few words."""
    if works:
        return "They connect"
    if any(one.severity is Severity.ERROR for one in outcome.findings):
        return "It does not even start"
    if _refuses(outcome.server):
        both = outcome.client.judgement is Judgement.REFUSED
        return "Each would refuse the other" if both else "The client would refuse your server"
    if _refuses(outcome.client):
        return "Your server would refuse the client"
    return "Connected, and not let in" if outcome.connected else "The handshake fails"


_SAYS: Final[Mapping[tuple[Side, Judgement], str]] = {
    (Side.SERVER, Judgement.ACCEPTED): "The client accepts the certificate of your server.",
    (Side.SERVER, Judgement.NOT_ASKED): (
        "No trust store is named by which clients accept this service, so the rehearsed client "
        "took any certificate."
    ),
    (Side.SERVER, Judgement.NOT_REACHED): (
        "The handshake ended before the client saw a certificate of your server."
    ),
    (Side.CLIENT, Judgement.ACCEPTED): "Your server accepts the certificate of the client.",
    (Side.CLIENT, Judgement.NOT_ASKED): "Your server does not ask for a client certificate.",
    (Side.CLIENT, Judgement.NOT_REACHED): (
        "The handshake ended before your server saw a certificate of the client."
    ),
}


def direction_said(side: Side, direction: Direction) -> str:
    """One side's answer in a sentence."""
    if direction.judgement is Judgement.REFUSED:
        if direction.reason is Reason.NO_CERTIFICATE:
            return "Your server requires a certificate, and the client sends none."
        first = direction.first
        return f"{headline(first.number, first.text)}." if first else "Refused."
    if side is Side.CLIENT and direction.judgement is Judgement.ACCEPTED and not direction.sent:
        return "Your server asks for a certificate, and lets in who has none."
    return _SAYS[side, direction.judgement]


def key_said(side: Side, direction: Direction, part: KeyPart) -> str:
    """Whether the private key was proven to be there, and who took its part where it was not."""
    if not direction.sent:
        return ""
    if direction.proven:
        return "The private key is held here and was proven by the handshake."
    owner = "your server" if side is Side.SERVER else "the client"
    if part is KeyPart.REFUSED:
        return (
            "The private key is held here, and its state forbids to use it: a stand-in took its "
            "part, so possession was not proven. All else is as it would be."
        )
    if part is KeyPart.HELD:
        return "The private key is held here; the handshake did not get as far as proving it."
    return (
        f"The private key is not held here: a stand-in took its part. All else is as it would be; "
        f"that {owner} has the key was not proven."
    )


def alert_said(alert: Alert | None) -> str:
    """The alert that goes over the wire, and who logs what."""
    if alert is None:
        return ""
    sender, other = ("Your server", "the client")
    if alert.sender is Side.CLIENT:
        sender, other = ("The client", "your server")
    return (
        f"{sender} sends the alert {alert.number}, {alert.name}, and alone knows the reason: in the "
        f"log of {other} stands nothing but the alert."
    )


_VERDICTS: Final[Mapping[str, str]] = {
    Verdict.TRUSTED: "trusted",
    Verdict.NOT_TRUSTED: "not trusted",
    Verdict.UNDETERMINED: "undetermined, because a CRL is missing or out of date",
}


def own_said(own: OwnVerdict, direction: Direction) -> str:
    """Why our own verdict and the handshake differ, as far as it is known; empty where they agree."""
    if own.agrees(direction):
        return ""
    if own.other_path:
        return (
            "OpenSSL follows one path, is refused on it and does not try another. There is a good "
            "one, and programs that look for it would connect. Sending other issuers may lead "
            "OpenSSL to it."
        )
    if own.tolerated:
        return (
            "OpenSSL wants a CRL also for the root. Our verdict does not: a root is taken out of a "
            "store, not revoked. Add the root's CRL, or let the store check the leaf alone."
        )
    if direction.judgement is Judgement.ACCEPTED:
        return (
            "Our validation asks for more than servers and clients ask in a handshake, or knows of "
            "something that they do not. Its report says what."
        )
    return (
        "A server or a client is stricter here than our validation: it reads neither delta CRLs nor "
        "indirect ones, and takes the purpose from its role."
    )


def verdict_said(own: OwnVerdict) -> str:
    """Our own verdict in words."""
    return _VERDICTS.get(own.verdict, own.verdict)
