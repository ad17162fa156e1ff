from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import Certificate, CertificateRequest, Crl, KeyUse

_USES_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """What holds on to an object: its words, and the page where it can be let go (or empty)."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    """What was deleted, and for each that was not the things that use it."""

    deleted: int
    used: tuple[tuple[models.Model, tuple[Use, ...]], ...]


def delete_certificates(
    *, actor: User, certificates: Collection[int], request: HttpRequest | None = None
) -> Deletion:
    """Delete certificates that nothing uses; the others stay, each with the reasons."""
    chosen = Certificate.objects.filter(pk__in=certificates).order_by("pk")
    return _delete(actor, list(chosen), "certificates.deleted", request)


def delete_crls(
    *, actor: User, crls: Collection[int], request: HttpRequest | None = None
) -> Deletion:
    """Delete CRLs that nothing uses; the others stay, each with the reasons."""
    chosen = Crl.objects.filter(pk__in=crls).order_by("pk")
    return _delete(actor, list(chosen), "crls.deleted", request)


@transaction.atomic
def _delete(
    actor: User, chosen: Sequence[Certificate | Crl], action: str, request: HttpRequest | None
) -> Deletion:
    deleted: list[dict[str, str]] = []
    used: list[tuple[models.Model, tuple[Use, ...]]] = []
    for one in chosen:
        said = {"name": str(one)[:200], "sha256": one.sha256}
        try:
            with transaction.atomic():
                one.delete()
        except ProtectedError as error:
            used.append((one, uses_of(error)))
            continue
        deleted.append(said)
    if deleted:
        record(
            actor=actor,
            action=action,
            data={"count": len(deleted), "names": deleted[0]["name"], "deleted": deleted[:100]},
            request=request,
        )
    return Deletion(deleted=len(deleted), used=tuple(used))


def uses_of(error: ProtectedError) -> tuple[Use, ...]:
    """What holds on, in words; a thing without a page is told by what it belongs to."""
    uses = [_use(held) for held in error.protected_objects]
    return tuple(sorted(set(uses), key=lambda use: use.text)[:_USES_SHOWN])


def uses_now(row: models.Model) -> tuple[Use, ...]:
    """What holds on to a row, in the words of `uses_of`, without trying to delete it.

    Only what names the row itself; whatever else holds on is told by the refusal.
    """
    uses: set[Use] = set()
    for relation in row._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            held: models.QuerySet[models.Model] = models.QuerySet(model=relation.related_model)
            holding = held.filter(**{relation.field.name: row}).order_by("pk")
            uses.update(_use(one) for one in holding[:_USES_SHOWN])
    return tuple(sorted(uses, key=lambda use: use.text)[:_USES_SHOWN])


def _use(held: models.Model) -> Use:
    if isinstance(held, Certificate):
        return Use(text=f"{held} is replaced by it", url=held.get_absolute_url())
    if isinstance(held, CertificateRequest):
        return Use(text=f"the request “{held}”, which it answers", url=held.get_absolute_url())
    if isinstance(held, KeyUse):
        # A place is told on the page of its key.
        return Use(text=f"a key that is used for it ({held})", url="")
    # Apps above say what their own things are; nothing here knows of them.
    return Use(text=getattr(held, "use_text", "") or str(held), url=_page_of(held))


def _page_of(held: models.Model) -> str:
    if hasattr(held, "get_absolute_url"):
        return str(held.get_absolute_url())
    for relation in held._meta.get_fields():
        if isinstance(relation, models.ForeignKey) and relation.related_model not in (
            Certificate,
            Crl,
        ):
            return _page_of(getattr(held, relation.name))
    return ""
