from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import NamedTuple

from certificates.querysets.among import among
from pki.verify.inputs import Policy, Question
from pki.verify.report import Report
from pki.verify.run import PreparedTrust, prepare, validate_all
from truststores.inputs import (
    StoreInput,
    ders_of,
    issuers_above,
    policy_for,
    policy_of,
    store_digest,
    store_input,
)
from truststores.models import TrustStore, ValidationReport

# Prepared stores are kept per process: decoding 150 roots costs as much as validating hundreds of
# leaves. Their key is the digest of what they were made of, so none is ever out of date.
_MOST_PREPARED = 16
_prepared: OrderedDict[tuple[str, Policy], PreparedTrust] = OrderedDict()
_turn = Lock()


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeReport:
    """A report that was made from the inputs of one generation of its row."""

    pk: int
    certificate_id: int
    generation: int
    inputs_digest: str
    report: Report


class _Due(NamedTuple):
    pk: int
    generation: int
    trust_store_id: int
    certificate_id: int
    sha256: str
    issuer_sha256: str
    is_ca: bool
    key_usage: str
    self_issued: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Surroundings:
    """What the certificates of one issuer share in a store, worked out once for each batch."""

    trust: PreparedTrust
    untrusted: tuple[bytes, ...]
    digest_before: str
    digest_after: str

    def digest_with(self, leaf: str) -> str:
        """The digest of everything that the report of this certificate is made from."""
        return sha256(f"{self.digest_before}{leaf}{self.digest_after}".encode()).hexdigest()


class _Asked(NamedTuple):
    """A report that is due, and what it is made from."""

    row: _Due
    around: _Surroundings
    question: Question


def run_validations(*, report_ids: Collection[int], moment: datetime) -> list[MadeReport]:
    """Make those of these reports that are due, as of the moment. Writes nothing.

    The generations are read before anything else: what changes after that makes them grow, and
    `record_reports` then leaves the report due.
    """
    due = [
        _Due(*row)
        for row in ValidationReport.objects.due(moment)
        .filter(among("pk", report_ids))
        .order_by("trust_store_id", "pk")
        .values_list(
            "pk",
            "generation",
            "trust_store_id",
            "certificate_id",
            "certificate__sha256",
            "certificate__issuer_sha256",
            "certificate__is_ca",
            "certificate__key_usage",
            "certificate__self_issued",
        )
    ]
    asked = list(_asked(due, moment))
    reports = validate_all([(one.question, one.around.trust) for one in asked])
    return [
        MadeReport(
            pk=one.row.pk,
            certificate_id=one.row.certificate_id,
            generation=one.row.generation,
            inputs_digest=one.around.digest_with(one.row.sha256),
            report=report,
        )
        for one, report in zip(asked, reports, strict=True)
    ]


def _asked(due: list[_Due], moment: datetime) -> Iterator[_Asked]:
    stores = TrustStore.objects.in_bulk({row.trust_store_id for row in due})
    above = issuers_above({row.issuer_sha256 for row in due})
    ders = ders_of(
        sorted(
            {row.certificate_id for row in due}
            | {issuer.pk for issuers in above.values() for issuer in issuers}
        )
    )
    digests = {pk: store_digest(store) for pk, store in stores.items()}
    policies = {pk: policy_of(store) for pk, store in stores.items()}
    surroundings: dict[tuple[int, str, Policy, int | None], _Surroundings] = {}
    for row in due:
        leaf = ders.get(row.certificate_id)
        store = stores.get(row.trust_store_id)
        if leaf is None or store is None:
            continue  # Deleted since the row was read, and its report with it.
        policy = policy_for(
            policies[store.pk],
            is_ca=row.is_ca,
            key_usage=row.key_usage,
            self_issued=row.self_issued,
        )
        # A CA may be found above itself; of everything else the issuer's name tells what is.
        key = (store.pk, row.issuer_sha256, policy, row.certificate_id if row.is_ca else None)
        around = surroundings.get(key)
        if around is None:
            digest, trust = _prepared_for(store, digests[store.pk], policy)
            untrusted = [
                issuer
                for issuer in above[row.issuer_sha256]
                if issuer.pk != row.certificate_id and issuer.pk in ders
            ]
            around = surroundings[key] = _Surroundings(
                trust=trust,
                untrusted=tuple(ders[issuer.pk] for issuer in untrusted),
                digest_before=f"{digest}\n{policy!r}\n",
                digest_after="".join(sorted(f"\n{issuer.sha256}" for issuer in untrusted)),
            )
        question = Question(leaf=leaf, moment=moment, untrusted=around.untrusted)
        yield _Asked(row=row, around=around, question=question)


def _prepared_for(store: TrustStore, digest: str, policy: Policy) -> tuple[str, PreparedTrust]:
    with _turn:
        kept = _prepared.get((digest, policy))
        if kept is not None:
            _prepared.move_to_end((digest, policy))
            return digest, kept
    read: StoreInput = store_input(store)
    made = prepare(replace(read.trust, policy=policy))
    with _turn:
        _prepared[read.digest, policy] = made
        while len(_prepared) > _MOST_PREPARED:
            _prepared.popitem(last=False)
    return read.digest, made
