"""A rehearsal as its page shows it: codes turned into words, fingerprints into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from certificates.models import Certificate
from endpoints.models import Account, Rehearsal
from endpoints.rehearsal_acts import Refused, acts_for, login_acts
from endpoints.rehearsal_texts import (
    alert_said,
    conclusion,
    direction_said,
    fault_said,
    headline,
    key_said,
    own_said,
    title_of,
    verdict_said,
)
from endpoints.rehearsed import Login, OwnVerdict, Rehearsed, Way, rehearsed_from_json
from pki.handshake.outcome import Direction, Judgement, Outcome, Reason, Side
from pki.verify.codes import code_of
from pki.verify.report import Diagnostic, PathElement
from pki.verify.run import s_client_listing
from truststores.models import TrustStore
from truststores.services.advise import Act
from truststores.shown_report import openssl_line

_STATES = {
    Judgement.ACCEPTED: "accepted",
    Judgement.REFUSED: "refused_by_peer",
    Judgement.NOT_ASKED: "not_asked",
    Judgement.NOT_REACHED: "not_reached",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSent:
    """A certificate that is sent: its row, where the inventory has it, and what is wrong with it."""

    element: PathElement
    certificate: Certificate | None
    faults: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownOwn:
    """Our own verdict beside the handshake; `why` says what is known of a difference."""

    own: OwnVerdict
    says: str
    agrees: bool
    why: str
    store: TrustStore | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownDirection:
    """One side's certificates as the other judges them."""

    side: str
    title: str
    state: str
    says: str
    hypothetical: bool
    first: Diagnostic | None
    line: str
    cause: str
    remedy: str
    besides: tuple[str, ...]
    concerned: Certificate | None
    sent: tuple[ShownSent, ...]
    listing: str
    key: str
    own: ShownOwn | None
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownWay:
    """A line of the table of ways."""

    number: int
    host: str
    certificate: Certificate | None
    works: bool
    says: str
    is_shown: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownLogin:
    """Whether the name in the certificate is that of the account."""

    is_good: bool
    says: str
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRehearsal:
    """Everything that the page says; of several ways one in full."""

    title: str
    says: str
    works: bool
    proven: bool
    way: Way
    outcome: Outcome
    ways: tuple[ShownWay, ...]
    left_out: int
    version: str
    directions: tuple[ShownDirection, ...]
    login: ShownLogin | None
    alert: str
    faults: tuple[tuple[str, str], ...]


def shown_rehearsal(row: Rehearsal, number: int | None = None) -> ShownRehearsal:
    """What the page shows; `number` counts the ways from 1, None: the first that does not work."""
    found = rehearsed_from_json(row.outcome)
    at = _chosen(found, number)
    way = found.ways[at]
    known = _known(found)
    works = found.works if number is None else way.works
    client = client_of(row, way)
    return ShownRehearsal(
        title=title_of(way.outcome, works=works),
        says=conclusion(way, client),
        works=works,
        proven=way.outcome.proven,
        way=way,
        outcome=way.outcome,
        ways=tuple(
            ShownWay(
                number=place + 1,
                host=one.host,
                certificate=known.get(one.leaf),
                works=one.works,
                says=conclusion(one, client_of(row, one)),
                is_shown=place == at,
            )
            for place, one in enumerate(found.ways)
        ),
        left_out=found.left_out,
        version=found.version,
        directions=tuple(
            _direction(row, side, way, found, known) for side in _most_telling_first(way.outcome)
        ),
        login=_login(row, way),
        alert=alert_said(way.outcome.alert),
        faults=tuple(fault_said(one) for one in way.outcome.findings),
    )


def client_of(row: Rehearsal, way: Way) -> str:
    """The client as a sentence begins with it."""
    if row.account is not None:
        return f"“{row.account.name}”"
    if row.pasted:
        return f"the pasted client “{way.cn}”" if way.cn else "the pasted client"
    return "a client without a certificate"


def in_short(row: Rehearsal) -> str:
    """A line about a rehearsal: how its first way that does not work ended, or its first."""
    found = rehearsed_from_json(row.outcome)
    way = found.ways[_chosen(found, None)]
    return conclusion(way, client_of(row, way))


def _chosen(found: Rehearsed, number: int | None) -> int:
    if number is not None and 0 < number <= len(found.ways):
        return number - 1
    return next((place for place, way in enumerate(found.ways) if not way.works), 0)


def _most_telling_first(outcome: Outcome) -> tuple[Side, Side]:
    """The refusal that ends the handshake before what the other side says."""
    refused = outcome.client.judgement is Judgement.REFUSED and not outcome.client.hypothetical
    return (Side.CLIENT, Side.SERVER) if refused else (Side.SERVER, Side.CLIENT)


def _known(found: Rehearsed) -> Mapping[str, Certificate]:
    """Every certificate of the inventory that is named, by one query."""
    wanted = {way.leaf for way in found.ways}
    for way in found.ways:
        for direction in (way.outcome.server, way.outcome.client):
            wanted |= {element.sha256 for element in direction.sent}
            wanted |= {diagnostic.sha256 for diagnostic in direction.diagnostics}
    rows = Certificate.objects.filter(sha256__in=wanted - {""})
    return {one.sha256: one for one in rows}


def _direction(
    row: Rehearsal, side: Side, way: Way, found: Rehearsed, known: Mapping[str, Certificate]
) -> ShownDirection:
    is_server = side is Side.SERVER
    direction = way.outcome.server if is_server else way.outcome.client
    first = direction.first
    code = code_of(first.number) if first is not None else None
    concerned = known.get(first.sha256) if first is not None else None
    leaf = known.get(direction.sent[0].sha256) if direction.sent else None
    refused = Refused(
        side=side,
        direction=direction,
        service=row.service,
        account=None if is_server else row.account,
        leaf=leaf,
        concerned=concerned,
        pasted="" if is_server else row.pasted,
    )
    missing = direction.reason is Reason.NO_CERTIFICATE
    return ShownDirection(
        side=side.value,
        title="What the client says of your server"
        if is_server
        else "What your server says of the client",
        state=_STATES[direction.judgement],
        says=direction_said(side, direction),
        hypothetical=direction.hypothetical,
        first=first,
        line=openssl_line(first) if first is not None else "",
        cause=code.cause if code else "",
        remedy=code.remedy
        if code
        else "Send a client certificate, or let the service ask for none."
        if missing
        else "",
        besides=_besides(direction),
        concerned=concerned,
        sent=tuple(_sent(element, direction, known) for element in direction.sent),
        listing=s_client_listing(direction.sent),
        key=key_said(side, direction, found.server_key if is_server else way.client_key),
        own=_own(way.own_server if is_server else way.own_client, direction, refused.store),
        acts=acts_for(refused),
    )


def _besides(direction: Direction) -> tuple[str, ...]:
    first, *others = [headline(one.number, one.text) for one in direction.diagnostics] or [""]
    return tuple(dict.fromkeys(one for one in others if one != first))


def _sent(
    element: PathElement, direction: Direction, known: Mapping[str, Certificate]
) -> ShownSent:
    faults = dict.fromkeys(
        openssl_line(one) for one in direction.diagnostics if one.sha256 == element.sha256
    )
    return ShownSent(element=element, certificate=known.get(element.sha256), faults=tuple(faults))


def _own(own: OwnVerdict | None, direction: Direction, store: TrustStore | None) -> ShownOwn | None:
    if own is None or direction.judgement not in (Judgement.ACCEPTED, Judgement.REFUSED):
        return None
    return ShownOwn(
        own=own,
        says=verdict_said(own),
        agrees=own.agrees(direction),
        why=own_said(own, direction),
        store=store,
    )


def _login(row: Rehearsal, way: Way) -> ShownLogin | None:
    if row.account is not None and way.login is not Login.NOT_ASKED:
        return _account_login(row.account, way)
    if not row.pasted or not row.service.cn_is_account or not way.cn:
        return None
    account = Account.objects.filter(name=way.cn).first()
    if account is None:
        says = f"It would log in as “{way.cn}”, and no account of this name is described here."
    elif account.services.filter(pk=row.service.pk).exists():
        says = f"It would log in as “{way.cn}”, which is an account that uses this service."
    else:
        says = f"It would log in as “{way.cn}”, an account that is not said to use this service."
    return ShownLogin(is_good=account is not None, says=says, acts=())


def _account_login(account: Account, way: Way) -> ShownLogin:
    if way.login is Login.MATCHES:
        return ShownLogin(
            is_good=True,
            says="The common name of its certificate is the name of the account, byte for byte.",
            acts=(),
        )
    if way.login is Login.NO_NAME:
        says = f"Its certificate has no common name, so nobody logs in as “{account.name}” with it."
    elif way.cn.casefold() == account.name.casefold():
        says = (
            f"Its certificate says “{way.cn}” and the account is “{account.name}”: they differ in "
            "their capitals, and names are compared byte for byte."
        )
    else:
        says = f"Its certificate says “{way.cn}”, and the account is “{account.name}”."
    return ShownLogin(is_good=False, says=says, acts=login_acts(account))
