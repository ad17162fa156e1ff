"""Names in certificates, read for two questions: why an address does not match, and whose it is.

Whether an address matches is OpenSSL's answer alone (`X509_check_host`, `X509_check_ip`); what is
here only explains a refusal (RFC 9525, section 6; RFC 6125, sections 6.4.3 and 6.4.4).
"""

from __future__ import annotations

from typing import Final

from pki.certificate import CertificateFacts
from pki.der import DerError
from pki.endpoints.facts import Address
from pki.names import decode_string
from pki.verify.anatomy import Anatomy, name_attributes

_COMMON_NAME: Final = b"\x55\x04\x03"
_NAMED: Final = 5


def why_no_match(facts: CertificateFacts, address: Address) -> str:
    """The code of the reason for which this address is not one of the certificate's."""
    dns = [name.value for name in facts.alt_names if name.kind == "dns"]
    if not dns and not facts.cn and not any(name.kind == "ip" for name in facts.alt_names):
        return "name.none_in_certificate"
    if address.is_ip:
        if address.host in dns:
            return "name.ip_as_dns"
        return "name.ip_in_cn" if facts.cn == address.host else "name.mismatch"
    host = address.host.lower().removesuffix(".")
    patterns = dns or [facts.cn.lower()]
    if any(_is_misplaced(pattern) and _could_mean(pattern, host) for pattern in patterns):
        return "name.wildcard_misplaced"
    if any(_covers_deeper(pattern, host) for pattern in patterns):
        return "name.wildcard_one_label"
    if dns and facts.cn.lower() == host:
        return "name.cn_ignored"
    return "name.mismatch"


def names_in(facts: CertificateFacts) -> str:
    """The first names of a certificate that an address could match, for people."""
    names = [name.value for name in facts.alt_names if name.kind in ("dns", "ip")]
    names = names or ([facts.cn] if facts.cn else [])
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def common_names(der: bytes) -> list[str]:
    """Every common name of the subject as it is, unescaped; what is no text is left out."""
    try:
        attributes = list(name_attributes(Anatomy(der).subject))
    except DerError:
        return []
    texts = (decode_string(tag, content) for oid, tag, content in attributes if oid == _COMMON_NAME)
    return [text for text in texts if text is not None]


def _is_misplaced(pattern: str) -> bool:
    """An asterisk that is not the whole left-most label, or stands before fewer than two labels."""
    first, _, rest = pattern.partition(".")
    return "*" in rest or ("*" in first and first != "*") or (first == "*" and "." not in rest)


def _could_mean(pattern: str, host: str) -> bool:
    """Whether somebody who wrote the pattern may have meant this host: label by label it fits."""
    wanted, given = pattern.split("."), host.split(".")
    if len(wanted) != len(given):
        return False
    for label, one in zip(wanted, given, strict=True):
        before, star, after = label.partition("*")
        if label != one and not (star and one.startswith(before) and one.endswith(after)):
            return False
    return True


def _covers_deeper(pattern: str, host: str) -> bool:
    """`*.example.com` for `a.b.example.com` or for `example.com` itself."""
    if not pattern.startswith("*."):
        return False
    domain = pattern[2:]
    return host == domain or host.endswith(f".{domain}")
