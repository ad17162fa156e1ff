"""Rows in bulk: the same rows as the models describe, once each."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from certificates.models import Certificate, CertificateText, ImportBlock
from certificates.services import write_rows as module
from certificates.services.write_rows import (
    BLOCK_COLUMNS,
    CERTIFICATE_COLUMNS,
    searchable_text,
    write_certificates,
)
from pki.certificate import parse_certificate
from tests.certificates.conftest import made

pytestmark = pytest.mark.django_db


def test_it_writes_every_column_of_the_models() -> None:
    def columns(model: Any) -> set[str]:
        return {field.column for field in model._meta.concrete_fields}

    assert set(CERTIFICATE_COLUMNS) == columns(Certificate)
    assert set(BLOCK_COLUMNS) == columns(ImportBlock) - {"id"}


def test_it_writes_what_the_facts_say() -> None:
    facts = parse_certificate(made("a.test", "ca", names=("a.test", "b.test")))

    write_certificates([facts], job_id=None)

    row = Certificate.objects.select_related("encoded").get()
    assert bytes(row.encoded.der) == facts.der
    for name in ("sha256", "sha1", "serial", "subject", "issuer", "cn", "ski", "aki", "version"):
        assert getattr(row, name) == getattr(facts, name)
    assert (row.not_before, row.not_after) == (facts.not_before, facts.not_after)
    assert row.path_length is None
    assert row.crl_urls == []
    assert row.findings == [found.to_json() for found in facts.findings]
    assert [str(name) for name in row.alternative_names.all()] == ["dns:a.test", "dns:b.test"]
    assert (row.standing, row.lifecycle, row.works_until) == ("unchecked", "active", None)


def test_it_takes_facts_beyond_what_the_columns_hold() -> None:
    import dataclasses

    facts = dataclasses.replace(
        parse_certificate(made("a.test")),
        serial="f" * 5000,
        cn="c" * 5000,
        ski="5" * 5000,
        path_length=2**200,
    )

    write_certificates([facts], job_id=None)

    row = Certificate.objects.get()
    assert (len(row.serial), len(row.cn), len(row.ski)) == (200, 255, 128)
    assert row.path_length == 2**63 - 1


def test_it_never_gives_the_id_of_a_deleted_row_to_another() -> None:
    write_certificates([parse_certificate(made("a.test"))], job_id=None)
    first = Certificate.objects.get()
    key = first.pk
    first.delete()

    write_certificates([parse_certificate(made("b.test"))], job_id=None)

    assert Certificate.objects.get().pk > key
    assert (
        Certificate.objects.create(
            sha256="0" * 64,
            version=3,
            not_before=first.not_before,
            not_after=first.not_after + timedelta(1),
            is_ca=False,
            self_issued=False,
            key_size=1,
            created_at=first.created_at,
        ).pk
        > key + 1
    )


def test_it_leaves_quoting_out_of_the_text_that_is_searched() -> None:
    facts = parse_certificate(made("Acme, Inc. + Sons"))

    assert "Acme, Inc. + Sons" in searchable_text(facts)


def test_it_forgets_the_text_with_its_certificate() -> None:
    write_certificates([parse_certificate(made(name)) for name in "abc"], job_id=None)

    Certificate.objects.get(cn="a").delete()
    Certificate.objects.filter(cn="b").delete()

    assert CertificateText.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_takes_one_certificate_from_two_imports_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have asked before either has written; one has then written it, the other finds it."""
    # What other tests committed: no flush empties a table that Django does not manage.
    CertificateText.objects.all().delete()
    facts = [parse_certificate(made(f"{number}.test")) for number in range(20)]
    both_asked = threading.Barrier(2, timeout=1)
    reserve = module._reserve_ids

    def reserve_late(count: int) -> Any:
        if connection.vendor == "postgresql":
            both_asked.wait()
        return reserve(count)

    monkeypatch.setattr(module, "_reserve_ids", reserve_late)
    new: list[int] = []

    def write(order: int) -> None:
        try:
            with transaction.atomic():
                new.append(len(write_certificates(facts[::order], job_id=None)))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(new) == Certificate.objects.count() == CertificateText.objects.count() == 20
