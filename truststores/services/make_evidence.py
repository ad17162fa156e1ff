from __future__ import annotations

from datetime import datetime

from certificates.services.make_download import Download
from pki import evidence
from pki.formats.write import safe_file_name
from truststores.models import ValidationReport
from truststores.services.validate_as_of import validate_as_of


def make_evidence(*, row: ValidationReport, moment: datetime) -> Download:
    """An archive with which anybody can ask OpenSSL what this report asked, as of that moment.

    It is made from what the store and the inventory hold now, and proves what they say now.
    """
    judged = validate_as_of(row=row, moment=moment)
    return Download(
        content=evidence.write_evidence(
            judged.question, judged.trust, judged.report, trust_store=row.trust_store.name
        ),
        file_name=safe_file_name(str(row.certificate), suffix="-evidence.zip"),
        content_type=evidence.CONTENT_TYPE,
    )
