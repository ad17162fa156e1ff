from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from audit.services.record import record
from certificates.key_refusals import KeyRefused
from certificates.key_specs import KeyAbout, KeyFile, Wanted
from certificates.models import (
    KeyImport,
    KeyOrigin,
    Label,
    Outcome,
    Owner,
    PrivateKey,
    Protocol,
    PublicKey,
)
from certificates.services.add_key_use import add_key_use
from certificates.services.find_owner import find_owner
from certificates.services.public_facts import public_facts
from certificates.services.request_import import request_import
from certificates.services.store_private_key import store_private_key
from certificates.specs import Upload
from jobs.models import Job
from pki.findings import Finding
from pki.formats.key_file import KeyFileContents, PrivateKeyFound, PublicKeyFound
from pki.formats.write import write_pem
from pki.names import visible
from pki.sandbox.keys import open_private_keys, open_public_keys

_SSH_CONTAINERS = frozenset(
    ("openssh", "putty-2", "putty-3", "authorized_keys", "known_hosts", "rfc4716")
)
_LONGEST_NAME = 200
_LONGEST_COMMENT = 300
_LONGEST_PREFIX = 4_000


class NothingToKeep(Exception):
    """The file gave no key of the wanted kind; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.code)


@dataclass(frozen=True, kw_only=True)
class _Import:
    """What is the same for every key of a file."""

    actor: User
    about: KeyAbout
    owner: Owner | None
    request: HttpRequest | None


@sensitive_variables("file", "contents")
def import_keys(
    *,
    actor: User,
    file: KeyFile,
    about: KeyAbout,
    token: uuid.UUID,
    request: HttpRequest | None = None,
) -> KeyImport:
    """Open a file of keys in the sandbox, keep what it holds and write down what became of each.

    The certificates beside the keys go to an ordinary import of their own. `token` comes with the
    form: sent twice it is one import. Raises `NothingToKeep`, and `LimitExceeded` and
    `SandboxKilled` of `pki.sandbox.keys`.
    """
    slot = f"{actor.pk}:{token}"
    if done := KeyImport.objects.filter(token=slot).first():
        return done
    if file.wanted is Wanted.PUBLIC:
        contents = open_public_keys(file.content)
        found_any = bool(contents.public_keys)
    else:
        contents = open_private_keys(file.content, file.passphrase)
        found_any = bool(contents.private_keys)
    refusal = contents.refusal
    if not found_any and refusal is not None:
        raise NothingToKeep(refusal)
    return _kept(contents, file.name, about, slot, actor, request, token)


@sensitive_variables("contents")
@transaction.atomic
def _kept(
    contents: KeyFileContents,
    file_name: str,
    about: KeyAbout,
    slot: str,
    actor: User,
    request: HttpRequest | None,
    token: uuid.UUID,
) -> KeyImport:
    row, is_new = KeyImport.objects.get_or_create(
        token=slot,
        defaults={
            "actor": actor,
            "source": visible(file_name)[:255] or "pasted text",
            "created_at": timezone.now(),
        },
    )
    if not is_new:
        return row
    shared = _Import(actor=actor, about=about, owner=find_owner(about), request=request)
    private = contents.private_keys
    names = _names(about, [found.comment or _stem(file_name) for found in private])
    row.items = [
        _private_item(found, name, shared) for found, name in zip(private, names, strict=True)
    ]
    ours = {found.spki for found in private}
    others = [found for found in contents.public_keys if found.spki not in ours]
    names = _names(about, [found.comment or _stem(file_name) for found in others])
    row.items += [
        _public_item(found, name, shared) for found, name in zip(others, names, strict=True)
    ]
    row.findings = [found.to_json() for found in contents.findings]
    row.certificates_job = _certificates(contents.certificates, actor, token, file_name, request)
    row.save()
    return row


def _names(about: KeyAbout, suggested: Sequence[str]) -> list[str]:
    """A name for each key: the one that was given, numbered where there are several."""
    if not about.name:
        return [visible(name)[:_LONGEST_NAME] for name in suggested]
    if len(suggested) == 1:
        return [about.name]
    return [
        f"{about.name[: _LONGEST_NAME - 6]} {number}" for number, _ in enumerate(suggested, start=1)
    ]


def _stem(file_name: str) -> str:
    return file_name.rpartition(".")[0] or file_name or "Imported key"


@sensitive_variables("found")
def _private_item(found: PrivateKeyFound, name: str, shared: _Import) -> dict[str, Any]:
    item = _item("private", found, name)
    known = PrivateKey.objects.filter(spki_sha256=_sha256(found.spki)).exists()
    try:
        key = store_private_key(
            actor=shared.actor,
            pkcs8=found.pkcs8,
            name=name,
            owner=shared.owner,
            labels=shared.about.labels,
            note=shared.about.note,
            origin=KeyOrigin.IMPORTED,
            container=found.container,
            findings=found.findings,
            request=shared.request,
        )
    except KeyRefused as refused:
        return item | {
            "outcome": str(Outcome.REJECTED),
            "sentence": refused.says,
            "advice": refused.advice,
        }
    _note_use(key, found.container, shared)
    return item | {
        "outcome": str(Outcome.DUPLICATE if known else Outcome.IMPORTED),
        "key": key.pk,
        "name": key.name,
        "was_encrypted": found.was_encrypted,
        "findings": [one.to_json() for one in found.findings],
    }


def _public_item(found: PublicKeyFound, name: str, shared: _Import) -> dict[str, Any]:
    item = _item("public", found, name)
    facts = public_facts(found.spki)
    held = PrivateKey.objects.filter(spki_sha256=facts["spki_sha256"]).first()
    if held is not None:
        _note_use(held, found.container, shared)
        return item | {
            "outcome": str(Outcome.DUPLICATE),
            "key": held.pk,
            "name": held.name,
            "kind": "private",
        }
    key, is_new = PublicKey.objects.get_or_create(
        spki_sha256=facts["spki_sha256"],
        defaults={
            **facts,
            "name": name,
            "owner": shared.owner,
            "note": shared.about.note,
            "container": found.container,
            "comment": visible(found.comment)[:_LONGEST_COMMENT],
            "prefix": visible(found.prefix)[:_LONGEST_PREFIX],
            "created_at": timezone.now(),
        },
    )
    if is_new:
        labels = [Label.objects.get_or_create(name=label)[0] for label in shared.about.labels]
        key.labels.set(labels)
        record(
            actor=shared.actor,
            action="public_key.imported",
            subject=key,
            data={"kind": key.kind_text, "spki_sha256": key.spki_sha256},
            request=shared.request,
        )
    _note_use(key, found.container, shared)
    return item | {
        "outcome": str(Outcome.IMPORTED if is_new else Outcome.DUPLICATE),
        "key": key.pk,
        "name": key.name,
        "findings": facts["findings"],
    }


def _note_use(key: PrivateKey | PublicKey, container: str, shared: _Import) -> None:
    """A key in a file of SSH speaks SSH, for the owner that it was brought in for."""
    if container in _SSH_CONTAINERS:
        add_key_use(
            actor=shared.actor,
            key=key,
            protocol=Protocol.SSH,
            owner=shared.owner,
            request=shared.request,
        )


def _item(kind: str, found: PrivateKeyFound | PublicKeyFound, name: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "line": found.line,
        "container": found.container,
        "algorithm": found.facts.algorithm,
        "size": found.facts.size,
        "name": name,
    }


def _certificates(
    ders: Sequence[bytes],
    actor: User,
    token: uuid.UUID,
    file_name: str,
    request: HttpRequest | None,
) -> Job | None:
    if not ders:
        return None
    name = visible(file_name) or "pasted keys"
    return request_import(
        actor=actor,
        files=[Upload(name=f"certificates of {name}", content=write_pem(ders))],
        token=token,
        request=request,
    )


def _sha256(spki: bytes) -> str:
    digest: str = public_facts(spki)["spki_sha256"]
    return digest
