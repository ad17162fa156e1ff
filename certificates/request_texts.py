"""What the pages of requests call things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from certificates.finding_texts import SaidFinding, said
from certificates.key_texts import KEY_FINDING_TEXTS, key_said
from pki.findings import Finding
from pki.replies import Comparison

FIELDS: Mapping[str, str] = {
    "subject.C": "Country (C)",
    "subject.ST": "State or province (ST)",
    "subject.L": "City or town (L)",
    "subject.O": "Organization (O)",
    "subject.OU": "Unit (OU)",
    "subject.CN": "Common name",
    "subject.emailAddress": "E-mail",
    "alt_names": "Alternative names",
    "key_usage": "Key usage",
    "extended_key_usage": "Extended key usage",
    "ca": "Authority",
}
LEFT_OUT_CA = "that it may issue others"


def field_label(line: Comparison) -> str:
    """What a line of the comparison is about."""
    return FIELDS.get(line.field, line.field)


def told_of(stored: Iterable[Mapping[str, object]]) -> list[SaidFinding]:
    """Stored findings in words, those of requests and replies as well as those of blocks."""
    return [told(Finding.from_json(one)) for one in stored]


def told(found: Finding) -> SaidFinding:
    return key_said(found) if found.code in KEY_FINDING_TEXTS else said(found)
