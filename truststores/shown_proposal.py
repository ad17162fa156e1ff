"""A proposed change of a trust store, and what it would do, as pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certificates.models import Certificate, Crl
from jobs.error_texts import sentence_of
from pki.verify.inputs import Policy
from truststores.inputs import policy_of
from truststores.models import (
    Role,
    StoreMember,
    StoreProposal,
    TrustStore,
    ValidationReport,
    Verdict,
)
from truststores.proposals import StoreChange, change_from_json, policy_from_json
from truststores.texts import policy_words

SHOWN = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAct:
    """One line of what is proposed: `word` is what is done, to what."""

    icon: str
    word: str
    name: str
    url: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownTurn:
    """A certificate whose verdict changes; `elsewhere` are stores that trust it all the same."""

    certificate: Certificate
    until: tuple[datetime | None, datetime | None]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownReason:
    """Certificates that turn in the same way for the same reason: the first of `count`."""

    before: str
    after: str
    number: int | None
    depth: int | None
    text: str
    count: int
    first: tuple[ShownTurn, ...]
    further: tuple[ShownTurn, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.first) - len(self.further)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownGroup:
    """What turns red, green or otherwise."""

    count: int
    reasons: tuple[ShownReason, ...]


def proposal_shown(row: StoreProposal) -> dict[str, Any]:
    """The context of `truststores/_proposal.html`, but for the panels.

    `row` comes with its store and its job. `outcome` is None while a job works it out.
    """
    store, outcome, job = row.trust_store, row.outcome, row.job
    context: dict[str, Any] = {
        "proposal": row,
        "store": store,
        "acts": _acts(store, change_from_json(row.change), outcome),
        "is_stale": row.saved_at is None and store.revision != row.revision,
        "job": job,
        "progress": job.progress if job is not None else None,
        "reason": sentence_of(job.error_code, job.error_data) if job is not None else "",
        "outcome": outcome,
    }
    if outcome is not None:
        context |= {
            name: _group(outcome[name], store) for name in ("red", "green", "moved", "other")
        }
        context["moment"] = datetime.fromisoformat(outcome["moment"])
        told = outcome.get("dependants", ())
        context["warnings"] = [one["warning"] for one in told if one["warning"]]
    return context


def _acts(
    store: TrustStore, change: StoreChange, outcome: Mapping[str, Any] | None
) -> list[ShownAct]:
    certificates = Certificate.objects.in_bulk(list(change.certificate_ids))
    crls = Crl.objects.in_bulk(list(change.crl_ids))
    roles = dict(
        StoreMember.objects.filter(
            trust_store=store, certificate__in=change.certificate_ids
        ).values_list("certificate_id", "role")
    )
    acts = []
    for new in change.additions:
        row = certificates.get(new.certificate_id)
        said = {Role.ANCHOR: "as a trust anchor", Role.INTERMEDIATE: "as an intermediate"}
        acts.append(_act("circle-plus", "Add", row, said[new.role] if new.role else "by its kind"))
    for pk in change.removals:
        note = Role(roles[pk]).label if pk in roles else ""
        acts.append(_act("circle-minus", "Remove", certificates.get(pk), note))
    acts += [_act("list-plus", "Let count", crls.get(pk)) for pk in change.crls_added]
    acts += [_act("list-x", "No longer let count", crls.get(pk)) for pk in change.crls_dropped]
    if change.spec is not None:
        # Once it is saved the store has the new policy, and only the preview knows the old one.
        kept = outcome.get("policy_before") if outcome is not None else None
        acts += _policy_acts(
            policy_from_json(kept) if kept else policy_of(store), change.spec.policy
        )
    return acts


def _policy_acts(before: Policy, after: Policy) -> list[ShownAct]:
    old, new = _words(before), _words(after)
    gone = [("No longer:", word) for word in old if word not in new]
    come = [("From now on:", word) for word in new if word not in old]
    return [
        ShownAct(icon="settings-2", word=word, name=name, url="") for word, name in (*gone, *come)
    ]


def _words(policy: Policy) -> list[str]:
    return [TrustStore(usage=policy.usage.value).get_usage_display(), *policy_words(policy)]


def _act(icon: str, word: str, row: Certificate | Crl | None, note: str = "") -> ShownAct:
    if row is None:
        return ShownAct(icon=icon, word=word, name="what has been deleted since", url="")
    return ShownAct(icon=icon, word=word, name=str(row), url=row.get_absolute_url(), note=note)


def _group(stored: dict[str, Any], store: TrustStore) -> ShownGroup:
    pks = [pk for reason in stored["reasons"] for pk, _, _ in reason["certificates"]]
    certificates = Certificate.objects.in_bulk(pks)
    elsewhere: dict[int, list[str]] = {}
    trusted = ValidationReport.objects.filter(certificate__in=pks, verdict=Verdict.TRUSTED).exclude(
        trust_store=store
    )
    for certificate_id, name in trusted.order_by("trust_store__name").values_list(
        "certificate_id", "trust_store__name"
    ):
        elsewhere.setdefault(certificate_id, []).append(name)

    def turn(pk: int, old: str | None, new: str | None) -> ShownTurn:
        return ShownTurn(
            certificate=certificates[pk],
            until=(_moment(old), _moment(new)),
            elsewhere=tuple(elsewhere.get(pk, ())[:3]),
        )

    shown = []
    for reason in stored["reasons"]:
        turns = [turn(*one) for one in reason["certificates"] if one[0] in certificates]
        shown.append(
            ShownReason(
                before=reason["before"],
                after=reason["after"],
                number=reason["number"],
                depth=reason["depth"],
                text=reason["text"],
                count=reason["count"],
                first=tuple(turns[:SHOWN]),
                further=tuple(turns[SHOWN:]),
            )
        )
    return ShownGroup(count=stored["count"], reasons=tuple(shown))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
