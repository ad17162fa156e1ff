"""Private keys in every usual form, made by the real tools: the same public key comes out."""

from __future__ import annotations

import base64
import contextlib
import hmac
import traceback
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_ssh_private_key,
)

from pki import ssh_wire
from pki.errors import LimitExceeded
from pki.formats import key_checks, putty
from pki.formats.key_file import KeyFileContents, PrivateKeyFound
from pki.formats.private_keys import read_private_keys
from pki.key_faces import key_faces
from tests.pki.real_tools import (
    OPENSSL_ALGORITHMS,
    PASSPHRASE,
    SSH_ALGORITHMS,
    Workshop,
    needs_puttygen,
    run,
)

SECRET = PASSPHRASE.encode()
PASSOUT = ("-passout", f"pass:{PASSPHRASE}")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("keys"))


def only(contents: KeyFileContents) -> PrivateKeyFound:
    assert contents.refusal is None, contents.findings
    assert len(contents.private_keys) == 1
    found = contents.private_keys[0]
    key = load_der_private_key(found.pkcs8, None)
    assert key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) == found.pkcs8
    return found


def codes(contents: KeyFileContents) -> list[str]:
    return [found.code for found in contents.findings]


PKCS8_FORMS = {
    "plain": ((), False),
    "DER": (("-outform", "DER"), False),
    "PBKDF2": (("-v2", "aes-256-cbc", "-iter", "5000"), True),
    "PBKDF2 DER": (("-v2", "aes-128-cbc", "-outform", "DER"), True),
    "3DES": (("-v2", "des3"), True),
    "scrypt": (("-scrypt",), True),
    "PBE-SHA1-3DES": (("-v1", "PBE-SHA1-3DES"), True),
}


@pytest.mark.parametrize("form", PKCS8_FORMS)
@pytest.mark.parametrize("algorithm", OPENSSL_ALGORITHMS)
def test_pkcs8_of_openssl_is_read(workshop: Workshop, algorithm: str, form: str) -> None:
    key = workshop.openssl_key(algorithm)
    options, encrypted = PKCS8_FORMS[form]
    protection = PASSOUT if encrypted else ("-nocrypt",)
    data = run("openssl", "pkcs8", "-topk8", "-in", key, *options, *protection)
    found = only(read_private_keys(data, SECRET if encrypted else None))
    assert found.spki == workshop.spki(key)
    assert (found.container, found.was_encrypted) == ("pkcs8", encrypted)


@pytest.mark.parametrize(
    ("algorithm", "container"),
    [("RSA-2048", "pkcs1"), ("P-256", "sec1"), ("P-384", "sec1"), ("P-521", "sec1")],
)
@pytest.mark.parametrize(
    ("outform", "cipher"),
    [("DER", ""), ("PEM", ""), ("PEM", "-aes256"), ("PEM", "-aes128"), ("PEM", "-des3")],
)
def test_the_traditional_forms_are_read(
    workshop: Workshop, algorithm: str, container: str, cipher: str, outform: str
) -> None:
    key = workshop.openssl_key(algorithm)
    options = (cipher, *PASSOUT) if cipher else ()
    data = run("openssl", "pkey", "-in", key, "-traditional", "-outform", outform, *options)
    found = only(read_private_keys(data, SECRET if cipher else None))
    assert found.spki == workshop.spki(key)
    assert (found.container, found.was_encrypted) == (container, bool(cipher))


@pytest.mark.parametrize("algorithm", SSH_ALGORITHMS)
@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_openssh_keys_are_read(workshop: Workshop, algorithm: str, passphrase: str) -> None:
    key = workshop.ssh_key(algorithm, passphrase)
    found = only(read_private_keys(key.read_bytes(), passphrase.encode() or None))
    faces = key_faces(found.spki)
    public = Path(f"{key}.pub")
    assert faces.openssh_line.split() == public.read_text().split()[:2]
    assert faces.ssh is not None
    assert faces.ssh.sha256 == workshop.ssh_fingerprint(public, "sha256")
    assert (found.container, found.was_encrypted) == ("openssh", bool(passphrase))


PUTTY_FORMS = {
    "version 2": ("version=2", ""),
    "version 2 encrypted": ("version=2", PASSPHRASE),
    "version 3": ("version=3", ""),
    "Argon2id": ("version=3,kdf=argon2id,memory=1024,passes=3", PASSPHRASE),
    "Argon2i": ("version=3,kdf=argon2i,memory=1024,passes=3", PASSPHRASE),
    "Argon2d": ("version=3,kdf=argon2d,memory=1024,passes=3,parallelism=2", PASSPHRASE),
}


@needs_puttygen
@pytest.mark.parametrize("form", PUTTY_FORMS)
@pytest.mark.parametrize("algorithm", [*SSH_ALGORITHMS, "Ed448"])
def test_putty_keys_are_read(workshop: Workshop, algorithm: str, form: str) -> None:
    parameters, passphrase = PUTTY_FORMS[form]
    key = workshop.putty_key(algorithm, passphrase=passphrase, parameters=parameters)
    found = only(read_private_keys(key.read_bytes(), passphrase.encode() or None))
    faces = key_faces(found.spki)
    words = workshop.folder / "old-passphrase"
    words.write_text(passphrase)
    told = run("puttygen", key, "--old-passphrase", words, "-O", "public-openssh").decode()
    assert faces.openssh_line.split() == told.split()[:2]
    assert faces.ssh is not None
    assert faces.ssh.sha256 in run("puttygen", key, "-l").decode()
    assert found.container == f"putty-{parameters.split(',')[0][-1]}"
    assert found.was_encrypted == bool(passphrase)


PKCS12_FORMS = {
    "modern": (),
    "many rounds": ("-iter", "100000"),
    "3DES and SHA-1": ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
    "no encryption": ("-keypbe", "NONE", "-certpbe", "NONE"),
    "no MAC": ("-nomac",),
}


@pytest.mark.parametrize("form", PKCS12_FORMS)
def test_pkcs12_of_openssl_gives_its_key_and_certificates(workshop: Workshop, form: str) -> None:
    key = workshop.openssl_key("P-256")
    certificate = workshop.folder / "p12.crt"
    if not certificate.exists():
        run("openssl", "req", "-x509", "-key", key, "-subj", "/CN=a", "-out", certificate)
    options = ("-export", "-inkey", key, "-in", certificate, "-name", "Herr Ä", *PASSOUT)
    data = run("openssl", "pkcs12", *options, *PKCS12_FORMS[form])
    contents = read_private_keys(data, SECRET)
    assert only(contents).spki == workshop.spki(key)
    assert only(contents).container == "pkcs12"
    assert only(contents).comment == "Herr Ä"
    assert contents.certificates == (run("openssl", "x509", "-in", certificate, "-outform", "DER"),)


def test_a_pkcs12_without_passphrase_needs_none(workshop: Workshop) -> None:
    key = workshop.openssl_key("P-256")
    data = run("openssl", "pkcs12", "-export", "-nocerts", "-inkey", key, "-passout", "pass:")
    assert not only(read_private_keys(data)).was_encrypted
    assert codes(read_private_keys(data, b"none needed")) == ["keyfile.passphrase_not_needed"]


def test_a_file_that_mixes_key_and_chain_gives_all(workshop: Workshop) -> None:
    key = workshop.openssl_key("P-256")
    first = run("openssl", "req", "-x509", "-key", key, "-subj", "/CN=a")
    second = run("openssl", "req", "-x509", "-key", key, "-subj", "/CN=b")
    mixed = b"subject=/CN=a\n" + first + key.read_bytes() + b"\nnoise\n" + second
    contents = read_private_keys(mixed.replace(b"\n", b"\r\n"))
    assert only(contents).line == mixed[: mixed.index(b"-----BEGIN PRIVATE")].count(b"\n") + 1
    assert len(contents.certificates) == 2


def test_one_bad_block_does_not_stop_the_others(workshop: Workshop) -> None:
    good = workshop.openssl_key("P-256").read_bytes()
    bad = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    contents = read_private_keys(bad + good)
    assert len(contents.private_keys) == 1
    assert [(found.code, found.place) for found in contents.findings] == [
        ("keyfile.damaged", "line 1")
    ]


def test_indented_lines_and_byte_order_marks_do_no_harm(workshop: Workshop) -> None:
    key = workshop.openssl_key("RSA-2048")
    for data in (
        key.read_bytes(),
        run("openssl", "pkey", "-in", key, "-traditional", "-aes256", *PASSOUT),
        workshop.ssh_key("Ed25519").read_bytes(),
    ):
        indented = b"\xef\xbb\xbf" + b"".join(b" " + line for line in data.splitlines(True))
        only(read_private_keys(indented, SECRET))


def forms_with_passphrase(workshop: Workshop) -> dict[str, bytes]:
    key = workshop.openssl_key("P-256")
    return {
        "PKCS#8": run("openssl", "pkcs8", "-topk8", "-in", key, *PASSOUT),
        "traditional": run("openssl", "pkey", "-in", key, "-traditional", "-aes256", *PASSOUT),
        "OpenSSH": workshop.ssh_key("Ed25519", PASSPHRASE).read_bytes(),
        "PKCS#12": run("openssl", "pkcs12", "-export", "-nocerts", "-inkey", key, *PASSOUT),
    }


def test_a_wrong_and_a_missing_passphrase_are_told_apart(workshop: Workshop) -> None:
    for name, data in forms_with_passphrase(workshop).items():
        assert codes(read_private_keys(data, b"wrong")) == ["keyfile.wrong_passphrase"], name
        assert codes(read_private_keys(data)) == ["keyfile.passphrase_missing"], name
        assert codes(read_private_keys(data, b"")) == ["keyfile.passphrase_missing"], name


@needs_puttygen
@pytest.mark.parametrize("version", [2, 3])
def test_a_putty_file_tells_wrong_passphrase_and_tampering(
    workshop: Workshop, version: int
) -> None:
    parameters = "version=2" if version == 2 else "version=3,kdf=argon2id,memory=1024,passes=3"
    key = workshop.putty_key("Ed25519", passphrase=PASSPHRASE, parameters=parameters)
    data = key.read_bytes()
    assert codes(read_private_keys(data, b"wrong")) == ["keyfile.wrong_passphrase"]
    assert codes(read_private_keys(data)) == ["keyfile.passphrase_missing"]
    plain = workshop.putty_key("Ed25519", parameters=f"version={version}").read_bytes()
    changed = plain.replace(b"Comment: ", b"Comment: not ")
    assert codes(read_private_keys(changed)) == ["keyfile.damaged"]
    for cut in range(0, len(plain.rstrip()), 7):
        assert read_private_keys(plain[:cut]).refusal is not None


def test_a_passphrase_for_an_unencrypted_key_is_a_finding(workshop: Workshop) -> None:
    for key in (workshop.openssl_key("P-256"), workshop.ssh_key("Ed25519")):
        contents = read_private_keys(key.read_bytes(), b"not needed")
        assert len(contents.private_keys) == 1
        assert codes(contents) == ["keyfile.passphrase_not_needed"]
        assert contents.refusal is None


def test_a_public_key_where_a_private_one_was_expected_is_said(workshop: Workshop) -> None:
    key = workshop.openssl_key("P-256")
    for data in (
        run("openssl", "pkey", "-in", key, "-pubout"),
        workshop.spki(key),
        Path(f"{workshop.ssh_key('Ed25519')}.pub").read_bytes(),
    ):
        contents = read_private_keys(data)
        assert codes(contents) == ["keyfile.public_only"]
        assert len(contents.public_keys) == 1


def test_a_certificate_alone_and_nothing_at_all_are_said(workshop: Workshop) -> None:
    key = workshop.openssl_key("P-256")
    certificate = run("openssl", "req", "-x509", "-key", key, "-subj", "/CN=a")
    assert codes(read_private_keys(certificate)) == ["keyfile.certificate_only"]
    for nothing in (b"", b"hello", b"\x00" * 100, b"PK\x03\x04", bytes(range(256))):
        assert codes(read_private_keys(nothing)) == ["keyfile.nothing_found"]


def test_a_weak_key_is_taken_with_a_finding(workshop: Workshop) -> None:
    data = run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
    assert [found.code for found in only(read_private_keys(data)).findings] == ["key.rsa_small"]
    found = only(read_private_keys(workshop.ssh_key("DSA-1024").read_bytes()))
    assert "key.dsa" in [finding.code for finding in found.findings]


@pytest.mark.parametrize("algorithm", ["X25519", "X448"])
def test_a_key_that_cannot_sign_is_unsupported(algorithm: str) -> None:
    data = run("openssl", "genpkey", "-algorithm", algorithm)
    assert codes(read_private_keys(data)) == ["keyfile.unsupported_algorithm"]


@needs_puttygen
def test_the_forms_of_ssh_com_and_of_ssh_1_are_named(workshop: Workshop) -> None:
    path = workshop.folder / "sshcom"
    key = workshop.ssh_key("RSA-2048")
    run("puttygen", key, "-O", "private-sshcom", "-o", path)
    assert codes(read_private_keys(path.read_bytes())) == ["keyfile.unsupported_format"]
    one = b"SSH PRIVATE KEY FILE FORMAT 1.1\n\x00" + bytes(200)
    assert codes(read_private_keys(one)) == ["keyfile.unsupported_format"]


def test_an_openssh_cipher_that_is_not_read_is_named(workshop: Workshop) -> None:
    path = workshop.folder / "chacha"
    cipher = ("-Z", "chacha20-poly1305@openssh.com", "-N", "secret words")
    if not path.exists():
        run("ssh-keygen", "-q", "-t", "ed25519", *cipher, "-f", path)
    (found,) = read_private_keys(path.read_bytes(), b"secret words").findings
    assert found.code == "keyfile.unsupported_cipher"
    assert dict(found.data)["cipher"] == "chacha20-poly1305@openssh.com"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("AES-256-CBC,00", "keyfile.damaged"),
        ("AES-256-CBC," + "00" * 15, "keyfile.damaged"),
        ("AES-256-CBC," + "00" * 17, "keyfile.damaged"),
        ("AES-256-CBC", "keyfile.damaged"),
        ("CAMELLIA-256-CBC," + "00" * 16, "keyfile.unsupported_cipher"),
        ("AES-256-CBC," + "00" * 16, "keyfile.wrong_passphrase"),
    ],
)
def test_a_bad_initialization_vector_never_reaches_the_library(header: str, code: str) -> None:
    body = base64.b64encode(bytes(64)).decode()
    text = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: {header}\n\n{body}"
    data = f"-----BEGIN RSA PRIVATE KEY-----\n{text}\n-----END RSA PRIVATE KEY-----\n"
    assert codes(read_private_keys(data.encode(), b"a passphrase")) == [code]


def vector(name: str) -> bytes:
    """A key file of the corpus."""
    return (Path(cryptography_vectors.__file__).parent / "asymmetric" / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("PKCS8/bad-encryption-oid.pem", "keyfile.unsupported_cipher"),
        ("PKCS8/enc-unknown-algorithm.pem", "keyfile.unsupported_cipher"),
        ("PKCS8/enc-unknown-kdf.pem", "keyfile.unsupported_cipher"),
        ("PKCS8/enc-unknown-pbkdf2-prf.pem", "keyfile.unsupported_cipher"),
        ("PKCS8/enc-rsa-pkcs8-pbkdf2-0iter.pem", "keyfile.damaged"),
        ("PKCS8/rsa-rc2-cbc.pem", "keyfile.wrong_passphrase"),
        ("PKCS8/private.pem", "keyfile.unsupported_algorithm"),
        ("PKCS8/bad-oid-dsa-key.pem", "keyfile.unsupported_algorithm"),
        ("PKCS8/invalid-version.der", "keyfile.damaged"),
        ("Traditional_OpenSSL_Serialization/key1-malformed-iv.pem", "keyfile.damaged"),
        ("PEM_Serialization/rsa-bad-1025-q-is-2.pem", "keyfile.inconsistent"),
    ],
)
def test_broken_and_foreign_keys_of_the_corpus_say_what_is_wrong(name: str, code: str) -> None:
    assert code in codes(read_private_keys(vector(name), b"a wrong passphrase"))


@pytest.mark.filterwarnings("ignore")
def test_nothing_in_the_corpus_raises() -> None:
    root = Path(cryptography_vectors.__file__).parent
    taken = 0
    for path in (*root.glob("pkcs12/**/*"), *root.glob("asymmetric/*/*")):
        if path.is_file() and path.suffix not in (".txt", ".rsp") and path.stat().st_size < 50_000:
            with contextlib.suppress(LimitExceeded):
                taken += len(read_private_keys(path.read_bytes(), b"password").private_keys)
    assert taken > 60


@pytest.mark.parametrize("fully_checked", [4096, 1024])
def test_numbers_that_do_not_belong_together_are_refused(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, fully_checked: int
) -> None:
    """Both ways: OpenSSL's check of usual sizes, and the equations of those above."""
    monkeypatch.setattr(key_checks, "_FULLY_CHECKED", fully_checked)
    data = workshop.openssl_key("RSA-2048").read_bytes()
    key = load_der_private_key(only(read_private_keys(data)).pkcs8, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    good = key.private_numbers()
    for change in ({"d": good.d + 2}, {"dmp1": good.dmp1 + 2}, {"iqmp": 3}):
        assert codes(read_private_keys(pem_of(good, **change))) == ["keyfile.inconsistent"]


def test_a_factor_that_is_no_prime_is_found_by_the_signatures(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_checks, "_FULLY_CHECKED", 1024)
    p, q = (2**521 - 1) * (2**607 - 1), CLOSE_PRIMES[0]
    d = pow(65537, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(65537, p * q),
    )
    assert codes(read_private_keys(pem_of(numbers))) == ["keyfile.inconsistent"]


def pem_of(numbers: rsa.RSAPrivateNumbers, **changes: int) -> bytes:
    """The key of these numbers, with some of them changed."""
    parts = {name: getattr(numbers, name) for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    changed = rsa.RSAPrivateNumbers(**parts | changes, public_numbers=numbers.public_numbers)
    key = changed.private_key(unsafe_skip_rsa_key_validation=True)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@needs_puttygen
def test_a_putty_file_with_anothers_public_key_is_refused(workshop: Workshop) -> None:
    """The MAC of an unencrypted file has no key, so anybody can make it fit."""
    file = putty.read_putty(workshop.putty_key("Ed25519", parameters="version=3").read_bytes())
    public = ssh_wire.string(b"ssh-ed25519") + ssh_wire.string(b"\x07" * 32)
    covered = (file.algorithm, file.encryption, file.comment, public, file.private)
    mac = hmac.new(b"", b"".join(map(ssh_wire.string, covered)), "sha256").hexdigest()
    forged = (
        f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: {file.comment.decode()}\n"
        f"Public-Lines: 1\n{base64.b64encode(public).decode()}\n"
        f"Private-Lines: 1\n{base64.b64encode(file.private).decode()}\nPrivate-MAC: {mac}\n"
    )
    assert codes(read_private_keys(forged.encode())) == ["keyfile.public_mismatch"]


@pytest.mark.parametrize("algorithm", ["P-256", "P-521"])
def test_an_elliptic_key_with_anothers_public_point_is_refused(
    workshop: Workshop, algorithm: str
) -> None:
    data = run("openssl", "pkey", "-in", workshop.openssl_key(algorithm), "-outform", "DER")
    point = workshop.spki(workshop.openssl_key(algorithm))[-64:]
    other = run("openssl", "genpkey", "-algorithm", *OPENSSL_ALGORITHMS[algorithm])
    theirs = run("openssl", "pkey", "-pubout", "-outform", "DER", data=other)[-64:]
    assert point in data
    swapped = data.replace(point, theirs)
    assert codes(read_private_keys(swapped)) == ["keyfile.damaged"]


@pytest.mark.filterwarnings("ignore:SSH DSA keys are deprecated")
def test_a_dsa_key_with_anothers_public_number_is_refused(workshop: Workshop) -> None:
    key = load_ssh_private_key(workshop.ssh_key("DSA-1024").read_bytes(), None)
    assert isinstance(key, dsa.DSAPrivateKey)
    data = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    assert only(read_private_keys(data)).container == "dsa"
    y = key.public_key().public_numbers().y
    octets = (y.bit_length() + 7) // 8
    swapped = data.replace(y.to_bytes(octets, "big"), (y ^ 1).to_bytes(octets, "big"))
    assert swapped != data
    assert codes(read_private_keys(swapped)) == ["keyfile.public_mismatch"]


# The next two primes after 2**1023 + 2**1000, found with `openssl prime`.
CLOSE_PRIMES = (2**1023 + 2**1000 + 863, 2**1023 + 2**1000 + 2957)


def test_primes_that_lie_close_together_are_found() -> None:
    p, q = CLOSE_PRIMES
    d = pow(65537, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(65537, p * q),
    )
    found = only(read_private_keys(pem_of(numbers)))
    assert "keyfile.close_primes" in [finding.code for finding in found.findings]


def test_neither_repr_nor_traceback_shows_a_secret(workshop: Workshop) -> None:
    found = only(read_private_keys(workshop.openssl_key("P-256").read_bytes()))
    assert found.pkcs8.hex() not in repr(found)
    assert "pkcs8=" not in repr(found)
    canary = b"a passphrase to look for"
    for data in forms_with_passphrase(workshop).values():
        contents = read_private_keys(data, canary)
        assert canary.decode() not in repr(contents)
    try:
        read_private_keys(b"x" * (33 * 1024 * 1024), canary)
    except Exception:  # noqa: BLE001 - whatever it is, its text is looked at
        assert canary.decode() not in traceback.format_exc()
