"""What a CA will refuse, told before the request is sent: errors stop, warnings can be accepted.

Public CAs follow the CA/Browser Forum's Baseline Requirements (BR); a CA of one's own may see it
otherwise, which is why most of what only they refuse is a warning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta

from pki.countries import CountryRefused, check_country
from pki.csr.build import DIGESTS
from pki.csr.spec import (
    KEY_USAGES,
    SUBJECT_ATTRIBUTES,
    Profile,
    RequestSpec,
    Subject,
    alt_name,
    alt_names_of,
    extended_key_usage_of,
    key_usage_of,
)
from pki.extensions.general_names import AltName
from pki.findings import Finding
from pki.host_names import (
    NameRefused,
    host_name,
    is_address,
    is_private_address,
    is_private_host,
    mail_address,
)
from pki.key_findings import key_finding
from pki.keys import KeyFacts
from pki.limits import DEFAULT
from pki.names import is_plain, visible
from pki.oids import EXTENDED_KEY_USAGES
from pki.public_suffix import is_registry

# Let's Encrypt stops at 100 names; most others at 250.
MANY_NAMES = 100
# What clients of today accept of a certificate that is not a public CA's (Apple: 825 days).
LONG_DAYS = 825
MAXIMUM_DAYS = 36_500
# RFC 5280, 4.1.2.5: this moment means "no end"; nothing of ours goes there.
_LAST_END = datetime(9999, 12, 31, tzinfo=UTC)
SMALLEST_RSA = 2048
SMALLEST_USABLE_RSA = 1024
# BR, 6.1.5: RSA of at least 2048 bits, P-256, P-384, P-521. EdDSA is in no public CA's hands.
_PUBLIC_KEYS = ("RSA", "EC P-256", "EC P-384", "EC P-521")
_SIGNING_KEYS = ("RSA", "EC", "Ed25519", "Ed448")
_RSA_USAGES = ("keyEncipherment", "dataEncipherment")
_CA_USAGES = ("keyCertSign", "cRLSign")
_NAME_CODES = {
    "wildcard_not_leftmost": "request.wildcard_not_leftmost",
    "wildcard_partial": "request.wildcard_partial",
    "wildcard_several": "request.wildcard_several",
    "port": "request.cn_has_port",
}
_KIND_CODES = {
    "dns": "request.host_malformed",
    "ip": "request.address_malformed",
    "email": "request.email_malformed",
    "uri": "request.uri_malformed",
}


def preflight(
    spec: RequestSpec,
    key: KeyFacts | None,
    now: datetime,
    *,
    days: int | None = None,
    extra_countries: Iterable[tuple[str, str]] = (),
) -> tuple[Finding, ...]:
    """The findings about a request, in the order of the form; no error among them: it can be built.

    `key` is None while the key is still to be made. `days` is given for a self-signed certificate:
    then no public CA will see it, and what only they refuse is left out.
    """
    public = days is None
    found = [
        *_subject(spec, extra_countries, public=public),
        *_common_name(spec),
        *_names(spec, public=public),
        *_usages(spec, key, public=public),
        *(_key(key, public=public) if key else ()),
        *(_validity(days, now) if days is not None else ()),
    ]
    return tuple(dict.fromkeys(found))


def _subject(
    spec: RequestSpec, extra_countries: Iterable[tuple[str, str]], *, public: bool
) -> Iterator[Finding]:
    subject = spec.subject
    try:
        check_country(subject.country, extra_countries)
    except CountryRefused as error:
        yield key_finding("request.country_refused", place="country", why=error.code, **error.data)
    if public and subject.organizational_unit:
        # BR, 7.1.2.7.2: no OU since September 2022.
        yield key_finding("request.organizational_unit", place="organizational_unit")
    if public and subject.country == "UK":
        yield key_finding("request.country_uk", place="country")
    for item in fields(Subject):
        value = getattr(subject, item.name)
        _, short, longest = SUBJECT_ATTRIBUTES[item.name]
        if not is_plain(value):
            yield key_finding(
                "request.control_characters", place=item.name, value=visible(value)[:64]
            )
        if value != value.strip():
            yield key_finding("request.spaces_around", place=item.name, attribute=short)
        if item.name not in ("country", "common_name") and len(value) > longest:
            yield key_finding(
                "request.field_too_long",
                place=item.name,
                attribute=short,
                length=len(value),
                maximum=longest,
            )
    if subject.email and not _is_mail(subject.email):
        yield key_finding(
            "request.email_malformed", place="email", value=visible(subject.email)[:64]
        )


def _is_mail(text: str) -> bool:
    try:
        mail_address(text)
    except NameRefused:
        return False
    return True


def _common_name(spec: RequestSpec) -> Iterator[Finding]:
    common_name = spec.subject.common_name
    if not common_name:
        if spec.profile is not Profile.SERVER:
            yield key_finding("request.account_missing", place="common_name")
        elif spec.subject.is_empty and not spec.alt_names:
            yield key_finding("request.empty_subject", place="common_name")
        elif not any(entry.kind in ("dns", "ip") for entry in spec.alt_names):
            yield key_finding("request.cn_missing", place="common_name")
        return
    longest = SUBJECT_ATTRIBUTES["common_name"][2]
    written = _written_common_name(spec)
    if len(written) > longest:
        yield key_finding(
            "request.cn_too_long", place="common_name", length=len(written), maximum=longest
        )
    if spec.profile is Profile.SERVER and not is_address(common_name):
        try:
            host_name(common_name)
        except NameRefused as error:
            why = str(error.data["why"])
            code = _NAME_CODES.get(why, "request.cn_not_a_host")
            yield key_finding(code, place="common_name", value=visible(common_name)[:64])


def _written_common_name(spec: RequestSpec) -> str:
    """The CN as it is written: an IDN is longer as A-label than what was typed."""
    common_name = spec.subject.common_name
    if spec.profile is Profile.CLIENT:
        return common_name
    try:
        return host_name(common_name)
    except NameRefused:
        return common_name


def _names(spec: RequestSpec, *, public: bool) -> Iterator[Finding]:
    entries = alt_names_of(spec)
    is_server = spec.profile is not Profile.CLIENT
    if is_server and not any(entry.kind in ("dns", "ip") for entry in entries):
        yield key_finding("request.no_names", place="alt_names")
    if len(entries) > DEFAULT.names_per_certificate:
        yield key_finding(
            "request.names_too_many",
            place="alt_names",
            count=len(entries),
            maximum=DEFAULT.names_per_certificate,
        )
    elif public and len(entries) > MANY_NAMES:
        yield key_finding(
            "request.names_many", place="alt_names", count=len(entries), maximum=MANY_NAMES
        )
    for value, count in Counter(map(_canonical_value, spec.alt_names)).items():
        if count > 1:
            yield key_finding("request.name_twice", place="alt_names", value=value[:64])
    for entry in entries:
        yield from _entry(entry, public=public)
    if is_server and public and any(entry.kind in ("email", "uri") for entry in entries):
        yield key_finding("request.uri_or_email_in_server", place="alt_names")


def _canonical_value(entry: AltName) -> str:
    try:
        return alt_name(entry.kind, entry.value).value
    except NameRefused:
        return visible(entry.value)


def _entry(entry: AltName, *, public: bool) -> Iterator[Finding]:
    shown = visible(entry.value)[:64]
    try:
        canonical = alt_name(entry.kind, entry.value).value
    except NameRefused as error:
        why = str(error.data["why"])
        code = _NAME_CODES.get(why) or _KIND_CODES.get(entry.kind, "request.host_malformed")
        yield key_finding(code, place="alt_names", value=shown)
        return
    if entry.kind == "ip" and public and is_private_address(canonical):
        yield key_finding("request.address_private", place="alt_names", value=shown)
    if entry.kind == "dns":
        yield from _host(canonical, public=public)


def _host(name: str, *, public: bool) -> Iterator[Finding]:
    """BR, 7.1.2.7.12: names of the public DNS, letters, digits and hyphens; 3.2.2.6: wildcards."""
    plain = name.removeprefix("*.")
    if "_" in plain:
        yield key_finding("request.host_underscore", place="alt_names", value=name[:64])
    if name != plain and ("." not in plain or (public and is_registry(plain))):
        yield key_finding("request.wildcard_too_wide", place="alt_names", value=name[:64])
    if not public:
        return
    if is_private_host(plain):
        yield key_finding("request.host_private", place="alt_names", value=name[:64])
    elif "." not in plain and name == plain:
        yield key_finding("request.host_single_label", place="alt_names", value=name[:64])


def _usages(spec: RequestSpec, key: KeyFacts | None, *, public: bool) -> Iterator[Finding]:
    if spec.digest not in DIGESTS:
        yield key_finding("request.unknown_digest", place="digest", digest=spec.digest[:16])
    algorithm = key.algorithm if key else ""
    for usage in key_usage_of(spec, algorithm):
        if usage in _CA_USAGES:
            yield key_finding("request.ca_usage", place="key_usage", usage=usage)
        elif usage not in KEY_USAGES:
            yield key_finding("request.unknown_usage", place="key_usage", usage=usage[:64])
        elif usage in _RSA_USAGES and key and algorithm != "RSA":
            yield key_finding(
                "request.usage_needs_rsa", place="key_usage", usage=usage, algorithm=algorithm
            )
    extended = extended_key_usage_of(spec)
    for usage in extended:
        if usage not in EXTENDED_KEY_USAGES.values():
            yield key_finding("request.unknown_usage", place="extended_key_usage", usage=usage[:64])
    if public and "clientAuth" in extended:
        yield key_finding("request.client_auth", place="extended_key_usage")
    needed = {
        Profile.SERVER: ("serverAuth",),
        Profile.CLIENT: ("clientAuth",),
        Profile.BOTH: ("serverAuth", "clientAuth"),
    }[spec.profile]
    for usage in needed:
        if extended and usage not in extended:
            yield key_finding(
                "request.profile_usage",
                place="extended_key_usage",
                usage=usage,
                profile=spec.profile.value,
            )


def _key(key: KeyFacts, *, public: bool) -> Iterator[Finding]:
    if not key.algorithm.startswith(_SIGNING_KEYS) or key.algorithm == "RSA-PSS":
        yield key_finding("request.key_unusable", place="key", algorithm=key.algorithm)
        return
    if key.algorithm == "RSA" and key.size < SMALLEST_RSA:
        small = key.size < SMALLEST_USABLE_RSA
        code = "request.key_too_small" if small else "request.key_small"
        yield key_finding(code, place="key", size=key.size, minimum=SMALLEST_RSA)
    elif public and key.algorithm not in _PUBLIC_KEYS:
        yield key_finding("request.key_not_public", place="key", algorithm=key.algorithm)


def _validity(days: int, now: datetime) -> Iterator[Finding]:
    if not 1 <= days <= MAXIMUM_DAYS:
        yield key_finding(
            "request.days_out_of_range", place="days", days=days, maximum=MAXIMUM_DAYS
        )
    elif now > _LAST_END - timedelta(days=days):
        yield key_finding("request.ends_too_late", place="days", days=days)
    elif days > LONG_DAYS:
        yield key_finding("request.days_long", place="days", days=days, maximum=LONG_DAYS)
