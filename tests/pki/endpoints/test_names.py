"""Addresses against names of certificates: what the `openssl verify` command says, and we as well.

The odd ones of RFC 6125 (sections 6.4.3, 6.4.4, 7.2) and RFC 9525 (sections 6.3 to 6.5, 7.1) are
among them. Each row is asked of the command in a process of its own, of `pki.verify` and of the
judgement of a service, and all three give what the row says.
"""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from pki.endpoints.facts import Address, PeerStore, Presented, ServiceFacts
from pki.endpoints.judgement import Standing, Weight
from pki.endpoints.service import judge_service
from pki.verify.inputs import Policy, TrustInput, Usage
from pki.verify.report import Report, Verdict
from pki.verify.run import prepare
from tests.pki.chains import MOMENT, Issued, make_leaf
from tests.pki.verify.asking import ask, trust
from tests.pki.verify.test_command import COMMAND, _same_version

KEY = make_leaf("one key for all of them").key
EMAIL, DNS, URI, IP = 0x81, 0x82, 0x86, 0x87
LABEL_63 = "a" * 63
IDN = "xn--mnchen-3ya.example.com"


def dns(*names: str) -> list[tuple[int, bytes]]:
    return [(DNS, name.encode("latin-1")) for name in names]


def ip(*addresses: str) -> list[tuple[int, bytes]]:
    return [(IP, ipaddress.ip_address(address).packed) for address in addresses]


def uri(*names: str) -> list[tuple[int, bytes]]:
    return [(URI, name.encode()) for name in names]


def srv(name: str) -> list[tuple[int, bytes]]:
    """An otherName of RFC 4985, id-on-dnsSRV."""
    text = _tlv(0x16, name.encode())
    return [(0xA0, bytes.fromhex("06082b06010505070807") + _tlv(0xA0, text))]


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + content


@dataclass(frozen=True)
class Row:
    says: str
    asked: str
    good: bool
    san: tuple[tuple[int, bytes], ...] | None = None
    cns: tuple[str, ...] = ()

    @property
    def is_ip(self) -> bool:
        try:
            ipaddress.ip_address(self.asked)
        except ValueError:
            return False
        return True


def row(
    says: str,
    asked: str,
    good: bool,
    san: list[tuple[int, bytes]] | None = None,
    *cns: str,
) -> Row:
    return Row(says, asked, good, None if san is None else tuple(san), cns)


PARTIAL = frozenset(
    {
        "a wildcard at the end of its label",
        "a wildcard at the front of its label",
        "a partial wildcard that stands for nothing",
        "a partial wildcard in the common name",
    }
)
YES, NO = True, False
WWW = "www.example.com"

ROWS = [
    # The plain ones.
    row("exact", WWW, YES, dns(WWW)),
    row("upper case in the certificate", WWW, YES, dns("WWW.EXAMPLE.COM")),
    row("upper case asked for", "WWW.Example.COM", YES, dns(WWW)),
    row("another name", "ftp.example.com", NO, dns(WWW)),
    row("the second of two", "ftp.example.com", YES, dns(WWW, "ftp.example.com")),
    row(
        "the last of many", "h99.example.com", YES, dns(*(f"h{n}.example.com" for n in range(100)))
    ),
    row("a suffix of the name", "example.com", NO, dns(WWW)),
    row("a prefix of the name", "www.example", NO, dns(WWW)),
    row("the name inside a longer one", "www.example.com.evil.org", NO, dns(WWW)),
    row("one character more in front", "awww.example.com", NO, dns(WWW)),
    row("a single label", "intranet", YES, dns("intranet")),
    row("a single label against a full name", "www", NO, dns(WWW)),
    row("digits in labels", "s3.2020.example.com", YES, dns("s3.2020.example.com")),
    row("a label of digits that is no address", "1.2.3.example.com", YES, dns("1.2.3.example.com")),
    row("a hyphen inside", "ftp-1.example.com", YES, dns("ftp-1.example.com")),
    row("a doubled hyphen", "ftp--1.example.com", YES, dns("ftp--1.example.com")),
    # Dots and white space (RFC 9525, 6.3: compared label by label).
    row("a dot at the end in the certificate", WWW, NO, dns("www.example.com.")),
    row("a dot at the front in the certificate", WWW, NO, dns(".example.com")),
    row("a dot at the front covers no subdomain", "a.b.example.com", NO, dns(".example.com")),
    row("two dots in the certificate", WWW, NO, dns("www..example.com")),
    row("a blank at the end in the certificate", WWW, NO, dns("www.example.com ")),
    row("a blank at the front in the certificate", WWW, NO, dns(" www.example.com")),
    row("a tab in the certificate", WWW, NO, dns("www.exa\tmple.com")),
    row("an empty name beside the right one", WWW, YES, dns("", WWW)),
    row("an empty name alone", WWW, NO, dns("")),
    # Wildcards: the whole left-most label and nothing else.
    row("a wildcard", WWW, YES, dns("*.example.com")),
    row("a wildcard, in upper case", WWW, YES, dns("*.EXAMPLE.COM")),
    row("a wildcard against the domain itself", "example.com", NO, dns("*.example.com")),
    row("a wildcard and two labels", "a.b.example.com", NO, dns("*.example.com")),
    row("a wildcard deeper down", "a.b.example.com", YES, dns("*.b.example.com")),
    row("a wildcard over another domain", "www.example.org", NO, dns("*.example.com")),
    row("a wildcard over an underscore", "_sip.example.com", NO, dns("*.example.com")),
    row("a wildcard over digits", "1234.example.com", YES, dns("*.example.com")),
    row("a wildcard over a hyphen", "a-b.example.com", YES, dns("*.example.com")),
    row("a wildcard over a label of 63", f"{LABEL_63}.example.com", YES, dns("*.example.com")),
    row("a wildcard over an A-label", IDN, YES, dns("*.example.com")),
    row("a wildcard over an A-label in upper case", IDN.upper(), YES, dns("*.example.com")),
    row("a wildcard for a top-level domain", "example.com", NO, dns("*.com")),
    row("a wildcard alone", "localhost", NO, dns("*")),
    row("a wildcard alone against a full name", WWW, NO, dns("*")),
    row("a wildcard and a dot", "example.com", NO, dns("*.")),
    row("a wildcard for a public suffix", "example.co.uk", YES, dns("*.co.uk")),
    row("a wildcard at the end of its label", "ftp1.example.com", NO, dns("ftp*.example.com")),
    row("a wildcard at the front of its label", "1ftp.example.com", NO, dns("*ftp.example.com")),
    row("a wildcard inside its label", "f1p.example.com", NO, dns("f*p.example.com")),
    row(
        "a partial wildcard that stands for nothing", "ftp.example.com", NO, dns("ftp*.example.com")
    ),
    row("a wildcard in the second label", "www.b.example.com", NO, dns("www.*.example.com")),
    row("a wildcard in the last label", "www.example.com", NO, dns("www.example.*")),
    row("two wildcards", "a.b.example.com", NO, dns("*.*.example.com")),
    row("two asterisks in one label", WWW, NO, dns("**.example.com")),
    row(
        "an asterisk beside a whole wildcard label", "a.b.example.com", NO, dns("*.b*.example.com")
    ),
    row("a wildcard beside the exact name", WWW, YES, dns("*.example.org", WWW)),
    row("a wildcard within an A-label", IDN, NO, dns("xn--*.example.com")),
    row("a wildcard at the end of an A-label", IDN, NO, dns("xn--mnchen-*.example.com")),
    row("a wildcard above an A-label", f"www.{IDN}", YES, dns(f"*.{IDN}")),
    row("a wildcard with a blank", WWW, NO, dns("* .example.com")),
    row("a wildcard with a dot at the end", WWW, NO, dns("*.example.com.")),
    row("a wildcard against an empty label", "example.com", NO, dns("*..example.com")),
    row("a wildcard without its dot", "www.example.com", NO, dns("*example.com")),
    row("a wildcard before a single label", "www.local", NO, dns("*.local")),
    row(
        "a wildcard for localhost's domain",
        "www.localhost.localdomain",
        YES,
        dns("*.localhost.localdomain"),
    ),
    # Names beyond ASCII: A-labels in certificates, whatever was asked (RFC 9549).
    row("an A-label", IDN, YES, dns(IDN)),
    row("a U-label asked for", "münchen.example.com", YES, dns(IDN)),
    row("a U-label in upper case", "MÜNCHEN.example.com", YES, dns(IDN)),
    row("a U-label written as Latin-1 into the certificate", IDN, NO, dns("münchen.example.com")),
    row("an A-label in upper case in the certificate", IDN, YES, dns(IDN.upper())),
    row("another A-label", "xn--mnchen-3yb.example.com", NO, dns(IDN)),
    row("an ideographic full stop", "www。example。com", YES, dns(WWW)),
    # Underscores: no host names, and in use (OpenSSL takes them).
    row("an underscore", "ftp_1.example.com", YES, dns("ftp_1.example.com")),
    row("an underscore at the front", "_ftp.example.com", YES, dns("_ftp.example.com")),
    row(
        "an underscore below a wildcard's domain",
        "www.in_side.example.com",
        NO,
        dns("*.in_side.example.com"),
    ),
    # Long names.
    row("a label of 63", f"{LABEL_63}.example.com", YES, dns(f"{LABEL_63}.example.com")),
    row(
        "a name of 253",
        ".".join(["a" * 61] * 4) + ".abcd",
        YES,
        dns(".".join(["a" * 61] * 4) + ".abcd"),
    ),
    row("a certificate with a label of 64", WWW, NO, dns("a" * 64 + ".example.com")),
    row("a certificate with a name of 300", WWW, NO, dns("a." * 150 + "com")),
    # NUL (the attack of 2009).
    row("NUL behind the name", WWW, NO, dns("www.example.com\0.evil.org")),
    row("NUL at the end of the name", WWW, NO, dns("www.example.com\0")),
    row("NUL in a wildcard", WWW, NO, dns("*.example.com\0.evil.org")),
    row("NUL in the name beside the right one", WWW, YES, dns("a\0b.example.com", WWW)),
    row("NUL in the common name", WWW, NO, None, "www.example.com\0.evil.org"),
    # The common name, only where no name of the kind asked for is there.
    row("the common name without any SAN", WWW, YES, None, WWW),
    row("the common name in upper case", WWW, YES, None, "WWW.EXAMPLE.COM"),
    row("a wildcard in the common name", WWW, YES, None, "*.example.com"),
    row("a partial wildcard in the common name", WWW, NO, None, "w*.example.com"),
    row("a top-level wildcard in the common name", "example.com", NO, None, "*.com"),
    row("the common name beside another DNS name", WWW, NO, dns("ftp.example.com"), WWW),
    row("the common name beside an empty DNS name", WWW, NO, dns(""), WWW),
    row("the common name beside a mail address", WWW, YES, [(EMAIL, b"a@example.com")], WWW),
    row("the common name beside a URI", WWW, YES, uri("https://ftp.example.com/"), WWW),
    row("the common name beside an address", WWW, YES, ip("192.0.2.1"), WWW),
    row("the common name beside an SRV name", WWW, YES, srv("_ftp.example.com"), WWW),
    row("the common name beside an empty SAN", WWW, YES, [], WWW),
    row("no name at all", WWW, NO, None),
    row("an empty SAN and no common name", WWW, NO, []),
    row("the first of two common names", WWW, YES, None, WWW, "ftp.example.com"),
    row("the second of two common names", "ftp.example.com", YES, None, WWW, "ftp.example.com"),
    row("a common name that is no host name", WWW, NO, None, "Web server of Example"),
    row("a common name with a port", WWW, NO, None, "www.example.com:443"),
    row("a common name with a scheme", WWW, NO, None, "https://www.example.com"),
    row("a common name with a dot at the end", WWW, NO, None, "www.example.com."),
    row("a common name with a blank at the end", WWW, NO, None, "www.example.com "),
    row("a common name with an underscore", "ftp_1.example.com", YES, None, "ftp_1.example.com"),
    row("a common name as U-label", IDN, NO, None, "münchen.example.com"),
    row("a common name as A-label", IDN, YES, None, IDN),
    # Names of other kinds are no host names.
    row("a URI with the host", WWW, NO, uri("https://www.example.com/")),
    row("an SRV name with the host", WWW, NO, srv("_https.www.example.com")),
    row("a mail address with the host", WWW, NO, [(EMAIL, b"a@www.example.com")]),
    row("a mail address that is the host", WWW, NO, [(EMAIL, WWW.encode())]),
    row("a DNS name with a port", WWW, NO, dns("www.example.com:443")),
    row("a DNS name with a scheme", WWW, NO, dns("https://www.example.com")),
    row("a DNS name with a path", WWW, NO, dns("www.example.com/")),
    # IP addresses: octets of an iPAddress, in any spelling of the question.
    row("an address", "192.0.2.1", YES, ip("192.0.2.1")),
    row("another address", "192.0.2.2", NO, ip("192.0.2.1")),
    row("the second address", "192.0.2.2", YES, ip("192.0.2.1", "192.0.2.2")),
    row("an address as DNS name", "192.0.2.1", NO, dns("192.0.2.1")),
    row("an address in the common name", "192.0.2.1", NO, None, "192.0.2.1"),
    row("an address in the common name beside a DNS name", "192.0.2.1", NO, dns(WWW), "192.0.2.1"),
    row("an address under a wildcard", "192.0.2.1", NO, dns("*.0.2.1")),
    row("an address as URI", "192.0.2.1", NO, uri("https://192.0.2.1/")),
    row("an IPv6 address", "2001:db8::1", YES, ip("2001:db8::1")),
    row(
        "an IPv6 address spelt out",
        "2001:0db8:0000:0000:0000:0000:0000:0001",
        YES,
        ip("2001:db8::1"),
    ),
    row("an IPv6 address in upper case", "2001:DB8::ABCD", YES, ip("2001:db8::abcd")),
    row("an IPv6 address with other zeros left out", "2001:db8:0:0::1", YES, ip("2001:db8::1")),
    row("another IPv6 address", "2001:db8::2", NO, ip("2001:db8::1")),
    row("an IPv6 address as DNS name", "2001:db8::1", NO, dns("2001:db8::1")),
    row("a mapped address against the IPv4 one", "::ffff:192.0.2.1", NO, ip("192.0.2.1")),
    row("a mapped address", "::ffff:192.0.2.1", YES, ip("::ffff:192.0.2.1")),
    row("an IPv4 address against the mapped one", "192.0.2.1", NO, ip("::ffff:192.0.2.1")),
    row("the loopback address", "::1", YES, ip("::1")),
    row("an iPAddress of five octets", "192.0.2.1", NO, [(IP, b"\xc0\x00\x02\x01\x00")]),
    row("an iPAddress with a mask", "192.0.2.1", NO, [(IP, b"\xc0\x00\x02\x01\xff\xff\xff\xff")]),
    row("an iPAddress without octets", "192.0.2.1", NO, [(IP, b"")]),
    row("a host name against an address", WWW, NO, ip("192.0.2.1")),
    row("an address beside the DNS name asked for", WWW, YES, dns(WWW) + ip("192.0.2.1")),
]


def certificate(row: Row) -> Issued:
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")]
        + [x509.NameAttribute(NameOID.COMMON_NAME, cn, _validate=False) for cn in row.cns]
    )
    names = []
    if row.san is not None:
        content = b"".join(_tlv(tag, value) for tag, value in row.san)
        oid = ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        names = [(x509.UnrecognizedExtension(oid, _tlv(0x30, content)), False)]
    return make_leaf(name, dns=(), key=KEY, extensions=names)


def test_there_are_enough_of_them() -> None:
    assert {row.says for row in ROWS} > PARTIAL
    assert len({row.says for row in ROWS} - PARTIAL) == len(ROWS) - len(PARTIAL) >= 100


@pytest.mark.skipif(not _same_version(), reason="no openssl command of Python's version")
@pytest.mark.parametrize("row", ROWS, ids=[row.says for row in ROWS])
def test_the_command_the_validation_and_the_judgement_agree(row: Row, tmp_path: Path) -> None:
    leaf = certificate(row)
    host, address = (None, row.asked) if row.is_ip else (row.asked, None)
    report = ask(leaf, trust(leaf), host=host, address=address)
    assert (report.verdict is Verdict.TRUSTED) is row.good
    assert _by_the_command(leaf, report, tmp_path) is (row.good or row.says in PARTIAL)
    assert _by_judgement(leaf, row) is row.good


def _by_the_command(leaf: Issued, report: Report, folder: Path) -> bool:
    assert COMMAND is not None
    path = folder / "leaf.pem"
    path.write_bytes(leaf.pem)
    asked = [part for flag in report.flags if "verify_" in flag for part in flag.split()]
    moment = str(int(MOMENT.timestamp()))
    options = ["-attime", moment, "-no-CAfile", "-no-CApath", "-no-CAstore", "-CAfile", str(path)]
    done = subprocess.run(
        [COMMAND, "verify", *options, *asked, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    refused = "hostname mismatch" in done.stderr or "IP address mismatch" in done.stderr
    assert (done.returncode != 0) is refused, done.stderr
    return done.returncode == 0


def _by_judgement(leaf: Issued, row: Row) -> bool:
    policy = Policy(usage=Usage.SERVER)
    store = PeerStore(number=1, trust=prepare(TrustInput(anchors=(leaf.der,), policy=policy)))
    presented = Presented(der=leaf.der, sha256=leaf.sha256, key_state="active")
    service = ServiceFacts(
        number=1,
        addresses=(Address(host=row.asked, is_ip=row.is_ip),),
        presented=presented,
        server_store=store,
    )
    judgement = judge_service(service, MOMENT)
    refusals = [one for one in judgement.findings if one.weight is Weight.FAILS]
    assert {one.code.split(".")[0] for one in refusals} <= {"name"}
    assert (judgement.standing is Standing.FAILS) is bool(refusals)
    return not refusals
