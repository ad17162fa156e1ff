"""TLS alerts in words: what the side that sent one means by it, and who has to do what.

`{refuser}` is the side that sent the alert, `{other}` the side that got it: "client", "server", or
"side that …" where the line does not tell. Meanings are those of RFC 8446, section 6, and RFC 5246,
section 7.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class AlertText:
    """A headline, why it usually happens, and what each side can do about it."""

    title: str
    cause: str
    other: str = ""
    refuser: str = ""


_OWN_LOG: Final = "Look into its own log at the same moment: the reason stands there."
_FALLBACK: Final = AlertText(
    "The handshake was broken off",
    "The alert itself says no more. It is rarely a matter of certificates.",
    refuser=_OWN_LOG,
)

ALERT_TEXTS: Final[dict[int, AlertText]] = {
    0: AlertText("The connection was closed in good order", "Nothing failed here."),
    10: AlertText(
        "A message came at the wrong time",
        "The two sides do not agree about where in the handshake they are. Most often one of them"
        " speaks another protocol on this port, or something between them changes the traffic.",
        other="Check that the port is the one for TLS, and leave out proxies to compare.",
    ),
    20: AlertText(
        "A record arrived damaged",
        "What was received does not fit its check value: traffic was changed on the way, or one of"
        " the programs has a fault.",
        other="Try again past proxies and inspection. If it stays, update the TLS libraries.",
    ),
    40: AlertText(
        "No agreement was reached in the handshake",
        "The {refuser} found nothing in the offer that it accepts. Common reasons: no cipher suite or"
        " protocol version in common, a key type that only one side supports, or a server that"
        " requires a client certificate and got none (up to TLS 1.2 it answers with this alert).",
        other="Offer current versions and cipher suites, and send a client certificate where one is"
        " required.",
        refuser="Its own log at the same moment names the reason: no shared cipher, no certificate"
        " from the peer, unsupported protocol.",
    ),
    41: AlertText(
        "No certificate was sent",
        "The {other} had no certificate that it could send (SSL 3.0 only).",
        other="Configure its certificate and key.",
    ),
    42: AlertText(
        "The certificate was found bad",
        "The {refuser} could not accept the {other}'s certificate: it is damaged, its signature does"
        " not verify, or a check failed for which no better alert exists. Some servers send it too"
        " when no client certificate came.",
        other="Check that certificate and chain are whole, in the right order, and belong to the key.",
        refuser=_OWN_LOG,
    ),
    43: AlertText(
        "The certificate is of an unsupported kind",
        "The {refuser} does not accept the {other}'s certificate for this purpose: usually its key"
        " usage or extended key usage is for the other role, or its key type is not supported.",
        other="Use a certificate with the extended key usage of its role: serverAuth for a server,"
        " clientAuth for a client.",
    ),
    44: AlertText(
        "The certificate was revoked",
        "The {refuser} knows from a CRL or OCSP that the CA has withdrawn the {other}'s certificate.",
        other="Have a new certificate issued for a new key. Do not work around this.",
    ),
    45: AlertText(
        "The certificate has expired",
        "The {refuser} found the {other}'s certificate, or one above it in the chain, outside its"
        " validity. A CRL that is out of date is reported in the same way.",
        other="Renew the certificate, and look at the dates of the intermediates that are sent.",
        refuser="Check its clock, its own copies of CA certificates, and its CRLs.",
    ),
    46: AlertText(
        "The certificate was not accepted, for another reason",
        "The {refuser} did not accept the {other}'s certificate and gives no reason. Java says this"
        " for everything, a missing CA above all; others for a name that does not match.",
        other="Check name, dates and chain of its certificate against the {refuser}'s trust store.",
        refuser=_OWN_LOG,
    ),
    47: AlertText(
        "A field was out of range",
        "Something in the handshake contradicts the protocol. It is a matter of the TLS libraries"
        " or of something between the two sides.",
        other="Update the TLS libraries, and leave out proxies to compare.",
    ),
    48: AlertText(
        "The CA is not known to the other side",
        "The {refuser} got the {other}'s certificate and found no path from it to a CA that it"
        " trusts: the root is not in its trust store, or the {other} does not send the intermediate.",
        other="Send the whole chain: the certificate, then every intermediate. Then give the"
        " {refuser}'s administrators the root.",
        refuser="Add the root, or the intermediate that is missing, to its trust store.",
    ),
    49: AlertText(
        "Access was refused",
        "The {refuser} accepted the {other}'s certificate as genuine, and then decided against it: by"
        " its name, say, or because no account belongs to it.",
        other="Check that the certificate's CN is what the {refuser} expects.",
        refuser="Check which account, mapping or rule this certificate should have matched.",
    ),
    50: AlertText(
        "A message could not be decoded",
        "What arrived is malformed for the {refuser}: another protocol, a damaged certificate, or a"
        " fault in one of the programs.",
    ),
    51: AlertText(
        "A signature or a decryption failed",
        "The {refuser} could not verify a signature of the handshake. Often the {other}'s private key"
        " does not belong to its certificate.",
        other="Check that key and certificate belong together.",
    ),
    70: AlertText(
        "No protocol version in common",
        "The {other} offered only TLS versions that the {refuser} has switched off.",
        other="Allow TLS 1.2 and 1.3.",
        refuser="Only where the {other} cannot be changed: allow its version, for this service alone.",
    ),
    71: AlertText(
        "The offer was too weak",
        "The {refuser} asks for stronger cipher suites or keys than the {other} offers.",
        other="Offer current cipher suites, and use keys of at least RSA 2048 or P-256.",
    ),
    80: AlertText(
        "The other side failed inside",
        "Something went wrong within the {refuser} that has nothing to do with the handshake: a"
        " certificate file that it cannot read, say, or memory.",
        refuser=_OWN_LOG,
    ),
    86: AlertText(
        "A fallback to an older version was refused",
        "The {other} repeated its attempt with an older TLS version although both can do better. The"
        " first attempt failed for another reason.",
        other="Find out why the first attempt failed.",
    ),
    90: AlertText("Somebody cancelled", "The user of the {refuser} ended the handshake."),
    100: AlertText(
        "Renegotiation was refused",
        "The {other} wanted to negotiate again within the connection, which the {refuser} does not do.",
        other="Ask for the client certificate at the beginning instead of for a part of the site.",
    ),
    109: AlertText(
        "An extension was missing",
        "The {other} left out something that TLS 1.3 needs; it is a matter of the libraries.",
    ),
    110: AlertText(
        "An extension was not asked for",
        "The {other} answered with something that the {refuser} had not asked for.",
    ),
    112: AlertText(
        "The server name is unknown",
        "The client asked for a name (SNI) for which the {refuser} has no certificate.",
        other="Connect by the name under which the service is configured.",
        refuser="Configure the service, and its certificate, for this name.",
    ),
    113: AlertText(
        "The stapled OCSP response was bad",
        "The {refuser} did not accept the OCSP response that came with the certificate.",
        other="Make the service fetch a fresh OCSP response.",
    ),
    115: AlertText("The pre-shared key is unknown", "It is no matter of certificates."),
    116: AlertText(
        "A client certificate is required",
        "The server requires a client certificate and the client sent none: none is configured, or"
        " none fits the CAs that the server says it accepts.",
        other="Configure the client's certificate and key. If they are configured, compare the"
        " certificate's issuer with the CAs that the server names.",
        refuser="Check that the CA of the partner's certificate is in the store for clients.",
    ),
    120: AlertText(
        "No application protocol in common",
        "Client and server offered each other different protocols (ALPN): HTTP/2 alone, say.",
    ),
}


def alert_text(number: int) -> AlertText:
    return ALERT_TEXTS.get(number, _FALLBACK)
