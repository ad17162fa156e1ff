"""What the tests of requests ask for, and what of a request is compared."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

from pki import der
from pki.csr.spec import Profile, RequestSpec, Subject, alt_name

NOW = datetime(2026, 3, 1, 12, 30, 45, 678, tzinfo=UTC)
SUBJECT = Subject(
    country="DE",
    state="Baden-Württemberg",
    locality="Bad Säckingen",
    organization='Müller & "Söhne", GmbH #1; $HOME \\ [x] `y` = z',
    organizational_unit="A+B <c>",
    common_name="sftp.example.com",
    email="pki@müller.example",
)
NAMES = tuple(
    itertools.starmap(
        alt_name,
        [
            ("dns", "FTP.example.com."),
            ("dns", "*.münchen.example"),
            ("ip", "192.0.2.7"),
            ("ip", "2001:db8:0::1"),
            ("email", "admin@example.com"),
            ("uri", "https://example.com/a?b=c;d#e$f"),
        ],
    )
)
SPEC = RequestSpec(subject=SUBJECT, alt_names=NAMES)
SPECS = {
    "everything": SPEC,
    "client": RequestSpec(subject=Subject(common_name="bob 'b' $x"), profile=Profile.CLIENT),
    "both": replace(SPEC, profile=Profile.BOTH, subject=Subject(common_name="a.example")),
    "names only": RequestSpec(subject=Subject(), alt_names=NAMES[:2]),
    "all usages": replace(SPEC, key_usage=("digitalSignature", "nonRepudiation", "keyAgreement")),
    "ssh usages": replace(SPEC, extended_key_usage=("secureShellServer", "secureShellClient")),
    "no extensions": RequestSpec(
        subject=Subject(organization="x"), key_usage=(), extended_key_usage=()
    ),
}


def request_info(request: bytes) -> bytes:
    """CertificationRequestInfo: everything but the signature."""
    at, end = der.whole(request, der.SEQUENCE)
    return request[at : der.expect(request, at, end, der.SEQUENCE)[1]]
