"""The table of codes: every code that is given is in it, none is dead, each has words."""

from __future__ import annotations

import re
import string
from pathlib import Path

from certificates.finding_texts import FINDING_TEXTS
from pki import findings
from pki.findings import CODES, Finding, Severity, finding

PKI = Path(findings.__file__).parent
# The parts that read objects and uploads; checks, requests and fetches have codes of their own.
_READERS = [
    *(PKI / f"{name}.py" for name in ("certificate", "crl", "names", "signatures")),
    *sorted((PKI / "extensions").glob("*.py")),
    *(PKI / "formats" / f"{name}.py" for name in ("bundle", "pem", "pkcs7")),
    PKI / "keys.py",
]
_CODE = re.compile(
    r'"((?:block|ca|cn|crl|extension|key|name|san|serial|signature|validity|version)\.[a-z0-9_]+)"'
)


def test_every_code_that_is_given_is_in_the_table_and_none_is_dead() -> None:
    given = {code for path in _READERS for code in _CODE.findall(path.read_text())}
    assert given == set(CODES)


def test_every_code_has_words_and_no_words_are_left_over() -> None:
    assert set(FINDING_TEXTS) == set(CODES)


def test_sentences_name_plain_values_only_and_end_as_sentences() -> None:
    for code, (sentence, advice) in FINDING_TEXTS.items():
        for _, field, form, conversion in string.Formatter().parse(sentence):
            assert field is None or re.fullmatch("[a-z_]+", field), code
            assert not form
            assert not conversion
        assert sentence.endswith("."), code
        assert not advice or advice.endswith("."), code
        assert "{" not in advice, code


def test_a_finding_comes_back_from_json() -> None:
    made = finding("key.rsa_small", place="subjectPublicKeyInfo", size=1024)
    assert made.severity is Severity.WARNING
    assert Finding.from_json(made.to_json()) == made
