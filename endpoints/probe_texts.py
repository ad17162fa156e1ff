"""What a probe found, in words: why nothing was seen, and each difference, with what to do.

Codes of a failed look are `why` of `pki.errors.ProbeFailed` and, with `closed_` in front, of
`ProbeRefused`; codes of differences are those of `pki.probe.compare`. A test holds the tables
together. Sentences may name what the data hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from certificates.finding_texts import SaidFinding
from pki.findings import Finding

_OPEN_IT: Final = (
    "If the console shall look there, an administrator sets PKIADMIN_INTERNAL_PROBE_HOSTS to "
    "{setting} (or to a network, as 10.20.0.0/16:{port}) and starts the console again."
)
_LOOK_AT_DESCRIPTION: Final = "Compare protocol and port with the description of the service."

FAILURES: Final[dict[str, tuple[str, str]]] = {
    # nobody there
    "not_resolved": (
        "The name {host} cannot be resolved from here.",
        "Check the spelling of the address, and whether the console's machine uses a resolver that "
        "knows it.",
    ),
    "time": (
        "There was no whole answer in time ({waited}).",
        "Try again. If it stays so, a firewall may swallow the packets, or the service speaks "
        "another protocol at this port: implicit FTPS waits for the client, explicit FTPS greets.",
    ),
    "connect_time": (
        "Nobody took the connection at {address}, port {port}, in time.",
        "A firewall between the console and the service may swallow the packets.",
    ),
    "refused": (
        "The connection to {address}, port {port}, was refused.",
        "The machine is there and nothing listens at this port: is the service started, and is the "
        "port right?",
    ),
    "unreachable": (
        "{address} cannot be reached from here.",
        "Check the routes and the firewall between the console and the service.",
    ),
    "connection_lost": (
        "The service broke the connection ({waited}).",
        "Its log says why. Some servers refuse addresses that they do not know.",
    ),
    "closed_early": (
        "The service closed the connection without an answer ({waited}).",
        "Its log says why. Some servers refuse addresses that they do not know, or hang up on "
        "another protocol.",
    ),
    "wrong_peer": (
        "The connection led to another address than the one that was checked.",
        "Nothing was sent. Look at the network between the console and the service.",
    ),
    # somebody else there
    "endless": (
        "The service talks without an end where a greeting or a reply should be: “{said}”.",
        _LOOK_AT_DESCRIPTION,
    ),
    "too_much": (
        "The service sent more than {maximum} bytes before the handshake was over.",
        _LOOK_AT_DESCRIPTION,
    ),
    "not_tls": (
        "The service does not speak TLS here; it answered in plain text: “{said}”.",
        "At this port TLS does not begin at once. For FTP that means explicit FTPS (AUTH TLS), for "
        "HTTP another port. Change the protocol or the port of the service.",
    ),
    "not_ftp": ("The service does not greet as FTP does, but with “{said}”.", _LOOK_AT_DESCRIPTION),
    "not_ssh": ("The service does not speak SSH; it said “{said}”.", _LOOK_AT_DESCRIPTION),
    "ssh_version": (
        "The service speaks a version of SSH that nobody should use: “{said}”.",
        "Update the server: SSH 1 is broken.",
    ),
    "ssh_damaged": ("What the service sent is not SSH.", _LOOK_AT_DESCRIPTION),
    "ssh_disconnect": ("The service ended the conversation: “{said}”.", "Its log says why."),
    "ftp_unavailable": (
        "The FTP server greets with “{line}” and takes nobody at present.",
        "Try again later; its log says why.",
    ),
    "auth_refused": (
        "The FTP server refuses AUTH TLS: “{line}”.",
        "TLS is not switched on there, or not with this command: switch it on at the server. Until "
        "then passwords and files cross the network in clear.",
    ),
    "early_data": (
        "The FTP server sent something behind its reply to AUTH TLS, before TLS had begun.",
        "Whoever sits on the line could have put it there. Look at the network, and at the version "
        "of the server.",
    ),
    "tls_alert": (
        "The service refuses the handshake with the alert {alert}.",
        "handshake_failure and protocol_version: nothing that both sides know. unrecognized_name: "
        "the server does not know this name. internal_error: its log says why, often a key or a "
        "certificate that it cannot load.",
    ),
    "tls": (
        "The handshake failed: {reason}.",
        "The server's log has its own side of it.",
    ),
    "no_certificate": ("The service sent no certificate.", "Configure one at the server."),
    "chain_too_large": (
        "The service sends more than 100 KB of certificates, which no client takes.",
        "Send the certificate and its intermediates, and nothing else.",
    ),
    "no_common_key_exchange": (
        "The server offers no key exchange that the console knows: {offered}.",
        "Switch on curve25519-sha256 or an ECDH exchange at the server.",
    ),
    "no_host_key": (
        "The server showed no host key that the console can read ({reason}).",
        "Look at its host keys and its log.",
    ),
    "sandbox_killed": (
        "What the service presents takes too much {why} to read, and was not read.",
        "No client should have to open that. Look at the certificates of the server.",
    ),
    # addresses that are closed
    "closed_bad_host": ("{host} is no name of a host.", "Correct the address of the service."),
    "closed_ambiguous_address": (
        "{host} is a number that only some readers take as an address.",
        "Write the address with four numbers, or as a name.",
    ),
    "closed_bad_address": (
        "The name {host} resolves to something that is no address.",
        "Look at its records in the DNS.",
    ),
    "closed_port": ("Port {port} of {host} is closed to the console.", _OPEN_IT),
}

# Kinds of address, by `pki.address_guard.kind_of`.
_CLOSED: Final[dict[str, str]] = {
    "private": "in a private network",
    "shared": "in a shared network (100.64.0.0/10)",
    "loopback": "on the machine of the console itself",
    "reserved": "in a reserved network",
    "translated": "in a translated network",
    "translated_local": "in a translated local network",
}
_NEVER_OPEN: Final[dict[str, str]] = {
    "unspecified": "no address",
    "multicast": "a multicast group",
    "broadcast": "a broadcast address",
    "link_local": "the link itself, where clouds keep their metadata",
    "mapped": "an IPv4 address in disguise",
}
FAILURES.update(
    {
        f"closed_{kind}": (
            f"{{host}} is {where}{{at}}, which is closed to the console: nothing was sent.",
            _OPEN_IT,
        )
        for kind, where in _CLOSED.items()
    }
)
FAILURES.update(
    {
        f"closed_{kind}": (
            f"{{host}} leads to {what}{{at}}: nothing was sent.",
            "Nobody can open that. Correct the address of the service or its record in the DNS.",
        )
        for kind, what in _NEVER_OPEN.items()
    }
)

_STAGES: Final[dict[str, str]] = {
    "resolve": "while resolving the name",
    "connect": "while connecting",
    "greeting": "while waiting for its greeting",
    "auth": "while waiting for its reply to AUTH TLS",
    "tls": "during the TLS handshake",
    "objection": "after the TLS handshake",
    "key_exchange": "during the SSH key exchange",
    "host_key": "while asking for host keys",
}

DIFFERENCES: Final[dict[str, tuple[str, str]]] = {
    "probe.nothing_described": (
        "The console does not know what this service should present.",
        "If what was seen is right, import it and say so below: the next probe compares with it.",
    ),
    "probe.leaf_other": (
        "It presents another certificate: {seen} ({seen_sha256:.16}…) instead of {wanted} "
        "({wanted_sha256:.16}…). Its chain is not compared.",
        "Was the certificate renewed at the server? Then import what was seen and say that it is "
        "right. Else somebody else answers at this address, or the server was started with an old "
        "file.",
    ),
    "probe.chain_missing": (
        "It does not send {name}.",
        "Clients that have only the root answer with error 20 or 21. Download the chain of the "
        "service here and put it into the server's chain file.",
    ),
    "probe.chain_superfluous": (
        "It sends {name}, which does not belong to the chain.",
        "It costs bytes in every handshake, and confuses some clients. Take it out of the server's "
        "chain file.",
    ),
    "probe.chain_root": (
        "It sends the self-signed {name} as well.",
        "Harmless: clients have their own copy of a root and ignore this one.",
    ),
    "probe.chain_order": (
        "It sends the chain in another order.",
        "TLS before 1.3 asks for each certificate to be followed by its issuer, and some clients "
        "insist on it. Put them into that order: the download of the chain has it.",
    ),
    "probe.chain_twice": ("It sends {name} more than once.", "Leave it in the chain file once."),
    "probe.certificate_unreadable": (
        "What it sends at place {depth} is no certificate that can be read.",
        "Replace it in the server's chain file.",
    ),
    "probe.client_not_asked": (
        "It does not ask for a client certificate.",
        "Accounts that log in with a certificate cannot. Switch it on at the server, or change the "
        "description.",
    ),
    "probe.client_not_required": (
        "It goes on without a client certificate, though one should be required.",
        "Whoever has none gets as far as the login. Make it required at the server, or change the "
        "description.",
    ),
    "probe.client_required": (
        "It requires a client certificate, and the description does not say so.",
        "Clients without one fail in the handshake. Change the description or the server.",
    ),
    "probe.client_asked": (
        "It asks for a client certificate, and the description does not say so.",
        "Change the description, so that rehearsals are right.",
    ),
    "probe.authority_not_named": (
        "It does not name {name} among the authorities that it accepts, and the trust store for "
        "its clients holds it.",
        "A client whose certificate descends from it may not offer it. Add it to the server's list "
        "of client authorities.",
    ),
    "probe.authority_unknown": (
        "It accepts clients of {name}, which is no anchor of the trust store for its clients.",
        "Add it to the trust store, or take it out of the server's list.",
    ),
    "probe.version_old": (
        "It speaks {version} at best, which clients of today refuse.",
        "Switch on TLS 1.2 or 1.3 at the server.",
    ),
    "probe.cipher_weak": (
        "It chooses the cipher suite {cipher}, which is broken or weak.",
        "Switch on AES-GCM or ChaCha20 suites at the server, and this one off.",
    ),
    "probe.auth_ssl": (
        "It knows AUTH SSL and not AUTH TLS.",
        "Clients that keep to RFC 4217 alone cannot begin. Update the server.",
    ),
    "probe.host_key_other": (
        "It shows another {algorithm} host key than the one that is described.",
        "Clients that know the old key refuse the connection as an attack. Was the key changed at "
        "the server? Then import what was seen, say that it is right, and send the new "
        "fingerprint to the partners. Else find out who answers at this address.",
    ),
    "probe.host_key_missing": (
        "It does not show the {algorithm} host key that is described.",
        "Clients that know only this key cannot tell the server. Switch it on at the server, or "
        "change the description.",
    ),
    "probe.host_key_unknown": (
        "It shows an {algorithm} host key that is not described.",
        "Clients may choose it. If it is right, import it and say so.",
    ),
    "probe.host_key_unseen": (
        "It offers an {algorithm} host key that could not be seen ({why}).",
        "Nothing is said of that key.",
    ),
    "probe.host_key_weak": (
        "Its {algorithm} host key is too weak ({size} bits).",
        "Make an Ed25519 host key beside it, and switch this one off when clients know the new one.",
    ),
}


def failure_said(code: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """Why nothing was seen, and what to do; of a code from a newer version the code."""
    sentence, remedy = FAILURES.get(code, (f"{code.replace('_', ' ').capitalize()}.", ""))
    host, port = str(data.get("host", "?")), data.get("port", "?")
    address = str(data.get("address", ""))
    shown = f"[{host}]" if ":" in host else host
    words = defaultdict(
        lambda: "?",
        {
            **data,
            "at": f" ({address})" if address and address != host else "",
            "waited": _STAGES.get(str(data.get("stage", "")), "while connecting"),
            # A rule that names a host opens private addresses, one that names a network all kinds.
            "setting": f"{_rule_host(code, shown, address)}:{port}",
        },
    )
    return sentence.format_map(words), remedy.format_map(words)


def _rule_host(code: str, host: str, address: str) -> str:
    if code in ("closed_private", "closed_shared", "closed_port") or not address:
        return host
    return f"[{address}]/128" if ":" in address else f"{address}/32"


def difference_said(stored: Iterable[Mapping[str, object]]) -> list[SaidFinding]:
    """The differences of a probe in words, in their order."""
    return [_said(Finding.from_json(one)) for one in stored]


def _said(found: Finding) -> SaidFinding:
    sentence, advice = DIFFERENCES.get(found.code, (found.code, ""))
    words = defaultdict(lambda: "?", dict(found.data))
    return SaidFinding(
        severity=found.severity.value,
        code=found.code,
        sentence=sentence.format_map(words),
        advice=advice.format_map(words),
    )
