"""What happened, in words: every action code of the log and its sentence.

A sentence follows the name of the actor and may name the subject (`{subject}`) and what the
event's data hold. A test finds codes that are recorded somewhere and not listed here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

ACTIONS: dict[str, str] = {
    # jobs
    "job.rerun": "ran the job “{subject}” again",
    "job.cancelled": "cancelled the job “{subject}”",
    "job.run_now": "started “{subject}” ahead of its schedule",
    # certificates and CRLs
    "import.requested": "brought in {uploads} uploads ({bytes} bytes) for “{subject}”",
    "certificates.imported": (
        "imported {new_certificates} certificates and {new_crls} CRLs; {duplicate} were here "
        "before, {rejected} were rejected"
    ),
    "certificates.labelled": "labelled {count} certificates (added {added}, removed {removed})",
    "certificate.lifecycle_changed": "moved {subject} from {before} to {after}",
    "certificates.deleted": "deleted {count} certificates ({names})",
    "crls.deleted": "deleted {count} CRLs ({names})",
    # keys
    "key.generated": "made the key “{subject}” ({kind})",
    "key.imported": "imported the key “{subject}” ({kind})",
    "keys.labelled": "labelled {count} keys (added {added}, removed {removed})",
    "owner.created": "noted the owner “{subject}” ({kind})",
    "owner.edited": "changed the owner “{subject}”",
    "owner.merged": "merged the owner “{name}” into “{subject}” ({moved} things moved)",
    "owner.deleted": "deleted the owner “{name}” ({kind})",
    "key.state_changed": "moved the key “{subject}” from {from} to {to}",
    "key.edited": "changed the name, owner, labels or note of the key “{subject}”",
    "key.use_added": "noted that the key “{subject}” is used at {place} ({protocol})",
    "key.use_removed": "removed the use of the key “{subject}” at {place} ({protocol})",
    "key.exported": "exported the private key “{subject}” as {form}, encrypted: {reason}",
    "key.exported_plain": "exported the private key “{subject}” WITHOUT encryption: {reason}",
    "public_key.imported": "imported the public key “{subject}” ({kind})",
    "public_key.deleted": "deleted the public key “{subject}”",
    "kek.rotation_begun": "began to seal with another key-encryption key ({after})",
    "kek.rotation_ended": "ended the rotation of the key-encryption key ({after})",
    "key.refused": "was refused the key “{subject}” ({purpose}, {code})",
    # requests and self-signed certificates
    "request.key_awaited": "asked for a {kind} key for the request “{subject}”",
    "request.created": "made the request “{subject}” with the key “{key}”",
    "request.self_signed": (
        "made the self-signed certificate “{subject}” with the key “{key}” for {days} days"
    ),
    "request.sent": "sent the request “{subject}” to its CA",
    "request.answered": (
        "attached the reply to the request “{subject}” ({certificates} certificates, {new} new)"
    ),
    "request.withdrawn": "withdrew the request “{subject}”",
    # trust stores
    "trust_store.created": "created the trust store “{subject}”",
    "trust_store.changed": "changed the policy of the trust store “{subject}”",
    "trust_store.deleted": "deleted the trust store “{subject}”",
    "trust_store.members_added": "added {count} certificates to the trust store “{subject}”",
    "trust_store.member_removed": "removed {name} from the trust store “{subject}”",
    "trust_store.crls_added": "added {count} CRLs to the trust store “{subject}”",
    "trust_store.pasted": (
        "pasted {certificates} certificates and {crls} CRLs for the trust store “{subject}”"
    ),
    "trust_store.crl_removed": "removed a CRL of {name} from the trust store “{subject}”",
    "trust_store.crls_replaced": (
        "let {count} newer CRLs take the place of older ones in the trust store “{subject}”"
    ),
    "trust_store.crl_uploaded": (
        "uploaded a CRL of {name} (number {number}) for the trust store “{subject}”"
    ),
    "trust_store.crl_fetched": (
        "fetched a CRL of {name} (number {number}) from {url} into the trust store “{subject}”"
    ),
    "crl_source.added": "let the trust store “{subject}” get CRLs from {url}",
    "crl_source.removed": "let the trust store “{subject}” no longer get CRLs from {url}",
    "crl_source.fetch_requested": "asked {url} for a CRL for the trust store “{subject}”",
    "crl_source.refused": "refused what {url} gave the trust store “{subject}” ({codes})",
    # notices
    "trust_store.recipients_changed": (
        "let {after} instead of {before} hear of what ends in the trust store “{subject}”"
    ),
    "notice.acknowledged": "acknowledged that {subject} ends",
    "notice.reopened": "asked for notices of the end of {subject} again",
    # calendars
    "calendar_feed.made": "made the secret address of their calendar",
    "calendar_feed.renewed": "renewed the secret address of their calendar",
    "calendar_feed.revoked": "closed the secret address of their calendar",
    # services and accounts
    "service.probe_requested": "had the service “{subject}” probed",
    "service.presented_accepted": (
        "said that the service “{subject}” rightly presents what was seen at {address} ({name})"
    ),
    "service.created": "described the new service “{subject}” ({protocol})",
    "service.changed": "changed the service “{subject}”",
    "service.certificate_replaced": (
        "let the service “{subject}” present {after} in place of its predecessor"
    ),
    "service.deleted": "deleted the service “{subject}”",
    "account.created": "described the new account “{subject}”",
    "account.changed": "changed the account “{subject}”",
    "account.certificate_replaced": (
        "let the account “{subject}” log in with {after} in place of its predecessor"
    ),
    "account.deleted": "deleted the account “{subject}”",
    # rehearsals
    "rehearsal.made": "rehearsed a connection to the service “{service}”",
    # kits
    "kit.begun": "began the kit “{subject}” for the account “{account}”",
    "kit.proven": "proved the kit “{subject}” by handshakes",
    "kit.not_proven": "tried the kit “{subject}” in vain ({failed})",
    "kit.created": "created the kit “{subject}” for the account “{account}”",
    "kit.downloaded": "took the files of the {side} of the kit “{subject}”",
    "kit.deleted": "deleted the kit “{subject}”",
    # people
    "person.added": "added {subject} as {role}",
    "person.role_changed": "changed the role of {subject} from {before} to {after}",
    "person.deactivated": "deactivated the account of {subject}",
    "person.activated": "activated the account of {subject} again",
    "person.password_reset": "gave {subject} a new one-time password",
    "person.password_changed": "changed their own password",
}


def sentence_of(action: str, subject: str, data: dict[str, Any]) -> str:
    """The sentence of an action; of one from a newer version its code."""
    text = ACTIONS.get(action)
    if text is None:
        return action
    return text.format_map(defaultdict(lambda: "?", {**data, "subject": subject or "?"}))
