"""Files that go out: PEM and PKCS#7, read back before they are offered, and names safe to give them."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Sequence

from pki import der
from pki.errors import WrittenWrong
from pki.formats import pem
from pki.formats.pkcs7 import NotPkcs7, read_pkcs7
from pki.names import subject_and_issuer_lines

_LINE = 64  # RFC 7468, section 2
_LONGEST_NAME = 100
_DATA = der.encode(der.OID, bytes.fromhex("2a864886f70d010701"))
_SIGNED_DATA = der.encode(der.OID, bytes.fromhex("2a864886f70d010702"))
_NOT_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z", re.IGNORECASE)


def write_pem(
    ders: Sequence[bytes], *, label: str = "CERTIFICATE", with_names: bool = False
) -> bytes:
    """The objects as PEM in their order.

    `with_names` puts `subject=` and `issuer=` above each certificate, in the notation of
    `openssl x509 -subject -issuer`. Raises `der.DerError` where a name is asked of something else.
    """
    parts: list[str] = []
    for data in ders:
        if with_names:
            subject, issuer = subject_and_issuer_lines(data)
            parts.append(f"subject={subject}\nissuer={issuer}\n")
        parts.append(_armoured(data, label))
    return "".join(parts).encode("ascii")


def _armoured(data: bytes, label: str) -> str:
    text = base64.b64encode(data).decode("ascii")
    lines = "\n".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def write_pkcs7(
    certificates: Sequence[bytes], *, crls: Sequence[bytes] = (), armoured: bool = True
) -> bytes:
    """Certificates and CRLs as PKCS#7 without a signature, in PEM or as DER.

    The certificates are a SET OF, which DER puts in the order of their encodings; the order of a
    chain is not kept, as with every tool that writes this form.
    """
    fields = [
        der.encode(der.INTEGER, b"\x01"),
        der.encode(der.SET, b""),
        der.encode(der.SEQUENCE, _DATA),
        der.encode(0xA0, b"".join(sorted(certificates))),
    ]
    if crls:
        fields.append(der.encode(0xA1, b"".join(sorted(crls))))
    fields.append(der.encode(der.SET, b""))
    signed = der.encode(0xA0, der.encode(der.SEQUENCE, b"".join(fields)))
    written = der.encode(der.SEQUENCE, _SIGNED_DATA + signed)
    return _armoured(written, "PKCS7").encode("ascii") if armoured else written


def read_back(written: bytes, expected_ders: Sequence[bytes]) -> None:
    """Raise `WrittenWrong` unless the PEM text holds exactly these objects in this order."""
    try:
        found = [pem.decode(span.body) for span in pem.spans(written)]
    except pem.BadBase64 as error:
        raise WrittenWrong(written=-1, expected=len(expected_ders)) from error
    if found != list(expected_ders):
        raise WrittenWrong(written=len(found), expected=len(expected_ders))


def read_back_pkcs7(written: bytes, expected_ders: Sequence[bytes]) -> None:
    """Raise `WrittenWrong` unless the PKCS#7, PEM or DER, holds exactly these certificates."""
    try:
        bodies = [pem.decode(span.body) for span in pem.spans(written)] or [written]
        found = [found for body in bodies for found in read_pkcs7(body).certificates]
    except (pem.BadBase64, NotPkcs7) as error:
        raise WrittenWrong(written=-1, expected=len(expected_ders)) from error
    if sorted(found) != sorted(expected_ders):
        raise WrittenWrong(written=len(found), expected=len(expected_ders))


def safe_file_name(text: str, *, suffix: str) -> str:
    """A file name of ASCII letters, digits, dots, dashes and underscores, never empty or hidden.

    Whatever stands in a certificate's name, this fits into a header and below a folder: no
    separators, quotes or control characters, no `..`, no name that Windows keeps for a device.
    """
    plain = unicodedata.normalize("NFKD", text.replace("*", "wildcard"))
    stem = _NOT_SAFE.sub("_", plain.encode("ascii", "ignore").decode("ascii"))
    stem = re.sub(r"\.{2,}", ".", stem).strip("._-")[:_LONGEST_NAME].strip("._-")
    if not stem or _RESERVED.match(stem.split(".")[0]):
        stem = f"file_{stem}" if stem else "file"
    return stem + suffix
