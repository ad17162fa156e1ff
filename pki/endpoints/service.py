"""Does a service work for those who connect to it, why not, and until when?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pki.certificate import CertificateFacts, parse_certificate
from pki.endpoints.chain import look_at_chain
from pki.endpoints.codes import judged_finding
from pki.endpoints.direction import ask_peer
from pki.endpoints.facts import Address, ClientRequest, PeerStore, Presented, ServiceFacts
from pki.endpoints.judgement import JudgedFinding, Judgement, Weight, judged
from pki.endpoints.keys import look_at_certificate, look_at_ssh_keys
from pki.endpoints.names import names_in, why_no_match
from pki.errors import BadVerifyParameter, NotDecodable
from pki.verify.inputs import Question
from pki.verify.report import Report
from pki.verify.run import validate

_HOST_REFUSED = frozenset({62, 64})


def judge_service(service: ServiceFacts, moment: datetime) -> Judgement:
    """Judge what a service presents as its clients do, by the store that they use.

    Nothing of the console helps: only what is sent counts, and what the other side holds. Whom the
    service itself accepts is asked of each account (`judge_account`).
    """
    findings = list(_not_described(service))
    if not service.speaks_tls:
        findings.extend(look_at_ssh_keys(service.host_keys))
        return judged(moment=moment, findings=findings, works_until=None, turns=())
    presented, store = service.presented, service.server_store
    if presented is None:
        return judged(moment=moment, findings=findings, works_until=None, turns=())
    of_certificate = list(look_at_certificate(presented, is_ours=True))
    findings.extend(of_certificate)
    findings.extend(look_at_chain([presented.der, *presented.sent]))
    if store is None:
        return judged(moment=moment, findings=findings, works_until=None, turns=presented.turns)
    answer = ask_peer(presented, store, side="server", moment=moment)
    names = [
        finding
        for address in service.addresses
        for finding in _look_at_name(presented, store, address, moment)
    ]
    refused = {finding.place for finding in names if finding.code != "name.by_common_name"}
    reached = not service.addresses or len(refused) < len(service.addresses)
    # With a key that must not be used nothing works, whatever the other side accepts.
    spoilt = any(finding.weight is Weight.FAILS for finding in of_certificate)
    works = answer.accepted and reached and not spoilt
    return judged(
        moment=moment,
        findings=[*findings, *answer.findings, *names],
        works_until=answer.until if works else None,
        turns=(*presented.turns, *answer.turns),
    )


def _not_described(service: ServiceFacts) -> Iterator[JudgedFinding]:
    if not service.addresses:
        yield judged_finding("service.no_address")
    if not service.speaks_tls:
        if not service.host_keys:
            yield judged_finding("service.no_host_key")
        return
    if service.presented is None:
        yield judged_finding("service.no_certificate")
    if service.server_store is None:
        yield judged_finding("service.no_server_store")
    if service.client_request is not ClientRequest.NONE and service.client_store is None:
        yield judged_finding("service.no_client_store")


# Names --------------------------------------------------------------------------------------------


def _look_at_name(
    presented: Presented, store: PeerStore, address: Address, moment: datetime
) -> Iterator[JudgedFinding]:
    """Is the certificate made out to this address? OpenSSL answers; a refusal is explained.

    The port is no part of the question.
    """
    about: dict[str, str | int] = {"host": address.host, "certificate": presented.sha256}
    place = f"address:{address.host}"
    try:
        report = validate(
            Question(
                leaf=presented.der,
                moment=moment,
                untrusted=presented.sent,
                host=None if address.is_ip else address.host,
                address=address.host if address.is_ip else None,
            ),
            store.trust,
        )
    except BadVerifyParameter as fault:
        why = str(fault.data["why"])
        yield judged_finding("name.cannot_be_asked", place=place, host=address.host, why=why)
        return
    if any(one.number in _HOST_REFUSED and not one.crl_path for one in report.diagnostics):
        facts = _facts(presented)
        if facts is not None:
            code = why_no_match(facts, address)
            yield judged_finding(code, about, place=place, names=names_in(facts))
    elif _by_common_name(report):
        yield judged_finding("name.by_common_name", about, place=place)


def _by_common_name(report: Report) -> bool:
    return any(
        finding.code == "names.matched_by_common_name"
        for check in report.checks
        for finding in check.findings
    )


def _facts(presented: Presented) -> CertificateFacts | None:
    try:
        return parse_certificate(presented.der)
    except NotDecodable:
        return None
