"""Codes of what is said about key files, requests and replies, each with its severity.

Words stand in `certificates/key_texts.py`. What a public key is like in itself (too small, DSA)
has its codes in `pki.findings`, as certificates say the same.
"""

from __future__ import annotations

from pki.findings import Finding, Severity

_INFO = Severity.INFO
_WARNING = Severity.WARNING
_ERROR = Severity.ERROR

CODES: dict[str, Severity] = {
    # Reading a key file.
    "keyfile.wrong_passphrase": _ERROR,
    "keyfile.passphrase_missing": _ERROR,
    "keyfile.passphrase_not_needed": _INFO,
    "keyfile.public_only": _ERROR,
    "keyfile.certificate_only": _ERROR,
    "keyfile.private_where_public": _ERROR,
    "keyfile.nothing_found": _ERROR,
    "keyfile.damaged": _ERROR,
    "keyfile.unsupported_algorithm": _ERROR,
    "keyfile.unsupported_cipher": _ERROR,
    "keyfile.unsupported_format": _ERROR,
    "keyfile.inconsistent": _ERROR,
    "keyfile.public_mismatch": _ERROR,
    "keyfile.close_primes": _ERROR,
    "keyfile.hashed_hosts": _INFO,
    "keyfile.revoked_line": _WARNING,
    # Before a request is sent: errors stop, warnings can be accepted.
    "request.empty_subject": _ERROR,
    "request.no_names": _WARNING,
    "request.cn_missing": _WARNING,
    "request.account_missing": _ERROR,
    "request.cn_too_long": _ERROR,
    "request.field_too_long": _ERROR,
    "request.control_characters": _ERROR,
    "request.spaces_around": _ERROR,
    "request.cn_not_a_host": _WARNING,
    "request.cn_has_port": _ERROR,
    "request.country_refused": _ERROR,
    "request.country_uk": _WARNING,
    "request.organizational_unit": _WARNING,
    "request.email_malformed": _ERROR,
    "request.host_malformed": _ERROR,
    "request.address_malformed": _ERROR,
    "request.uri_malformed": _ERROR,
    "request.host_underscore": _WARNING,
    "request.host_private": _WARNING,
    "request.host_single_label": _WARNING,
    "request.address_private": _WARNING,
    "request.wildcard_not_leftmost": _ERROR,
    "request.wildcard_partial": _ERROR,
    "request.wildcard_too_wide": _WARNING,
    "request.wildcard_several": _ERROR,
    "request.names_many": _WARNING,
    "request.names_too_many": _ERROR,
    "request.name_twice": _WARNING,
    "request.uri_or_email_in_server": _WARNING,
    "request.client_auth": _WARNING,
    "request.profile_usage": _WARNING,
    "request.unknown_usage": _ERROR,
    "request.usage_needs_rsa": _ERROR,
    "request.ca_usage": _ERROR,
    "request.unknown_digest": _ERROR,
    "request.key_small": _WARNING,
    "request.key_too_small": _ERROR,
    "request.key_not_public": _WARNING,
    "request.key_unusable": _ERROR,
    "request.days_out_of_range": _ERROR,
    "request.days_long": _WARNING,
    "request.ends_too_late": _ERROR,
    # What a request that was read is like.
    "request.signature_invalid": _ERROR,
    "request.signature_unsupported": _WARNING,
    "request.extensions_malformed": _ERROR,
    "request.asks_ca": _WARNING,
    "request.challenge_password": _WARNING,
    # A reply against its request.
    "reply.other_key": _ERROR,
    "reply.no_certificate": _ERROR,
    "reply.several": _INFO,
    "reply.chain_incomplete": _WARNING,
}


def key_finding(code: str, *, place: str = "", **data: str | int) -> Finding:
    """The finding of this code, with the severity that `CODES` gives it."""
    return Finding(code=code, severity=CODES[code], place=place, data=tuple(sorted(data.items())))
