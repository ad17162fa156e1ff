from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from certificates.models import Certificate, CertificateDer, Crl, CrlDer
from jobs.dependants import preview_dependants
from pki.verify.inputs import TrustInput
from pki.verify.report import Report
from truststores.inputs import policy_of, store_input
from truststores.models import Role, StoreCrl, StoreMember, TrustStore, ValidationReport, Verdict
from truststores.proposals import StoreChange
from truststores.querysets.reports import NAMES_AT_ONCE
from truststores.services.add_members import is_self_signed
from truststores.services.follow_names import follow_names
from truststores.services.judge_store import StoreJudge
from truststores.services.record_reports import meant_for_usage

CHUNK = 200
NAMED = 100
MOST_REASONS = 30
NOT_CHAINED = "unchained"
"""What stands for a verdict where the certificate does not chain into the store at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """What a store says of a certificate, in what a preview compares."""

    verdict: str
    counts: bool = True
    number: int | None = None
    depth: int | None = None
    text: str = ""
    expiry: datetime | None = None

    @property
    def is_good(self) -> bool:
        return self.verdict == Verdict.TRUSTED


def count_touched(*, store: TrustStore, change: StoreChange, most: int) -> int:
    """How many certificates a change touches; it stops counting beyond `most`."""
    count = 0
    for certificates in _touched(store, change):
        count += certificates.order_by()[: most + 1].count()
        if count > most:
            break
    return count


def preview_change(
    *,
    store: TrustStore,
    change: StoreChange,
    moment: datetime,
    after_chunk: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """What a change would do, as JSON: what turns red, what turns green, what ends at another time.

    Only the certificates that the change touches are judged, by the store as it would be; of those
    whose report is due or missing also by the store as it is. What rests on the store in apps above
    is asked too (`dependants`); the policy that it has before is kept, for whoever reads this later.
    Nothing is written. `after_chunk` is called with the number of
    certificates judged so far.
    """
    now, then = store_input(store).trust, proposed_input(store=store, change=change)
    judges = StoreJudge(now), StoreJudge(then)
    names, members = _led_to(store, change)
    groups: dict[str, _Group] = {name: _Group() for name in ("red", "green", "moved", "other")}
    asked = unchanged = reported = 0
    seen: set[int] = set()
    for chunk in _chunks(store, change):
        new = [one for one in chunk if one.pk not in seen]
        seen.update(one.pk for one in new)
        before = _before(store, new, judges[0], moment)
        chained = [one for one in new if one.pk in members or one.issuer_sha256 in names]
        after = {one.certificate.pk: _of(one.report) for one in judges[1].judge(chained, moment)}
        for certificate in new:
            old = before.get(certificate.pk, _Answer(verdict=NOT_CHAINED))
            found = after.get(certificate.pk, _Answer(verdict=NOT_CHAINED))
            group = _compare(old, found)
            if group is None:
                unchanged += 1
            else:
                groups[group].add(certificate.pk, old, found)
        asked += len(new)
        reported += len(before)
        after_chunk(asked)
    reports = ValidationReport.objects.filter(trust_store=store, chained=True)
    return {
        "moment": moment.isoformat(),
        "policy_before": asdict(policy_of(store)),
        "asked": asked,
        "unchanged": unchanged,
        "untouched": reports.count() - reported,
        **{name: group.to_json() for name, group in groups.items()},
        "dependants": preview_dependants("trust_store", store, then, moment=moment),
    }


class _Group:
    """Certificates that turn the same way, by reason; of each reason the first are named."""

    def __init__(self) -> None:
        self.count = 0
        self.reasons: dict[tuple[Any, ...], dict[str, Any]] = {}

    def add(self, pk: int, old: _Answer, new: _Answer) -> None:
        self.count += 1
        key = (old.verdict, new.verdict, new.number, new.depth, new.text)
        reason = self.reasons.setdefault(
            key,
            {
                "before": old.verdict,
                "after": new.verdict,
                "number": new.number,
                "depth": new.depth,
                "text": new.text,
                "count": 0,
                "certificates": [],
            },
        )
        reason["count"] += 1
        if len(reason["certificates"]) < NAMED:
            until = [one.isoformat() if one else None for one in (old.expiry, new.expiry)]
            reason["certificates"].append([pk, *until])

    def to_json(self) -> dict[str, Any]:
        most = sorted(self.reasons.values(), key=lambda reason: -reason["count"])
        return {"count": self.count, "reasons": most[:MOST_REASONS]}


def _compare(old: _Answer, new: _Answer) -> str | None:
    """The group of a certificate; None where nothing changes that anybody would notice."""
    if old.is_good and not new.is_good:
        return "red"
    if new.is_good and not old.is_good:
        return "green"
    if new.is_good:
        return "moved" if old.expiry != new.expiry else None
    if not (old.counts and new.counts) and NOT_CHAINED in (old.verdict, new.verdict):
        return None  # Another usage, in a store that it only now leads to or no longer does.
    same = (old.verdict, old.number, old.depth) == (new.verdict, new.number, new.depth)
    return None if same else "other"


def _of(report: Report) -> _Answer:
    first = report.decisive
    return _Answer(
        verdict=report.verdict.value,
        counts=meant_for_usage(report),
        number=first.number if first else None,
        depth=first.depth if first else None,
        text=first.text if first else "",
        expiry=report.effective_expiry,
    )


def _before(
    store: TrustStore, certificates: list[Certificate], judge: StoreJudge, moment: datetime
) -> dict[int, _Answer]:
    """What the store says now: its reports, made anew where they are due."""
    rows = ValidationReport.objects.filter(
        trust_store=store, certificate__in=[one.pk for one in certificates], chained=True
    )
    known: dict[int, _Answer] = {}
    due: set[int] = set()
    for row in rows:
        if row.made_at is None or (row.due_at is not None and row.due_at <= moment):
            due.add(row.certificate_id)
            continue
        known[row.certificate_id] = _Answer(
            verdict=row.verdict,
            counts=row.meant_for_usage,
            number=row.first_code,
            depth=row.depth,
            expiry=row.effective_expiry,
        )
    again = judge.judge([one for one in certificates if one.pk in due], moment)
    return known | {one.certificate.pk: _of(one.report) for one in again}


# What a change touches ----------------------------------------------------------------------------


def _chunks(store: TrustStore, change: StoreChange) -> Iterator[list[Certificate]]:
    for certificates in _touched(store, change):
        after = 0
        while chunk := list(certificates.filter(pk__gt=after).order_by("pk")[:CHUNK]):
            yield chunk
            after = chunk[-1].pk


def _touched(store: TrustStore, change: StoreChange) -> Iterator[QuerySet[Certificate]]:
    """The certificates of which the store may say something else afterwards; some come twice.

    A member speaks for what is below its name, and for itself; a CRL for what its issuer issued and
    what is below that; an indirect CRL and the policy for everything.
    """
    in_store = Certificate.objects.filter(
        validation_reports__trust_store=store, validation_reports__chained=True
    )
    crls = list(Crl.objects.filter(pk__in=change.crl_ids))
    if _changes_policy(store, change) or any("indirect" in crl.scope for crl in crls):
        yield in_store
    changed = Certificate.objects.filter(pk__in=change.certificate_ids)
    yield changed
    below = follow_names(names=changed.values_list("subject_sha256", flat=True))
    for names in _parts(below):
        yield Certificate.objects.filter(issuer_sha256__in=names)
    spoken_of = follow_names(names={crl.issuer_sha256 for crl in crls}) - below if crls else set()
    for names in _parts(spoken_of):
        yield in_store.filter(issuer_sha256__in=names)


def _parts(names: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(names)
    for start in range(0, len(ordered), NAMES_AT_ONCE):
        yield ordered[start : start + NAMES_AT_ONCE]


def _changes_policy(store: TrustStore, change: StoreChange) -> bool:
    return change.spec is not None and change.spec.policy != policy_of(store)


# The store as it would be -------------------------------------------------------------------------


def _led_to(store: TrustStore, change: StoreChange) -> tuple[set[str], set[int]]:
    """The names that would lead into the store, and the members that it would have."""
    members = set(store.members.values_list("certificate_id", flat=True))
    members = (members | {one.certificate_id for one in change.additions}) - set(change.removals)
    subjects: set[str] = set()
    ordered = sorted(members)
    for start in range(0, len(ordered), NAMES_AT_ONCE):
        chunk = ordered[start : start + NAMES_AT_ONCE]
        subjects.update(
            Certificate.objects.filter(pk__in=chunk).values_list("subject_sha256", flat=True)
        )
    return follow_names(names=subjects), members


def proposed_input(*, store: TrustStore, change: StoreChange) -> TrustInput:
    """What the validation would be given of the store once the change were saved."""
    roles: dict[int, str] = dict(
        StoreMember.objects.filter(trust_store=store).values_list("certificate_id", "role")
    )
    ders: dict[int, bytes] = {}
    wanted = [*roles, *(one.certificate_id for one in change.additions)]
    for start in range(0, len(wanted), NAMES_AT_ONCE):
        rows = CertificateDer.objects.filter(pk__in=wanted[start : start + NAMES_AT_ONCE])
        ders |= {pk: bytes(der) for pk, der in rows.values_list("pk", "der")}
    self_issued = set(
        Certificate.objects.filter(pk__in=change.certificate_ids, self_issued=True).values_list(
            "pk", flat=True
        )
    )
    for one in change.additions:
        if (der := ders.get(one.certificate_id)) is not None:
            is_root = one.certificate_id in self_issued and is_self_signed(der)
            roles[one.certificate_id] = one.role or (Role.ANCHOR if is_root else Role.INTERMEDIATE)
    for pk in change.removals:
        roles.pop(pk, None)
    by_role: defaultdict[bool, list[bytes]] = defaultdict(list)
    for pk, role in roles.items():
        if pk in ders:
            by_role[role == Role.ANCHOR].append(ders[pk])
    held = StoreCrl.objects.filter(trust_store=store).exclude(crl__in=change.crls_dropped)
    crls = CrlDer.objects.filter(
        Q(pk__in=held.values("crl")) | Q(pk__in=change.crls_added)
    ).values_list("der", flat=True)
    now = store_input(store).trust
    return replace(
        now,
        anchors=tuple(by_role[True]),
        intermediates=tuple(by_role[False]),
        crls=tuple(bytes(der) for der in crls),
        policy=change.spec.policy if change.spec is not None else now.policy,
    )
