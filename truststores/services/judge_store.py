from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from certificates.models import Certificate
from pki.verify.inputs import Policy, Question, TrustInput
from pki.verify.report import Report
from pki.verify.run import PreparedTrust, prepare, validate
from truststores.inputs import Issuer, ders_of, issuers_above, policy_for

JUDGED_BY = (
    "pk",
    "sha256",
    "cn",
    "subject",
    "serial",
    "issuer_sha256",
    "is_ca",
    "key_usage",
    "self_issued",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A report with the question and the trust that it answers."""

    certificate: Certificate
    question: Question
    trust: PreparedTrust
    report: Report


class StoreJudge:
    """A trust store as it is, or as somebody proposes it, decoded once for many questions.

    What it finds is the same as what a run of the validation finds of the same rows; nothing is
    written.
    """

    def __init__(self, trust: TrustInput) -> None:
        self._trust = trust
        self._prepared: dict[Policy, PreparedTrust] = {}

    def judge(self, certificates: Sequence[Certificate], moment: datetime) -> Iterator[Judged]:
        """The reports of these certificates as of a moment, in their order.

        They need the fields `JUDGED_BY`. One that was deleted meanwhile is left out.
        """
        above = issuers_above({one.issuer_sha256 for one in certificates})
        ders = ders_of(
            sorted(
                {one.pk for one in certificates}
                | {issuer.pk for issuers in above.values() for issuer in issuers}
            )
        )
        for one in certificates:
            if one.pk in ders:
                yield self._judged(one, above[one.issuer_sha256], ders, moment)

    def _judged(
        self,
        certificate: Certificate,
        issuers: Sequence[Issuer],
        ders: dict[int, bytes],
        moment: datetime,
    ) -> Judged:
        question = Question(
            leaf=ders[certificate.pk],
            moment=moment,
            untrusted=tuple(
                ders[issuer.pk]
                for issuer in issuers
                if issuer.pk != certificate.pk and issuer.pk in ders
            ),
        )
        trust = self._trust_for(certificate)
        return Judged(
            certificate=certificate,
            question=question,
            trust=trust,
            report=validate(question, trust),
        )

    def _trust_for(self, certificate: Certificate) -> PreparedTrust:
        policy = policy_for(
            self._trust.policy,
            is_ca=certificate.is_ca,
            key_usage=certificate.key_usage,
            self_issued=certificate.self_issued,
        )
        if policy not in self._prepared:
            self._prepared[policy] = prepare(replace(self._trust, policy=policy))
        return self._prepared[policy]
