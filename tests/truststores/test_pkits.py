"""The whole of NIST PKITS in the inventory, against its own anchor: every page opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from django.test import Client

from certificates.models import Certificate, Crl
from certificates.services.write_crls import write_crls
from certificates.services.write_rows import write_certificates
from pki.certificate import parse_certificate
from pki.crl import parse_crl
from pki.errors import NotDecodable
from pki.verify.inputs import Policy, Revocation
from tests.truststores.conftest import work_off
from truststores.models import ValidationReport, Verdict
from truststores.services.add_crls import add_crls
from truststores.services.add_members import add_members
from truststores.services.create_trust_store import create_trust_store
from truststores.specs import NewMember, StoreSpec

FOLDER = Path(str(cryptography_vectors.__file__)).parent / "x509" / "PKITS_data"
MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_every_report_of_pkits_opens(client_for: Callable[[str | None], Client]) -> None:
    write_certificates(_read("certs", "*.crt", parse_certificate), job_id=None)
    write_crls(_read("crls", "*.crl", parse_crl))
    anchor = Certificate.objects.get(cn="Trust Anchor")
    spec = StoreSpec(name="PKITS", policy=Policy(revocation=Revocation.CHAIN, security_level=0))
    store = create_trust_store(actor=None, spec=spec, moment=MOMENT)
    addition = NewMember(certificate_id=anchor.pk)
    add_members(actor=None, store_id=store.pk, additions=[addition], moment=MOMENT)
    crls = list(Crl.objects.values_list("pk", flat=True))
    add_crls(actor=None, store_id=store.pk, crl_ids=crls, moment=MOMENT)
    work_off(MOMENT)

    reports = ValidationReport.objects.select_related("certificate")
    assert reports.count() > 350
    verdicts = set(reports.values_list("verdict", flat=True))
    assert verdicts == {Verdict.TRUSTED, Verdict.NOT_TRUSTED, Verdict.UNDETERMINED}
    assert _verdict_of("Valid EE Certificate Test1") == Verdict.TRUSTED
    assert _verdict_of("Invalid Revoked EE Certificate Test3") == Verdict.NOT_TRUSTED

    browser = client_for("operator")
    seen: set[tuple[str, str]] = set()
    for report in reports:
        kind = (report.verdict, report.codes)
        if kind in seen:  # one page of each kind: a page of each would take a minute
            continue
        seen.add(kind)
        assert browser.get(report.get_absolute_url()).status_code == 200, report.certificate
    assert len(seen) > 15
    for address in (store.get_absolute_url(), "/reports/?code=23", "/reports/?sort=-until", "/"):
        assert browser.get(address).status_code == 200, address
    assert browser.get(anchor.get_absolute_url()).status_code == 200


def _verdict_of(cn: str) -> str:
    return ValidationReport.objects.get(certificate__cn=cn).verdict


def _read(folder: str, pattern: str, parse: Callable[[bytes], Any]) -> list[Any]:
    found = []
    for path in sorted((FOLDER / folder).glob(pattern)):
        try:
            found.append(parse(path.read_bytes()))
        except NotDecodable:
            continue
    return found
