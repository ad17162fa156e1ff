"""The public key blobs of SSH (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4) and X.509's, both ways.

Only what is public goes through here. Nothing is computed with a key, except that a point is
checked to lie on its curve, which is cheap.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pki import der, keys
from pki.der import DerError
from pki.errors import PkiError

RSA = b"ssh-rsa"
DSA = b"ssh-dss"
ED25519 = b"ssh-ed25519"
ED448 = b"ssh-ed448"
_ECDSA_PREFIX = b"ecdsa-sha2-"
_PLAIN = {ED25519: ("1.3.101.112", 32), ED448: ("1.3.101.113", 57)}
_CURVE_OIDS = {
    b"nistp256": "1.2.840.10045.3.1.7",
    b"nistp384": "1.3.132.0.34",
    b"nistp521": "1.3.132.0.35",
}
_CURVES: dict[bytes, ec.EllipticCurve] = {
    b"nistp256": ec.SECP256R1(),
    b"nistp384": ec.SECP384R1(),
    b"nistp521": ec.SECP521R1(),
}
_CURVE_NAMES = {oid: name for name, oid in _CURVE_OIDS.items()}
_PLAIN_NAMES = {oid: name for name, (oid, _) in _PLAIN.items()}
# The longest field of any key that is taken: an RSA modulus far beyond the limit still has a name.
LONGEST_FIELD = 64 * 1024


class SshDamaged(PkiError):
    """Bytes that are not a public key as SSH writes it. Data: `why`."""

    code = "ssh.damaged"


class SshUnsupported(PkiError):
    """A key type that has no form in X.509, or that the console does not know. Data: `algorithm`."""

    code = "ssh.unsupported"


class Reader:
    """Reads the fields of RFC 4251, section 5, one after the other. Raises `SshDamaged`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def rest(self) -> bytes:
        """What was not read yet."""
        return self._data[self._at :]

    def uint32(self) -> int:
        """A uint32."""
        return int.from_bytes(self._take(4), "big")

    def string(self) -> bytes:
        """A string: its length, then its bytes."""
        length = self.uint32()
        if length > LONGEST_FIELD:
            raise SshDamaged(why="field too long")
        return self._take(length)

    def mpint(self) -> int:
        """A positive mpint."""
        content = self.string()
        if content[:1] >= b"\x80":
            raise SshDamaged(why="negative number")
        return int.from_bytes(content, "big")

    def end(self) -> None:
        """Nothing may follow."""
        if self._at != len(self._data):
            raise SshDamaged(why="trailing data")

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise SshDamaged(why="truncated")
        self._at += count
        return taken


def string(content: bytes) -> bytes:
    """A string field."""
    return len(content).to_bytes(4, "big") + content


def mpint(value: int) -> bytes:
    """A positive mpint field."""
    return string(value.to_bytes(value.bit_length() // 8 + 1, "big") if value else b"")


def spki_from_blob(blob: bytes) -> bytes:
    """The DER SubjectPublicKeyInfo of an SSH public key blob.

    Raises `SshDamaged`, and `SshUnsupported` for certificates, hardware keys and unknown types.
    """
    reader = Reader(blob)
    name = reader.string()
    if name == RSA:
        exponent, modulus = reader.mpint(), reader.mpint()
        reader.end()
        return _spki(keys.RSA, der.encode(der.NULL, b""), _sequence_of_integers(modulus, exponent))
    if name == DSA:
        p, q, g, y = (reader.mpint() for _ in range(4))
        reader.end()
        return _spki(keys.DSA, _sequence_of_integers(p, q, g), _integer(y))
    if name in _PLAIN:
        oid, length = _PLAIN[name]
        point = reader.string()
        reader.end()
        if len(point) != length:
            raise SshDamaged(why="wrong key length")
        return _spki(oid, b"", point)
    if name.startswith(_ECDSA_PREFIX):
        return _elliptic(name, reader)
    raise SshUnsupported(algorithm=name.decode("ascii", "replace")[:64])


def _elliptic(name: bytes, reader: Reader) -> bytes:
    curve = name.removeprefix(_ECDSA_PREFIX)
    if curve not in _CURVES:
        raise SshUnsupported(algorithm=name.decode("ascii", "replace")[:64])
    if reader.string() != curve:
        raise SshDamaged(why="curve mismatch")
    point = reader.string()
    reader.end()
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[curve], point)
    except ValueError as error:
        raise SshDamaged(why="point not on curve") from error
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _spki(oid: str, parameters: bytes, key: bytes) -> bytes:
    algorithm = der.encode(der.OID, der.encode_object_identifier(oid)) + parameters
    return der.encode(
        der.SEQUENCE,
        der.encode(der.SEQUENCE, algorithm) + der.encode(der.BIT_STRING, b"\x00" + key),
    )


def _integer(value: int) -> bytes:
    return der.encode(der.INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _sequence_of_integers(*values: int) -> bytes:
    return der.encode(der.SEQUENCE, b"".join(map(_integer, values)))


def blob_from_spki(spki: bytes) -> bytes | None:
    """The SSH public key blob of a DER SubjectPublicKeyInfo; None where SSH has none for it."""
    try:
        return _blob(spki)
    except DerError:
        return None


def _blob(spki: bytes) -> bytes | None:
    at, end = der.whole(spki, der.SEQUENCE)
    start, stop = der.expect(spki, at, end, der.SEQUENCE)
    oid_start, oid_stop = der.expect(spki, start, stop, der.OID)
    oid = der.object_identifier(spki[oid_start:oid_stop])
    bits_start, bits_stop = der.expect(spki, stop, end, der.BIT_STRING)
    key = spki[bits_start + 1 : bits_stop]
    if oid == keys.RSA:
        modulus, exponent = _integers(key)
        return string(RSA) + mpint(exponent) + mpint(modulus)
    if oid == keys.DSA and oid_stop < stop:
        p, q, g = _integers(spki[oid_stop:stop])
        y_start, y_stop = der.whole(key, der.INTEGER)
        y = der.integer(key, y_start, y_stop)
        return string(DSA) + b"".join(map(mpint, (p, q, g, y)))
    if oid in _PLAIN_NAMES:
        return string(_PLAIN_NAMES[oid]) + string(key)
    if oid == keys.EC:
        tag, curve_start, curve_stop = der.read(spki, oid_stop, stop)
        curve = der.object_identifier(spki[curve_start:curve_stop]) if tag == der.OID else ""
        name = _CURVE_NAMES.get(curve)
        # SSH wants the uncompressed point (RFC 5656, 3.1); X.509 allows the compressed one too.
        if name and key[:1] in (b"\x02", b"\x03"):
            key = _uncompressed(name, key)
        return string(_ECDSA_PREFIX + name) + string(name) + string(key) if name else None
    return None


def _uncompressed(curve: bytes, point: bytes) -> bytes:
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[curve], point)
    except ValueError as error:
        raise DerError("point not on curve") from error
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _integers(data: bytes) -> tuple[int, ...]:
    at, end = der.whole(data, der.SEQUENCE)
    values = []
    for tag, start, stop in der.children(data, at, end):
        value = der.integer(data, start, stop) if tag == der.INTEGER else -1
        if value < 0:
            raise DerError("not a positive integer")
        values.append(value)
    if len(values) not in (2, 3):
        raise DerError("wrong number of integers")
    return tuple(values)


def algorithm_of(blob: bytes) -> str:
    """The key type that a blob starts with (`ssh-ed25519`). Raises `SshDamaged`."""
    return Reader(blob).string().decode("ascii", "replace")
