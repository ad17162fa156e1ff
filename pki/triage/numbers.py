"""Numbers that programs print: verification errors, TLS alerts, and OpenSSL's packed error codes.

No pattern repeats a repetition, and each repetition has a bound: a line is read in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from pki.triage.alerts import ALERTS, alert_named
from pki.triage.meaning import Heard, Kind, Meaning, Rank
from pki.triage.phrases.openssl import REASON_NUMBERS
from pki.verify.codes import CODES


class Found(NamedTuple):
    """Something recognised in a line: from where to where, and what it means."""

    start: int
    end: int
    means: Meaning


# The number of a verification error, as each program writes it before or after the text.
_VERIFY_NUMBERS: Final = (
    re.compile(r"verify error:num=(\d{1,3})"),
    re.compile(r"\berror (\d{1,3}) at \d{1,3} depth"),
    re.compile(r"verify return code: (\d{1,3})\b"),
    re.compile(r"certificate verification: error \((\d{1,3})\)"),
    re.compile(r"certificate verify error: \((\d{1,3}):"),
    re.compile(r"verify result: [^()]{1,80} \((\d{1,3})\)"),
    re.compile(r"verify[_ ](?:error|result|code)[_ ]?(?:code)?[:=] ?(\d{1,3})\b"),
    re.compile(r"certificate verification: error, [a-z ]{0,20}\(?err(?:or)?:? (\d{1,3})\b"),
    re.compile(r"\bssl_[cf]_(?:ca_)?err[:=] ?(\d{1,3})\b"),
)
# WinSCP writes the result of the verification in hex behind the fingerprint.
_WINSCP_FAILURES: Final = re.compile(
    r"with fingerprint [0-9a-f:]{10,100} and ([0-9a-f]{2}) failures"
)
# X509_V_ERR_CERT_HAS_EXPIRED, and CERT_HAS_EXPIRED as Node.js writes it.
_SYMBOL: Final = re.compile(r"\b[a-z][a-z0-9_]{11,60}\b")
_PREFIX: Final = "x509_v_err_"

_ALERT_NUMBERS: Final = (
    (re.compile(r"ssl alert number (\d{1,3})\b"), Heard.RECEIVED),
    (re.compile(r"fatal alert was received: (\d{1,3})\b"), Heard.RECEIVED),
    (re.compile(r"fatal alert code is (\d{1,3})\b"), Heard.RECEIVED),
    (re.compile(r"fatal error code is (\d{1,3})\b"), Heard.SENT),
    (re.compile(r"alert from the (?:server|client): [^()]{1,60} \((\d{1,3})\)"), Heard.RECEIVED),
    (re.compile(r"received alert \[(\d{1,3})\]"), Heard.RECEIVED),
    (re.compile(r"received unknown tls alert (\d{1,3})\b"), Heard.RECEIVED),
)
# curl and s_client -msg write level and number in one: fatal (2) 48 is 2 * 256 + 48.
_PACKED_ALERT: Final = re.compile(r"\((in|out)\), tls alert, [^()]{1,60} \((\d{3})\)")

# Words after which the name of an alert stands, and which way it went.
_ALERT_NAMES: Final = (
    (re.compile(r"received fatal alert: "), Heard.RECEIVED),
    (re.compile(r"received warning alert: "), Heard.RECEIVED),
    (re.compile(r"tlsfatalalertreceived: "), Heard.RECEIVED),
    (re.compile(r"tlsfatalalert: "), Heard.SENT),
    (re.compile(r"received (?:client|server) alert: fatal - "), Heard.RECEIVED),
    (re.compile(r"generated (?:client|server) alert: fatal - "), Heard.SENT),
    (re.compile(r"remote error: tls: "), Heard.RECEIVED),
    (re.compile(r"local error: tls: "), Heard.SENT),
    (re.compile(r"sent a tls alert: '"), Heard.RECEIVED),
    (re.compile(r"alert \(read\): (?:fatal|warning): "), Heard.RECEIVED),
    (re.compile(r"alert \(write\): (?:fatal|warning): "), Heard.SENT),
    (re.compile(r"alert read:(?:fatal|warning): ?"), Heard.RECEIVED),
    (re.compile(r"alert write:(?:fatal|warning): ?"), Heard.SENT),
    (re.compile(r"write fatal alert \""), Heard.SENT),
    (re.compile(r"<<< [^,]{1,20}, alert \[length \d{1,6}\], (?:fatal|warning) "), Heard.RECEIVED),
    (re.compile(r">>> [^,]{1,20}, alert \[length \d{1,6}\], (?:fatal|warning) "), Heard.SENT),
    (re.compile(r"fatal \((?=[a-z_]{5,40}\): )"), Heard.SENT),
    (re.compile(r"sslexception: \((?=[a-z_]{5,40}\))"), Heard.SENT),
    (re.compile(r"handshakeexception: \((?=[a-z_]{5,40}\))"), Heard.SENT),
    (re.compile(r"(?:sslv3|tlsv1|tlsv13|ssl/tls) alert "), Heard.RECEIVED),
    (re.compile(r"(?:sslv3|tlsv1|tlsv13|ssl/tls)_alert_"), Heard.RECEIVED),
)
_LONGEST_ALERT_NAME: Final = 60

# error:14094418:SSL routines... of 1.x, error:0A000418:SSL routines... of 3.x
_PACKED_ERROR: Final = re.compile(r"\berror:([0-9a-f]{8})\b")
_SSL_LIBRARY: Final = 20
_FIRST_ALERT_REASON: Final = 1000

# The only number that two releases use for two things: an invalid CA certificate up to 1.1.1.
AMBIGUOUS: Final[dict[int, tuple[int, ...]]] = {24: (79,)}

_BY_SYMBOL: Final[dict[str, int]] = {
    name: code.number
    for code in CODES.values()
    if "_" in (name := code.symbol.lower().removeprefix(_PREFIX)) and code.number
}


def numbers_in(small: str) -> Iterator[Found]:
    """Every number in the line, which is in small letters, that says what failed."""
    yield from _verify_numbers(small)
    yield from _alert_numbers(small)
    yield from _alert_names(small)
    yield from _packed_errors(small)


def _verify_numbers(small: str) -> Iterator[Found]:
    for pattern in _VERIFY_NUMBERS:
        for match in pattern.finditer(small):
            if number := int(match[1]):
                others = AMBIGUOUS.get(number, ())
                means = Meaning(Kind.VERIFY, Rank.NUMBER, number, others=others)
                yield Found(match.start(), match.end(), means)
    for match in _WINSCP_FAILURES.finditer(small):
        if (number := int(match[1], 16)) in CODES and number:
            yield Found(match.start(), match.end(), Meaning(Kind.VERIFY, Rank.SAME, number))
    for match in _SYMBOL.finditer(small):
        if number := _BY_SYMBOL.get(match[0].removeprefix(_PREFIX), 0):
            yield Found(match.start(), match.end(), Meaning(Kind.VERIFY, Rank.NUMBER, number))


def _alert_numbers(small: str) -> Iterator[Found]:
    for pattern, heard in _ALERT_NUMBERS:
        for match in pattern.finditer(small):
            if (number := int(match[1])) in ALERTS:
                yield Found(
                    match.start(),
                    match.end(),
                    Meaning(Kind.ALERT, Rank.NUMBER, number, heard=heard),
                )
    for match in _PACKED_ALERT.finditer(small):
        heard = Heard.RECEIVED if match[1] == "in" else Heard.SENT
        if (number := int(match[2]) % 256) in ALERTS and number:
            yield Found(
                match.start(), match.end(), Meaning(Kind.ALERT, Rank.NUMBER, number, heard=heard)
            )


def _alert_names(small: str) -> Iterator[Found]:
    for pattern, heard in _ALERT_NAMES:
        for match in pattern.finditer(small):
            named = small[match.end() : match.end() + _LONGEST_ALERT_NAME]
            number = alert_named(named)
            if number:
                end = match.end() + _length_of_name(named, number)
                yield Found(match.start(), end, Meaning(Kind.ALERT, Rank.TEXT, number, heard=heard))


def _length_of_name(named: str, number: int) -> int:
    """How much of the text is the name of the alert."""
    for length in range(1, len(named) + 1):
        if alert_named(named[:length]) == number:
            whole = length
            while whole < len(named) and (named[whole].isalpha() or named[whole] == "_"):
                whole += 1
            return whole
    return len(named)


def _packed_errors(small: str) -> Iterator[Found]:
    for match in _PACKED_ERROR.finditer(small):
        packed = int(match[1], 16)
        # 3.x keeps 23 bits for the reason, 1.x 12 bits with 12 for the function before them.
        if packed >> 23 == _SSL_LIBRARY:
            reason = packed & 0x7FFFFF
        elif packed >> 24 == _SSL_LIBRARY:
            reason = packed & 0xFFF
        else:
            continue
        if reason - _FIRST_ALERT_REASON in ALERTS:
            number = reason - _FIRST_ALERT_REASON
            means = Meaning(Kind.ALERT, Rank.NUMBER, number, heard=Heard.RECEIVED)
            yield Found(match.start(), match.end(), means)
        elif reason in REASON_NUMBERS:
            yield Found(match.start(), match.end(), REASON_NUMBERS[reason].means)
