"""Why a CRL did not come or was not taken, in words: every code and its sentence.

The codes are those of `pki.crl_acceptance.refusals.Why`, `fetch_` with the reasons of `pki.fetch` and
`pki.address_guard`, and a few of `truststores.services.judge_crl`. A sentence may name what the
code's data hold. A test finds codes that have none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from truststores.texts import limit_words

CRL_TEXTS: Final[dict[str, str]] = {
    # what it is
    "not_decodable": "It is not a CRL that can be read ({why}).",
    "undecodable": "It looks like a CRL and cannot be read.",
    "no_crl": "There is no CRL in it. A server that answers with a page for people does that.",
    "several_crls": "There are {count} CRLs in it; one address gives one list.",
    "no_crl_in_file": "There is no CRL in this file. A certificate or a key is none: choose the file "
    "that the authority publishes, in DER or PEM.",
    "several_crls_in_file": (
        "There are {count} CRLs in this file. Paste them into the trust store: there several are "
        "taken at once."
    ),
    "too_large": "It is larger than the {maximum} bytes that a CRL may have.",
    "limit_exceeded": "It is more than the console opens: {what}.",
    "sandbox_killed": "Reading it took too much {why}.",
    "unusable": (
        "Its content forbids its use ({finding} at {place}): nobody may rely on a CRL with a "
        "critical extension that they do not know, or with dates or entries that cannot be read."
    ),
    # who signed it
    "issuer_unknown": (
        "No certificate of {issuer} is in this trust store or leads to it, so nobody can say that "
        "the signature is good. Add the authority's certificate first."
    ),
    "authority_key_mismatch": (
        "It names a key ({key_id}) that none of the certificates of its issuer has. The authority "
        "may have a new key: add its new certificate."
    ),
    "issuer_may_not_sign": "The certificate of {issuer} does not allow it to sign CRLs (cRLSign).",
    "signature_weak": "It is signed with {algorithm}, which can be forged.",
    "signature_unsupported": "It is signed with {algorithm}, which the console cannot verify.",
    "signature_invalid": "The signature is not that of {issuer}: it was forged or damaged.",
    # what it speaks of
    "scope_contradictory": "Its scope excludes itself: it holds for no certificate at all.",
    "scope_attribute": "It speaks of attribute certificates only.",
    "scope_other_certificates": "It speaks only of other certificates ({covers}).",
    "scope_other_point": (
        "It is for another distribution point ({point}) than the certificates name that led to it."
    ),
    "scope_reasons": "It does not speak of these reasons for a revocation: {missing}.",
    "scope_indirect": "It is an indirect CRL, about certificates of other authorities.",
    # when it holds
    "future": "It is dated in the future ({this_update}).",
    "stale": "It is out of date since {next_update}, and the one in use is fresh.",
    # compared with the one in use
    "other_issuer": "It was issued by {issuer}, not by {current}.",
    "other_kind": "It is a {kind} CRL, and the one in use is a {current} one.",
    "other_scope": "Its scope is not that of the one in use.",
    "number_missing": "It has no number, and the one in use has number {current}.",
    "number_backwards": (
        "Its number {number} is lower than number {current}, which is in use: an old list was "
        "brought out again."
    ),
    "number_reused": "It has the number {number} of the one in use, and another content.",
    "this_update_backwards": (
        "It is older ({this_update}) than the one in use ({current}): an old list was brought out "
        "again."
    ),
    "delta_without_base": (
        "It is a delta CRL, and the complete CRL that it changes (number {base_number} or later) is "
        "not in the store. A delta alone proves nothing."
    ),
    "delta_of_other_base": "It is a delta CRL of another key or scope than the complete one in use.",
    "delta_base_too_old": (
        "It is a delta CRL on top of number {base_number}, and the complete one in use has only "
        "number {current}."
    ),
    "delta_adds_nothing": (
        "It is a delta CRL with number {number}, and the complete one in use has number {current} "
        "already."
    ),
    "store_changed": "The CRLs of the store changed again and again while it was being compared.",
    # no answer
    "fetch_time": "There was no whole answer in time.",
    "fetch_connect_time": "The server did not take the connection in time ({address}).",
    "fetch_unreachable": "The server cannot be reached ({address}).",
    "fetch_not_resolved": "The name of the server cannot be resolved.",
    "fetch_connection_lost": "The connection was lost.",
    "fetch_closed_early": "The connection was closed before the end of the answer.",
    "fetch_status": "The server answered with the status {status}.",
    "fetch_tls": "The TLS handshake failed ({reason}).",
    "fetch_tls_unverified": "The server's own certificate is not trusted ({reason}).",
    # an answer that is not acceptable
    "fetch_not_http": "The answer is not HTTP.",
    "fetch_bad_header": "The answer has a header that is not allowed.",
    "fetch_bad_length": "The answer states a length that is none.",
    "fetch_two_lengths": "The answer states two lengths.",
    "fetch_length_mismatch": "The answer is not as long as it says.",
    "fetch_bad_chunk": "The answer is divided in a wrong way.",
    "fetch_content_encoding": "The answer is compressed ({encoding}), and was not asked to be.",
    "fetch_interim_responses": "The server announces an answer again and again.",
    "fetch_bytes": "The answer is larger than {maximum} bytes.",
    "fetch_header_bytes": "The headers of the answer are larger than {maximum} bytes.",
    "fetch_headers": "The answer has more than {maximum} headers.",
    "fetch_too_many_redirects": "It was redirected more than {maximum} times.",
    "fetch_bad_redirect": "It was redirected to something that is no address.",
    "fetch_redirect_to_http": "It was redirected from https to http.",
    "fetch_wrong_peer": "The connection led to another address than the one that was checked.",
    # an address that is closed
    "fetch_bad_url": "That is no http or https address.",
    "fetch_url_too_long": "The address is longer than {maximum} characters.",
    "fetch_scheme": "CRLs are fetched by http and https only.",
    "fetch_userinfo": "An address with a user name or password is not taken.",
    "fetch_bad_host": "The name of the host is not valid.",
    "fetch_ambiguous_address": "The host is a number that only some readers take as an address.",
    "fetch_bad_port": "The port is not valid.",
    "fetch_bad_address": "The name resolves to something that is no address.",
    "fetch_port": (
        "Only the ports 80 and 443 are open. An administrator can open another with "
        "PKIADMIN_INTERNAL_CRL_HOSTS."
    ),
}

# Kinds of address that are closed, by `pki.address_guard.kind_of`.
_CLOSED: Final[dict[str, str]] = {
    "private": "a private network",
    "shared": "a shared network (100.64.0.0/10)",
    "loopback": "the machine of the console itself",
    "reserved": "a reserved network",
    "translated": "a translated network",
    "translated_local": "a translated local network",
}
_NEVER_OPEN: Final[dict[str, str]] = {
    "unspecified": "no address",
    "multicast": "a multicast group",
    "broadcast": "a broadcast address",
    "link_local": "the link itself, where clouds keep their metadata",
    "mapped": "an IPv4 address in disguise",
}
CRL_TEXTS.update(
    {
        f"fetch_{kind}": (
            f"The host leads to {where} ({{address}}), which is closed. An administrator can open "
            "it with PKIADMIN_INTERNAL_CRL_HOSTS."
        )
        for kind, where in _CLOSED.items()
    }
)
CRL_TEXTS.update(
    {
        f"fetch_{kind}": f"The host leads to {where} ({{address}}), which nobody can open."
        for kind, where in _NEVER_OPEN.items()
    }
)

OUTCOMES: Final[dict[str, tuple[str, str]]] = {
    "": ("pending", "Not asked yet"),
    "taken": ("done", "New CRL taken"),
    "unchanged": ("done", "Same CRL as before"),
    "fetch_failed": ("failed", "Nothing came"),
    "refused": ("rejected", "Refused"),
}
"""The word of `ui.states` and the label of what an attempt ended with."""

NOTES: Final[dict[str, str]] = {
    "tls_unverified": (
        "The server's own certificate is not trusted ({reason}). A CRL is signed, so that does no "
        "harm."
    ),
    "stayed": "The authority is late: the same list came again after it should have been renewed.",
}


def crl_sentence(code: str, data: Mapping[str, Any]) -> str:
    """The sentence of a code; of one from a newer version the code."""
    text = CRL_TEXTS.get(code, f"{code.replace('_', ' ').capitalize()}.")
    if "limit" in data:
        data = {**data, "what": limit_words(data)}
    return text.format_map(defaultdict(lambda: "?", {k: _said(v) for k, v in data.items()}))


def note_sentence(code: str, data: Mapping[str, Any]) -> str:
    return NOTES.get(code, code).format_map(defaultdict(lambda: "?", data))


def _said(value: object) -> object:
    """Moments as people write them; everything else as it is."""
    if isinstance(value, str) and value[10:11] == "T":
        try:
            return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M} UTC"
        except ValueError:
            return value
    return value
