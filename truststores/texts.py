"""The words of trust stores: refusals, the policy, and what a report's first diagnostic means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from pki.verify.inputs import Policy, Revocation, Usage
from pki.verify.report import Diagnostic
from ui.uploads import size_text

REFUSALS: Final[dict[str, str]] = {
    "store.changed_meanwhile": (
        "Somebody else changed this trust store while you were looking at it. Look at it as it is"
        " now, then repeat your change."
    ),
    "store.name_taken": "There is already a trust store of this name.",
    "paste.nothing_found": "No certificate and no CRL was found in the text. Paste each whole, with "
    "its lines -----BEGIN and -----END.",
    "paste.limit_exceeded": (
        "That is more than can be pasted here: {what}. Import the"
        " file, then add its certificates from the inventory."
    ),
    "paste.not_readable": "Reading it took too much {why}. Import it as a file instead.",
    "roots.none_chosen": "Choose at least one root.",
    "members.none_chosen": "Choose at least one certificate.",
    "crls.none_chosen": "Choose at least one CRL.",
    "crls.too_many": (
        "Those are {count} CRLs; at most {maximum} are judged at once. They are in the inventory: add"
        " them in parts."
    ),
    "change.nothing": "There is nothing to change: the store is so already.",
    "proposal.saved_before": "This change has been saved already.",
    "proposal.not_worked_out": "Nobody knows yet what this change would do. Wait for the preview.",
    "proposal.gone": (
        "A certificate or a CRL of this change has been deleted since. Begin the change again."
    ),
    "source.already_there": "This store gets CRLs from this address already.",
    "source.too_many": "A trust store has at most {maximum} sources.",
    "sources.none_chosen": "Choose at least one address.",
}

HEADLINES: Final[dict[int, str]] = {
    2: "The path ends too early: an issuer is missing",
    3: "A CRL is missing",
    7: "A signature is wrong",
    9: "A certificate is not valid yet",
    10: "A certificate has expired",
    11: "A CRL is not in force yet",
    12: "A CRL is out of date",
    18: "Self-signed, and not in the trust store",
    19: "The root is not in the trust store",
    20: "The issuer is missing",
    21: "The issuer is missing",
    22: "The path is too long",
    23: "A certificate has been revoked",
    25: "An authority issued more levels than it may",
    26: "Not meant for this usage",
    28: "The root is rejected for this usage",
    32: "An authority may not sign certificates",
    47: "A name lies outside what an authority may issue",
    48: "A name lies inside what an authority must not issue",
    66: "A key is too weak",
    67: "An authority's key is too weak",
    68: "A signature uses a hash that is too weak",
    79: "A certificate that may not issue stands as an issuer",
}


def limit_words(data: Mapping[str, Any]) -> str:
    """What was too much, and how much is taken: of a `pki.errors.LimitExceeded`."""
    limit, value, maximum = str(data["limit"]), data.get("value", 0), data.get("maximum", 0)
    if limit.endswith("_bytes"):
        return f"{size_text(int(value))}, and at most {size_text(int(maximum))} are taken"
    if limit == "blocks":
        return f"more than {int(maximum):,} certificates and CRLs"
    if limit == "zip_members":
        return f"an archive of more than {int(maximum):,} files"
    return f"{limit.replace('_', ' ')} {value}, and at most {maximum} are taken"


def refusal_text(code: str, data: Mapping[str, str | int]) -> str:
    if "limit" in data:
        data = {**data, "what": limit_words(data)}
    return REFUSALS.get(code, code).format_map(defaultdict(lambda: "?", data))


USAGES: Final[dict[Usage, str]] = {
    Usage.SERVER: "Server authentication",
    Usage.CLIENT: "Client authentication",
    Usage.ANY: "Any usage",
}
REVOCATIONS: Final[dict[Revocation, str]] = {
    Revocation.NONE: "no CRL is asked for",
    Revocation.LEAF: "the end certificate needs a CRL",
    Revocation.CHAIN: "every certificate of the path needs a CRL",
}


def policy_words(policy: Policy) -> list[str]:
    """The policy in a few words each, the ordinary left out."""
    words = [f"Revocation: {REVOCATIONS[policy.revocation]}"]
    if policy.security_level != 1:
        words.append(f"Security level {policy.security_level}")
    for wanted, text in (
        (policy.partial_chain, "Partial chains accepted"),
        (not policy.common_name, "Host names only in subjectAltName"),
        (policy.strict, "Strict RFC 5280 checks"),
        (policy.require_explicit_policy, "An explicit certificate policy is required"),
        (policy.inhibit_policy_mapping, "No policy mapping"),
        (policy.inhibit_any_policy, "No anyPolicy"),
    ):
        if wanted:
            words.append(text)
    if policy.policy_oids:
        words.append(f"Policies: {', '.join(policy.policy_oids)}")
    return words


def headline_of(diagnostic: Diagnostic) -> str:
    """What a diagnostic means, in a few plain words; OpenSSL's own where the table has none."""
    said = diagnostic.text[:1].upper() + diagnostic.text[1:]
    return HEADLINES.get(diagnostic.number, said)
