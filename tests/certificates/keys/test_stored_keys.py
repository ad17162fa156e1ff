"""The key store: what is sealed, what opens, and what is refused (threats 1 and 2)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from audit.models import AuditEvent
from audit.services.verify_audit import verify_audit
from certificates.key_refusals import KeyRefused
from certificates.models import (
    KeyOrigin,
    KeyState,
    KeyTransition,
    PrivateKey,
    PublicKey,
    SealedKey,
)
from certificates.services.change_key_state import change_key_state
from certificates.services.open_private_key import EXPORT, SIGN, open_private_key
from certificates.services.public_facts import public_facts
from certificates.services.store_private_key import store_private_key
from pki.key_generation import public_part
from tests.certificates.keys.material import notations, pkcs8_of, secrets_of

pytestmark = pytest.mark.django_db
Stored = Callable[..., PrivateKey]


def refusal(key: PrivateKey, purpose: str = SIGN) -> str:
    """The code of the refusal, which is also the last event of the log."""
    with pytest.raises(KeyRefused) as refused:
        open_private_key(key=key, purpose=purpose)
    event = AuditEvent.objects.order_by("-sequence")[0]
    assert (event.action, event.subject_id) == ("key.refused", str(key.pk))
    assert event.data["code"] == refused.value.code
    assert key.name in refused.value.says
    assert verify_audit().first_bad is None
    return refused.value.code


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256", "P-521", "Ed25519", "Ed448"])
def test_it_gives_back_the_same_bytes(stored: Stored, algorithm: str) -> None:
    key = stored(algorithm)
    assert open_private_key(key=key, purpose=SIGN) == pkcs8_of(algorithm)
    assert bytes(key.spki) == public_part(pkcs8_of(algorithm))


def test_the_same_key_is_kept_once(stored: Stored) -> None:
    first = stored(name="first")
    assert stored(name="second") == first
    first.refresh_from_db()
    assert first.name == "first"
    assert AuditEvent.objects.filter(action="key.imported").count() == 1


def test_what_is_made_here_is_not_yet_active_and_what_is_imported_is(stored: Stored) -> None:
    assert stored("P-256", origin=KeyOrigin.GENERATED).key_state is KeyState.PRE_ACTIVE
    assert stored("Ed25519", origin=KeyOrigin.IMPORTED).key_state is KeyState.ACTIVE


def test_a_key_that_is_not_audited_is_not_kept(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("certificates.services.store_private_key.record", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        stored()
    assert not PrivateKey.objects.exists()
    assert not SealedKey.objects.exists()


def test_two_keys_that_were_swapped_do_not_open(stored: Stored) -> None:
    one, other = stored("P-256"), stored("Ed25519")
    held = {row.key_id: bytes(row.sealed) for row in SealedKey.objects.all()}
    SealedKey.objects.filter(key=one).update(sealed=held[other.pk])
    SealedKey.objects.filter(key=other).update(sealed=held[one.pk])
    assert refusal(one) == refusal(other, EXPORT) == "key.seal_broken"


def test_two_rows_that_were_swapped_whole_do_not_open(stored: Stored) -> None:
    one, other = stored("P-256", 1), stored("P-256", 2)
    columns = ("spki", "spki_sha256", "spki_sha1", "spki_md5")
    mine = {name: getattr(one, name) for name in columns}
    theirs = {name: getattr(other, name) for name in columns}
    PrivateKey.objects.filter(pk=one.pk).update(spki_sha256="0" * 64)
    PrivateKey.objects.filter(pk=other.pk).update(**mine)
    PrivateKey.objects.filter(pk=one.pk).update(**theirs)
    assert refusal(one) == "key.seal_broken"


def test_another_public_key_in_the_row_is_seen(stored: Stored) -> None:
    key = stored("P-256", 1)
    PrivateKey.objects.filter(pk=key.pk).update(spki=public_part(pkcs8_of("P-256", 2)))
    assert refusal(key) == "key.seal_broken"


def test_every_flipped_byte_is_seen(stored: Stored) -> None:
    key = stored()
    sealed = bytes(SealedKey.objects.get().sealed)
    codes = set()
    for at in range(0, len(sealed), 7):
        changed = bytearray(sealed)
        changed[at] ^= 1
        SealedKey.objects.update(sealed=bytes(changed))
        codes.add(refusal(key))
    assert codes == {"key.seal_broken"}


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\xff" + b"x" * 300, b"not sealed at all"])
def test_what_is_not_sealed_is_refused(stored: Stored, sealed: bytes) -> None:
    key = stored()
    SealedKey.objects.update(sealed=sealed)
    assert refusal(key) == "key.seal_broken"


def test_missing_bytes_are_refused(stored: Stored) -> None:
    key = stored()
    SealedKey.objects.all().delete()
    assert refusal(key) == "key.seal_broken"


def test_a_destroyed_key_that_was_put_back_by_sql_does_not_open(stored: Stored) -> None:
    key = stored()
    sealed = SealedKey.objects.get()
    change_key_state(actor=None, key=key, state=KeyState.DESTROYED, reason="done")
    SealedKey.objects.create(key=key, kek_id=sealed.kek_id, sealed=sealed.sealed)
    PrivateKey.objects.filter(pk=key.pk).update(state=KeyState.ACTIVE)
    assert refusal(key) == "key.state_forged"


def test_destroying_erases_the_private_bytes_and_leaves_what_is_public(stored: Stored) -> None:
    key = stored()
    change_key_state(actor=None, key=key, state=KeyState.DESTROYED, reason="done")
    assert not SealedKey.objects.exists()
    assert PrivateKey.objects.get().spki_sha256 == key.spki_sha256
    assert refusal(key, EXPORT) == "key.state_forbids"
    with pytest.raises(KeyRefused) as refused:
        stored()
    assert refused.value.code == "key.destroyed_before"


FORBIDDEN = {
    SIGN: {"suspended", "deactivated", "compromised", "destroyed"},
    EXPORT: {"suspended", "compromised", "destroyed"},
}
WAYS: dict[str, tuple[KeyState, ...]] = {
    "active": (),
    "suspended": (KeyState.SUSPENDED,),
    "deactivated": (KeyState.DEACTIVATED,),
    "compromised": (KeyState.COMPROMISED,),
    "destroyed": (KeyState.DEACTIVATED, KeyState.DESTROYED),
}


@pytest.mark.parametrize(("purpose", "state"), [*itertools.product(FORBIDDEN, WAYS)])
def test_what_each_state_permits(stored: Stored, purpose: str, state: str) -> None:
    key = stored()
    for step in WAYS[state]:
        change_key_state(actor=None, key=key, state=step, reason="a reason")
    if state in FORBIDDEN[purpose]:
        assert refusal(key, purpose) == "key.state_forbids"
    else:
        assert open_private_key(key=key, purpose=purpose)


# NIST SP 800-57 part 1, section 7, by hand: a letter for each state.
MATRIX = {
    "pre_active": "active compromised destroyed",
    "active": "suspended deactivated compromised destroyed",
    "suspended": "active deactivated compromised destroyed",
    "deactivated": "compromised destroyed",
    "compromised": "destroyed",
    "destroyed": "",
}


@pytest.mark.parametrize(("before", "after"), [*itertools.product(MATRIX, MATRIX)])
def test_only_the_transitions_of_the_standard_are_made(
    stored: Stored, before: str, after: str
) -> None:
    key = stored()
    PrivateKey.objects.update(state=before)
    if before == after:
        assert not change_key_state(actor=None, key=key, state=KeyState(after))
    elif after in MATRIX[before].split():
        assert change_key_state(actor=None, key=key, state=KeyState(after), reason="why")
        last = KeyTransition.objects.latest("pk")
        assert (last.before, last.after, last.reason) == (before, after, "why")
        assert last.moment == PrivateKey.objects.get().state_since
    else:
        with pytest.raises(KeyRefused) as refused:
            change_key_state(actor=None, key=key, state=KeyState(after))
        assert refused.value.code == "key.transition_forbidden"
        assert PrivateKey.objects.get().state == before


def test_a_public_key_becomes_private_when_its_private_part_arrives(stored: Stored) -> None:
    key = stored("P-256", 1)
    spki = public_part(pkcs8_of("P-256", 2))
    PublicKey.objects.create(
        **public_facts(spki), name="known", container="spki", created_at=key.created_at
    )
    assert stored("P-256", 2, name="whole").name == "whole"
    assert not PublicKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_stays_in_the_log_although_the_act_is_undone() -> None:
    with transaction.atomic():
        key = store_private_key(
            actor=None, pkcs8=pkcs8_of("P-256"), name="a key", origin=KeyOrigin.IMPORTED
        )
        change_key_state(actor=None, key=key, state=KeyState.SUSPENDED, reason="why")
    with pytest.raises(RuntimeError), transaction.atomic():
        # Inside a transaction the log could not keep it; so it is not even tried.
        open_private_key(key=key, purpose=SIGN)
    assert refusal(key) == "key.state_forbids"


def test_the_database_holds_no_private_byte(stored: Stored) -> None:
    stored("RSA-2048")
    stored("Ed25519")
    stolen = [*secrets_of(pkcs8_of("RSA-2048")), *secrets_of(pkcs8_of("Ed25519"))]
    needles = [needle for secret in stolen for needle in notations(secret)]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    data = (
                        bytes(value)
                        if isinstance(value, bytes | memoryview)
                        else str(value).encode()
                    )
                    assert not any(needle in data for needle in needles), table
