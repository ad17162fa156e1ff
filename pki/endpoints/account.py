"""Can an account log in to the services that it uses, why not, and until when?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pki.endpoints.codes import judged_finding
from pki.endpoints.direction import Answer, ask_peer
from pki.endpoints.facts import AccountFacts, ClientRequest, PeerStore, Presented, ServiceFacts
from pki.endpoints.judgement import (
    JudgedFinding,
    Judgement,
    Standing,
    Weight,
    earliest,
    judged,
)
from pki.endpoints.keys import look_at_certificate, look_at_ssh_keys
from pki.endpoints.names import common_names
from pki.endpoints.service import judge_service
from pki.names import visible

_SHOWN = 200
_RESTS_ON = {
    Standing.FAILS: "account.service_fails",
    Standing.INCOMPLETE: "account.service_incomplete",
    Standing.UNDETERMINED: "account.service_undetermined",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Use:
    """One service of the account: what is found, when it ends, when that could change."""

    findings: tuple[JudgedFinding, ...]
    until: datetime | None = None
    turns: tuple[datetime | None, ...] = ()


def judge_account(
    account: AccountFacts, moment: datetime, services: Sequence[Judgement] | None = None
) -> Judgement:
    """Judge an account with each of its services: the service by its clients, the account by it.

    `services` are the judgements of `account.services` at this moment, in their order, where the
    caller has them already. An account works while one of its certificates is accepted wherever
    one is needed.
    """
    of_services = services or [judge_service(service, moment) for service in account.services]
    uses = [
        _use(account, service, judgement, moment)
        for service, judgement in zip(account.services, of_services, strict=True)
    ]
    own = list(_own(account))
    # A key or certificate that must not be used is none that works: nothing is promised.
    spoilt = any(finding.weight is Weight.FAILS for finding in own)
    return judged(
        moment=moment,
        findings=[*own, *(finding for use in uses for finding in use.findings)],
        works_until=None if spoilt else earliest(use.until for use in uses),
        turns=[
            *(turn for use in uses for turn in use.turns),
            *(turn for presented in account.certificates for turn in presented.turns),
        ],
    )


def _own(account: AccountFacts) -> Iterator[JudgedFinding]:
    """What holds whichever service is used."""
    if not account.services:
        yield judged_finding("account.no_service")
    for presented in account.certificates:
        yield from look_at_certificate(presented, is_ours=account.is_ours)
        if len(common_names(presented.der)) > 1:
            yield judged_finding("client.cn_several", certificate=presented.sha256)
    yield from look_at_ssh_keys(account.ssh_keys)
    yield from _server_names(account)


def _use(
    account: AccountFacts, service: ServiceFacts, judgement: Judgement, moment: datetime
) -> _Use:
    place = f"service:{service.number}"
    findings: list[JudgedFinding] = []
    until = judgement.works_until
    turns: list[datetime | None] = [judgement.horizon]
    if (code := _RESTS_ON.get(judgement.standing)) is not None:
        findings.append(
            judged_finding(code, place=place, service=service.number, reason=judgement.reason)
        )
    if not service.speaks_tls:
        if not account.ssh_keys:
            findings.append(
                judged_finding("account.no_ssh_key", place=place, service=service.number)
            )
        return _Use(findings=tuple(findings), until=until, turns=tuple(turns))
    store, asks = service.client_store, service.client_request
    if not account.certificates:
        if asks is ClientRequest.REQUIRED:
            findings.append(
                judged_finding("account.no_certificate", place=place, service=service.number)
            )
            until = None
        return _Use(findings=tuple(findings), until=until, turns=tuple(turns))
    if asks is ClientRequest.NONE or store is None:
        return _Use(findings=tuple(findings), until=until, turns=tuple(turns))
    answers = [_present(account, one, service, store, moment) for one in account.certificates]
    accepted = [answer for answer in answers if answer.accepted]
    findings.extend(_of_answers(answers, service))
    turns.extend(turn for answer in answers for turn in answer.turns)
    if not accepted or judgement.standing not in (Standing.WORKS, Standing.WARNED):
        return _Use(findings=tuple(findings), turns=tuple(turns))
    ends = [answer.until for answer in accepted]
    last = None if None in ends else max(end for end in ends if end is not None)
    return _Use(findings=tuple(findings), until=earliest((until, last)), turns=tuple(turns))


def _of_answers(answers: Iterable[Answer], service: ServiceFacts) -> Iterator[JudgedFinding]:
    """What is said of each certificate; one that is refused is a warning beside one that is not."""
    answers = list(answers)
    works = any(answer.accepted for answer in answers)
    for answer in answers:
        for finding in answer.findings:
            spares = works and not answer.accepted and finding.weight is not Weight.INFO
            about = tuple(sorted({**dict(finding.data), "service": service.number}.items()))
            yield replace(finding, data=about, weight=Weight.WARNED if spares else finding.weight)


def _present(
    account: AccountFacts,
    presented: Presented,
    service: ServiceFacts,
    store: PeerStore,
    moment: datetime,
) -> Answer:
    """What a service says of a client certificate: by its trust store, and by its name."""
    place = f"service:{service.number}"
    answer = ask_peer(presented, store, side="client", moment=moment, place=place)
    if not service.cn_is_account:
        return answer
    names = common_names(presented.der)
    code = _name_refusal(account.name, names)
    if not code:
        return answer
    refusal = judged_finding(
        code,
        place=place,
        certificate=presented.sha256,
        account=account.name,
        cn=visible(names[0])[:_SHOWN] if names else "",
    )
    return replace(answer, accepted=False, findings=(*answer.findings, refusal), until=None)


def _name_refusal(account: str, names: Sequence[str]) -> str:
    """The code with which no CN equals the account's name, byte for byte; empty where one does."""
    if account in names:
        return ""
    if not any(names):
        return "client.cn_missing"
    if any(name.casefold() == account.casefold() for name in names):
        return "client.cn_case"
    return "client.cn_differs"


def _server_names(account: AccountFacts) -> Iterator[JudgedFinding]:
    """Services whose certificates have different common names want a client certificate for each.

    Or an account whose own name is that of its client certificate. Where neither is so, the other
    side has to know one partner under several names.
    """
    if not account.certificates:
        return
    asking = [
        service.presented
        for service in account.services
        if service.presented is not None and service.client_request is not ClientRequest.NONE
    ]
    servers = dict.fromkeys(name for one in asking for name in common_names(one.der)[:1])
    if len(servers) < 2:
        return
    clients = {name for one in account.certificates for name in common_names(one.der)}
    missing = [name for name in servers if name not in clients]
    if missing and account.name not in clients:
        yield judged_finding(
            "account.server_names_differ", names=visible(", ".join(missing))[:_SHOWN]
        )
