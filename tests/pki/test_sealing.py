"""Sealed values open only whole, in their own place, with the right key."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pki.errors import KekUnusable, SealBroken
from pki.sealing import Kek, Sealed, open_sealed, rewrap, seal

OLD = Kek(id="2026-a", key=bytes(range(32)))
NEW = Kek(id="2026-b", key=bytes(range(1, 33)))
SECRET = b"-----BEGIN PRIVATE KEY----- canary"


def test_a_sealed_value_opens_after_it_was_stored() -> None:
    stored = seal(SECRET, kek=OLD, context=b"upload 7").to_bytes()
    assert SECRET not in stored
    assert OLD.key not in stored
    sealed = Sealed.from_bytes(stored)
    assert open_sealed(sealed, kek=OLD, context=b"upload 7") == SECRET
    assert sealed.kek_id == "2026-a"


def test_the_same_value_never_looks_the_same() -> None:
    assert len({seal(b"x", kek=OLD, context=b"").to_bytes() for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("kek", "context"),
    [
        (OLD, b"upload 8"),
        (NEW, b"upload 7"),
        (Kek(id=OLD.id, key=NEW.key), b"upload 7"),
        (Kek(id="renamed", key=OLD.key), b"upload 7"),
    ],
)
def test_another_place_or_key_does_not_open_it(kek: Kek, context: bytes) -> None:
    sealed = seal(SECRET, kek=OLD, context=b"upload 7")
    with pytest.raises(SealBroken) as caught:
        open_sealed(sealed, kek=kek, context=context)
    assert "canary" not in str(caught.value)


def test_every_flipped_bit_is_noticed() -> None:
    stored = seal(SECRET, kek=OLD, context=b"c").to_bytes()
    for position in range(len(stored)):
        changed = bytearray(stored)
        changed[position] ^= 0x01
        with pytest.raises(SealBroken):
            open_sealed(Sealed.from_bytes(bytes(changed)), kek=OLD, context=b"c")


def test_parts_of_two_sealed_values_do_not_mix() -> None:
    one = seal(b"one", kek=OLD, context=b"c")
    two = seal(b"two", kek=OLD, context=b"c")
    with pytest.raises(SealBroken):
        open_sealed(dataclasses.replace(one, box=two.box), kek=OLD, context=b"c")


@given(st.binary(max_size=200))
def test_any_stored_bytes_are_refused_and_never_raise_otherwise(stored: bytes) -> None:
    with pytest.raises(SealBroken):
        open_sealed(Sealed.from_bytes(stored), kek=OLD, context=b"")


def test_rotation_changes_the_wrapping_and_nothing_else() -> None:
    sealed = seal(SECRET, kek=OLD, context=b"c")
    moved = rewrap(sealed, old=OLD, new=NEW)
    assert moved.box == sealed.box
    assert open_sealed(moved, kek=NEW, context=b"c") == SECRET
    with pytest.raises(SealBroken):
        open_sealed(moved, kek=OLD, context=b"c")
    with pytest.raises(SealBroken):
        rewrap(sealed, old=NEW, new=OLD)


def test_a_key_is_never_shown() -> None:
    shown = f"{OLD!r} {OLD} {seal(SECRET, kek=OLD, context=b'c')!r}"
    assert repr(OLD.key) not in shown
    assert OLD.key.hex() not in shown
    assert "canary" not in shown


def test_the_check_value_tells_keys_apart() -> None:
    assert OLD.key_check_value() == Kek(id="x", key=OLD.key).key_check_value()
    assert OLD.key_check_value() != NEW.key_check_value()
    assert OLD.key_check_value() not in OLD.key.hex()
    assert len(OLD.key_check_value()) == 16


@pytest.mark.parametrize(
    ("key_id", "key"), [("a", b"x" * 31), ("", b"x" * 32), ("é" * 128, b"x" * 32)]
)
def test_an_unusable_key_is_refused_before_it_seals(key_id: str, key: bytes) -> None:
    with pytest.raises(KekUnusable) as caught:
        Kek(id=key_id, key=key)
    assert "xxxx" not in str(caught.value)
