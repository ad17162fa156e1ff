from __future__ import annotations

import hmac
from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from audit.models import AuditEvent
from audit.services.record import record
from certificates.kek import key_context, opened
from certificates.key_refusals import KeyRefused
from certificates.models import KeyState, PrivateKey, SealedKey
from pki.errors import KekUnusable, SealBroken
from pki.key_generation import public_part
from pki.sealing import Sealed

SIGN = "sign"
EXPORT = "export"

# What a key may be used for in each state (NIST SP 800-57 part 1, section 7): a pre-active one only
# proves possession, which is what the signature of a request does, and is activated with its first
# certificate.
PERMITTED: Mapping[str, frozenset[KeyState]] = {
    SIGN: frozenset((KeyState.PRE_ACTIVE, KeyState.ACTIVE)),
    EXPORT: frozenset((KeyState.PRE_ACTIVE, KeyState.ACTIVE, KeyState.DEACTIVATED)),
}
# The events that say which state a key has; a change of the row alone is seen by them.
STATE_EVENTS = ("key.generated", "key.imported", "key.state_changed")


@sensitive_variables("pkcs8")
def open_private_key(
    *,
    key: PrivateKey,
    purpose: str,
    actor: User | None = None,
    request: HttpRequest | None = None,
) -> bytes:
    """The private key as PKCS#8 DER, for `SIGN` or `EXPORT`: the only place that opens one.

    Call it before the transaction of the act, never inside one: what is refused is written to the
    audit log, and that must not be undone with the act. Raises `KeyRefused`; then nothing came out.
    """
    # Nearly always this is all: it writes nothing, so nobody who writes holds it up.
    pkcs8, refused = _tried(key.pk, purpose)
    if pkcs8 is not None:
        return pkcs8
    with transaction.atomic(durable=True):
        # Once more, where nobody changes the key between two looks at it.
        pkcs8, refused = _tried(key.pk, purpose)
        if refused is not None:
            record(
                actor=actor,
                action="key.refused",
                subject=key,
                data={"purpose": purpose, "code": refused.code, "spki_sha256": key.spki_sha256},
                request=request,
            )
    if refused is not None:
        raise refused
    assert pkcs8 is not None  # noqa: S101  (either is set)
    return pkcs8


@sensitive_variables("pkcs8")
def _tried(key_id: int, purpose: str) -> tuple[bytes | None, KeyRefused | None]:
    row = PrivateKey.objects.get(pk=key_id)
    refused = _forbidden(row, purpose)
    return (None, refused) if refused is not None else _opened(row)


def _forbidden(row: PrivateKey, purpose: str) -> KeyRefused | None:
    state = row.get_state_display().lower()
    if row.key_state not in PERMITTED[purpose]:
        return KeyRefused("key.state_forbids", name=row.name, state=state)
    told = AuditEvent.objects.filter(
        subject_type=row._meta.label_lower, subject_id=str(row.pk), action__in=STATE_EVENTS
    )
    last = told.order_by("-sequence").first()
    if last is None or last.data.get("after") != row.state:
        return KeyRefused("key.state_forged", name=row.name, state=state)
    return None


@sensitive_variables("pkcs8")
def _opened(row: PrivateKey) -> tuple[bytes | None, KeyRefused | None]:
    """The bytes, or why there are none; no exception of the decryption goes further than here."""
    sealed = SealedKey.objects.filter(key=row).first()
    try:
        if sealed is None or Sealed.from_bytes(bytes(sealed.sealed)).kek_id != sealed.kek_id:
            raise SealBroken(key_id="")
        pkcs8 = opened(bytes(sealed.sealed), context=key_context(row.pk, row.spki_sha256))
        if not hmac.compare_digest(public_part(pkcs8), bytes(row.spki)):
            raise SealBroken(key_id=sealed.kek_id)
    except SealBroken:
        return None, KeyRefused("key.seal_broken", name=row.name)
    except KekUnusable:
        return None, KeyRefused("key.kek_missing", name=row.name)
    return pkcs8, None
