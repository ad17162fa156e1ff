"""Blocks on their way out of the sandbox: JSON rows and, beside them, the DER that they describe.

The sender may have been taken over by what it read, so nothing of it is trusted: the reader builds
only the plain values below, checks the type of every column, and digests the DER itself, since the
digest is a certificate's identity. (JSON with the DER beside it was the fastest plain form measured:
base64 inside it costs a third more; `marshal` and `pickle` are no forms for hostile bytes.)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pki.certificate import AltName, CertificateFacts
from pki.crl import CrlFacts
from pki.findings import Finding, Severity
from pki.formats.blocks import Block, BlockKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

# Asking a dictionary costs a tenth of what calling the class of an enumeration does.
_KINDS = {kind.value: kind for kind in BlockKind}
_SEVERITIES = {severity.value: severity for severity in Severity}

_FINDING_TYPES = (str, str, str, dict)
_BLOCK_TYPES = (int, int, str, str, str, str, list)
_CERTIFICATE_TYPES = (
    *(int, int, str, str, str, str, str, str, str, str, str, str),
    *(int, int, bool, int, bool, str, int, str, str),
    *(list, list, list, list, list, list, list),
)
_CRL_TYPES = (int, str, str, str, str, str, int, list, str, list, int, list)

Row = list[Any]


class BadWire(ValueError):
    """What came out of the sandbox has not the shape that it must have."""


def encode_blocks(blocks: Sequence[Block]) -> tuple[bytes, bytes]:
    """The blocks as JSON, and their DER one behind the other."""
    ders: list[bytes] = []
    rows = [_block_row(block, ders) for block in blocks]
    return json.dumps(rows, separators=(",", ":")).encode(), b"".join(ders)


def decode_blocks(rows_json: bytes, ders: bytes) -> list[Block]:
    """The blocks that `encode_blocks` wrote. Raises `BadWire`."""
    try:
        rows = json.loads(rows_json)
        if type(rows) is not list:
            raise BadWire("no list")
        cursor = _Cursor(ders)
        blocks = [_block(row, cursor) for row in rows]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadWire("wrong shape") from error
    if cursor.at != len(ders):
        raise BadWire("bytes left over")
    return blocks


class _Cursor:
    """Takes each object's DER from the front of what is left."""

    def __init__(self, ders: bytes) -> None:
        self._ders = ders
        self.at = 0

    def take(self, length: int) -> bytes:
        at = self.at
        if not 0 < length <= len(self._ders) - at:
            raise BadWire("bytes missing")
        self.at = at + length
        return self._ders[at : at + length]


def _check(row: object, types: tuple[type, ...]) -> None:
    if type(row) is not list or tuple(map(type, row)) != types:
        raise BadWire("wrong types")


# Writing -----------------------------------------------------------------------------------------


def _block_row(block: Block, ders: list[bytes]) -> Row:
    if block.certificate is not None:
        what, inside = "certificate", _certificate_row(block.certificate, ders)
    elif block.crl is not None:
        what, inside = "crl", _crl_row(block.crl, ders)
    elif block.known:
        what, inside = "known", [block.known]
    else:
        assert block.rejected is not None  # noqa: S101 - a block is one of four, by its contract
        what, inside = "rejected", _finding_row(block.rejected)
    return [block.number, block.line, block.container, block.kind, block.label, what, inside]


def _certificate_row(facts: CertificateFacts, ders: list[bytes]) -> Row:
    ders.append(facts.der)
    return [
        len(facts.der),
        facts.version,
        facts.serial,
        facts.subject,
        facts.issuer,
        facts.subject_sha256,
        facts.issuer_sha256,
        facts.cn,
        facts.organization,
        facts.ski,
        facts.aki,
        facts.aki_serial,
        _seconds(facts.not_before),
        _seconds(facts.not_after),
        facts.is_ca,
        -1 if facts.path_length is None else facts.path_length,
        facts.self_issued,
        facts.key_algorithm,
        facts.key_size,
        facts.signature_algorithm,
        facts.spki_sha256,
        facts.key_usage,
        facts.extended_key_usage,
        [text for name in facts.alt_names for text in (name.kind, name.value)],
        facts.ocsp_urls,
        facts.ca_issuer_urls,
        facts.crl_urls,
        [_finding_row(odd) for odd in facts.findings],
    ]


def _crl_row(facts: CrlFacts, ders: list[bytes]) -> Row:
    ders.append(facts.der)
    return [
        len(facts.der),
        facts.issuer,
        facts.issuer_sha256,
        facts.aki,
        facts.number,
        facts.base_number,
        _seconds(facts.this_update),
        [] if facts.next_update is None else [_seconds(facts.next_update)],
        facts.signature_algorithm,
        facts.scope,
        facts.revoked_count,
        [_finding_row(odd) for odd in facts.findings],
    ]


def _finding_row(odd: Finding) -> Row:
    return [odd.code, odd.severity, odd.place, dict(odd.data)]


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _SECOND


# Reading -----------------------------------------------------------------------------------------


def _block(row: Row, cursor: _Cursor) -> Block:
    _check(row, _BLOCK_TYPES)
    number, line, container, kind, label, what, inside = row
    certificate = crl = rejected = None
    known = ""
    if what == "certificate":
        certificate = _certificate(inside, cursor)
    elif what == "crl":
        crl = _crl(inside, cursor)
    elif what == "rejected":
        rejected = _finding(inside)
    elif what == "known":
        (known,) = _texts(inside)
        if not known:
            raise BadWire("wrong types")
    else:
        raise BadWire("unknown kind of block")
    return Block(
        number=number,
        line=line,
        container=container,
        kind=_KINDS[kind],
        label=label,
        certificate=certificate,
        crl=crl,
        rejected=rejected,
        known=known,
    )


def _certificate(row: Row, cursor: _Cursor) -> CertificateFacts:
    _check(row, _CERTIFICATE_TYPES)
    der = cursor.take(row[0])
    names = _texts(row[23])
    return CertificateFacts(
        der=der,
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        version=row[1],
        serial=row[2],
        subject=row[3],
        issuer=row[4],
        subject_sha256=row[5],
        issuer_sha256=row[6],
        cn=row[7],
        organization=row[8],
        ski=row[9],
        aki=row[10],
        aki_serial=row[11],
        not_before=_moment(row[12]),
        not_after=_moment(row[13]),
        is_ca=row[14],
        path_length=None if row[15] < 0 else row[15],
        self_issued=row[16],
        key_algorithm=row[17],
        key_size=row[18],
        signature_algorithm=row[19],
        spki_sha256=row[20],
        key_usage=_texts(row[21]),
        extended_key_usage=_texts(row[22]),
        alt_names=tuple(
            AltName(kind=kind, value=value)
            for kind, value in zip(names[::2], names[1::2], strict=True)
        ),
        ocsp_urls=_texts(row[24]),
        ca_issuer_urls=_texts(row[25]),
        crl_urls=_texts(row[26]),
        findings=tuple(map(_finding, row[27])),
    )


def _crl(row: Row, cursor: _Cursor) -> CrlFacts:
    _check(row, _CRL_TYPES)
    der = cursor.take(row[0])
    return CrlFacts(
        der=der,
        sha256=hashlib.sha256(der).hexdigest(),
        issuer=row[1],
        issuer_sha256=row[2],
        aki=row[3],
        number=row[4],
        base_number=row[5],
        this_update=_moment(row[6]),
        next_update=_moment(row[7][0]) if row[7] else None,
        signature_algorithm=row[8],
        scope=_texts(row[9]),
        revoked_count=row[10],
        findings=tuple(map(_finding, row[11])),
    )


def _finding(row: Row) -> Finding:
    _check(row, _FINDING_TYPES)
    code, severity, place, data = row
    for value in data.values():
        if type(value) is not str and type(value) is not int:
            raise BadWire("wrong types")
    return Finding(
        code=code, severity=_SEVERITIES[severity], place=place, data=tuple(sorted(data.items()))
    )


def _texts(values: list[str]) -> tuple[str, ...]:
    for value in values:
        if type(value) is not str:
            raise BadWire("wrong types")
    return tuple(values)


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
