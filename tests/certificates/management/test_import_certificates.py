"""The command of administrators: the same import, from files, with larger limits."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from certificates.models import Certificate
from jobs.models import Job
from tests.certificates.conftest import made, pem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]


def test_it_imports_and_says_what_became_of_the_blocks(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pem", tmp_path / "bad.pem"
    good.write_bytes(pem(made("a")) + pem(made("b")) + pem(made("a")))
    bad.write_bytes(b"\n-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
    out, err = StringIO(), StringIO()

    call_command("import_certificates", str(good), str(bad), stdout=out, stderr=err)

    said = "2 certificates and 0 CRLs imported, 1 here before, 1 rejected\n"
    assert out.getvalue() == said
    assert "rejected: bad.pem, line 2: " in err.getvalue()
    assert Certificate.objects.count() == 2
    assert Job.objects.get(kind="import").params == {"trusted": True}
    assert AuditEvent.objects.get(action="certificates.imported").actor_name == "the console"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["/nowhere/x.pem"], "cannot be read"), (["--as", "nobody", "x"], "There is nobody called")],
)
def test_it_says_in_one_line_what_is_wrong(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("import_certificates", *arguments)
    assert not Job.objects.exists()
