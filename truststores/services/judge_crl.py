from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from certificates.models import CrlDer
from pki.crl import CrlFacts
from pki.crl_acceptance.refusals import Why
from pki.distribution import PointName
from pki.errors import LimitExceeded, SandboxKilled
from pki.formats.blocks import BlockKind
from pki.sandbox.blocks import stream_blocks
from pki.sandbox.crls import CRL_LIMITS, CrlQuestion
from pki.sandbox.crls import judge_crl as judge
from truststores.inputs import ders_of
from truststores.models import CrlSource, StoreCrl, TrustStore
from truststores.services.find_authorities import find_crl_signers

# What a file of one CRL may hold beside it (its issuer, say) before it is no such file any more.
_READ_LIMITS = dataclasses.replace(CRL_LIMITS, input_bytes=CRL_LIMITS.crl_bytes, blocks=20)


@dataclass(frozen=True, kw_only=True, slots=True)
class CrlRefusal:
    """Why a CRL is not taken: a code of `truststores.crl_texts` and what its sentence names."""

    code: str
    data: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What is to be done with something that came for a store.

    `facts` are those of its CRL, None where there is none. `considered` are the ids of the rows
    that were in use of its issuer, `superseded` those among them whose place it takes.
    """

    refusals: tuple[CrlRefusal, ...] = ()
    facts: CrlFacts | None = None
    considered: frozenset[int] = frozenset()
    superseded: frozenset[int] = frozenset()

    @property
    def accepted(self) -> CrlFacts | None:
        """The CRL, where it may be used."""
        return None if self.refusals else self.facts


def judge_crl(
    *, store: TrustStore, content: bytes, moment: datetime, source: CrlSource | None = None
) -> Judgement:
    """Whether bytes from outside are a CRL that the store may use, and instead of which.

    They are opened in a sandbox, and so is whatever decides about them. Nothing is written.
    """
    try:
        facts = _only_crl(content)
        if isinstance(facts, CrlRefusal):
            return Judgement(refusals=(facts if source is not None else _in_a_file(facts),))
        return _judged(store, facts, moment, source)
    except LimitExceeded as error:
        return Judgement(refusals=(CrlRefusal(code="limit_exceeded", data=error.data),))
    except SandboxKilled as error:
        return Judgement(refusals=(CrlRefusal(code="sandbox_killed", data=error.data),))


def _in_a_file(refusal: CrlRefusal) -> CrlRefusal:
    """What is said of a file that somebody chose is other than of what a server gave."""
    if refusal.code in ("no_crl", "several_crls"):
        return dataclasses.replace(refusal, code=f"{refusal.code}_in_file")
    return refusal


def _only_crl(content: bytes) -> CrlFacts | CrlRefusal:
    found: list[CrlFacts] = []
    broken = False
    for batch in stream_blocks(content, limits=_READ_LIMITS, batch=1):
        found += [block.crl for block in batch if block.crl is not None]
        broken |= any(block.kind is BlockKind.CRL and block.crl is None for block in batch)
    if len(found) > 1:
        return CrlRefusal(code="several_crls", data={"count": len(found)})
    if not found:
        return CrlRefusal(code="undecodable" if broken else "no_crl")
    return found[0]


def _judged(
    store: TrustStore, facts: CrlFacts, moment: datetime, source: CrlSource | None
) -> Judgement:
    held = list(
        StoreCrl.objects.filter(trust_store=store, crl__issuer_sha256=facts.issuer_sha256)
        .order_by("pk")
        .values_list("pk", "crl_id")
    )
    encoded = dict(
        CrlDer.objects.filter(pk__in=[crl_id for _, crl_id in held]).values_list("pk", "der")
    )
    signers = ders_of(find_crl_signers(store=store, name_sha256=facts.issuer_sha256))
    answer = judge(
        CrlQuestion(
            candidate=facts.der,
            issuers=tuple(signers.values()),
            held=tuple(bytes(encoded[crl_id]) for _, crl_id in held),
            moment=moment,
            points=_points_of(source),
        )
    )
    refusals = [
        CrlRefusal(code=refusal.why.value, data=dict(refusal.data)) for refusal in answer.refusals
    ]
    if source is not None and source.issuer_sha256 not in ("", facts.issuer_sha256):
        data = {"issuer": facts.issuer[:300], "current": source.issuer_name[:300]}
        refusals.insert(0, CrlRefusal(code=Why.OTHER_ISSUER.value, data=data))
    return Judgement(
        refusals=tuple(refusals),
        facts=facts,
        considered=frozenset(pk for pk, _ in held),
        superseded=frozenset(held[place][0] for place in answer.superseded),
    )


def _points_of(source: CrlSource | None) -> tuple[PointName, ...]:
    stored = source.points if source is not None else []
    return tuple(PointName(kind=kind, text=text, key=key) for kind, text, key in stored)
