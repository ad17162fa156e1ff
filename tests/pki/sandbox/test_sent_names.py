"""Names that a server sent, read where a parser may die."""

from __future__ import annotations

from pki.names import read_name
from pki.sandbox.sent_names import read_sent_names
from tests.pki.chains import make_ca


def test_names_are_read_as_those_of_certificates_are() -> None:
    subjects = [make_ca(cn).certificate.subject.public_bytes() for cn in ("One", "Two")]
    read = read_sent_names([*subjects, b"nonsense"])
    assert [(one.text, one.sha256) for one in read[:2]] == [
        (read_name(subject).text, read_name(subject).sha256) for subject in subjects
    ]
    assert len(read) == 3
    assert read_sent_names([]) == ()
