"""What holds a path to names and policies; mostly it is only asked whether it decodes."""

from __future__ import annotations

from pki import der
from pki.der import DerError
from pki.extensions.content import nothing_after

_CPS = bytes.fromhex("2b06010505070201")
_USER_NOTICE = bytes.fromhex("2b06010505070202")


def certificate_policies(value: bytes) -> tuple[str, ...]:
    """The identifiers of RFC 5280, section 4.2.1.4; qualifiers are checked and left out."""
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    policies = []
    while at < end:
        start, at = der.expect(value, at, end, der.SEQUENCE)
        oid_start, stop = der.expect(value, start, at, der.OID)
        policies.append(der.object_identifier(value[oid_start:stop]))
        if stop < at:
            start, stop = der.expect(value, stop, at, der.SEQUENCE)
            _policy_qualifiers(value, start, stop)
        nothing_after(stop, at)
    return tuple(policies)


def _policy_qualifiers(value: bytes, at: int, end: int) -> None:
    while at < end:
        start, at = der.expect(value, at, end, der.SEQUENCE)
        oid_start, stop = der.expect(value, start, at, der.OID)
        qualifier = value[oid_start:stop]
        tag, inside, stop = der.read(value, stop, at)
        nothing_after(stop, at)
        if qualifier == _CPS and (tag != der.IA5_STRING or not value[inside:stop].isascii()):
            raise DerError("bad CPS address")
        if qualifier == _USER_NOTICE and tag != der.SEQUENCE:
            raise DerError("bad user notice")
        if qualifier == _USER_NOTICE:
            for kind, text_at, text_stop in der.children(value, inside, stop):
                _displayed_text(kind, value, text_at, text_stop)


def _displayed_text(tag: int, value: bytes, start: int, stop: int) -> None:
    if tag == der.SEQUENCE:  # NoticeReference
        der.check(value, start, stop)
    elif _is_bad_text(tag, value[start:stop]):
        raise DerError("bad notice text")


def _is_bad_text(tag: int, content: bytes) -> bool:
    """Whether a DisplayText (RFC 5280, section 4.2.1.4) holds what its string type forbids."""
    if tag in (der.IA5_STRING, der.VISIBLE_STRING):
        return not content.isascii()
    codec = {der.UTF8_STRING: "utf-8", der.BMP_STRING: "utf-16-be"}.get(tag)
    if codec is None:
        return True
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return True
    return False


def name_constraints(value: bytes) -> None:
    """RFC 5280, section 4.2.1.10."""
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    for tag, start, stop in der.children(value, at, end):
        if tag not in (0xA0, 0xA1) or start == stop:
            raise DerError("unexpected field")
        for kind, inside, inside_stop in der.children(value, start, stop):
            if kind != der.SEQUENCE:
                raise DerError("bad subtree")
            _subtree(value, inside, inside_stop)


def _subtree(value: bytes, at: int, end: int) -> None:
    tag, start, stop = der.read(value, at, end)
    if tag == 0x87:
        _address_and_mask(value[start:stop])
    if tag in (0x81, 0x82, 0x86) and not value[start:stop].isascii():
        raise DerError("name is not ASCII")
    if tag not in (0xA0, 0x81, 0x82, 0xA3, 0xA4, 0xA5, 0x86, 0x87, 0x88):
        raise DerError("unknown kind of name")
    for bound, _, _ in der.children(value, stop, end):
        if bound not in (0x80, 0x81):
            raise DerError("unexpected field")


def _address_and_mask(content: bytes) -> None:
    half = len(content) // 2
    if len(content) not in (8, 32):
        raise DerError("bad address and mask")
    holes = ~int.from_bytes(content[half:], "big") & ((1 << 8 * half) - 1)
    if holes & (holes + 1):
        raise DerError("mask is not a prefix")


def policy_constraints(value: bytes) -> None:
    """RFC 5280, section 4.2.1.11."""
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    for tag, start, stop in der.children(value, at, end):
        if tag not in (0x80, 0x81) or der.integer(value, start, stop) < 0:
            raise DerError("bad policy constraint")


def policy_mappings(value: bytes) -> None:
    """RFC 5280, section 4.2.1.5."""
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    for tag, start, stop in der.children(value, at, end):
        if tag != der.SEQUENCE:
            raise DerError("bad mapping")
        middle = der.expect(value, start, stop, der.OID)[1]
        nothing_after(der.expect(value, middle, stop, der.OID)[1], stop)


def inhibit_any_policy(value: bytes) -> None:
    """RFC 5280, section 4.2.1.14."""
    if der.integer(value, *der.whole(value, der.INTEGER)) < 0:
        raise DerError("negative number")
