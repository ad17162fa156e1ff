"""What is odd about an object: a code, a severity and a place. Words are found at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters to somebody who relies on the object."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One answer about an object.

    `code` is stable and dotted (`san.missing`); `place` is the field or extension it concerns, or
    empty; `data` are the values that its sentence names, as sorted pairs.
    """

    code: str
    severity: Severity
    place: str = ""
    data: tuple[tuple[str, str | int], ...] = ()

    def to_json(self) -> dict[str, object]:
        """A JSON-able form that `from_json` reads back."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "place": self.place,
            "data": dict(self.data),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Finding:
        """The finding that `to_json` stored."""
        data = stored.get("data")
        pairs = data.items() if isinstance(data, dict) else ()
        return cls(
            code=str(stored["code"]),
            severity=Severity(str(stored["severity"])),
            place=str(stored.get("place", "")),
            data=tuple(sorted(pairs)),
        )


_INFO = Severity.INFO
_WARNING = Severity.WARNING
_ERROR = Severity.ERROR

# Every code that reading an object or an upload gives, with its severity. The sentences for people
# are in `certificates/finding_texts.py`; a test holds both tables together.
CODES: dict[str, Severity] = {
    # The certificate as a whole, in the order of its fields (RFC 5280, section 4.1).
    "version.not_v3": _WARNING,
    "serial.negative": _WARNING,
    "serial.zero": _WARNING,
    "serial.too_long": _WARNING,
    "signature.md5": _ERROR,
    "signature.sha1": _WARNING,
    "signature.algorithm_mismatch": _ERROR,
    "validity.inverted": _ERROR,
    "validity.malformed": _ERROR,
    "validity.wrong_type": _INFO,
    "validity.too_long": _INFO,
    # Names.
    "name.malformed": _ERROR,
    "name.undecodable": _WARNING,
    "name.bad_string": _WARNING,
    "name.control_characters": _WARNING,
    "name.empty_value": _INFO,
    "name.empty_issuer": _WARNING,
    "name.empty_subject": _WARNING,
    "name.several_common_names": _INFO,
    "name.country_invalid": _WARNING,
    "name.country_uk": _INFO,
    "cn.not_in_san": _INFO,
    # Public keys.
    "key.malformed": _ERROR,
    "key.unsupported": _WARNING,
    "key.rsa_small": _WARNING,
    "key.rsa_large": _WARNING,
    "key.rsa_odd_size": _INFO,
    "key.weak_exponent": _WARNING,
    "key.curve_small": _WARNING,
    "key.dsa": _WARNING,
    # Extensions.
    "extension.malformed": _ERROR,
    "extension.duplicate": _ERROR,
    "extension.unknown_critical": _WARNING,
    "san.missing": _WARNING,
    "san.malformed": _WARNING,
    "san.control_characters": _WARNING,
    "san.address_as_dns": _WARNING,
    "ca.no_basic_constraints": _WARNING,
    "ca.basic_constraints_not_critical": _WARNING,
    "ca.path_length_without_ca": _INFO,
    "ca.no_key_usage": _WARNING,
    "ca.no_cert_sign": _WARNING,
    "ca.no_key_identifier": _INFO,
    # Revocation lists (RFC 5280, section 5).
    "crl.not_v2": _INFO,
    "crl.no_number": _WARNING,
    "crl.no_next_update": _WARNING,
    "crl.no_authority_key": _INFO,
    "crl.inverted": _ERROR,
    "crl.malformed_date": _ERROR,
    "crl.malformed_extension": _ERROR,
    "crl.malformed_entry": _ERROR,
    "crl.duplicate_extension": _ERROR,
    "crl.unknown_critical": _ERROR,
    "crl.unknown_critical_entry": _ERROR,
    # Blocks of an upload that are not taken.
    "block.not_decodable": _ERROR,
    "block.trailing_data": _ERROR,
    "block.too_large": _ERROR,
    "block.too_many_names": _ERROR,
    "block.bad_base64": _ERROR,
    "block.empty": _ERROR,
    "block.no_end": _ERROR,
    "block.label_mismatch": _ERROR,
    "block.private_key": _WARNING,
    "block.pkcs12_needs_passphrase": _WARNING,
    "block.keystore": _WARNING,
    "block.request": _INFO,
    "block.public_key": _INFO,
    "block.unsupported": _WARNING,
    "block.pkcs7_malformed": _ERROR,
    "block.pkcs7_encrypted": _WARNING,
    "block.pkcs7_empty": _WARNING,
    "block.listed_without_pem": _WARNING,
    "block.text_without_pem": _WARNING,
    "block.zip_malformed": _ERROR,
    "block.zip_encrypted": _WARNING,
    "block.zip_method": _WARNING,
    "block.nested_zip": _WARNING,
    "block.nothing_found": _WARNING,
}


def finding(code: str, *, place: str = "", **data: str | int) -> Finding:
    """The finding of this code, with the severity that `CODES` gives it."""
    return Finding(code=code, severity=CODES[code], place=place, data=tuple(sorted(data.items())))
