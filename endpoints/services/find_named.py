from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from certificates.models import AlternativeName, Certificate, PrivateKey, PublicKey
from endpoints.models import Account, Service
from pki.triage.clues import Clue, ClueKind
from pki.triage.names import names_in, same_attributes

# A log may name a hundred hosts; what is looked up, and what is shown of it, has a bound.
MOST_CLUES = 60
_MOST_SEARCHES = 5
_MOST_OF_A_NAME = 40
# A serial number as short as this is everybody's: it counts only together with the issuer's name.
_SHORT_SERIAL = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundCertificate:
    """A certificate of the inventory and the clue that led to it; `strength` sorts, 0 is surest."""

    row: Certificate
    how: str
    strength: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """What the clues name of what the console holds."""

    certificates: tuple[FoundCertificate, ...] = ()
    services: tuple[Service, ...] = ()
    accounts: tuple[Account, ...] = ()
    keys: tuple[PrivateKey | PublicKey, ...] = ()


@dataclass(slots=True)
class Lookups:
    """What was looked up already: the findings of one text name the same things again and again."""

    by_name: dict[tuple[tuple[str, str], ...], list[Certificate]] = field(default_factory=dict)
    by_text: dict[str, list[int]] = field(default_factory=dict)

    def named(self, attributes: tuple[tuple[str, str], ...]) -> list[Certificate]:
        if attributes not in self.by_name:
            self.by_name[attributes] = _with_name(attributes)
        return self.by_name[attributes]

    def holding(self, text: str) -> list[int]:
        """Certificates whose names hold the text somewhere."""
        if text not in self.by_text:
            found = Certificate.objects.matching(text).values_list("pk", flat=True)
            self.by_text[text] = list(found[:_MOST_OF_A_NAME])
        return self.by_text[text]


@dataclass(slots=True)
class _Search:
    """The values of the clues by kind, and what was found so far."""

    lookups: Lookups

    values: dict[ClueKind, list[str]] = field(default_factory=dict)
    names: list[Clue] = field(default_factory=list)
    found: dict[int, FoundCertificate] = field(default_factory=dict)

    def of(self, *kinds: ClueKind) -> list[str]:
        return [value for kind in kinds for value in self.values.get(kind, ())]

    def add(self, rows: Iterable[Certificate], how: str, strength: int) -> None:
        for row in rows:
            known = self.found.get(row.pk)
            if known is None or known.strength > strength:
                self.found[row.pk] = FoundCertificate(row=row, how=how, strength=strength)


def find_named(clues: Sequence[Clue], lookups: Lookups) -> Named:
    """Look the clues up: certificates by fingerprint, serial, subject, common name and host; SSH keys
    by fingerprint; services by address; accounts by name."""
    search = _Search(lookups)
    for clue in filter(_can_be_stored, clues[:MOST_CLUES]):
        if clue.kind is ClueKind.NAME:
            search.names.append(clue)
        else:
            values = search.values.setdefault(clue.kind, [])
            if clue.value not in values:
                values.append(clue.value)
    _by_digest(search)
    _by_serial(search)
    _by_subject(search)
    _by_host(search)
    return Named(
        certificates=tuple(
            sorted(search.found.values(), key=lambda one: (one.strength, -one.row.pk))
        ),
        services=tuple(_services(search)),
        accounts=tuple(_accounts(search)),
        keys=tuple(_keys(search)),
    )


def find_issuer(clue: Clue, lookups: Lookups) -> Certificate | None:
    """The CA of this name in the inventory."""
    if not _can_be_stored(clue):
        return None
    return next((row for row in lookups.named(clue.attributes) if row.is_ca), None)


def _can_be_stored(clue: Clue) -> bool:
    """Logs hold anything; no name that is here holds NUL, and no database can be asked for it."""
    return not any("\0" in text for text in (clue.value, *(text for _, text in clue.attributes)))


def _by_digest(search: _Search) -> None:
    for kind, column in ((ClueKind.SHA256, "sha256"), (ClueKind.SHA1, "sha1")):
        if values := search.of(kind):
            rows = Certificate.objects.filter(**{f"{column}__in": values})[:MOST_CLUES]
            search.add(rows, "by its fingerprint", 0)


def _by_serial(search: _Search) -> None:
    values = search.of(ClueKind.SERIAL)
    if not values:
        return
    issuers = [clue.attributes for clue in search.names if clue.role != "subject"]
    for row in Certificate.objects.filter(serial__in=values)[:MOST_CLUES]:
        issuer = next(names_in(row.issuer), None)
        named = issuer is not None and any(
            same_attributes(issuer.attributes, one) for one in issuers
        )
        if named:
            search.add([row], "by its serial number and issuer", 0)
        elif len(row.serial) >= _SHORT_SERIAL:
            search.add([row], "by its serial number", 1)


def _by_subject(search: _Search) -> None:
    for clue in search.names[:_MOST_SEARCHES]:
        if clue.role != "issuer":
            search.add(search.lookups.named(clue.attributes), "by its subject", 2)


def _with_name(attributes: tuple[tuple[str, str], ...]) -> list[Certificate]:
    """Certificates whose subject holds the same attributes, current ones first."""
    common_name = next((value for key, value in attributes if key == "CN"), "")
    if common_name:
        rows = Certificate.objects.filter(cn=common_name)
    else:
        rows = Certificate.objects.matching(max((value for _, value in attributes), key=len))
    found = []
    for row in rows.order_by("-not_after", "-pk")[:_MOST_OF_A_NAME]:
        subject = next(names_in(row.subject), None)
        if subject is not None and same_attributes(subject.attributes, attributes):
            found.append(row)
    return found


def _by_host(search: _Search) -> None:
    hosts = search.of(ClueKind.HOST, ClueKind.ADDRESS)[:_MOST_SEARCHES]
    if not hosts:
        return
    wanted = {form for host in hosts for form in (host, _wildcard(host)) if form}
    search.add(
        Certificate.objects.filter(cn__in=wanted, is_ca=False).order_by("-not_after")[:MOST_CLUES],
        "by its common name",
        4,
    )
    # The index of names narrows it down; what counts is the name itself.
    near = {pk for form in sorted(wanted) for pk in search.lookups.holding(form)}
    ids = AlternativeName.objects.filter(
        certificate_id__in=near, kind__in=("dns", "ip"), value__in=wanted
    ).values_list("certificate_id", flat=True)
    search.add(Certificate.objects.filter(pk__in=list(ids)), "by a name it is issued for", 3)


def _wildcard(host: str) -> str:
    _, dot, parent = host.partition(".")
    return f"*.{parent}" if dot and "." in parent and not host[-1:].isdigit() else ""


def _services(search: _Search) -> Iterable[Service]:
    hosts = search.of(ClueKind.HOST, ClueKind.ADDRESS)
    return (
        Service.objects.filter(Q(addresses__host__in=hosts))
        .select_related("certificate", "client_store", "server_store")
        .distinct()
        .order_by("name")[:_MOST_SEARCHES]
        if hosts
        else ()
    )


def _accounts(search: _Search) -> Iterable[Account]:
    # A client certificate logs in where its CN is the account's name.
    names = [value for clue in search.names for key, value in clue.attributes if key == "CN"]
    wanted = {*search.of(ClueKind.ACCOUNT), *names}
    return (
        Account.objects.filter(name__in=wanted).order_by("name")[:_MOST_SEARCHES] if wanted else ()
    )


def _keys(search: _Search) -> Iterable[PrivateKey | PublicKey]:
    sha256, md5 = search.of(ClueKind.SSH_SHA256), search.of(ClueKind.SSH_MD5)
    if not sha256 and not md5:
        return
    asked = Q(ssh_sha256__in=sha256) | Q(ssh_md5__in=md5)
    yield from PrivateKey.objects.filter(asked)[:_MOST_SEARCHES]
    yield from PublicKey.objects.filter(asked)[:_MOST_SEARCHES]
