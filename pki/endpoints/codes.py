"""Every finding that a judgement can hold: how much it presses, and what helps.

Words stand in `endpoints/judgement_texts.py`; a test holds the tables together. Remedies are codes
too, because the console has a page for most of them: it knows the address, this table does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pki.endpoints.judgement import JudgedFinding, Weight

_FAILS = Weight.FAILS
_INCOMPLETE = Weight.INCOMPLETE
_UNDETERMINED = Weight.UNDETERMINED
_WARNED = Weight.WARNED
_INFO = Weight.INFO

REMEDIES: Final = frozenset(
    {
        "add_to_client_store",
        "add_to_server_store",
        "choose_certificate",
        "clean_chain",
        "edit_account",
        "edit_client_store",
        "edit_server_store",
        "edit_service",
        "import_issuer",
        "look_at_key",
        "look_at_service",
        "rehearse",
        "renew",
        "renew_crl",
        "send_chain",
        "wait",
    }
)

# What is said of the certificate of either side, by the store of the other.
_DIRECTION: Final[dict[str, tuple[Weight, str]]] = {
    "unreadable": (_FAILS, "choose_certificate"),
    "issuer_unknown": (_FAILS, "import_issuer"),
    "anchor_missing": (_FAILS, "add_to_store"),
    "expired": (_FAILS, "renew"),
    "not_yet_valid": (_FAILS, "wait"),
    "revoked": (_FAILS, "choose_certificate"),
    "purpose": (_FAILS, "choose_certificate"),
    "refused": (_FAILS, "rehearse"),
    "revocation_unknown": (_UNDETERMINED, "renew_crl"),
    "astray": (_UNDETERMINED, "rehearse"),
    "store_for_other_usage": (_WARNED, "edit_store"),
    "ends_soon": (_WARNED, "renew"),
    "crl_ends_soon": (_INFO, "renew_crl"),
}


def _of_side(side: str) -> dict[str, tuple[Weight, str]]:
    own = {"add_to_store": f"add_to_{side}_store", "edit_store": f"edit_{side}_store"}
    return {
        f"{side}.{code}": (weight, own.get(remedy, remedy))
        for code, (weight, remedy) in _DIRECTION.items()
    }


CODES: Final[dict[str, tuple[Weight, str]]] = {
    # What has to be described before anything can be said.
    "service.no_address": (_INCOMPLETE, "edit_service"),
    "service.no_certificate": (_INCOMPLETE, "edit_service"),
    "service.no_server_store": (_INCOMPLETE, "edit_service"),
    "service.no_client_store": (_INCOMPLETE, "edit_service"),
    "service.no_host_key": (_INCOMPLETE, "edit_service"),
    "account.no_service": (_INCOMPLETE, "edit_account"),
    "account.no_ssh_key": (_INCOMPLETE, "edit_account"),
    "account.no_certificate": (_FAILS, "edit_account"),
    # Addresses against the names of the certificate (RFC 9525, section 6; RFC 6125).
    "name.mismatch": (_FAILS, "choose_certificate"),
    "name.none_in_certificate": (_FAILS, "choose_certificate"),
    "name.cn_ignored": (_FAILS, "choose_certificate"),
    "name.wildcard_one_label": (_FAILS, "choose_certificate"),
    "name.wildcard_misplaced": (_FAILS, "choose_certificate"),
    "name.ip_as_dns": (_FAILS, "choose_certificate"),
    "name.ip_in_cn": (_FAILS, "choose_certificate"),
    "name.cannot_be_asked": (_FAILS, "edit_service"),
    "name.by_common_name": (_WARNED, "renew"),
    # The chain as it is sent (RFC 8446, section 4.4.2).
    "chain.not_sent": (_FAILS, "send_chain"),
    "chain.leans_on_store": (_WARNED, "send_chain"),
    "chain.leaf_not_first": (_FAILS, "clean_chain"),
    "chain.out_of_order": (_WARNED, "clean_chain"),
    "chain.duplicate": (_WARNED, "clean_chain"),
    "chain.unrelated": (_WARNED, "clean_chain"),
    "chain.root_sent": (_INFO, "clean_chain"),
    "chain.unreadable": (_WARNED, "clean_chain"),
    "client.must_send": (_WARNED, "add_to_client_store"),
    "client.chain_not_sent": (_FAILS, "add_to_client_store"),
    # Each side's certificate by the other side's store.
    **_of_side("server"),
    **_of_side("client"),
    # A client certificate and the name of the account, byte for byte.
    "client.cn_differs": (_FAILS, "choose_certificate"),
    "client.cn_case": (_FAILS, "edit_account"),
    "client.cn_missing": (_FAILS, "choose_certificate"),
    "client.cn_several": (_WARNED, "renew"),
    "account.server_names_differ": (_WARNED, "edit_account"),
    # What an account rests on.
    "account.service_fails": (_FAILS, "look_at_service"),
    "account.service_incomplete": (_INCOMPLETE, "look_at_service"),
    "account.service_undetermined": (_UNDETERMINED, "look_at_service"),
    # What people decided about a certificate, and the state of its key (NIST SP 800-57).
    "certificate.replaced": (_WARNED, "choose_certificate"),
    "certificate.retired": (_WARNED, "choose_certificate"),
    "key.not_held": (_INFO, ""),
    "key.pre_active": (_INFO, "look_at_key"),
    "key.suspended": (_WARNED, "look_at_key"),
    "key.deactivated": (_WARNED, "look_at_key"),
    "key.compromised": (_FAILS, "choose_certificate"),
    "key.destroyed": (_FAILS, "choose_certificate"),
    # SSH keys, of hosts and of accounts.
    "ssh_key.dsa": (_WARNED, "look_at_key"),
    "ssh_key.weak": (_WARNED, "look_at_key"),
    "ssh_key.compromised": (_FAILS, "look_at_key"),
    "ssh_key.destroyed": (_FAILS, "look_at_key"),
    "ssh_key.inactive": (_WARNED, "look_at_key"),
}


def judged_finding(
    code: str,
    about: Mapping[str, str | int] | None = None,
    *,
    place: str = "",
    **data: str | int,
) -> JudgedFinding:
    """The finding of this code, as heavy as `CODES` says; its data are `about` and the rest."""
    weight, remedy = CODES[code]
    return JudgedFinding(
        code=code,
        weight=weight,
        place=place,
        data=tuple(sorted({**(about or {}), **data}.items())),
        remedy=remedy,
    )
